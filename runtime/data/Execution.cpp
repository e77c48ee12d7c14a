//===- Execution.cpp - Running plans over data sets -----------------------===//

#include "runtime/data/Execution.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

using namespace quantir::runtime;

Result<int64_t> quantir::runtime::chooseBatch(const Plan &plan, int64_t requested,
                                              int64_t samples) {
  if (!plan.hasDynamicBatch()) {
    int64_t fixed = fixedBatchOf(plan.inputs());
    if (requested != 0 && requested != fixed)
      return Status::error(fmt::format("expected a batch of {}, which the model is fixed to, but "
                                       "got {}; leave --batch out, or export the model with a "
                                       "dynamic batch",
                                       fixed, requested));
    return fixed;
  }
  if (requested != 0)
    return requested;
  constexpr double maxBytes = 32 << 20;
  double sampleBytes = 0;
  for (const TensorInfo &input : plan.inputs()) {
    double bytes = sizeOf(input.dtype);
    for (int64_t d : input.dims)
      bytes *= std::abs(double(d));
    sampleBytes += bytes;
  }
  int64_t most = int64_t(std::clamp(maxBytes / std::max(sampleBytes, 1.0), 1.0, 32.0));
  return std::clamp<int64_t>(samples, 1, most);
}

/// A runner that feeds `observers`; null: new ones.
static Result<std::unique_ptr<BatchRunner>>
createRunnerWith(std::shared_ptr<ObserverList> observers, PlanPtr plan,
                 const ExecutionOptions &options, int64_t samples) {
  Result<int64_t> batch = chooseBatch(*plan, options.batch, samples);
  if (!batch)
    return batch.status();
  SessionOptions session;
  session.backend = options.backend;
  session.threads = options.threads;
  session.batch = *batch;
  session.observers = std::move(observers);
  return BatchRunner::create(std::move(plan), std::move(session));
}

Result<std::unique_ptr<BatchRunner>>
quantir::runtime::createRunner(PlanPtr plan, const ExecutionOptions &options, int64_t samples) {
  return createRunnerWith(nullptr, std::move(plan), options, samples);
}

Result<Statistics> quantir::runtime::collectStatistics(PlanPtr plan, int64_t samples,
                                                       const SampleSource &source,
                                                       const CalibrationRun &options,
                                                       const Progress &progress) {
  if (plan->observers().empty())
    return Status::error(fmt::format(
        "'{}' has no observers to calibrate; give a plan of the prepared stage", plan->path()));
  Result<std::unique_ptr<BatchRunner>> runner =
      createRunnerWith(options.observers, plan, options, samples);
  if (!runner)
    return runner.status();
  Statistics statistics;
  statistics.batch = (*runner)->batch();
  statistics.samples = samples;
  if (!plan->hasDynamicBatch() && samples > statistics.batch)
    statistics.samples -= samples % statistics.batch;
  int64_t done = 0;
  auto sink = [&](int64_t first, int64_t count, std::span<const TensorView>) {
    done = first + count;
    if (progress)
      progress(done);
    statistics.interrupted =
        done < statistics.samples && options.interrupted && options.interrupted();
    return statistics.interrupted ? Status::error("interrupted") : Status();
  };
  Status status = (*runner)->run(statistics.samples, source, sink);
  if (!status && !statistics.interrupted)
    return status;
  statistics.samples = done;
  statistics.observers = (*runner)->session().sharedObservers();
  return statistics;
}
