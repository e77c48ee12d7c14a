//===- GoldenCase.cpp - One recorded run of a PyTorch observer ------------===//

#include "GoldenCase.h"

#include "quantir/Serialization/ObserverJson.h"

#include <catch2/catch_test_macros.hpp>
#include <nlohmann/json.hpp>

using namespace quantir;
using namespace quantir::numerics;
using namespace quantir::test;
using nlohmann::json;

ObserverConfig quantir::test::configOf(const std::string &className, const json &arguments) {
  json ours = arguments;
  ours["observer"] = className;
  ObserverConfig config;
  std::string error = fromJson(ours, config);
  INFO(ours.dump());
  REQUIRE(error == "");
  return config;
}

void quantir::test::checkObserver(const ObserverGolden &golden) {
  INFO("golden case " << golden.id);
  std::unique_ptr<Observer> observer = createObserver(golden.config);
  REQUIRE(observer);
  size_t channels = golden.scale.size();
  for (size_t i = 0; i < golden.batches.size(); ++i) {
    INFO("batch " << i);
    observer->observe(golden.batches[i].values.data(), golden.batches[i].dims);
    auto row = [&](const std::vector<float> &trace) {
      return std::vector<float>(trace.begin() + i * channels, trace.begin() + (i + 1) * channels);
    };
    CHECK(observer->state().minVal == row(golden.minTrace));
    CHECK(observer->state().maxVal == row(golden.maxTrace));
  }
  CHECK(observer->error() == "");
  CHECK(observer->state().samples == int64_t(golden.batches.size()));
  CHECK(observer->state().histogram == golden.histogram);

  QParams params;
  REQUIRE(observer->calculateQParams(params) == "");
  CHECK(params.scale == golden.scale);
  bool floatZero = !params.floatZeroPoint.empty();
  std::vector<float> zeroPoint =
      floatZero ? params.floatZeroPoint
                : std::vector<float>(params.zeroPoint.begin(), params.zeroPoint.end());
  CHECK(zeroPoint == golden.zeroPoint);
  CHECK(params.quantMin == golden.quantMin);
  CHECK(params.quantMax == golden.quantMax);
  CHECK(params.axis == (isPerChannel(golden.config.kind) ? golden.config.chAxis : -1));
  if (!floatZero)
    CHECK(validate(params) == "");

  // The state says it all: through JSON and into a fresh observer.
  ObserverState state;
  REQUIRE(fromJson(json::parse(toJson(observer->state()).dump()), state) == "");
  CHECK(state == observer->state());
  std::unique_ptr<Observer> restored = createObserver(golden.config);
  REQUIRE(restored->load(state) == "");
  QParams again;
  REQUIRE(restored->calculateQParams(again) == "");
  CHECK(again == params);
}
