//===- Constant.cpp - Constants, shapes, and what changes nothing ----------===//

#include "lib/Frontend/ONNX/HostOps.h"
#include "lib/Frontend/ONNX/Registry.h"

#include "llvm/ADT/STLExtras.h"

using namespace quantir;
using namespace quantir::importer;
using ::onnx::AttributeProto;

static LogicalResult importConstant(NodeContext &node) {
  unsigned given =
      llvm::count_if(std::initializer_list<llvm::StringRef>{"value", "value_float", "value_floats",
                                                            "value_int", "value_ints"},
                     [&](llvm::StringRef name) { return node.hasAttribute(name); });
  if (given != 1)
    return node.emitError() << "expected one attribute with the value, but got " << given;
  if (node.hasAttribute("value")) {
    const AttributeProto *value = node.findAttribute("value", AttributeProto::TENSOR);
    if (!value)
      return failure();
    HostResult tensor = node.getReader().read(value->t());
    if (!tensor)
      return node.emitAttributeError("value") << llvm::toString(tensor.takeError());
    return node.bind(0, std::move(*tensor));
  }
  if (node.hasAttribute("value_float"))
    return node.bind(0, HostTensor::make<float>({}, node.getFloat("value_float", 0)));
  if (node.hasAttribute("value_int"))
    return node.bind(0, HostTensor::make<int64_t>({}, node.getInt("value_int", 0)));
  if (node.hasAttribute("value_ints")) {
    Dims values = node.getInts("value_ints");
    return node.bind(0, HostTensor::make<int64_t>({int64_t(values.size())}, values));
  }
  const AttributeProto *floats = node.findAttribute("value_floats", AttributeProto::FLOATS);
  if (!floats)
    return failure();
  return node.bind(
      0, HostTensor::make<float>({floats->floats_size()},
                                 {floats->floats().data(), size_t(floats->floats_size())}));
}

static LogicalResult importConstantOfShape(NodeContext &node) {
  HostTensor value = HostTensor::make<float>({1}, 0.0f);
  if (const AttributeProto *attribute = node.findAttribute("value", AttributeProto::TENSOR)) {
    HostResult tensor = node.getReader().read(attribute->t());
    if (!tensor)
      return node.emitAttributeError("value") << llvm::toString(tensor.takeError());
    value = std::move(*tensor);
  }
  llvm::SmallVector<SymbolicInt> shape = node.getSymbolicInts(0);
  if (node.hasFailed())
    return failure();
  Dims sizes;
  for (SymbolicInt size : shape) {
    if (size.value < 0)
      return node.emitInputError(0)
             << "expected sizes that are not negative, but got " << size.value;
    sizes.push_back(size.value);
  }
  bool isFixed = llvm::all_of(shape, [](SymbolicInt size) { return size.isConstant(); });
  if (isFixed || value.getNumElements() != 1)
    return node.bind(0, fillHost(value, sizes));
  return bindRepeated(node, value.withDims({}), shape);
}

static LogicalResult importRange(NodeContext &node) {
  for (unsigned index : {0, 1, 2})
    if (!node.hasFailed() && !node.isConstant(index))
      return node.emitInputError(index) << "expected a constant";
  if (node.hasFailed())
    return failure();
  return node.bind(0, rangeHost(*node.getConstant(0), *node.getConstant(1), *node.getConstant(2)));
}

static LogicalResult importShape(NodeContext &node) {
  llvm::SmallVector<SymbolicInt> dims = node.getSymbolicDims(0);
  int64_t rank = dims.size();
  int64_t start = node.getInt("start", 0), end = node.getInt("end", rank);
  if (node.hasFailed())
    return failure();
  auto resolve = [&](int64_t index) {
    return std::clamp<int64_t>(index < 0 ? index + rank : index, 0, rank);
  };
  start = resolve(start);
  end = std::max(start, resolve(end));
  return node.bind(0, HostTensor::makeSymbolic(llvm::ArrayRef(dims).slice(start, end - start)));
}

static LogicalResult importSize(NodeContext &node) {
  llvm::SmallVector<SymbolicInt> dims = node.getSymbolicDims(0);
  if (node.hasFailed())
    return failure();
  SymbolicInt size = multiply(dims);
  return node.bind(0, HostTensor::makeSymbolic(size).withDims({}));
}

/// The input is the output.
static LogicalResult importIdentity(NodeContext &node) {
  if (const HostTensor *constant = node.getConstant(0))
    return node.bind(0, *constant);
  if (const BatchConstant *constant = node.getBatchConstant(0))
    return node.bind(0, *constant);
  return node.bind(0, node.getValue(0));
}

static LogicalResult importDropout(NodeContext &node) {
  if (node.hasInput(2)) {
    const HostTensor *training = node.getConstant(2);
    if (node.hasFailed())
      return failure();
    if (!training || training->getType() != ElementType::Bool || training->getNumElements() != 1)
      return node.emitInputError(2) << "expected a constant of type bool for the training mode";
    if (training->getBytes()[0])
      return node.emitInputError(2)
             << "training mode is not supported; export the model for inference";
  }
  return importIdentity(node);
}

static LogicalResult importCast(NodeContext &node) {
  if (!node.hasAttribute("to"))
    return node.emitError() << "expected an attribute 'to', but it is not given";
  int32_t to = int32_t(node.getInt("to", 0));
  std::optional<ElementType> type = convertElementType(to);
  if (node.hasFailed())
    return failure();
  if (node.canEvaluate()) {
    if (!type)
      return node.emitAttributeError("to")
             << "element type " << describeElementType(to) << " is not supported";
    return node.bindEvaluated(castHost(*node.getHost(0), *type));
  }
  Value value = node.getValue(0);
  if (!value)
    return failure();
  bool isIndex = nn::isIndexTensor(value.getType());
  bool toIndex = type == ElementType::Int64 || type == ElementType::Int32;
  if (isIndex ? toIndex : type == ElementType::Float32)
    return node.bind(0, value);
  if (isIndex)
    return node.emitAttributeError("to")
           << "expected indices to stay int64 or int32, but got a cast to "
           << describeElementType(to);
  return node.emitAttributeError("to")
         << "expected values of the model to stay float32, but got a cast to "
         << describeElementType(to);
}

static constexpr Operator operators[] = {
    {"Constant", 1, 0, 0, 1, "value", importConstant},
    {"Constant", 12, 0, 0, 1, "value value_float value_floats value_int value_ints",
     importConstant},
    {"ConstantOfShape", 9, 1, 1, 1, "value", importConstantOfShape},
    {"Range", 11, 3, 3, 1, "", importRange},
    {"Shape", 1, 1, 1, 1, "", importShape},
    {"Shape", 15, 1, 1, 1, "start end", importShape},
    {"Size", 1, 1, 1, 1, "", importSize},
    {"Identity", 1, 1, 1, 1, "", importIdentity},
    {"Dropout", 7, 1, 1, 2, "ratio", importDropout},
    {"Dropout", 12, 1, 3, 2, "seed", importDropout},
    {"Cast", 9, 1, 1, 1, "to", importCast},
    {"Cast", 19, 1, 1, 1, "to saturate", importCast},
};

OperatorTable importer::getConstantOperators() { return operators; }
