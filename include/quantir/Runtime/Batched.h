//===- Batched.h - Running a plan over any number of samples ----*- C++ -*-===//
//
// A model has a batch size, a data set any number of samples. A BatchRunner divides the samples
// into batches.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_RUNTIME_BATCHED_H
#define QUANTIR_RUNTIME_BATCHED_H

#include "quantir/Runtime/Session.h"

#include <functional>

namespace quantir::runtime {

/// Called to write samples `first` to `first + count - 1` to `inputs`, which have room for exactly
/// that many.
using SampleSource =
    std::function<Status(int64_t first, int64_t count, std::span<const TensorView> inputs)>;

/// Called with the results for samples `first` to `first + count - 1`; the views are valid during
/// the call.
using SampleSink =
    std::function<Status(int64_t first, int64_t count, std::span<const TensorView> outputs)>;

class BatchRunner {
public:
  /// Which dim of an input or output counts samples: if the plan's batch is dynamic (it then is
  /// `options.batch`), the one that follows the batch, and tensors without one are shared by all
  /// samples; if it is fixed, the leading dim, which has an equal share for each sample. If an
  /// output of such a plan has no leading dim, the inputs hold one sample.
  static Result<std::unique_ptr<BatchRunner>> create(std::shared_ptr<const Plan> plan,
                                                     SessionOptions options = {});
  ~BatchRunner();

  /// How many samples a full batch has.
  int64_t batch() const;

  /// The session for full batches. Partial batches feed the same observers.
  Session &session();

  /// The shape of input or output `index` for `samples` samples.
  std::vector<int64_t> inputDims(size_t index, int64_t samples) const;
  std::vector<int64_t> outputDims(size_t index, int64_t samples) const;

  /// Runs `samples` samples. A last batch that is not full runs in a smaller session when the
  /// plan's batch is dynamic; otherwise it is filled up with copies of its last sample, whose
  /// results are dropped.
  Status run(int64_t samples, const SampleSource &source, const SampleSink &sink = {});

  /// Runs one batch, samples `first` to `first + count - 1`, of at most batch() samples; as above
  /// when it is not full.
  Status runBatch(int64_t first, int64_t count, const SampleSource &source,
                  const SampleSink &sink = {});

  /// Runs all samples of `inputs`, one view for each input, and returns all results.
  Result<std::vector<Tensor>> run(std::span<const TensorView> inputs,
                                  const std::function<void(int64_t done)> &progress = {});

private:
  struct Impl;
  explicit BatchRunner(std::unique_ptr<Impl> impl);
  Result<std::vector<Tensor>> runAll(std::span<const TensorView> inputs,
                                     const std::function<void(int64_t done)> &progress);
  std::unique_ptr<Impl> impl;
};

} // namespace quantir::runtime

#endif // QUANTIR_RUNTIME_BATCHED_H
