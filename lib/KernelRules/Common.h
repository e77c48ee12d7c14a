//===- Common.h - Rules that several kernels share --------------*- C++ -*-===//
//
// `what` names the operand: "a result". All return "expected X, but got Y", or an empty string.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_LIB_KERNELRULES_COMMON_H
#define QUANTIR_LIB_KERNELRULES_COMMON_H

#include "quantir/KernelRules/Rules.h"

#include <initializer_list>
#include <string_view>

namespace quantir::rules {

[[nodiscard]] std::string expected(std::string_view what, std::string_view got);

/// The first error of several.
[[nodiscard]] inline std::string firstOf(std::initializer_list<std::string> errors) {
  for (const std::string &error : errors)
    if (!error.empty())
      return error;
  return {};
}

[[nodiscard]] std::string checkDims(std::string_view what, const KernelOperand &operand,
                                    const Dims &dims);

/// Of a shape rule: its error, or that the result has the shape that it gives.
[[nodiscard]] std::string checkResult(std::string error, const Dims &inferred,
                                      const KernelOperand &result);

/// The result has the input's shape.
[[nodiscard]] std::string checkSameShape(const KernelOperands &o);

[[nodiscard]] std::string checkFloat(std::string_view what, const KernelOperand &operand);
[[nodiscard]] std::string checkQuantized(std::string_view what, const KernelOperand &operand);

/// All inputs and results are float32.
[[nodiscard]] std::string checkFloats(const KernelOperands &o);

/// The first `inputs` inputs and the result are all float32, or all 8-bit codes per tensor; in
/// `Forms::All` the result of codes may be float32.
[[nodiscard]] std::string checkValues(const KernelOperands &o, size_t inputs, Forms forms);

/// The same element type, scales and zero points everywhere.
[[nodiscard]] std::string checkSameEncoding(const KernelOperands &o);

/// The same, and no scale per channel: what can be moved without looking at it.
[[nodiscard]] std::string checkMovable(const KernelOperands &o);

/// `axis` counts from the front.
[[nodiscard]] std::string checkAxis(int64_t axis, size_t rank);

/// An enumerator that the enum has.
template <typename Enum> [[nodiscard]] std::string checkKnown(std::string_view what, Enum value) {
  return value <= Enum::MAX ? std::string()
                            : expected("a known " + std::string(what),
                                       "number " + std::to_string(static_cast<int>(value)));
}

/// An input of rank 2 or more.
[[nodiscard]] std::string checkRank2(const KernelOperand &input);

} // namespace quantir::rules

/// Returns from a check if `check` found something.
#define QUANTIR_RETURN_IF_WRONG(check)                                                             \
  do {                                                                                             \
    if (std::string error_ = (check); !error_.empty())                                             \
      return error_;                                                                               \
  } while (false)

#endif // QUANTIR_LIB_KERNELRULES_COMMON_H
