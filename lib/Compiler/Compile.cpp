//===- Compile.cpp - Compiling a model as it is ---------------------------===//

#include "quantir/Compiler.h"

#include "Compilation.h"

#include "quantir/Config/Settings.h"

using namespace mlir;
using namespace quantir;

namespace {

Status importFile(Compilation &c) {
  Result<LoadedModule> loaded = loadModule(*c.file, c.compileOptions->inputs);
  if (!loaded)
    return loaded.status();
  c.loaded = *std::move(loaded);
  if (!c.compileOptions->backend.empty())
    setBackend(c.module(), c.compileOptions->backend);
  return Status();
}

Status simplify(Compilation &c) {
  DiagnosticCollector diagnostics(c.context());
  return succeeded(simplifyFloat(c.module())) ? Status()
                                              : diagnostics.error("compiling '" + c.path + "'");
}

/// Whatever was left undecided is decided as the module's stage asks.
Status lower(Compilation &c) {
  DiagnosticCollector diagnostics(c.context());
  LowerPipelineOptions options;
  options.keepReference = stageOf(c.module()) == "reference";
  FailureOr<std::vector<uint8_t>> plan = compileToPlan(c.module(), options);
  if (failed(plan))
    return diagnostics.error("compiling '" + c.path + "'");
  c.plan = *std::move(plan);
  return Status();
}

constexpr Stage compileStages[] = {
    {"import", importFile}, {"simplify", simplify, isFloat}, {"lower", lower}};

Result<std::vector<uint8_t>> compileFile(const ModelFile &file, const CompileOptions &options) {
  Compilation compilation(file.path);
  compilation.file = &file;
  compilation.compileOptions = &options;
  QUANTIR_RETURN_IF_ERROR(runStages(compilation, compileStages));
  return std::move(compilation.plan);
}

} // namespace

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
