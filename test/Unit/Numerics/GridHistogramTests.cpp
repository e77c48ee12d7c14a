//===- GridHistogramTests.cpp ---------------------------------------------===//

#include "quantir/Numerics/GridHistogram.h"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <random>

using namespace quantir;
using namespace quantir::numerics;

namespace {

/// Finite floats of all magnitudes and both signs.
float anyFloat(std::mt19937 &random) {
  for (;;)
    if (float v = std::bit_cast<float>(uint32_t(random())); std::isfinite(v))
      return v;
}

std::vector<int64_t> countAll(const std::vector<float> &values, const Grid &grid) {
  std::vector<int64_t> counts(grid.count);
  countOnGrid(values.data(), int64_t(values.size()), grid, counts);
  return counts;
}

} // namespace

TEST_CASE("grids are as fine as they may be", "[grid]") {
  CHECK(gridFor(0, 1, 2048) == Grid{-10, 0, 1025});
  CHECK(gridFor(-1, 1, 2048) == Grid{-9, -512, 1025});
  CHECK(gridFor(0, 2047, 2048) == Grid{0, 0, 2048});
  CHECK(gridFor(0, 2048, 2048) == Grid{1, 0, 1025});
  CHECK(gridFor(-1, 1, 2) == Grid{1, -1, 2});
  CHECK(gridFor(-0.25f, -0.25f, 16) == Grid{-25, -(1 << 23), 1});
  CHECK(gridFor(0, 0, 2048) == Grid{-149, 0, 1});
  constexpr float greatest = std::numeric_limits<float>::max();
  CHECK(gridFor(-greatest, greatest, 2048) == Grid{118, -1024, 2048});
  CHECK(gridFor(-greatest, greatest, 2) == Grid{128, -1, 2});
  std::mt19937 random(1);
  for (int i = 0; i < 20000; ++i) {
    float a = anyFloat(random), b = anyFloat(random), c = anyFloat(random);
    float min = std::min(a, b), max = std::max(a, b);
    int64_t bins = 2 + int64_t(random() % 3000);
    Grid grid = gridFor(min, max, bins);
    REQUIRE(grid.count <= bins);
    REQUIRE(grid.edge(0) <= min);
    REQUIRE(grid.edge(1) > min);
    REQUIRE(grid.edge(grid.count - 1) <= max);
    REQUIRE(grid.edge(grid.count) > max);
    REQUIRE(gridFor(std::min(min, c), std::max(max, c), bins).exponent >= grid.exponent);
  }
}

TEST_CASE("values are counted in the bin that they lie in", "[grid]") {
  CHECK(countAll({0, 0.99f, 1, -0.0f, -0.01f, -1, -1.01f}, {0, -2, 4}) ==
        std::vector<int64_t>{1, 2, 3, 1});
  // Far below the width, on either side of zero.
  CHECK(countAll({-1e-45f, 1e-45f, -1e-30f}, {100, -1, 2}) == std::vector<int64_t>{2, 1});
  CHECK(countAll({}, {0, 0, 1}) == std::vector<int64_t>{0});
}

TEST_CASE("joining bins is counting in wider ones", "[grid]") {
  std::mt19937 random(2);
  for (int round = 0; round < 200; ++round) {
    std::vector<float> values(1 + random() % 300);
    const bool wild = round % 2;
    std::normal_distribution<float> normal(float(random() % 3), 1.0f);
    for (float &v : values)
      v = wild ? anyFloat(random) : normal(random);
    auto [min, max] = std::minmax_element(values.begin(), values.end());
    const Grid fine = gridFor(*min, *max, 64);
    float low = std::min(*min, wild ? anyFloat(random) : 10 * normal(random));
    float high = std::max(*max, wild ? anyFloat(random) : 10 * normal(random));
    const Grid coarse = gridFor(low, high, 64);
    std::vector<int64_t> joined(coarse.count);
    addToGrid(countAll(values, fine), fine, coarse, joined);
    REQUIRE(joined == countAll(values, coarse));
  }
}

TEST_CASE("the outermost edges are the extremes", "[grid]") {
  std::vector<int64_t> counts(1025);
  GridView view = {counts, 0.25f / 1024, 1, gridFor(0, 1, 2048)};
  CHECK(view.edge(0) == 0.25 / 1024);
  CHECK(view.edge(1) == 1.0 / 1024);
  CHECK(view.edge(1024) == 1);
  CHECK(view.edge(1025) == 1);
}
