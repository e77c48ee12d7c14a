//===- QuantizePipeline.cpp - All of quantization as passes ---------------===//

#include "quantir/passes/Calibrate/Passes.h"

#include "quantir/Pipeline/Pipelines.h"
#include "quantir/Pipeline/RegisterPipeline.h"
#include "quantir/passes/Equalize/Passes.h"

#include "mlir/Pass/PassManager.h"

using namespace mlir;
using namespace quantir;

void quantir::buildQuantizePipeline(OpPassManager &pm, const QuantizePipelineOptions &options) {
  buildPreparePipeline(pm, {});
  CalibratePassOptions calibrate;
  calibrate.data = options.data;
  calibrate.batch = options.batch;
  calibrate.threads = options.threads;
  pm.addPass(createCalibratePass(calibrate));
  // Biases make up for the weights that equalization makes.
  pm.addPass(createEqualizePass());
  if (options.correctBiases)
    pm.addPass(createCorrectBiasesPass(
        CorrectBiasesPassOptions{options.data, options.batch, options.threads}));
  buildConvertPipeline(pm);
  buildLowerPipeline(pm, {});
}

void quantir::registerCalibratePipelines() {
  registerQuantirCalibratePasses();
  registerPipeline<QuantizePipelineOptions>("quantir-quantize",
                                            "quantize a float model, as 'quantir quantize' does",
                                            buildQuantizePipeline);
}
