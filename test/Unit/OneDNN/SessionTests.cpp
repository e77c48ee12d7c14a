//===- SessionTests.cpp - The onednn backend in a process that others use too ---------===//

#include "test/Support/Sanitizers.h"
#include "test/Unit/Runtime/Support.h"

#include "runtime/kernels/Backends.h"
#include "runtime/kernels/onednn/Threads.h"

#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <dlfcn.h>
#include <functional>
#include <mutex>
#include <span>
#include <sys/mman.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

// What a compiler makes of a parallel region; the tests are built without OpenMP.
extern "C" void GOMP_parallel(void (*body)(void *), void *data, unsigned threads, unsigned flags);
extern "C" void omp_set_max_active_levels(int);

using namespace quantir;
using namespace quantir::test;

namespace {

/// y = relu(conv(x)), large enough to be worth several threads.
PlanBuilder convPlan() {
  PlanBuilder builder;
  builder.graph.backend = "onednn";
  const auto image = TensorSpec::floats({1, 16, 40, 40});
  int32_t x = builder.input("x", image);
  int32_t w = builder.constant<float>("w", TensorSpec::floats({16, 16, 3, 3}),
                                      std::vector<float>(16 * 16 * 9, 0.01f));
  plan::ConvT conv;
  conv.padding = {1, 1, 1, 1};
  conv.activation = activation(plan::ActivationKind::Relu);
  int32_t y = builder.op(std::move(conv), {x, w}, builder.value("y", image.channelsLast()), "conv");
  plan::SoftmaxT softmax;
  softmax.axis = 1;
  int32_t z = builder.op(softmax, {y}, builder.value("z", image.channelsLast()), "softmax");
  builder.output(builder.op(plan::ReorderT(), {z}, builder.value("out", image), "reorder"));
  return builder;
}

/// y = a transposed convolution of x, by strides, of numbers whose sums are rounded.
PlanBuilder transposedConvPlan() {
  PlanBuilder builder;
  builder.graph.backend = "onednn";
  int32_t x = builder.input("x", TensorSpec::floats({1, 16, 40, 40}));
  std::vector<float> weights(16 * 16 * 9);
  for (size_t i = 0; i < weights.size(); ++i)
    weights[i] = float(i % 7) - 2.9f;
  int32_t w = builder.constant<float>("w", TensorSpec::floats({16, 16, 3, 3}), weights);
  plan::ConvTransposeT conv;
  conv.strides = {2, 2};
  conv.padding = {0, 0, 0, 0};
  conv.dilations = {1, 1};
  builder.output(builder.op(std::move(conv), {x, w},
                            builder.value("y", TensorSpec::floats({1, 16, 81, 81})), "conv"));
  return builder;
}

SessionOptions twoThreads() {
  SessionOptions options;
  options.threads = 2;
  return options;
}

Tensor image() { return floatTensor({1, 16, 40, 40}, std::vector<float>(16 * 1600, 0.5f)); }

} // namespace

TEST_CASE("a session leaves the caller's number of threads alone", "[session]") {
  const int before = omp_get_max_threads();
  for (int own : {1, 3, 5}) {
    omp_set_num_threads(own);
    std::unique_ptr<Session> session = makeSession(loadPlan(convPlan()), twoThreads());
    CHECK(omp_get_max_threads() == own);
    const Tensor x = image();
    REQUIRE(session->run(Inputs(x).views).ok());
    CHECK(omp_get_max_threads() == own);
    std::vector<TensorView> none; // an error
    CHECK_FALSE(session->run(none, none).ok());
    CHECK(omp_get_max_threads() == own);
  }
  omp_set_num_threads(before);
}

// The work of a transposed convolution in oneDNN is divided by the threads that there were.
TEST_CASE("results do not depend on how the caller uses OpenMP", "[session]") {
  const auto plan = loadPlan(transposedConvPlan());
  const Tensor x = image();
  std::unique_ptr<Session> session = makeSession(plan, twoThreads());
  auto outputOf = [&](Session &used) {
    Result<std::vector<Tensor>> results = used.run(Inputs(x).views);
    REQUIRE(results);
    const std::span<float> values = results->front().as<float>();
    return std::vector<float>(values.begin(), values.end());
  };
  const std::vector<float> expected = outputOf(*session);
  SECTION("threads that may be fewer") {
    const int before = omp_get_dynamic();
    omp_set_dynamic(1);
    // How many threads a region then has depends on the machine's load: what matters is that it is
    // off during a run.
    const PoolSettings callers = findBackend("onednn")->usePool({2});
    CHECK(omp_get_dynamic() == 0);
    findBackend("onednn")->usePool(callers);
    CHECK(outputOf(*session) == expected);
    CHECK(outputOf(*makeSession(plan, twoThreads())) == expected);
    CHECK(omp_get_dynamic() == 1);
    omp_set_dynamic(before);
  }
  SECTION("no parallel regions") {
    const int before = omp_get_max_active_levels();
    omp_set_max_active_levels(0);
    CHECK(outputOf(*session) == expected);
    CHECK(outputOf(*makeSession(plan, twoThreads())) == expected);
    omp_set_max_active_levels(before);
  }
  SECTION("within a parallel region") {
    struct Region {
      std::function<void()> body;
      std::mutex mutex;
    } region;
    std::vector<std::vector<float>> outputs;
    region.body = [&] {
      outputs.push_back(outputOf(*session));
      outputs.push_back(outputOf(*makeSession(plan, twoThreads())));
    };
    auto enter = [](void *data) {
      auto &region = *static_cast<Region *>(data);
      const std::lock_guard lock(region.mutex);
      region.body();
    };
    GOMP_parallel(enter, &region, 2, 0);
    CHECK(outputs.size() >= 2); // 4 where a region may have two threads
    for (const std::vector<float> &output : outputs)
      CHECK(output == expected);
  }
}

// A sanitizer's runtime does not outlive a fork of a process with threads.
#ifndef QUANTIR_SANITIZED
TEST_CASE("a child goes on with the sessions of the thread that forked", "[session]") {
  std::unique_ptr<Session> session = makeSession(loadPlan(convPlan()), twoThreads());
  const Tensor x = image();
  REQUIRE(session->run(Inputs(x).views).ok());
  for (int i = 0; i < 3; ++i) {
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      std::unique_ptr<Session> another = makeSession(loadPlan(convPlan()), twoThreads());
      const bool ok = session->run(Inputs(x).views).ok() && another->run(Inputs(x).views).ok();
      _exit(ok ? 0 : 1);
    }
    int status = -1;
    for (int waited = 0; waited < 600 && waitpid(child, &status, WNOHANG) == 0; ++waited)
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    if (status == -1) {
      kill(child, SIGKILL);
      waitpid(child, nullptr, 0);
    }
    CHECK(status == 0);
    REQUIRE(session->run(Inputs(x).views).ok());
  }
}

/// After how many of oneDNN's mappings, where it puts the code it generates, one fails; -1: none
/// does. (Its small objects it takes for granted: without memory for them it reads from null.)
static std::atomic<int64_t> untilFailure = -1;

extern "C" void *mmap(void *address, size_t size, int protection, int flags, int file,
                      off_t offset) noexcept {
  static const auto real = reinterpret_cast<decltype(&mmap)>(dlsym(RTLD_NEXT, "mmap"));
  if (untilFailure >= 0 && untilFailure.fetch_sub(1) == 0) {
    errno = ENOMEM;
    return MAP_FAILED;
  }
  return real(address, size, protection, flags, file, offset);
}

extern "C" int dnnl_set_primitive_cache_capacity(int capacity);

TEST_CASE("oneDNN without memory is an error, not a slower kernel", "[session]") {
  const auto plan = loadPlan(convPlan());
  SessionOptions options;
  options.threads = 1;
  const Tensor x = image();
  const auto implementations = [](const Session &session) {
    std::vector<std::string> names;
    for (const KernelProfile &profile : session.profile())
      names.push_back(profile.implementation);
    return names;
  };
  const std::vector<std::string> usual = implementations(*makeSession(plan, options));
  REQUIRE(usual[0].starts_with("onednn:"));
  REQUIRE(dnnl_set_primitive_cache_capacity(0) == 0); // each session generates its code
  int64_t failures = 0;
  for (int64_t first = 0;; ++first) {
    INFO("allocation " << first);
    untilFailure = first;
    Result<std::unique_ptr<Session>> session = Session::create(plan, options);
    const bool failed = untilFailure < 0;
    untilFailure = -1;
    if (!failed)
      break;
    if (!session) {
      ++failures;
      CHECK(session.code() == StatusCode::OutOfMemory);
      continue;
    }
    CHECK(implementations(**session) == usual);
  }
  CHECK(failures > 0);
  std::unique_ptr<Session> session = makeSession(plan, options); // nothing is left of the failures
  CHECK(implementations(*session) == usual);
  for (int64_t first = 0;; ++first) {
    INFO("allocation " << first << " of a run");
    untilFailure = first;
    Result<std::vector<Tensor>> outputs = session->run(Inputs(x).views);
    const bool failed = untilFailure < 0;
    untilFailure = -1;
    if (!failed) {
      CHECK(outputs.ok());
      break;
    }
    CHECK((outputs.ok() || outputs.code() == StatusCode::OutOfMemory));
  }
  dnnl_set_primitive_cache_capacity(1024);
}
#endif
