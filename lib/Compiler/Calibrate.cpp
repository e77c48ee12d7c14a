//===- Calibrate.cpp - What a model's observers learn ---------------------===//

#include "quantir/Compiler.h"

#include "Diagnostics.h"
#include "FloatModel.h"

#include "lib/Calibration/Calibration.h"
#include "quantir/Runtime/Calibration.h"
#include "quantir/dialects/Quantir/Quantir.h"
#include "quantir/passes/Prepare/ObserverPlaces.h"
#include "runtime/data/Recordings.h"

#include "llvm/Support/raw_ostream.h"

#include <optional>

using namespace mlir;
using namespace quantir;
using runtime::PlanPtr;

/// Cuts the data down to the samples asked for.
static Status selectSamples(CalibrationData &data, const CalibrateOptions &options,
                            CalibratedModel &result) {
  const int64_t first = options.firstSample;
  const int64_t end = options.endSample < 0 ? data.samples : options.endSample;
  if (first < 0 || first >= end || end > data.samples)
    return Status::invalidArgument("expected a range of the " + std::to_string(data.samples) +
                                   " samples in '" + data.name + "', but got " +
                                   std::to_string(first) + ":" + std::to_string(end));
  result.firstSample = first;
  result.endSample = end;
  data.samples = end - first;
  data.source = [source = std::move(data.source),
                 first](int64_t begin, int64_t count, std::span<const runtime::TensorView> views) {
    return source(first + begin, count, views);
  };
  return Status();
}

static Result<PlanPtr> compilePrepared(const LoadedModule &model, ModuleOp module) {
  DiagnosticCollector diagnostics(model.context.get());
  FailureOr<PlanPtr> plan = compileInMemory(module);
  if (failed(plan))
    return diagnostics.error("compiling the prepared model");
  return *plan;
}

/// Shows the data to the observers of `plan`.
static Result<CalibrationResult> observe(const LoadedModule &model, PlanPtr plan,
                                         const CalibrationData &data,
                                         const CalibrateOptions &options,
                                         const numerics::CalibrationState *before) {
  DiagnosticCollector diagnostics(model.context.get());
  runtime::CalibrationRun run;
  run.threads = options.threads;
  run.batch = options.batch;
  run.workers = options.workers;
  run.interrupted = options.interrupted;
  runtime::Progress progress;
  if (options.progress)
    progress = [&](int64_t done) { options.progress("calibrating", done, data.samples); };
  FailureOr<CalibrationResult> result =
      calibrate(std::move(plan), data.samples, data.source, run, progress,
                UnknownLoc::get(model.context.get()), before);
  if (failed(result))
    return diagnostics.error("calibrating");
  return *std::move(result);
}

/// What writes what recording observers kept, if that is asked for.
static std::function<Status()> recordingsWriter(const std::string &path, PlanPtr plan,
                                                const CalibrationResult &seen) {
  return [path, plan, observers = seen.observers] {
    if (path.empty())
      return Status();
    std::vector<std::string> names;
    for (const runtime::ObserverInfo &info : plan->observers())
      names.push_back(info.name);
    const runtime::ObserverList none;
    return runtime::saveRecordings(path, names, observers ? *observers : none);
  };
}

static Result<std::string> printCalibrated(const LoadedModule &model, ModuleOp module,
                                           const numerics::CalibrationState &state) {
  DiagnosticCollector diagnostics(model.context.get());
  if (failed(applyCalibration(module, state)))
    return diagnostics.error("calibrating");
  std::string text;
  llvm::raw_string_ostream stream(text);
  module.print(stream);
  stream << '\n';
  return text;
}

namespace {
/// The state to go on from.
struct StartState {
  numerics::CalibrationState seen;      ///< of the observers that see the data
  numerics::CalibrationState constants; ///< of the others, which is passed on
};
} // namespace

/// Takes the states of constants' observers out of `state`; the plan does not have them.
static numerics::CalibrationState takeConstants(numerics::CalibrationState &state, ModuleOp module,
                                                const runtime::Plan &plan) {
  numerics::CalibrationState constants;
  SymbolTable symbols(module);
  auto isSeen = [&](StringRef name) {
    return llvm::any_of(plan.observers(),
                        [&](const runtime::ObserverInfo &info) { return info.name == name; });
  };
  for (auto it = state.observers.begin(); it != state.observers.end();) {
    auto entry = it++;
    if (symbols.lookup<ObserverOp>(entry->first) && !isSeen(entry->first))
      constants.observers.insert(state.observers.extract(entry));
  }
  return constants;
}

/// The state to go on from, if one is named. It has to be one of the model's observers: nobody
/// wants to hear otherwise after loading the data.
static Result<std::optional<StartState>> loadState(const LoadedModule &model, ModuleOp module,
                                                   const runtime::Plan &plan,
                                                   const std::string &path) {
  if (path.empty())
    return std::optional<StartState>();
  Result<numerics::CalibrationState> state = runtime::loadCalibrationState(path);
  if (!state)
    return state.status();
  DiagnosticCollector diagnostics(model.context.get());
  if (failed(resolveObserverPlaces(module, *state)))
    return diagnostics.error("reading the state", StatusCode::InvalidData)
        .withContext("'" + path + "'");
  StartState start;
  start.constants = takeConstants(*state, module, plan);
  start.seen = *std::move(state);
  Result<std::shared_ptr<runtime::ObserverList>> observers = runtime::createObservers(plan);
  if (!observers)
    return observers.status();
  if (Status status = runtime::restoreStates(start.seen, plan, **observers); !status)
    return std::move(status).withContext("'" + path + "'");
  return std::optional(std::move(start));
}

Result<CalibratedModel> quantir::calibrate(const std::string &path,
                                           const CalibrationProvider &calibration,
                                           const CalibrateOptions &options) {
  CalibratedModel result;
  Result<LoadedModule> model = loadFloatModel(path, options, result.notes);
  if (!model)
    return model.status();
  if (Status status = prepareModel(*model, path); !status)
    return status;
  ModuleOp module = *model->module;
  Result<PlanPtr> plan = compilePrepared(*model, module);
  if (!plan)
    return plan.status();
  Result<std::optional<StartState>> before = loadState(*model, module, **plan, options.state);
  if (!before)
    return before.status();
  Result<CalibrationData> data = calibration(**plan);
  if (!data)
    return data.status();

  result.notes.insert(result.notes.end(), data->notes.begin(), data->notes.end());
  if (Status status = selectSamples(*data, options, result); !status)
    return status;
  Result<CalibrationResult> seen =
      observe(*model, *plan, *data, options, *before ? &(*before)->seen : nullptr);
  if (!seen)
    return seen.status();
  if ((*plan)->observers().empty()) {
    result.notes.emplace_back("the model has no observers, so there is nothing to calibrate");
    seen->samples = data->samples;
  }
  if (*before)
    seen->state.observers.merge((*before)->constants.observers);
  result.writeRecordings = recordingsWriter(options.recordings, *plan, *seen);
  result.nextSample = result.firstSample + seen->samples;
  result.interrupted = seen->interrupted;
  if (int64_t unused = result.endSample - result.nextSample; unused > 0 && !seen->interrupted)
    result.notes.push_back("the model's batch is fixed at " + std::to_string(seen->batch) +
                           ": the last " + std::to_string(unused) +
                           " samples do not fill one and are left out");
  result.state = numerics::formatCalibrationState(seen->state);
  Result<std::string> text = printCalibrated(*model, module, seen->state);
  if (!text)
    return text.status();
  result.module = *std::move(text);
  return result;
}
