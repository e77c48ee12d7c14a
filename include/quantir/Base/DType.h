//===- DType.h - Element types of tensors ---------------*- C++ -*-===//

#ifndef QUANTIR_BASE_DTYPE_H
#define QUANTIR_BASE_DTYPE_H

#include "quantir/Base/generated/PlanEnums.h"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace quantir {

using plan::DType;

constexpr size_t sizeOf(DType dtype) {
  switch (dtype) {
  case DType::Float32:
  case DType::Int32:
    return 4;
  case DType::Int64:
    return 8;
  case DType::UInt8:
  case DType::Int8:
    break;
  }
  return 1;
}

constexpr std::string_view nameOf(DType dtype) {
  switch (dtype) {
  case DType::Float32:
    return "float32";
  case DType::UInt8:
    return "uint8";
  case DType::Int8:
    return "int8";
  case DType::Int32:
    return "int32";
  case DType::Int64:
    return "int64";
  }
  return "unknown";
}

} // namespace quantir

#endif // QUANTIR_BASE_DTYPE_H
