//===- DecomposedTests.cpp ------------------------------------------------===//

#include "lib/Numerics/Decomposed.h"

#include <catch2/catch_test_macros.hpp>

#include <cmath>

using namespace quantir;
using namespace quantir::numerics;

TEST_CASE("parameters of runs", "[decomposed]") {
  RunQParams params;
  const std::vector<float> x = {1, -2, 0, 0, 3, 1};
  REQUIRE(chooseRunsSymmetric(x, 2, params) == "");
  CHECK(params.scale == std::vector<float>{2.0f / 127, 1e-5f / 127, 3.0f / 127});
  CHECK(params.zeroPoint == std::vector<float>{0, 0, 0});
  REQUIRE(chooseRunsAsymmetric(x, 2, params) == "");
  CHECK(params.scale == std::vector<float>{3.0f / 255, 0x1p-23f, 3.0f / 255});
  CHECK(params.zeroPoint == std::vector<float>{42, 127, -128}); // 1 / (3 / 255) = 85 codes above it
}

TEST_CASE("runs that do not fit are refused", "[decomposed]") {
  RunQParams params;
  const std::vector<float> x = {1, NAN, 2, INFINITY};
  CHECK(chooseRunsSymmetric(x, 3, params) ==
        "expected a number of values that runs of 3 make up, but got 4");
  CHECK(chooseRunsSymmetric(x, 0, params) != "");
  CHECK(chooseRunsAsymmetric(x, 2, params) ==
        "expected finite values, but got [1, 1] or NaN in run 0");
  params.scale = {1, 1};
  params.zeroPoint = {0};
  std::vector<int8_t> q(4);
  CHECK(quantizeRuns(x, 2, params, {-128, 127}, q.data()) ==
        "expected 2 scales and zero points, but got 2 and 1");
  params.zeroPoint = {0, 0};
  CHECK(quantizeRuns(x, 2, params, {0, 255}, q.data()) ==
        "expected quant_min < quant_max within [-128, 127], but got [0, 255]");
  REQUIRE(quantizeRuns(x, 2, params, {-8, 7}, q.data()) == "");
  CHECK(q == std::vector<int8_t>{1, -8, 2, 7});
}
