//===- Execution.h - Running plans over data sets ---------------*- C++ -*-===//

#ifndef QUANTIR_RUNTIME_DATA_EXECUTION_H
#define QUANTIR_RUNTIME_DATA_EXECUTION_H

#include "quantir/Runtime/Batched.h"

#include <functional>
#include <memory>
#include <string>

namespace quantir::runtime {

using PlanPtr = std::shared_ptr<const Plan>;

/// Called with the number of samples that are done.
using Progress = std::function<void(int64_t done)>;

/// How a plan is to be executed.
struct ExecutionOptions {
  std::string backend; ///< empty: the plan's own
  int threads = 0;     ///< 0: all
  int64_t batch = 0;   ///< samples at a time; 0: chosen to suit the model
};

/// The batch to run `plan` with: `requested` if that is not 0, else at most 32 samples, and not
/// more than 32 MiB of input. Error: a request that a plan of fixed batch cannot meet.
Result<int64_t> chooseBatch(const Plan &plan, int64_t requested, int64_t samples);

/// A runner for `samples` samples. Batches as chooseBatch says.
Result<std::unique_ptr<BatchRunner>> createRunner(PlanPtr plan, const ExecutionOptions &options,
                                                  int64_t samples);

/// How a prepared plan is to be calibrated.
struct CalibrationRun : ExecutionOptions {
  std::shared_ptr<ObserverList> observers; ///< to go on from; null: new ones
  /// Asked before each batch but the first whether to begin no more; those that have begun are
  /// finished. May be empty.
  std::function<bool()> interrupted;
  /// How many batches run at a time, on `threads` / `workers` threads each, every one with memory
  /// of its own for activations and weights. 0: what is fastest with this number of batches, within
  /// a quarter of the machine's memory.
  int workers = 0;
};

/// What a calibration run saw.
struct CalibrationOutcome {
  std::shared_ptr<ObserverList> observers;
  int64_t samples = 0;      ///< how many were used
  int64_t batch = 0;        ///< how many at a time
  bool interrupted = false; ///< there would have been more
};

/// Runs samples through a prepared plan. Observers see batch after batch in their order, with any
/// number of workers. Samples that do not fill up a fixed batch are left out, unless there are no
/// others, so that none counts twice. `source`, `progress` and `options.interrupted` are called by
/// one thread at a time, which need not be the caller's; `source` for batch after batch. Errors: a
/// plan without observers, whatever `source` reports or an observer cannot use; of the earliest
/// batch if there are several.
Result<CalibrationOutcome> runCalibration(PlanPtr plan, int64_t samples, const SampleSource &source,
                                          const CalibrationRun &options,
                                          const Progress &progress = {});

} // namespace quantir::runtime

#endif // QUANTIR_RUNTIME_DATA_EXECUTION_H
