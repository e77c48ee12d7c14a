//===- Array.cpp - Arrays as data files hold them -------------------------===//

#include "runtime/data/Array.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

using namespace quantir;
using namespace quantir::runtime;

size_t quantir::runtime::sizeOf(ElementType type) {
  switch (type) {
  case ElementType::Float32:
    return 4;
  case ElementType::UInt8:
    return 1;
  case ElementType::Int64:
    return 8;
  }
  return 0;
}

std::string_view quantir::runtime::nameOf(ElementType type) {
  switch (type) {
  case ElementType::Float32:
    return "float32";
  case ElementType::UInt8:
    return "uint8";
  case ElementType::Int64:
    return "int64";
  }
  return "unknown";
}

std::string quantir::runtime::shapeText(const std::vector<int64_t> &dims) {
  return fmt::format("[{}]", fmt::join(dims, ", "));
}

int64_t Array::numElements() const {
  int64_t n = 1;
  for (int64_t d : dims)
    n *= d;
  return n;
}

template <typename T>
static Array wrap(ElementType type, std::vector<int64_t> dims, std::vector<T> values) {
  auto owner = std::make_shared<const std::vector<T>>(std::move(values));
  return Array{type, std::move(dims), Bytes{std::as_bytes(std::span(*owner)), owner},
               std::string(nameOf(type))};
}

Array Array::fromFloats(std::vector<int64_t> dims, std::vector<float> values) {
  return wrap(ElementType::Float32, std::move(dims), std::move(values));
}

Array Array::fromInts(std::vector<int64_t> dims, std::vector<int64_t> values) {
  return wrap(ElementType::Int64, std::move(dims), std::move(values));
}

Array Array::fromBytes(std::vector<int64_t> dims, std::vector<uint8_t> values) {
  return wrap(ElementType::UInt8, std::move(dims), std::move(values));
}
