//===- Pipelines.cpp - The stages as pass pipelines -----------------------===//

#include "quantir/Pipeline/Pipelines.h"

#include "quantir/passes/Annotate/Passes.h"
#include "quantir/passes/Convert/Passes.h"
#include "quantir/passes/Equalize/Passes.h"
#include "quantir/passes/Fuse/Passes.h"
#include "quantir/passes/Lower/Passes.h"
#include "quantir/passes/Modules/Passes.h"
#include "quantir/passes/Prepare/Passes.h"

#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;
using namespace quantir;

namespace {

/// Registers a pipeline of passes over modules. Where one is scheduled under another op, MLIR adds
/// its passes all the same, and ends the program.
template <typename Options, typename Build>
void registerPipeline(StringRef name, StringRef description, Build build) {
  auto add = [=](OpPassManager &pm, StringRef options,
                 function_ref<LogicalResult(const Twine &)> errorHandler) -> LogicalResult {
    std::optional<StringRef> opName = pm.getOpName();
    if (opName && *opName != ModuleOp::getOperationName() &&
        pm.getNesting() == OpPassManager::Nesting::Explicit)
      return errorHandler("pipeline '" + name + "' is one of 'builtin.module', but got it in '" +
                          *opName + "'; write builtin.module(" + name + ")");
    Options parsed;
    if (failed(parsed.parseFromString(options)))
      return failure();
    build(pm, parsed);
    return success();
  };
  auto handleOptions = [](function_ref<void(const mlir::detail::PassOptions &)> handler) {
    handler(Options());
  };
  registerPassPipeline(name, description, add, handleOptions);
}

/// What float and prepared models have in common.
void addSimplification(OpPassManager &pm, const std::string &backendConfig) {
  pm.addPass(createCanonicalizerPass());
  pm.addNestedPass<func::FuncOp>(createFoldBatchNormPass());
  pm.addNestedPass<func::FuncOp>(createMergeConstantsPass());
  pm.addPass(createCSEPass());
  pm.addPass(createFusePass(FusePassOptions{backendConfig}));
}

} // namespace

void quantir::buildFloatPipeline(OpPassManager &pm, const FloatPipelineOptions &options) {
  addSimplification(pm, options.backendConfig);
}

void quantir::buildPreparePipeline(OpPassManager &pm, const PreparePipelineOptions &options) {
  SwapModulesPassOptions swap;
  swap.qconfigMapping = options.qconfigMapping;
  pm.addPass(createOutlineModulesPass(
      OutlineModulesPassOptions{options.backendConfig, options.qconfigMapping}));
  pm.addPass(createSwapModulesPass(swap));
  addSimplification(pm, options.backendConfig);
  pm.addPass(
      createAnnotatePass(AnnotatePassOptions{options.backendConfig, options.qconfigMapping}));
  pm.addPass(createAnnotateBoundariesPass(AnnotateBoundariesPassOptions{options.qconfigMapping}));
  if (options.prune)
    pm.addNestedPass<func::FuncOp>(createPruneAnnotationsPass());
  pm.addPass(
      createAnnotateEqualizationPass(AnnotateEqualizationPassOptions{options.qconfigMapping}));
  pm.addPass(createInsertObserversPass());
  pm.addPass(createShareBoundaryObserversPass());
  pm.addPass(createVerifyPreparedPass());
}

void quantir::buildPrepareEagerPipeline(OpPassManager &pm,
                                        const PrepareEagerPipelineOptions &options) {
  pm.addPass(createPropagateQConfigPass(PropagateQConfigPassOptions{options.qconfigMapping}));
  pm.addPass(createAnnotateEagerPass());
  pm.addPass(createInsertObserversPass());
  pm.addPass(createVerifyPreparedPass());
}

void quantir::buildConvertPipeline(OpPassManager &pm) {
  SwapModulesPassOptions swap;
  swap.stage = "convert";
  pm.addPass(createSwapModulesPass(swap));
  pm.addPass(createEqualizePass());
  pm.addPass(createUnifyObserversPass());
  pm.addPass(createConvertPass());
  pm.addPass(createQuantizeBoundariesPass());
  pm.addNestedPass<func::FuncOp>(createCancelRedundantCastsPass());
  pm.addNestedPass<func::FuncOp>(createQuantizeWeightsPass());
  pm.addPass(createVerifyReferencePass());
}

void quantir::buildLowerPipeline(OpPassManager &pm, const LowerPipelineOptions &options) {
  LowerPassOptions lower;
  lower.backend = options.backend;
  lower.keepReference = options.keepReference;
  lowerToKernels(pm, lower);
}

void quantir::registerPipelines() {
  registerPipeline<FloatPipelineOptions>(
      "quantir-float", "simplify and fuse a float model for execution", buildFloatPipeline);
  registerPipeline<PreparePipelineOptions>(
      "quantir-prepare", "fuse, annotate and insert observers: a float model to be calibrated",
      buildPreparePipeline);
  registerPipeline<PrepareEagerPipelineOptions>(
      "quantir-prepare-eager",
      "observe what has a qconfig, as eager mode does: a float model to be calibrated",
      buildPrepareEagerPipeline);
  registerPipeline<EmptyPipelineOptions>(
      "quantir-convert", "turn a calibrated model into a reference quantized model",
      [](OpPassManager &pm, const EmptyPipelineOptions &) { buildConvertPipeline(pm); });
  registerPipeline<LowerPipelineOptions>(
      "quantir-lower-to-kernels", "turn a model of any stage into kernels that a backend executes",
      buildLowerPipeline);
}
