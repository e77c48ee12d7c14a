//===- BatchPipeline.h - Several batches of one calibration at a time -----===//
//
// Each worker is a thread with a session of its own and runs whole batches; the sessions share
// their observers. Batch b is shown to an observer once batch b - 1 has been, so that observers see
// what they would see with one worker, in the same order, and end with the same bits. As all
// batches pass the observers in the same order, and none waits for a later one, this cannot block.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_RUNTIME_DATA_BATCHPIPELINE_H
#define QUANTIR_RUNTIME_DATA_BATCHPIPELINE_H

#include "runtime/data/Execution.h"

namespace quantir::runtime {

/// The batches of one calibration.
struct BatchSequence {
  int64_t samples = 0;
  const SampleSource &source;               ///< called for one batch at a time, in their order
  const Progress &progress;                 ///< called by one thread at a time; may be empty
  const std::function<bool()> &interrupted; ///< asked before each batch but the first; may be empty
};

/// How far it came.
struct BatchOutcome {
  int64_t samples = 0; ///< from the first on; observers have seen all of these and no others
  bool interrupted = false;
};

/// How many workers run `batches` batches soonest on `threads` threads, which they share evenly.
int chooseWorkers(int threads, int64_t batches);

/// Workers for one calibration.
class BatchPipeline {
public:
  /// At most `workers` (at least 1), fewer when they would need more than `memory` bytes together.
  /// `options.threads` (not 0) are all workers' together; `options.observers` may be null.
  static Result<BatchPipeline> create(const PlanPtr &plan, const SessionOptions &options,
                                      int workers, size_t memory);
  ~BatchPipeline();
  BatchPipeline(BatchPipeline &&) noexcept;

  /// Runs the batches. Error: that of the earliest batch that fails; later ones are abandoned, and
  /// observers have then seen parts of them.
  Result<BatchOutcome> run(const BatchSequence &batches);

  int64_t batch() const; ///< how many samples a full one has
  size_t workers() const;
  const std::shared_ptr<ObserverList> &observers() const;

private:
  struct Worker;
  class Run;
  BatchPipeline();
  std::vector<std::unique_ptr<Worker>> members;
  std::shared_ptr<ObserverList> shared;
};

} // namespace quantir::runtime

#endif // QUANTIR_RUNTIME_DATA_BATCHPIPELINE_H
