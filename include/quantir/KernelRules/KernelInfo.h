//===- KernelInfo.h - What a kernel's definition fixes ----------*- C++ -*-===//

#ifndef QUANTIR_KERNELRULES_KERNELINFO_H
#define QUANTIR_KERNELRULES_KERNELINFO_H

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace quantir::rules {

/// The layouts that a kernel allows for its data.
enum class LayoutRule {
  Spatial,     ///< channels-last, data operands and result alike
  Elementwise, ///< any, the same for the result and the data operands of its rank
  Cast,        ///< any; better the same, but the op can change it on the way
  Any,         ///< any
  RowMajor,    ///< row-major
};

/// The most operands of an op, and the most entries of one of its lists.
inline constexpr size_t maxOperands = size_t(1) << 12;

/// What is the same for all ops of a kernel.
struct KernelInfo {
  std::string_view name;
  size_t minInputs, maxInputs; ///< without and with the optional ones
  size_t results;
  /// Whether inputs beyond the least number are operands of a list, of which none is absent.
  bool variadic;
  LayoutRule layout;
  /// Bit i: input i belongs to the model and not to its data (a weight, a bias, a scale).
  uint32_t parameters;
  /// Whether each element of the result is one of an input, whatever the options.
  bool moves;
};

} // namespace quantir::rules

#endif // QUANTIR_KERNELRULES_KERNELINFO_H
