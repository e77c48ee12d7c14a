//===- MetricsTests.cpp ---------------------------------------------------===//

#include "quantir/Numerics/Metrics.h"

#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>

#include <array>
#include <cmath>
#include <limits>

using namespace quantir;
using namespace quantir::numerics;

namespace {
constexpr float inf = std::numeric_limits<float>::infinity();
constexpr float NaN = std::numeric_limits<float>::quiet_NaN();
} // namespace

TEST_CASE("SQNR of all samples together", "[metrics]") {
  SqnrMeter meter;
  REQUIRE(meter.add(std::array{0.0f, 10.0f}, std::array{3.0f, 9.0f}, 2));
  CHECK(meter.mean() == Catch::Approx(20.0));
  CHECK(meter.total() == Catch::Approx(10.0)); // 10 log10(100 / (9 + 1))
  REQUIRE(meter.add(std::array{inf}, std::array{9.0f}, 1));
  CHECK(meter.total() == Catch::Approx(10.0));
  CHECK(meter.notFinite() == 1);
  CHECK_FALSE(meter.add(std::array{1.0f}, {}, 1));
  REQUIRE(meter.add(std::array{1.0f}, std::array{NaN}, 1));
  CHECK(meter.total() == -perfectSqnr);
}

TEST_CASE("SQNR is the mean over samples", "[metrics]") {
  const std::array<float, 4> reference = {3, 4, 10, 0};
  const std::array<float, 4> actual = {3, 4.5f, 9, 0};
  // 10 log10(25 / 0.25) = 20 and 10 log10(100 / 1) = 20.
  CHECK(sqnr(reference, actual, 2).value() == Catch::Approx(20.0));
  CHECK(sqnr(reference, actual).value() == Catch::Approx(10 * std::log10(125 / 1.25)));
  // Exact, all wrong, not a number: bounded, so that a mean stays a number.
  CHECK(sqnr(reference, reference, 2).value() == perfectSqnr);
  CHECK(sqnr(std::array{0.0f}, std::array{1.0f}).value() == -perfectSqnr);
  CHECK(sqnr(std::array{1.0f}, std::array{NaN}).value() == -perfectSqnr);
  CHECK(sqnr(std::array{1.0f}, std::array{inf}).value() == -perfectSqnr);
  CHECK_FALSE(sqnr({}, {}));
  // Samples of zeros, and infinities, tell nothing: the others count.
  CHECK(sqnr(std::array{0.0f, 10.0f, inf}, std::array{0.0f, 9.0f, 5.0f}, 3).value() ==
        Catch::Approx(20.0));
  CHECK(sqnr(std::array{0.0f, 10.0f}, std::array{0.1f, 9.0f}, 2).value() == Catch::Approx(20.0));
  CHECK(sqnr(std::array{0.0f}, std::array{0.0f}).value() == perfectSqnr);
  CHECK(sqnr(std::array{inf}, std::array{1.0f}).value() == -perfectSqnr);
  // Of a row with infinities, such as a mask's, the other elements count.
  CHECK(sqnr(std::array{-inf, 10.0f}, std::array{-inf, 9.0f}).value() == Catch::Approx(20.0));
  CHECK(sqnr(std::array{-inf, 1.0f, NaN}, std::array{-inf, 1.0f, NaN}).value() == perfectSqnr);
  CHECK(sqnr(std::array{inf, NaN}, std::array{inf, NaN}).value() == perfectSqnr);
  CHECK_FALSE(sqnr(reference, std::array{1.0f}));
  CHECK_FALSE(sqnr(reference, actual, 3));
  CHECK_FALSE(sqnr(reference, actual, 0));
}

TEST_CASE("other distances", "[metrics]") {
  const std::array<float, 3> a = {1, -2, 2}, b = {1, -1, 4};
  CHECK(maxAbsDifference(a, b) == 2);
  CHECK(meanSquaredError(a, b) == Catch::Approx(5.0 / 3));
  CHECK(normalizedL2(a, b) == Catch::Approx(std::sqrt(5.0 / 9)));
  CHECK(cosineSimilarity(a, b) == Catch::Approx(11 / std::sqrt(9.0 * 18)));
  CHECK(maxAbsDifference(std::array{inf}, std::array{inf}) == 0);
  CHECK(maxAbsDifference(std::array{inf}, std::array{1.0f}) == double(inf));
  CHECK(std::isnan(maxAbsDifference(std::array{1.0f, NaN}, std::array{1.0f, 1.0f})));
  CHECK(maxAbsDifference({}, {}) == 0);
}

TEST_CASE("top-1 and agreement", "[metrics]") {
  const std::array<float, 9> logits = {1, 3, 2, 5, 5, 0, NaN, -1, -2};
  CHECK(argmaxPerSample(logits, 3) == std::vector<int64_t>{1, 0, 1});
  CHECK(countTop1(logits, std::array<int64_t, 3>{1, 1, 1}) == 2);
  const std::array<float, 9> other = {1, 3, 9, 5, 4, 0, 0, 1, 0};
  CHECK(countAgreeing(logits, other, 3) == 2);
  CHECK(argmaxPerSample({}, 0).empty());
  CHECK(countTop1(logits, {}) == 0);
}
