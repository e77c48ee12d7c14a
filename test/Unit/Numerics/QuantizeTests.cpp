//===- QuantizeTests.cpp --------------------------------------------------===//

#include "quantir/Numerics/Quantize.h"
#include "quantir/Numerics/Rounding.h"

#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>

#include <cmath>
#include <limits>
#include <random>

using namespace quantir;
using namespace quantir::numerics;

namespace {

constexpr float inf = std::numeric_limits<float>::infinity();
constexpr float NaN = std::numeric_limits<float>::quiet_NaN();

/// Values that make trouble, then random ones; `count` in all.
std::vector<float> awkward(size_t count, float scale) {
  std::vector<float> values = {0,      -0.0f,  inf,     -inf,   NaN,     3e38f, -3e38f,
                               1e-40f, 0.5f,   1.5f,    2.5f,   -0.5f,   -1.5f, 1e9f,
                               -1e9f,  127.5f, -128.5f, 255.5f, 65535.5f};
  for (float &v : values)
    v *= scale;
  std::mt19937 random(1);
  std::uniform_real_distribution<float> spread(-300 * scale, 300 * scale);
  while (values.size() < count)
    values.push_back(spread(random));
  values.resize(count);
  return values;
}

template <typename T> QuantRange fullRange() {
  return {std::numeric_limits<T>::min(), std::numeric_limits<T>::max()};
}

/// The definition, value by value.
int32_t define(float x, float scale, int32_t zeroPoint, QuantRange range) {
  return quantizeValue(x, 1.0f / scale, zeroPoint, range);
}

} // namespace

TEMPLATE_TEST_CASE("quantize and dequantize follow the scalar definition", "[quantize]", uint8_t,
                   int8_t, uint16_t, int16_t, int32_t) {
  // Lengths around the vector sizes, so that tails are met too.
  for (size_t count : {0, 1, 7, 16, 33, 100, 1021})
    for (float scale : {1.0f, 0.1f, 0.0072f, 100.0f})
      for (int32_t zeroPoint : {0, 3, 100}) {
        std::vector<float> x = awkward(count, scale), back(count);
        std::vector<TestType> q(count);
        quantize(x.data(), q.data(), int64_t(count), scale, zeroPoint, fullRange<TestType>());
        dequantize(q.data(), back.data(), int64_t(count), scale, zeroPoint);
        for (size_t i = 0; i < count; ++i) {
          INFO("x = " << x[i] << ", scale " << scale << ", zero point " << zeroPoint);
          CHECK(q[i] == define(x[i], scale, zeroPoint, fullRange<TestType>()));
          CHECK(back[i] == dequantizeValue(q[i], scale, zeroPoint));
        }
      }
}

TEST_CASE("quantize rounds before the zero point is added, and saturates", "[quantize]") {
  // 0.5 rounds to 0, then 3 is added; adding first would round 3.5 to 4.
  float x[] = {0.5f, 1.5f, 300.0f, -300.0f, inf, -inf, NaN};
  uint8_t q[7];
  quantize(x, q, 7, 1.0f, 3, {0, 255});
  CHECK(std::vector<int>(q, q + 7) == std::vector<int>{3, 5, 255, 0, 255, 0, 0});
  quantize(x, q, 7, 1.0f, 3, {0, 127});
  CHECK(std::vector<int>(q, q + 7) == std::vector<int>{3, 5, 127, 0, 127, 0, 0});
  // Multiplies by the reciprocal: 1.0f / 0.1f is 10, and 0.35f * 10 is 3.5 in float32.
  float y[] = {0.35f};
  quantize(y, q, 1, 0.1f, 0, {0, 255});
  CHECK(int(q[0]) == 4);
  int32_t wide[7];
  quantize(x, wide, 7, 1e-9f, 0, {INT32_MIN, INT32_MAX});
  CHECK(wide[2] == INT32_MAX);
  CHECK(wide[3] == INT32_MIN);
  CHECK(wide[6] == INT32_MIN);
}

TEST_CASE("quantizing what was dequantized changes nothing", "[quantize]") {
  std::mt19937 random(2);
  std::uniform_real_distribution<float> exponent(-20, 20);
  for (int i = 0; i < 200; ++i) {
    float scale = std::exp2(exponent(random));
    for (int zeroPoint : {-128, -5, 0, 127}) {
      std::vector<int8_t> codes, again(256);
      for (int q = -128; q < 128; ++q)
        codes.push_back(int8_t(q));
      std::vector<float> real(256);
      dequantize(codes.data(), real.data(), 256, scale, zeroPoint);
      quantize(real.data(), again.data(), 256, scale, zeroPoint, {-128, 127});
      CHECK(again == codes);
      requantize(codes.data(), again.data(), 256, scale, zeroPoint, scale, zeroPoint, {-128, 127});
      CHECK(again == codes);
    }
  }
}

TEST_CASE("requantize is quantize of dequantize", "[quantize]") {
  std::vector<uint8_t> in(256);
  for (int i = 0; i < 256; ++i)
    in[i] = uint8_t(i);
  std::vector<int8_t> out(256), want(256);
  std::vector<float> real(256);
  for (float ratio : {0.3f, 1.0f, 1.7f}) {
    dequantize(in.data(), real.data(), 256, 0.02f, 100);
    quantize(real.data(), want.data(), 256, 0.02f * ratio, -7, {-127, 127});
    requantize(in.data(), out.data(), 256, 0.02f, 100, 0.02f * ratio, -7, {-127, 127});
    CHECK(out == want);
  }
  requantize(in.data(), in.data(), 256, 1.0f, 0, 2.0f, 0, {0, 255}); // in place
  CHECK(in[3] == 2);                                                 // 1.5 to even
  CHECK(in[255] == 128);
}

TEST_CASE("per channel along any axis", "[quantize]") {
  const std::vector<int64_t> dims = {3, 9, 10};
  std::vector<float> x = awkward(270, 0.05f);
  for (int axis = 0; axis < 3; ++axis) {
    INFO("axis " << axis);
    QParams params;
    params.axis = axis;
    params.dtype = QDType::QInt8;
    params.quantMin = -128;
    params.quantMax = 127;
    for (int64_t c = 0; c < dims[axis]; ++c) {
      params.scale.push_back(0.01f * float(c + 1));
      params.zeroPoint.push_back(int32_t(c) - 2);
    }
    std::vector<int8_t> q(270);
    std::vector<float> back(270);
    REQUIRE(quantize(x.data(), dims, params, q.data()) == "");
    REQUIRE(dequantize(q.data(), dims, params, back.data()) == "");
    int64_t stride = axis == 0 ? 90 : axis == 1 ? 10 : 1;
    for (int64_t i = 0; i < 270; ++i) {
      size_t c = size_t(i / stride % dims[axis]);
      CHECK(q[i] == define(x[i], params.scale[c], params.zeroPoint[c], {-128, 127}));
      CHECK(back[i] == dequantizeValue(q[i], params.scale[c], params.zeroPoint[c]));
    }
  }
}

TEST_CASE("real zero points are added before rounding", "[quantize]") {
  QParams params;
  params.axis = 0;
  params.scale = {0.5f, 1.0f};
  params.floatZeroPoint = {0.25f, 3.5f};
  const std::vector<int64_t> dims = {2, 2};
  const float x[] = {0.125f, 1.0f, 1.0f, NaN};
  uint8_t q[4];
  float back[4];
  REQUIRE(quantize(x, dims, params, q) == "");
  CHECK(std::vector<int>(q, q + 4) == std::vector<int>{0, 2, 4, 0});
  REQUIRE(dequantize(q, dims, params, back) == "");
  CHECK(back[1] == 0.875f);
  CHECK(back[2] == 0.5f);
}

TEST_CASE("parameters that do not fit the tensor", "[quantize]") {
  QParams params;
  params.scale = {1, 1};
  params.zeroPoint = {0, 0};
  params.axis = 1;
  float x[6] = {};
  uint8_t q[6];
  int8_t narrow[6];
  const std::vector<int64_t> dims = {2, 3};
  CHECK(quantize(x, dims, params, q) == "expected 2 channels in dimension 1, but got [2x3]");
  CHECK(quantize(x, dims, params, narrow) ==
        "expected a range within [-128, 127], but got [0, 255]");
  params.axis = 2;
  CHECK(quantize(x, dims, params, q) == "expected a tensor with an axis 2, but got [2x3]");
  CHECK(dequantize(q, dims, params, x) == "expected a tensor with an axis 2, but got [2x3]");
  params.scale = {1, 0};
  CHECK(quantize(x, dims, params, q) == "expected a positive, finite scale, but got 0");
}
