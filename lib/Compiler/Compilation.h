//===- Compilation.h - Stages, and what they work on ------------*- C++ -*-===//
//
// quantize(), calibrate() and compile() are lists of named stages over one state. For what a stage
// does to the module there is a pass or a pipeline, so that qopt can do it too:
// --quantir-set-config, --quantir-prepare, --quantir-calibrate, --quantir-equalize,
// --quantir-correct-biases, --quantir-convert, --quantir-lower-to-kernels.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_COMPILER_COMPILATION_H
#define QUANTIR_COMPILER_COMPILATION_H

#include "Diagnostics.h"
#include "ModelFile.h"
#include "OpRows.h"
#include "StageDumper.h"

#include "lib/Calibration/Calibration.h"
#include "quantir/Compiler.h"
#include "runtime/data/Execution.h"

#include "mlir/Pass/PassManager.h"

namespace quantir {

/// What the stages of one call work on. Each finds there what those before it have left.
struct Compilation {
  explicit Compilation(const std::string &path) : path(path) {}

  // What is asked for; null where the call has no such options.
  const std::string &path;
  const ModelOptions *model = nullptr;
  const CalibrationOptions *calibration = nullptr;
  const CalibrationProvider *provider = nullptr;
  const CalibrateOptions *calibrateOptions = nullptr;
  const CompileOptions *compileOptions = nullptr;
  const ModelFile *file = nullptr; ///< of compile(), which has read it
  bool correctBiases = true;       ///< whether the caller wants it, and the backend config's rules

  LoadedModule loaded;
  runtime::PlanPtr floatPlan; ///< the model as it is, which the quantized one is measured against
  CalibrationData data;       ///< without samples, where none are given

  // Of quantize().
  /// The calibrated module before its biases were corrected, and the reference module.
  mlir::OwningOpRef<mlir::ModuleOp> calibrated, reference;
  OpRows rows;
  QuantizationReport report;           ///< of the others: its notes and times
  std::shared_ptr<StageDumper> dumper; ///< null: nobody wants to see the module after each stage

  // Of calibrate().
  runtime::PlanPtr preparedPlan;
  numerics::CalibrationState before;          ///< of the observers that go on from what they saw
  numerics::CalibrationState constantsBefore; ///< of constants' observers, which is passed on
  CalibrationResult seen;
  CalibratedModel calibratedModel;

  std::vector<uint8_t> plan; ///< the result of quantize() and compile()

  mlir::MLIRContext *context() const { return loaded.context.get(); }
  mlir::ModuleOp module() const { return loaded.module.get(); }

  /// Runs `build`'s passes on the module; warnings become notes. `what` is for an error that says
  /// nothing itself: "converting".
  template <typename Build> Status runPasses(llvm::StringRef what, Build build) {
    DiagnosticCollector diagnostics(context());
    mlir::PassManager pm(context());
    build(pm);
    if (failed(pm.run(module())))
      return diagnostics.error((what + " '" + path + "'").str());
    for (const std::string &warning : diagnostics.warnings())
      report.notes.push_back("warning: " + warning);
    return Status();
  }

  /// How the model is run for calibration, and `phase` reported.
  runtime::ExecutionOptions execution() const;
  runtime::CalibrationRun calibrationRun() const;
  runtime::Progress progress(llvm::StringRef phase) const;

  /// How many samples of the data are used: those that fill whole batches.
  int64_t usedSamples() const;

  /// Notes that the last samples do not fill a batch, if so.
  void noteUnused(int64_t unused, int64_t batch);
};

/// One stage. Its name is that in the report's times.
struct Stage {
  llvm::StringLiteral name;
  Status (*run)(Compilation &);
  /// Whether there is anything to do; null: always.
  bool (*isNeeded)(const Compilation &) = nullptr;
  /// The name under which the module is shown to the dumper after it, whether or not there was
  /// anything to do; empty: none.
  llvm::StringLiteral shows = "";
};

/// Runs them one after the other, up to the first error.
Status runStages(Compilation &compilation, llvm::ArrayRef<Stage> stages);

// The stages that several calls share.

/// Reads a model of the stage float or prepared and writes its settings; warnings about the
/// configuration become notes. Errors: another stage, a configuration for a model that is prepared
/// already.
Status importModel(Compilation &compilation);

/// Whether that is still to be done: fuse, annotate, insert observers.
bool isFloat(const Compilation &compilation);
Status prepareModel(Compilation &compilation);

/// Simplifies and fuses a float module for execution in float.
mlir::LogicalResult simplifyFloat(mlir::ModuleOp module);

} // namespace quantir

#endif // QUANTIR_COMPILER_COMPILATION_H
