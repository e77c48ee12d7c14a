//===- ScanTests.cpp - The loops of calibration, and histograms -----------===//

#include "quantir/Numerics/Histogram.h"
#include "quantir/Numerics/Scan.h"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

using namespace quantir;
using namespace quantir::numerics;

namespace {

constexpr float inf = std::numeric_limits<float>::infinity();
constexpr float NaN = std::numeric_limits<float>::quiet_NaN();

std::vector<float> normal(size_t count, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> distribution;
  std::vector<float> values(count);
  for (float &v : values)
    v = distribution(random);
  return values;
}

} // namespace

TEST_CASE("least and greatest value", "[scan]") {
  for (size_t count : {1, 2, 63, 64, 65, 128, 1000}) {
    std::vector<float> x = normal(count, unsigned(count));
    auto [min, max] = std::minmax_element(x.begin(), x.end());
    Extent extent = scanExtent(x.data(), int64_t(count));
    CHECK(extent.min == *min);
    CHECK(extent.max == *max);
    CHECK(extent.finite);
    // Wherever something that is not finite stands, it is noticed; NaN is not taken for a value.
    for (size_t at : {size_t(0), count / 2, count - 1}) {
      std::vector<float> y = x;
      y[at] = NaN;
      extent = scanExtent(y.data(), int64_t(count));
      CHECK_FALSE(extent.finite);
      CHECK(!std::isnan(extent.min));
      CHECK(extent.min >= *min);
      y[at] = -inf;
      extent = scanExtent(y.data(), int64_t(count));
      CHECK_FALSE(extent.finite);
      CHECK(extent.min == -inf);
    }
  }
  Extent none = scanExtent(nullptr, 0);
  CHECK(none.min == inf);
  CHECK(none.max == -inf);
  CHECK(none.finite);
}

TEST_CASE("least and greatest value per channel", "[scan]") {
  std::vector<float> x = normal(2 * 5 * 70, 1);
  for (ChannelView view : {ChannelView{2, 5, 70}, {10, 70, 1}, {1, 700, 1}, {1, 1, 700}}) {
    std::vector<float> min(view.channels), max(view.channels);
    CHECK(scanExtents(x.data(), view, min.data(), max.data()));
    for (int64_t c = 0; c < view.channels; ++c) {
      float low = inf, high = -inf;
      for (int64_t o = 0; o < view.outer; ++o)
        for (int64_t i = 0; i < view.inner; ++i) {
          float v = x[(o * view.channels + c) * view.inner + i];
          low = std::min(low, v);
          high = std::max(high, v);
        }
      CHECK(min[c] == low);
      CHECK(max[c] == high);
    }
    std::vector<float> y = x;
    y[300] = NaN;
    CHECK_FALSE(scanExtents(y.data(), view, min.data(), max.data()));
  }
  const float bad[] = {1, NaN, inf, -inf, NaN, 0};
  NonFiniteCount counts = countNonFinite(bad, 6);
  CHECK(counts.nan == 2);
  CHECK(counts.inf == 2);
}

TEST_CASE("histogram bins", "[scan]") {
  // The greatest value belongs to the last bin; others to the bin that starts at or below them.
  const float x[] = {0, 0.24f, 0.25f, 0.99f, 1.0f, 0.5f, 0.5f};
  CHECK(makeHistogram(x, 7, 4, 0, 1) == std::vector<float>{2, 1, 2, 2});
  // What is outside does not count.
  const float y[] = {-0.1f, 0.1f, 1.1f, inf, -inf, NaN, 0.6f};
  CHECK(makeHistogram(y, 7, 2, 0, 1) == std::vector<float>{1, 1});
  // A range of one value is widened by 1 on both sides.
  const float z[] = {5, 5, 5};
  CHECK(makeHistogram(z, 3, 3, 5, 5) == std::vector<float>{0, 3, 0});

  std::vector<float> many = normal(100003, 3);
  auto [min, max] = std::minmax_element(many.begin(), many.end());
  std::vector<float> counts = makeHistogram(many.data(), int64_t(many.size()), 2048, *min, *max);
  std::vector<float> want(2048);
  for (float v : many) {
    auto bin = size_t(((v - *min) / (*max - *min)) * 2048.0f);
    ++want[std::min<size_t>(bin, 2047)];
  }
  CHECK(counts == want);
}

TEST_CASE("evenly spaced values", "[scan]") {
  CHECK(linspace(0, 1, 5) == std::vector<float>{0, 0.25f, 0.5f, 0.75f, 1});
  CHECK(linspace(3, 4, 1) == std::vector<float>{3});
  CHECK(linspace(3, 4, 0).empty());
  std::vector<float> values = linspace(-0.1f, 0.7f, 1000);
  CHECK(values.front() == -0.1f);
  CHECK(values.back() == 0.7f);
  CHECK(std::is_sorted(values.begin(), values.end()));
}

TEST_CASE("a histogram spread over a wider range keeps its mass and place", "[scan]") {
  const std::vector<float> old = {16, 0, 32, 16};
  // Twice as wide: two old bins make a new one.
  CHECK(spreadHistogram({old, 0, 4}, 0, 8) == std::vector<float>{16, 48, 0, 0});
  CHECK(spreadHistogram({old, 0, 4}, -4, 4) == std::vector<float>{0, 0, 16, 48});
  std::vector<float> odd = spreadHistogram({old, 0, 4}, -0.7f, 5.1f);
  CHECK(std::accumulate(odd.begin(), odd.end(), 0.0f) == 64);
  // So narrow that the whole falls into one bin.
  CHECK(spreadHistogram({old, 1, 1.5f}, -100, 100) == std::vector<float>{0, 0, 64, 0});
}
