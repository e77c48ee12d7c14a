//===- Select.h - Choices in loops of vectors -------------------*- C++ -*-===//

#ifndef QUANTIR_RUNTIME_KERNELS_NATIVE_SELECT_H
#define QUANTIR_RUNTIME_KERNELS_NATIVE_SELECT_H

#include "quantir/Base/TargetClones.h"

#include <bit>
#include <cstdint>

namespace quantir::runtime::native {

/// first ? a : b, by bits: of the expression itself GCC makes a branch where a product follows that
/// one side does not need, and then no vectors.
QUANTIR_INLINE float select(bool first, float a, float b) {
  const int32_t mask = -int32_t(first);
  return std::bit_cast<float>((std::bit_cast<int32_t>(a) & mask) |
                              (std::bit_cast<int32_t>(b) & ~mask));
}

} // namespace quantir::runtime::native

#endif // QUANTIR_RUNTIME_KERNELS_NATIVE_SELECT_H
