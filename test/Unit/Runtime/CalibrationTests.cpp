//===- CalibrationTests.cpp - Observers in sessions ------------------------===//

#include "Support.h"

#include "quantir/Numerics/Observer.h"
#include "quantir/Runtime/Calibration.h"

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
  CHECK_FALSE(formatObserverStates(session->plan(), session->observers()));
}

TEST_CASE("statistics are saved and loaded") {
  TemporaryPath file;
  std::shared_ptr<const Plan> plan = loadPlan(observedPlan());
  std::unique_ptr<Session> session = makeSession(plan);
  REQUIRE(observe(*session, samples));
  REQUIRE(saveObserverStates(file.path, *plan, session->observers()));

  nlohmann::json document = nlohmann::json::parse(std::ifstream(file.path));
  CHECK(document["quantir_calibration"] == 1);
  CHECK(document["observers"]["act_0"]["config"]["observer"] == "min_max");
  CHECK(document["observers"]["act_1"]["state"]["max_val"] == nlohmann::json({2, 4, 6}));

  Result<std::shared_ptr<ObserverList>> fresh = createObservers(*plan);
  REQUIRE(fresh);
  REQUIRE(loadObserverStates(file.path, *plan, **fresh));
  for (size_t i = 0; i < (*fresh)->size(); ++i)
    CHECK((**fresh)[i]->state() == session->observers()[i]->state());
}

TEST_CASE("statistics that do not fit are errors") {
  TemporaryPath file;
  std::shared_ptr<const Plan> plan = loadPlan(observedPlan());
  std::unique_ptr<Session> session = makeSession(plan);
  CHECK_THAT(formatObserverStates(*plan, session->observers()).message(),
             ContainsSubstring("observer 'act_0': expected at least one observed value, but got "
                               "none"));
  REQUIRE(observe(*session, samples));
  Result<std::string> text = formatObserverStates(*plan, session->observers());
  REQUIRE(text);

  auto loadText = [&](const std::string &changed) {
    std::ofstream(file.path) << changed;
    Status status = loadObserverStates(file.path, *plan, session->observers());
    REQUIRE_FALSE(status);
    return status.message();
  };
  CHECK_THAT(loadText("{"), ContainsSubstring("expected JSON"));
  CHECK_THAT(loadText("[1]"), ContainsSubstring("expected calibration statistics"));
  CHECK_THAT(loadText(R"({"quantir_calibration": 2})"), ContainsSubstring("version 1, but got 2"));
  CHECK_THAT(loadText(R"({"quantir_calibration": 1})"), ContainsSubstring("'observers'"));
  CHECK_THAT(loadText(R"({"quantir_calibration": 1, "observers": {}})"),
             ContainsSubstring("observer 'act_0'"));
  nlohmann::json document = nlohmann::json::parse(*text);
  document["observers"]["act_0"]["config"]["observer"] = "histogram";
  CHECK_THAT(loadText(document.dump()), ContainsSubstring("the configuration of the plan"));
  document = nlohmann::json::parse(*text);
  document["observers"]["act_1"]["state"]["min_val"] = "x";
  CHECK_THAT(loadText(document.dump()), ContainsSubstring("observers.act_1.state"));
  CHECK_FALSE(loadObserverStates("/does/not/exist", *plan, session->observers()));
  CHECK_FALSE(saveObserverStates("/does/not/exist", *plan, session->observers()));
}

TEST_CASE("a config that is not valid is an error of the session") {
  Result<std::unique_ptr<Session>> session =
      Session::create(loadPlan(observedPlan(R"({"observer": "guess"})")));
  REQUIRE_FALSE(session);
  CHECK_THAT(session.message(), ContainsSubstring("observer 'act_0'"));
}
