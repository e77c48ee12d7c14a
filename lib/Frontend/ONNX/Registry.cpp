//===- Registry.cpp - The operators that can be imported -------------------===//

#include "Registry.h"

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

/// The supported operator whose name is nearest, by the number of letters to change; empty if none
/// is near.
static StringRef findNearest(StringRef type) {
  StringRef nearest;
  unsigned best = type.size() / 2 + 1;
  for (const auto &entry : getIndex()) {
    unsigned distance = entry.first().edit_distance_insensitive(type);
    if (distance < best || (distance == best && entry.first() < nearest)) {
      best = distance;
      nearest = entry.first();
    }
  }
  return nearest;
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
  if (StringRef nearest = findNearest(type); !nearest.empty())
    return text + "the nearest supported operator is " + inQuotes(nearest);
  return text + "docs/ONNX.md lists the supported operators";
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
