//===- Calibrate.cpp - Run a prepared model on samples --------------------===//

#include "quantir/passes/Calibrate/Passes.h"

#include "lib/Calibration/Calibration.h"
#include "quantir/Support/StatusDiagnostics.h"
#include "quantir/dialects/Quantir/Quantir.h"
#include "runtime/data/ModelInputs.h"

namespace quantir {
#define GEN_PASS_DEF_CALIBRATEPASS
#include "quantir/passes/Calibrate/Passes.h.inc"
} // namespace quantir

using namespace mlir;
using namespace quantir;

namespace {

class CalibratePass : public quantir::impl::CalibratePassBase<CalibratePass> {
public:
  using CalibratePassBase::CalibratePassBase;

  void runOnOperation() override {
    if (failed(run(getOperation())))
      signalPassFailure();
  }

private:
  LogicalResult run(ModuleOp module) {
    if (data.empty())
      return emitError(module.getLoc()) << "expected the pass option data=<samples.npy>";
    FailureOr<runtime::PlanPtr> plan = compileInMemory(module);
    if (failed(plan))
      return failure();
    Result<runtime::ModelInputs> inputs =
        runtime::ModelInputs::load(data, **plan, (*plan)->preprocessing());
    if (!inputs)
      return emitStatus(module.getLoc(), inputs.status());
    runtime::CalibrationRun options;
    options.batch = batch;
    options.threads = threads;
    options.workers = workers;
    FailureOr<CalibrationResult> seen = calibrate(
        *plan, inputs->samples(), inputs->calibrationSource(), options, {}, module.getLoc());
    if (failed(seen))
      return failure();
    numSamples += seen->samples;
    return applyCalibration(module, seen->state);
  }
};

} // namespace
