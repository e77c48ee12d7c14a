//===- QuantizableOpInterface.h - What an op says about its quantization ----*- C++ -*-===//
//
// The vocabulary of QuantizableOpInterface: the roles of operands and the policies of results.
// docs/AddingAnOp.md shows how an op declares them.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_DIALECTS_INTERFACES_QUANTIZABLEOPINTERFACE_H
#define QUANTIR_DIALECTS_INTERFACES_QUANTIZABLEOPINTERFACE_H

#include "mlir/IR/OpDefinition.h"
#include "llvm/ADT/SmallVector.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <limits>
#include <optional>
#include <utility>

namespace quantir {

/// What an operand is to its op.
enum class OperandRole {
  Activation, ///< a tensor the model computes, with its own observer
  Weight,     ///< a parameter multiplied with activations, quantized per tensor or per channel
  Bias,       ///< a parameter added to the accumulator
  None,       ///< never quantized
};

llvm::StringRef stringifyOperandRole(OperandRole role);

/// How a result gets its quantization parameters.
class ResultPolicy {
public:
  enum class Kind { Observe, SameAsOperand, Fixed };

  /// By observing the result.
  static constexpr ResultPolicy observe() { return ResultPolicy(Kind::Observe); }

  /// By taking those of operand `index`. All activations of the op then have the same ones.
  static constexpr ResultPolicy sameAsOperand(unsigned index) {
    ResultPolicy policy(Kind::SameAsOperand);
    policy.operand = index;
    return policy;
  }

  /// By the op's known range. `scale` and `zeroPoint` are those of 256 codes from 0 on.
  static constexpr ResultPolicy fixed(float scale, int32_t zeroPoint) {
    ResultPolicy policy(Kind::Fixed);
    policy.scale = scale;
    policy.zeroPoint = zeroPoint;
    return policy;
  }

  constexpr Kind getKind() const { return kind; }
  constexpr bool isObserve() const { return kind == Kind::Observe; }
  constexpr bool isSameAsOperand() const { return kind == Kind::SameAsOperand; }
  constexpr bool isFixed() const { return kind == Kind::Fixed; }

  /// Only for SameAsOperand.
  constexpr unsigned getOperand() const { return operand; }
  /// Only for Fixed: the scale by which `codes` codes, a power of two, cover the range.
  constexpr float getScale(int64_t codes = 256) const { return scale * (256.0f / float(codes)); }
  /// Only for Fixed: the zero point for `codes` codes from `quantMin` on, e.g. -128 for s8.
  constexpr int32_t getZeroPoint(int32_t quantMin = 0, int64_t codes = 256) const {
    return int32_t(quantMin + zeroPoint * codes / 256);
  }

private:
  explicit constexpr ResultPolicy(Kind kind) : kind(kind) {}

  Kind kind;
  unsigned operand = 0;
  float scale = 1.0f;
  int32_t zeroPoint = 0;
};

/// A part of a tensor: of each dimension the first index and the one past the last. A dynamic
/// dimension is taken whole: from 0 to mlir::ShapedType::kDynamic.
using Box = llvm::SmallVector<std::pair<int64_t, int64_t>>;

/// All of a value with a shape.
Box wholeBox(mlir::Value value);

/// `axis` of `result` counted from the start, where it may be given from the end.
std::optional<int64_t> axisOfResult(mlir::Value result, std::optional<int64_t> axis);

namespace OpTrait {
/// Marks the ops that implement QuantizableOpInterface by the ODS class `Quantizable`.
template <typename ConcreteType>
class DeclaredQuantizable : public mlir::OpTrait::TraitBase<ConcreteType, DeclaredQuantizable> {};
} // namespace OpTrait

} // namespace quantir

#include "quantir/dialects/Interfaces/QuantizableOpInterface.h.inc"

#endif // QUANTIR_DIALECTS_INTERFACES_QUANTIZABLEOPINTERFACE_H
