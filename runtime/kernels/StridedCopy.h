//===- StridedCopy.h - Moving data between layouts --------------*- C++ -*-===//

#ifndef QUANTIR_RUNTIME_KERNELS_STRIDEDCOPY_H
#define QUANTIR_RUNTIME_KERNELS_STRIDEDCOPY_H

#include "runtime/kernels/Loops.h"

namespace quantir::runtime {

/// Copies every element of `dims` from one set of strides to another. Source strides may be 0 or
/// negative. Contiguous runs are copied as such, transpositions tile by tile.
class StridedCopy {
public:
  /// `elementBytes` is 1, 4 or 8.
  StridedCopy(size_t elementBytes, std::span<const int64_t> dims,
              std::span<const int64_t> sourceStrides, std::span<const int64_t> resultStrides);

  /// The pointers are those of the first element.
  void run(const void *source, void *result) const;

private:
  template <typename T> void runTyped(const T *source, T *result) const;

  size_t elementBytes;
  std::vector<LoopAxis<2>> outer; ///< strides of result, source
  LoopAxis<2> rows{1, {}};        ///< with the inner loop it makes the tiles of a transposition
  LoopAxis<2> inner;
};

} // namespace quantir::runtime

#endif // QUANTIR_RUNTIME_KERNELS_STRIDEDCOPY_H
