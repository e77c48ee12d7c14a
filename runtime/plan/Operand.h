//===- Operand.h - An op with its operands resolved -------------*- C++ -*-===//

#ifndef QUANTIR_RUNTIME_PLAN_OPERAND_H
#define QUANTIR_RUNTIME_PLAN_OPERAND_H

#include "quantir/Base/DType.h"
#include "quantir/Base/Layout.h"
#include "quantir/Runtime/Tensor.h"

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace quantir::plan {
struct Op;
} // namespace quantir::plan

namespace quantir::runtime {

class WeightCache;

/// One operand or result of an op, its shape fixed.
struct Operand {
  std::string_view name;
  DType dtype = DType::Float32;
  Layout layout = Layout::RowMajor;
  std::vector<int64_t> dims;    ///< logical order
  std::vector<int64_t> strides; ///< in elements, logical order, as `layout` says; dense
  const QuantInfo *quant = nullptr;
  /// The values, when they are known as the kernel is built: part of the plan, or computed once
  /// from parts of it. They outlive the kernel.
  const void *constant = nullptr;
  /// Of floats: where a run keeps what no element exceeds in magnitude; infinity while that is not
  /// known, as at its start. Null where nothing keeps it. A kernel that knows writes it for its
  /// results, and may for its inputs; for ops that compute no sums of products the session does
  /// (session/Magnitudes.h), whose bounds the kernels of every backend have to keep: a mean that
  /// overflows on the way, or a function that leaves its range, would break them.
  float *magnitude = nullptr;

  int64_t numElements() const {
    int64_t n = 1;
    for (int64_t d : dims)
      n *= d;
    return n;
  }
};

/// What a kernel is built from. An absent optional operand is a null pointer. The op, the operands
/// and their quantization outlive the kernel; the spans do not.
struct KernelSpec {
  const plan::Op *op = nullptr;
  std::span<const Operand *const> inputs;
  std::span<const Operand *const> outputs;
  int threads = 1;
  /// The input whose memory the first output shares, or -1. Only ever the
  /// `Candidate::inPlaceInput`.
  int inPlaceInput = -1;
  /// Where constants are packed that other sessions of the plan can use, too; null: nowhere.
  WeightCache *weights = nullptr;
};

} // namespace quantir::runtime

#endif // QUANTIR_RUNTIME_PLAN_OPERAND_H
