//===- EmbeddingBag.cpp - The loop that an embedding bag is exported as ----===//

#include "EmbeddingBag.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/ADT/StringSwitch.h"

#include <limits>

using namespace quantir;
using namespace quantir::importer;
using llvm::StringRef;
using ::onnx::AttributeProto;
using ::onnx::GraphProto;
using ::onnx::NodeProto;

static constexpr llvm::StringLiteral foldedType = "EmbeddingBag", foldedDomain = "quantir";

static const AttributeProto *findAttribute(const NodeProto &node, StringRef name) {
  auto it = llvm::find_if(
      node.attribute(), [&](const AttributeProto &attribute) { return attribute.name() == name; });
  return it == node.attribute().end() ? nullptr : &*it;
}

static int64_t getInt(const NodeProto &node, StringRef name, int64_t defaultValue) {
  const AttributeProto *attribute = findAttribute(node, name);
  return attribute ? attribute->i() : defaultValue;
}

static StringRef getInput(const NodeProto &node, int index) {
  return index < node.input_size() ? StringRef(node.input(index)) : StringRef();
}

static std::optional<Dims> readInts(const ::onnx::TensorProto &proto) {
  TensorReader reader("");
  llvm::Expected<HostTensor> tensor = reader.read(proto);
  if (!tensor) {
    llvm::consumeError(tensor.takeError());
    return std::nullopt;
  }
  if (tensor->getType() != ElementType::Int64)
    return std::nullopt;
  llvm::ArrayRef<int64_t> values = tensor->getValues<int64_t>();
  return Dims(values.begin(), values.end());
}

static std::optional<Dims> readInts(const NodeProto &constant) {
  if (const AttributeProto *value = findAttribute(constant, "value"))
    return readInts(value->t());
  if (const AttributeProto *value = findAttribute(constant, "value_ints"))
    return Dims(value->ints().begin(), value->ints().end());
  if (const AttributeProto *value = findAttribute(constant, "value_int"))
    return Dims{value->i()};
  return std::nullopt;
}

//===----------------------------------------------------------------------===//
// Dataflow
//===----------------------------------------------------------------------===//

/// Operators that are looked through: of any value, of integers, and of a single integer.
static constexpr StringRef transparent[] = {"Identity", "Cast", "Unsqueeze", "Squeeze"};
static constexpr llvm::ArrayRef<StringRef> ofAny(transparent, 1), ofIntegers(transparent, 2),
    ofOneInteger(transparent, 4);

namespace {
/// What computes the values of a graph, and of the graph around it.
class Definitions {
public:
  explicit Definitions(const GraphProto &graph, const Definitions *outer = nullptr);

  /// Whether the value is of the graph itself.
  bool isOwn(StringRef name) const { return names.contains(name); }
  /// The value's node; null for an input or an initializer.
  const NodeProto *find(StringRef name) const;
  /// Its node, behind nodes of the operators `through`, if that is of the operator `type`.
  const NodeProto *find(StringRef name, StringRef type,
                        llvm::ArrayRef<StringRef> through = ofIntegers) const;
  /// The value before nodes of these operators.
  StringRef getSource(StringRef name, llvm::ArrayRef<StringRef> through = ofIntegers) const;
  std::optional<Dims> getConstant(StringRef name) const;
  bool isConstant(StringRef name, const Dims &wanted) const { return getConstant(name) == wanted; }
  /// Whether the list that stands in an attribute, or from some opset on in an input, is [0].
  bool isFirstAxis(const NodeProto &node, StringRef attribute, int input) const;
  /// Whether this is the number of elements of the vector `list`.
  bool isSizeOf(StringRef name, StringRef list) const;

private:
  const ::onnx::TensorProto *findInitializer(StringRef name) const;

  const Definitions *outer;
  llvm::StringMap<const NodeProto *> nodes;
  llvm::StringMap<const ::onnx::TensorProto *> initializers;
  llvm::StringSet<> names;
};

/// No exporter chains more nodes that change nothing; a graph that is wrong may have a cycle.
constexpr int longestChain = 16;
} // namespace

Definitions::Definitions(const GraphProto &graph, const Definitions *outer) : outer(outer) {
  for (const NodeProto &node : graph.node())
    for (const std::string &output : node.output()) {
      if (output.empty())
        continue;
      nodes[output] = &node;
      names.insert(output);
    }
  for (const ::onnx::TensorProto &tensor : graph.initializer()) {
    initializers[tensor.name()] = &tensor;
    names.insert(tensor.name());
  }
  for (const ::onnx::ValueInfoProto &input : graph.input())
    names.insert(input.name());
}

const NodeProto *Definitions::find(StringRef name) const {
  return outer && !isOwn(name) ? outer->find(name) : nodes.lookup(name);
}

const ::onnx::TensorProto *Definitions::findInitializer(StringRef name) const {
  return outer && !isOwn(name) ? outer->findInitializer(name) : initializers.lookup(name);
}

StringRef Definitions::getSource(StringRef name, llvm::ArrayRef<StringRef> through) const {
  for (int steps = 0; steps < longestChain; ++steps) {
    const NodeProto *node = find(name);
    if (!node || !isDefaultDomain(*node) || !llvm::is_contained(through, node->op_type()))
      break;
    name = getInput(*node, 0);
  }
  return name;
}

const NodeProto *Definitions::find(StringRef name, StringRef type,
                                   llvm::ArrayRef<StringRef> through) const {
  const NodeProto *node = find(getSource(name, through));
  return node && isDefaultDomain(*node) && node->op_type() == type ? node : nullptr;
}

std::optional<Dims> Definitions::getConstant(StringRef name) const {
  name = getSource(name);
  if (const ::onnx::TensorProto *initializer = findInitializer(name))
    return readInts(*initializer);
  const NodeProto *constant = find(name, "Constant");
  return constant ? readInts(*constant) : std::nullopt;
}

bool Definitions::isFirstAxis(const NodeProto &node, StringRef attribute, int input) const {
  if (const AttributeProto *axes = findAttribute(node, attribute))
    return axes->ints_size() == 1 && axes->ints(0) == 0;
  return isConstant(getInput(node, input), {0});
}

bool Definitions::isSizeOf(StringRef name, StringRef list) const {
  const NodeProto *size = find(name, "Size", ofOneInteger);
  if (!size) {
    const NodeProto *element = find(name, "Gather", ofOneInteger);
    if (!element || getInt(*element, "axis", 0) != 0 || !isConstant(getInput(*element, 1), {0}))
      return false;
    size = find(getInput(*element, 0), "Shape");
  }
  return size && size->attribute_size() == 0 && getSource(getInput(*size, 0)) == getSource(list);
}

//===----------------------------------------------------------------------===//
// Matching
//===----------------------------------------------------------------------===//

namespace {
struct EmbeddingBag {
  StringRef indices, offsets, table, mode;
  bool includeLastOffset = false;
};

/// A list from some position on: x[begin:].
struct Tail {
  StringRef list;
  int64_t begin = 0;
};

class LoopMatcher {
public:
  LoopMatcher(const NodeProto &loop, const GraphProto &body, const Definitions &outer)
      : loop(loop), body(body), definitions(body, &outer) {}

  std::optional<EmbeddingBag> match();

private:
  bool isForLoop() const;
  bool isTrue(StringRef condition) const;
  Tail getTail(StringRef name) const;
  StringRef getListOfBounds(StringRef bound) const;
  StringRef matchReduction(const NodeProto *&rows) const;

  const NodeProto &loop;
  const GraphProto &body;
  Definitions definitions;
};
} // namespace

/// Whether it runs its body for 0, 1, 2, ... as often as its first input says, carries nothing from
/// one time to the next, and collects one value.
bool LoopMatcher::isForLoop() const {
  return loop.input_size() == 2 && loop.output_size() == 1 && body.input_size() == 2 &&
         body.output_size() == 2 && isTrue(loop.input(1)) &&
         (isTrue(body.output(0).name()) ||
          definitions.getSource(body.output(0).name()) == body.input(1).name());
}

bool LoopMatcher::isTrue(StringRef condition) const {
  if (condition.empty())
    return true;
  const NodeProto *constant = definitions.find(condition, "Constant");
  const AttributeProto *value = constant ? findAttribute(*constant, "value") : nullptr;
  if (!value || value->t().data_type() != ::onnx::TensorProto::BOOL)
    return definitions.isConstant(condition, {1});
  return value->t().raw_data() == std::string(1, '\1') ||
         (value->t().int32_data_size() == 1 && value->t().int32_data(0) != 0);
}

/// What is left of a list after slices that drop elements at its beginning.
Tail LoopMatcher::getTail(StringRef name) const {
  Tail tail{definitions.getSource(name)};
  for (int steps = 0; steps < longestChain; ++steps) {
    const NodeProto *slice = definitions.find(tail.list, "Slice");
    if (!slice)
      return tail;
    std::optional<Dims> begin = definitions.getConstant(getInput(*slice, 1)),
                        end = definitions.getConstant(getInput(*slice, 2));
    bool isTail =
        begin && begin->size() == 1 && (*begin)[0] >= 0 && (*begin)[0] <= 1 && end &&
        end->size() == 1 && (*end)[0] >= std::numeric_limits<int32_t>::max() &&
        (getInput(*slice, 3).empty() || definitions.isConstant(getInput(*slice, 3), {0})) &&
        (getInput(*slice, 4).empty() || definitions.isConstant(getInput(*slice, 4), {1}));
    tail.begin += isTail ? (*begin)[0] : 0;
    if (!isTail || tail.begin > 1)
      return {};
    tail.list = definitions.getSource(getInput(*slice, 0));
  }
  return {};
}

/// The list of which a bound of the body's slice is the element of this iteration.
StringRef LoopMatcher::getListOfBounds(StringRef bound) const {
  const NodeProto *vector = definitions.find(bound, "Unsqueeze");
  const NodeProto *element = vector && definitions.isFirstAxis(*vector, "axes", 1)
                                 ? definitions.find(getInput(*vector, 0), "Gather")
                                 : nullptr;
  bool isOfIteration = element && element->input_size() == 2 && getInt(*element, "axis", 0) == 0 &&
                       definitions.getSource(getInput(*element, 1)) == body.input(0).name();
  return isOfIteration ? getInput(*element, 0) : StringRef();
}

/// The mode, and the node that gathers the rows; empty if the body ends with something else.
StringRef LoopMatcher::matchReduction(const NodeProto *&rows) const {
  const NodeProto *reduce = definitions.find(definitions.getSource(body.output(1).name(), ofAny));
  if (!reduce || !isDefaultDomain(*reduce) || getInt(*reduce, "keepdims", 1) != 0 ||
      !definitions.isFirstAxis(*reduce, "axes", 1))
    return {};
  rows = definitions.find(getInput(*reduce, 0), "Gather", ofAny);
  return llvm::StringSwitch<StringRef>(reduce->op_type())
      .Case("ReduceSum", "sum")
      .Case("ReduceMean", "mean")
      .Case("ReduceMax", "max")
      .Default("");
}

std::optional<EmbeddingBag> LoopMatcher::match() {
  if (!isForLoop())
    return std::nullopt;
  EmbeddingBag bag;
  const NodeProto *rows = nullptr;
  bag.mode = matchReduction(rows);
  if (bag.mode.empty() || !rows || rows->input_size() != 2 || getInt(*rows, "axis", 0) != 0)
    return std::nullopt;
  bag.table = getInput(*rows, 0);

  const NodeProto *slice = definitions.find(getInput(*rows, 1), "Slice");
  if (!slice || slice->input_size() < 4 || !definitions.isConstant(getInput(*slice, 3), {0}) ||
      !(getInput(*slice, 4).empty() || definitions.isConstant(getInput(*slice, 4), {1})))
    return std::nullopt;
  bag.indices = getInput(*slice, 0);
  StringRef begins = getListOfBounds(getInput(*slice, 1)),
            ends = getListOfBounds(getInput(*slice, 2));
  Tail first = getTail(begins), second = getTail(ends);
  if (begins.empty() || ends.empty() || first.list.empty() || first.list != second.list ||
      first.begin != 0 || second.begin != 1 || !definitions.isSizeOf(loop.input(0), ends))
    return std::nullopt;

  // Without include_last_offset the exporter adds the number of indices to the offsets.
  const NodeProto *concat = definitions.find(first.list, "Concat");
  bag.includeLastOffset =
      !(concat && concat->input_size() == 2 && getInt(*concat, "axis", -1) == 0 &&
        definitions.isSizeOf(getInput(*concat, 1), bag.indices));
  bag.offsets = bag.includeLastOffset ? first.list : getInput(*concat, 0);
  if (definitions.isOwn(bag.table) || definitions.isOwn(bag.indices) ||
      definitions.isOwn(bag.offsets))
    return std::nullopt;
  return bag;
}

/// The node for a bag, with the name and the output of its loop.
static NodeProto makeNode(const EmbeddingBag &bag, const NodeProto &loop) {
  NodeProto node = loop;
  node.clear_input();
  node.clear_attribute();
  node.set_op_type(foldedType.str());
  node.set_domain(foldedDomain.str());
  for (StringRef input : {bag.indices, bag.offsets, bag.table})
    node.add_input(input.str());
  AttributeProto *mode = node.add_attribute();
  mode->set_name("mode");
  mode->set_type(AttributeProto::STRING);
  mode->set_s(bag.mode.str());
  AttributeProto *includeLastOffset = node.add_attribute();
  includeLastOffset->set_name("include_last_offset");
  includeLastOffset->set_type(AttributeProto::INT);
  includeLastOffset->set_i(bag.includeLastOffset);
  return node;
}

void importer::foldEmbeddingBags(GraphProto &graph) {
  auto isLoop = [](const NodeProto &node) {
    return node.op_type() == "Loop" && isDefaultDomain(node);
  };
  if (llvm::none_of(graph.node(), isLoop))
    return;
  Definitions definitions(graph);
  for (NodeProto &node : *graph.mutable_node()) {
    const AttributeProto *body = isLoop(node) ? findAttribute(node, "body") : nullptr;
    if (!body || !body->has_g())
      continue;
    if (std::optional<EmbeddingBag> bag = LoopMatcher(node, body->g(), definitions).match())
      node = makeNode(*bag, node);
  }
}

//===----------------------------------------------------------------------===//
// Import
//===----------------------------------------------------------------------===//

static LogicalResult importEmbeddingBag(NodeContext &node) {
  const StringRef modeName = node.getString("mode", "mean");
  const auto mode = nn::symbolizeBagMode(modeName);
  if (!mode)
    return node.emitAttributeError("mode")
           << "expected sum, mean or max, but got " << inQuotes(modeName);
  bool includeLastOffset = node.getFlag("include_last_offset", false);
  Value indices = node.getValue(0), offsets = node.getValue(1);
  if (!node.isConstant(2) && !node.hasFailed())
    return node.emitInputError(2) << "expected a constant table";
  if (node.hasFailed())
    return failure();
  mlir::MLIRContext *context = indices.getContext();
  return node.emit<nn::EmbeddingBagOp>(
      {indices, offsets, node.getValue(2)},
      {mlir::NamedAttribute("mode", nn::BagModeAttr::get(context, *mode)),
       node.attr("include_last_offset", includeLastOffset)});
}

const Operator *importer::findEmbeddingBag(const NodeProto &node) {
  static constexpr Operator row{foldedType,        1, 3, 3, 1, "include_last_offset mode",
                                importEmbeddingBag};
  return node.domain() == foldedDomain && node.op_type() == foldedType ? &row : nullptr;
}
