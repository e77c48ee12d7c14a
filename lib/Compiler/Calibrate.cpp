//===- Calibrate.cpp - What a model's observers learn ---------------------===//

#include "quantir/Compiler.h"

#include "Compilation.h"

#include "quantir/Runtime/Calibration.h"
#include "quantir/dialects/Quantir/Quantir.h"
#include "quantir/passes/Prepare/ObserverPlaces.h"
#include "runtime/data/Recordings.h"
#include "runtime/session/ObserverList.h"

#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace quantir;
using runtime::PlanPtr;

namespace {

Status compilePrepared(Compilation &c) {
  DiagnosticCollector diagnostics(c.context());
  FailureOr<PlanPtr> plan = compileInMemory(c.module());
  if (failed(plan))
    return diagnostics.error("compiling the prepared model");
  c.preparedPlan = *plan;
  return Status();
}

/// Takes the states of constants' observers out of `state`; the plan does not have them.
numerics::CalibrationState takeConstants(numerics::CalibrationState &state, ModuleOp module,
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

bool goesOn(const Compilation &c) { return !c.calibration->state.empty(); }

/// Reads the state to go on from. It has to be one of the model's observers: nobody wants to hear
/// otherwise after loading the data.
Status loadState(Compilation &c) {
  const std::string &path = c.calibration->state;
  const runtime::Plan &plan = *c.preparedPlan;
  Result<numerics::CalibrationState> state = runtime::loadCalibrationState(path);
  if (!state)
    return state.status();
  DiagnosticCollector diagnostics(c.context());
  if (failed(resolveObserverPlaces(c.module(), *state)))
    return diagnostics.error("reading the state", StatusCode::InvalidData)
        .withContext("'" + path + "'");
  c.constantsBefore = takeConstants(*state, c.module(), plan);
  c.before = *std::move(state);
  Result<std::shared_ptr<runtime::ObserverList>> observers = runtime::createObservers(plan);
  if (!observers)
    return observers.status();
  if (Status status = runtime::restoreStates(c.before, plan, **observers); !status)
    return std::move(status).withContext("'" + path + "'");
  return Status();
}

/// Loads the data, and cuts them down to the samples asked for.
Status loadSamples(Compilation &c) {
  Result<CalibrationData> loaded = (*c.provider)(*c.preparedPlan);
  if (!loaded)
    return loaded.status();
  CalibrationData &data = c.data = *std::move(loaded);
  llvm::append_range(c.report.notes, data.notes);
  const int64_t first = c.calibrateOptions->firstSample;
  const int64_t end =
      c.calibrateOptions->endSample < 0 ? data.samples : c.calibrateOptions->endSample;
  if (first < 0 || first >= end || end > data.samples)
    return Status::invalidArgument("expected a range of the " + std::to_string(data.samples) +
                                   " samples in '" + data.name + "', but got " +
                                   std::to_string(first) + ":" + std::to_string(end));
  c.calibratedModel.firstSample = first;
  c.calibratedModel.endSample = end;
  data.samples = end - first;
  data.source = [source = std::move(data.source),
                 first](int64_t begin, int64_t count, std::span<const runtime::TensorView> views) {
    return source(first + begin, count, views);
  };
  return Status();
}

/// Shows the data to the observers.
Status observe(Compilation &c) {
  DiagnosticCollector diagnostics(c.context());
  runtime::CalibrationRun run = c.calibrationRun();
  run.interrupted = c.calibrateOptions->interrupted;
  FailureOr<CalibrationResult> seen =
      calibrate(c.preparedPlan, c.data.samples, c.data.source, run, c.progress("calibrating"),
                UnknownLoc::get(c.context()), goesOn(c) ? &c.before : nullptr);
  if (failed(seen))
    return diagnostics.error("calibrating");
  c.seen = *std::move(seen);
  if (c.preparedPlan->observers().empty()) {
    c.report.notes.emplace_back("the model has no observers, so there is nothing to calibrate");
    c.seen.samples = c.data.samples;
  }
  c.seen.state.observers.merge(c.constantsBefore.observers);
  CalibratedModel &result = c.calibratedModel;
  result.nextSample = result.firstSample + c.seen.samples;
  result.interrupted = c.seen.interrupted;
  if (!c.seen.interrupted)
    c.noteUnused(result.endSample - result.nextSample, c.seen.batch);
  return Status();
}

/// What writes what recording observers kept, if that is asked for.
std::function<Status()> recordingsWriter(const Compilation &c) {
  return
      [path = c.calibrateOptions->recordings, plan = c.preparedPlan, observers = c.seen.observers] {
        if (path.empty())
          return Status();
        std::vector<std::string> names;
        for (const runtime::ObserverInfo &info : plan->observers())
          names.push_back(info.name);
        const runtime::ObserverList none;
        return runtime::saveRecordings(path, names, observers ? *observers : none);
      };
}

/// Gives the observers their states, and writes everything as text.
Status print(Compilation &c) {
  CalibratedModel &result = c.calibratedModel;
  result.writeRecordings = recordingsWriter(c);
  result.state = numerics::formatCalibrationState(c.seen.state);
  DiagnosticCollector diagnostics(c.context());
  if (failed(applyCalibration(c.module(), c.seen.state)))
    return diagnostics.error("calibrating");
  llvm::raw_string_ostream stream(result.module);
  c.module().print(stream);
  stream << '\n';
  return Status();
}

constexpr Stage calibrateStages[] = {
    {"import", importModel},
    {"prepare", prepareModel, isFloat},
    {"compile", compilePrepared},
    {"load state", loadState, goesOn},
    {"load data", loadSamples},
    {"calibrate", observe},
    {"print", print},
};

} // namespace

Result<CalibratedModel> quantir::calibrate(const std::string &path,
                                           const CalibrationProvider &calibration,
                                           const CalibrateOptions &options) {
  Compilation compilation(path);
  compilation.model = &options.model;
  compilation.calibration = &options.calibration;
  compilation.calibrateOptions = &options;
  compilation.provider = &calibration;
  QUANTIR_RETURN_IF_ERROR(runStages(compilation, calibrateStages));
  compilation.calibratedModel.notes = std::move(compilation.report.notes);
  return std::move(compilation.calibratedModel);
}
