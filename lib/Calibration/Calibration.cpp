//===- Calibration.cpp - Running modules from inside the compiler ---------===//

#include "Calibration.h"

#include "MeasuringModel.h"

#include "quantir/Runtime/Calibration.h"
#include "quantir/Support/StatusDiagnostics.h"
#include "quantir/Target/Plan/Export.h"
#include "quantir/dialects/Quantir/Quantir.h"
#include "quantir/passes/Prepare/ObserverPlaces.h"
#include "quantir/passes/Prepare/Passes.h"
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

CountedSamples quantir::samplesFor(const runtime::Plan &plan, ModuleOp module, int64_t samples,
                                   runtime::SampleSource source) {
  if (plan.hasDynamicBatch())
    return {samples, std::move(source)};
  int64_t given = runtime::fixedBatchOf(plan.inputs());
  if (func::FuncOp entry = entryOf(module))
    for (Type type : entry.getResultTypes())
      if (auto tensor = dyn_cast<RankedTensorType>(type);
          tensor && tensor.getRank() > 0 && tensor.getDimSize(0) % given != 0)
        given = 1;
  const int64_t wanted = runtime::fixedBatchOf(plan);
  if (given == wanted)
    return {samples, std::move(source)};
  return {samples / given * wanted,
          [source = std::move(source), given, wanted](int64_t first, int64_t count,
                                                      std::span<const runtime::TensorView> inputs) {
            return source(first / wanted * given, count / wanted * given, inputs);
          }};
}

FailureOr<EarlierStates> quantir::restoreStates(numerics::CalibrationState state, ModuleOp module,
                                                const runtime::Plan &plan, Location loc) {
  if (failed(resolveObserverPlaces(module, state)))
    return failure();
  EarlierStates earlier;
  SymbolTable symbols(module);
  auto isSeen = [&](StringRef name) {
    return llvm::any_of(plan.observers(),
                        [&](const runtime::ObserverInfo &info) { return info.name == name; });
  };
  for (auto it = state.observers.begin(); it != state.observers.end();) {
    auto entry = it++;
    if (symbols.lookup<ObserverOp>(entry->first) && !isSeen(entry->first))
      earlier.constants.observers.insert(state.observers.extract(entry));
  }
  Result<std::shared_ptr<runtime::ObserverList>> observers = runtime::createObservers(plan);
  if (!observers)
    return emitStatus(loc, observers.status());
  if (Status status = runtime::restoreStates(state, plan, **observers); !status)
    return emitStatus(loc, status);
  earlier.observers = *observers;
  earlier.samples = state.samples;
  return earlier;
}

/// Runs the plan, and adds what its observers saw to `result`.
static LogicalResult observe(const runtime::PlanPtr &plan, const CalibrationData &data,
                             const runtime::CalibrationRun &run, const runtime::Progress &progress,
                             Location loc, CalibrationResult &result) {
  Result<runtime::CalibrationOutcome> seen =
      runtime::runCalibration(plan, data.samples, data.source, run, progress);
  if (!seen)
    return emitStatus(loc, seen.status());
  result.observers = seen->observers;
  result.samples = seen->samples;
  result.batch = seen->batch;
  result.interrupted = seen->interrupted;
  result.state.samples += seen->samples;
  for (const auto &[info, observer] : llvm::zip(plan->observers(), *seen->observers)) {
    if (std::string error = observer->error(); !error.empty())
      return emitError(loc) << "observer '" << info.name << "': " << error;
    result.state.observers[info.name] = {observer->config(), observer->state()};
  }
  if (int64_t unused = data.samples - seen->samples; unused > 0 && !seen->interrupted)
    result.notes.push_back("the model's batch is fixed at " + std::to_string(seen->batch) +
                           ": the last " + std::to_string(unused) +
                           " samples do not fill one and are left out");
  return success();
}

FailureOr<CalibrationResult> quantir::calibrate(ModuleOp module, const runtime::PlanPtr &plan,
                                                const CalibrationData &data,
                                                runtime::CalibrationRun run,
                                                const runtime::Progress &progress, Location loc,
                                                EarlierStates earlier) {
  CalibrationResult result;
  run.observers = std::move(earlier.observers);
  result.state.samples = earlier.samples;
  if (!plan->observers().empty() && failed(observe(plan, data, run, progress, loc, result)))
    return failure();
  result.state.observers.merge(earlier.constants.observers);
  if (failed(applyCalibration(module, result.state)))
    return failure();
  return result;
}
