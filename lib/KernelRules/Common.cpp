//===- Common.cpp - Rules that several kernels share -----------------------===//

#include "Common.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>

namespace quantir::rules {

using shapes::formatDims;

//===----------------------------------------------------------------------===//
// One operand
//===----------------------------------------------------------------------===//

bool KernelOperand::isLayoutFree() const {
  if (dims.size() < 3 || dims[1] == 1)
    return true;
  return std::all_of(dims.begin() + 2, dims.end(), [](int64_t dim) { return dim == 1; });
}

std::string describe(const KernelOperand &operand) {
  std::string text(nameOf(operand.dtype));
  if (!operand.quant)
    return operand.isFloat() ? text : text + " without a scale";
  if (operand.quant->perTensor())
    return text + " with one scale";
  return fmt::format("{} with a scale per index of axis {}", text, operand.quant->axis);
}

/// The codes that a type can hold.
static std::pair<int64_t, int64_t> rangeOf(DType dtype) {
  switch (dtype) {
  case DType::UInt8:
    return {0, 255};
  case DType::Int8:
    return {-128, 127};
  default:
    return {std::numeric_limits<int32_t>::min(), std::numeric_limits<int32_t>::max()};
  }
}

static std::string checkQuantization(const KernelOperand &operand, const Quantization &quant) {
  if (operand.dtype == DType::Float32 || operand.dtype == DType::Int64)
    return fmt::format("expected no quantization parameters on {}", nameOf(operand.dtype));
  size_t entries = 1;
  if (quant.axis != -1) {
    if (quant.axis < 0 || static_cast<size_t>(quant.axis) >= operand.dims.size())
      return fmt::format("expected a quantized axis below {}, but got {}", operand.dims.size(),
                         quant.axis);
    const int64_t dim = operand.dims[quant.axis];
    if (dim < 0)
      return "expected a quantized axis of a fixed size, but it follows the batch";
    entries = static_cast<size_t>(dim);
  }
  if (quant.scales.size() != entries || quant.zeroPoints.size() != entries)
    return fmt::format("expected {} scales and zero points, but got {} and {}", entries,
                       quant.scales.size(), quant.zeroPoints.size());
  const auto [min, max] = rangeOf(operand.dtype);
  if (quant.min >= quant.max || quant.min < min || quant.max > max)
    return fmt::format("expected a quantized range inside [{}, {}] of {}, but got [{}, {}]", min,
                       max, nameOf(operand.dtype), quant.min, quant.max);
  // Kernels multiply by 1 / scale.
  for (float scale : quant.scales)
    if (!(scale > 0) || !std::isfinite(scale) || !std::isfinite(1.0f / scale))
      return fmt::format("expected a positive finite scale, but got {}", scale);
  for (int32_t zeroPoint : quant.zeroPoints)
    if (zeroPoint < quant.min || zeroPoint > quant.max)
      return fmt::format("expected a zero point inside [{}, {}], but got {}", quant.min, quant.max,
                         zeroPoint);
  return {};
}

bool haveSameQuantization(const KernelOperand &a, const KernelOperand &b) {
  return a.quant == b.quant || (a.quant && b.quant && *a.quant == *b.quant);
}

std::string checkOperand(const KernelOperand &operand) {
  if (operand.layout == Layout::ChannelsLast && operand.dims.size() < 3)
    return "expected at least 3 dims in a channels-last tensor";
  return operand.quant ? checkQuantization(operand, *operand.quant) : std::string();
}

//===----------------------------------------------------------------------===//
// All operands
//===----------------------------------------------------------------------===//

std::string checkCounts(const KernelInfo &info, const KernelOperands &o) {
  const size_t inputs = o.inputs.size();
  if (inputs < info.minInputs || inputs > info.maxInputs)
    return fmt::format("expected {} to {} inputs, but got {}", info.minInputs, info.maxInputs,
                       inputs);
  if (o.results.size() != info.results)
    return fmt::format("expected {} results, but got {}", info.results, o.results.size());
  for (size_t i = 0; i < (info.variadic ? inputs : info.minInputs); ++i)
    if (!o.inputs[i])
      return fmt::format("expected input {} to be given, but it is absent", i);
  return {};
}

/// One layout for all that have the greatest rank, row-major for those that are broadcast to it.
static std::string checkOneLayout(const std::vector<const KernelOperand *> &operands) {
  size_t rank = 0;
  for (const KernelOperand *operand : operands)
    rank = std::max(rank, operand->dims.size());
  const KernelOperand *first = nullptr;
  for (const KernelOperand *operand : operands) {
    if (operand->dims.size() < rank) {
      if (operand->layout == Layout::ChannelsLast)
        return "expected a row-major operand where it is broadcast to a higher rank, but it is "
               "channels-last";
      continue;
    }
    if (first && first->layout != operand->layout)
      return "expected operands and result of one layout, but got both row-major and channels-last";
    first = operand;
  }
  return {};
}

std::string checkLayouts(LayoutRule rule, const std::vector<bool> &parameters,
                         const KernelOperands &o) {
  std::vector<const KernelOperand *> data; // that one layout or the other makes a difference to
  for (size_t i = 0; i < o.inputs.size(); ++i) {
    const KernelOperand *input = o.optional(i);
    if (!input)
      continue;
    if (parameters[i] && input->layout == Layout::ChannelsLast)
      return fmt::format("expected a row-major parameter as input {}, but it is channels-last", i);
    if (!parameters[i] && !input->isLayoutFree())
      data.push_back(input);
  }
  for (const KernelOperand &result : o.results)
    if (!result.isLayoutFree())
      data.push_back(&result);

  switch (rule) {
  case LayoutRule::Cast:
  case LayoutRule::Any:
    break;
  case LayoutRule::RowMajor:
    for (const KernelOperand *operand : data)
      if (operand->layout == Layout::ChannelsLast)
        return "expected row-major operands and result, but got a channels-last one";
    break;
  case LayoutRule::Spatial:
  case LayoutRule::Elementwise:
    return checkOneLayout(data);
  }
  return {};
}

//===----------------------------------------------------------------------===//
// Shared checks
//===----------------------------------------------------------------------===//

std::string expected(std::string_view what, std::string_view got) {
  return fmt::format("expected {}, but got {}", what, got);
}

std::string checkDims(std::string_view what, const KernelOperand &operand, const Dims &dims) {
  if (operand.dims == dims)
    return {};
  return fmt::format("expected {} of shape {}, but got {}", what, formatDims(dims),
                     formatDims(operand.dims));
}

std::string checkResult(std::string error, const Dims &inferred, const KernelOperand &result) {
  return error.empty() ? checkDims("a result", result, inferred) : error;
}

std::string checkSameShape(const KernelOperands &o) {
  return checkDims("a result", o.result(), o.input(0).dims);
}

std::string checkFloat(std::string_view what, const KernelOperand &operand) {
  return operand.isFloat()
             ? std::string()
             : fmt::format("expected {} of float32, but got {}", what, describe(operand));
}

std::string checkQuantized(std::string_view what, const KernelOperand &operand) {
  return operand.quant ? std::string()
                       : fmt::format("expected {} of integers with a scale, but got {}", what,
                                     describe(operand));
}

std::string checkFloats(const KernelOperands &o) {
  for (size_t i = 0; i < o.inputs.size(); ++i)
    if (const KernelOperand *input = o.optional(i))
      QUANTIR_RETURN_IF_WRONG(checkFloat("an input", *input));
  for (const KernelOperand &result : o.results)
    QUANTIR_RETURN_IF_WRONG(checkFloat("a result", result));
  return {};
}

std::string checkValues(const KernelOperands &o, size_t inputs, Forms forms) {
  const bool floats = o.input(0).isFloat();
  std::vector<const KernelOperand *> operands;
  for (size_t i = 0; i < inputs; ++i)
    operands.push_back(&o.input(i));
  if (floats || forms == Forms::Lowered || !o.result().isFloat())
    operands.push_back(&o.result());
  for (const KernelOperand *operand : operands) {
    if (floats && !operand->isFloat())
      return expected("operands and result all of float32", describe(*operand));
    if (!floats && !operand->isActivation())
      return expected("operands and result all of float32, or all of uint8 or int8 with one scale",
                      describe(*operand));
  }
  return {};
}

std::string checkMovable(const KernelOperands &o) {
  const KernelOperand &first = o.input(0);
  if (first.quant && !first.quant->perTensor())
    return expected("no scale per channel", describe(first));
  return checkSameEncoding(o);
}

std::string checkSameEncoding(const KernelOperands &o) {
  const KernelOperand &first = o.input(0);
  auto check = [&](const KernelOperand &other) {
    if (other.dtype == first.dtype && haveSameQuantization(other, first))
      return std::string();
    return fmt::format("expected operands and result of one type, scale and zero point, but got {} "
                       "and {}",
                       describe(first), describe(other));
  };
  for (const std::optional<KernelOperand> &input : o.inputs)
    QUANTIR_RETURN_IF_WRONG(check(*input));
  for (const KernelOperand &result : o.results)
    QUANTIR_RETURN_IF_WRONG(check(result));
  return {};
}

std::string checkAxis(int64_t axis, size_t rank) {
  if (axis >= 0 && static_cast<size_t>(axis) < rank)
    return {};
  return fmt::format("expected an axis of at least 0 and below {}, but got {}", rank, axis);
}

std::string checkRank2(const KernelOperand &input) {
  return input.dims.size() >= 2 ? std::string()
                                : expected("an input of rank 2 or more", formatDims(input.dims));
}

std::string checkActivation(const ActivationInfo &activation) {
  const auto [kind, alpha, beta] = activation;
  QUANTIR_RETURN_IF_WRONG(checkKnown("activation", kind));
  if (std::isnan(alpha) || std::isnan(beta))
    return "expected the parameters of an activation to be numbers, but got nan";
  if (kind == plan::ActivationKind::Clamp && alpha > beta)
    return fmt::format("expected clamp bounds in order, but got {} and {}", alpha, beta);
  if (kind == plan::ActivationKind::LeakyRelu && !std::isfinite(alpha))
    return fmt::format("expected a finite slope, but got {}", alpha);
  return {};
}

std::vector<int64_t> orElse(std::vector<int64_t> list, size_t count, int64_t fallback) {
  return list.empty() ? std::vector<int64_t>(count, fallback) : list;
}

} // namespace quantir::rules
