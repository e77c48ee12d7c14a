//===- Passes.h - Passes that make kernels ----------------------*- C++ -*-===//

#ifndef QUANTIR_PASSES_LOWER_PASSES_H
#define QUANTIR_PASSES_LOWER_PASSES_H

#include "quantir/dialects/Kernel/Kernel.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

namespace quantir {

#define GEN_PASS_DECL
#include "quantir/passes/Lower/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "quantir/passes/Lower/Passes.h.inc"

/// Adds everything between a module of any stage and the plan exporter: lower, assign layouts,
/// clean up, verify.
void lowerToKernels(mlir::OpPassManager &pm, const LowerPassOptions &options = {});

/// The one public function of a module: what a plan executes. Emits an error if there is none or
/// more than one.
llvm::FailureOr<mlir::func::FuncOp> getEntryFunction(mlir::ModuleOp module);

/// The contract of quantir-verify-kernel.
llvm::LogicalResult verifyKernelForm(mlir::ModuleOp module);

} // namespace quantir

#endif // QUANTIR_PASSES_LOWER_PASSES_H
