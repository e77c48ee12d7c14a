//===- Compile.cpp - Compiling a model as it is ---------------------------===//

#include "quantir/Compiler.h"

#include "Diagnostics.h"
#include "ModelFile.h"

#include "lib/Calibration/Calibration.h"
#include "quantir/Config/Settings.h"

#include "mlir/Pass/PassManager.h"

using namespace mlir;
using namespace quantir;

/// Simplifies a float module and compiles a module of any stage. Whatever was left undecided is
/// decided as the stage asks.
static FailureOr<std::vector<uint8_t>> compileModule(ModuleOp module,
                                                     const CompileOptions &options) {
  std::string stage = stageOf(module);
  if (!options.backend.empty())
    setBackend(module, options.backend);
  if (stage == "float") {
    PassManager pm(module.getContext());
    buildFloatPipeline(pm);
    if (failed(pm.run(module)))
      return failure();
  }
  LowerPipelineOptions lower;
  lower.keepReference = stage == "reference";
  return compileToPlan(module, lower);
}

static Result<std::vector<uint8_t>> compileFile(const ModelFile &file,
                                                const CompileOptions &options) {
  Result<LoadedModule> loaded = loadModule(file, options.inputs);
  if (!loaded)
    return loaded.status();
  DiagnosticCollector diagnostics(loaded->context.get());
  FailureOr<std::vector<uint8_t>> plan = compileModule(*loaded->module, options);
  if (failed(plan))
    return diagnostics.error("compiling '" + file.path + "'");
  return *std::move(plan);
}

Result<std::vector<uint8_t>> quantir::compile(const std::string &path,
                                              const CompileOptions &options) {
  Result<ModelFile> file = readModelFile(path);
  return file ? compileFile(*file, options) : file.status();
}

Result<runtime::PlanPtr> quantir::load(const std::string &path, const CompileOptions &options) {
  Result<ModelFile> file = readModelFile(path, options.plan.copy);
  if (!file)
    return file.status();
  QUANTIR_RETURN_IF_ERROR(checkShapesApply(*file, options.inputs));
  if (file->kind == FileKind::Plan) {
    const Bytes &bytes = file->bytes;
    return runtime::Plan::fromMemory(
        {reinterpret_cast<const uint8_t *>(bytes.data.data()), bytes.size()}, bytes.owner, path);
  }
  Result<std::vector<uint8_t>> bytes = compileFile(*file, options);
  if (!bytes)
    return bytes.status();
  return runtime::Plan::fromBuffer(*std::move(bytes), path);
}
