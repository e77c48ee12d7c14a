//===- CorrectBiases.cpp - Let biases make up for rounded weights ---------===//

#include "quantir/passes/Calibrate/Passes.h"

#include "lib/Calibration/BiasCorrection.h"
#include "quantir/Config/Settings.h"
#include "quantir/Support/StatusDiagnostics.h"
#include "quantir/dialects/Quantir/Quantir.h"
#include "runtime/data/ModelInputs.h"

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
    FailureOr<QuantizationRules> rules = getAnalysis<Settings>().rules();
    if (failed(rules))
      return failure();
    if (!rules->correctBiases)
      return success();
    if (data.empty())
      return emitError(module.getLoc()) << "expected the pass option data=<samples.npy>";
    FailureOr<runtime::PlanPtr> plan = compileInMemory(module);
    if (failed(plan))
      return failure();
    Result<runtime::ModelInputs> inputs =
        runtime::ModelInputs::load(data, **plan, (*plan)->preprocessing());
    if (!inputs)
      return emitStatus(module.getLoc(), inputs.status());
    runtime::ExecutionOptions options;
    options.batch = batch;
    options.threads = threads;
    FailureOr<BiasCorrection> correction =
        correctBiases(module, samplesInWholeBatches(**plan, inputs->samples()),
                      inputs->calibrationSource(), options, {});
    if (failed(correction))
      return failure();
    numCorrected += correction->corrected;
    return success();
  }
};

} // namespace
