//===- SessionTests.cpp - The onednn backend in a process that others use too ---------===//

#include "test/Support/Sanitizers.h"
#include "test/Unit/Runtime/Support.h"

#include "runtime/kernels/onednn/Threads.h"

#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <dlfcn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

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
