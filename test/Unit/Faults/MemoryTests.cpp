//===- MemoryTests.cpp - What happens without memory -----------------------===//

#include "Child.h"
#include "FailingAllocator.h"

#include "test/Support/Sanitizers.h"
#include "test/Unit/Data/Support.h"
#include "test/Unit/Runtime/Support.h"

#include "quantir/Base/Parallel.h"
#include "quantir/Numerics/Observer.h"
#include "quantir/Runtime/Batched.h"
#include "quantir/Runtime/Calibration.h"
#include "runtime/data/ArrayFile.h"
#include "runtime/data/Execution.h"
#include "runtime/data/ModelInputs.h"
#include "runtime/session/ObserverList.h"

#include <fstream>
#include <limits>

using namespace quantir;
using namespace quantir::test;
using runtime::test::TemporaryDirectory;

namespace {

/// y = relu(x * w), x observed by two; `batch` is the leading dim.
PlanBuilder linear(int64_t batch) {
  PlanBuilder builder;
  int32_t x = builder.input("x", TensorSpec::floats({batch, 4}));
  for (const char *config :
       {R"({"observer": "histogram", "bins": 16})", R"({"observer": "mse"})"}) {
    builder.graph.observers.push_back(std::make_unique<plan::ObserverT>());
    builder.graph.observers.back()->name =
        "act_" + std::to_string(builder.graph.observers.size() - 1);
    builder.graph.observers.back()->config = config;
    plan::ObserveT observe;
    observe.observer = uint32_t(builder.graph.observers.size()) - 1;
    builder.op(observe, {x}, -1, "observe");
  }
  std::vector<float> weights(12);
  for (size_t i = 0; i < weights.size(); ++i)
    weights[i] = float(i % 5) - 2;
  int32_t w = builder.constant<float>("w", TensorSpec::floats({4, 3}), weights);
  int32_t product = builder.op(plan::MatMulT(), {x, w},
                               builder.value("product", TensorSpec::floats({batch, 3})), "matmul");
  builder.output(builder.op(plan::UnaryT(), {product},
                            builder.value("y", TensorSpec::floats({batch, 3})), "relu"));
  return builder;
}

std::vector<float> ramp(int64_t count) {
  std::vector<float> values(count);
  for (int64_t i = 0; i < count; ++i)
    values[i] = float(i % 13) - 6;
  return values;
}

SessionOptions options(int64_t batch = 1, std::string_view backend = "reference") {
  SessionOptions options;
  options.backend = backend;
  options.threads = 1;
  options.batch = batch;
  return options;
}

template <typename T> Status statusOf(const Result<T> &result) { return result.status(); }

Status fill(int64_t first, int64_t, std::span<const TensorView> inputs) {
  std::span<float> values(static_cast<float *>(inputs[0].data), size_t(inputs[0].numElements()));
  for (size_t i = 0; i < values.size(); ++i)
    values[i] = float((first + int64_t(i)) % 7) - 3;
  return {};
}

} // namespace

TEST_CASE("loading a plan") {
  TemporaryDirectory dir;
  const std::vector<uint8_t> file = linear(-1).file();
  const std::string path = dir.file("m.plan");
  runtime::test::writeText(path, {reinterpret_cast<const char *>(file.data()), file.size()});
  for (bool copy : {false, true})
    checkAllAllocations([&] { return Plan::load(path, {.copy = copy}).status(); });
  checkAllAllocations([&] { return Plan::fromMemory(file, nullptr, path).status(); });
}

TEST_CASE("creating and running a session") {
  std::shared_ptr<const Plan> plan = loadPlan(linear(-1));
  for (std::string_view backend : backendNames()) {
    INFO(backend);
    const bool isOurs = backend != "onednn";
    checkAllAllocations([&] { return Session::create(plan, options(3, backend)).status(); },
                        !isOurs);

    std::unique_ptr<Session> session = makeSession(plan, options(3, backend));
    Tensor x = floatTensor({3, 4}, ramp(12));
    const std::vector<TensorView> inputs = {x.view()};
    // What the observers keep stays.
    auto run = [&] {
      for (auto &observer : session->observers())
        observer->reset();
      Status status = session->run(inputs).status();
      for (auto &observer : session->observers())
        observer->reset();
      return status;
    };
    checkAllAllocations(run, !isOurs);
  }
}

TEST_CASE("running batches, the last one partial") {
  std::shared_ptr<const Plan> plan = loadPlan(linear(-1));
  Tensor x = floatTensor({5, 4}, ramp(20));
  const std::vector<TensorView> inputs = {x.view()};
  checkAllAllocations([&] {
    Result<std::unique_ptr<BatchRunner>> runner = BatchRunner::create(plan, options(3));
    return runner ? (*runner)->run(inputs).status() : runner.status();
  });
}

TEST_CASE("a runner without memory for a batch can run it later") {
  std::shared_ptr<const Plan> plan = loadPlan(linear(-1));
  Tensor x = floatTensor({5, 4}, ramp(20));
  const std::vector<TensorView> inputs = {x.view()};
  bool hasFailed = true;
  for (int64_t first = 0; hasFailed; ++first) {
    Result<std::unique_ptr<BatchRunner>> runner = BatchRunner::create(plan, options(3));
    REQUIRE(runner);
    failFrom(first, Failing::One);
    (void)(*runner)->run(inputs).ok();
    hasFailed = stopFailing();
    Result<std::vector<Tensor>> results = (*runner)->run(inputs);
    if (!results)
      FAIL("allocation " << first << ": " << results.message());
    const auto last = valuesOf<float>((*results)[0]);
    if (last.size() != 15)
      FAIL("allocation " << first);
  }
}

TEST_CASE("states") {
  TemporaryDirectory dir;
  std::shared_ptr<const Plan> plan = loadPlan(linear(-1));
  std::unique_ptr<Session> session = makeSession(plan, options(3));
  Tensor x = floatTensor({3, 4}, ramp(12));
  const std::vector<TensorView> inputs = {x.view()};
  REQUIRE(session->run(inputs));
  const ObserverList &observers = session->observers();
  checkAllAllocations([&] { return collectStates(*plan, observers, 3).status(); });

  const numerics::CalibrationState state = *collectStates(*plan, observers, 3);
  const std::string path = dir.file("state.json");
  checkAllAllocations([&] { return saveCalibrationState(path, state); });
  CHECK(dir.numFiles() == 1);
  checkAllAllocations([&] { return loadCalibrationState(path).status(); });
  checkAllAllocations([&] {
    Result<std::shared_ptr<ObserverList>> created = createObservers(*plan);
    return created ? restoreStates(state, *plan, **created) : created.status();
  });

  // All or nothing.
  numerics::CalibrationState other = state;
  for (auto &[name, entry] : other.observers)
    entry.state.samples = 100;
  bool hasFailed = true;
  for (int64_t first = 0; hasFailed; ++first) {
    std::shared_ptr<ObserverList> restored = *createObservers(*plan);
    REQUIRE(restoreStates(state, *plan, *restored));
    failFrom(first, Failing::One);
    const bool ok = restoreStates(other, *plan, *restored).ok();
    hasFailed = stopFailing();
    if (*collectStates(*plan, *restored, 3) != (ok ? other : state))
      FAIL("allocation " << first);
  }
}

TEST_CASE("calibrating with workers") {
  std::shared_ptr<const Plan> plan = loadPlan(linear(-1));
  CalibrationRun run;
  run.backend = "reference";
  run.threads = run.workers = 2;
  run.batch = 2;
  const runtime::SampleSource source = fill;
  checkAllAllocations([&] { return runCalibration(plan, 7, source, run).status(); });
}

TEST_CASE("observers that scan on several threads") {
  // A part that throws would end the program: it runs where nothing may.
  const std::vector<float> values = ramp(1 << 17), more(1 << 17, 100.0f);
  const std::vector<int64_t> dims = {int64_t(values.size())};
  for (numerics::ObserverKind kind : {numerics::ObserverKind::Histogram,
                                      numerics::ObserverKind::Mse, numerics::ObserverKind::MinMax})
    checkAllAllocations([&]() -> Status {
      try {
        ParallelScope scope(4, [](int parts, const std::function<void(int)> &body) {
          for (int part = 0; part < parts; ++part)
            [&]() noexcept { body(part); }();
        });
        std::unique_ptr<numerics::Observer> observer =
            numerics::createObserver(numerics::ObserverConfig::of(kind));
        observer->observe(values.data(), dims);
        observer->observe(values.data(), dims); // in one pass
        observer->observe(more.data(), dims);   // over a wider range
        return {};
      } catch (const std::bad_alloc &) {
        return Status::outOfMemory();
      }
    });
}

TEST_CASE("an observer sees a tensor or, without memory, does not") {
  std::vector<float> first = ramp(40), second = ramp(40);
  second[3] = 90;
  second[7] = -std::numeric_limits<float>::infinity();
  const std::vector<int64_t> dims = {4, 10};
  for (numerics::ObserverKind kind :
       {numerics::ObserverKind::MinMax, numerics::ObserverKind::PerChannelMinMax,
        numerics::ObserverKind::MovingAverageMinMax, numerics::ObserverKind::Histogram,
        numerics::ObserverKind::Percentile, numerics::ObserverKind::AffineMinMax,
        numerics::ObserverKind::Recording})
    for (bool hasSeen : {false, true}) {
      bool hasFailed = true;
      for (int64_t allocation = 0; hasFailed; ++allocation) {
        std::unique_ptr<numerics::Observer> observer =
            numerics::createObserver(numerics::ObserverConfig::of(kind));
        if (hasSeen)
          observer->observe(first.data(), dims);
        const numerics::ObserverState before = observer->state();
        bool hasThrown = false;
        failFrom(allocation, Failing::One);
        try {
          observer->observe(second.data(), dims);
        } catch (const std::bad_alloc &) {
          hasThrown = true;
        }
        hasFailed = stopFailing();
        if (hasThrown != hasFailed || (hasThrown && observer->state() != before))
          FAIL(numerics::toText(kind) << ": allocation " << allocation);
      }
    }
}

TEST_CASE("reading and writing arrays") {
  TemporaryDirectory dir;
  std::vector<NamedArray> arrays;
  arrays.push_back({"x", Array::fromFloats({5, 4}, ramp(20))});
  arrays.push_back({"labels", Array::fromInts({5}, {1, 2, 3, 4, 5})});
  const std::string npz = dir.file("a.npz"), npy = dir.file("a.npy");
  checkAllAllocations([&] { return saveArrays(npz, arrays); });
  checkAllAllocations([&] { return saveArrays(npy, std::span(arrays).first(1)); });
  CHECK(dir.numFiles() == 2);
  for (const std::string &path : {npz, npy})
    checkAllAllocations([&] { return loadArrays(path).status(); });
  checkAllAllocations([&] { return loadArray(npy, "data").status(); });
  std::shared_ptr<const Plan> plan = loadPlan(linear(-1));
  for (const std::string &path : {npz, npy})
    checkAllAllocations([&] { return ModelInputs::load(path, *plan, {}).status(); });
  std::vector<NamedArray> labels;
  labels.push_back(arrays[1]);
  REQUIRE(saveArrays(dir.file("labels.npy"), labels));
  const std::string file = dir.file("labels.npy");
  checkAllAllocations([&] { return loadLabels(file).status(); });
}

// Sanitizers need address space of their own.
#ifndef QUANTIR_SANITIZED

/// How a process ends that has `room` bytes of address space more to make a session of `plan` in:
/// its code is that of the status.
static int statusOfSessionIn(size_t room, const std::shared_ptr<const Plan> &plan) {
  return statusOfChild([&] {
    size_t pages = 0;
    std::ifstream("/proc/self/statm") >> pages;
    const rlim_t limit = pages * size_t(::sysconf(_SC_PAGESIZE)) + room;
    const rlimit limits = {limit, limit};
    ::setrlimit(RLIMIT_AS, &limits);
    ::_exit(int(Session::create(plan, options(3, "onednn")).status().code()));
  });
}

// Not what operator new fails at, but the system: oneDNN's generated code has memory of its own.
TEST_CASE("sessions are made, or are not, in the address space that there is") {
  constexpr size_t step = 128 << 10, fine = 2 << 20, most = 48 << 20;
  std::shared_ptr<const Plan> plan = loadPlan(linear(-1));
  int status = 0;
  for (size_t room = 0; room <= most; room += room < fine ? step : 8 * step) {
    status = statusOfSessionIn(room, plan);
    CAPTURE(room, status);
    REQUIRE(WIFEXITED(status));
    const auto code = StatusCode(WEXITSTATUS(status));
    CHECK((code == StatusCode::Ok || code == StatusCode::OutOfMemory));
  }
  CHECK(WEXITSTATUS(status) == int(StatusCode::Ok));
}

#endif // QUANTIR_SANITIZED
