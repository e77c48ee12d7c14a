//===- ShapesSupport.h - What the shape rules share -------------*- C++ -*-===//
//
// Private to the library.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_SHAPES_SHAPESSUPPORT_H
#define QUANTIR_SHAPES_SHAPESSUPPORT_H

#include "quantir/Shapes/Shapes.h"

namespace quantir::shapes::detail {

/// Sizes and attributes above this are refused before any arithmetic is done with them.
inline constexpr int64_t maxExtent = maxElements;

inline std::string expected(const std::string &what, const std::string &got) {
  return "expected " + what + ", but got " + got;
}

inline std::string number(int64_t n) { return std::to_string(n); }

/// "[1, 2]", for attributes.
inline std::string formatList(std::span<const int64_t> values) {
  std::string text = "[";
  for (size_t i = 0; i < values.size(); ++i)
    text += (i ? ", " : "") + number(values[i]);
  return text + "]";
}

inline bool isDynamic(const Dims &dims) { return findDynamicDim(dims) != dims.size(); }

/// Publishes a result after checking that it is one.
inline std::string finish(Dims result, Dims &out) {
  if (std::string error = checkDims(result); !error.empty())
    return error;
  out = std::move(result);
  return {};
}

/// Checks the length of an attribute and that each value is at least `least` and not absurd.
inline std::string checkAttribute(const char *name, const Dims &values, size_t length,
                                  int64_t least) {
  if (values.size() != length)
    return expected(number(length) + " " + name, formatList(values));
  for (int64_t value : values)
    if (value < least || value > maxExtent)
      return expected(std::string(name) + " between " + number(least) + " and 2^48",
                      formatList(values));
  return {};
}

} // namespace quantir::shapes::detail

#endif // QUANTIR_SHAPES_SHAPESSUPPORT_H
