//===- Operand.h - An operand as the rules of kernels see it ----*- C++ -*-===//

#ifndef QUANTIR_KERNELRULES_OPERAND_H
#define QUANTIR_KERNELRULES_OPERAND_H

#include "quantir/Base/DType.h"
#include "quantir/Base/Layout.h"
#include "quantir/Shapes/Shapes.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace quantir::rules {

using shapes::Dims;

/// How codes stand for real numbers: value = (q - zeroPoint) * scale. One entry, or one per index
/// of `axis`.
struct Quantization {
  std::vector<float> scales;
  std::vector<int32_t> zeroPoints;
  int axis = -1;
  int64_t min = 0, max = 0; ///< the codes

  bool perTensor() const { return axis < 0; }
  bool operator==(const Quantization &) const = default;
};

/// The type of an operand or result.
struct KernelOperand {
  DType dtype = DType::Float32;
  Layout layout = Layout::RowMajor;
  Dims dims; ///< logical order; `shapes::dynamicDim` where the batch is still open
  std::shared_ptr<const Quantization> quant = {}; ///< null: no codes. Shared by the copies.

  bool isFloat() const { return dtype == DType::Float32; }
  /// Indices: integers without a scale.
  bool isIndex() const { return (dtype == DType::Int64 || dtype == DType::Int32) && !quant; }
  /// uint8 or int8 with one scale and zero point: what integer kernels compute with.
  bool isActivation() const {
    return (dtype == DType::UInt8 || dtype == DType::Int8) && quant && quant->perTensor();
  }
  /// Whether the elements stand in the same order in both layouts: rank below 3, or one channel, or
  /// all spatial dimensions 1. Such an operand may be called either.
  bool isLayoutFree() const;
};

/// All operands of an op, by their position in its definition.
struct KernelOperands {
  std::vector<std::optional<KernelOperand>> inputs; ///< nothing: an optional one that is absent
  std::vector<KernelOperand> results;

  /// One that is there.
  const KernelOperand &input(size_t i) const { return *inputs[i]; }
  const KernelOperand &result(size_t i = 0) const { return results[i]; }
  /// Null if it is absent.
  const KernelOperand *optional(size_t i) const {
    return i < inputs.size() && inputs[i] ? &*inputs[i] : nullptr;
  }
};

/// Whether the same code stands for the same number in both.
bool haveSameQuantization(const KernelOperand &a, const KernelOperand &b);

/// "uint8 with one scale", "int8 with a scale per index of axis 0", "int32 without a scale",
/// "float32".
std::string describe(const KernelOperand &operand);

/// Checks what concerns the tensor alone, whatever kernel it belongs to: scales, zero points, the
/// quantized axis, the range of codes, and that the layout fits the rank. The dimensions are
/// right: positive, or open. "expected X, but got Y", or empty.
[[nodiscard]] std::string checkOperand(const KernelOperand &operand);

} // namespace quantir::rules

#endif // QUANTIR_KERNELRULES_OPERAND_H
