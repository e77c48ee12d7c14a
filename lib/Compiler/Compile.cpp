//===- Compile.cpp - Compiling a model as it is ---------------------------===//

#include "quantir/Compiler.h"

#include "Compilation.h"

#include "lib/Calibration/Calibration.h"
#include "quantir/Config/Settings.h"

using namespace mlir;
using namespace quantir;

namespace {

class Compile : public Compilation {
public:
  Compile(const ModelFile &file, const CompileOptions &options)
      : Compilation(file.path), file(file), options(options) {}

  Result<std::vector<uint8_t>> run() {
    static constexpr Step<Compile> steps[] = {{"import", &Compile::import},
                                              {"simplify", &Compile::simplify, &Compile::isFloat},
                                              {"lower", &Compile::lower}};
    QUANTIR_RETURN_IF_ERROR(runSteps<Compile>(*this, steps));
    return std::move(plan);
  }

private:
  Status import() {
    QUANTIR_RETURN_IF_ERROR(load(file, options.inputs));
    if (!options.backend.empty())
      setBackend(module(), options.backend);
    return Status();
  }

  Status simplify() {
    DiagnosticCollector diagnostics(context());
    return succeeded(simplifyFloat(module())) ? Status()
                                              : diagnostics.error("compiling '" + path + "'");
  }

  /// Whatever was left undecided is decided as the module's stage asks.
  Status lower() {
    DiagnosticCollector diagnostics(context());
    LowerPipelineOptions lowering;
    lowering.keepReference = stageOf(module()) == "reference";
    FailureOr<std::vector<uint8_t>> bytes = compileToPlan(module(), lowering);
    if (failed(bytes))
      return diagnostics.error("compiling '" + path + "'");
    plan = *std::move(bytes);
    return Status();
  }

  const ModelFile &file;
  const CompileOptions &options;
  std::vector<uint8_t> plan;
};

} // namespace

Result<std::vector<uint8_t>> quantir::compile(const std::string &path,
                                              const CompileOptions &options) {
  Result<ModelFile> file = readModelFile(path);
  return file ? Compile(*file, options).run() : file.status();
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
  Result<std::vector<uint8_t>> bytes = Compile(*file, options).run();
  if (!bytes)
    return bytes.status();
  return runtime::Plan::fromBuffer(*std::move(bytes), path);
}
