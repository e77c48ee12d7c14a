//===- Array.h - Arrays as data files hold them -----------------*- C++ -*-===//

#ifndef QUANTIR_RUNTIME_DATA_ARRAY_H
#define QUANTIR_RUNTIME_DATA_ARRAY_H

#include "quantir/Base/DType.h"
#include "quantir/Base/Files.h"

#include <cstdint>
#include <string>
#include <vector>

namespace quantir::runtime {

/// What an array read from a file can hold. Other types are converted while reading, where that
/// loses nothing that matters (float64 and float16 to Float32, every integer but uint8 to Int64),
/// or refused.
enum class ElementType : uint8_t { Float32, UInt8, Int64 };

// Beside those of DType.
using quantir::nameOf;
using quantir::sizeOf;
size_t sizeOf(ElementType type);
std::string_view nameOf(ElementType type);

/// A dense array in row-major order.
struct Array {
  ElementType type = ElementType::Float32;
  std::vector<int64_t> dims;
  Bytes bytes;
  /// The type the file stored, as NumPy names it ("float64"), for messages.
  std::string storedType;

  int64_t numElements() const;
  template <typename T> const T *as() const {
    return reinterpret_cast<const T *>(bytes.data.data());
  }

  /// Wraps numbers of a type that corresponds to an ElementType.
  static Array fromFloats(std::vector<int64_t> dims, std::vector<float> values);
  static Array fromInts(std::vector<int64_t> dims, std::vector<int64_t> values);
  static Array fromBytes(std::vector<int64_t> dims, std::vector<uint8_t> values);
};

/// "[16, 3, 32, 32]".
std::string shapeText(const std::vector<int64_t> &dims);

} // namespace quantir::runtime

#endif // QUANTIR_RUNTIME_DATA_ARRAY_H
