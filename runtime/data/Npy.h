//===- Npy.h - NumPy's array files ------------------------------*- C++ -*-===//
//
// Reads `.npy` files of format versions 1 to 3, and writes version 1. The reader trusts nothing: a
// header that is not exactly what NumPy writes, sizes that overflow, or a payload of another length
// than the shape says are errors.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_RUNTIME_DATA_NPY_H
#define QUANTIR_RUNTIME_DATA_NPY_H

#include "runtime/data/Array.h"

#include <optional>

namespace quantir::runtime {

/// The header of a `.npy` file.
struct NpyHeader {
  char kind = 'f';  ///< 'f', 'u', 'i' or 'b', as in NumPy's type strings
  int itemSize = 4; ///< in bytes
  bool bigEndian = false;
  bool fortranOrder = false;
  std::vector<int64_t> dims;
  size_t dataOffset = 0; ///< where the numbers start
  size_t dataSize = 0;   ///< how many bytes they take

  /// As NumPy names the element type: "float32".
  std::string typeName() const;
};

/// Whether `bytes` start as a `.npy` file does.
bool isNpy(std::span<const std::byte> bytes);

/// Parses the header at the start of `bytes`; says nothing about the payload.
Result<NpyHeader> parseNpyHeader(std::span<const std::byte> bytes);

/// The array in `bytes`. It refers to them in place where it can.
Result<Array> parseNpy(const Bytes &bytes);

/// The header of a row-major `.npy` file, padded so that what follows is 64-byte aligned.
std::string npyHeader(ElementType type, const std::vector<int64_t> &dims);

} // namespace quantir::runtime

#endif // QUANTIR_RUNTIME_DATA_NPY_H
