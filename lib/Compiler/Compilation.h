//===- Compilation.h - Steps, and what they work on -------------*- C++ -*-===//
//
// quantize(), calibrate() and compile() are lists of named steps. A step is a member function of
// its call's class, whose members are what the steps hand on; steps that several calls have are
// members of a base class. For what a step does to the module there is a pass or a pipeline, so
// that qopt can do it too: --quantir-set-config, --quantir-prepare, --quantir-calibrate,
// --quantir-equalize, --quantir-correct-biases, --quantir-convert, --quantir-lower-to-kernels.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_COMPILER_COMPILATION_H
#define QUANTIR_COMPILER_COMPILATION_H

#include "Diagnostics.h"
#include "ModelFile.h"
#include "StageDumper.h"

#include "quantir/Compiler.h"
#include "runtime/data/Execution.h"

#include "mlir/Pass/PassManager.h"

#include <chrono>
#include <optional>

namespace quantir {

/// One step of `Call`. Its name is that in the report's times.
template <typename Call> struct Step {
  llvm::StringLiteral name;
  Status (Call::*run)();
  /// Whether there is anything to do; null: always.
  bool (Call::*isNeeded)() const = nullptr;
  /// The name under which the module is dumped after it, whether or not there was anything to do;
  /// empty: it is not.
  llvm::StringLiteral dumpedAs = "";
};

/// A module on its way, and what the user is to hear of it.
class Compilation {
protected:
  explicit Compilation(const std::string &path) : path(path) {}

  /// Reads the module from `file`, before all else; warnings become notes.
  Status load(const ModelFile &file, const InputShapes &inputs);

  mlir::MLIRContext *context() const { return ownContext.get(); }
  mlir::ModuleOp module() const { return ownModule.get(); }

  bool isFloat() const { return stageOf(module()) == "float"; }

  void addWarnings(llvm::ArrayRef<std::string> warnings);

  /// Runs `build`'s passes on the module; warnings become notes. `what` is for an error that says
  /// nothing itself: "converting".
  template <typename Build> Status runPasses(llvm::StringRef what, Build build) {
    DiagnosticCollector diagnostics(context());
    mlir::PassManager pm(context());
    build(pm);
    if (failed(pm.run(module())))
      return diagnostics.error((what + " '" + path + "'").str());
    addWarnings(diagnostics.warnings());
    return Status();
  }

  const std::string &path;
  std::vector<std::string> notes;

private:
  std::unique_ptr<mlir::MLIRContext> ownContext = makeContext();
  mlir::OwningOpRef<mlir::ModuleOp> ownModule;
};

/// The compilation of a model that is prepared, for its observers to see samples.
class Preparation : public Compilation {
protected:
  Preparation(const std::string &path, const ModelOptions &modelOptions,
              const CalibrationOptions &calibrationOptions, const CalibrationProvider &provider)
      : Compilation(path), modelOptions(modelOptions), calibrationOptions(calibrationOptions),
        provider(provider) {}

  /// Reads a model of the stage float or prepared and writes its settings; warnings about the
  /// configuration become notes. Errors: another stage, a configuration for a model that is
  /// prepared already.
  Status importModel();

  /// Fuses, annotates and inserts observers.
  Status prepare();

  /// Sets `data`.
  Status loadSamplesFor(const runtime::Plan &model);

  bool hasState() const { return !calibrationOptions.state.empty(); }

  /// How the model is run on samples, and `step` reported.
  runtime::ExecutionOptions execution() const;
  runtime::CalibrationRun calibrationRun() const;
  runtime::Progress progress(llvm::StringRef step) const;

  const ModelOptions &modelOptions;
  const CalibrationOptions &calibrationOptions;
  const CalibrationProvider &provider; ///< may be empty where there is a state
  CalibrationData data;                ///< without samples until they are loaded
};

/// Hears of each step that is done, and how many seconds it took; nothing if it was not needed.
template <typename Call>
using AfterStep = llvm::function_ref<Status(const Step<Call> &, std::optional<double> seconds)>;

/// Runs them one after the other, up to the first error.
template <typename Call>
Status runSteps(Call &call, llvm::ArrayRef<Step<Call>> steps, AfterStep<Call> after) {
  using Clock = std::chrono::steady_clock;
  for (const Step<Call> &step : steps) {
    const Clock::time_point start = Clock::now();
    std::optional<double> seconds;
    if (!step.isNeeded || (call.*step.isNeeded)()) {
      QUANTIR_RETURN_IF_ERROR((call.*step.run)());
      seconds = std::chrono::duration<double>(Clock::now() - start).count();
    }
    QUANTIR_RETURN_IF_ERROR(after(step, seconds));
  }
  return Status();
}

template <typename Call> Status runSteps(Call &call, llvm::ArrayRef<Step<Call>> steps) {
  return runSteps<Call>(call, steps,
                        [](const Step<Call> &, std::optional<double>) { return Status(); });
}

/// Simplifies and fuses a float module for execution in float.
mlir::LogicalResult simplifyFloat(mlir::ModuleOp module);

} // namespace quantir

#endif // QUANTIR_COMPILER_COMPILATION_H
