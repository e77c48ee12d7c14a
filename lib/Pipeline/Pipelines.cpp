//===- Pipelines.cpp - The stages as pass pipelines -----------------------===//

#include "quantir/Pipeline/Pipelines.h"

#include "quantir/Pipeline/RegisterPipeline.h"
#include "quantir/passes/Annotate/Passes.h"
#include "quantir/passes/Configure/Passes.h"
#include "quantir/passes/Convert/Passes.h"
#include "quantir/passes/Equalize/Passes.h"
#include "quantir/passes/Fuse/Passes.h"
#include "quantir/passes/Lower/Passes.h"
#include "quantir/passes/Modules/Passes.h"
#include "quantir/passes/Prepare/Passes.h"

#include "mlir/Transforms/Passes.h"

using namespace mlir;
using namespace quantir;

namespace {

/// What float and prepared models have in common.
void addSimplification(OpPassManager &pm) {
  pm.addPass(createCanonicalizerPass());
  pm.addNestedPass<func::FuncOp>(createFoldBatchNormPass());
  pm.addNestedPass<func::FuncOp>(createMergeConstantsPass());
  pm.addPass(createCSEPass());
  pm.addPass(createFusePass());
}

} // namespace

void quantir::buildFloatPipeline(OpPassManager &pm) { addSimplification(pm); }

void quantir::buildPreparePipeline(OpPassManager &pm, const PreparePipelineOptions &options) {
  pm.addPass(createSetConfigPass());
  buildPrepareConfiguredPipeline(pm, options);
}

void quantir::buildPrepareConfiguredPipeline(OpPassManager &pm,
                                             const PreparePipelineOptions &options) {
  pm.addPass(createOutlineModulesPass());
  pm.addPass(createSwapModulesPass());
  addSimplification(pm);
  pm.addPass(createAnnotatePass());
  pm.addPass(createAnnotateBoundariesPass());
  if (options.prune)
    pm.addNestedPass<func::FuncOp>(createPruneAnnotationsPass());
  pm.addPass(createAnnotateEqualizationPass());
  pm.addPass(createInsertObserversPass());
  pm.addPass(createShareBoundaryObserversPass());
  pm.addPass(createVerifyPreparedPass());
}

void quantir::buildPrepareEagerPipeline(OpPassManager &pm) {
  pm.addPass(createSetConfigPass());
  pm.addPass(createPropagateQConfigPass());
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
  lowerToKernels(pm, LowerPassOptions{options.keepReference});
}

void quantir::registerPipelines() {
  registerPipeline<EmptyPipelineOptions>(
      "quantir-float", "simplify and fuse a float model for execution",
      [](OpPassManager &pm, const EmptyPipelineOptions &) { buildFloatPipeline(pm); });
  registerPipeline<PreparePipelineOptions>(
      "quantir-prepare", "fuse, annotate and insert observers: a float model to be calibrated",
      buildPreparePipeline);
  registerPipeline<EmptyPipelineOptions>(
      "quantir-prepare-eager",
      "observe what has a qconfig, as eager mode does: a float model to be calibrated",
      [](OpPassManager &pm, const EmptyPipelineOptions &) { buildPrepareEagerPipeline(pm); });
  registerPipeline<EmptyPipelineOptions>(
      "quantir-convert", "turn a calibrated model into a reference quantized model",
      [](OpPassManager &pm, const EmptyPipelineOptions &) { buildConvertPipeline(pm); });
  registerPipeline<LowerPipelineOptions>(
      "quantir-lower-to-kernels", "turn a model of any stage into kernels that a backend executes",
      buildLowerPipeline);
}
