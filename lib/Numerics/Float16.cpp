//===- Float16.cpp - Half precision ----------------------------------------===//

#include "quantir/Numerics/Float16.h"

#include "quantir/Numerics/Rounding.h"

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

namespace quantir::numerics {

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
