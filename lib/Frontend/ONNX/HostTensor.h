//===- HostTensor.h - Constant tensors during import ------------*- C++ -*-===//
//
// The value of an initializer, of a Constant node, or of a node that was evaluated because its
// inputs were constants.
//
// An exported model computes shapes: Shape, Gather, Concat, Reshape. With a dynamic batch such a
// tensor holds numbers that are only known up to the batch size. So an element of a HostTensor is
// `value + scale * batch`, where the scales are stored only when there are any.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_LIB_FRONTEND_ONNX_HOSTTENSOR_H
#define QUANTIR_LIB_FRONTEND_ONNX_HOSTTENSOR_H

#include "quantir/Shapes/Shapes.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace quantir::importer {

using shapes::Dims;

/// No tensor of a model has more dimensions.
inline constexpr size_t maxRank = 16;

enum class ElementType : uint8_t {
  Float32,
  Float64,
  Float16,
  BFloat16,
  Int8,
  Int16,
  Int32,
  Int64,
  UInt8,
  UInt16,
  UInt32,
  UInt64,
  Bool,
};

/// The type for a number of ONNX's TensorProto.DataType; none for those that cannot be imported.
std::optional<ElementType> convertElementType(int32_t onnxType);

/// "float16", also for types that cannot be imported: "string", "type 99".
std::string describeElementType(int32_t onnxType);
llvm::StringRef describe(ElementType type);

/// Size of an element in bytes.
int64_t getByteSize(ElementType type);

bool isFloat(ElementType type);

/// The element type that holds a C++ type. Bool is stored as bytes of 0 and 1.
template <typename T> constexpr ElementType elementTypeOf();
template <> constexpr ElementType elementTypeOf<float>() { return ElementType::Float32; }
template <> constexpr ElementType elementTypeOf<double>() { return ElementType::Float64; }
template <> constexpr ElementType elementTypeOf<int32_t>() { return ElementType::Int32; }
template <> constexpr ElementType elementTypeOf<int64_t>() { return ElementType::Int64; }
template <> constexpr ElementType elementTypeOf<bool>() { return ElementType::Bool; }

/// The text of an error: "expected X, but got Y".
template <typename... Ts> llvm::Error makeError(const Ts &...parts) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  (stream << ... << parts);
  return llvm::createStringError(llvm::inconvertibleErrorCode(), text);
}

/// `name` in quotes for a message: unprintable characters escaped, and cut where it gets long.
std::string inQuotes(llvm::StringRef name);

/// An element that may depend on the batch size: value + scale * batch.
struct SymbolicInt {
  /// The scale of an element whose value is not of that form.
  static constexpr int64_t unknown = INT64_MIN;

  int64_t value = 0;
  int64_t scale = 0;

  bool isConstant() const { return scale == 0; }
  bool isUnknown() const { return scale == unknown; }
};

/// The product; unknown if more than one depends on the batch or it is out of range.
SymbolicInt multiply(llvm::ArrayRef<SymbolicInt> factors);

class HostTensor {
public:
  /// Zeros. `dims` are not negative and their product is countable.
  static HostTensor zeros(ElementType type, Dims dims);

  /// Elements that live as long as `owner`, or without one as long as the import. `bytes` is
  /// aligned for the type and has the size that `dims` ask for.
  static HostTensor borrow(ElementType type, Dims dims, llvm::ArrayRef<char> bytes,
                           std::shared_ptr<const void> owner = nullptr);

  template <typename T> static HostTensor make(Dims dims, llvm::ArrayRef<T> values) {
    HostTensor tensor = zeros(elementTypeOf<T>(), std::move(dims));
    std::memcpy(tensor.getMutableBytes(), values.data(), values.size() * sizeof(T));
    return tensor;
  }

  /// A vector of numbers that may depend on the batch size.
  static HostTensor makeSymbolic(llvm::ArrayRef<SymbolicInt> values);

  ElementType getType() const { return type; }
  const Dims &getDims() const { return dims; }
  int64_t getNumElements() const { return shapes::numElements(dims); }
  llvm::ArrayRef<char> getBytes() const { return bytes; }

  /// The elements; T is the type's own.
  template <typename T> llvm::ArrayRef<T> getValues() const {
    return {reinterpret_cast<const T *>(bytes.data()), bytes.size() / sizeof(T)};
  }

  /// The elements, for one who made this tensor with `zeros` and has not given it away.
  char *getMutableBytes() { return const_cast<char *>(bytes.data()); }
  template <typename T> llvm::MutableArrayRef<T> getMutableValues() {
    return {reinterpret_cast<T *>(getMutableBytes()), bytes.size() / sizeof(T)};
  }

  /// Whether some element may depend on the batch size.
  bool isSymbolic() const { return !scales.empty(); }
  int64_t getScale(int64_t element) const { return scales.empty() ? 0 : scales[element]; }
  void setScale(int64_t element, int64_t scale) {
    if (scale != 0 && scales.empty())
      scales.resize(getNumElements());
    if (!scales.empty())
      scales[element] = scale;
  }

  /// Element of an Int64 tensor.
  SymbolicInt getSymbolic(int64_t element) const {
    return {getValues<int64_t>()[element], getScale(element)};
  }

  /// The same elements under other dimensions of the same product.
  HostTensor withDims(Dims newDims) const;

  /// The memory that was allocated for the elements, which tensors of the same elements share; null
  /// where they are a file's.
  const void *getAllocation() const { return isAllocated ? owner.get() : nullptr; }

private:
  HostTensor(ElementType type, Dims dims, llvm::ArrayRef<char> bytes,
             std::shared_ptr<const void> owner, bool isAllocated)
      : type(type), dims(std::move(dims)), bytes(bytes), owner(std::move(owner)),
        isAllocated(isAllocated) {}

  ElementType type;
  Dims dims;
  llvm::ArrayRef<char> bytes;
  std::shared_ptr<const void> owner;
  bool isAllocated;
  std::vector<int64_t> scales;
};

} // namespace quantir::importer

#endif // QUANTIR_LIB_FRONTEND_ONNX_HOSTTENSOR_H
