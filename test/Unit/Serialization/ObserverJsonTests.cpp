//===- ObserverJsonTests.cpp ----------------------------------------------===//

#include "quantir/Serialization/ObserverJson.h"

#include <catch2/catch_test_macros.hpp>
#include <nlohmann/json.hpp>

#include <bit>
#include <limits>
#include <random>

using namespace quantir;
using namespace quantir::numerics;
using nlohmann::json;

namespace {

constexpr float inf = std::numeric_limits<float>::infinity();

std::string configError(const char *text, const char *path = "config") {
  ObserverConfig config;
  config.bins = 77;
  std::string error = parseJson(text, config, path);
  if (!error.empty())
    CHECK(config.bins == 77); // untouched
  return error;
}

std::string stateError(const char *text) {
  ObserverState state;
  return fromJson(json::parse(text), state, "observers.act_0.state");
}

} // namespace

TEST_CASE("configurations survive JSON", "[json]") {
  std::vector<ObserverConfig> configs;
  for (int i = 0; i <= int(ObserverKind::ReuseInput); ++i)
    configs.push_back(ObserverConfig::of(ObserverKind(i)));
  ObserverConfig full = ObserverConfig::of(ObserverKind::MovingAverageMinMax);
  full.dtype = QDType::QInt8;
  full.scheme = QScheme::PerTensorSymmetric;
  full.quantMin = -127;
  full.quantMax = 127;
  full.reduceRange = true;
  full.eps = 0x1p-12f;
  full.averagingConstant = 1.0f;
  full.chAxis = 3;
  full.bins = 512;
  full.percentile = 99.5f;
  full.isDynamic = true;
  full.fixedScale = 0.1f;
  full.fixedZeroPoint = -3;
  full.fakeQuantize = FakeQuantize::Fused;
  configs.push_back(full);
  ObserverConfig dynamic = ObserverConfig::of(ObserverKind::Placeholder);
  dynamic.dtype = QDType::QUInt8;
  dynamic.isDynamic = true;
  configs.push_back(dynamic);
  for (const ObserverConfig &config : configs) {
    INFO(toJson(config).dump());
    ObserverConfig back;
    CHECK(parseJson(toJson(config).dump(), back) == "");
    CHECK(back == config);
  }
}

TEST_CASE("configurations read as people write them", "[json]") {
  CHECK(toJson(ObserverConfig::of(ObserverKind::Histogram)).dump() ==
        R"({"dtype":"quint8","observer":"histogram","qscheme":"per_tensor_affine"})");
  ObserverConfig config = ObserverConfig::of(ObserverKind::MovingAverageMinMax);
  config.averagingConstant = 0.05f;
  CHECK(toJson(config).at("averaging_constant").dump() == "0.05");
  CHECK(parseJson(R"({"observer": "PerChannelMinMaxObserver", "dtype": "torch.qint8",
                      "qscheme": "torch.per_channel_symmetric", "quant_min": null})",
                  config) == "");
  CHECK(config.kind == ObserverKind::PerChannelMinMax);
  CHECK(config.dtype == QDType::QInt8);
  CHECK(config.scheme == QScheme::PerChannelSymmetric);
  CHECK(parseJson(R"({"observer": "torch.ao.quantization.MovingAverageMinMaxObserver",
                      "fake_quantize": "FusedMovingAvgObsFakeQuantize"})",
                  config) == "");
  CHECK(config.kind == ObserverKind::MovingAverageMinMax);
  CHECK(config.fakeQuantize == FakeQuantize::Fused);
  CHECK(toJson(config).at("fake_quantize") == "fused");
  CHECK(parseJson(R"({"observer": "fixed_qparams", "fake_quantize": "module"})", config) == "");
  CHECK(config.fakeQuantize == FakeQuantize::Module);
  // What is left out is the kind's default.
  CHECK(parseJson(R"({"observer": "per_channel_min_max"})", config) == "");
  CHECK(config == ObserverConfig::of(ObserverKind::PerChannelMinMax));
}

TEST_CASE("errors in configurations name the place", "[json]") {
  CHECK(configError("{") ==
        "config: expected JSON, but it ends too soon, after 1 bytes: the file is cut short");
  CHECK(configError("[1]") == "config: expected an object, but got an array");
  CHECK(configError("3", "") == "expected an object, but got 3");
  CHECK(configError("{}") == "config: expected a member 'observer', but there is none");
  CHECK(configError(R"({"observer": 3})") ==
        "config.observer: expected a name in quotes, but got 3");
  CHECK(configError(R"({"observer": "minmax"})", "a.b")
            .ends_with("but got 'minmax' (nearest: 'min_max')"));
  CHECK(configError(R"({"observer": "min_max", "bin": 3})") ==
        "config.bin: expected one of observer, dtype, qscheme, quant_min, quant_max, reduce_range, "
        "eps, averaging_constant, ch_axis, bins, percentile, is_dynamic, scale, zero_point, "
        "fake_quantize, target_dtype, granularity, group_size, block_size, mapping_type, "
        "zero_point_domain, preserve_zero, but got 'bin' (nearest: 'bins')");
  CHECK(configError(R"({"observer": "min_max", "dtype": "quint88"})")
            .starts_with("config.dtype: expected one of quint8, "));
  CHECK(configError(
            R"({"observer": "affine_min_max", "dtype": "quint8", "target_dtype": "qint8"})") ==
        "config.target_dtype: expected the same as dtype, but got qint8 and quint8");
  CHECK(configError(R"({"observer": "min_max", "bins": 2.5})") ==
        "config.bins: expected an integer between -2147483648 and 2147483647, but got 2.5");
  CHECK(configError(R"({"observer": "min_max", "bins": 3000000000})")
            .starts_with("config.bins: expected an integer between"));
  CHECK(configError(R"({"observer": "min_max", "bins": 18446744073709551615})") != "");
  CHECK(configError(R"({"observer": "min_max", "eps": "small"})") ==
        "config.eps: expected a number, but got \"small\"");
  CHECK(configError(R"({"observer": "min_max", "eps": 1e300})") ==
        "config.eps: expected a number that fits float32, but got 1e+300");
  CHECK(configError(R"({"observer": "min_max", "reduce_range": 1})") ==
        "config.reduce_range: expected true or false, but got 1");
  // And what does not make sense together.
  CHECK(configError(R"({"observer": "min_max", "quant_min": 3, "quant_max": 4})") ==
        "config: expected a range from quant_min to quant_max that includes 0, but got [3, 4]");
  CHECK(configError(R"({"observer": "min_max", "fake_quantize": "fuse"})") ==
        "config.fake_quantize: expected one of none, module, fused, but got 'fuse' (nearest: "
        "'fused')");
  CHECK(configError(R"({"observer": "histogram", "fake_quantize": "fused"})") ==
        "config: expected moving_average_min_max or moving_average_per_channel_min_max with "
        "fake_quantize 'fused', but got histogram");
  CHECK(configError(R"({"observer": "placeholder", "fake_quantize": "module"})") ==
        "config: expected an observer with quantization parameters with fake_quantize 'module', "
        "but got placeholder");
  CHECK(configError("{\"observer\": \"\xff\xfe\"}") != "");
}

TEST_CASE("states survive JSON to the last bit", "[json]") {
  std::mt19937 random(3);
  ObserverState state;
  for (int i = 0; i < 2000; ++i) {
    float a = std::bit_cast<float>(uint32_t(random()));
    if (std::isnan(a))
      continue;
    state.minVal.push_back(a);
    state.maxVal.push_back(std::bit_cast<float>(uint32_t(random()) & 0x7effffffu));
  }
  state.minVal.push_back(-inf);
  state.maxVal.push_back(inf);
  state.minVal.push_back(1e-45f);
  state.maxVal.push_back(std::numeric_limits<float>::max());
  state.histogram = {0, 1, 16777216.0f, 0.0625f};
  state.blocks = {3, 1, 7};
  state.counts = {0, 7, (int64_t(1) << 53) - 1};
  state.samples = int64_t(1) << 40;
  state.nanCount = 3;
  state.infCount = 4;
  ObserverState back;
  REQUIRE(fromJson(json::parse(toJson(state).dump()), back) == "");
  CHECK(back == state);
  ObserverState empty;
  REQUIRE(fromJson(json::parse(toJson(empty).dump()), back) == "");
  CHECK(back == empty);
}

TEST_CASE("errors in states name the place", "[json]") {
  CHECK(stateError(R"({"min_val": [1]})") ==
        "observers.act_0.state: expected a member 'max_val', but there is none");
  CHECK(stateError(R"({"min_val": [1, "x"], "max_val": [1, 2]})") ==
        "observers.act_0.state.min_val[1]: expected a number, but got \"x\"");
  CHECK(stateError(R"({"min_val": 1, "max_val": [1, 2]})") ==
        "observers.act_0.state.min_val: expected an array of numbers, but got 1");
  CHECK(stateError(R"({"min_val": [], "max_val": [], "samples": -1.5})")
            .starts_with("observers.act_0.state.samples: expected an integer between"));
  CHECK(stateError(R"({"min_val": [], "max_val": [], "hist": []})")
            .ends_with("but got 'hist' (nearest: 'histogram')"));
}
