//===- Boundaries.h - Where functions meet ----------------------*- C++ -*-===//

#ifndef QUANTIR_PASSES_MODULES_BOUNDARIES_H
#define QUANTIR_PASSES_MODULES_BOUNDARIES_H

#include "quantir/Config/CustomConfig.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace quantir {

/// The inputs, or outputs, of a function that are quantized where it begins, or ends. Fails, with
/// an error, for an index that it has not. Empty for functions that passes do not look into.
mlir::FailureOr<llvm::SmallVector<unsigned>> quantizedInputs(mlir::func::FuncOp function);
mlir::FailureOr<llvm::SmallVector<unsigned>> quantizedOutputs(mlir::func::FuncOp function);

/// The calls of `function`; empty for one that only its callers outside know.
llvm::SmallVector<mlir::func::CallOp> callsOf(mlir::func::FuncOp function);

/// Erases the symbols of `module` for which `mayErase` holds and that nothing refers to, or only
/// what is erased itself.
void eraseUnusedSymbols(mlir::ModuleOp module,
                        llvm::function_ref<bool(mlir::Operation *)> mayErase);

/// The path of the module that an op comes from; empty if it has none.
llvm::StringRef modulePathOf(mlir::Operation *op);

/// What the mapping of `function` says of a module in it: its path is that of the model, its class
/// may be empty. A failure has been reported.
mlir::FailureOr<QConfigAttr> qconfigOfModule(const QConfigResolver &mapping,
                                             mlir::func::FuncOp function, llvm::StringRef path,
                                             llvm::StringRef moduleClass);

/// What the mapping of `caller` says of the module that `call` calls.
mlir::FailureOr<QConfigAttr> qconfigOfCall(const QConfigResolver &mapping,
                                           mlir::func::FuncOp caller, mlir::func::CallOp call,
                                           mlir::func::FuncOp callee);

/// Makes a call pass and take what the type of `callee` says: operands are quantized, unless they
/// were dequantized from just these codes, and results dequantized.
void castToSignature(mlir::func::CallOp call, mlir::func::FuncOp callee);

} // namespace quantir

#endif // QUANTIR_PASSES_MODULES_BOUNDARIES_H
