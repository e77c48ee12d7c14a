//===- DynamicTests.cpp - Parameters chosen while a model runs -------------===//

#include "quantir/Numerics/Dynamic.h"

#include <catch2/catch_test_macros.hpp>

#include <limits>

using namespace quantir::numerics;

TEST_CASE("dynamic parameters are PyTorch's ChooseQuantizationParams", "[dynamic]") {
  QuantRange bytes{0, 255}, half{0, 127}, signedBytes{-128, 127};
  auto choose = [](float min, float max, QuantRange range, bool symmetric = false) {
    return chooseDynamicQParams(min, max, range, symmetric);
  };
  // Expected values: an independent implementation in numpy.
  CHECK(choose(-1, 1, bytes) == DynamicQParams{0x1.010102p-7f, 128});
  CHECK(choose(-1, 1, half) == DynamicQParams{0x1.020408p-6f, 64});
  CHECK(choose(-1.5f, 2.25f, signedBytes) == DynamicQParams{0x1.e1e1e2p-7f, -26});
  CHECK(choose(-1.5f, 2.25f, {-64, 63}) == DynamicQParams{0x1.e3c79p-6f, -13});
  // Zero always has a code.
  CHECK(choose(0.5f, 3, bytes) == DynamicQParams{0x1.818182p-7f, 0});
  CHECK(choose(-3, -0.5f, bytes) == DynamicQParams{0x1.818182p-7f, 255});
  // No range, and less than the least scale.
  CHECK(choose(0, 0, bytes) == DynamicQParams{0.1f, 0});
  CHECK(choose(-1e-6f, 2e-6f, bytes) == DynamicQParams{6.1e-5f, 85});
  CHECK(choose(0, 1e-6f, signedBytes) == DynamicQParams{6.1e-5f, -128});
  CHECK(choose(-5e-7f, 0, bytes) == DynamicQParams{6.1e-5f, 255});
  // Zero in the middle of the codes.
  CHECK(choose(-1.5f, 2.25f, signedBytes, true) == DynamicQParams{0x1.22448ap-6f, 0});
  CHECK(choose(-3, 0.5f, signedBytes, true) == DynamicQParams{0x1.8p-6f, 0});
}

TEST_CASE("half precision", "[dynamic]") {
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
