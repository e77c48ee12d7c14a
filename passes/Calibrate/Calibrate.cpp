//===- Calibrate.cpp - Run a prepared model on samples --------------------===//

#include "quantir/passes/Calibrate/Passes.h"

#include "Samples.h"

#include "quantir/dialects/Quantir/Quantir.h"

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
    FailureOr<ModuleSamples> samples = loadSamples(module, data);
    if (failed(samples))
      return failure();
    runtime::CalibrationRun run;
    run.batch = batch;
    run.threads = threads;
    run.workers = workers;
    FailureOr<CalibrationResult> seen =
        calibrate(module, samples->plan, samples->data, run, {}, module.getLoc());
    if (failed(seen))
      return failure();
    // Bias correction, which reads the same samples, has nothing to add.
    emitNotes(module, samples->data.notes);
    emitNotes(module, seen->notes);
    numSamples += seen->samples;
    return success();
  }
};

} // namespace
