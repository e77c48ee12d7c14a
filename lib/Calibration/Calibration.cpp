//===- Calibration.cpp - Running modules from inside the compiler ---------===//

#include "Calibration.h"

#include "quantir/Runtime/Calibration.h"
#include "quantir/Support/StatusDiagnostics.h"
#include "quantir/Target/Plan/Export.h"
#include "runtime/plan/FixedBatch.h"
#include "runtime/session/ObserverList.h"

#include "mlir/IR/OwningOpRef.h"
#include "mlir/Pass/PassManager.h"

using namespace mlir;
using namespace quantir;

FailureOr<std::vector<uint8_t>> quantir::compileToPlan(ModuleOp module,
                                                       const LowerPipelineOptions &options) {
  OwningOpRef<ModuleOp> lowered = module.clone();
  PassManager pm(module.getContext());
  buildLowerPipeline(pm, options);
  if (failed(pm.run(*lowered)))
    return failure();
  return exportPlan(*lowered);
}

FailureOr<runtime::PlanPtr> quantir::compileInMemory(ModuleOp module,
                                                     const LowerPipelineOptions &options) {
  FailureOr<std::vector<uint8_t>> bytes = compileToPlan(module, options);
  if (failed(bytes))
    return failure();
  Result<runtime::PlanPtr> plan = runtime::Plan::fromBuffer(*std::move(bytes));
  if (!plan)
    return emitStatus(UnknownLoc::get(module.getContext()), plan.status());
  return *plan;
}

int64_t quantir::samplesInWholeBatches(const runtime::Plan &plan, int64_t samples) {
  const int64_t batch = plan.hasDynamicBatch() ? 1 : runtime::fixedBatchOf(plan);
  return samples > batch ? samples - samples % batch : samples;
}

FailureOr<CalibrationResult> quantir::calibrate(runtime::PlanPtr prepared, int64_t samples,
                                                const runtime::SampleSource &source,
                                                runtime::CalibrationRun options,
                                                const runtime::Progress &progress, Location loc,
                                                const numerics::CalibrationState *before) {
  CalibrationResult result;
  if (before) {
    Result<std::shared_ptr<runtime::ObserverList>> observers = runtime::createObservers(*prepared);
    if (!observers)
      return emitStatus(loc, observers.status());
    if (Status status = runtime::restoreStates(*before, *prepared, **observers); !status)
      return emitStatus(loc, status);
    options.observers = *observers;
    result.state.samples = before->samples;
  }
  if (prepared->observers().empty())
    return result;
  Result<runtime::Statistics> seen =
      runtime::collectStatistics(prepared, samples, source, options, progress);
  if (!seen)
    return emitStatus(loc, seen.status());
  result.observers = seen->observers;
  result.samples = seen->samples;
  result.batch = seen->batch;
  result.interrupted = seen->interrupted;
  result.state.samples += seen->samples;
  for (const auto &[info, observer] : llvm::zip(prepared->observers(), *seen->observers)) {
    if (std::string error = observer->error(); !error.empty())
      return emitError(loc) << "observer '" << info.name << "': " << error;
    result.state.observers[info.name] = {observer->config(), observer->state()};
  }
  return result;
}
