//===- Float16Tests.cpp - Half precision ----------------------------------===//

#include "quantir/Numerics/Float16.h"

#include <catch2/catch_test_macros.hpp>

#include <limits>

using namespace quantir;
using namespace quantir::numerics;

TEST_CASE("half precision", "[float16]") {
  const float inf = std::numeric_limits<float>::infinity();
  CHECK(roundToFloat16(1.0f) == 1.0f);
  CHECK(roundToFloat16(-1.0f - 0x1p-11f) == -1.0f); // half way: to even
  CHECK(roundToFloat16(1.0f + 0x1.8p-10f) == 1.0f + 0x1p-9f);
  CHECK(roundToFloat16(1.0f + 0x1.001p-11f) == 1.0f + 0x1p-10f);
  CHECK(roundToFloat16(65504.0f) == 65504.0f);
  CHECK(roundToFloat16(65519.0f) == 65504.0f);
  CHECK(roundToFloat16(-65520.0f) == -inf);
  CHECK(roundToFloat16(inf) == inf);
  CHECK(roundToFloat16(std::numeric_limits<float>::quiet_NaN()) !=
        roundToFloat16(std::numeric_limits<float>::quiet_NaN()));
  // Denormals are multiples of 2^-24.
  CHECK(roundToFloat16(0x1.fffp-15f) == 0x1p-14f);
  CHECK(roundToFloat16(0x1.8p-24f) == 0x1p-23f);
  CHECK(roundToFloat16(0x1p-25f) == 0.0f);
  CHECK(roundToFloat16(-0x1.004p-14f) == -0x1.004p-14f);
}
