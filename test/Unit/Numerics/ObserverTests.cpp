//===- ObserverTests.cpp --------------------------------------------------===//

#include "quantir/Numerics/Observer.h"

#include <catch2/catch_test_macros.hpp>

#include <cmath>
#include <limits>
#include <random>

using namespace quantir;
using namespace quantir::numerics;

namespace {

constexpr float inf = std::numeric_limits<float>::infinity();
constexpr float NaN = std::numeric_limits<float>::quiet_NaN();

void feed(Observer &observer, const std::vector<float> &values, std::vector<int64_t> dims = {}) {
  if (dims.empty())
    dims = {int64_t(values.size())};
  observer.observe(values.data(), dims);
}

std::unique_ptr<Observer> make(ObserverKind kind) {
  return createObserver(ObserverConfig::of(kind));
}

/// What validate() says after `change`.
template <typename Change> std::string broken(ObserverKind kind, Change change) {
  ObserverConfig config = ObserverConfig::of(kind);
  REQUIRE(config.validate() == "");
  change(config);
  CHECK((createObserver(config) != nullptr) == config.validate().empty());
  return config.validate();
}

const std::vector<ObserverKind> statistical = {
    ObserverKind::MinMax,           ObserverKind::MovingAverageMinMax,
    ObserverKind::PerChannelMinMax, ObserverKind::MovingAveragePerChannelMinMax,
    ObserverKind::Histogram,        ObserverKind::Percentile,
    ObserverKind::Entropy,          ObserverKind::Mse};

std::vector<float> normal(size_t count, unsigned seed, float scale = 1) {
  std::mt19937 random(seed);
  std::normal_distribution<float> distribution;
  std::vector<float> values(count);
  for (float &v : values)
    v = distribution(random) * scale;
  return values;
}

} // namespace

TEST_CASE("min-max keeps the extremes of everything", "[observer]") {
  auto observer = make(ObserverKind::MinMax);
  feed(*observer, {1, 2});
  feed(*observer, {-1, 0.5f});
  feed(*observer, {});
  CHECK(observer->state().minVal == std::vector<float>{-1});
  CHECK(observer->state().maxVal == std::vector<float>{2});
  CHECK(observer->state().samples == 2);
  QParams params;
  REQUIRE(observer->calculateQParams(params) == "");
  CHECK(params.scale == std::vector<float>{3.0f / 255});
  CHECK(params.zeroPoint == std::vector<int32_t>{85});
  observer->reset();
  CHECK(observer->state() == ObserverState());
}

TEST_CASE("a moving average starts with the first tensor", "[observer]") {
  ObserverConfig config = ObserverConfig::of(ObserverKind::MovingAverageMinMax);
  config.averagingConstant = 0.25f;
  auto observer = createObserver(config);
  feed(*observer, {-4, 8});
  feed(*observer, {0, 4});
  CHECK(observer->state().minVal == std::vector<float>{-3});
  CHECK(observer->state().maxVal == std::vector<float>{7});
}

TEST_CASE("ranges per channel", "[observer]") {
  ObserverConfig config = ObserverConfig::of(ObserverKind::PerChannelMinMax);
  config.chAxis = 1;
  auto observer = createObserver(config);
  feed(*observer, {1, 2, 3, 4, 5, 6, 7, 8}, {2, 2, 2}); // channel 0: 1 2 5 6
  CHECK(observer->state().minVal == std::vector<float>{1, 3});
  CHECK(observer->state().maxVal == std::vector<float>{6, 8});
  QParams params;
  REQUIRE(observer->calculateQParams(params) == "");
  CHECK(params.axis == 1);
  CHECK(params.channels() == 2);
  // The number of channels may not change, nor the axis be missing; the first such error is told.
  feed(*observer, {1, 2, 3}, {1, 3});
  CHECK(observer->error() == "expected 2 channels as before, but got 3");
  feed(*observer, {1, 2, 3}, {3});
  CHECK(observer->error() == "expected 2 channels as before, but got 3");
  CHECK(observer->calculateQParams(params) == observer->error());

  auto other = createObserver(config);
  feed(*other, {1, 2, 3}, {3});
  CHECK(other->error() == "expected a tensor with an axis 1, but got [3]");
}

TEST_CASE("nothing observed has no parameters", "[observer]") {
  for (ObserverKind kind : statistical) {
    INFO(toText(kind));
    auto observer = make(kind);
    QParams params;
    CHECK(observer->calculateQParams(params) ==
          "expected at least one observed value, but got none");
    feed(*observer, {}, {0, 3});
    CHECK(observer->state() == ObserverState());
  }
}

TEST_CASE("NaN is counted and refused", "[observer]") {
  for (ObserverKind kind : statistical) {
    INFO(toText(kind));
    auto observer = make(kind);
    std::vector<float> x = normal(100, 1);
    feed(*observer, x, {4, 25});
    x[7] = NaN;
    x[99] = NaN;
    feed(*observer, x, {4, 25});
    CHECK(observer->state().nanCount == 2);
    CHECK(observer->error() == "expected numbers, but got NaN 2 times");
    QParams params;
    CHECK(observer->calculateQParams(params) == observer->error());
    CHECK(!std::isnan(observer->state().minVal[0]));
    feed(*observer, std::vector<float>(8, NaN), {4, 2});
    CHECK(observer->state().nanCount == 10);
  }
}

TEST_CASE("histograms drop infinities, ranges refuse them", "[observer]") {
  for (ObserverKind kind : statistical) {
    INFO(toText(kind));
    auto observer = make(kind);
    feed(*observer, {1, 2, inf, -inf, 3}, {1, 5});
    CHECK(observer->state().infCount == 2);
    QParams params;
    if (kind == ObserverKind::Histogram || isGridHistogram(kind)) {
      CHECK(observer->state().minVal == std::vector<float>{1});
      CHECK(observer->state().maxVal == std::vector<float>{3});
      CHECK(observer->calculateQParams(params) == "");
      feed(*observer, {inf});
      CHECK(observer->state().infCount == 3);
      CHECK(observer->calculateQParams(params) == "");
    } else {
      CHECK(observer->calculateQParams(params) ==
            "expected a finite range, but got [-inf, inf] (a histogram observer drops infinite "
            "values)");
    }
  }
  auto histogram = make(ObserverKind::Histogram);
  feed(*histogram, {-3e38f, 3e38f});
  CHECK(histogram->error() ==
        "expected a range narrower than the largest float32, but got [-3e+38, 3e+38]");
}

TEST_CASE("a histogram grows with its range", "[observer]") {
  ObserverConfig config = ObserverConfig::of(ObserverKind::Histogram);
  config.bins = 4;
  auto observer = createObserver(config);
  feed(*observer, {0, 1, 2, 4});
  CHECK(observer->state().histogram == std::vector<float>{1, 1, 1, 1});
  feed(*observer, {4, 0}); // the same range
  CHECK(observer->state().histogram == std::vector<float>{2, 1, 1, 2});
  feed(*observer, {8, 0, 0}); // twice as wide
  CHECK(observer->state().histogram == std::vector<float>{5, 3, 0, 1});
  CHECK(observer->state().maxVal == std::vector<float>{8});
  CHECK(observer->state().samples == 3);
}

TEST_CASE("the kinds over a grid differ in the search alone", "[observer]") {
  auto percentile = make(ObserverKind::Percentile), entropy = make(ObserverKind::Entropy),
       mse = make(ObserverKind::Mse);
  for (unsigned seed : {1, 2, 3}) {
    std::vector<float> x = normal(10000, seed, float(seed));
    for (Observer *observer : {percentile.get(), entropy.get(), mse.get()})
      feed(*observer, x);
  }
  CHECK(percentile->state() == mse->state());
  CHECK(entropy->state() == mse->state());
  QParams a, b, c;
  REQUIRE(percentile->calculateQParams(a) == "");
  REQUIRE(entropy->calculateQParams(b) == "");
  REQUIRE(mse->calculateQParams(c) == "");
  CHECK(a.scale != b.scale);
  CHECK(a.scale != c.scale);
  CHECK(b.scale != c.scale);
}

TEST_CASE("fixed parameters need no data", "[observer]") {
  ObserverConfig config = ObserverConfig::of(ObserverKind::FixedQParams);
  config.fixedScale = 1.0f / 256;
  config.fixedZeroPoint = 7;
  auto observer = createObserver(config);
  feed(*observer, {NaN, inf, 3});
  CHECK(observer->state() == ObserverState());
  QParams params;
  REQUIRE(observer->calculateQParams(params) == "");
  CHECK(params.scale == std::vector<float>{1.0f / 256});
  CHECK(params.zeroPoint == std::vector<int32_t>{7});
  CHECK(params.quantMax == 255);
}

TEST_CASE("kinds without parameters", "[observer]") {
  for (ObserverKind kind :
       {ObserverKind::Placeholder, ObserverKind::Noop, ObserverKind::ReuseInput}) {
    auto observer = make(kind);
    REQUIRE(observer);
    feed(*observer, {1, 2});
    QParams params;
    CHECK(observer->calculateQParams(params) ==
          "expected an observer with quantization parameters, but got a " +
              std::string(toText(kind)) + " observer");
    CHECK(observer->state() == ObserverState());
    CHECK(observer->recorded().empty());
    CHECK_FALSE(needsCalibration(ObserverConfig::of(kind)));
  }
}

TEST_CASE("a recording observer keeps every tensor", "[observer]") {
  auto observer = make(ObserverKind::Recording);
  feed(*observer, {1, 2, NaN, inf}, {2, 2});
  feed(*observer, {}, {0, 3});
  feed(*observer, {5}, {});
  REQUIRE(observer->recorded().size() == 2);
  CHECK(observer->recorded()[0].dims == std::vector<int64_t>{2, 2});
  CHECK(observer->recorded()[0].values[1] == 2);
  CHECK(std::isnan(observer->recorded()[0].values[2]));
  CHECK(observer->recorded()[1] == RecordedTensor{{1}, {5}});
  CHECK(observer->state().samples == 2);
  CHECK(observer->error() == "");
  QParams params;
  CHECK(observer->calculateQParams(params) ==
        "expected an observer with quantization parameters, but got a recording observer, which "
        "keeps values to be looked at; to quantize, put histogram or min_max in its place");
  ObserverState state = observer->state();
  REQUIRE(make(ObserverKind::Recording)->load(state) == "");
  observer->reset();
  CHECK(observer->recorded().empty());
  CHECK(observer->state() == ObserverState());
}

TEST_CASE("names of kinds", "[observer]") {
  for (int i = 0; i <= int(ObserverKind::ReuseInput); ++i) {
    ObserverKind kind;
    CHECK(parseText(toText(ObserverKind(i)), kind) == "");
    CHECK(kind == ObserverKind(i));
  }
  ObserverKind kind;
  CHECK(parseText("MovingAveragePerChannelMinMaxObserver", kind) == "");
  CHECK(kind == ObserverKind::MovingAveragePerChannelMinMax);
  CHECK(parseText("histgram", kind) ==
        "expected one of min_max, moving_average_min_max, per_channel_min_max, "
        "moving_average_per_channel_min_max, histogram, percentile, entropy, mse, affine_min_max, "
        "fixed_qparams, placeholder, recording, noop, reuse_input, but got 'histgram' (nearest: "
        "'histogram')");
}

TEST_CASE("configurations that make no sense", "[observer]") {
  using Kind = ObserverKind;
  using Config = ObserverConfig;
  CHECK(broken(Kind::MinMax, [](Config &c) { c.quantMin = 0; }) ==
        "expected quant_min and quant_max together, but got only quant_min");
  CHECK(broken(Kind::MinMax, [](Config &c) { c.quantMin = 5, c.quantMax = 5; }) ==
        "expected quant_min < quant_max, but got [5, 5]");
  CHECK(broken(Kind::MinMax, [](Config &c) { c.quantMin = 1, c.quantMax = 5; }) ==
        "expected a range from quant_min to quant_max that includes 0, but got [1, 5]");
  CHECK(broken(Kind::MinMax, [](Config &c) { c.quantMin = -1, c.quantMax = 255; }) ==
        "expected quant_min and quant_max within [0, 255] (quint8), but got [-1, 255]");
  CHECK(broken(Kind::MinMax, [](Config &c) {
          c.quantMin = 0, c.quantMax = 1, c.reduceRange = true;
        }) == "expected a range that can be halved (reduce_range), but got [0, 1]");
  CHECK(broken(Kind::MinMax, [](Config &c) { c.dtype = QDType::Float16; }) ==
        "expected a quantized dtype for a min_max observer, but got float16");
  CHECK(broken(Kind::MinMax, [](Config &c) { c.scheme = QScheme::PerChannelAffine; }) ==
        "expected a per_tensor qscheme for a min_max observer, but got per_channel_affine");
  CHECK(broken(Kind::PerChannelMinMax, [](Config &c) { c.scheme = QScheme::PerTensorAffine; }) ==
        "expected a per_channel qscheme for a per_channel_min_max observer, but got "
        "per_tensor_affine");
  CHECK(broken(Kind::PerChannelMinMax, [](Config &c) { c.chAxis = -1; }) ==
        "expected a ch_axis that is not negative, but got -1");
  CHECK(broken(Kind::MinMax,
               [](Config &c) { c.reduceRange = true, c.scheme = QScheme::PerTensorSymmetric; }) ==
        "expected an affine qscheme or a signed dtype with reduce_range, but got "
        "per_tensor_symmetric quint8");
  for (float eps : {0.0f, -1.0f, NaN, inf, 1e-40f})
    CHECK(broken(Kind::MinMax, [&](Config &c) {
            c.eps = eps;
          }).starts_with("expected a positive, finite eps"));
  for (float constant : {0.0f, -1.0f, NaN, 1.5f})
    CHECK(broken(Kind::MovingAverageMinMax, [&](Config &c) {
            c.averagingConstant = constant;
          }).starts_with("expected an averaging_constant above 0 and at most 1"));
  CHECK(broken(Kind::MovingAverageMinMax, [](Config &c) { c.isDynamic = true; }) ==
        "expected averaging_constant 1 with is_dynamic, but got 0.01");
  CHECK(broken(Kind::PerChannelMinMax, [](Config &c) { c.isDynamic = true; }) ==
        "expected is_dynamic only for moving_average_min_max (with averaging_constant 1), "
        "affine_min_max and placeholder, but got a per_channel_min_max observer");
  CHECK(broken(Kind::MinMax, [](Config &c) {
          c.dtype = QDType::QInt8, c.quantMin = -128, c.quantMax = 128;
        }) == "expected quant_min and quant_max within [-128, 127] (qint8), but got [-128, 128]");
  CHECK(broken(Kind::MovingAverageMinMax,
               [](Config &c) { c.isDynamic = true, c.averagingConstant = 1; }) == "");
  for (Kind kind : {Kind::PerChannelMinMax, Kind::Histogram, Kind::MinMax})
    CHECK(broken(kind, [](Config &c) { c.isDynamic = true; }) != "");
  for (int bins : {0, -1, 1 << 21})
    CHECK(broken(Kind::Histogram, [&](Config &c) {
            c.bins = bins;
          }).starts_with("expected bins between 1 and 1048576"));
  CHECK(broken(Kind::Mse, [&](Config &c) { c.bins = 1; }) ==
        "expected bins between 2 and 1048576, but got 1");
  for (float percentile : {0.0f, -1.0f, NaN, 100.5f})
    CHECK(broken(Kind::Percentile, [&](Config &c) {
            c.percentile = percentile;
          }).starts_with("expected a percentile above 0 and at most 100, but got "));
  CHECK(broken(Kind::Histogram, [](Config &c) { c.dtype = QDType::QInt32; }) ==
        "expected an integer dtype of at most 16 bits for a histogram observer, but got qint32");
  CHECK(broken(Kind::FixedQParams, [](Config &c) { c.fixedZeroPoint = 256; }) ==
        "expected a zero_point within [0, 255], but got 256");
  CHECK(broken(Kind::FixedQParams, [](Config &c) { c.fixedScale = 0; }) ==
        "expected a positive, finite scale, but got 0");
  CHECK(broken(Kind::Placeholder, [](Config &c) { c.quantMin = 0, c.quantMax = 255; }) ==
        "expected no quant_min and quant_max for float32, but got them");
  CHECK(broken(Kind::Placeholder, [](Config &c) {
          c.dtype = QDType::QUInt8, c.isDynamic = true, c.quantMin = 0, c.quantMax = 255;
        }) == "");
}

TEST_CASE("states that do not fit are not loaded", "[observer]") {
  auto rejected = [](ObserverKind kind, ObserverState state) {
    auto observer = make(kind);
    std::string error = observer->load(state);
    if (!error.empty())
      CHECK(observer->state() == ObserverState());
    return error;
  };
  ObserverState range;
  range.minVal = {-1};
  range.maxVal = {1};
  CHECK(rejected(ObserverKind::MinMax, range) == "");
  CHECK(rejected(ObserverKind::MinMax, {}) == "");
  ObserverState channels = range;
  channels.minVal = {-1, 0};
  CHECK(rejected(ObserverKind::MinMax, channels) ==
        "expected 2 maxima, as many as minima, but got 1");
  channels.maxVal = {1, 1};
  CHECK(rejected(ObserverKind::MinMax, channels) == "expected one minimum, but got 2");
  CHECK(rejected(ObserverKind::PerChannelMinMax, channels) == "");
  ObserverState upsideDown = range;
  upsideDown.minVal = {2};
  CHECK(rejected(ObserverKind::MinMax, upsideDown) ==
        "expected minima below maxima, but got [2, 1]");
  upsideDown.minVal = {NaN};
  CHECK(rejected(ObserverKind::MinMax, upsideDown) ==
        "expected minima below maxima, but got [nan, 1]");
  CHECK(rejected(ObserverKind::Histogram, range) == "expected 2048 histogram bins, but got 0");
  ObserverState histogram = range;
  histogram.histogram.assign(2048, 1);
  CHECK(rejected(ObserverKind::Histogram, histogram) == "");
  CHECK(rejected(ObserverKind::MinMax, histogram) == "expected 0 histogram bins, but got 2048");
  histogram.histogram[5] = -1;
  CHECK(rejected(ObserverKind::Histogram, histogram) ==
        "expected histogram counts that are not negative, but got -1");
  histogram.histogram[5] = 1;
  histogram.maxVal = {inf};
  CHECK(rejected(ObserverKind::Histogram, histogram) ==
        "expected a finite histogram range, but got [-1, inf]");
  ObserverState grid = range;
  CHECK(rejected(ObserverKind::Mse, grid) == "expected 1025 counts, but got 0");
  grid.maxVal = {0.5f};
  grid.counts.assign(1537, 1);
  CHECK(rejected(ObserverKind::Mse, grid) == "");
  CHECK(rejected(ObserverKind::MinMax, grid) == "expected 0 counts, but got 1537");
  grid.counts[7] = -1;
  CHECK(rejected(ObserverKind::Mse, grid) ==
        "expected counts that are not negative, of at most 2^53 values, but got -1");
  grid.counts[7] = int64_t(1) << 53;
  CHECK(rejected(ObserverKind::Mse, grid) != "");
  grid.maxVal = {inf};
  CHECK(rejected(ObserverKind::Mse, grid) ==
        "expected a finite histogram range, but got [-1, inf]");
  ObserverState negative;
  negative.samples = -1;
  CHECK(rejected(ObserverKind::MinMax, negative) ==
        "expected counts that are not negative, and at most 2^53, but got -1");
  CHECK(rejected(ObserverKind::Noop, range) == "expected no range for a noop observer, but got 1");
}

TEST_CASE("hostile dimensions are reported", "[observer]") {
  auto observer = make(ObserverKind::MinMax);
  const float x = 1;
  const std::vector<int64_t> negative = {2, -3};
  observer->observe(&x, negative);
  CHECK(observer->error() == "expected dimensions that are not negative, but got [2x-3]");
  auto other = make(ObserverKind::MinMax);
  const std::vector<int64_t> scalar;
  other->observe(&x, scalar);
  CHECK(other->state().samples == 1);
}
