//===- CalibrationTests.cpp - Observers in sessions ------------------------===//

#include "Support.h"

#include "quantir/Numerics/Observer.h"
#include "quantir/Runtime/Calibration.h"
#include "runtime/data/BatchPipeline.h"
#include "runtime/session/ObserverList.h"

#include <nlohmann/json.hpp>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include <unistd.h>

using namespace quantir;
using namespace quantir::test;
using Catch::Matchers::ContainsSubstring;

namespace {

/// x [2, 3, 2], observed as it is and, reordered, per channel.
PlanBuilder observedPlan(std::string first = R"({"observer": "min_max"})") {
  PlanBuilder builder;
  auto addObserver = [&](std::string name, std::string config) {
    builder.graph.observers.push_back(std::make_unique<plan::ObserverT>());
    builder.graph.observers.back()->name = std::move(name);
    builder.graph.observers.back()->config = std::move(config);
  };
  addObserver("act_0", std::move(first));
  addObserver("act_1", R"({"observer": "per_channel_min_max", "ch_axis": 1})");
  TensorSpec spec = TensorSpec::floats({2, 3, 2});
  int32_t x = builder.input("x", spec);
  int32_t last =
      builder.op(plan::ReorderT(), {x}, builder.value("x_last", spec.channelsLast()), "reorder");
  plan::ObserveT observe;
  builder.op(observe, {x}, -1, "first");
  observe.observer = 1;
  builder.op(observe, {last}, -1, "second");
  return builder;
}

const std::vector<float> samples = {1, 2, 3, 4, 5, 6, -1, -2, -3, -4, -5, -6};

struct TemporaryPath {
  std::string path = (std::filesystem::temp_directory_path() /
                      ("quantir-calibration-test-" + std::to_string(getpid()) + ".json"))
                         .string();
  ~TemporaryPath() { std::filesystem::remove(path); }
};

Status observe(Session &session, std::vector<float> values) {
  Tensor x = floatTensor({2, 3, 2}, values);
  std::vector<TensorView> inputs = {x.view()};
  return session.run(inputs, {});
}

} // namespace

TEST_CASE("observers see values in logical order, whatever the layout") {
  std::unique_ptr<Session> session = makeSession(loadPlan(observedPlan()));
  REQUIRE(observe(*session, samples));
  const ObserverList &observers = session->observers();
  CHECK(observers[0]->state().minVal == std::vector<float>{-6});
  CHECK(observers[0]->state().maxVal == std::vector<float>{6});
  CHECK(observers[1]->state().minVal == std::vector<float>{-2, -4, -6});
  CHECK(observers[1]->state().maxVal == std::vector<float>{2, 4, 6});
}

TEST_CASE("NaN is an error that names the value") {
  std::unique_ptr<Session> session = makeSession(loadPlan(observedPlan()));
  std::vector<float> bad = samples;
  bad[5] = std::nanf("");
  Status status = observe(*session, bad);
  REQUIRE_FALSE(status);
  CHECK(status.message() == "value 'x' (observer 'act_0'): expected numbers, but got NaN 1 time");
  CHECK_FALSE(collectStates(session->plan(), session->observers()));
}

TEST_CASE("states are saved and restored") {
  TemporaryPath file;
  std::shared_ptr<const Plan> plan = loadPlan(observedPlan());
  std::unique_ptr<Session> session = makeSession(plan);
  REQUIRE(observe(*session, samples));
  Result<numerics::CalibrationState> state = collectStates(*plan, session->observers(), 2);
  REQUIRE(state);
  REQUIRE(saveCalibrationState(file.path, *state));

  nlohmann::json document = nlohmann::json::parse(std::ifstream(file.path));
  CHECK(document["quantir_calibration"] == 1);
  CHECK(document["samples"] == 2);
  CHECK(document["observers"]["act_0"]["config"]["observer"] == "min_max");
  CHECK(document["observers"]["act_1"]["state"]["max_val"] == nlohmann::json({2, 4, 6}));

  Result<numerics::CalibrationState> loaded = loadCalibrationState(file.path);
  REQUIRE(loaded);
  CHECK(*loaded == *state);
  Result<std::shared_ptr<ObserverList>> fresh = createObservers(*plan);
  REQUIRE(fresh);
  REQUIRE(restoreStates(*loaded, *plan, **fresh));
  for (size_t i = 0; i < (*fresh)->size(); ++i)
    CHECK((**fresh)[i]->state() == session->observers()[i]->state());
}

TEST_CASE("states that do not fit are errors") {
  TemporaryPath file;
  std::shared_ptr<const Plan> plan = loadPlan(observedPlan());
  std::unique_ptr<Session> session = makeSession(plan);
  CHECK_THAT(collectStates(*plan, session->observers()).message(),
             ContainsSubstring("observer 'act_0': expected at least one observed value, but got "
                               "none"));
  REQUIRE(observe(*session, samples));
  numerics::CalibrationState state = *collectStates(*plan, session->observers());
  numerics::CalibrationState other = state;
  other.observers.erase("act_1");
  CHECK_THAT(
      restoreStates(other, *plan, session->observers()).message(),
      ContainsSubstring("the state of 'act_1', an observer of the model, but there is none"));
  other = state;
  other.observers["act_1"].config.chAxis = 0;
  CHECK_THAT(restoreStates(other, *plan, session->observers()).message(),
             ContainsSubstring("observers.act_1.config: expected that of the model"));

  // The first one would fit.
  other = state;
  other.observers["act_0"].state.maxVal = {100};
  other.observers["act_1"].tellsConfig = false;
  other.observers["act_1"].state.minVal = {2, 2, 2};
  other.observers["act_1"].state.maxVal = {1, 2, 3};
  CHECK_THAT(restoreStates(other, *plan, session->observers()).message(),
             ContainsSubstring("observers.act_1.state: expected minima below maxima"));
  CHECK(*collectStates(*plan, session->observers()) == state);

  std::ofstream(file.path) << "{";
  CHECK(loadCalibrationState(file.path).message() ==
        "'" + file.path +
            "': expected JSON, but it ends too soon, after 1 bytes: the file is cut short");
  CHECK_THAT(loadCalibrationState("/does/not/exist").message(),
             ContainsSubstring("cannot open '/does/not/exist'"));
  CHECK_FALSE(saveCalibrationState("/does/not/exist", state));
}

TEST_CASE("a calibration that is interrupted and gone on with gives the bits of one run") {
  for (const char *kind : {"min_max", "moving_average_min_max", "histogram"}) {
    INFO(kind);
    std::shared_ptr<const Plan> plan =
        loadPlan(observedPlan("{\"observer\": \"" + std::string(kind) + "\"}"));
    auto source = [](int64_t first, int64_t, std::span<const TensorView> inputs) {
      auto *values = static_cast<float *>(inputs[0].data);
      for (int64_t i = 0; i < inputs[0].numElements(); ++i)
        values[i] = float((7 * i + 5 * first) % 23) / 7.0f - float(first) / 3.0f;
      return Status();
    };
    Result<CalibrationOutcome> once = runCalibration(plan, 10, source, CalibrationRun());
    REQUIRE(once);
    CHECK_FALSE(once->interrupted);

    CalibrationRun run;
    run.interrupted = [batches = 0]() mutable { return ++batches == 2; };
    Result<CalibrationOutcome> begun = runCalibration(plan, 10, source, run);
    REQUIRE(begun);
    CHECK(begun->interrupted);
    REQUIRE(begun->samples == 4); // the plan's batch is 2
    TemporaryPath file;
    REQUIRE(saveCalibrationState(file.path, *collectStates(*plan, *begun->observers, 4)));

    CalibrationRun rest;
    rest.observers = *createObservers(*plan);
    REQUIRE(restoreStates(*loadCalibrationState(file.path), *plan, *rest.observers));
    auto shifted = [&](int64_t first, int64_t count, std::span<const TensorView> inputs) {
      return source(first + 4, count, inputs);
    };
    Result<CalibrationOutcome> ended = runCalibration(plan, 6, shifted, rest);
    REQUIRE(ended);
    for (size_t i = 0; i < once->observers->size(); ++i)
      CHECK((*ended->observers)[i]->state() == (*once->observers)[i]->state());
  }
}

TEST_CASE("a config that is not valid is an error of the session") {
  Result<std::unique_ptr<Session>> session =
      Session::create(loadPlan(observedPlan(R"({"observer": "guess"})")));
  REQUIRE_FALSE(session);
  CHECK_THAT(session.message(), ContainsSubstring("observer 'act_0'"));
}

//===----------------------------------------------------------------------===//
// Several batches at a time
//===----------------------------------------------------------------------===//

namespace {

/// Batches of 2, drifting so that moving averages and histograms depend on their order.
Status drift(int64_t first, int64_t, std::span<const TensorView> inputs) {
  auto *values = static_cast<float *>(inputs[0].data);
  for (int64_t i = 0; i < inputs[0].numElements(); ++i)
    values[i] = float((7 * i + 5 * first) % 23) / 7.0f + float(first * first % 37) / 3.0f;
  return Status();
}

/// The same, but the samples in `bad` are NaN, and sample `missing` cannot be read.
SampleSource damaged(std::vector<int64_t> bad, int64_t missing = -1) {
  return [=](int64_t first, int64_t count, std::span<const TensorView> inputs) {
    if (missing >= first && missing < first + count)
      return Status::invalidData("cannot read sample " + std::to_string(missing));
    Status status = drift(first, count, inputs);
    for (int64_t sample : bad)
      if (sample >= first && sample < first + count)
        static_cast<float *>(inputs[0].data)[(sample - first) * 6] = std::nanf("");
    return status;
  };
}

/// As observedPlan, but the first observer is fed again, after the second.
PlanBuilder twiceObservedPlan(const std::string &config) {
  PlanBuilder builder = observedPlan(config);
  plan::ObserveT observe;
  builder.op(observe, {0}, -1, "again");
  return builder;
}

std::string statesOf(const Plan &plan, const CalibrationOutcome &outcome) {
  return formatCalibrationState(*collectStates(plan, *outcome.observers, outcome.samples));
}

CalibrationRun withWorkers(int workers) {
  CalibrationRun run;
  run.threads = 1;
  run.workers = workers;
  return run;
}

} // namespace

TEST_CASE("any number of workers gives the same states, to the byte") {
  for (const char *kind :
       {"min_max", "moving_average_min_max", "histogram", "percentile", "entropy", "mse"})
    for (bool twice : {false, true}) {
      const std::string config = R"({"observer": ")" + std::string(kind) + R"("})";
      std::shared_ptr<const Plan> plan =
          loadPlan(twice ? twiceObservedPlan(config) : observedPlan(config));
      Result<CalibrationOutcome> one = runCalibration(plan, 61, drift, withWorkers(1));
      REQUIRE(one);
      CHECK(one->samples == 60);
      for (int workers : {2, 4, 50}) {
        INFO(kind << ", " << workers << " workers");
        Result<CalibrationOutcome> several = runCalibration(plan, 61, drift, withWorkers(workers));
        REQUIRE(several);
        CHECK(statesOf(*plan, *several) == statesOf(*plan, *one));
      }
    }
}

TEST_CASE("samples are fetched in order, and progress rises to the end") {
  std::shared_ptr<const Plan> plan = loadPlan(observedPlan());
  int64_t next = 0, done = 0;
  auto source = [&](int64_t first, int64_t count, std::span<const TensorView> inputs) {
    CHECK(first == next);
    next = first + count;
    return drift(first, count, inputs);
  };
  auto progress = [&](int64_t samples) {
    CHECK(samples > done);
    done = samples;
  };
  REQUIRE(runCalibration(plan, 40, source, withWorkers(4), progress));
  CHECK(next == 40);
  CHECK(done == 40);
}

TEST_CASE("of several batches that fail the earliest is reported") {
  std::shared_ptr<const Plan> plan = loadPlan(observedPlan());
  const std::string isNaN = "value 'x' (observer 'act_0'): expected numbers, but got NaN 1 time";
  for (int workers : {1, 2, 4})
    for (int repetition = 0; repetition < 20; ++repetition) {
      INFO(workers << " workers");
      auto messageOf = [&](const SampleSource &source) {
        return runCalibration(plan, 40, source, withWorkers(workers)).message();
      };
      CHECK(messageOf(damaged({14, 16, 17})) == isNaN);
      CHECK(messageOf(damaged({14}, 16)) == isNaN);
      CHECK(messageOf(damaged({14, 16}, 12)) == "cannot read sample 12");
      CHECK(messageOf(damaged({}, 0)) == "cannot read sample 0");
    }
}

TEST_CASE("workers that are interrupted finish what they began") {
  std::shared_ptr<const Plan> plan = loadPlan(observedPlan(R"({"observer": "histogram"})"));
  for (int workers : {1, 2, 4}) {
    INFO(workers << " workers");
    CalibrationRun run = withWorkers(workers);
    run.interrupted = [asked = 0]() mutable { return ++asked == 7; };
    Result<CalibrationOutcome> begun = runCalibration(plan, 40, drift, run);
    REQUIRE(begun);
    CHECK(begun->interrupted);
    CHECK(begun->samples == 14); // seven batches had begun
    Result<CalibrationOutcome> whole = runCalibration(plan, 14, drift, withWorkers(1));
    REQUIRE(whole);
    CHECK_FALSE(whole->interrupted);
    CHECK(statesOf(*plan, *begun) == statesOf(*plan, *whole));
  }
}

TEST_CASE("what source throws does not end the program") {
  std::shared_ptr<const Plan> plan = loadPlan(observedPlan());
  auto source = [](int64_t first, int64_t count, std::span<const TensorView> inputs) {
    if (first == 10)
      throw std::runtime_error("disk on fire");
    return drift(first, count, inputs);
  };
  CHECK(runCalibration(plan, 40, source, withWorkers(3)).message() == "disk on fire");
  CHECK_THAT(runCalibration(plan, 40, drift, withWorkers(-1)).message(),
             ContainsSubstring("expected 0 to 1024 workers, but got -1"));
}

TEST_CASE("workers are as many as finish soonest") {
  CHECK(chooseWorkers(1, 1000) == 1);
  CHECK(chooseWorkers(2, 1) == 1);  // nothing to share: the threads go into the kernels
  CHECK(chooseWorkers(2, 50) == 1); // over before a second session has paid
  CHECK(chooseWorkers(2, 1000) == 2);
  CHECK(chooseWorkers(8, 4) == 1);
  CHECK(chooseWorkers(8, 1000) == 4);
  CHECK(chooseWorkers(8, 5000) == 8);
}
