//===- ExportOps.h - The plan's form of each kernel -------------*- C++ -*-===//

#ifndef QUANTIR_TARGET_PLAN_EXPORTOPS_H
#define QUANTIR_TARGET_PLAN_EXPORTOPS_H

#include "quantir/dialects/Kernel/Kernel.h"
#include "runtime/schema/KernelTables.h"

namespace quantir {

/// A kernel with its attributes; of kind NONE if plans have none such. `observerIndex` says which
/// observer of the plan a symbol is.
plan::KernelTable exportOptions(flatbuffers::FlatBufferBuilder &builder, mlir::Operation *op,
                                llvm::function_ref<uint32_t(llvm::StringRef)> observerIndex);

/// How many times the batch the dynamic dimension of the result is, given the same for each operand
/// with a dynamic dimension. Fails, without a message, if that is not a whole number.
llvm::FailureOr<int64_t> getBatchMultiple(mlir::Operation *op,
                                          llvm::function_ref<int64_t(mlir::Value)> operandMultiple);

} // namespace quantir

#endif // QUANTIR_TARGET_PLAN_EXPORTOPS_H
