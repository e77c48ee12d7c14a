//===- CompilerFuzz.h - What fuzz targets do with modules -------*- C++ -*-===//

#ifndef QUANTIR_TEST_FUZZ_COMPILERFUZZ_H
#define QUANTIR_TEST_FUZZ_COMPILERFUZZ_H

#include "Fuzz.h"

#include "lib/Calibration/Calibration.h"
#include "lib/Compiler/Diagnostics.h"
#include "lib/Compiler/ModelFile.h"
#include "quantir/Pipeline/Pipelines.h"

#include "mlir/IR/MLIRContext.h"
#include "mlir/Pass/PassManager.h"

namespace quantir::fuzz {

/// One for many inputs, since making it takes longer than most of them; not for all, since it keeps
/// the attributes of all that were ever in it. Modules of earlier inputs have to be gone.
inline mlir::MLIRContext *sharedContext() {
  static std::unique_ptr<mlir::MLIRContext> context;
  static int uses = 0;
  if (uses++ % 256 == 0)
    context = makeContext();
  return context.get();
}

/// Whatever failed has said why.
inline void requireError(const DiagnosticCollector &diagnostics) {
  std::string message = diagnostics.error("it").message();
  require(message != "it failed", "a failure without an error");
}

/// Runs the prepare pipeline on a copy of `module`.
inline void prepare(mlir::ModuleOp module) {
  mlir::OwningOpRef<mlir::ModuleOp> copy = module.clone();
  DiagnosticCollector diagnostics(module.getContext());
  mlir::PassManager pm(module.getContext());
  buildPreparePipeline(pm, {});
  if (failed(pm.run(*copy)))
    requireError(diagnostics);
}

/// Takes a module through what its stage allows. The pass manager verifies after each pass.
inline void compileAll(mlir::ModuleOp module) {
  std::string stage = stageOf(module);
  if (stage == "float")
    prepare(module);
  if (stage == "prepared") {
    mlir::OwningOpRef<mlir::ModuleOp> copy = module.clone();
    DiagnosticCollector diagnostics(module.getContext());
    mlir::PassManager pm(module.getContext());
    buildConvertPipeline(pm);
    if (failed(pm.run(*copy)))
      requireError(diagnostics);
  }
  DiagnosticCollector diagnostics(module.getContext());
  LowerPipelineOptions options;
  options.keepReference = stage == "reference";
  if (failed(compileInMemory(module, options)))
    requireError(diagnostics);
}

} // namespace quantir::fuzz

#endif // QUANTIR_TEST_FUZZ_COMPILERFUZZ_H
