//===- RegisterPipeline.h - Pipelines by name -------------------*- C++ -*-===//

#ifndef QUANTIR_PIPELINE_REGISTERPIPELINE_H
#define QUANTIR_PIPELINE_REGISTERPIPELINE_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassOptions.h"
#include "mlir/Pass/PassRegistry.h"

namespace quantir {

/// Registers a pipeline of passes over modules. Where one is scheduled under another op, MLIR adds
/// its passes all the same, and ends the program.
template <typename Options, typename Build>
void registerPipeline(llvm::StringRef name, llvm::StringRef description, Build build) {
  auto add = [=](mlir::OpPassManager &pm, llvm::StringRef options,
                 llvm::function_ref<mlir::LogicalResult(const llvm::Twine &)> errorHandler)
      -> mlir::LogicalResult {
    std::optional<llvm::StringRef> opName = pm.getOpName();
    if (opName && *opName != mlir::ModuleOp::getOperationName() &&
        pm.getNesting() == mlir::OpPassManager::Nesting::Explicit)
      return errorHandler("pipeline '" + name + "' is one of 'builtin.module', but got it in '" +
                          *opName + "'; write builtin.module(" + name + ")");
    Options parsed;
    if (failed(parsed.parseFromString(options)))
      return mlir::failure();
    build(pm, parsed);
    return mlir::success();
  };
  auto handleOptions = [](llvm::function_ref<void(const mlir::detail::PassOptions &)> handler) {
    handler(Options());
  };
  mlir::registerPassPipeline(name, description, add, handleOptions);
}

} // namespace quantir

#endif // QUANTIR_PIPELINE_REGISTERPIPELINE_H
