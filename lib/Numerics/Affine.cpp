//===- Affine.cpp - Parameters for blocks of a tensor ---------------------===//

#include "quantir/Numerics/Affine.h"

#include "quantir/Base/Text.h"
#include "quantir/Numerics/Blocks.h"
#include "quantir/Numerics/Quantize.h"
#include "quantir/Numerics/Rounding.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <type_traits>

namespace quantir::numerics {

//===----------------------------------------------------------------------===//
// Names
//===----------------------------------------------------------------------===//

namespace {

constexpr std::array<std::string_view, 3> mappings = {"symmetric", "symmetric_no_clipping_err",
                                                      "asymmetric"};
constexpr std::array<std::string_view, 3> domains = {"int", "float", "none"};

template <typename Enum>
std::string parseLower(std::string_view text, std::span<const std::string_view> names, Enum &out) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return char(std::tolower(c)); });
  auto found = std::find(names.begin(), names.end(), lower);
  if (found == names.end())
    return unknownName(text, names);
  out = Enum(found - names.begin());
  return {};
}

} // namespace

std::string_view toText(MappingType mapping) { return mappings[size_t(mapping)]; }
std::string_view toText(ZeroPointDomain domain) { return domains[size_t(domain)]; }
std::string parseText(std::string_view text, MappingType &out) {
  return parseLower(text, mappings, out);
}
std::string parseText(std::string_view text, ZeroPointDomain &out) {
  return parseLower(text, domains, out);
}

//===----------------------------------------------------------------------===//
// Choosing parameters
//===----------------------------------------------------------------------===//

std::string validate(const AffineSpec &spec) {
  auto mapping = [&] { return std::string(toText(spec.mapping)); };
  auto domain = [&] { return std::string(toText(spec.domain)); };
  if (isFloat8(spec.dtype) && spec.mapping == MappingType::Asymmetric)
    return "expected mapping_type symmetric for " + std::string(toText(spec.dtype)) + ", but got " +
           mapping();
  if (spec.mapping != MappingType::Asymmetric) {
    if (!spec.preserveZero)
      return "expected preserve_zero with mapping_type " + mapping() + ", but got false";
    if (spec.domain == ZeroPointDomain::Float)
      return "expected zero_point_domain int or none with mapping_type " + mapping() +
             ", but got " + domain();
  }
  if (spec.mapping == MappingType::SymmetricNoClippingErr &&
      !(spec.range.min < 0 && spec.range.max > 0))
    return "expected quant_min < 0 < quant_max with mapping_type " + mapping() + ", but got " +
           std::to_string(spec.range.min) + " and " + std::to_string(spec.range.max);
  if (spec.mapping == MappingType::Asymmetric &&
      spec.preserveZero == (spec.domain == ZeroPointDomain::Float))
    return std::string("expected zero_point_domain ") +
           (spec.preserveZero ? "int or none with" : "float without") + " preserve_zero, but got " +
           domain();
  return {};
}

/// (qmax + qmin + 1) / 2.
static double middleOf(QuantRange range) { return (double(range.max) + range.min + 1) / 2; }

/// The scale for a range, before it is held against eps.
static float chooseScale(float min, float max, const AffineSpec &spec) {
  const float low = spec.preserveZero ? std::min(min, 0.0f) : min;
  const float high = spec.preserveZero ? std::max(max, 0.0f) : max;
  const double length = double(spec.range.max) - spec.range.min;
  switch (spec.mapping) {
  case MappingType::Symmetric:
    return std::max(-low, high) / float(length / 2);
  case MappingType::SymmetricNoClippingErr:
    return std::max(low / float(spec.range.min), high / float(spec.range.max));
  case MappingType::Asymmetric:
    break;
  }
  return (high - low) / float(length);
}

/// The zero point of the domain Int for a range that begins at `low`.
static int32_t chooseZeroPoint(float low, float scale, const AffineSpec &spec) {
  const double zero = spec.mapping == MappingType::Asymmetric
                          ? double(spec.range.min) - roundToEven(double(low / scale))
                          : std::trunc(middleOf(spec.range));
  return int32_t(std::clamp<double>(zero, spec.range.min, spec.range.max));
}

std::string chooseAffineQParams(std::span<const float> min, std::span<const float> max,
                                const AffineSpec &spec, AffineQParams &out) {
  if (std::string error = validate(spec); !error.empty())
    return error;
  if (min.empty() || min.size() != max.size())
    return "expected as many minima as maxima, but got " + std::to_string(min.size()) + " and " +
           std::to_string(max.size());
  for (size_t i = 0; i < min.size(); ++i)
    if (!std::isfinite(chooseScale(min[i], max[i], spec)) || min[i] > max[i])
      return (min.size() == 1 ? "" : "block " + std::to_string(i) + ": ") +
             "expected a finite range with min <= max, but got [" + formatFloat(min[i]) + ", " +
             formatFloat(max[i]) + "]";
  const bool isInt = spec.domain == ZeroPointDomain::Int;
  const bool isFloat = spec.domain == ZeroPointDomain::Float;
  out.blocks.clear();
  out.scale.resize(min.size());
  out.zeroPoint.resize(isInt ? min.size() : 0);
  out.floatZeroPoint.resize(isFloat ? min.size() : 0);
  out.domain = spec.domain;
  out.dtype = spec.dtype;
  out.range = spec.range;
  for (size_t i = 0; i < min.size(); ++i) {
    const float low = spec.preserveZero ? std::min(min[i], 0.0f) : min[i];
    const float scale = out.scale[i] = std::max(chooseScale(min[i], max[i], spec), spec.eps);
    if (isFloat)
      out.floatZeroPoint[i] = low + scale * float(middleOf(spec.range));
    if (isInt)
      out.zeroPoint[i] = chooseZeroPoint(low, scale, spec);
  }
  return {};
}

/// That there are as many scales and zero points as `blocks`.
static std::string checkCounts(const AffineQParams &params, size_t blocks) {
  const size_t wantInts = params.domain == ZeroPointDomain::Int ? blocks : 0;
  const size_t wantFloats = params.domain == ZeroPointDomain::Float ? blocks : 0;
  if (params.scale.size() == blocks && params.zeroPoint.size() == wantInts &&
      params.floatZeroPoint.size() == wantFloats)
    return {};
  return "expected a scale and a zero point (" + std::string(toText(params.domain)) +
         ") for each of " + std::to_string(blocks) + " blocks, but got " +
         std::to_string(params.scale.size()) + " and " +
         std::to_string(params.zeroPoint.size() + params.floatZeroPoint.size());
}

std::string validate(const AffineQParams &params) {
  uint64_t blocks = 1;
  for (int64_t count : params.blocks)
    if (count < 1 || __builtin_mul_overflow(blocks, uint64_t(count), &blocks))
      return "expected numbers of blocks that are positive, but got " + std::to_string(count);
  if (std::string error = checkCounts(params, blocks); !error.empty())
    return error;
  for (float scale : params.scale)
    if (!(scale > 0) || std::isinf(scale) || std::isinf(1.0f / scale))
      return "expected positive, finite scales, but got " + formatFloat(scale);
  for (int32_t zeroPoint : params.zeroPoint)
    if (zeroPoint < params.range.min || zeroPoint > params.range.max)
      return "expected zero points within [" + std::to_string(params.range.min) + ", " +
             std::to_string(params.range.max) + "], but got " + std::to_string(zeroPoint);
  for (float zeroPoint : params.floatZeroPoint)
    if (!std::isfinite(zeroPoint))
      return "expected finite zero points, but got " + formatFloat(zeroPoint);
  return {};
}

//===----------------------------------------------------------------------===//
// Quantizing
//===----------------------------------------------------------------------===//

float roundToFloat8(float value, QDType dtype) {
  const bool e4m3 = dtype == QDType::Float8E4M3;
  const int mantissa = e4m3 ? 3 : 2, leastExponent = e4m3 ? -6 : -14;
  const float greatest = float(storageRange(dtype).max);
  if (std::isnan(value))
    return value;
  if (std::isinf(value))
    return e4m3 ? std::numeric_limits<float>::quiet_NaN() : value;
  // Everything is exact but the one rounding.
  const int exponent = value == 0 ? leastExponent : std::max(std::ilogb(value), leastExponent);
  const double step = std::ldexp(1.0, exponent - mantissa);
  const float rounded = float(roundToEven(double(value) / step) * step);
  if (std::fabs(rounded) <= greatest)
    return std::copysign(rounded, value);
  return e4m3 ? std::numeric_limits<float>::quiet_NaN()
              : std::copysign(std::numeric_limits<float>::infinity(), value);
}

namespace {

/// What both directions check; the view of `dims` that the parameters have.
template <typename T>
std::string prepare(std::span<const int64_t> dims, const AffineQParams &params, BlockView &view) {
  if (std::string error = viewOf(params.blocks, dims, view); !error.empty())
    return error;
  if (std::string error = checkCounts(params, size_t(view.numBlocks())); !error.empty())
    return error;
  if constexpr (std::is_integral_v<T>) {
    if (isFloat8(params.dtype))
      return "expected codes of type float for " + std::string(toText(params.dtype)) +
             ", but got integers";
    if (params.range.min < std::numeric_limits<T>::min() ||
        params.range.max > std::numeric_limits<T>::max())
      return "expected a range within [" + std::to_string(std::numeric_limits<T>::min()) + ", " +
             std::to_string(std::numeric_limits<T>::max()) + "], but got [" +
             std::to_string(params.range.min) + ", " + std::to_string(params.range.max) + "]";
  }
  return {};
}

/// The formulas of one block.
struct BlockFormula {
  BlockFormula(const AffineQParams &params, int64_t block)
      : domain(params.domain), dtype(params.dtype), range(params.range),
        middle(float(middleOf(params.range))), scale(params.scale[block]), inverse(1.0f / scale) {
    if (domain == ZeroPointDomain::Int)
      zeroPoint = params.zeroPoint[block];
    if (domain == ZeroPointDomain::Float)
      floatZeroPoint = params.floatZeroPoint[block];
  }

  float toFloat8(float x) const {
    float v = x / scale;
    v = v > float(range.min) ? v : float(range.min);
    return roundToFloat8(std::min(v, float(range.max)), dtype);
  }

  int32_t toCode(float x) const {
    switch (domain) {
    case ZeroPointDomain::Int:
      return quantizeValue(x, inverse, zeroPoint, range);
    case ZeroPointDomain::Float:
      return saturate((x - (floatZeroPoint - scale * middle)) / scale, range);
    case ZeroPointDomain::None:
      return saturate(x / scale, range);
    }
    return range.min;
  }

  float roundTrip(float x) const {
    return isFloat8(dtype) ? fromCode(toFloat8(x)) : fromCode(toCode(x));
  }

  template <typename T> float fromCode(T q) const {
    if (domain == ZeroPointDomain::Float)
      return (float(q) - middle) * scale + floatZeroPoint;
    if constexpr (std::is_integral_v<T>)
      return dequantizeValue(int32_t(q), scale, zeroPoint);
    else
      return (q - float(zeroPoint)) * scale;
  }

  ZeroPointDomain domain;
  QDType dtype;
  QuantRange range;
  float middle, scale, inverse, floatZeroPoint = 0;
  int32_t zeroPoint = 0;
};

} // namespace

template <typename T>
std::string quantizeAffine(const float *in, std::span<const int64_t> dims,
                           const AffineQParams &params, T *out) {
  BlockView view;
  if (std::string error = prepare<T>(dims, params, view); !error.empty())
    return error;
  const bool float8 = isFloat8(params.dtype);
  view.forEachRun([&](int64_t block, int64_t begin, int64_t length) {
    const BlockFormula formula(params, block);
    for (int64_t i = begin; i < begin + length; ++i)
      out[i] = float8 ? T(formula.toFloat8(in[i])) : T(formula.toCode(in[i]));
  });
  return {};
}

template <typename T>
std::string dequantizeAffine(const T *in, std::span<const int64_t> dims,
                             const AffineQParams &params, float *out) {
  BlockView view;
  if (std::string error = prepare<T>(dims, params, view); !error.empty())
    return error;
  view.forEachRun([&](int64_t block, int64_t begin, int64_t length) {
    const BlockFormula formula(params, block);
    for (int64_t i = begin; i < begin + length; ++i)
      out[i] = formula.fromCode(in[i]);
  });
  return {};
}

std::string fakeQuantizeAffine(const float *in, std::span<const int64_t> dims,
                               const AffineQParams &params, float *out) {
  if (std::string error = validate(params); !error.empty())
    return error;
  BlockView view;
  if (std::string error = viewOf(params.blocks, dims, view); !error.empty())
    return error;
  fakeQuantizeBlocks(in, view, params, out);
  return {};
}

/// The domain Int, through the loops of Quantize.h.
static void fakeQuantizeRun(const float *in, int64_t count, float scale, int32_t zeroPoint,
                            QuantRange range, float *out) {
  std::array<int32_t, 512> codes;
  for (int64_t begin = 0; begin < count; begin += codes.size()) {
    const int64_t part = std::min<int64_t>(count - begin, codes.size());
    quantize(in + begin, codes.data(), part, scale, zeroPoint, range);
    dequantize(codes.data(), out + begin, part, scale, zeroPoint);
  }
}

void fakeQuantizeBlocks(const float *in, const BlockView &view, const AffineQParams &params,
                        float *out) {
  const bool isInt = params.domain == ZeroPointDomain::Int && !isFloat8(params.dtype);
  view.forEachRun([&](int64_t block, int64_t begin, int64_t length) {
    if (isInt)
      return fakeQuantizeRun(in + begin, length, params.scale[block], params.zeroPoint[block],
                             params.range, out + begin);
    const BlockFormula formula(params, block);
    for (int64_t i = begin; i < begin + length; ++i)
      out[i] = formula.roundTrip(in[i]);
  });
}

#define QUANTIR_INSTANTIATE(T)                                                                     \
  template std::string quantizeAffine(const float *, std::span<const int64_t>,                     \
                                      const AffineQParams &, T *);                                 \
  template std::string dequantizeAffine(const T *, std::span<const int64_t>,                       \
                                        const AffineQParams &, float *);

QUANTIR_INSTANTIATE(uint8_t)
QUANTIR_INSTANTIATE(int8_t)
QUANTIR_INSTANTIATE(uint16_t)
QUANTIR_INSTANTIATE(int16_t)
QUANTIR_INSTANTIATE(int32_t)
QUANTIR_INSTANTIATE(float)
#undef QUANTIR_INSTANTIATE

} // namespace quantir::numerics
