//===- ValueTable.cpp - What the names of a graph stand for ----------------===//

#include "ValueTable.h"

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
static constexpr int64_t maxOwnedBytes = int64_t(4) << 30;

bool ValueTable::isBound(StringRef name) const {
  return entries.contains(name) || graph.findInitializer(name);
}

void ValueTable::bind(StringRef name, mlir::Value value) { entries[name] = Entry{value, nullptr}; }

Error ValueTable::bind(StringRef name, HostTensor constant) {
  ownedBytes += constant.getOwnedBytes();
  if (ownedBytes > maxOwnedBytes)
    return makeError("expected the model's constant nodes to make at most ", maxOwnedBytes >> 30,
                     " GiB of values");
  entries[name] = Entry{nullptr, std::make_unique<HostTensor>(std::move(constant))};
  return Error::success();
}

void ValueTable::bind(StringRef name, BatchConstant constant) {
  entries[name] = Entry{nullptr, nullptr, std::make_unique<BatchConstant>(std::move(constant))};
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

Expected<mlir::Value> ValueTable::getValue(StringRef name) {
  Expected<Entry *> entry = find(name);
  if (!entry)
    return entry.takeError();
  mlir::Value &value = (*entry)->value;
  if (value)
    return value;

  if ((*entry)->batchConstant)
    return makeError("expected a constant of fixed dimensions, but it is repeated for each sample; "
                     "import with a fixed batch size");
  const HostTensor &constant = *(*entry)->constant;
  if (constant.getType() != ElementType::Float32)
    return makeError("expected a tensor of type float32, but got ", describe(constant.getType()));
  if (constant.isSymbolic())
    return makeError("expected a constant, but it depends on the batch size");
  if (constant.getNumElements() == 0)
    return makeError("expected a tensor with elements, but got dimensions ",
                     numerics::formatDims(constant.getDims()));
  mlir::MLIRContext *context = builder.getContext();
  value = nn::createConstant(builder, mlir::NameLoc::get(mlir::StringAttr::get(context, name)),
                             constant.getDims(), constant.getValues<float>(), name);
  return value;
}

int64_t ValueTable::getBatchScale(mlir::Value value) const {
  auto it = batchScales.find(value);
  return it == batchScales.end() ? 1 : it->second;
}
