//===- Dynamic.cpp - Parameters chosen while a model runs -----------------===//

#include "quantir/Numerics/Dynamic.h"

#include "quantir/Numerics/Rounding.h"

#include <bit>
#include <limits>

namespace quantir::numerics {

/// Scales below this are not used: their reciprocal would not be normal in half precision.
static constexpr float leastScale = 6.1e-5f;

DynamicQParams chooseDynamicQParams(float min, float max, QuantRange range,
                                    bool preserveSparsity) {
  // PyTorch's order of operations and its types, term by term.
  bool symmetric = preserveSparsity && min < 0 && max > 0;
  int32_t steps = range.max - range.min;
  if (symmetric) {
    int32_t low = -(steps / 2 + 1), high = steps / 2;
    double greatest = std::max(std::fabs(double(min) / low), std::fabs(double(max) / high));
    min = float(greatest * low);
    max = float(greatest * high);
  }
  min = std::min(min, 0.0f);
  max = std::max(max, 0.0f);

  double scale = (double(max) - double(min)) / steps;
  if (float(scale) == 0.0f || std::isinf(1.0f / float(scale)))
    scale = 0.1;
  if (scale < leastScale) {
    float original = float(scale);
    scale = leastScale;
    if (min == 0.0f) {
      max = leastScale * float(steps);
    } else if (max == 0.0f) {
      min = -leastScale * float(steps);
    } else {
      float amplifier = leastScale / original;
      min *= amplifier;
      max *= amplifier;
    }
  }

  double fromMin = range.min - min / scale, fromMax = range.max - max / scale;
  double errorOfMin = std::abs(range.min) + std::fabs(min / scale);
  double errorOfMax = std::abs(range.max) + std::fabs(max / scale);
  double zeroPoint = errorOfMin < errorOfMax ? fromMin : fromMax;
  if (symmetric)
    zeroPoint = double(int64_t(range.min) + range.max) / 2;
  zeroPoint = std::clamp(zeroPoint, double(range.min), double(range.max));
  return {float(scale), int32_t(roundToEven(zeroPoint))};
}

float roundToFloat16(float x) {
  if (std::fabs(x) < 0x1p-14f) // denormal: a multiple of 2^-24
    return std::copysign(float(roundToEven(double(x) * 0x1p24) * 0x1p-24), x);
  if (std::fabs(x) >= 65520.0f)
    return std::copysign(std::numeric_limits<float>::infinity(), x);
  if (std::isnan(x))
    return x;
  auto bits = std::bit_cast<uint32_t>(x);
  bits += 0xfff + (bits >> 13 & 1);
  return std::bit_cast<float>(bits & ~uint32_t(0x1fff));
}

} // namespace quantir::numerics
