//===- RangeSearchTests.cpp -----------------------------------------------===//

#include "quantir/Numerics/Quantize.h"
#include "quantir/Numerics/RangeSearch.h"

#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <cmath>
#include <functional>
#include <random>

using namespace quantir;
using namespace quantir::numerics;

namespace {

struct Sample {
  std::vector<float> values;
  std::vector<float> counts;
  float min, max;
  std::vector<int64_t> gridCounts;
  Grid grid;
  HistogramView view() const { return {counts, min, max}; }
  GridView gridView() const { return {gridCounts, min, max, grid}; }
};

Sample sampleOf(std::vector<float> values, int64_t bins = 2048) {
  Sample sample;
  auto [min, max] = std::minmax_element(values.begin(), values.end());
  sample.min = *min;
  sample.max = *max;
  sample.counts = makeHistogram(values.data(), int64_t(values.size()), bins, *min, *max);
  sample.grid = gridFor(*min, *max, bins);
  sample.gridCounts.resize(sample.grid.count);
  countOnGrid(values.data(), int64_t(values.size()), sample.grid, sample.gridCounts);
  sample.values = std::move(values);
  return sample;
}

Sample draw(std::function<float(float, float)> form, size_t count = 50000) {
  std::mt19937 random(11);
  std::normal_distribution<float> normal;
  std::vector<float> values;
  for (size_t i = 0; i < count; ++i) {
    float a = normal(random), b = normal(random);
    values.push_back(form(a, b));
  }
  return sampleOf(std::move(values));
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
    QuantizationError error(sample.gridView());
    for (QuantRange range : {QuantRange{0, 255}, {-128, 127}, {0, 15}, {-8, 7}})
      for (float share : {1.0f, 0.7f, 0.3f}) {
        QParamsSpec spec;
        spec.range = range;
        float scale;
        int32_t zeroPoint;
        REQUIRE(chooseQParams(sample.min * share, sample.max * share, spec, scale, zeroPoint) ==
                "");
        INFO("range " << range.min << ".." << range.max << ", share " << share);
        // Zeros, of which some forms have many, are taken to lie anywhere in the bin from 0 on.
        const double width = sample.grid.width();
        CHECK(error(scale, zeroPoint, range) ==
              Catch::Approx(trueError(sample, scale, zeroPoint, range))
                  .epsilon(0.15)
                  .margin(width * width / 3));
      }
  }
}

TEST_CASE("the error model with very many codes", "[search]") {
  Sample sample = draw(forms[0].second);
  QuantizationError error(sample.gridView());
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
        Range best = searchLeastError(sample.gridView(), spec);
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
  Range range = searchLeastError(sample.gridView(), spec);
  CHECK(trueError(sample, range, spec) < trueError(sample, {sample.min, sample.max}, spec));
}

TEST_CASE("a symmetric range may be wider than the values by half a step", "[search]") {
  // Two values, -1 and 1: with a scale of 1/127.5 the code 127 is 0.996.
  std::vector<float> values(100, 1.0f);
  values.resize(200, -1.0f);
  Sample sample = sampleOf(values);
  QParamsSpec spec = specOf(QDType::QInt8, QScheme::PerTensorSymmetric);
  Range range = searchLeastError(sample.gridView(), spec);
  CHECK(range.max > 1);
  CHECK(trueError(sample, range, spec) < 0.1 * trueError(sample, {-1, 1}, spec));
}

TEST_CASE("percentiles hold their share of the values", "[search]") {
  for (const auto &[name, form] : forms) {
    Sample sample = draw(form);
    for (double percentile : {99.99, 99.9, 99.0, 50.0, 100.0})
      for (bool symmetric : {false, true}) {
        INFO(name << " " << percentile << (symmetric ? " symmetric" : ""));
        Range range = searchPercentile(sample.gridView(), percentile, symmetric);
        CHECK(range.min >= sample.min);
        CHECK(range.max <= sample.max);
        const double count = double(sample.values.size());
        auto share = [&](auto predicate) {
          return double(std::count_if(sample.values.begin(), sample.values.end(), predicate));
        };
        const double rest = (1 - percentile / 100) * count;
        CHECK(share([&](float v) { return v < range.min || v > range.max; }) <= rest);
        // Not a bin more at an end than it takes.
        const double width = sample.grid.width();
        const double low = range.min + width, high = range.max - width;
        if (percentile == 100) {
          CHECK(range == Range{sample.min, sample.max});
        } else if (symmetric) {
          double reach = std::max(-range.min, range.max) - width;
          CHECK(share([&](float v) { return v < -reach || v >= reach; }) > std::floor(rest));
        } else {
          CHECK(share([&](float v) { return v < low; }) > std::floor(rest / 2));
          CHECK(share([&](float v) { return v >= high; }) > std::floor(rest / 2));
        }
      }
  }
}

TEST_CASE("percentiles of numbers one can count", "[search]") {
  // 0, 1, ..., 999; bins of one number each.
  std::vector<float> values(1000);
  for (int i = 0; i < 1000; ++i)
    values[i] = float(i);
  Sample sample = sampleOf(values, 1024);
  REQUIRE(sample.grid == Grid{0, 0, 1000});
  CHECK(searchPercentile(sample.gridView(), 99, false) == Range{5, 995});
  CHECK(searchPercentile(sample.gridView(), 99, true) == Range{0, 990});
  for (float &v : values)
    v -= 500.0f;
  sample = sampleOf(values, 1024);
  CHECK(searchPercentile(sample.gridView(), 99, false) == Range{-495, 495});
  CHECK(searchPercentile(sample.gridView(), 99, true) == Range{-495, 495});
}

/// The divergence as its definition says, bin by bin.
static double slowDivergence(const Sample &sample, float scale, int32_t zeroPoint,
                             QuantRange range) {
  const int64_t bins = int64_t(sample.gridCounts.size());
  std::vector<double> p(bins), q(bins);
  std::vector<int64_t> codes(bins);
  double inside = 0, total = 0, below = 0, above = 0;
  for (int64_t i = 0; i < bins; ++i) {
    double middle = (double(sample.grid.first + i) + 0.5) * sample.grid.width();
    double code = middle / scale + zeroPoint;
    double count = double(sample.gridCounts[i]);
    total += count;
    codes[i] = code < range.min - 0.5 || code >= range.max + 0.5 ? INT64_MIN
                                                                 : int64_t(std::floor(code + 0.5));
    if (codes[i] != INT64_MIN)
      inside += count;
    else
      (code < 0.5 * (range.min + range.max) ? below : above) += count;
  }
  int64_t begin = 0, end = bins;
  while (codes[begin] == INT64_MIN)
    ++begin;
  while (codes[end - 1] == INT64_MIN)
    --end;
  for (int64_t i = begin; i < end; ++i) {
    p[i] = double(sample.gridCounts[i]) / total;
    double values = 0, filled = 0;
    for (int64_t j = begin; j < end; ++j)
      if (codes[j] == codes[i]) {
        values += double(sample.gridCounts[j]);
        filled += sample.gridCounts[j] > 0;
      }
    q[i] = (sample.gridCounts[i] > 0 ? values / filled : 1e-4) / inside;
  }
  p[begin] += below / total;
  p[end - 1] += above / total;
  double sum = 0;
  for (int64_t i = begin; i < end; ++i)
    if (p[i] > 0)
      sum += p[i] * std::log(p[i] / q[i]);
  return sum;
}

TEST_CASE("the divergence is that of its definition", "[search]") {
  for (const auto &[name, form] : forms) {
    Sample sample = draw(form, 3000);
    sample = sampleOf(sample.values, 200);
    QuantizationDivergence divergence(sample.gridView());
    for (QuantRange range : {QuantRange{0, 15}, {-8, 7}, {0, 40}})
      for (float share : {1.0f, 0.6f, 0.3f}) {
        INFO(name << " " << range.min << ".." << range.max << " share " << share);
        QParamsSpec spec;
        spec.range = range;
        float scale;
        int32_t zeroPoint;
        REQUIRE(chooseQParams(sample.min * share, sample.max * share, spec, scale, zeroPoint) ==
                "");
        double got = divergence(scale, zeroPoint, range);
        if (std::isinf(got)) // nothing inside
          continue;
        CHECK(got == Catch::Approx(slowDivergence(sample, scale, zeroPoint, range)).margin(1e-9));
      }
  }
}

TEST_CASE("the least divergence cuts tails and keeps even distributions", "[search]") {
  QParamsSpec spec = specOf(QDType::QInt8, QScheme::PerTensorSymmetric);
  Sample tails = draw([](float a, float b) { return a * b * b * b; }, 200000);
  Range range = searchLeastDivergence(tails.gridView(), spec);
  CHECK(range.max < 0.9f * std::max(tails.max, -tails.min));
  for (QScheme scheme : {QScheme::PerTensorAffine, QScheme::PerTensorSymmetric}) {
    spec = specOf(QDType::QUInt8, scheme);
    std::vector<float> even(100000);
    for (size_t i = 0; i < even.size(); ++i)
      even[i] = float(i) * 1e-4f;
    Sample sample = sampleOf(even);
    range = searchLeastDivergence(sample.gridView(), spec);
    CHECK(range.max > 0.97f * sample.max);
    // More codes than bins: there is nothing to choose by.
    spec.range = {0, 65535};
    CHECK(searchLeastDivergence(sample.gridView(), spec) == Range{sample.min, sample.max});
  }
}

TEST_CASE("searches of degenerate histograms", "[search]") {
  QParamsSpec spec;
  std::vector<float> one(16);
  one[8] = 100;
  for (float value : {0.0f, 3.0f, -3.0f}) {
    CHECK(searchGreedy({one, value, value}, 256) == Range{value, value});
    Sample sample = sampleOf(std::vector<float>(10, value));
    CHECK(searchPercentile(sample.gridView(), 99, false) == Range{value, value});
    CHECK(searchPercentile(sample.gridView(), 99, true) == Range{value, value});
    CHECK(searchLeastDivergence(sample.gridView(), spec) == Range{value, value});
    Range range = searchLeastError(sample.gridView(), spec);
    CHECK(std::fabs(range.min - value) <= 0.01f * std::fabs(value));
  }
  std::vector<float> empty(16);
  Range range = searchGreedy({empty, -1, 1}, 256);
  CHECK(range.min <= range.max);
  std::vector<float> single = {5};
  CHECK(searchGreedy({single, 0, 1}, 256) == Range{0, 1});
  // Denormal and nearly infinite ranges.
  std::vector<float> even(2048, 3.0f);
  for (float extent : {1e-44f, 1e-30f, 1e37f, 3e38f}) {
    Sample sample = sampleOf({-extent, -extent / 2, extent / 3, extent});
    range = searchLeastError(sample.gridView(), spec);
    CHECK(std::isfinite(range.min));
    CHECK(range.max <= 1.01f * extent);
    range = searchLeastDivergence(sample.gridView(), spec);
    CHECK(range.max <= extent);
    range = searchGreedy({even, -extent / 4, extent / 4}, 256);
    CHECK(std::isfinite(range.min));
  }
}
