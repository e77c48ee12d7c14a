//===- QParams.cpp - Choosing quantization parameters ---------------------===//

#include "quantir/Numerics/QParams.h"

#include "quantir/Base/Text.h"
#include "quantir/Numerics/Rounding.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <limits>

namespace quantir::numerics {

//===----------------------------------------------------------------------===//
// Names and properties of types
//===----------------------------------------------------------------------===//

namespace {

struct DTypeInfo {
  std::string_view name;
  int bits;
  bool isSigned;
  QuantRange storage;
};

constexpr QuantRange int32Range = {std::numeric_limits<int32_t>::min(),
                                   std::numeric_limits<int32_t>::max()};

/// In the order of QDType.
constexpr std::array<DTypeInfo, 29> dtypes = {{
    {"quint8", 8, false, {0, 255}},
    {"qint8", 8, true, {-128, 127}},
    {"qint32", 32, true, int32Range},
    {"quint4x2", 4, false, {0, 15}},
    {"qint4", 4, true, {-8, 7}},
    {"uint8", 8, false, {0, 255}},
    {"int8", 8, true, {-128, 127}},
    {"uint16", 16, false, {0, 65535}},
    {"int16", 16, true, {-32768, 32767}},
    {"int32", 32, true, int32Range},
    {"uint1", 1, false, {0, 1}},
    {"uint2", 2, false, {0, 3}},
    {"uint3", 3, false, {0, 7}},
    {"uint4", 4, false, {0, 15}},
    {"uint5", 5, false, {0, 31}},
    {"uint6", 6, false, {0, 63}},
    {"uint7", 7, false, {0, 127}},
    {"int1", 1, true, {-1, 0}},
    {"int2", 2, true, {-2, 1}},
    {"int3", 3, true, {-4, 3}},
    {"int4", 4, true, {-8, 7}},
    {"int5", 5, true, {-16, 15}},
    {"int6", 6, true, {-32, 31}},
    {"int7", 7, true, {-64, 63}},
    {"float8_e4m3fn", 8, true, {-448, 448}},
    {"float8_e5m2", 8, true, {-57344, 57344}},
    {"float16", 16, true, {0, 0}},
    {"bfloat16", 16, true, {0, 0}},
    {"float32", 32, true, {0, 0}},
}};

/// In the order of QScheme.
constexpr std::array<std::string_view, 5> schemes = {"per_tensor_affine", "per_tensor_symmetric",
                                                     "per_channel_affine", "per_channel_symmetric",
                                                     "per_channel_affine_float_qparams"};

const DTypeInfo &info(QDType dtype) { return dtypes[size_t(dtype)]; }

constexpr auto dtypeNames = [] {
  std::array<std::string_view, dtypes.size()> names;
  for (size_t i = 0; i < names.size(); ++i)
    names[i] = dtypes[i].name;
  return names;
}();

template <typename Enum>
std::string parse(std::string_view text, std::span<const std::string_view> names, Enum &out) {
  std::string_view bare = text.starts_with("torch.") ? text.substr(6) : text;
  auto found = std::find(names.begin(), names.end(), bare);
  if (found == names.end())
    return unknownName(text, names);
  out = Enum(found - names.begin());
  return {};
}

} // namespace

std::string_view toText(QDType dtype) { return info(dtype).name; }
std::string_view toText(QScheme scheme) { return schemes[size_t(scheme)]; }

std::string parseText(std::string_view text, QDType &out) {
  constexpr std::string_view torchao = "TorchAODType.";
  if (!text.starts_with(torchao))
    return parse(text, dtypeNames, out);
  std::string name(text.substr(torchao.size()));
  for (char &c : name)
    c = char(std::tolower(static_cast<unsigned char>(c)));
  return parse(name, dtypeNames, out);
}
std::string parseText(std::string_view text, QScheme &out) { return parse(text, schemes, out); }

bool isQuantized(QDType dtype) { return dtype < QDType::Float16; }
bool isFloat8(QDType dtype) { return dtype == QDType::Float8E4M3 || dtype == QDType::Float8E5M2; }
bool isSubByte(QDType dtype) { return dtype >= QDType::UInt1 && dtype <= QDType::Int7; }
bool isSigned(QDType dtype) { return info(dtype).isSigned; }
int bitWidth(QDType dtype) { return info(dtype).bits; }
QuantRange storageRange(QDType dtype) { return info(dtype).storage; }

QuantRange effectiveRange(QDType dtype, std::optional<int32_t> quantMin,
                          std::optional<int32_t> quantMax, bool reduceRange) {
  auto floorHalf = [](int32_t v) { return v >> 1; };
  if (quantMin && quantMax)
    return reduceRange ? QuantRange{floorHalf(*quantMin), floorHalf(*quantMax)}
                       : QuantRange{*quantMin, *quantMax};
  switch (dtype) {
  case QDType::QInt8:
  case QDType::Int8:
  case QDType::QUInt8:
  case QDType::UInt8: {
    QuantRange full = storageRange(dtype);
    return reduceRange ? QuantRange{floorHalf(full.min), floorHalf(full.max)} : full;
  }
  case QDType::QInt32:
  case QDType::Int32:
  case QDType::UInt16:
  case QDType::Int16:
  case QDType::QInt4:
    return storageRange(dtype);
  default:
    return {0, 15};
  }
}

//===----------------------------------------------------------------------===//
// Checking parameters
//===----------------------------------------------------------------------===//

std::string validate(const QParams &params) {
  size_t channels = params.scale.size();
  if (channels == 0 || (params.perTensor() && channels != 1))
    return "expected " + std::string(params.perTensor() ? "one scale" : "a scale per channel") +
           ", but got " + std::to_string(channels);
  bool floatZero = !params.floatZeroPoint.empty();
  size_t zeroPoints = floatZero ? params.floatZeroPoint.size() : params.zeroPoint.size();
  if (zeroPoints != channels || (floatZero && !params.zeroPoint.empty()))
    return "expected " + std::to_string(channels) + " zero points, but got " +
           std::to_string(zeroPoints);
  if (params.quantMin >= params.quantMax)
    return "expected quant_min < quant_max, but got " + std::to_string(params.quantMin) + " and " +
           std::to_string(params.quantMax);
  for (float scale : params.scale)
    // Below the least normal number, 1 / scale would not be finite.
    if (!(scale >= std::numeric_limits<float>::min()) || std::isinf(scale))
      return "expected a positive, finite scale, but got " + formatFloat(scale);
  for (int32_t zeroPoint : params.zeroPoint)
    if (zeroPoint < params.quantMin || zeroPoint > params.quantMax)
      return "expected a zero point between " + std::to_string(params.quantMin) + " and " +
             std::to_string(params.quantMax) + ", but got " + std::to_string(zeroPoint);
  for (float zeroPoint : params.floatZeroPoint)
    if (!std::isfinite(zeroPoint))
      return "expected a finite zero point, but got " + formatFloat(zeroPoint);
  return {};
}

//===----------------------------------------------------------------------===//
// Choosing parameters
//===----------------------------------------------------------------------===//

namespace {

/// float32(qmax - qmin), which for 32-bit types is 2^32.
float rangeLength(QuantRange range) { return float(double(range.max) - double(range.min)); }

int32_t symmetricZeroPoint(const QParamsSpec &spec) {
  switch (spec.dtype) {
  case QDType::QUInt8:
  case QDType::UInt8:
    return spec.customRange ? (spec.range.min + spec.range.max) >> 1 : 128;
  case QDType::UInt16:
    return 1 << 15;
  default:
    return 0;
  }
}

} // namespace

std::string chooseQParams(float min, float max, const QParamsSpec &spec, float &scale,
                          int32_t &zeroPoint) {
  if (!std::isfinite(min) || !std::isfinite(max) || min > max)
    return "expected a finite range with min <= max, but got [" + formatFloat(min) + ", " +
           formatFloat(max) + "]";
  float low = std::min(min, 0.0f), high = std::max(max, 0.0f);
  float chosen;
  if (isSymmetric(spec.scheme)) {
    float half = float((double(spec.range.max) - double(spec.range.min)) / 2);
    chosen = std::max(std::max(-low, high) / half, spec.eps);
    zeroPoint = symmetricZeroPoint(spec);
  } else {
    chosen = std::max((high - low) / rangeLength(spec.range), spec.eps);
    double steps =
        std::clamp<double>(roundToEven(double(low / chosen)), int32Range.min, int32Range.max);
    int64_t zero = int64_t(spec.range.min) - int64_t(steps);
    zeroPoint = int32_t(std::clamp<int64_t>(zero, spec.range.min, spec.range.max));
  }
  if (std::isinf(chosen))
    return "expected a range narrower than the largest float32, but got [" + formatFloat(min) +
           ", " + formatFloat(max) + "]";
  scale = chosen;
  return {};
}

std::string chooseQParams(std::span<const float> min, std::span<const float> max,
                          const QParamsSpec &spec, QParams &out) {
  if (min.empty() || min.size() != max.size())
    return "expected as many minima as maxima, but got " + std::to_string(min.size()) + " and " +
           std::to_string(max.size());
  QParams result;
  result.axis = isPerChannel(spec.scheme) ? spec.axis : -1;
  result.quantMin = spec.range.min;
  result.quantMax = spec.range.max;
  result.dtype = spec.dtype;
  result.scale.resize(min.size());
  bool floatZero = spec.scheme == QScheme::PerChannelAffineFloatQParams;
  (floatZero ? result.floatZeroPoint.resize(min.size()) : result.zeroPoint.resize(min.size()));
  for (size_t i = 0; i < min.size(); ++i) {
    std::string error;
    if (floatZero) {
      float scale = (max[i] - min[i]) / rangeLength(spec.range);
      if (!std::isfinite(scale) || min[i] > max[i])
        error = "expected a finite range with min <= max, but got [" + formatFloat(min[i]) + ", " +
                formatFloat(max[i]) + "]";
      result.scale[i] = scale > spec.eps ? scale : 1.0f;
      result.floatZeroPoint[i] = -1.0f * min[i] / result.scale[i];
    } else {
      error = chooseQParams(min[i], max[i], spec, result.scale[i], result.zeroPoint[i]);
    }
    if (!error.empty())
      return min.size() == 1 ? error : "channel " + std::to_string(i) + ": " + error;
  }
  out = std::move(result);
  return {};
}

std::string chooseDynamicQParams(float min, float max, QuantRange range, bool preserveSparsity,
                                 double &scale, int32_t &zeroPoint) {
  if (!std::isfinite(min) || !std::isfinite(max) || min > max)
    return "expected a finite range with min <= max, but got [" + formatFloat(min) + ", " +
           formatFloat(max) + "]";
  constexpr float smallestScale = 6.1e-5f;
  const double qmin = range.min, qmax = range.max;
  const bool symmetric = preserveSparsity && min < 0 && max > 0;
  if (symmetric) {
    int64_t half = (int64_t(range.max) - range.min) / 2;
    double low = -double(half + 1), high = double(half);
    double widest = std::max(std::fabs(double(min) / low), std::fabs(double(max) / high));
    min = float(widest * low);
    max = float(widest * high);
  }
  min = std::min(min, 0.0f);
  max = std::max(max, 0.0f);
  double chosen = (double(max) - double(min)) / (qmax - qmin);
  if (float(chosen) == 0.0f || std::isinf(1.0f / float(chosen)))
    chosen = 0.1;
  if (chosen < double(smallestScale)) {
    float original = float(chosen);
    chosen = smallestScale;
    if (min == 0.0f) {
      max = smallestScale * float(qmax - qmin);
    } else if (max == 0.0f) {
      min = -smallestScale * float(qmax - qmin);
    } else {
      float amplifier = smallestScale / original;
      min *= amplifier;
      max *= amplifier;
    }
  }
  // The zero point computed from whichever end is represented more exactly.
  double fromMin = qmin - min / chosen, fromMax = qmax - max / chosen;
  double minError = std::fabs(qmin) + std::fabs(min / chosen);
  double maxError = std::fabs(qmax) + std::fabs(max / chosen);
  double zero = minError < maxError ? fromMin : fromMax;
  if (symmetric)
    zero = (qmin + qmax) / 2;
  scale = chosen;
  zeroPoint = zero < qmin ? range.min : zero > qmax ? range.max : int32_t(roundToEven(zero));
  return {};
}

} // namespace quantir::numerics
