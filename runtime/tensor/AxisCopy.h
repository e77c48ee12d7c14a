//===- AxisCopy.h - Samples in and out of tensors ---------------*- C++ -*-===//

#ifndef QUANTIR_RUNTIME_TENSOR_AXISCOPY_H
#define QUANTIR_RUNTIME_TENSOR_AXISCOPY_H

#include <cstdint>
#include <cstring>
#include <span>

namespace quantir::runtime {

/// A dense row-major tensor, of which a range of one axis is copied.
template <typename Pointer> struct AxisRange {
  Pointer *data;
  int64_t size;  ///< of the tensor's axis
  int64_t first; ///< of the range
};

/// Copies `count` indices of `axis` between tensors of `dims`, whose sizes of that axis are the
/// ranges' own.
inline void copyAlongAxis(AxisRange<const void> from, AxisRange<void> to, int64_t count,
                          std::span<const int64_t> dims, size_t axis, size_t elementBytes) {
  size_t outer = 1, inner = elementBytes;
  for (size_t i = 0; i < dims.size(); ++i)
    if (i != axis)
      (i < axis ? outer : inner) *= static_cast<size_t>(dims[i]);
  auto *source = static_cast<const uint8_t *>(from.data) + from.first * inner;
  auto *result = static_cast<uint8_t *>(to.data) + to.first * inner;
  for (size_t i = 0; i < outer; ++i, source += from.size * inner, result += to.size * inner)
    std::memcpy(result, source, count * inner);
}

} // namespace quantir::runtime

#endif // QUANTIR_RUNTIME_TENSOR_AXISCOPY_H
