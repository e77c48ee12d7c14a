//===- Samples.h - Samples for the module of a pass -------------*- C++ -*-===//

#ifndef QUANTIR_PASSES_CALIBRATE_SAMPLES_H
#define QUANTIR_PASSES_CALIBRATE_SAMPLES_H

#include "lib/Calibration/Calibration.h"

namespace quantir {

/// A module's plan, and samples for its inputs.
struct ModuleSamples {
  runtime::PlanPtr plan;
  CalibrationData data;
};

/// Compiles `module` in memory and reads the samples in `file`, which a pass option names. Errors:
/// no file is named, or it does not fit the module.
mlir::FailureOr<ModuleSamples> loadSamples(mlir::ModuleOp module, const std::string &file);

/// Reports `notes` as remarks.
void emitNotes(mlir::ModuleOp module, llvm::ArrayRef<std::string> notes);

} // namespace quantir

#endif // QUANTIR_PASSES_CALIBRATE_SAMPLES_H
