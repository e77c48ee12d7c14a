//===- ValueTable.cpp - What the names of a graph stand for ----------------===//

#include "ValueTable.h"

#include "quantir/Shapes/Expand.h"
#include "quantir/dialects/NN/Constants.h"
#include "quantir/dialects/NN/NN.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace quantir;
using namespace quantir::importer;
using llvm::Error;
using llvm::Expected;
using llvm::StringRef;

/// Evaluated constants of all nodes together. Far above what computing shapes takes; there for
/// files made to fill the memory.
static constexpr int64_t maxAllocatedBytes = int64_t(4) << 30;

bool ValueTable::isBound(StringRef name) const {
  return entries.contains(name) || graph.findInitializer(name);
}

void ValueTable::bind(StringRef name, mlir::Value value) { entries[name] = Entry{value, nullptr}; }

Error ValueTable::bind(StringRef name, HostTensor constant) {
  if (const void *allocation = constant.getAllocation();
      allocation && allocations.insert(allocation).second)
    allocatedBytes += int64_t(constant.getBytes().size());
  if (allocatedBytes > maxAllocatedBytes)
    return makeError("expected the model's constant nodes to make at most ",
                     maxAllocatedBytes >> 30, " GiB of values");
  entries[name] = Entry{nullptr, std::make_unique<HostTensor>(std::move(constant))};
  return Error::success();
}

void ValueTable::bind(StringRef name, BatchConstant constant, Origin origin) {
  entries[name] =
      Entry{nullptr, nullptr, std::make_unique<BatchConstant>(std::move(constant)), origin};
}

const BatchConstant *ValueTable::getBatchConstant(StringRef name) const {
  auto it = entries.find(name);
  return it == entries.end() ? nullptr : it->second.batchConstant.get();
}

Expected<ValueTable::Entry *> ValueTable::find(StringRef name) {
  auto it = entries.find(name);
  if (it != entries.end())
    return &it->second;
  const ::onnx::TensorProto *initializer = graph.findInitializer(name);
  if (!initializer)
    return makeError("it has no value");
  Expected<HostTensor> constant = reader.read(*initializer);
  if (!constant)
    return constant.takeError();
  Entry &entry = entries[name];
  entry.constant = std::make_unique<HostTensor>(std::move(*constant));
  return &entry;
}

Expected<const HostTensor *> ValueTable::getConstant(StringRef name) {
  Expected<Entry *> entry = find(name);
  if (!entry)
    return entry.takeError();
  return (*entry)->constant.get();
}

Expected<mlir::Value> ValueTable::createConstant(const HostTensor &constant, StringRef name) {
  if (constant.getType() != ElementType::Float32)
    return makeError("expected a tensor of type float32, but got ", describe(constant.getType()));
  if (constant.isSymbolic())
    return makeError("expected a constant, but it depends on the batch size");
  if (constant.getNumElements() == 0)
    return makeError("expected a tensor with elements, but got dimensions ",
                     shapes::formatDims(constant.getDims()));
  mlir::MLIRContext *context = builder.getContext();
  return nn::createConstant(builder, mlir::NameLoc::get(mlir::StringAttr::get(context, name)),
                            constant.getDims(), constant.getValues<float>(), name);
}

Expected<mlir::Value> ValueTable::getRepeatedValue(const BatchConstant &constant, Dims dims,
                                                   StringRef name) {
  mlir::Value &value = repeatedValues[{constant.value.getBytes().data(), dims}];
  if (value)
    return value;
  Expected<mlir::Value> created = createConstant(constant.value.withDims(std::move(dims)), name);
  if (created)
    value = *created;
  return created;
}

Expected<mlir::Value> ValueTable::getRepeatedValue(StringRef name) {
  const BatchConstant *constant = getBatchConstant(name);
  assert(constant && "not repeated for each sample");
  return getRepeatedValue(*constant, constant->value.getDims(), name);
}

Expected<mlir::Value> ValueTable::createRepeated(const Entry &entry, StringRef name) {
  const BatchConstant &repeated = *entry.batchConstant;
  // A multiple of the batch is first a dimension of its own.
  Dims dims = repeated.value.getDims(), shape(dims.size(), -1);
  shape[repeated.axis] = shapes::expandToBatch;
  if (repeated.scale != 1) {
    dims.insert(dims.begin() + repeated.axis, 1);
    shape.insert(shape.begin() + repeated.axis + 1, repeated.scale);
  }
  if (dims.size() > maxRank)
    return makeError("expected at most ", maxRank, " dimensions, but got ", dims.size());
  Expected<mlir::Value> constant = getRepeatedValue(repeated, dims, name);
  if (!constant)
    return constant;
  auto create = [&]<typename Op>(std::type_identity<Op>, mlir::Value input, const Dims &list) {
    auto attribute = builder.getNamedAttr("shape", builder.getDenseI64ArrayAttr(list));
    auto op = nn::createChecked<Op>(builder, entry.origin->location, {input}, attribute);
    if (op)
      op->setDiscardableAttr(nn::pathAttrName, entry.origin->path);
    return op ? op.getResult() : mlir::Value();
  };
  mlir::Value value = create(std::type_identity<nn::ExpandOp>(), *constant, shape);
  if (value && repeated.scale != 1) {
    shape = repeated.value.getDims();
    shape[repeated.axis] = -1;
    value = create(std::type_identity<nn::ReshapeOp>(), value, shape);
    batchScales[value] = repeated.scale;
  }
  if (!value)
    return makeError("it cannot be repeated for each sample");
  return value;
}

Expected<mlir::Value> ValueTable::getValue(StringRef name) {
  Expected<Entry *> entry = find(name);
  if (!entry)
    return entry.takeError();
  mlir::Value &value = (*entry)->value;
  if (value)
    return value;
  Expected<mlir::Value> created = (*entry)->batchConstant
                                      ? createRepeated(**entry, name)
                                      : createConstant(*(*entry)->constant, name);
  if (created)
    value = *created;
  return created;
}

int64_t ValueTable::getBatchScale(mlir::Value value) const {
  auto it = batchScales.find(value);
  return it == batchScales.end() ? 1 : it->second;
}
