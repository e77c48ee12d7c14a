//===- RangeSearchTests.cpp -----------------------------------------------===//

#include "quantir/Numerics/Quantize.h"
#include "quantir/Numerics/RangeSearch.h"

#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <cmath>
#include <functional>
#include <random>

using namespace quantir::numerics;

namespace {

struct Sample {
  std::vector<float> values;
  std::vector<float> counts;
  float min, max;
  HistogramView view() const { return {counts, min, max}; }
};

Sample draw(std::function<float(float, float)> form, size_t count = 50000) {
  std::mt19937 random(11);
  std::normal_distribution<float> normal;
  Sample sample;
  for (size_t i = 0; i < count; ++i) {
    float a = normal(random), b = normal(random);
    sample.values.push_back(form(a, b));
  }
  auto [min, max] = std::minmax_element(sample.values.begin(), sample.values.end());
  sample.min = *min;
  sample.max = *max;
  sample.counts = makeHistogram(sample.values.data(), int64_t(count), 2048, *min, *max);
  return sample;
}

/// Mean squared error of quantizing the values themselves.
double trueError(const Sample &sample, float scale, int32_t zeroPoint, QuantRange range) {
  std::vector<int16_t> q(sample.values.size());
  std::vector<float> back(sample.values.size());
  quantize(sample.values.data(), q.data(), int64_t(q.size()), scale, zeroPoint, range);
  dequantize(q.data(), back.data(), int64_t(q.size()), scale, zeroPoint);
  double sum = 0;
  for (size_t i = 0; i < back.size(); ++i)
    sum += std::pow(double(back[i]) - sample.values[i], 2);
  return sum / double(back.size());
}

double trueError(const Sample &sample, Range range, const QParamsSpec &spec) {
  float scale;
  int32_t zeroPoint;
  REQUIRE(chooseQParams(range.min, range.max, spec, scale, zeroPoint) == "");
  return trueError(sample, scale, zeroPoint, spec.range);
}

QParamsSpec specOf(QDType dtype, QScheme scheme) {
  QParamsSpec spec;
  spec.dtype = dtype;
  spec.scheme = scheme;
  spec.range = effectiveRange(dtype, {}, {}, false);
  return spec;
}

const std::vector<std::pair<const char *, std::function<float(float, float)>>> forms = {
    {"normal", [](float a, float) { return a; }},
    {"relu", [](float a, float) { return std::max(a, 0.0f); }},
    {"heavy tails", [](float a, float b) { return a * b * b; }},
    {"one-sided tails", [](float a, float b) { return std::max(a * b * b * b, 0.0f); }},
    {"relu6", [](float a, float) { return std::clamp(2 * a + 1, 0.0f, 6.0f); }},
    {"negative", [](float a, float) { return -std::exp(a); }},
    {"offset", [](float a, float) { return 5 + 0.1f * a; }},
    {"skewed", [](float a, float b) { return a < 0 ? a * 0.2f : a * b * b; }},
};

} // namespace

TEST_CASE("the error model agrees with quantizing the values", "[search]") {
  for (const auto &[name, form] : forms) {
    INFO(name);
    Sample sample = draw(form);
    QuantizationError error(sample.view());
    for (QuantRange range : {QuantRange{0, 255}, {-128, 127}, {0, 15}, {-8, 7}})
      for (float share : {1.0f, 0.7f, 0.3f}) {
        QParamsSpec spec;
        spec.range = range;
        float scale;
        int32_t zeroPoint;
        REQUIRE(chooseQParams(sample.min * share, sample.max * share, spec, scale, zeroPoint) ==
                "");
        INFO("range " << range.min << ".." << range.max << ", share " << share);
        CHECK(error(scale, zeroPoint, range) ==
              Catch::Approx(trueError(sample, scale, zeroPoint, range)).epsilon(0.15));
      }
  }
}

TEST_CASE("the error model with very many codes", "[search]") {
  Sample sample = draw(forms[0].second);
  QuantizationError error(sample.view());
  float scale = std::max(-sample.min, sample.max) / 32767;
  CHECK(error(scale, 0, {-32768, 32767}) ==
        Catch::Approx(double(scale) * scale / 12).epsilon(0.01));
}

TEST_CASE("the search for the least error beats the others", "[search]") {
  for (const auto &[name, form] : forms)
    for (QScheme scheme : {QScheme::PerTensorAffine, QScheme::PerTensorSymmetric})
      for (QDType dtype : {QDType::QInt8, QDType::QUInt4}) {
        if (scheme == QScheme::PerTensorSymmetric && dtype == QDType::QUInt4)
          continue;
        INFO(name << " " << toText(scheme) << " " << toText(dtype));
        Sample sample = draw(form);
        QParamsSpec spec = specOf(dtype, scheme);
        Range best = searchLeastError(sample.view(), spec);
        CHECK(best.min <= best.max);
        double least = trueError(sample, best, spec);
        // The histogram knows the values to 1/2048 of their range: a little slack.
        CHECK(least <= 1.01 * trueError(sample, {sample.min, sample.max}, spec));
        CHECK(least <= 1.01 * trueError(sample, searchGreedy(sample.view(), 256), spec));
        // No range near it, or anywhere on a grid, is better.
        for (int i = 1; i <= 15; ++i)
          for (int k = 1; k <= 15; ++k) {
            Range range = {sample.min * float(i) / 15, sample.max * float(k) / 15};
            if (range.min <= range.max)
              CHECK(least <= 1.02 * trueError(sample, range, spec));
          }
      }
}

TEST_CASE("far outliers are clipped", "[search]") {
  Sample sample = draw([](float a, float b) { return b > 4.0f ? 1000.0f : a; }, 200000);
  REQUIRE(sample.max == 1000);
  QParamsSpec spec = specOf(QDType::QUInt4, QScheme::PerTensorAffine);
  Range range = searchLeastError(sample.view(), spec);
  CHECK(trueError(sample, range, spec) < trueError(sample, {sample.min, sample.max}, spec));
}

TEST_CASE("searches of degenerate histograms", "[search]") {
  QParamsSpec spec;
  std::vector<float> one(16);
  one[8] = 100;
  for (float value : {0.0f, 3.0f, -3.0f}) {
    CHECK(searchGreedy({one, value, value}, 256) == Range{value, value});
    CHECK(searchLeastError({one, value, value}, spec) == Range{value, value});
  }
  std::vector<float> empty(16);
  CHECK(searchLeastError({empty, -1, 1}, spec) == Range{-1, 1});
  Range range = searchGreedy({empty, -1, 1}, 256);
  CHECK(range.min <= range.max);
  std::vector<float> single = {5};
  CHECK(searchGreedy({single, 0, 1}, 256) == Range{0, 1});
  // Denormal and nearly infinite ranges.
  std::vector<float> even(2048, 3.0f);
  for (float extent : {1e-44f, 1e-30f, 1e37f}) {
    range = searchLeastError({even, -extent, extent}, spec);
    CHECK(range.min >= -extent);
    CHECK(range.max <= extent);
    range = searchGreedy({even, -extent, extent}, 256);
    CHECK(std::isfinite(range.min));
  }
}
