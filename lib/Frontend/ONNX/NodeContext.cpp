//===- NodeContext.cpp - One node being imported ---------------------------===//

#include "NodeContext.h"

#include "BatchReshape.h"
#include "Model.h"

#include "quantir/dialects/NN/Constants.h"

#include "llvm/ADT/STLExtras.h"

using namespace quantir;
using namespace quantir::importer;
using llvm::StringRef;
using ::onnx::AttributeProto;

/// The location of the operations of a node: its name, or that of its first output.
static mlir::Location getLocation(const ::onnx::NodeProto &proto, mlir::MLIRContext *context) {
  StringRef name = proto.name();
  if (name.empty() && proto.output_size() > 0)
    name = proto.output(0);
  if (name.empty())
    name = proto.op_type();
  return mlir::NameLoc::get(mlir::StringAttr::get(context, name));
}

NodeContext::NodeContext(const ::onnx::NodeProto &proto, int64_t opset, StringRef path,
                         CallForm call, const Graph &graph, ValueTable &values,
                         TensorReader &reader, mlir::OpBuilder &builder,
                         mlir::Location fileLocation)
    : proto(proto), opset(opset), path(builder.getStringAttr(path)), call(call), graph(graph),
      values(values), reader(reader), builder(builder), fileLocation(fileLocation),
      location(getLocation(proto, builder.getContext())) {}

//===----------------------------------------------------------------------===//
// Errors
//===----------------------------------------------------------------------===//

NodeError NodeContext::emitError() {
  if (std::exchange(isFailed, true))
    return {};
  NodeError error(mlir::emitError(fileLocation));
  // An earlier node may be the one at fault.
  for (const std::string &input : proto.input())
    if (Value value = values.findValue(input))
      if (StringRef suspicion = values.getSuspicion(value); !suspicion.empty())
        return std::move(error) << suspicion << "; behind it, " << describe(proto) << ": ";
  return std::move(error) << describe(proto) << ": ";
}

void NodeContext::suspect(Value value, StringRef reason) {
  if (value)
    values.setSuspicion(value, describe(proto) + ": " + reason.str());
}

NodeError NodeContext::emitAttributeError(StringRef name) {
  return emitError() << "attribute '" << name << "': ";
}

NodeError NodeContext::emitInputError(unsigned index) {
  return emitError() << "input " << index << ", "
                     << (hasInput(index) ? inQuotes(proto.input(index)) : std::string("not given"))
                     << ": ";
}

//===----------------------------------------------------------------------===//
// Attributes
//===----------------------------------------------------------------------===//

static StringRef describe(AttributeProto::AttributeType type) {
  switch (type) {
  case AttributeProto::INT:
    return "an integer";
  case AttributeProto::INTS:
    return "a list of integers";
  case AttributeProto::FLOAT:
    return "a float";
  case AttributeProto::FLOATS:
    return "a list of floats";
  case AttributeProto::STRING:
    return "a string";
  case AttributeProto::STRINGS:
    return "a list of strings";
  case AttributeProto::TENSOR:
    return "a tensor";
  case AttributeProto::GRAPH:
  case AttributeProto::GRAPHS:
    return "a graph";
  default:
    return "another type";
  }
}

const AttributeProto *NodeContext::findAttribute(StringRef name) const {
  for (const AttributeProto &attribute : proto.attribute())
    if (attribute.name() == name)
      return &attribute;
  return nullptr;
}

const AttributeProto *NodeContext::findAttribute(StringRef name,
                                                 AttributeProto::AttributeType type) {
  const AttributeProto *attribute = findAttribute(name);
  if (!attribute || attribute->type() == type)
    return attribute;
  emitAttributeError(name) << "expected " << ::describe(type) << ", but got "
                           << ::describe(attribute->type());
  return nullptr;
}

int64_t NodeContext::getInt(StringRef name, int64_t defaultValue) {
  const AttributeProto *attribute = findAttribute(name, AttributeProto::INT);
  return attribute ? attribute->i() : defaultValue;
}

float NodeContext::getFloat(StringRef name, float defaultValue) {
  const AttributeProto *attribute = findAttribute(name, AttributeProto::FLOAT);
  return attribute ? attribute->f() : defaultValue;
}

StringRef NodeContext::getString(StringRef name, StringRef defaultValue) {
  const AttributeProto *attribute = findAttribute(name, AttributeProto::STRING);
  return attribute ? StringRef(attribute->s()) : defaultValue;
}

Dims NodeContext::getInts(StringRef name, Dims defaultValue) {
  const AttributeProto *attribute = findAttribute(name, AttributeProto::INTS);
  return attribute ? Dims(attribute->ints().begin(), attribute->ints().end()) : defaultValue;
}

int64_t NodeContext::getAxis(StringRef name, int64_t defaultValue, int64_t rank) {
  int64_t axis = getInt(name, defaultValue), normalized = 0;
  if (isFailed)
    return 0;
  if (std::string error = shapes::normalizeAxis(axis, rank, normalized); !error.empty())
    emitAttributeError(name) << error;
  return normalized;
}

//===----------------------------------------------------------------------===//
// Inputs
//===----------------------------------------------------------------------===//

bool NodeContext::hasInput(unsigned index) const {
  return index < getNumInputs() && !proto.input(index).empty();
}

const HostTensor *NodeContext::getConstant(unsigned index) {
  if (isFailed)
    return nullptr;
  if (!hasInput(index)) {
    emitError() << "expected an input " << index << ", but it is not given";
    return nullptr;
  }
  llvm::Expected<const HostTensor *> constant = values.getConstant(proto.input(index));
  if (constant)
    return *constant;
  emitInputError(index) << llvm::toString(constant.takeError());
  return nullptr;
}

bool NodeContext::areInputsConstant() {
  for (unsigned index = 0; index < getNumInputs(); ++index)
    if (hasInput(index) && !isConstant(index))
      return false;
  return !isFailed;
}

const BatchConstant *NodeContext::findBatchConstant() {
  for (unsigned index = 0; index < getNumInputs(); ++index)
    if (const BatchConstant *constant = getBatchConstant(index))
      return constant;
  return nullptr;
}

/// Dimensions from the batch of a repeated constant to its end: what broadcasting aligns.
static size_t countFromBatch(const BatchConstant &constant) {
  return constant.value.getDims().size() - constant.axis;
}

bool NodeContext::canEvaluate() {
  const BatchConstant *repeated = findBatchConstant();
  for (unsigned index = 0; index < getNumInputs(); ++index) {
    if (!hasInput(index))
      continue;
    if (const BatchConstant *other = getBatchConstant(index)) {
      if (countFromBatch(*other) != countFromBatch(*repeated) || other->scale != repeated->scale)
        return false;
      continue;
    }
    const HostTensor *constant = getConstant(index);
    if (!constant)
      return false;
    const Dims &dims = constant->getDims();
    if (repeated && dims.size() >= countFromBatch(*repeated) &&
        dims[dims.size() - countFromBatch(*repeated)] != 1)
      return false;
  }
  return !isFailed;
}

LogicalResult NodeContext::requireConstantInputs() {
  if (canEvaluate() || isFailed)
    return getResult();
  for (unsigned index = 0; index < getNumInputs(); ++index)
    if (hasInput(index) && !getHost(index))
      return emitInputError(index)
             << "expected a constant, because the operator is supported only in computations of "
                "shapes, but it is computed from the model's inputs";
  return emitError() << "expected constants that are repeated for samples along one dimension; "
                        "fix the batch size with --fixed-batch";
}

const HostTensor *NodeContext::getHost(unsigned index) {
  const BatchConstant *repeated = getBatchConstant(index);
  return repeated ? &repeated->value : getConstant(index);
}

Value NodeContext::getValue(unsigned index) {
  getConstant(index); // reports a missing input or a constant that cannot be read
  if (isFailed)
    return {};
  llvm::Expected<Value> value = values.getValue(proto.input(index));
  if (value)
    return *value;
  emitInputError(index) << llvm::toString(value.takeError());
  return {};
}

const BatchConstant *NodeContext::getBatchConstant(unsigned index) {
  return hasInput(index) ? values.getBatchConstant(proto.input(index)) : nullptr;
}

Value NodeContext::getBroadcastValue(unsigned index, unsigned other) {
  const BatchConstant *repeated = getBatchConstant(index);
  if (!repeated || getHost(other))
    return getValue(index);
  llvm::SmallVector<SymbolicInt> dims = getSymbolicDims(other);
  size_t count = countFromBatch(*repeated);
  if (dims.size() < count || dims[dims.size() - count].scale != repeated->scale)
    return getValue(index);
  llvm::Expected<Value> value = values.getRepeatedValue(proto.input(index));
  if (value)
    return *value;
  emitInputError(index) << llvm::toString(value.takeError());
  return {};
}

Dims NodeContext::getDims(unsigned index) {
  if (const HostTensor *constant = getConstant(index))
    return constant->getDims();
  if (const BatchConstant *constant = getBatchConstant(index))
    return constant->getDims();
  Value value = getValue(index);
  return value ? nn::getDims(value) : Dims();
}

llvm::SmallVector<SymbolicInt> NodeContext::getSymbolicDims(unsigned index) {
  bool isComputed = !isConstant(index);
  const BatchConstant *constant = getBatchConstant(index);
  llvm::SmallVector<SymbolicInt> result;
  for (int64_t dim : getDims(index)) {
    if (isComputed && dim == shapes::dynamicDim)
      result.push_back({0, constant ? constant->scale : values.getBatchScale(getValue(index))});
    else
      result.push_back({dim, 0});
  }
  return result;
}

llvm::SmallVector<SymbolicInt> NodeContext::getSymbolicInts(unsigned index) {
  const HostTensor *constant = getConstant(index);
  if (isFailed)
    return {};
  if (!constant) {
    emitInputError(index) << "expected a constant, but it is computed from the model's inputs";
    return {};
  }
  if (constant->getDims().size() > 1) {
    emitInputError(index) << "expected a scalar or a vector, but got dimensions "
                          << shapes::formatDims(constant->getDims());
    return {};
  }
  if (constant->getType() != ElementType::Int64 && constant->getType() != ElementType::Int32) {
    emitInputError(index) << "expected integers of type int64 or int32, but got "
                          << describe(constant->getType());
    return {};
  }
  llvm::SmallVector<SymbolicInt> result;
  for (int64_t i = 0, e = constant->getNumElements(); i < e; ++i) {
    int64_t value = constant->getType() == ElementType::Int64 ? constant->getValues<int64_t>()[i]
                                                              : constant->getValues<int32_t>()[i];
    result.push_back({value, constant->getScale(i)});
  }
  return result;
}

Dims NodeContext::getConstantInts(unsigned index) {
  Dims result;
  for (auto [position, element] : llvm::enumerate(getSymbolicInts(index))) {
    if (!element.isConstant())
      emitInputError(index) << "expected constants, but element " << position
                            << " depends on the batch size; fix the batch size with --fixed-batch";
    result.push_back(element.value);
  }
  return isFailed ? Dims() : result;
}

float NodeContext::getConstantFloat(unsigned index) {
  const HostTensor *constant = getConstant(index);
  if (isFailed)
    return 0;
  if (!constant) {
    emitInputError(index) << "expected a constant, but it is computed from the model's inputs";
    return 0;
  }
  if (constant->getType() != ElementType::Float32 || constant->getNumElements() != 1 ||
      constant->isSymbolic()) {
    emitInputError(index) << "expected one number of type float32, but got type "
                          << describe(constant->getType()) << " and dimensions "
                          << shapes::formatDims(constant->getDims());
    return 0;
  }
  return constant->getValues<float>()[0];
}

std::optional<Dims> NodeContext::getIntsOfAttributeOrInput(StringRef name, unsigned index) {
  if (hasInput(index))
    return getConstantInts(index);
  if (hasAttribute(name))
    return getInts(name);
  return std::nullopt;
}

//===----------------------------------------------------------------------===//
// Outputs
//===----------------------------------------------------------------------===//

LogicalResult NodeContext::bind(unsigned index, Value value) {
  if (isFailed || !value)
    return failure();
  if (index < getNumOutputs() && !proto.output(index).empty())
    values.bind(proto.output(index), value);
  return success();
}

LogicalResult NodeContext::bind(unsigned index, llvm::Expected<HostTensor> constant) {
  if (!constant)
    return emitError() << llvm::toString(constant.takeError());
  if (isFailed)
    return failure();
  if (index >= getNumOutputs() || proto.output(index).empty())
    return success();
  if (llvm::Error error = values.bind(proto.output(index), std::move(*constant)))
    return emitError() << llvm::toString(std::move(error));
  return success();
}

LogicalResult NodeContext::bind(unsigned index, BatchConstant constant) {
  if (isFailed)
    return failure();
  if (index < getNumOutputs() && !proto.output(index).empty())
    values.bind(proto.output(index), std::move(constant), Origin{location, path});
  return success();
}

LogicalResult NodeContext::bindEvaluated(llvm::Expected<HostTensor> result) {
  const BatchConstant *repeated = findBatchConstant();
  if (!repeated || !result)
    return bind(0, std::move(result));
  size_t axis = result->getDims().size() - countFromBatch(*repeated);
  return bind(0, BatchConstant{std::move(*result), axis, repeated->scale});
}

bool NodeContext::isOutputUsed(unsigned index) const {
  return index < getNumOutputs() && graph.isUsed(proto.output(index));
}

LogicalResult NodeContext::checkOutputsBound() {
  for (auto [index, output] : llvm::enumerate(proto.output()))
    if (graph.isUsed(output) && !values.isBound(output))
      return emitError() << "its output " << index << ", " << inQuotes(output)
                         << ", is used, but cannot be imported";
  return getResult();
}

//===----------------------------------------------------------------------===//
// Operations
//===----------------------------------------------------------------------===//

mlir::NamedAttribute NodeContext::attr(StringRef name, int64_t value) {
  return builder.getNamedAttr(name, builder.getI64IntegerAttr(value));
}
mlir::NamedAttribute NodeContext::attr(StringRef name, bool value) {
  return builder.getNamedAttr(name, builder.getBoolAttr(value));
}
mlir::NamedAttribute NodeContext::attr(StringRef name, float value) {
  return builder.getNamedAttr(name, builder.getF32FloatAttr(value));
}
mlir::NamedAttribute NodeContext::attr(StringRef name, const Dims &value) {
  return builder.getNamedAttr(name, builder.getDenseI64ArrayAttr(value));
}

static bool hasDynamicBatch(Value value) {
  return !mlir::cast<mlir::RankedTensorType>(value.getType()).hasStaticShape();
}

void NodeContext::finish(mlir::Operation *op) {
  op->setDiscardableAttr(nn::pathAttrName, path);
  if (call != CallForm::Unknown)
    op->setDiscardableAttr(nn::callAttrName,
                           builder.getStringAttr(call == CallForm::Module ? "module" : "function"));
  // Types say "dynamic", not how many batches.
  std::optional<int64_t> scale;
  for (Value operand : op->getOperands()) {
    if (!hasDynamicBatch(operand))
      continue;
    int64_t operandScale = values.getBatchScale(operand);
    if (scale && *scale != operandScale) {
      emitError() << "expected inputs of one batch size, but got " << *scale << " and "
                  << operandScale << " times the model's";
      return;
    }
    scale = operandScale;
  }
  for (Value result : op->getResults())
    if (scale && hasDynamicBatch(result))
      values.setBatchScale(result, *scale);
  for (Value operand : op->getOperands())
    if (StringRef suspicion = values.getSuspicion(operand); !suspicion.empty())
      for (Value result : op->getResults())
        values.setSuspicion(result, suspicion.str());
}

Value NodeContext::createConstant(const HostTensor &tensor, StringRef name) {
  if (tensor.getType() != ElementType::Float32 || tensor.isSymbolic() ||
      tensor.getNumElements() == 0) {
    emitError() << "expected a constant of type float32 with elements that do not depend on the "
                   "batch size for "
                << inQuotes(name) << ", but got type " << describe(tensor.getType())
                << " and dimensions " << shapes::formatDims(tensor.getDims());
    return {};
  }
  return nn::createConstant(builder, location, tensor.getDims(), tensor.getValues<float>(), name);
}

Value NodeContext::reshape(Value input, llvm::ArrayRef<SymbolicInt> shape) {
  if (isFailed || !input)
    return {};
  BatchReshape resolved;
  std::string error =
      resolveReshape(nn::getDims(input), values.getBatchScale(input), shape, resolved);
  if (!error.empty()) {
    emitError() << error;
    return {};
  }
  // nn.reshape multiplies the batch or divides it, and takes two steps for both.
  if (hasDynamicBatch(input) && llvm::is_contained(resolved.shape, -1)) {
    int64_t have = shapes::numElements(nn::getDims(input));
    int64_t want = shapes::numElements(resolved.shape);
    if (have % want != 0 && want % have != 0)
      input = reshape(input, {SymbolicInt{0, 1}, SymbolicInt{-1, 0}});
  }
  auto op = create<nn::ReshapeOp>({input}, {attr("shape", resolved.shape)});
  if (!op)
    return {};
  values.setBatchScale(op.getResult(), resolved.batchScale);
  return op.getResult();
}
