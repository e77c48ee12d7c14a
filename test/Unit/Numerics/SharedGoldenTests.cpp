//===- SharedGoldenTests.cpp - Against the golden cases outside the tree --===//
//
// They are looked for in $QUANTIR_SHARED/goldens; without them these tests are skipped.
//
//===----------------------------------------------------------------------===//

#include "GoldenCase.h"

#include "lib/Numerics/Decomposed.h"
#include "quantir/Numerics/Affine.h"
#include "quantir/Numerics/Equalization.h"
#include "quantir/Numerics/Histogram.h"
#include "quantir/Numerics/Metrics.h"
#include "quantir/Numerics/Quantize.h"
#include "quantir/Numerics/RangeSearch.h"
#include "quantir/Numerics/Scan.h"
#include "test/Unit/Support/Npz.h"
#include "test/Unit/Support/Shared.h"

#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>

using namespace quantir;
using namespace quantir::numerics;
using namespace quantir::test;
using nlohmann::json;

namespace {

struct Case {
  json info;
  Npz arrays;
  std::string id() const { return info.at("id"); }
  Tensor tensor(const std::string &name) const {
    return {arrays[name].dims, arrays.get<float>(name)};
  }
};

/// "x" and 0 make "x0".
std::string numbered(const char *name, size_t index) {
  std::string result = name;
  result += std::to_string(index);
  return result;
}

/// The cases of a section for which `wanted` holds.
template <typename Predicate> std::vector<Case> load(const std::string &section, Predicate wanted) {
  std::optional<std::filesystem::path> shared = sharedFolder();
  if (!shared || !std::filesystem::is_directory(*shared / "goldens" / section))
    SKIP("no goldens: QUANTIR_SHARED names no folder that has them, nor is there ../shared");
  std::set<std::filesystem::path> files;
  for (const auto &entry : std::filesystem::directory_iterator(*shared / "goldens" / section))
    if (entry.path().extension() == ".json")
      files.insert(entry.path());
  std::vector<Case> cases;
  for (std::filesystem::path file : files) {
    json info = json::parse(std::ifstream(file));
    if (wanted(info))
      cases.push_back({info, Npz(file.replace_extension(".npz"))});
  }
  return cases;
}

/// For results of PyTorch's that no order of float32 operations gives to the bit.
void checkClose(const std::vector<float> &actual, const std::vector<float> &expected) {
  REQUIRE(actual.size() == expected.size());
  for (size_t i = 0; i < actual.size(); ++i)
    CHECK(actual[i] == Catch::Approx(expected[i]).epsilon(1e-6).margin(1e-6));
}

void checkObservers(const std::string &className, size_t atLeast) {
  std::vector<Case> cases =
      load("observers", [&](const json &info) { return info.value("observer", "") == className; });
  CHECK(cases.size() >= atLeast);
  for (const Case &c : cases) {
    ObserverGolden golden;
    golden.id = c.id();
    golden.config = configOf(className, c.info.at("params"));
    golden.quantMin = c.info.at("quant_min");
    golden.quantMax = c.info.at("quant_max");
    for (int i = 0; i < c.info.at("n_batches"); ++i)
      golden.batches.push_back(c.tensor(numbered("x", i)));
    golden.minTrace = c.arrays.get<float>("min_trace");
    golden.maxTrace = c.arrays.get<float>("max_trace");
    if (c.arrays.has("histogram"))
      golden.histogram = c.arrays.get<float>("histogram");
    golden.scale = c.arrays.get<float>("scale");
    golden.zeroPoint = c.arrays.get<float>("zero_point");
    checkObserver(golden);
  }
}

/// quantize (to a type that can hold every range) and back.
std::vector<float> fakeQuantize(const Tensor &x, const QParams &params) {
  std::vector<int32_t> codes(x.values.size());
  std::vector<float> y(x.values.size());
  REQUIRE(quantize(x.values.data(), x.dims, params, codes.data()) == "");
  REQUIRE(dequantize(codes.data(), x.dims, params, y.data()) == "");
  return y;
}

} // namespace

TEST_CASE("golden MinMax observers", "[shared]") { checkObservers("MinMaxObserver", 104); }

TEST_CASE("golden MovingAverageMinMax observers", "[shared]") {
  checkObservers("MovingAverageMinMaxObserver", 23);
}

TEST_CASE("golden PerChannelMinMax observers", "[shared]") {
  checkObservers("PerChannelMinMaxObserver", 66);
}

TEST_CASE("golden MovingAveragePerChannelMinMax observers", "[shared]") {
  checkObservers("MovingAveragePerChannelMinMaxObserver", 12);
}

TEST_CASE("golden Histogram observers", "[shared]") { checkObservers("HistogramObserver", 36); }

TEST_CASE("golden range searches", "[shared]") {
  for (const Case &c : load("observers", [](const json &info) {
         return info.value("observer", "") == "HistogramObserver";
       })) {
    INFO("golden case " << c.id());
    std::vector<float> counts = c.arrays.get<float>("histogram");
    Range range = searchGreedy(
        {counts, c.arrays.get<float>("min_val")[0], c.arrays.get<float>("max_val")[0]}, 256);
    CHECK(range.min == c.arrays.get<float>("search_min")[0]);
    CHECK(range.max == c.arrays.get<float>("search_max")[0]);
  }
}

TEST_CASE("golden histograms", "[shared]") {
  std::vector<Case> cases =
      load("observers", [](const json &info) { return info.at("kind") == "histc"; });
  CHECK(cases.size() >= 3);
  for (const Case &c : cases) {
    INFO("golden case " << c.id());
    Tensor x = c.tensor("x0");
    CHECK(makeHistogram(x.values.data(), int64_t(x.values.size()), c.info.at("bins"),
                        c.arrays.get<float>("min_val")[0],
                        c.arrays.get<float>("max_val")[0]) == c.arrays.get<float>("hist"));
  }
}

TEST_CASE("golden quantize and dequantize per tensor", "[shared]") {
  std::vector<Case> cases = load("decomposed", [](const json &info) {
    return info.at("op") == "quantize_per_tensor" && info.at("dtype") != "float8_e4m3fn";
  });
  CHECK(cases.size() >= 3);
  for (const Case &c : cases) {
    INFO("golden case " << c.id());
    QParams params;
    params.scale = {c.info.at("scale").get<float>()};
    params.zeroPoint = {c.info.at("zero_point").get<int32_t>()};
    params.quantMin = c.info.at("quant_min");
    params.quantMax = c.info.at("quant_max");
    Tensor x = c.tensor("x");
    std::vector<int32_t> codes(x.values.size());
    REQUIRE(quantize(x.values.data(), x.dims, params, codes.data()) == "");
    CHECK(codes == c.arrays.get<int32_t>("q"));
    CHECK(fakeQuantize(x, params) == c.arrays.get<float>("dq"));
    // The loop for the narrow type gives the same.
    if (c.info.at("dtype") == "int8") {
      std::vector<int8_t> narrow(x.values.size());
      REQUIRE(quantize(x.values.data(), x.dims, params, narrow.data()) == "");
      CHECK(narrow == c.arrays.get<int8_t>("q"));
    } else if (c.info.at("dtype") == "uint8") {
      std::vector<uint8_t> narrow(x.values.size());
      REQUIRE(quantize(x.values.data(), x.dims, params, narrow.data()) == "");
      CHECK(narrow == c.arrays.get<uint8_t>("q"));
    }
  }
}

TEST_CASE("golden quantize and dequantize per channel", "[shared]") {
  std::vector<Case> cases =
      load("decomposed", [](const json &info) { return info.at("op") == "quantize_per_channel"; });
  CHECK(cases.size() >= 1);
  for (const Case &c : cases) {
    INFO("golden case " << c.id());
    QParams params;
    params.scale = c.arrays.get<float>("scales");
    params.zeroPoint = c.arrays.get<int32_t>("zero_points");
    params.axis = c.info.at("axis");
    params.quantMin = c.info.at("quant_min");
    params.quantMax = c.info.at("quant_max");
    Tensor x = c.tensor("x");
    std::vector<int8_t> codes(x.values.size());
    std::vector<float> back(x.values.size());
    REQUIRE(quantize(x.values.data(), x.dims, params, codes.data()) == "");
    REQUIRE(dequantize(codes.data(), x.dims, params, back.data()) == "");
    CHECK(codes == c.arrays.get<int8_t>("q"));
    CHECK(back == c.arrays.get<float>("dq"));
  }
}

TEST_CASE("golden quantize to an 8-bit float", "[shared]") {
  std::vector<Case> cases = load(
      "decomposed", [](const json &info) { return info.value("dtype", "") == "float8_e4m3fn"; });
  CHECK(cases.size() >= 1);
  for (const Case &c : cases) {
    INFO("golden case " << c.id());
    // There the value is rounded to an integer before it is rounded to a float.
    QParams params;
    params.scale = {c.info.at("scale").get<float>()};
    params.zeroPoint = {c.info.at("zero_point").get<int32_t>()};
    params.quantMin = c.info.at("quant_min");
    params.quantMax = c.info.at("quant_max");
    Tensor x = c.tensor("x");
    std::vector<int16_t> integers(x.values.size());
    REQUIRE(quantize(x.values.data(), x.dims, params, integers.data()) == "");
    std::vector<float> codes;
    for (int16_t q : integers)
      codes.push_back(roundToFloat8(q, QDType::Float8E4M3));
    CHECK(codes == c.arrays.get<float>("q"));
    AffineQParams affine;
    affine.scale = params.scale;
    affine.domain = ZeroPointDomain::None;
    affine.dtype = QDType::Float8E4M3;
    std::vector<float> back(codes.size());
    REQUIRE(dequantizeAffine(codes.data(), x.dims, affine, back.data()) == "");
    CHECK(back == c.arrays.get<float>("dq"));
  }
}

namespace {

/// Quantizes and dequantizes runs of `length` and compares with what the case has.
void checkRuns(const Case &c, const std::vector<float> &x, int64_t length, const RunQParams &params,
               QuantRange range) {
  std::vector<int8_t> codes(x.size());
  std::vector<float> back(x.size());
  REQUIRE(quantizeRuns(x, length, params, range, codes.data()) == "");
  REQUIRE(dequantizeRuns(codes, length, params, back.data()) == "");
  CHECK(codes == c.arrays.get<int8_t>("q"));
  CHECK(back == c.arrays.get<float>("dq"));
}

} // namespace

TEST_CASE("golden quantize per token", "[shared]") {
  std::vector<Case> cases = load("decomposed", [](const json &info) {
    return info.at("op").get<std::string>().starts_with("choose_qparams_per_token");
  });
  CHECK(cases.size() >= 2);
  for (const Case &c : cases) {
    INFO("golden case " << c.id());
    Tensor x = c.tensor("x");
    const int64_t length = x.dims.back();
    RunQParams params;
    REQUIRE((c.info.at("op") == "choose_qparams_per_token"
                 ? chooseRunsSymmetric(x.values, length, params)
                 : chooseRunsAsymmetric(x.values, length, params)) == "");
    CHECK(params.scale == c.arrays.get<float>("scale"));
    CHECK(params.zeroPoint == c.arrays.get<float>("zero_point"));
    checkRuns(c, x.values, length, params, {-128, 127});
  }
}

TEST_CASE("golden quantize per group", "[shared]") {
  std::vector<Case> cases = load(
      "decomposed", [](const json &info) { return info.at("op") == "quantize_per_channel_group"; });
  CHECK(cases.size() >= 2);
  for (const Case &c : cases) {
    INFO("golden case " << c.id());
    RunQParams params = {c.arrays.get<float>("scales"), c.arrays.get<float>("zero_points")};
    QuantRange range = {c.info.at("quant_min"), c.info.at("quant_max")};
    Tensor w = c.tensor("w");
    const int64_t length = c.info.at("group_size");
    checkRuns(c, w.values, length, params, range);
    // As blocks: with zero points that are integers the two formulas agree.
    AffineQParams affine;
    affine.blocks = {w.dims[0], w.dims[1] / length};
    affine.scale = params.scale;
    affine.zeroPoint.assign(params.zeroPoint.begin(), params.zeroPoint.end());
    affine.range = range;
    std::vector<int8_t> codes(w.values.size());
    REQUIRE(quantizeAffine(w.values.data(), w.dims, affine, codes.data()) == "");
    CHECK(codes == c.arrays.get<int8_t>("q"));
  }
}

TEST_CASE("golden choose_qparams", "[shared]") {
  std::vector<Case> cases =
      load("decomposed", [](const json &info) { return info.at("op") == "choose_qparams"; });
  CHECK(cases.size() >= 5);
  for (const Case &c : cases) {
    INFO("golden case " << c.id());
    std::vector<float> x = c.arrays.get<float>("x");
    auto [min, max] = std::minmax_element(x.begin(), x.end());
    QParamsSpec spec;
    REQUIRE(parseText(c.info.at("dtype").get<std::string>(), spec.dtype) == "");
    spec.range = {c.info.at("quant_min"), c.info.at("quant_max")};
    spec.eps = c.info.at("eps");
    float scale;
    int32_t zeroPoint;
    REQUIRE(chooseQParams(*min, *max, spec, scale, zeroPoint) == "");
    CHECK(scale == c.arrays.get<double>("scale")[0]);
    CHECK(zeroPoint == c.arrays.get<int32_t>("zero_point")[0]);
    spec.scheme = QScheme::PerTensorSymmetric;
    REQUIRE(chooseQParams(*min, *max, spec, scale, zeroPoint) == "");
    CHECK(scale == c.arrays.get<double>("sym_scale")[0]);
    CHECK(zeroPoint == c.arrays.get<int32_t>("sym_zero_point")[0]);
  }
}

TEST_CASE("golden batch norms folded into weights", "[shared]") {
  std::vector<Case> cases = load("decomposed", [](const json &info) {
    return info.at("op") == "fuse_conv_bn_eval" || info.at("op") == "fuse_linear_bn_eval";
  });
  CHECK(cases.size() >= 2);
  for (const Case &c : cases) {
    INFO("golden case " << c.id());
    Tensor weight = c.tensor("w");
    std::vector<float> bias = c.arrays.get<float>("b");
    auto gamma = c.arrays.get<float>("gamma"), beta = c.arrays.get<float>("beta"),
         mean = c.arrays.get<float>("mean"), variance = c.arrays.get<float>("var");
    foldBatchNorm({gamma, beta, mean, variance, c.info.at("eps").get<float>()}, {weight.dims},
                  weight.values, bias);
    checkClose(weight.values, c.arrays.get<float>("fw"));
    checkClose(bias, c.arrays.get<float>("fb"));
  }
}

TEST_CASE("golden input-weight equalization", "[shared]") {
  std::vector<Case> cases = load(
      "decomposed", [](const json &info) { return info.at("op") == "input_weight_equalization"; });
  CHECK(cases.size() >= 1);
  for (const Case &c : cases) {
    INFO("golden case " << c.id());
    Tensor x = c.tensor("x"), w = c.tensor("w");
    // A batch of rows has its columns where a weight has its input channels.
    ChannelRanges ranges = inputChannelRanges(x.values, {x.dims});
    std::vector<float> scale;
    REQUIRE(equalizationScale(ranges, inputChannelRanges(w.values, {w.dims}), scale) == "");
    CHECK(scale == c.arrays.get<float>("eq_scale"));
    ScaledRange range = scaledRange(ranges, scale);
    CHECK(range.min == c.arrays.get<float>("scaled_min")[0]);
    CHECK(range.max == c.arrays.get<float>("scaled_max")[0]);
  }
}

TEST_CASE("golden cross-layer equalization", "[shared]") {
  std::vector<Case> cases =
      load("decomposed", [](const json &info) { return info.at("op") == "equalize"; });
  CHECK(cases.size() >= 1);
  for (const Case &c : cases) {
    INFO("golden case " << c.id());
    Tensor first = c.tensor("w0"), second = c.tensor("w2");
    std::vector<EqualizedLayer> layers;
    layers.push_back({WeightShape{first.dims}, first.values, c.arrays.get<float>("b0")});
    layers.push_back({WeightShape{second.dims}, second.values, c.arrays.get<float>("b2")});
    const LayerPair pairs[] = {{0, 1}};
    REQUIRE(equalizeCrossLayer(layers, pairs, c.info.at("threshold").get<float>()) == "");
    CHECK(layers[0].weight == c.arrays.get<float>("w0_eq"));
    CHECK(layers[0].bias == c.arrays.get<float>("b0_eq"));
    CHECK(layers[1].weight == c.arrays.get<float>("w2_eq"));
    CHECK(layers[1].bias == c.arrays.get<float>("b2"));
  }
}

TEST_CASE("golden comparison metrics", "[shared]") {
  std::vector<Case> cases =
      load("decomposed", [](const json &info) { return info.at("op") == "compare_metrics"; });
  CHECK(cases.size() >= 1);
  for (const Case &c : cases) {
    INFO("golden case " << c.id());
    // There the signal is the first argument, named `actual`.
    std::vector<float> signal = c.arrays.get<float>("actual"), other = c.arrays.get<float>("ref");
    auto recorded = [&](const char *name) {
      return Catch::Approx(c.arrays.get<float>(name)[0]).epsilon(1e-5);
    };
    CHECK(sqnr(signal, other).value() == recorded("sqnr"));
    CHECK(cosineSimilarity(signal, other) == recorded("cosine"));
    CHECK(normalizedL2(signal, other) == recorded("nl2"));
    CHECK(meanSquaredError(signal, other) == recorded("mse"));
  }
}

TEST_CASE("golden fake quantize", "[shared]") {
  std::vector<Case> cases = load("fakequant", [](const json &info) {
    return info.at("kind") == "fq_per_tensor" || info.at("kind") == "fq_per_channel";
  });
  CHECK(cases.size() >= 9);
  for (const Case &c : cases) {
    INFO("golden case " << c.id());
    QParams params;
    params.quantMin = c.info.at("quant_min");
    params.quantMax = c.info.at("quant_max");
    bool floatZero = false;
    if (c.info.at("kind") == "fq_per_tensor") {
      params.scale = {c.info.at("scale").get<float>()};
      params.zeroPoint = {c.info.at("zero_point").get<int32_t>()};
    } else {
      params.axis = c.info.at("axis");
      params.scale = c.arrays.get<float>("scale");
      floatZero = c.arrays["zero_point"].type == "<f4";
      if (floatZero)
        params.floatZeroPoint = c.arrays.get<float>("zero_point");
      else
        params.zeroPoint = c.arrays.get<int32_t>("zero_point");
    }
    std::vector<float> y = fakeQuantize(c.tensor("x"), params), want = c.arrays.get<float>("y");
    if (!floatZero) {
      CHECK(y == want);
      continue;
    }
    // PyTorch subtracts a real zero point in float64.
    REQUIRE(y.size() == want.size());
    for (size_t i = 0; i < y.size(); ++i)
      CHECK(y[i] == Catch::Approx(want[i]).epsilon(1e-6).margin(1e-6));
  }
}

TEST_CASE("golden fake-quantize modules: observers and parameters step by step", "[shared]") {
  std::vector<Case> cases = load("fakequant", [](const json &info) {
    return info.at("kind") == "fq_module" && info.at("module") != "FixedQParamsFakeQuantize";
  });
  CHECK(cases.size() >= 13);
  for (const Case &c : cases) {
    INFO("golden case " << c.id());
    bool fused = c.info.at("module") == "FusedMovingAvgObsFakeQuantize";
    ObserverConfig config = configOf(c.info.at("observer"), {{"dtype", c.info.at("dtype")},
                                                             {"qscheme", c.info.at("qscheme")},
                                                             {"eps", c.info.at("eps")[0]}});
    config.quantMin = c.info.at("quant_min").get<int32_t>();
    config.quantMax = c.info.at("quant_max").get<int32_t>();
    if (c.info.at("averaging_constant").is_number())
      config.averagingConstant = c.info.at("averaging_constant");
    config.chAxis = std::max(0, c.info.at("ch_axis").get<int>());
    REQUIRE(config.validate() == "");
    std::unique_ptr<Observer> observer = createObserver(config);
    for (size_t step = 0; step < c.info.at("steps").size(); ++step) {
      INFO("step " << step);
      auto name = [&](const char *array) { return numbered(array, step); };
      Tensor x = c.tensor(name("x"));
      if (c.info.at("steps")[step] == "observer on")
        observer->observe(x.values.data(), x.dims);
      const ObserverState &state = observer->state();
      CHECK(state.minVal == c.arrays.get<float>(name("min")));
      CHECK(state.maxVal == c.arrays.get<float>(name("max")));
      QParams params;
      REQUIRE(observer->calculateQParams(params) == "");
      if (fused)
        for (size_t i = 0; i < params.scale.size(); ++i) {
          double scale;
          REQUIRE(chooseDynamicQParams(state.minVal[i], state.maxVal[i], config.range(),
                                       isSymmetric(config.scheme), scale,
                                       params.zeroPoint[i]) == "");
          params.scale[i] = float(scale);
        }
      CHECK(params.scale == c.arrays.get<float>(name("scale")));
      bool floatZero = !params.floatZeroPoint.empty();
      if (floatZero)
        CHECK(params.floatZeroPoint == c.arrays.get<float>(name("zp")));
      else
        CHECK(params.zeroPoint == c.arrays.get<int32_t>(name("zp")));
      if (!floatZero)
        CHECK(fakeQuantize(x, params) == c.arrays.get<float>(name("y")));
    }
  }
}

TEST_CASE("golden inputs of dynamic linear", "[shared]") {
  std::vector<Case> cases =
      load("dynamic", [](const json &info) { return info.at("kind") == "linear_dynamic"; });
  CHECK(cases.size() >= 8);
  for (const Case &c : cases) {
    INFO("golden case " << c.id());
    std::vector<float> x = c.arrays.get<float>("x");
    Extent extent = scanExtent(x.data(), int64_t(x.size()));
    float min = x.empty() ? 0 : extent.min, max = x.empty() ? 0 : extent.max;
    for (bool reduce : {false, true}) {
      std::string suffix = reduce ? "rr" : "full";
      QuantRange range = {0, reduce && c.info.at("reduce_range") ? 127 : 255};
      double scale;
      int32_t zeroPoint;
      REQUIRE(chooseDynamicQParams(min, max, range, false, scale, zeroPoint) == "");
      CHECK(scale == c.info.at("x_scale_" + suffix));
      CHECK(zeroPoint == c.info.at("x_zp_" + suffix));
      std::vector<uint8_t> codes(x.size());
      quantize(x.data(), codes.data(), int64_t(x.size()), float(scale), zeroPoint, range);
      CHECK(codes == c.arrays.get<uint8_t>("xq_" + suffix));
    }
  }
}
