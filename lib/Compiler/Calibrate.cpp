//===- Calibrate.cpp - What a model's observers learn ---------------------===//

#include "quantir/Compiler.h"

#include "Compilation.h"

#include "lib/Calibration/Calibration.h"
#include "quantir/Runtime/Calibration.h"
#include "runtime/data/Recordings.h"
#include "runtime/session/ObserverList.h"

#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace quantir;
using runtime::PlanPtr;

namespace {

class Calibration : public Preparation {
public:
  Calibration(const std::string &path, const CalibrationProvider &provider,
              const CalibrateOptions &options)
      : Preparation(path, options.model, options.calibration, provider), options(options) {}

  Result<CalibratedModel> run();

private:
  Status compilePrepared();
  Status loadState();
  Status loadData();
  Status observe();
  Status print();

  const CalibrateOptions &options;
  PlanPtr plan; ///< of the prepared module
  EarlierStates earlier;
  CalibrationResult seen;
  CalibratedModel result;
};

Status Calibration::compilePrepared() {
  DiagnosticCollector diagnostics(context());
  FailureOr<PlanPtr> compiled = compileInMemory(module());
  if (failed(compiled))
    return diagnostics.error("compiling the prepared model");
  plan = *compiled;
  return Status();
}

/// Reads the state to go on from, and checks, before the data is loaded, that it is one of the
/// model's observers.
Status Calibration::loadState() {
  const std::string &file = options.calibration.state;
  Result<numerics::CalibrationState> state = runtime::loadCalibrationState(file);
  if (!state)
    return state.status();
  DiagnosticCollector diagnostics(context());
  FailureOr<EarlierStates> states =
      restoreStates(*std::move(state), module(), *plan, UnknownLoc::get(context()));
  if (failed(states))
    return diagnostics.error("reading the state", StatusCode::InvalidData)
        .withContext("'" + file + "'");
  earlier = *std::move(states);
  return Status();
}

/// Loads the data, and cuts them down to the samples asked for.
Status Calibration::loadData() {
  QUANTIR_RETURN_IF_ERROR(loadSamplesFor(*plan));
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

/// Shows the data to the observers.
Status Calibration::observe() {
  DiagnosticCollector diagnostics(context());
  runtime::CalibrationRun run = calibrationRun();
  run.interrupted = options.interrupted;
  FailureOr<CalibrationResult> gathered =
      calibrate(module(), plan, data, run, progress("calibrating"), UnknownLoc::get(context()),
                std::move(earlier));
  if (failed(gathered))
    return diagnostics.error("calibrating");
  seen = *std::move(gathered);
  llvm::append_range(notes, seen.notes);
  if (plan->observers().empty()) {
    notes.emplace_back("the model has no observers, so there is nothing to calibrate");
    seen.samples = data.samples;
  }
  result.nextSample = result.firstSample + seen.samples;
  result.interrupted = seen.interrupted;
  return Status();
}

/// What writes what recording observers kept, if that is asked for.
std::function<Status()> recordingsWriter(const std::string &path, const PlanPtr &plan,
                                         std::shared_ptr<runtime::ObserverList> observers) {
  return [path, plan, observers = std::move(observers)] {
    if (path.empty())
      return Status();
    std::vector<std::string> names;
    for (const runtime::ObserverInfo &info : plan->observers())
      names.push_back(info.name);
    const runtime::ObserverList none;
    return runtime::saveRecordings(path, names, observers ? *observers : none);
  };
}

/// Writes everything as text.
Status Calibration::print() {
  result.writeRecordings = recordingsWriter(options.recordings, plan, seen.observers);
  result.state = numerics::formatCalibrationState(seen.state);
  llvm::raw_string_ostream stream(result.module);
  module().print(stream);
  stream << '\n';
  return Status();
}

Result<CalibratedModel> Calibration::run() {
  static constexpr Step<Calibration> steps[] = {
      {"import", &Calibration::importModel},
      {"prepare", &Calibration::prepare, &Calibration::isFloat},
      {"compile", &Calibration::compilePrepared},
      {"load state", &Calibration::loadState, &Calibration::hasState},
      {"load data", &Calibration::loadData},
      {"calibrate", &Calibration::observe},
      {"print", &Calibration::print},
  };
  QUANTIR_RETURN_IF_ERROR(runSteps<Calibration>(*this, steps));
  result.notes = std::move(notes);
  return std::move(result);
}

} // namespace

Result<CalibratedModel> quantir::calibrate(const std::string &path,
                                           const CalibrationProvider &calibration,
                                           const CalibrateOptions &options) {
  if (!calibration)
    return Status::invalidArgument("expected samples to calibrate on");
  return Calibration(path, calibration, options).run();
}
