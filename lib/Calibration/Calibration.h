//===- Calibration.h - Running modules from inside the compiler -*- C++ -*-===//
//
// The bridge between the two worlds: a module of any stage becomes a plan in memory, which the
// runtime executes. The runtime's errors become diagnostics.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_CALIBRATION_CALIBRATION_H
#define QUANTIR_CALIBRATION_CALIBRATION_H

#include "quantir/Calibration/CalibrationData.h"
#include "quantir/Pipeline/Pipelines.h"
#include "quantir/Serialization/CalibrationState.h"
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

/// Samples as a certain plan counts them.
struct CountedSamples {
  int64_t samples;
  runtime::SampleSource source;
};

/// `samples` samples of `source`, which are those of `module`'s inputs and results, for `plan`,
/// which has the same inputs and other results. With fixed shapes that matters: what a run takes is
/// several samples only if each result has a share for each (runtime::fixedBatchOf). No samples are
/// left if they do not fill a run.
CountedSamples samplesFor(const runtime::Plan &plan, mlir::ModuleOp module, int64_t samples,
                          runtime::SampleSource source);

/// What a calibration goes on from. It serves one.
struct EarlierStates {
  std::shared_ptr<runtime::ObserverList> observers; ///< the plan's, with their states
  int64_t samples = 0;                              ///< how many samples they have seen
  numerics::CalibrationState constants; ///< of constants' observers, which the plan does not have
};

/// Reads `state` for a prepared module, whose plan is `plan`. Errors, at `loc`: a name that is
/// neither one of its observers' nor a place of one; a state that does not fit its observer.
mlir::FailureOr<EarlierStates> restoreStates(numerics::CalibrationState state,
                                             mlir::ModuleOp module, const runtime::Plan &plan,
                                             mlir::Location loc);

/// What a calibration gave.
struct CalibrationResult {
  numerics::CalibrationState state;                 ///< with the earlier ones
  std::shared_ptr<runtime::ObserverList> observers; ///< the plan's; null if it has none
  int64_t samples = 0;                              ///< how many samples were used
  int64_t batch = 0;                                ///< how many at a time
  bool interrupted = false;                         ///< CalibrationRun::interrupted stopped it
  std::vector<std::string> notes;                   ///< what the user has to know of it
};

/// Runs a prepared module, whose plan is `plan`, on `data`, going on from `earlier`, and puts the
/// states of its observers into it. Errors, at `loc`: an observer that saw what it cannot use;
/// states that do not fit the module.
mlir::FailureOr<CalibrationResult> calibrate(mlir::ModuleOp module, const runtime::PlanPtr &plan,
                                             const CalibrationData &data,
                                             runtime::CalibrationRun run,
                                             const runtime::Progress &progress, mlir::Location loc,
                                             EarlierStates earlier = {});

} // namespace quantir

#endif // QUANTIR_CALIBRATION_CALIBRATION_H
