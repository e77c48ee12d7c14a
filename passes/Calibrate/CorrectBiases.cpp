//===- CorrectBiases.cpp - Let biases make up for rounded weights ---------===//

#include "quantir/passes/Calibrate/Passes.h"

#include "Samples.h"

#include "lib/Calibration/BiasCorrection.h"
#include "quantir/dialects/Quantir/Quantir.h"

namespace quantir {
#define GEN_PASS_DEF_CORRECTBIASESPASS
#include "quantir/passes/Calibrate/Passes.h.inc"
} // namespace quantir

using namespace mlir;
using namespace quantir;

namespace {

class CorrectBiasesPass : public quantir::impl::CorrectBiasesPassBase<CorrectBiasesPass> {
public:
  using CorrectBiasesPassBase::CorrectBiasesPassBase;

  void runOnOperation() override {
    if (failed(run(getOperation())))
      signalPassFailure();
  }

private:
  LogicalResult run(ModuleOp module) {
    auto &settings = getAnalysis<Settings>();
    FailureOr<QuantizationRules> rules = settings.rules();
    if (failed(rules))
      return failure();
    if (!rules->correctBiases) // and no samples are needed
      return success();
    FailureOr<ModuleSamples> samples = loadSamples(module, data);
    if (failed(samples))
      return failure();
    runtime::ExecutionOptions run;
    run.batch = batch;
    run.threads = threads;
    FailureOr<BiasCorrection> correction = correctBiases(
        module, settings, samplesInWholeBatches(*samples->plan, samples->data.samples),
        samples->data.source, run, {});
    if (failed(correction))
      return failure();
    numCorrected += correction->corrected;
    return success();
  }
};

} // namespace
