//===- FloatModel.cpp - Models on their way to being prepared -------------===//

#include "FloatModel.h"

#include "Diagnostics.h"
#include "Preprocessing.h"

#include "quantir/Config/Settings.h"
#include "quantir/Pipeline/Pipelines.h"
#include "runtime/kernels/Backends.h"

#include "mlir/Pass/PassManager.h"

using namespace mlir;
using namespace quantir;

Result<LoadedModule> quantir::loadFloatModel(const std::string &path,
                                             const QuantizeOptions &options,
                                             std::vector<std::string> &notes) {
  if (!options.backend.empty())
    QUANTIR_RETURN_IF_ERROR(runtime::backendNamed(options.backend).status());
  Result<LoadedModule> model = loadModule(path, options.inputs);
  if (!model)
    return model;
  ModuleOp module = *model->module;
  std::string stage = stageOf(module);
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
  DiagnosticCollector diagnostics(model->context.get());
  if (failed(setSettings(module, {options.config, "", options.backendConfig, options.backend})))
    return diagnostics.error("configuring '" + path + "'", StatusCode::InvalidArgument);
  const std::string backend = SettingsAttr::of(module).getBackend().str();
  QUANTIR_RETURN_IF_ERROR(runtime::backendNamed(backend).status());
  for (const std::string &warning : diagnostics.warnings())
    notes.push_back("warning: " + warning);
  if (options.preprocessing)
    setPreprocessing(module, *options.preprocessing);
  return model;
}

Status quantir::prepareModel(LoadedModule &model, const std::string &path) {
  ModuleOp module = *model.module;
  if (stageOf(module) != "float")
    return Status();
  DiagnosticCollector diagnostics(model.context.get());
  PassManager pm(model.context.get());
  buildPreparePipeline(pm, {});
  return succeeded(pm.run(module)) ? Status() : diagnostics.error("preparing '" + path + "'");
}
