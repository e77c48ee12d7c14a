//===- SessionTests.cpp - The onednn backend in a process that others use too ---------===//

#include "test/Support/Sanitizers.h"
#include "test/Unit/Runtime/Support.h"

#include "runtime/kernels/Backends.h"
#include "runtime/kernels/onednn/OpenMP.h"

#include <catch2/generators/catch_generators_all.hpp>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <csignal>
#include <dlfcn.h>
#include <functional>
#include <limits>
#include <mutex>
#include <span>
#include <sys/mman.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

// What a compiler makes of a parallel region; the tests are built without OpenMP.
extern "C" void GOMP_parallel(void (*body)(void *), void *data, unsigned threads, unsigned flags);
extern "C" int omp_get_max_threads();
extern "C" void omp_set_num_threads(int);

using namespace quantir;
using namespace quantir::test;

namespace {

/// A function of the OpenMP library that oneDNN brings.
template <typename Function> Function *openMP(const char *name) {
  auto *function = reinterpret_cast<Function *>(dlsym(RTLD_DEFAULT, name));
  REQUIRE(function);
  return function;
}

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

TEST_CASE("oneDNN's regions have the threads of the session", "[session]") {
  CHECK(onednn::usesOurThreads());
}

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
    const auto getDynamic = openMP<int()>("omp_get_dynamic");
    const auto setDynamic = openMP<void(int)>("omp_set_dynamic");
    const int before = getDynamic();
    setDynamic(1);
    CHECK(outputOf(*session) == expected);
    CHECK(outputOf(*makeSession(plan, twoThreads())) == expected);
    CHECK(getDynamic() == 1);
    setDynamic(before);
  }
  SECTION("no parallel regions") {
    const int before = openMP<int()>("omp_get_max_active_levels")();
    const auto setLevels = openMP<void(int)>("omp_set_max_active_levels");
    setLevels(0);
    CHECK(outputOf(*session) == expected);
    CHECK(outputOf(*makeSession(plan, twoThreads())) == expected);
    setLevels(before);
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
    region.mutex.lock(); // ThreadSanitizer does not see how libgomp starts and ends a region
    region.mutex.unlock();
    GOMP_parallel(enter, &region, 2, 0);
    const std::lock_guard lock(region.mutex);
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

namespace {

/// What stands between two convolutions: none of it may hide a NaN from the second, nor that what
/// it makes of large numbers overflows there.
enum class Between { Nothing, Conv, Pool, Add, Mul, Div, Concat, Clamp, Pad, Count };

/// relu(conv(x, w)) of channels-last values.
int32_t addConv(PlanBuilder &builder, int32_t x, float weight, plan::ActivationKind kind,
                const std::string &name) {
  std::vector<float> weights(4 * 4 * 9);
  for (size_t i = 0; i < weights.size(); ++i)
    weights[i] = weight * (float(i % 7) - 2.9f);
  const int32_t w = builder.constant<float>(name + ".w", TensorSpec::floats({4, 4, 3, 3}), weights);
  plan::ConvT conv;
  conv.padding = {1, 1, 1, 1};
  conv.activation = activation(kind);
  const auto image = TensorSpec::floats({1, 4, 6, 6}).channelsLast();
  return builder.op(std::move(conv), {x, w}, builder.value(name, image), name);
}

int32_t addReorder(PlanBuilder &builder, int32_t x, const TensorSpec &result,
                   const std::string &name) {
  return builder.op(plan::ReorderT(), {x}, builder.value(name, result), name);
}

/// The second convolution alone.
PlanBuilder oneConv(float weight) {
  PlanBuilder builder;
  builder.graph.backend = "onednn";
  const auto image = TensorSpec::floats({1, 4, 6, 6});
  int32_t y = addReorder(builder, builder.input("x", image), image.channelsLast(), "moved");
  y = addConv(builder, y, weight, plan::ActivationKind::Relu, "second");
  builder.output(addReorder(builder, y, image, "out"));
  return builder;
}

/// middle = op(relu(conv(x, w)), x), and relu(conv(middle, w)).
PlanBuilder twoConvs(Between between, float weight) {
  PlanBuilder builder;
  builder.graph.backend = "onednn";
  const auto image = TensorSpec::floats({1, 4, 6, 6}).channelsLast();
  const int32_t x = builder.input("x", TensorSpec::floats({1, 4, 6, 6}));
  const int32_t moved = builder.op(plan::ReorderT(), {x}, builder.value("moved", image), "moved");
  int32_t y = addConv(builder, moved, weight, plan::ActivationKind::Relu, "first");
  switch (between) {
  case Between::Conv:
    y = addConv(builder, y, weight, plan::ActivationKind::None, "linear");
    break;
  case Between::Pool: {
    plan::PoolT pool;
    pool.kind = plan::PoolKind::Average;
    pool.kernel = {3, 3};
    pool.strides = pool.dilations = {1, 1};
    pool.padding = {1, 1, 1, 1};
    y = builder.op(std::move(pool), {y}, builder.value("pooled", image), "pool");
    break;
  }
  case Between::Add:
  case Between::Mul:
  case Between::Div: {
    plan::BinaryT binary;
    binary.kind = between == Between::Add   ? plan::BinaryKind::Add
                  : between == Between::Mul ? plan::BinaryKind::Mul
                                            : plan::BinaryKind::Div;
    binary.activation = activation(plan::ActivationKind::Clamp);
    binary.activation->alpha = -1;
    binary.activation->beta = 6;
    y = builder.op(std::move(binary), {y, moved}, builder.value("both", image), "binary");
    break;
  }
  case Between::Concat: {
    plan::ConcatT concat;
    concat.axis = 2;
    const auto both = TensorSpec::floats({1, 4, 12, 6}).channelsLast();
    y = builder.op(concat, {y, moved}, builder.value("both", both), "concat");
    plan::SliceT slice;
    slice.starts = {0, 0, 3, 0};
    slice.steps = {1, 1, 1, 1};
    y = builder.op(slice, {y}, builder.value("part", image), "slice");
    break;
  }
  case Between::Clamp: {
    plan::UnaryT clamp;
    clamp.kind = plan::UnaryKind::Clamp;
    clamp.alpha = -1;
    clamp.beta = 6;
    y = builder.op(clamp, {y}, builder.value("clamped", image), "clamp");
    break;
  }
  case Between::Pad: {
    plan::SliceT slice;
    slice.starts = {0, 0, 1, 0};
    slice.steps = {1, 1, 1, 1};
    y = builder.op(slice, {y},
                   builder.value("part", TensorSpec::floats({1, 4, 5, 6}).channelsLast()), "slice");
    plan::PadT pad;
    pad.padding = {0, 0, 1, 0, 0, 0, 0, 0};
    pad.value = 3e38f;
    y = builder.op(std::move(pad), {y}, builder.value("padded", image), "pad");
    break;
  }
  case Between::Nothing:
  case Between::Count:
    break;
  }
  const auto rowMajorImage = TensorSpec::floats({1, 4, 6, 6});
  builder.output(addReorder(builder, y, rowMajorImage, "middle"));
  y = addConv(builder, y, weight, plan::ActivationKind::Relu, "second");
  builder.output(addReorder(builder, y, rowMajorImage, "out"));
  return builder;
}

} // namespace

TEST_CASE("what is known of values never hides a NaN or an overflow", "[session]") {
  const auto between = Between(GENERATE(range(0, int(Between::Count))));
  const float weight = GENERATE(0.1f, 3e18f);
  INFO("between: " << int(between) << ", weights of " << weight);
  const std::unique_ptr<Session> whole = makeSession(loadPlan(twoConvs(between, weight)), {});
  const std::unique_ptr<Session> second = makeSession(loadPlan(oneConv(weight)), {});
  SessionOptions slow;
  slow.backend = "reference";
  const std::unique_ptr<Session> reference = makeSession(loadPlan(twoConvs(between, weight)), slow);
  const float nan = std::numeric_limits<float>::quiet_NaN(),
              infinity = std::numeric_limits<float>::infinity();
  // A session that has seen one of these sees what is harmless, and again another.
  for (float special : {1.0f, nan, 1.0f, infinity, -infinity, 1e20f, -3e38f, 0.0f, 1.0f}) {
    INFO("x has " << special);
    std::vector<float> x(4 * 36);
    for (size_t i = 0; i < x.size(); ++i)
      x[i] = float(i % 5) - 1.9f;
    x[77] = special;
    const Tensor input = floatTensor({1, 4, 6, 6}, x);
    const Result<std::vector<Tensor>> got = whole->run(std::vector{input.view()});
    REQUIRE(got);
    const Result<std::vector<Tensor>> right = reference->run(std::vector{input.view()});
    REQUIRE(right);
    // Whether partial sums of large numbers overflow depends on their order.
    for (size_t k = 0; weight < 1 && k < 2; ++k)
      for (size_t i = 0; i < x.size(); ++i) {
        INFO("result " << k << ", element " << i);
        CHECK(std::isnan((*got)[k].as<float>()[i]) == std::isnan((*right)[k].as<float>()[i]));
      }
    // Nothing is known of what is a model's input.
    const Result<std::vector<Tensor>> expected = second->run(std::vector{(*got)[0].view()});
    REQUIRE(expected);
    const std::span<float> a = (*got)[1].as<float>(), b = (*expected)[0].as<float>();
    for (size_t i = 0; i < a.size(); ++i) {
      INFO("element " << i << ": " << a[i] << " for " << b[i]);
      CHECK((a[i] == b[i] || (std::isnan(a[i]) && std::isnan(b[i]))));
    }
  }
}
