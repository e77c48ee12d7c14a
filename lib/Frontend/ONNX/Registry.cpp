//===- Registry.cpp - The operators that can be imported -------------------===//

#include "Registry.h"
#include "quantir/Base/Text.h"

#include "EmbeddingBag.h"

#include "quantir/Frontend/ONNX.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallSet.h"
#include "llvm/ADT/StringExtras.h"

using namespace quantir;
using namespace quantir::importer;
using llvm::StringRef;

using Rows = llvm::SmallVector<const Operator *, 2>;

static llvm::StringMap<Rows> makeIndex() {
  llvm::StringMap<Rows> index;
  for (OperatorTable table :
       {getActivationOperators(), getArithmeticOperators(), getConstantOperators(),
        getConvolutionOperators(), getLinearOperators(), getNormalizationOperators(),
        getPoolingOperators(), getResampleOperators(), getSelectionOperators(),
        getSequenceOperators(), getShapeOperators()})
    for (const Operator &row : table)
      index[row.type].push_back(&row);
  return index;
}

static const llvm::StringMap<Rows> &getIndex() {
  static const llvm::StringMap<Rows> index = makeIndex();
  return index;
}

const Operator *importer::findOperator(StringRef type, int64_t opset) {
  auto it = getIndex().find(type);
  if (it == getIndex().end())
    return nullptr;
  const Operator *best = nullptr;
  for (const Operator *row : it->second)
    if (row->sinceOpset <= opset && (!best || row->sinceOpset > best->sinceOpset))
      best = row;
  return best;
}

const Operator *importer::findOperator(const ::onnx::NodeProto &node, int64_t opset) {
  return isDefaultDomain(node) ? findOperator(node.op_type(), opset) : findEmbeddingBag(node);
}

std::vector<StringRef> importer::getSupportedOperators() {
  std::vector<StringRef> names;
  for (const auto &entry : getIndex())
    names.push_back(entry.first());
  llvm::sort(names);
  return names;
}

bool importer::isDefaultDomain(const ::onnx::NodeProto &node) {
  return node.domain().empty() || node.domain() == "ai.onnx";
}

/// The operators of the default domain, of all opsets: a name among them is no misspelling of
/// another.
static constexpr llvm::StringLiteral onnxOperators =
    "Abs Acos Acosh Add AffineGrid And ArgMax ArgMin Asin Asinh Atan Atanh Attention "
    "AveragePool BatchNormalization Bernoulli BitShift BitwiseAnd BitwiseNot BitwiseOr "
    "BitwiseXor BlackmanWindow Cast CastLike Ceil Celu CenterCropPad Clip Col2Im Compress "
    "Concat ConcatFromSequence Constant ConstantOfShape Conv ConvInteger ConvTranspose Cos "
    "Cosh CumSum DFT DeformConv DepthToSpace DequantizeLinear Det Div Dropout "
    "DynamicQuantizeLinear Einsum Elu Equal Erf Exp Expand EyeLike Flatten Floor GRU Gather "
    "GatherElements GatherND Gelu Gemm GlobalAveragePool GlobalLpPool GlobalMaxPool Greater "
    "GreaterOrEqual GridSample GroupNormalization HammingWindow HannWindow HardSigmoid "
    "HardSwish Hardmax Identity If ImageDecoder InstanceNormalization IsInf IsNaN LRN LSTM "
    "LayerNormalization LeakyRelu Less LessOrEqual Log LogSoftmax Loop LpNormalization LpPool "
    "MatMul MatMulInteger Max MaxPool MaxRoiPool MaxUnpool Mean MeanVarianceNormalization "
    "MelWeightMatrix Min Mish Mod Mul Multinomial Neg NegativeLogLikelihoodLoss "
    "NonMaxSuppression NonZero Not OneHot Optional OptionalGetElement OptionalHasElement Or "
    "PRelu Pad Pow QLinearConv QLinearMatMul QuantizeLinear RMSNormalization RNN RandomNormal "
    "RandomNormalLike RandomUniform RandomUniformLike Range Reciprocal ReduceL1 ReduceL2 "
    "ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum "
    "ReduceSumSquare RegexFullMatch Relu Reshape Resize ReverseSequence RoiAlign "
    "RotaryEmbedding Round STFT Scan Scatter ScatterElements ScatterND Selu SequenceAt "
    "SequenceConstruct SequenceEmpty SequenceErase SequenceInsert SequenceLength SequenceMap "
    "Shape Shrink Sigmoid Sign Sin Sinh Size Slice Softmax SoftmaxCrossEntropyLoss Softplus "
    "Softsign SpaceToDepth Split SplitToSequence Sqrt Squeeze StringConcat StringNormalizer "
    "StringSplit Sub Sum Swish Tan Tanh TensorScatter TfIdfVectorizer ThresholdedRelu Tile "
    "TopK Transpose Trilu Unique Unsqueeze Upsample Where Xor";

/// "did you mean 'Relu'?", with the supported operator that `type` is a misspelling of; empty if it
/// is none.
static std::string meantOperator(StringRef type) {
  llvm::SmallVector<StringRef> known;
  onnxOperators.split(known, ' ');
  if (llvm::is_contained(known, type))
    return "";
  llvm::SmallVector<StringRef> supported(getIndex().keys());
  llvm::sort(supported);
  std::string_view meant = nearestName(type, supported);
  return meant.empty() ? "" : "did you mean " + inQuotes(meant) + "?";
}

bool importer::isOfQuantizedModel(const ::onnx::NodeProto &node) {
  StringRef type = node.op_type();
  return type.starts_with("QLinear") || type == "QuantizeLinear" || type == "DequantizeLinear" ||
         type.starts_with("DynamicQuantize") || type == "ConvInteger" ||
         type.starts_with("MatMulInteger") || type == "QGemm" || type == "QAttention" ||
         type == "MatMulNBits";
}

std::string importer::explainUnsupported(const ::onnx::NodeProto &node, int64_t opset) {
  StringRef type = StringRef(node.op_type()).take_front(120);
  std::string text = "operator " + inQuotes(type) + " of domain " +
                     (isDefaultDomain(node) ? "'ai.onnx'" : inQuotes(node.domain())) + ", opset " +
                     std::to_string(opset) + ", is not supported; ";
  if (!isDefaultDomain(node))
    return text + "only operators of the domain 'ai.onnx' are";
  auto rows = getIndex().find(type);
  if (rows != getIndex().end()) {
    int64_t since = maximumOnnxOpset;
    for (const Operator *row : rows->second)
      since = std::min(since, row->sinceOpset);
    return text + "it exists since opset " + std::to_string(since);
  }
  if (llvm::any_of(node.attribute(), [](const ::onnx::AttributeProto &attribute) {
        return attribute.has_g() || attribute.graphs_size() != 0;
      }))
    return text + "control flow, with graphs as attributes, cannot be imported" +
           (type == "Loop"
                ? ", but for the loop that PyTorch's exporter writes for an EmbeddingBag "
                  "without per_sample_weights; unroll another one before the export"
                : "");
  if (std::string meant = meantOperator(type); !meant.empty())
    return text + meant;
  return text + "express it by supported operators, which docs/ONNX.md lists, or leave it out of "
                "the part that is exported";
}

/// Text for a range of counts: "2", "1 to 3", "at least 1".
static std::string describeCount(unsigned least, unsigned most) {
  if (most == unlimited)
    return "at least " + std::to_string(least);
  if (least == most)
    return std::to_string(least);
  return std::to_string(least) + " to " + std::to_string(most);
}

LogicalResult importer::checkSignature(NodeContext &node, const ::onnx::NodeProto &proto,
                                       const Operator &op) {
  unsigned inputs = proto.input_size(), outputs = proto.output_size();
  if (inputs < op.minInputs || inputs > op.maxInputs)
    return node.emitError() << "expected " << describeCount(op.minInputs, op.maxInputs)
                            << " inputs, but got " << inputs;
  for (unsigned index = 0; index < op.minInputs; ++index)
    if (!node.hasInput(index))
      return node.emitError() << "expected an input " << index << ", but it is not given";
  if (outputs < 1 || outputs > op.maxOutputs)
    return node.emitError() << "expected " << describeCount(1, op.maxOutputs)
                            << " outputs, but got " << outputs;

  llvm::SmallVector<StringRef> known;
  op.attributes.split(known, ' ', /*MaxSplit=*/-1, /*KeepEmpty=*/false);
  llvm::SmallSet<StringRef, 8> seen;
  for (const ::onnx::AttributeProto &attribute : proto.attribute()) {
    if (!llvm::is_contained(known, attribute.name()))
      return node.emitError() << "expected "
                              << (known.empty() ? "no attributes"
                                                : "attributes among " + llvm::join(known, ", "))
                              << " in opset " << node.getOpset() << ", but got "
                              << inQuotes(attribute.name());
    if (!seen.insert(attribute.name()).second)
      return node.emitAttributeError(attribute.name()) << "expected it once, but got it twice";
    if (!attribute.ref_attr_name().empty())
      return node.emitAttributeError(attribute.name())
             << "references to attributes of a function are not supported";
  }
  return success();
}
