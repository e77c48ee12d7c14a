//===- KernelRules.cpp - The rules of kernels, for ops --------------------===//
//
// What each op is verified by, and what its interface says, are the rules of its kernel. Here an op
// becomes what these are about.
//
//===----------------------------------------------------------------------===//

#include "quantir/KernelRules/Rules.h"

#include "quantir/Serialization/ObserverJson.h"
#include "quantir/dialects/Kernel/KernelOptions.h"
#include "quantir/dialects/Quantir/QuantirAttrs.h"

#include "mlir/IR/TypeUtilities.h"

#include <nlohmann/json.hpp>

using namespace mlir;
using namespace quantir;
using namespace quantir::kernel;

//===----------------------------------------------------------------------===//
// Options
//===----------------------------------------------------------------------===//

template <typename T, typename Array> static std::vector<T> toVector(Array array) {
  return std::vector<T>(array.asArrayRef().begin(), array.asArrayRef().end());
}

template <typename T, typename Array>
static std::optional<std::vector<T>> toOptionalVector(Array array) {
  return array ? std::optional(toVector<T>(array)) : std::nullopt;
}

static rules::ActivationInfo toActivation(ActivationAttr activation) {
  if (!activation)
    return {};
  return {plan::ActivationKind(activation.getKind()), activation.getAlpha(), activation.getBeta()};
}

/// An observer as JSON; empty for another attribute, which verifyKernelOp refuses.
static std::string toConfig(Attribute spec) {
  auto observer = dyn_cast<ObserverSpecAttr>(spec);
  return observer ? numerics::toJson(observer.getConfig()).dump() : std::string();
}

#include "generated/KernelOptions.inc"

//===----------------------------------------------------------------------===//
// Operands
//===----------------------------------------------------------------------===//

/// Calls `visit(operand, position)` for each operand of an op whose definition has that many, and
/// `visit(nothing, position)` for each optional one that is absent.
template <typename Op>
static void visitOperands(Op op, unsigned definitions,
                          function_ref<void(std::optional<unsigned>, unsigned)> visit) {
  unsigned position = 0;
  for (unsigned i = 0; i != definitions; ++i) {
    auto [first, length] = op.getODSOperandIndexAndLength(i);
    if (length == 0)
      visit(std::nullopt, position++);
    for (unsigned j = 0; j != length; ++j)
      visit(first + j, position++);
  }
}

static void visitOperands(Operation *op,
                          function_ref<void(std::optional<unsigned>, unsigned)> visit) {
#define QUANTIR_KERNEL_OP(opClass, name, operands)                                                 \
  if (auto kernel = dyn_cast<opClass>(op))                                                         \
    return visitOperands(kernel, operands, visit);
  QUANTIR_FOR_EACH_KERNEL_OP(QUANTIR_KERNEL_OP)
#undef QUANTIR_KERNEL_OP
}

SmallVector<Value> kernel::getOperandsByPosition(Operation *op) {
  SmallVector<Value> values;
  visitOperands(op, [&](std::optional<unsigned> operand, unsigned) {
    values.push_back(operand ? op->getOperand(*operand) : Value());
  });
  while (!values.empty() && !values.back())
    values.pop_back();
  return values;
}

static DType getDType(Type elementType) {
  if (auto quantized = dyn_cast<quant::QuantizedType>(elementType)) {
    if (quantized.getStorageTypeIntegralWidth() == 32)
      return DType::Int32;
    return quantized.isSigned() ? DType::Int8 : DType::UInt8;
  }
  if (elementType.isF32())
    return DType::Float32;
  return elementType.isInteger(64) ? DType::Int64 : DType::Int32;
}

rules::KernelOperand kernel::toKernelOperand(Type tensor) {
  rules::KernelOperand operand{getDType(getElementTypeOrSelf(tensor)),
                               isChannelsLast(tensor) ? Layout::ChannelsLast : Layout::RowMajor,
                               getDims(tensor)};
  if (quant::QuantizedType type = getQuantizedType(tensor)) {
    SmallVector<float> scales = getScales(type);
    SmallVector<int32_t> zeroPoints = getZeroPoints(type);
    operand.quant = std::make_shared<const rules::Quantization>(
        rules::Quantization{{scales.begin(), scales.end()},
                            {zeroPoints.begin(), zeroPoints.end()},
                            getQuantizedAxis(type),
                            type.getStorageTypeMin(),
                            type.getStorageTypeMax()});
  }
  return operand;
}

rules::KernelOperands kernel::toKernelOperands(Operation *op, TypeRange operands,
                                               TypeRange results) {
  rules::KernelOperands all;
  visitOperands(op, [&](std::optional<unsigned> operand, unsigned) {
    all.inputs.push_back(operand ? std::optional(toKernelOperand(operands[*operand]))
                                 : std::nullopt);
  });
  while (!all.inputs.empty() && !all.inputs.back())
    all.inputs.pop_back();
  for (Type result : results)
    all.results.push_back(toKernelOperand(result));
  return all;
}

//===----------------------------------------------------------------------===//
// The verifier and the interface
//===----------------------------------------------------------------------===//

LogicalResult kernel::detail::verifyKernelOp(Operation *op) {
  if (auto fake = dyn_cast<FakeQuantizeAffineOp>(op);
      fake && !isa<ObserverSpecAttr>(fake.getSpec()))
    return op->emitOpError("expected spec to be an affine_min_max observer");
  rules::KernelOperands operands =
      toKernelOperands(op, op->getOperandTypes(), op->getResultTypes());
  std::string error;
  visitKernel(op, [&](auto, const auto &options) {
    error = rules::check(options, operands, rules::Forms::Lowered);
  });
  return error.empty() ? success() : LogicalResult(op->emitOpError(error));
}

template <typename Op> static bool isParameterOf(Op op, unsigned operand) {
  unsigned found = 0, count = 0;
  visitOperands(op.getOperation(), [&](std::optional<unsigned> index, unsigned position) {
    if (index == operand)
      found = position;
    if (index)
      count = position + 1;
  });
  return rules::isParameter(optionsOf(op), found, count);
}

#define QUANTIR_KERNEL_OP(op, name, operandCount)                                                  \
  std::string op::checkElementTypes(TypeRange operands, TypeRange results) {                       \
    return rules::checkTypes(optionsOf(*this),                                                     \
                             toKernelOperands(getOperation(), operands, results),                  \
                             rules::Forms::Lowered);                                               \
  }                                                                                                \
  LayoutRule op::getLayoutRule() { return rules::layoutRuleOf(optionsOf(*this)); }                 \
  bool op::isParameter(unsigned operand) { return isParameterOf(*this, operand); }
QUANTIR_FOR_EACH_KERNEL_OP(QUANTIR_KERNEL_OP)
#undef QUANTIR_KERNEL_OP

bool PoolOp::movesData() { return getKind() == PoolKind::Max; }
bool MeanOp::movesData() { return false; }
bool ResampleOp::movesData() { return getMode() == ResampleMode::Nearest; }
/// Zero has a code of its own in every quantized type; another value changes when it is quantized.
bool PadOp::movesData() { return getValue().isZero(); }
