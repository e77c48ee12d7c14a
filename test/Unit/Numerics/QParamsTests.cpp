//===- QParamsTests.cpp ---------------------------------------------------===//

#include "quantir/Base/Text.h"
#include "quantir/Numerics/QParams.h"
#include "quantir/Numerics/Rounding.h"

#include <catch2/catch_test_macros.hpp>

#include <array>
#include <cfenv>
#include <cmath>
#include <limits>

using namespace quantir;
using namespace quantir::numerics;

namespace {

constexpr float inf = std::numeric_limits<float>::infinity();
constexpr float NaN = std::numeric_limits<float>::quiet_NaN();
constexpr float eps = 0x1p-23f;

struct Chosen {
  float scale = 0;
  int32_t zeroPoint = 0;
  bool operator==(const Chosen &) const = default;
};

Chosen choose(float min, float max, QDType dtype, QScheme scheme = QScheme::PerTensorAffine) {
  QParamsSpec spec;
  spec.dtype = dtype;
  spec.scheme = scheme;
  spec.range = effectiveRange(dtype, {}, {}, false);
  Chosen result;
  REQUIRE(chooseQParams(min, max, spec, result.scale, result.zeroPoint) == "");
  return result;
}

std::ostream &operator<<(std::ostream &out, const Chosen &c) {
  return out << "(" << c.scale << ", " << c.zeroPoint << ")";
}

} // namespace

TEST_CASE("names of types and schemes", "[qparams]") {
  for (int i = 0; i <= int(QDType::Float32); ++i) {
    QDType dtype;
    CHECK(parseText(toText(QDType(i)), dtype) == "");
    CHECK(dtype == QDType(i));
  }
  for (int i = 0; i <= int(QScheme::PerChannelAffineFloatQParams); ++i) {
    QScheme scheme;
    CHECK(parseText(toText(QScheme(i)), scheme) == "");
    CHECK(scheme == QScheme(i));
  }
  QDType dtype;
  CHECK(parseText("torch.qint8", dtype) == "");
  CHECK(dtype == QDType::QInt8);
  CHECK(
      parseText("u8", dtype) ==
      "expected one of quint8, qint8, qint32, quint4x2, qint4, uint8, int8, uint16, int16, int32, "
      "uint1, uint2, uint3, uint4, uint5, uint6, uint7, int1, int2, int3, int4, int5, int6, int7, "
      "float8_e4m3fn, float8_e5m2, float16, bfloat16, float32, but got 'u8' (nearest: 'uint8')");
  CHECK(toText(QDType::QUInt4) == "quint4x2");
}

TEST_CASE("default and reduced ranges", "[qparams]") {
  auto range = [](QDType dtype, bool reduce = false) {
    return effectiveRange(dtype, {}, {}, reduce);
  };
  CHECK(range(QDType::QUInt8) == QuantRange{0, 255});
  CHECK(range(QDType::QUInt8, true) == QuantRange{0, 127});
  CHECK(range(QDType::Int8) == QuantRange{-128, 127});
  CHECK(range(QDType::QInt8, true) == QuantRange{-64, 63});
  CHECK(range(QDType::UInt16) == QuantRange{0, 65535});
  CHECK(range(QDType::Int16) == QuantRange{-32768, 32767});
  CHECK(range(QDType::QInt32) == QuantRange{INT32_MIN, INT32_MAX});
  CHECK(range(QDType::QUInt4) == QuantRange{0, 15});
  CHECK(range(QDType::QInt4) == QuantRange{-8, 7});
  CHECK(range(QDType::Float8E4M3) == QuantRange{0, 15}); // as PyTorch: give a range
  CHECK(effectiveRange(QDType::QInt8, -127, 127, true) == QuantRange{-64, 63}); // floor
  CHECK(effectiveRange(QDType::QUInt8, 0, 255, true) == QuantRange{0, 127});
}

TEST_CASE("affine parameters", "[qparams]") {
  CHECK(choose(-1, 3, QDType::QUInt8) == Chosen{4.0f / 255, 64});
  // The range always holds zero.
  CHECK(choose(2, 3, QDType::QUInt8) == Chosen{3.0f / 255, 0});
  CHECK(choose(-3, -2, QDType::QInt8) == Chosen{3.0f / 255, 127});
  CHECK(choose(-3, -3, QDType::QUInt8) == Chosen{3.0f / 255, 255});
  // All zeros, or next to nothing: the least scale.
  CHECK(choose(0, 0, QDType::QUInt8) == Chosen{eps, 0});
  CHECK(choose(0, 0, QDType::QInt8) == Chosen{eps, -128});
  CHECK(choose(0, 1e-9f, QDType::QUInt8) == Chosen{eps, 0});
  CHECK(choose(0, 1e30f, QDType::QUInt8) == Chosen{1e30f / 255, 0});
  // A zero point half-way rounds to even: 0.5 and 1.5 steps below zero.
  CHECK(choose(-0.5f, 254.5f, QDType::QUInt8) == Chosen{1.0f, 0});
  CHECK(choose(-1.5f, 253.5f, QDType::QUInt8) == Chosen{1.0f, 2});
  CHECK(choose(-1, 1, QDType::QInt32) == Chosen{eps, -2147483648 + 8388608});
}

TEST_CASE("symmetric parameters", "[qparams]") {
  const QScheme symmetric = QScheme::PerTensorSymmetric;
  // Half the range is 127.5 steps, not 127.
  CHECK(choose(-1, 0.5f, QDType::QInt8, symmetric) == Chosen{1.0f / 127.5f, 0});
  CHECK(choose(0.25f, 0.5f, QDType::QInt8, symmetric) == Chosen{0.5f / 127.5f, 0});
  CHECK(choose(-1, 0.5f, QDType::QUInt8, symmetric) == Chosen{1.0f / 127.5f, 128});
  CHECK(choose(-1, 1, QDType::UInt16, symmetric) == Chosen{1.0f / 32767.5f, 32768});
  CHECK(choose(0, 0, QDType::QInt8, symmetric) == Chosen{eps, 0});

  QParamsSpec spec;
  spec.scheme = symmetric;
  spec.range = {0, 127};
  spec.customRange = true;
  Chosen result;
  REQUIRE(chooseQParams(-1, 1, spec, result.scale, result.zeroPoint) == "");
  CHECK(result == Chosen{1.0f / 63.5f, 63});
  spec.range = {0, 255};
  REQUIRE(chooseQParams(-1, 1, spec, result.scale, result.zeroPoint) == "");
  CHECK(result == Chosen{1.0f / 127.5f, 127});
}

TEST_CASE("parameters per channel", "[qparams]") {
  QParamsSpec spec;
  spec.dtype = QDType::QInt8;
  spec.scheme = QScheme::PerChannelSymmetric;
  spec.range = {-128, 127};
  spec.axis = 1;
  QParams params;
  REQUIRE(chooseQParams(std::array{-1.0f, 0.0f}, std::array{0.5f, 2.0f}, spec, params) == "");
  CHECK(params.scale == std::vector<float>{1.0f / 127.5f, 2.0f / 127.5f});
  CHECK(params.zeroPoint == std::vector<int32_t>{0, 0});
  CHECK(params.axis == 1);
  CHECK(params.dtype == QDType::QInt8);
  CHECK(validate(params) == "");

  spec.scheme = QScheme::PerChannelAffineFloatQParams;
  spec.range = {0, 255};
  REQUIRE(chooseQParams(std::array{1.0f, -3.0f}, std::array{2.0f, -3.0f}, spec, params) == "");
  CHECK(params.scale == std::vector<float>{1.0f / 255, 1.0f}); // no extent: scale 1
  CHECK(params.floatZeroPoint == std::vector<float>{-1.0f / (1.0f / 255), 3.0f});
  CHECK(params.zeroPoint.empty());
  CHECK(validate(params) == "");
}

TEST_CASE("ranges that have no parameters", "[qparams]") {
  QParamsSpec spec;
  Chosen c;
  CHECK(chooseQParams(1, -1, spec, c.scale, c.zeroPoint) ==
        "expected a finite range with min <= max, but got [1, -1]");
  CHECK(chooseQParams(NaN, 1, spec, c.scale, c.zeroPoint) ==
        "expected a finite range with min <= max, but got [nan, 1]");
  CHECK(chooseQParams(-inf, 1, spec, c.scale, c.zeroPoint) ==
        "expected a finite range with min <= max, but got [-inf, 1]");
  CHECK(chooseQParams(-3e38f, 3e38f, spec, c.scale, c.zeroPoint) ==
        "expected a range narrower than the largest float32, but got [-3e+38, 3e+38]");
  QParams params;
  spec.scheme = QScheme::PerChannelAffine;
  CHECK(chooseQParams(std::array{0.0f, NaN}, std::array{1.0f, 1.0f}, spec, params) ==
        "channel 1: expected a finite range with min <= max, but got [nan, 1]");
  CHECK(chooseQParams(std::array{0.0f}, std::array{1.0f, 1.0f}, spec, params) ==
        "expected as many minima as maxima, but got 1 and 2");
}

TEST_CASE("dynamic parameters", "[qparams]") {
  auto dynamic = [](float min, float max, QuantRange range, bool sparse = false) {
    double scale;
    int32_t zeroPoint;
    REQUIRE(chooseDynamicQParams(min, max, range, sparse, scale, zeroPoint) == "");
    return std::pair(scale, zeroPoint);
  };
  CHECK(dynamic(-1, 3, {0, 255}) == std::pair(4.0 / 255, 64));
  CHECK(dynamic(0, 0, {0, 255}) == std::pair(0.1, 0));
  // A floor of 6.1e-5 for the scale.
  CHECK(dynamic(0, 1e-6f, {0, 255}) == std::pair(double(6.1e-5f), 0));
  // Symmetric while training: 128 steps below zero, 127 above.
  CHECK(dynamic(-1, 0.5f, {-128, 127}, true) == std::pair((127.0 / 128 + 1) / 255, 0));
  double scale;
  int32_t zeroPoint;
  CHECK(chooseDynamicQParams(NaN, 1, {0, 255}, false, scale, zeroPoint) ==
        "expected a finite range with min <= max, but got [nan, 1]");
}

TEST_CASE("checking parameters", "[qparams]") {
  QParams good;
  good.scale = {0.5f};
  good.zeroPoint = {3};
  CHECK(validate(good) == "");
  auto broken = [&](auto change) {
    QParams params = good;
    change(params);
    return validate(params);
  };
  CHECK(broken([](QParams &p) { p.scale = {}; }) == "expected one scale, but got 0");
  CHECK(broken([](QParams &p) { p.scale = {1, 2}; }) == "expected one scale, but got 2");
  CHECK(broken([](QParams &p) { p.zeroPoint = {}; }) == "expected 1 zero points, but got 0");
  CHECK(broken([](QParams &p) { p.scale[0] = 0; }) ==
        "expected a positive, finite scale, but got 0");
  CHECK(broken([](QParams &p) { p.scale[0] = 1e-40f; }).starts_with("expected a positive"));
  CHECK(broken([](QParams &p) { p.scale[0] = NaN; }).starts_with("expected a positive"));
  CHECK(broken([](QParams &p) { p.scale[0] = inf; }).starts_with("expected a positive"));
  CHECK(broken([](QParams &p) { p.zeroPoint[0] = 256; }) ==
        "expected a zero point between 0 and 255, but got 256");
  CHECK(broken([](QParams &p) { p.quantMax = 0; }) ==
        "expected quant_min < quant_max, but got 0 and 0");
  CHECK(broken([](QParams &p) {
          p.zeroPoint.clear();
          p.floatZeroPoint = {NaN};
        }) == "expected a finite zero point, but got nan");
}

TEST_CASE("rounding", "[qparams]") {
  for (float v : {0.0f, -0.0f, 0.5f, 1.5f, 2.5f, -0.5f, -1.5f, -2.5f, 0.49999997f, 8388609.0f,
                  4194303.5f, 2147483520.0f, -2147483648.0f, 1e-30f, -126.99999f})
    CHECK(roundToEven(v) == int32_t(std::nearbyint(double(v))));
  for (double v : {0.5, 1.5, 2.5, -0.5, -1.5, 0.49999999999999994, 4503599627370497.5, 1e300, -3.7})
    CHECK(roundToEven(v) == std::nearbyint(v));
  for (int i = -100000; i < 100000; ++i) {
    float v = float(i) * 0.00390625f; // all halves and quarters among them
    if (roundToEven(v) != int32_t(std::nearbyint(v)))
      FAIL("at " << v);
  }
  CHECK(saturate(inf, {-128, 127}) == 127);
  CHECK(saturate(-inf, {-128, 127}) == -128);
  CHECK(saturate(NaN, {-128, 127}) == -128);
  CHECK(saturate(3e9f, {INT32_MIN, INT32_MAX}) == INT32_MAX);
  CHECK(saturate(-3e9f, {INT32_MIN, INT32_MAX}) == INT32_MIN);
  CHECK(saturate(16777216.0f, {0, 16777217}) == 16777216);
  CHECK(quantizeValue(1e38f, 1e10f, 5, {0, 255}) == 255);
  CHECK(quantizeValue(2147483520.0f, 1.0f, INT32_MAX, {INT32_MIN, INT32_MAX}) == INT32_MAX);
  CHECK(dequantizeValue(INT32_MIN, 1.0f, INT32_MAX) == -4294967296.0f);
}

TEST_CASE("results do not depend on the rounding mode", "[qparams]") {
  int old = std::fegetround();
  std::fesetround(FE_UPWARD);
  int32_t half = roundToEven(2.5f), below = roundToEven(-1.25f), above = saturate(7.1f, {0, 255});
  double wide = roundToEven(2.5);
  std::fesetround(old);
  CHECK(half == 2);
  CHECK(below == -1);
  CHECK(above == 7);
  CHECK(wide == 2.0);
}

TEST_CASE("parameters chosen at run time are PyTorch's ChooseQuantizationParams", "[dynamic]") {
  QuantRange bytes{0, 255}, half{0, 127}, signedBytes{-128, 127};
  auto choose = [](float min, float max, QuantRange range, bool symmetric = false) {
    double scale;
    int32_t zeroPoint;
    REQUIRE(chooseDynamicQParams(min, max, range, symmetric, scale, zeroPoint) == "");
    return std::pair(float(scale), zeroPoint);
  };
  // Expected values: an independent implementation in numpy.
  CHECK(choose(-1, 1, bytes) == std::pair{0x1.010102p-7f, 128});
  CHECK(choose(-1, 1, half) == std::pair{0x1.020408p-6f, 64});
  CHECK(choose(-1.5f, 2.25f, signedBytes) == std::pair{0x1.e1e1e2p-7f, -26});
  CHECK(choose(-1.5f, 2.25f, {-64, 63}) == std::pair{0x1.e3c79p-6f, -13});
  // Zero always has a code.
  CHECK(choose(0.5f, 3, bytes) == std::pair{0x1.818182p-7f, 0});
  CHECK(choose(-3, -0.5f, bytes) == std::pair{0x1.818182p-7f, 255});
  // No range, and less than the least scale.
  CHECK(choose(0, 0, bytes) == std::pair{0.1f, 0});
  CHECK(choose(-1e-6f, 2e-6f, bytes) == std::pair{6.1e-5f, 85});
  CHECK(choose(0, 1e-6f, signedBytes) == std::pair{6.1e-5f, -128});
  CHECK(choose(-5e-7f, 0, bytes) == std::pair{6.1e-5f, 255});
  // Zero in the middle of the codes.
  CHECK(choose(-1.5f, 2.25f, signedBytes, true) == std::pair{0x1.22448ap-6f, 0});
  CHECK(choose(-3, 0.5f, signedBytes, true) == std::pair{0x1.8p-6f, 0});
}
