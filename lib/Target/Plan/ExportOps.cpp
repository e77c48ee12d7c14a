//===- ExportOps.cpp - The plan's form of each kernel ---------------------===//

#include "ExportOps.h"

#include "quantir/Serialization/ObserverJson.h"
#include "quantir/dialects/Quantir/QuantirAttrs.h"

#include "llvm/ADT/TypeSwitch.h"

#include <nlohmann/json.hpp>

using namespace mlir;
using namespace quantir;
using namespace quantir::kernel;
using flatbuffers::FlatBufferBuilder;

//===----------------------------------------------------------------------===//
// Attributes
//===----------------------------------------------------------------------===//

namespace {

/// Nothing for an attribute that is not there.
template <typename T, typename Array>
flatbuffers::Offset<flatbuffers::Vector<T>> exportArray(FlatBufferBuilder &builder, Array array) {
  return array ? builder.CreateVector(array.asArrayRef().data(), array.size())
               : flatbuffers::Offset<flatbuffers::Vector<T>>();
}

/// An observer as JSON.
flatbuffers::Offset<flatbuffers::String> exportSpec(FlatBufferBuilder &builder, Attribute spec) {
  return builder.CreateString(numerics::toJson(cast<ObserverSpecAttr>(spec).getConfig()).dump());
}

flatbuffers::Offset<plan::Activation> exportActivation(FlatBufferBuilder &builder,
                                                       std::optional<ActivationAttr> activation) {
  if (!activation)
    return 0;
  return plan::CreateActivation(builder, plan::ActivationKind(activation->getKind()),
                                activation->getAlpha(), activation->getBeta());
}

//===----------------------------------------------------------------------===//
// All kernels
//===----------------------------------------------------------------------===//

template <typename Table> PlanOpKind makeKind(flatbuffers::Offset<Table> table) {
  return {plan::OpKindTraits<Table>::enum_value, table.Union()};
}

// exportKind and getOperandsByPosition: for each kernel what its definition says.
#include "generated/ExportKernels.inc"

} // namespace

PlanOpKind quantir::exportOpKind(FlatBufferBuilder &builder, Operation *op,
                                 function_ref<uint32_t(StringRef)> observerIndex) {
  return exportKind(builder, op, observerIndex);
}

SmallVector<Value> quantir::getPlanOperands(Operation *op) {
  SmallVector<Value> operands = getOperandsByPosition(op);
  while (!operands.empty() && !operands.back())
    operands.pop_back();
  return operands;
}

//===----------------------------------------------------------------------===//
// Batch
//===----------------------------------------------------------------------===//

FailureOr<int64_t> quantir::getBatchMultiple(Operation *op,
                                             function_ref<int64_t(Value)> operandMultiple) {
  auto isDynamic = [](Value value) {
    return !cast<RankedTensorType>(value.getType()).hasStaticShape();
  };
  if (isa<ReshapeOp>(op)) {
    // As many elements before as after, for every batch.
    Value input = op->getOperand(0);
    if (!isDynamic(input))
      return failure();
    int64_t before = shapes::numElements(getDims(input.getType()));
    int64_t after = shapes::numElements(getDims(op->getResult(0).getType()));
    int64_t elements;
    if (after == 0 || llvm::MulOverflow(before, operandMultiple(input), elements) ||
        elements % after != 0)
      return failure();
    return elements / after;
  }
  // A value repeated for each sample.
  if (isa<ExpandOp>(op) && !isDynamic(op->getOperand(0)))
    return 1;
  // The other ops leave the dimension as it is; all operands that have one have the same.
  std::optional<int64_t> multiple;
  for (Value operand : op->getOperands()) {
    if (!isDynamic(operand))
      continue;
    if (multiple && *multiple != operandMultiple(operand))
      return failure();
    multiple = operandMultiple(operand);
  }
  if (!multiple)
    return failure();
  return *multiple;
}
