//===- HostTensor.cpp - Constant tensors during import ---------------------===//

#include "HostTensor.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/raw_ostream.h"

using namespace quantir;
using namespace quantir::importer;

namespace {
struct TypeInfo {
  ElementType type;
  int32_t onnxType; ///< TensorProto.DataType
  llvm::StringLiteral name;
  int64_t byteSize;
};
} // namespace

/// In the order of ElementType.
static constexpr TypeInfo typeInfos[] = {
    {ElementType::Float32, 1, "float32", 4},  {ElementType::Float64, 11, "float64", 8},
    {ElementType::Float16, 10, "float16", 2}, {ElementType::BFloat16, 16, "bfloat16", 2},
    {ElementType::Int8, 3, "int8", 1},        {ElementType::Int16, 5, "int16", 2},
    {ElementType::Int32, 6, "int32", 4},      {ElementType::Int64, 7, "int64", 8},
    {ElementType::UInt8, 2, "uint8", 1},      {ElementType::UInt16, 4, "uint16", 2},
    {ElementType::UInt32, 12, "uint32", 4},   {ElementType::UInt64, 13, "uint64", 8},
    {ElementType::Bool, 9, "bool", 1},
};

static const TypeInfo &getInfo(ElementType type) { return typeInfos[size_t(type)]; }

std::optional<ElementType> importer::convertElementType(int32_t onnxType) {
  for (const TypeInfo &info : typeInfos)
    if (info.onnxType == onnxType)
      return info.type;
  return std::nullopt;
}

std::string importer::describeElementType(int32_t onnxType) {
  if (std::optional<ElementType> type = convertElementType(onnxType))
    return describe(*type).str();
  switch (onnxType) {
  case 0:
    return "undefined";
  case 8:
    return "string";
  case 14:
    return "complex64";
  case 15:
    return "complex128";
  case 17:
    return "float8e4m3fn";
  case 18:
    return "float8e4m3fnuz";
  case 19:
    return "float8e5m2";
  case 20:
    return "float8e5m2fnuz";
  case 21:
    return "uint4";
  case 22:
    return "int4";
  case 23:
    return "float4e2m1";
  default:
    return "type " + std::to_string(onnxType);
  }
}

llvm::StringRef importer::describe(ElementType type) { return getInfo(type).name; }

int64_t importer::getByteSize(ElementType type) { return getInfo(type).byteSize; }

bool importer::isFloat(ElementType type) {
  return type == ElementType::Float32 || type == ElementType::Float64 ||
         type == ElementType::Float16 || type == ElementType::BFloat16;
}

std::string importer::inQuotes(llvm::StringRef name) {
  constexpr size_t longest = 120;
  std::string text;
  llvm::raw_string_ostream stream(text);
  stream << "'";
  llvm::printEscapedString(name.take_front(longest), stream);
  stream << (name.size() > longest ? "...'" : "'");
  return text;
}

SymbolicInt importer::multiply(llvm::ArrayRef<SymbolicInt> factors) {
  constexpr SymbolicInt unknown{0, SymbolicInt::unknown};
  int64_t product = 1;
  bool dependsOnBatch = false;
  for (SymbolicInt factor : factors) {
    // Either value or scale * batch.
    if (factor.isUnknown() || (!factor.isConstant() && (dependsOnBatch || factor.value != 0)))
      return unknown;
    dependsOnBatch |= !factor.isConstant();
    if (llvm::MulOverflow(product, factor.isConstant() ? factor.value : factor.scale, product))
      return unknown;
  }
  return dependsOnBatch ? SymbolicInt{0, product} : SymbolicInt{product, 0};
}

HostTensor HostTensor::zeros(ElementType type, Dims dims) {
  size_t size = shapes::numElements(dims) * getByteSize(type);
  std::shared_ptr<char[]> data(new char[size]());
  llvm::ArrayRef<char> bytes(data.get(), size);
  return HostTensor(type, std::move(dims), bytes, std::move(data), /*isAllocated=*/true);
}

HostTensor HostTensor::borrow(ElementType type, Dims dims, llvm::ArrayRef<char> bytes,
                              std::shared_ptr<const void> owner) {
  return HostTensor(type, std::move(dims), bytes, std::move(owner), /*isAllocated=*/false);
}

HostTensor HostTensor::makeSymbolic(llvm::ArrayRef<SymbolicInt> values) {
  HostTensor tensor = zeros(ElementType::Int64, {int64_t(values.size())});
  for (auto [index, value] : llvm::enumerate(values)) {
    tensor.getMutableValues<int64_t>()[index] = value.value;
    tensor.setScale(index, value.scale);
  }
  return tensor;
}

HostTensor HostTensor::withDims(Dims newDims) const {
  HostTensor result = *this;
  result.dims = std::move(newDims);
  return result;
}
