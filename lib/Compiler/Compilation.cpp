//===- Compilation.cpp - Steps, and what they work on ---------------------===//

#include "Compilation.h"

#include "Preprocessing.h"

#include "quantir/Config/Settings.h"
#include "quantir/Pipeline/Pipelines.h"
#include "runtime/kernels/Backends.h"

using namespace mlir;
using namespace quantir;

Status Compilation::load(const ModelFile &file, const InputShapes &inputs) {
  std::vector<std::string> warnings;
  Result<OwningOpRef<ModuleOp>> module = loadModule(context(), file, inputs, warnings);
  if (!module)
    return module.status();
  ownModule = *std::move(module);
  addWarnings(warnings);
  return Status();
}

void Compilation::addWarnings(ArrayRef<std::string> warnings) {
  for (const std::string &warning : warnings)
    notes.push_back("warning: " + warning);
}

runtime::ExecutionOptions Preparation::execution() const {
  runtime::ExecutionOptions execution;
  execution.threads = calibrationOptions.threads;
  execution.batch = calibrationOptions.batch;
  return execution;
}

runtime::CalibrationRun Preparation::calibrationRun() const {
  runtime::CalibrationRun run;
  static_cast<runtime::ExecutionOptions &>(run) = execution();
  run.workers = calibrationOptions.workers;
  return run;
}

runtime::Progress Preparation::progress(StringRef step) const {
  if (!calibrationOptions.progress)
    return {};
  return [this, step = step.str()](int64_t done) {
    calibrationOptions.progress(step, done, data.samples);
  };
}

Status Preparation::loadSamplesFor(const runtime::Plan &model) {
  Result<CalibrationData> loaded = loadSamples(provider, model);
  if (!loaded)
    return loaded.status();
  data = *std::move(loaded);
  llvm::append_range(notes, data.notes);
  return Status();
}

/// Checks that a model of this stage can be quantized with these options.
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

Status Preparation::importModel() {
  if (!modelOptions.backend.empty())
    QUANTIR_RETURN_IF_ERROR(runtime::backendNamed(modelOptions.backend).status());
  Result<ModelFile> file = readModelFile(path);
  if (!file)
    return file.status();
  QUANTIR_RETURN_IF_ERROR(load(*file, modelOptions.inputs));
  QUANTIR_RETURN_IF_ERROR(checkStage(stageOf(module()), path, modelOptions));
  DiagnosticCollector diagnostics(context());
  if (failed(setSettings(
          module(), {modelOptions.config, "", modelOptions.backendConfig, modelOptions.backend})))
    return diagnostics.error("configuring '" + path + "'", StatusCode::InvalidArgument);
  const std::string backend = SettingsAttr::of(module()).getBackend().str();
  QUANTIR_RETURN_IF_ERROR(runtime::backendNamed(backend).status());
  addWarnings(diagnostics.warnings());
  if (modelOptions.preprocessing)
    setPreprocessing(module(), *modelOptions.preprocessing);
  return Status();
}

Status Preparation::prepare() {
  return runPasses("preparing", [](OpPassManager &pm) { buildPrepareConfiguredPipeline(pm, {}); });
}

LogicalResult quantir::simplifyFloat(ModuleOp module) {
  PassManager pm(module.getContext());
  buildFloatPipeline(pm);
  return pm.run(module);
}
