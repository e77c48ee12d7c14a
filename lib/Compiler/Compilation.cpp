//===- Compilation.cpp - Stages, and what they work on --------------------===//

#include "Compilation.h"

#include "Preprocessing.h"

#include "lib/Calibration/Calibration.h"
#include "quantir/Config/Settings.h"
#include "quantir/Pipeline/Pipelines.h"
#include "runtime/kernels/Backends.h"

#include <chrono>

using namespace mlir;
using namespace quantir;

runtime::ExecutionOptions Compilation::execution() const {
  runtime::ExecutionOptions execution;
  execution.threads = calibration->threads;
  execution.batch = calibration->batch;
  return execution;
}

runtime::CalibrationRun Compilation::calibrationRun() const {
  runtime::CalibrationRun run;
  static_cast<runtime::ExecutionOptions &>(run) = execution();
  run.workers = calibration->workers;
  return run;
}

runtime::Progress Compilation::progress(StringRef phase) const {
  if (!calibration->progress)
    return {};
  return [this, phase = phase.str()](int64_t done) {
    calibration->progress(phase, done, data.samples);
  };
}

int64_t Compilation::usedSamples() const {
  if (report.calibrationSamples > 0 && calibration->state.empty())
    return report.calibrationSamples;
  return samplesInWholeBatches(*floatPlan, data.samples);
}

void Compilation::noteUnused(int64_t unused, int64_t batch) {
  if (unused > 0)
    report.notes.push_back("the model's batch is fixed at " + std::to_string(batch) +
                           ": the last " + std::to_string(unused) +
                           " samples do not fill one and are left out");
}

Status quantir::runStages(Compilation &compilation, ArrayRef<Stage> stages) {
  using Clock = std::chrono::steady_clock;
  for (const Stage &stage : stages) {
    const Clock::time_point start = Clock::now();
    const bool isNeeded = !stage.isNeeded || stage.isNeeded(compilation);
    if (isNeeded)
      QUANTIR_RETURN_IF_ERROR(stage.run(compilation));
    if (!stage.shows.empty() && compilation.dumper)
      QUANTIR_RETURN_IF_ERROR(compilation.dumper->dump(compilation.module(), stage.shows.str()));
    if (isNeeded)
      compilation.report.seconds.emplace_back(
          stage.name, std::chrono::duration<double>(Clock::now() - start).count());
  }
  return Status();
}

/// Checks the stage that a model is in against what is asked for.
static Status checkStage(const std::string &stage, const std::string &path,
                         const ModelOptions &options) {
  if (stage != "float" && stage != "prepared")
    return Status::invalidModel("'" + path + "' is of the stage '" + stage +
                                "', which is quantized already; give a float model");
  for (auto [given, option] : {std::pair(!options.config.empty(), "--config"),
                               std::pair(options.backendConfig.has_value(), "--backend-config")})
    if (given && stage == "prepared")
      return Status::invalidArgument("'" + path +
                                     "' is prepared already, so a configuration comes too late; "
                                     "leave " +
                                     option + " out, or give the float model");
  return Status();
}

Status quantir::importModel(Compilation &compilation) {
  const ModelOptions &options = *compilation.model;
  if (!options.backend.empty())
    QUANTIR_RETURN_IF_ERROR(runtime::backendNamed(options.backend).status());
  Result<LoadedModule> loaded = loadModule(compilation.path, options.inputs);
  if (!loaded)
    return loaded.status();
  compilation.loaded = *std::move(loaded);
  ModuleOp module = compilation.module();
  QUANTIR_RETURN_IF_ERROR(checkStage(stageOf(module), compilation.path, options));
  DiagnosticCollector diagnostics(compilation.context());
  if (failed(setSettings(module, {options.config, "", options.backendConfig, options.backend})))
    return diagnostics.error("configuring '" + compilation.path + "'", StatusCode::InvalidArgument);
  const std::string backend = SettingsAttr::of(module).getBackend().str();
  QUANTIR_RETURN_IF_ERROR(runtime::backendNamed(backend).status());
  for (const std::string &warning : diagnostics.warnings())
    compilation.report.notes.push_back("warning: " + warning);
  if (options.preprocessing)
    setPreprocessing(module, *options.preprocessing);
  return Status();
}

bool quantir::isFloat(const Compilation &compilation) {
  return stageOf(compilation.module()) == "float";
}

LogicalResult quantir::simplifyFloat(ModuleOp module) {
  PassManager pm(module.getContext());
  buildFloatPipeline(pm);
  return pm.run(module);
}

Status quantir::prepareModel(Compilation &compilation) {
  DiagnosticCollector diagnostics(compilation.context());
  PassManager pm(compilation.context());
  buildPrepareConfiguredPipeline(pm, {});
  return succeeded(pm.run(compilation.module()))
             ? Status()
             : diagnostics.error("preparing '" + compilation.path + "'");
}
