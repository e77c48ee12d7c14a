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

/// Lowers a copy of `module`, to kernels of the backend that its settings name, and writes it as a
/// plan file.
mlir::FailureOr<std::vector<uint8_t>> compileToPlan(mlir::ModuleOp module,
                                                    const LowerPipelineOptions &options = {});

/// The same, loaded.
mlir::FailureOr<runtime::PlanPtr> compileInMemory(mlir::ModuleOp module,
                                                  const LowerPipelineOptions &options = {});

/// How many of so many samples a run uses: those that fill whole batches, or all that there are if
/// they do not fill one.
int64_t samplesInWholeBatches(const runtime::Plan &plan, int64_t samples);

/// What calibration learned.
struct CalibrationResult {
  numerics::CalibrationState state;                 ///< also of what was learned before
  std::shared_ptr<runtime::ObserverList> observers; ///< the plan's
  int64_t samples = 0;                              ///< how many samples were used
  int64_t batch = 0;                                ///< how many at a time
  bool interrupted = false;                         ///< CalibrationRun::interrupted stopped it
};

/// Runs a plan of the prepared stage on samples, going on from `before`, and returns what its
/// observers saw. Errors at `loc`: an observer that saw what it cannot use; a state before that is
/// not of this plan's observers.
mlir::FailureOr<CalibrationResult> calibrate(runtime::PlanPtr prepared, int64_t samples,
                                             const runtime::SampleSource &source,
                                             runtime::CalibrationRun options,
                                             const runtime::Progress &progress, mlir::Location loc,
                                             const numerics::CalibrationState *before = nullptr);

} // namespace quantir

#endif // QUANTIR_CALIBRATION_CALIBRATION_H
