//===- Batched.h - Running a plan over any number of samples ----*- C++ -*-===//
//
// A model has its own batch size; a data set has its own number of samples. A BatchRunner cuts the
// one into the other.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_RUNTIME_BATCHED_H
#define QUANTIR_RUNTIME_BATCHED_H

#include "quantir/Runtime/Session.h"

#include <functional>

namespace quantir::runtime {

/// Writes samples `first` to `first + count - 1` to `inputs`: views of exactly that many samples.
using SampleSource =
    std::function<Status(int64_t first, int64_t count, std::span<const TensorView> inputs)>;

/// Is given the results for samples `first` to `first + count - 1`; the views are valid during the
/// call.
using SampleSink =
    std::function<Status(int64_t first, int64_t count, std::span<const TensorView> outputs)>;

class BatchRunner {
public:
  /// Inputs and outputs count samples: with a dynamic batch, which is `options.batch`, in the dim
  /// that follows it, where those that have none are shared by all; with a fixed one in the leading
  /// dim, which has a share for each sample. Where an output has none, the inputs hold one sample.
  static Result<std::unique_ptr<BatchRunner>> create(std::shared_ptr<const Plan> plan,
                                                     SessionOptions options = {});
  ~BatchRunner();

  /// How many samples a full batch has.
  int64_t batch() const;

  /// The session of full batches. Its observers are those of partial batches too.
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

  /// Runs what `inputs` hold, one view for each input, and returns all results.
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
