//===- Calibration.h - Running modules from inside the compiler -*- C++ -*-===//
//
// The bridge between the two worlds: a module of any stage becomes a plan in memory, which the
// runtime executes. The runtime's errors become diagnostics.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_CALIBRATION_CALIBRATION_H
#define QUANTIR_CALIBRATION_CALIBRATION_H

#include "quantir/Pipeline/Pipelines.h"
#include "quantir/passes/Prepare/Passes.h"
#include "runtime/data/Execution.h"

#include "mlir/IR/BuiltinOps.h"

#include <vector>

namespace quantir {

/// Lowers a copy of `module` and writes it as a plan file.
mlir::FailureOr<std::vector<uint8_t>> compileToPlan(mlir::ModuleOp module,
                                                    const LowerPipelineOptions &options);

/// The same, loaded.
mlir::FailureOr<runtime::PlanPtr> compileInMemory(mlir::ModuleOp module,
                                                  const LowerPipelineOptions &options);

/// What calibration learned.
struct CalibrationResult {
  CalibrationStatistics statistics; ///< by the observers' symbols
  int64_t samples = 0;              ///< how many samples were used
  int64_t batch = 0;                ///< how many at a time
};

/// Runs a plan of the prepared stage on samples and returns what its observers saw. An observer
/// that saw nothing, or saw what it cannot use, is an error at `loc`.
mlir::FailureOr<CalibrationResult> calibrate(runtime::PlanPtr prepared, int64_t samples,
                                             const runtime::SampleSource &source,
                                             const runtime::ExecutionOptions &options,
                                             const runtime::Progress &progress, mlir::Location loc);

} // namespace quantir

#endif // QUANTIR_CALIBRATION_CALIBRATION_H
