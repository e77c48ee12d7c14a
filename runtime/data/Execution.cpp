//===- Execution.cpp - Running plans over data sets -----------------------===//

#include "runtime/data/Execution.h"

#include "quantir/Base/Machine.h"
#include "quantir/Base/OutOfMemory.h"
#include "runtime/data/BatchPipeline.h"
#include "runtime/plan/FixedBatch.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

using namespace quantir;
using namespace quantir::runtime;

Result<int64_t> quantir::runtime::chooseBatch(const Plan &plan, int64_t requested,
                                              int64_t samples) {
  if (!plan.hasDynamicBatch()) {
    int64_t fixed = fixedBatchOf(plan);
    if (requested != 0 && requested != fixed)
      return Status::invalidArgument(
          fmt::format("expected a batch of {}, which the model is fixed to, but "
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

/// `observers` are to be fed; null: new ones.
static Result<SessionOptions> sessionOptions(const Plan &plan, const ExecutionOptions &options,
                                             int64_t samples,
                                             std::shared_ptr<ObserverList> observers = nullptr) {
  Result<int64_t> batch = chooseBatch(plan, options.batch, samples);
  if (!batch)
    return batch.status();
  SessionOptions session;
  session.backend = options.backend;
  session.threads = options.threads;
  session.batch = *batch;
  session.observers = std::move(observers);
  return session;
}

static std::string noMemory() { return "not enough memory to run the plan"; }

Result<std::unique_ptr<BatchRunner>>
quantir::runtime::createRunner(PlanPtr plan, const ExecutionOptions &options, int64_t samples) {
  return catchOutOfMemory(
      [&]() -> Result<std::unique_ptr<BatchRunner>> {
        Result<SessionOptions> session = sessionOptions(*plan, options, samples);
        return session ? BatchRunner::create(plan, *std::move(session)) : session.status();
      },
      noMemory);
}

/// What the workers may use without being asked for.
static size_t spareMemory() { return availableMemory() / 4; }

static Result<CalibrationOutcome> collect(const PlanPtr &plan, int64_t samples,
                                          const SampleSource &source, const CalibrationRun &options,
                                          const Progress &progress) {
  if (plan->observers().empty())
    return Status::invalidModel(fmt::format(
        "'{}' has no observers to calibrate; give a plan of the prepared stage", plan->path()));
  if (samples < 1)
    return Status::invalidArgument(
        fmt::format("expected at least one sample, but got {}", samples));
  if (options.workers < 0 || options.workers > 1024)
    return Status::invalidArgument(
        fmt::format("expected 0 to 1024 workers, but got {}", options.workers));
  Result<SessionOptions> session = sessionOptions(*plan, options, samples, options.observers);
  if (!session)
    return session.status();
  if (session->threads == 0)
    session->threads = availableThreads();
  int64_t used = samples;
  if (!plan->hasDynamicBatch() && samples > session->batch)
    used -= samples % session->batch;
  const int64_t batches = (used + session->batch - 1) / session->batch;
  Result<BatchPipeline> pipeline =
      options.workers
          ? BatchPipeline::create(plan, *session, int(std::min<int64_t>(options.workers, batches)),
                                  std::numeric_limits<size_t>::max())
          : BatchPipeline::create(plan, *session, chooseWorkers(session->threads, batches),
                                  spareMemory());
  if (!pipeline)
    return pipeline.status();
  Result<BatchOutcome> outcome = pipeline->run({used, source, progress, options.interrupted});
  if (!outcome)
    return outcome.status();
  return CalibrationOutcome{pipeline->observers(), outcome->samples, pipeline->batch(),
                            outcome->interrupted};
}

Result<CalibrationOutcome> quantir::runtime::runCalibration(PlanPtr plan, int64_t samples,
                                                            const SampleSource &source,
                                                            const CalibrationRun &options,
                                                            const Progress &progress) {
  return catchOutOfMemory([&] { return collect(plan, samples, source, options, progress); },
                          noMemory);
}
