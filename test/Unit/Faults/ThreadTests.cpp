//===- ThreadTests.cpp - Threads that cannot start -------------------------===//

#include "test/Support/Sanitizers.h"
#include "test/Unit/Runtime/Support.h"

#include "quantir/Numerics/Observer.h"
#include "quantir/Runtime/ThreadPool.h"
#include "runtime/data/Execution.h"
#include "runtime/session/ObserverList.h"

#include <atomic>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <dlfcn.h>
#include <pthread.h>

// Sanitizers replace pthread_create themselves.
#ifndef QUANTIR_SANITIZED

using namespace quantir;
using namespace quantir::test;

static std::atomic<int> threadLimit = INT_MAX, threadCount = 0;

namespace {
struct Start {
  void *(*routine)(void *);
  void *argument;
};

void *runCounted(void *argument) {
  const Start start = *static_cast<Start *>(argument);
  std::free(argument);
  void *result = start.routine(start.argument);
  --threadCount;
  return result;
}
} // namespace

/// In the place of libc's, for the libraries too: the system refuses more than `threadLimit`.
extern "C" int pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
                              void *(*routine)(void *), void *argument) {
  static const auto real =
      reinterpret_cast<decltype(&pthread_create)>(dlsym(RTLD_NEXT, "pthread_create"));
  if (threadCount.fetch_add(1) >= threadLimit) {
    --threadCount;
    return EAGAIN;
  }
  auto *start = static_cast<Start *>(std::malloc(sizeof(Start)));
  *start = {routine, argument};
  const int error = real(thread, attributes, runCounted, start);
  if (error)
    --threadCount;
  return error;
}

namespace {

/// Limits the threads besides those that there are.
class ThreadLimit {
public:
  explicit ThreadLimit(int more) { threadLimit = threadCount + more; }
  ~ThreadLimit() { threadLimit = INT_MAX; }
};

/// y = relu(x), x observed, large enough to be worth several threads.
std::shared_ptr<const Plan> largeRelu() {
  PlanBuilder builder;
  int32_t x = builder.input("x", TensorSpec::floats({-1, 1 << 16}));
  builder.graph.observers.push_back(std::make_unique<plan::ObserverT>());
  builder.graph.observers[0]->name = "act_0";
  builder.graph.observers[0]->config = R"({"observer": "histogram"})";
  builder.op(plan::ObserveT(), {x}, -1);
  builder.output(builder.op(plan::UnaryT(), {x},
                            builder.value("y", TensorSpec::floats({-1, 1 << 16})), "relu"));
  return loadPlan(builder);
}

} // namespace

TEST_CASE("as many threads as can be started") {
  CHECK(processThreadPool()->reserve(1) == 1);
  CHECK(processThreadPool()->reserve(4) == 4);
  for (int more : {0, 1, 3}) {
    ThreadLimit limit(more);
    const std::shared_ptr<ThreadPool> pool = processThreadPool();
    CHECK(pool->reserve(8) == more + 1);
    CHECK(pool->reserve(1) == 1);
  }
  // Those that could not be started are once there is room for them.
  std::shared_ptr<ThreadPool> pool = processThreadPool();
  {
    ThreadLimit limit(1);
    CHECK(pool->reserve(3) == 2);
  }
  CHECK(pool->reserve(3) == 3);
}

TEST_CASE("a session has the threads that can be started") {
  std::shared_ptr<const Plan> plan = largeRelu();
  for (std::string_view backend : backendNames())
    for (int more : {0, 2}) {
      INFO(backend << " " << more);
      ThreadLimit limit(more);
      SessionOptions options;
      options.backend = backend;
      options.threads = 6;
      std::unique_ptr<Session> session = makeSession(plan, options);
      CHECK(session->threads() == more + 1);
      Tensor x = floatTensor({1, 1 << 16}, std::vector<float>(1 << 16, 2.0f));
      const std::vector<TensorView> inputs = {x.view()};
      Result<std::vector<Tensor>> y = session->run(inputs);
      REQUIRE(y);
      CHECK((*y)[0].as<float>().back() == 2.0f);
    }
}

TEST_CASE("calibration has the workers that can be started") {
  std::shared_ptr<const Plan> plan = largeRelu();
  const runtime::SampleSource source = [](int64_t first, int64_t,
                                          std::span<const TensorView> inputs) {
    for (float &value : std::span(static_cast<float *>(inputs[0].data), 1 << 16))
      value = float(first);
    return Status();
  };
  runtime::CalibrationRun run;
  run.threads = run.workers = 4;
  run.batch = 1;
  for (int more : {0, 1, 3}) {
    ThreadLimit limit(more);
    Result<runtime::CalibrationOutcome> seen = runCalibration(plan, 8, source, run);
    INFO((seen ? "" : seen.message()));
    REQUIRE(seen);
    CHECK(seen->samples == 8);
    CHECK((*seen->observers)[0]->state().maxVal == std::vector<float>{7});
  }
}

#endif
