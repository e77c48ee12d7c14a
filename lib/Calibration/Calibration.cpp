//===- Calibration.cpp - Running modules from inside the compiler ---------===//

#include "quantir/Calibration/Calibration.h"

#include "quantir/Numerics/Observer.h"
#include "quantir/Target/Plan/Export.h"

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
  runtime::Result<runtime::PlanPtr> plan = runtime::Plan::fromBuffer(*std::move(bytes));
  if (!plan)
    return emitError(UnknownLoc::get(module.getContext())) << plan.message();
  return *plan;
}

FailureOr<CalibrationResult> quantir::calibrate(runtime::PlanPtr prepared, int64_t samples,
                                                const runtime::SampleSource &source,
                                                const runtime::ExecutionOptions &options,
                                                const runtime::Progress &progress, Location loc) {
  CalibrationResult result;
  if (prepared->observers().empty())
    return result;
  runtime::Result<runtime::Statistics> seen =
      runtime::collectStatistics(prepared, samples, source, options, progress);
  if (!seen)
    return emitError(loc) << seen.message();
  result.samples = seen->samples;
  result.batch = seen->batch;
  for (const auto &[info, observer] : llvm::zip(prepared->observers(), *seen->observers)) {
    if (std::string error = observer->error(); !error.empty())
      return emitError(loc) << "observer '" << info.name << "': " << error;
    // What saw nothing keeps the state it has.
    if (!observer->state().empty())
      result.statistics[info.name] = observer->state();
  }
  return result;
}
