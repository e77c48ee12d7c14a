//===- StridedCopy.cpp - Moving data between layouts -----------------------===//

#include "runtime/kernels/StridedCopy.h"

#include <cstring>

namespace quantir::runtime {

StridedCopy::StridedCopy(size_t elementBytes, std::span<const int64_t> dims,
                         std::span<const int64_t> sourceStrides,
                         std::span<const int64_t> resultStrides)
    : elementBytes(elementBytes), outer(loopAxes<2>(dims, {resultStrides, sourceStrides})),
      inner(outer.back()) {
  outer.pop_back();
  if (inner.strides[1] == 0 || inner.strides[1] == 1)
    return;
  auto contiguous = std::find_if(outer.begin(), outer.end(),
                                 [](const LoopAxis<2> &axis) { return axis.strides[1] == 1; });
  if (contiguous != outer.end()) {
    rows = *contiguous;
    outer.erase(contiguous);
  }
}

template <typename T> static void copyRun(const T *source, T *result, const LoopAxis<2> &axis) {
  auto [resultStride, sourceStride] = axis.strides;
  if (resultStride == 1 && sourceStride == 1) {
    std::memcpy(result, source, axis.size * sizeof(T));
  } else if (resultStride == 1 && sourceStride == 0) {
    std::fill_n(result, axis.size, *source);
  } else {
    for (int64_t i = 0; i < axis.size; ++i)
      result[i * resultStride] = source[i * sourceStride];
  }
}

/// Copies a matrix in tiles small enough for the lines of both sides to stay in the cache.
template <typename T>
static void copyTiles(const T *source, T *result, const LoopAxis<2> &rows,
                      const LoopAxis<2> &columns) {
  constexpr int64_t tile = 32;
  for (int64_t r = 0; r < rows.size; r += tile)
    for (int64_t c = 0; c < columns.size; c += tile) {
      int64_t rowEnd = std::min(r + tile, rows.size);
      LoopAxis<2> part{std::min(tile, columns.size - c), columns.strides};
      for (int64_t i = r; i < rowEnd; ++i)
        copyRun(source + i * rows.strides[1] + c * columns.strides[1],
                result + i * rows.strides[0] + c * columns.strides[0], part);
    }
}

template <typename T> void StridedCopy::runTyped(const T *source, T *result) const {
  forEachOffset(std::span<const LoopAxis<2>>(outer), [&](const std::array<int64_t, 2> &offsets) {
    if (rows.size == 1)
      copyRun(source + offsets[1], result + offsets[0], inner);
    else
      copyTiles(source + offsets[1], result + offsets[0], rows, inner);
  });
}

void StridedCopy::run(const void *source, void *result) const {
  if (elementBytes == 1)
    runTyped(static_cast<const uint8_t *>(source), static_cast<uint8_t *>(result));
  else if (elementBytes == 4)
    runTyped(static_cast<const uint32_t *>(source), static_cast<uint32_t *>(result));
  else
    runTyped(static_cast<const uint64_t *>(source), static_cast<uint64_t *>(result));
}

} // namespace quantir::runtime
