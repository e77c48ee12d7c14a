//===- CalibrationStateTests.cpp - State files ----------------------------===//

#include "quantir/Serialization/CalibrationState.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <random>

using namespace quantir;
using namespace quantir::numerics;
using Catch::Matchers::ContainsSubstring;

namespace {

ObserverConfig configOf(ObserverKind kind) {
  ObserverConfig config = ObserverConfig::of(kind);
  if (kind == ObserverKind::Histogram)
    config.bins = 64;
  return config;
}

/// What the observers saw of tensors [first, end), a histogram and a min-max one.
CalibrationState calibrate(int first, int end) {
  CalibrationState result;
  for (auto [name, kind] :
       {std::pair("act_0", ObserverKind::Histogram), std::pair("act_1", ObserverKind::MinMax)}) {
    std::unique_ptr<Observer> observer = createObserver(configOf(kind));
    for (int i = first; i < end; ++i) {
      std::mt19937 random(i);
      std::normal_distribution<float> values(0, float(1 + i % 3));
      std::vector<float> tensor(100);
      for (float &v : tensor)
        v = values(random);
      observer->observe(tensor.data(), std::vector<int64_t>{100});
    }
    result.observers[name] = {observer->config(), observer->state()};
  }
  result.samples = end - first;
  return result;
}

std::string errorOf(const std::string &text) {
  CalibrationState state = calibrate(0, 1);
  const CalibrationState before = state;
  std::string error = parseCalibrationState(text, state);
  CHECK(state == before);
  return error;
}

/// The text of a state file with `from` replaced.
std::string changed(const std::string &from, const std::string &to) {
  std::string text = formatCalibrationState(calibrate(0, 3));
  size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

} // namespace

TEST_CASE("a state file loses nothing", "[state]") {
  CalibrationState state = calibrate(0, 5), read;
  REQUIRE(parseCalibrationState(formatCalibrationState(state), read).empty());
  CHECK(read == state);
}

TEST_CASE("what is no state file is an error with its place", "[state]") {
  std::string text = formatCalibrationState(calibrate(0, 3));
  CHECK(errorOf("") == "expected JSON, but it ends too soon, after 0 bytes: the file is cut short");
  CHECK_THAT(errorOf(text.substr(0, text.size() / 2)), ContainsSubstring("the file is cut short"));
  CHECK_THAT(errorOf("x"), ContainsSubstring("not valid JSON: parse error at line 1, column 1: "));
  CHECK_THAT(errorOf(changed("\"samples\": 3", "\"samples\": 1e999")),
             ContainsSubstring("not valid JSON: number overflow parsing '1e999' at line "));
  // What the message of a wrong value shows is bounded, however deep the value.
  std::string nested = std::string(200000, '[') + std::string(200000, ']');
  CHECK_THAT(errorOf("{\"quantir_calibration\": " + nested + "}"),
             ContainsSubstring("nested more than 16 deep"));
  CHECK(errorOf("{\"quantir_calibration\": [[1]]}") ==
        "expected a calibration state of version 1, but got an array");
  CHECK(errorOf("[1]") == "expected a calibration state: an object with 'quantir_calibration'");
  CHECK(errorOf(R"({"quantir_calibration": 2})") ==
        "expected a calibration state of version 1, but got 2");
  CHECK(errorOf(R"({"quantir_calibration": 1})") ==
        "expected a member 'observers', but there is none");
  CHECK(errorOf(R"({"quantir_calibration": 1, "observers": []})") ==
        "observers: expected an object, but got array");
  CHECK(errorOf(changed("\n \"samples\": 3", "\n \"samples\": -3")) ==
        "samples: expected a number of samples, but got number");
  CHECK(errorOf(changed("\n \"samples\": 3", "\n \"samples\": 18446744073709551615")) ==
        "samples: expected at most 2^53, but got 18446744073709551615");
  CHECK_THAT(errorOf(R"({"quantir_calibration": 1, "observer": {}})"),
             ContainsSubstring("(nearest: 'observers')"));
  CHECK(errorOf(R"({"quantir_calibration": 1, "observers": {"a": 1}})") ==
        "observers.a: expected an object with 'config' and 'state', but got number");
  CHECK(errorOf(R"({"quantir_calibration": 1, "observers": {"a": {"config": {}}}})") ==
        "observers.a: expected a member 'state', but there is none");
  CHECK_THAT(errorOf(R"({"quantir_calibration": 1, "observers": {"a": {"stat": {}}}})"),
             ContainsSubstring("observers.a: ") && ContainsSubstring("(nearest: 'state')"));
  CHECK(errorOf(R"({"quantir_calibration": 1, "observers":
                    {"a": {"observer_enabled": 0, "state": {"min_val": [0], "max_val": [1]}}}})") ==
        "observers.a.observer_enabled: expected true or false, but got number");
  CHECK_THAT(errorOf(changed("\"histogram\"", "\"histogrm\"")),
             ContainsSubstring("observers.act_0.config.observer: ") ||
                 ContainsSubstring("histogrm"));
  CHECK_THAT(errorOf(changed("\"max_val\": [", "\"max_val\": [\"nan\", ")),
             ContainsSubstring("observers.act_0.state: expected 1 maxima"));
  CHECK_THAT(errorOf(changed("\"min_val\": [", "\"nan_count\": 2, \"min_val\": [")),
             ContainsSubstring("observers.act_0.state: expected numbers, but got NaN 2 times"));
}

TEST_CASE("a state may leave its configuration to the model", "[state]") {
  CalibrationState state;
  REQUIRE(parseCalibrationState(R"({"quantir_calibration": 1, "observers": {
      "act_0": {"state": {"min_val": [-1], "max_val": [2]}},
      "weight_0": {"observer_enabled": false, "state": {"min_val": [-3], "max_val": [4]}}}})",
                                state)
              .empty());
  CHECK_FALSE(state.observers.at("act_0").tellsConfig);
  CHECK(state.observers.at("act_0").isEnabled);
  CHECK_FALSE(state.observers.at("weight_0").isEnabled);
  CalibrationState read;
  REQUIRE(parseCalibrationState(formatCalibrationState(state), read).empty());
  CHECK(read == state);
  CHECK(checkObservers(state, {{"act_0", {configOf(ObserverKind::Histogram)}},
                               {"weight_0", {configOf(ObserverKind::MinMax)}}})
            .empty());
  CHECK_THAT(merge(read, state), ContainsSubstring("observers.act_0: expected a member 'config'"));
}

TEST_CASE("a state goes to the observers it is of", "[state]") {
  CalibrationState state = calibrate(0, 1);
  ObserverSlots slots = {{"act_0", {configOf(ObserverKind::Histogram)}},
                         {"act_1", {configOf(ObserverKind::MinMax)}}};
  CHECK(checkObservers(state, slots).empty());
  slots["weight_0"] = {configOf(ObserverKind::MinMax), /*required=*/false};
  CHECK(checkObservers(state, slots).empty());
  slots["act_2"] = {configOf(ObserverKind::MinMax)};
  CHECK_THAT(checkObservers(state, slots),
             ContainsSubstring("observers: expected the state of 'act_2', an observer of the "
                               "model, but there is none (nearest: 'act_0')"));
  slots.erase("act_2");
  slots.erase("act_1");
  CHECK_THAT(checkObservers(state, slots),
             ContainsSubstring("observers.act_1: the model has no observer of this name "
                               "(nearest: 'act_0')"));
  slots["act_1"].config = configOf(ObserverKind::Histogram);
  CHECK_THAT(checkObservers(state, slots),
             ContainsSubstring("observers.act_1.config: expected that of the model, "));
}

TEST_CASE("states of parts of the data merge", "[state]") {
  const CalibrationState whole = calibrate(0, 6), second = calibrate(2, 6);
  CalibrationState merged = calibrate(0, 2);
  REQUIRE(merge(merged, second).empty());
  CHECK(merged.samples == 6);
  // A range is a range; the histogram loses no count.
  CHECK(merged.observers["act_1"] == whole.observers.at("act_1"));
  float total = 0;
  for (float count : merged.observers["act_0"].state.histogram)
    total += count;
  CHECK(total == 600);

  CalibrationState other = second;
  other.observers["act_1"].config.reduceRange = true;
  const CalibrationState before = merged;
  CHECK_THAT(merge(merged, other),
             ContainsSubstring("observers.act_1.config: expected that of the first state, "));
  other.observers.erase("act_1");
  CHECK_THAT(merge(merged, other), ContainsSubstring("expected the state of 'act_1'"));
  CHECK(merged == before);
}

TEST_CASE("sums that overflow are refused", "[state]") {
  CalibrationState state = calibrate(0, 3), most = calibrate(3, 5);
  most.samples = int64_t(1) << 53;
  const CalibrationState before = state;
  CHECK(merge(state, most) ==
        "samples: expected at most 2^53 together, but got 3 and " + std::to_string(most.samples));
  CHECK(state == before);
  most = calibrate(3, 5);
  most.observers.at("act_1").state.samples = int64_t(1) << 53;
  CHECK_THAT(merge(state, most), ContainsSubstring("observers.act_1.state: expected counts of at "
                                                   "most 2^53 together"));
  CHECK(state == before);
}
