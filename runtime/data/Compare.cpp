//===- Compare.cpp - Two plans on the same data ---------------------------===//

#include "runtime/data/Compare.h"

#include "quantir/Numerics/Metrics.h"
#include "runtime/data/OutputReader.h"
#include "runtime/data/QuantizedInputs.h"
#include "runtime/plan/FixedBatch.h"

#include <algorithm>

using namespace quantir;
using namespace quantir::runtime;

namespace {

/// One of the two plans, and what its outputs were for the latest samples.
struct Side {
  PlanPtr plan;
  std::unique_ptr<BatchRunner> runner;
  std::vector<OutputReader> readers;
  std::vector<std::vector<float>> outputs;

  static Result<Side> create(PlanPtr plan, const ExecutionOptions &options, int64_t samples) {
    Result<std::vector<OutputReader>> readers = createOutputReaders(*plan);
    if (!readers)
      return readers.status();
    Result<std::unique_ptr<BatchRunner>> runner = createRunner(plan, options, samples);
    if (!runner)
      return runner.status();
    Side side;
    side.runner = *std::move(runner);
    side.readers = *std::move(readers);
    side.plan = std::move(plan);
    side.outputs.resize(side.readers.size());
    return side;
  }

  Status run(int64_t start, int64_t samples, const SampleSource &source) {
    auto shifted = [&](int64_t first, int64_t count, std::span<const TensorView> inputs) {
      return source(start + first, count, inputs);
    };
    auto sink = [&](int64_t, int64_t, std::span<const TensorView> views) {
      for (size_t i = 0; i < views.size(); ++i)
        outputs[i] = readers[i].read(views[i]);
      return Status();
    };
    return runner->run(samples, quantizingSource(plan->inputs(), shifted), sink);
  }
};

/// Whether what an output was for all samples is one number, or the same for each.
class Constancy {
public:
  void add(std::span<const float> values, int64_t count) {
    const size_t row = values.size() / size_t(count);
    for (int64_t sample = 0; sample < count; ++sample, ++samples) {
      std::span<const float> part = values.subspan(size_t(sample) * row, row);
      if (samples == 0)
        first.assign(part.begin(), part.end());
      isSame = isSame && std::equal(part.begin(), part.end(), first.begin(), first.end());
      isOneNumber = isOneNumber && std::all_of(part.begin(), part.end(),
                                               [&](float value) { return value == first.front(); });
    }
  }
  bool isZero() const { return isOneNumber && !first.empty() && first.front() == 0; }
  /// `isShared`: it is the same for all samples, whatever the model computes.
  bool holds(bool isShared) const {
    return (isSame && samples > 1 && !isShared) || (isOneNumber && first.size() > 1);
  }

private:
  std::vector<float> first; ///< sample
  bool isOneNumber = true, isSame = true;
  int64_t samples = 0;
};

/// Of one output, over samples.
struct Sums {
  numerics::SqnrMeter sqnr;
  Constancy expected, got;
  int64_t agreeing = 0;
};

/// Whether an output of these dims holds one row of scores a sample.
bool holdsScores(const std::vector<int64_t> &dims) {
  int64_t wide = std::count_if(dims.begin() + (dims.empty() ? 0 : 1), dims.end(),
                               [](int64_t d) { return d != 1; });
  return !dims.empty() && wide == 1;
}

} // namespace

Result<std::vector<OutputComparison>>
quantir::runtime::compareOutputs(PlanPtr reference, PlanPtr actual, int64_t samples,
                                 const SampleSource &source, const ExecutionOptions &options,
                                 const Progress &progress) {
  if (reference->outputs().size() != actual->outputs().size())
    return Status::invalidArgument(
        "the two models have different numbers of outputs and cannot be compared");
  Result<Side> expected = Side::create(reference, options, samples);
  if (!expected)
    return expected.status();
  Result<Side> got = Side::create(actual, options, samples);
  if (!got)
    return got.status();

  std::vector<Sums> sums(reference->outputs().size());
  int64_t batch = expected->runner->batch();
  for (int64_t first = 0; first < samples; first += batch) {
    int64_t count = std::min(batch, samples - first);
    QUANTIR_RETURN_IF_ERROR(expected->run(first, count, source));
    QUANTIR_RETURN_IF_ERROR(got->run(first, count, source));
    for (size_t i = 0; i < sums.size(); ++i) {
      const std::vector<float> &ref = expected->outputs[i], &act = got->outputs[i];
      // An output that does not follow the batch is one for all samples.
      const int64_t rows = isShared(*reference, reference->outputs()[i]) ? 1 : count;
      if (!sums[i].sqnr.add(ref, act, rows))
        return Status::invalidArgument("output '" + reference->outputs()[i].name +
                                       "' is empty, or has another size in the other model");
      sums[i].expected.add(ref, rows);
      sums[i].got.add(act, rows);
      sums[i].agreeing += numerics::countAgreeing(ref, act, rows);
    }
    if (progress)
      progress(first + count);
  }

  std::vector<OutputComparison> comparisons;
  for (size_t i = 0; i < sums.size(); ++i) {
    const bool isOneForAll = isShared(*reference, reference->outputs()[i]);
    OutputComparison comparison;
    comparison.name = reference->outputs()[i].name;
    comparison.sqnrDb = sums[i].sqnr.mean();
    comparison.totalSqnrDb = sums[i].sqnr.total();
    comparison.notFinite = sums[i].sqnr.notFinite();
    comparison.isConstant = sums[i].got.holds(isOneForAll);
    comparison.isConstantInReference = sums[i].expected.holds(isOneForAll);
    comparison.isZeroInReference = sums[i].expected.isZero();
    if (!isOneForAll && holdsScores(reference->outputs()[i].dims))
      comparison.agreement = double(sums[i].agreeing) / double(samples);
    comparisons.push_back(std::move(comparison));
  }
  return comparisons;
}
