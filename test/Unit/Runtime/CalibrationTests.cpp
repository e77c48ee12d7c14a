//===- CalibrationTests.cpp - Observers in sessions ------------------------===//

#include "Support.h"

#include "quantir/Numerics/Observer.h"
#include "quantir/Runtime/Calibration.h"
#include "runtime/data/Execution.h"

#include <nlohmann/json.hpp>

#include <cmath>
#include <filesystem>
#include <fstream>

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
    Result<Statistics> once = collectStatistics(plan, 10, source, CalibrationRun());
    REQUIRE(once);
    CHECK_FALSE(once->interrupted);

    CalibrationRun run;
    run.interrupted = [batches = 0]() mutable { return ++batches == 2; };
    Result<Statistics> begun = collectStatistics(plan, 10, source, run);
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
    Result<Statistics> ended = collectStatistics(plan, 6, shifted, rest);
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
