//===- ExportOps.h - The plan's form of each kernel -------------*- C++ -*-===//

#ifndef QUANTIR_TARGET_PLAN_EXPORTOPS_H
#define QUANTIR_TARGET_PLAN_EXPORTOPS_H

#include "quantir/dialects/Kernel/Kernel.h"
#include "runtime/schema/plan_generated.h"

namespace quantir {

/// What kind of op a kernel is in a plan, with its attributes.
struct PlanOpKind {
  plan::OpKind kind = plan::OpKind::NONE;
  flatbuffers::Offset<void> table;
};

/// The kind of a kernel; NONE if plans have none. `observerIndex` says which observer of the plan a
/// symbol is.
PlanOpKind exportOpKind(flatbuffers::FlatBufferBuilder &builder, mlir::Operation *op,
                        llvm::function_ref<uint32_t(llvm::StringRef)> observerIndex);

/// The operands of a kernel in the plan's order; null for one that is absent but has another behind
/// it.
llvm::SmallVector<mlir::Value> getPlanOperands(mlir::Operation *op);

/// How many times the batch the dynamic dimension of the result is, given the same for each operand
/// with a dynamic dimension. Fails, without a message, if that is not a whole number.
llvm::FailureOr<int64_t> getBatchMultiple(mlir::Operation *op,
                                          llvm::function_ref<int64_t(mlir::Value)> operandMultiple);

} // namespace quantir

#endif // QUANTIR_TARGET_PLAN_EXPORTOPS_H
