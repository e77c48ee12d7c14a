//===- BatchPipeline.cpp - Several batches of one calibration at a time ---===//

#include "runtime/data/BatchPipeline.h"

#include "quantir/Base/OutOfMemory.h"
#include "runtime/session/ObserverList.h"

#include <algorithm>
#include <condition_variable>
#include <limits>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>

namespace quantir::runtime {

namespace {

/// Places that batches pass in their order.
class Turns {
public:
  explicit Turns(size_t places) : next(places) {}

  /// Waits until `batch` may enter `place`. False: it has been ended.
  bool enter(size_t place, int64_t batch) {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return next[place] == batch || batch > last; });
    return batch <= last;
  }
  void leave(size_t place) {
    std::lock_guard lock(mutex);
    ++next[place];
    changed.notify_all();
  }
  /// Ends the batches after `batch`.
  void endAfter(int64_t batch) {
    std::lock_guard lock(mutex);
    last = std::min(last, batch);
    changed.notify_all();
  }

private:
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<int64_t> next; ///< the batch that each place lets in
  int64_t last = std::numeric_limits<int64_t>::max();
};

/// The turns of whatever batch a worker is at.
struct WorkerOrder final : ObserverOrder {
  bool enter(size_t index) override { return !turns || turns->enter(index, batch); }
  void leave(size_t index) override {
    if (turns)
      turns->leave(index);
  }
  Turns *turns = nullptr;
  int64_t batch = 0;
};

} // namespace

struct BatchPipeline::Worker {
  std::shared_ptr<WorkerOrder> order = std::make_shared<WorkerOrder>();
  std::unique_ptr<BatchRunner> runner;

  static Result<std::unique_ptr<Worker>> create(const PlanPtr &plan, SessionOptions options) {
    auto worker = std::make_unique<Worker>();
    options.order = worker->order;
    Result<std::unique_ptr<BatchRunner>> runner = BatchRunner::create(plan, std::move(options));
    if (!runner)
      return runner.status();
    worker->runner = *std::move(runner);
    return worker;
  }

  size_t bytes() const {
    const Session &session = runner->session();
    size_t sum = session.arenaBytes() + session.scratchBytes() + session.packedBytes();
    for (const std::vector<TensorInfo> *infos : {&session.inputs(), &session.outputs()})
      for (const TensorInfo &info : *infos) {
        size_t bytes = sizeOf(info.dtype);
        for (int64_t d : info.dims)
          bytes *= size_t(d);
        sum += bytes;
      }
    return sum;
  }
};

/// One call of BatchPipeline::run: what its workers share.
class BatchPipeline::Run {
public:
  Run(const BatchSequence &batches, size_t observers, int64_t batch)
      : batches(batches), batch(batch), sourcePlace(observers), turns(observers + 1) {}

  void work(Worker &worker) {
    worker.order->turns = &turns;
    while (std::optional<int64_t> number = take()) {
      worker.order->batch = *number;
      Status status = guard([&]() -> Status {
        const int64_t first = *number * batch, count = std::min(batch, batches.samples - first);
        const SampleSource source = [&](auto... arguments) {
          if (!turns.enter(sourcePlace, *number))
            return Status::interrupted("the run was ended");
          QUANTIR_RETURN_IF_ERROR(batches.source(arguments...));
          turns.leave(sourcePlace);
          return Status();
        };
        QUANTIR_RETURN_IF_ERROR(worker.runner->runBatch(first, count, source));
        finish(count);
        return Status();
      });
      if (!status)
        fail(*number, std::move(status));
    }
    worker.order->turns = nullptr;
  }

  Result<BatchOutcome> outcome() const {
    if (!failure)
      return failure;
    return BatchOutcome{done, interrupted};
  }

private:
  /// The number of the next batch, if there is one to run.
  std::optional<int64_t> take() {
    std::lock_guard lock(mutex);
    if (ended || next * batch >= batches.samples)
      return std::nullopt;
    if (next > 0 && batches.interrupted && batches.interrupted()) {
      ended = interrupted = true;
      return std::nullopt;
    }
    return next++;
  }

  void finish(int64_t count) {
    std::lock_guard lock(mutex);
    done += count;
    if (batches.progress)
      batches.progress(done);
  }

  /// Batches before `number` go on: one of them may fail too, and is then the one to report.
  void fail(int64_t number, Status status) {
    std::lock_guard lock(mutex);
    ended = true;
    if (number > failed)
      return;
    failed = number;
    failure = std::move(status);
    turns.endAfter(number);
  }

  /// An exception must not leave a thread.
  template <typename Body> static Status guard(const Body &body) noexcept {
    auto others = [&]() -> Status {
      try {
        return body();
      } catch (const std::bad_alloc &) {
        throw;
      } catch (const std::exception &error) {
        return Status::internal(error.what());
      }
    };
    return catchOutOfMemory(others, [] { return "not enough memory for a batch"; });
  }

  const BatchSequence &batches;
  const int64_t batch;
  const size_t sourcePlace; ///< behind the observers' places: where samples are fetched
  Turns turns;

  std::mutex mutex; ///< of all that follows
  int64_t next = 0; ///< batch to take
  int64_t done = 0; ///< samples
  bool ended = false, interrupted = false;
  int64_t failed = std::numeric_limits<int64_t>::max(); ///< the earliest batch that did
  Status failure;
};

int chooseWorkers(int threads, int64_t batches) {
  // In units of what one thread needs for a batch. Inside of kernels, threads share all but a small
  // part of the work; a further session has to be made and its weights packed before it helps.
  constexpr double serial = 0.03, session = 2;
  auto duration = [&](int workers) {
    const int threadsEach = threads / workers;
    const int64_t rounds = (batches + workers - 1) / workers;
    const double batch = serial + (1 - serial) / threadsEach;
    return double(rounds) * batch + session * (workers - 1);
  };
  int best = 1;
  for (int workers = 2; workers <= threads && workers <= batches; ++workers)
    if (duration(workers) < duration(best))
      best = workers;
  return best;
}

BatchPipeline::BatchPipeline() = default;
BatchPipeline::~BatchPipeline() = default;
BatchPipeline::BatchPipeline(BatchPipeline &&) noexcept = default;

Result<BatchPipeline> BatchPipeline::create(const PlanPtr &plan, const SessionOptions &options,
                                            int workers, size_t memory) {
  BatchPipeline pipeline;
  SessionOptions each = options;
  for (;;) {
    each.threads = std::max(1, options.threads / workers);
    Result<std::unique_ptr<Worker>> first = Worker::create(plan, each);
    if (!first)
      return first.status();
    const size_t most = std::max<size_t>(1, memory / std::max<size_t>(1, (*first)->bytes()));
    if (size_t(workers) <= most) {
      pipeline.shared = each.observers = (*first)->runner->session().sharedObservers();
      pipeline.members.push_back(*std::move(first));
      break;
    }
    workers = int(most);
  }
  while (pipeline.members.size() < size_t(workers)) {
    Result<std::unique_ptr<Worker>> next = Worker::create(plan, each);
    if (!next) // what the first one could is refused for want of memory only
      break;
    pipeline.members.push_back(*std::move(next));
  }
  return pipeline;
}

Result<BatchOutcome> BatchPipeline::run(const BatchSequence &batches) {
  Run run(batches, shared->size(), batch());
  {
    std::vector<std::jthread> threads; // joins them
    threads.reserve(members.size());
    try {
      for (size_t i = 1; i < members.size(); ++i)
        threads.emplace_back([&run, &worker = *members[i]] { run.work(worker); });
    } catch (const std::system_error &) { // no more threads: those there are do it all
    } catch (const std::bad_alloc &) {
    }
    run.work(*members[0]);
  }
  return run.outcome();
}

int64_t BatchPipeline::batch() const { return members[0]->runner->batch(); }
size_t BatchPipeline::workers() const { return members.size(); }
const std::shared_ptr<ObserverList> &BatchPipeline::observers() const { return shared; }

} // namespace quantir::runtime
