//===- ExportOps.cpp - The plan's form of each kernel ---------------------===//

#include "ExportOps.h"

#include "quantir/dialects/Kernel/KernelOptions.h"

using namespace mlir;
using namespace quantir;
using namespace quantir::kernel;
using flatbuffers::FlatBufferBuilder;

plan::KernelTable quantir::exportOptions(FlatBufferBuilder &builder, Operation *op,
                                         function_ref<uint32_t(StringRef)> observerIndex) {
  plan::KernelTable table;
  visitKernel(op, [&](auto kernel, auto options) {
    if constexpr (std::is_same_v<decltype(kernel), ObserveOp>)
      options.observer = observerIndex(kernel.getObserver());
    table = plan::writeOptions(builder, options);
  });
  return table;
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
