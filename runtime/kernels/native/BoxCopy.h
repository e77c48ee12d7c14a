//===- BoxCopy.h - Moving a box of elements -----------------*- C++ -*-===//
//
// Transposing, slicing, concatenating, padding, broadcasting and changing the layout are all one
// thing: each element of a box goes from one place to another, both given by a start and a stride
// per dimension. Codes are moved as they are.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_RUNTIME_KERNELS_NATIVE_BOXCOPY_H
#define QUANTIR_RUNTIME_KERNELS_NATIVE_BOXCOPY_H

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace quantir::runtime::native {

class BoxCopy {
public:
  /// Element (i0, i1, ...) of a box `dims` goes from fromStart + sum(i * fromStrides) to toStart +
  /// sum(i * toStrides), in elements of 1 or 4 bytes. Strides of the source may be 0 or negative;
  /// no two elements have one target.
  BoxCopy(std::span<const int64_t> dims, size_t elementSize, int64_t fromStart,
          std::span<const int64_t> fromStrides, int64_t toStart,
          std::span<const int64_t> toStrides);

  /// In parallel when it is worth it. The two memories do not overlap.
  void run(const void *from, void *to) const;

private:
  struct Dim {
    int64_t size, from, to;
  };

  std::vector<Dim> outer; ///< slowest first
  Dim rows{1, 0, 0};      ///< shared between threads
  Dim columns{1, 0, 0};   ///< the fastest in the target
  int64_t outerCount = 1;
  size_t elementSize;
  int64_t fromStart, toStart;
};

} // namespace quantir::runtime::native

#endif // QUANTIR_RUNTIME_KERNELS_NATIVE_BOXCOPY_H
