//===- NNOps.cpp - Shape inference and verifiers of the nn dialect ---------===//
//
// The rules are in include/quantir/Shapes/Shapes.h; here are what they are applied to, and the
// checks that are about attributes alone.
//
//===----------------------------------------------------------------------===//

#include "quantir/dialects/NN/NN.h"

#include "quantir/Base/Text.h"
#include "quantir/Shapes/KnownAxes.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FormatVariadic.h"

#include <limits>

using namespace mlir;
using namespace quantir;
using namespace quantir::nn;

static Dims toDims(ArrayRef<int64_t> values) { return Dims(values.begin(), values.end()); }

//===----------------------------------------------------------------------===//
// The parts that all ops share
//===----------------------------------------------------------------------===//

LogicalResult nn::detail::inferResultTypes(StringRef opName, MLIRContext *context,
                                           std::optional<Location> location, ValueRange operands,
                                           llvm::function_ref<std::string(Shapes &)> infer,
                                           SmallVectorImpl<Type> &types) {
  for (auto [index, operand] : llvm::enumerate(operands))
    if (!operand || !(isTensor(operand.getType()) || isIndexTensor(operand.getType())))
      return emitOptionalError(location, "'", opName, "' op operand #", index,
                               " must be ranked tensor of f32 values with positive dimensions, of "
                               "which one may be dynamic");
  Shapes shapes;
  if (std::string error = infer(shapes); !error.empty())
    return emitOptionalError(location, "'", opName, "' op ", error);
  for (const Dims &dims : shapes) {
    if (llvm::is_contained(dims, 0))
      return emitOptionalError(location, "'", opName,
                               "' op expected a result with elements, but got ",
                               shapes::formatDims(dims));
    types.push_back(getTensorType(context, dims));
  }
  return success();
}

/// What the op does not know is no attribute of its own, but somebody's whose dialect it names: a
/// misspelled one would leave the default in its place.
static LogicalResult verifyAttributeNames(Operation *op) {
  for (NamedAttribute attribute : op->getDiscardableAttrs()) {
    StringRef name = attribute.getName();
    if (name.contains('.'))
      continue;
    InFlightDiagnostic error = op->emitOpError("has no attribute '") << name << "'";
    error << didYouMean(name, llvm::map_to_vector(op->getName().getAttributeNames(),
                                                  [](StringAttr own) { return own.getValue(); }));
    return error;
  }
  return success();
}

LogicalResult nn::detail::verifyResultTypes(Operation *op) {
  if (failed(verifyAttributeNames(op)))
    return failure();
  SmallVector<Type> types;
  if (failed(cast<InferTypeOpInterface>(op).inferReturnTypes(
          op->getContext(), op->getLoc(), op->getOperands(), op->getRawDictionaryAttrs(),
          op->getPropertiesStorage(), op->getRegions(), types)))
    return failure();
  if (types.size() != op->getNumResults())
    return op->emitOpError("expected ")
           << types.size() << " results, but got " << op->getNumResults();
  for (auto [index, type] : llvm::enumerate(types))
    if (type != op->getResult(index).getType())
      return op->emitOpError("expected result #")
             << index << " of type " << type << ", but got " << op->getResult(index).getType();
  return success();
}

/// Runs an inference of one result.
template <typename Rule, typename... Args>
static std::string inferOne(Shapes &results, Rule rule, Args &&...args) {
  return rule(std::forward<Args>(args)..., results.emplace_back());
}

std::string nn::detail::inferBroadcast(Value lhs, Value rhs, Shapes &results) {
  return inferOne(results, shapes::inferBroadcast, getDims(lhs), getDims(rhs));
}

/// Checks that `vector` is a tensor of `size` elements in one dimension.
static std::string checkVector(StringRef name, Value vector, int64_t size) {
  Dims dims = getDims(vector);
  if (dims == Dims{size})
    return {};
  return ("expected a " + name + " of shape " + shapes::formatDims({size}) + ", but got " +
          shapes::formatDims(dims))
      .str();
}

/// The bias is optional and has one element per output channel.
static std::string checkBias(Value bias, int64_t outputChannels) {
  return bias ? checkVector("bias", bias, outputChannels) : std::string();
}

//===----------------------------------------------------------------------===//
// Convolutions and matrix products
//===----------------------------------------------------------------------===//

template <typename OpAdaptor> static shapes::ConvGeometry getGeometry(OpAdaptor op) {
  return {toDims(op.getStrides()), toDims(op.getPadding()), toDims(op.getDilations()),
          static_cast<int64_t>(op.getGroups())};
}

std::string ConvOp::inferShapes(Adaptor op, Shapes &results) {
  if (std::string error = inferOne(results, shapes::inferConv, getDims(op.getInput()),
                                   getDims(op.getWeight()), getGeometry(op));
      !error.empty())
    return error;
  return checkBias(op.getBias(), results[0][1]);
}

std::string ConvTransposeOp::inferShapes(Adaptor op, Shapes &results) {
  if (std::string error =
          inferOne(results, shapes::inferConvTranspose, getDims(op.getInput()),
                   getDims(op.getWeight()), getGeometry(op), toDims(op.getOutputPadding()));
      !error.empty())
    return error;
  return checkBias(op.getBias(), results[0][1]);
}

std::string LinearOp::inferShapes(Adaptor op, Shapes &results) {
  if (std::string error =
          inferOne(results, shapes::inferLinear, getDims(op.getInput()), getDims(op.getWeight()));
      !error.empty())
    return error;
  return checkBias(op.getBias(), results[0].back());
}

std::string MatMulOp::inferShapes(Adaptor op, Shapes &results) {
  return inferOne(results, shapes::inferMatMul, getDims(op.getLhs()), getDims(op.getRhs()),
                  /*transposeB=*/false);
}

//===----------------------------------------------------------------------===//
// Lookups and recurrences
//===----------------------------------------------------------------------===//

std::string EmbeddingOp::inferShapes(Adaptor op, Shapes &results) {
  return inferOne(results, shapes::inferEmbedding, getDims(op.getIndices()),
                  getDims(op.getWeight()));
}

std::string EmbeddingBagOp::inferShapes(Adaptor op, Shapes &results) {
  return inferOne(results, shapes::inferEmbeddingBag, getDims(op.getIndices()),
                  getDims(op.getOffsets()), getDims(op.getWeight()), op.getIncludeLastOffset());
}

std::string LstmOp::inferShapes(Adaptor op, Shapes &results) {
  std::vector<Dims> parameters;
  for (Value parameter : op.getParameters())
    parameters.push_back(getDims(parameter));
  shapes::LstmShapes shapes;
  if (std::string error = shapes::inferLstm(getDims(op.getInput()), parameters, shapes);
      !error.empty())
    return error;
  results = {shapes.output, shapes.state, shapes.state};
  return {};
}

OperandRole LstmOp::getOperandRole(unsigned operand) {
  if (operand == 0)
    return OperandRole::Activation;
  bool isWeight = operand <= 3 * getNumDirections() && operand % 3 != 0;
  return isWeight ? OperandRole::Weight : OperandRole::None;
}

//===----------------------------------------------------------------------===//
// Normalization and activations
//===----------------------------------------------------------------------===//

std::string BatchNormOp::inferShapes(Adaptor op, Shapes &results) {
  Dims input = getDims(op.getInput());
  if (input.size() < 2)
    return "expected an input of rank 2 or more, but got " + shapes::formatDims(input);
  std::pair<StringRef, Value> vectors[] = {{"scale", op.getScale()},
                                           {"bias", op.getBias()},
                                           {"mean", op.getMean()},
                                           {"variance", op.getVariance()}};
  for (auto [name, vector] : vectors)
    if (std::string error = checkVector(name, vector, input[1]); !error.empty())
      return error;
  results.push_back(std::move(input));
  return {};
}

LogicalResult PowOp::verify() {
  if (getExponent().isFinite())
    return success();
  return emitOpError("expected a finite exponent, but got ") << getExponentAttr();
}

LogicalResult BatchNormOp::verify() {
  const APFloat &epsilon = getEpsilonAttr().getValue();
  if (epsilon.isFinite() && !epsilon.isNegative())
    return success();
  return emitOpError("expected a finite epsilon that is not negative, but got ")
         << getEpsilonAttr();
}

LogicalResult ClampOp::verify() {
  if (getMin().isNaN() || getMax().isNaN())
    return emitOpError("expected bounds that are numbers, but got ")
           << getMinAttr() << " and " << getMaxAttr();
  if (getMin() > getMax())
    return emitOpError("expected min <= max, but got ") << getMinAttr() << " and " << getMaxAttr();
  return success();
}

std::optional<Bounds> nn::getClippingBounds(Operation *op) {
  if (isa_and_present<ReluOp>(op))
    return Bounds{0.0f, std::numeric_limits<float>::infinity()};
  if (auto clamp = dyn_cast_if_present<ClampOp>(op))
    return Bounds{clamp.getMin().convertToFloat(), clamp.getMax().convertToFloat()};
  return std::nullopt;
}

LogicalResult SoftmaxOp::verify() {
  Dims input = getDims(getInput());
  int64_t axis;
  std::string error = shapes::normalizeAxis(getAxis(), input.size(), axis);
  if (error.empty())
    error = shapes::checkKnownAxes(input, {&axis, 1});
  return error.empty() ? success() : emitOpError(error);
}

//===----------------------------------------------------------------------===//
// Pooling
//===----------------------------------------------------------------------===//

std::string MaxPoolOp::inferShapes(Adaptor op, Shapes &results) {
  return inferOne(results, shapes::inferPool, getDims(op.getInput()),
                  shapes::PoolGeometry{toDims(op.getKernel()), toDims(op.getStrides()),
                                       toDims(op.getPadding()), toDims(op.getDilations()),
                                       op.getCeilMode()});
}

std::string AvgPoolOp::inferShapes(Adaptor op, Shapes &results) {
  Dims ones(op.getKernel().size(), 1);
  return inferOne(results, shapes::inferPool, getDims(op.getInput()),
                  shapes::PoolGeometry{toDims(op.getKernel()), toDims(op.getStrides()),
                                       toDims(op.getPadding()), ones, op.getCeilMode()});
}

std::string AdaptiveAvgPoolOp::inferShapes(Adaptor op, Shapes &results) {
  return inferOne(results, shapes::inferAdaptivePool, getDims(op.getInput()),
                  toDims(op.getOutputSize()));
}

std::string MeanOp::inferShapes(Adaptor op, Shapes &results) {
  Dims input = getDims(op.getInput()), axes;
  if (std::string error = shapes::normalizeAxes(op.getAxes(), input.size(), axes); !error.empty())
    return error;
  if (axes.empty())
    return "expected at least one axis, but got none";
  return inferOne(results, shapes::inferMean, input, axes, op.getKeepDims());
}

//===----------------------------------------------------------------------===//
// Data movement
//===----------------------------------------------------------------------===//

std::string FlattenOp::inferShapes(Adaptor op, Shapes &results) {
  return inferOne(results, shapes::inferFlatten, getDims(op.getInput()), op.getStartAxis(),
                  op.getEndAxis());
}

std::string ReshapeOp::inferShapes(Adaptor op, Shapes &results) {
  return inferOne(results, shapes::inferReshape, getDims(op.getInput()), toDims(op.getShape()));
}

std::string SqueezeOp::inferShapes(Adaptor op, Shapes &results) {
  if (op.getAxes().empty())
    return "expected at least one axis, but got none";
  return inferOne(results, shapes::inferSqueeze, getDims(op.getInput()), toDims(op.getAxes()));
}

std::string UnsqueezeOp::inferShapes(Adaptor op, Shapes &results) {
  if (op.getAxes().empty())
    return "expected at least one axis, but got none";
  return inferOne(results, shapes::inferUnsqueeze, getDims(op.getInput()), toDims(op.getAxes()));
}

std::string TransposeOp::inferShapes(Adaptor op, Shapes &results) {
  return inferOne(results, shapes::inferTranspose, getDims(op.getInput()),
                  toDims(op.getPermutation()));
}

shapes::ResolvedSlice SliceOp::getResolved() {
  shapes::ResolvedSlice slice;
  std::string error =
      shapes::inferSlice(getDims(getInput()), toDims(getStarts()), toDims(getEnds()),
                         toDims(getAxes()), toDims(getSteps()), slice);
  (void)error; // the op was verified
  return slice;
}

std::string SliceOp::inferShapes(Adaptor op, Shapes &results) {
  size_t count = op.getStarts().size();
  if (op.getEnds().size() != count || op.getAxes().size() != count || op.getSteps().size() != count)
    return llvm::formatv("expected as many ends, axes and steps as starts ({0}), but got {1}, {2} "
                         "and {3}",
                         count, op.getEnds().size(), op.getAxes().size(), op.getSteps().size())
        .str();
  shapes::ResolvedSlice slice;
  if (std::string error =
          shapes::inferSlice(getDims(op.getInput()), toDims(op.getStarts()), toDims(op.getEnds()),
                             toDims(op.getAxes()), toDims(op.getSteps()), slice);
      !error.empty())
    return error;
  results.push_back(std::move(slice.sizes));
  return {};
}

std::string CatOp::inferShapes(Adaptor op, Shapes &results) {
  Shapes inputs;
  for (Value input : op.getInputs())
    inputs.push_back(getDims(input));
  return inferOne(results, shapes::inferConcat, inputs, op.getAxis());
}

std::string SplitOp::inferShapes(Adaptor op, Shapes &results) {
  return shapes::inferSplit(getDims(op.getInput()), op.getAxis(), toDims(op.getSizes()), results);
}

std::string PadOp::inferShapes(Adaptor op, Shapes &results) {
  return inferOne(results, shapes::inferPad, getDims(op.getInput()), toDims(op.getPadding()));
}

std::string ExpandOp::inferShapes(Adaptor op, Shapes &results) {
  return inferOne(results, shapes::inferExpand, getDims(op.getInput()), toDims(op.getShape()));
}
