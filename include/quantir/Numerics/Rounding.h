//===- Rounding.h - Round half to even, saturate ----------------*- C++ -*-===//
//
// The scalar definitions that every quantizing loop, here and in the runtime's kernels, agrees
// with. They do not depend on the rounding mode that the thread happens to be in.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_NUMERICS_ROUNDING_H
#define QUANTIR_NUMERICS_ROUNDING_H

#include "quantir/Numerics/QParams.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace quantir::numerics {

/// The integer nearest to v, the even one of two. Needs |v| < 2^31.
/// (Branch-free, and made of operations that every instruction set has as vectors.)
inline __attribute__((always_inline)) int32_t roundToEven(float v) {
  int32_t whole = int32_t(v);
  float rest = v - float(whole); // exact
  // An odd integer gives way to a rest of exactly one half, an even one stays.
  float limit = (whole & 1) ? 0x1.fffffep-2f : 0.5f;
  int32_t away = int32_t(std::copysign(1.0f, rest));
  return std::fabs(rest) > limit ? whole + away : whole;
}

/// The same in float64, for any value.
inline double roundToEven(double v) {
  double whole = std::trunc(v), rest = std::fabs(v - whole);
  bool up = rest > 0.5 || (rest == 0.5 && std::fmod(whole, 2.0) != 0.0);
  return up ? whole + std::copysign(1.0, v) : whole;
}

/// roundToEven, clamped to the range. Infinities and large numbers saturate; NaN gives range.min.
inline int32_t saturate(float v, QuantRange range) {
  if (!(v >= -0x1p31f))
    return range.min;
  if (v >= 0x1p31f)
    return range.max;
  return std::clamp(roundToEven(v), range.min, range.max);
}

/// clamp(rne(x * inverseScale) + zeroPoint), with inverseScale = 1.0f / scale.
inline int32_t quantizeValue(float x, float inverseScale, int32_t zeroPoint, QuantRange range) {
  float v = x * inverseScale;
  if (!(v >= -0x1p31f))
    return range.min;
  if (v >= 0x1p31f)
    return range.max;
  int64_t q = int64_t(roundToEven(v)) + zeroPoint;
  return int32_t(std::clamp<int64_t>(q, range.min, range.max));
}

/// (q - zeroPoint) * scale.
inline float dequantizeValue(int32_t q, float scale, int32_t zeroPoint) {
  return float(int64_t(q) - zeroPoint) * scale;
}

} // namespace quantir::numerics

#endif // QUANTIR_NUMERICS_ROUNDING_H
