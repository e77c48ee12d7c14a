//===- WeightedRules.cpp - Rules of convolutions and matrix products -------===//

#include "Common.h"

#include <fmt/format.h>

#include <algorithm>

namespace quantir::rules {

using shapes::formatDims;

//===----------------------------------------------------------------------===//
// Element types
//===----------------------------------------------------------------------===//

static bool isZero(int32_t zeroPoint) { return zeroPoint == 0; }

static bool hasZeroPointsZero(const Quantization &quant) {
  return std::all_of(quant.zeroPoints.begin(), quant.zeroPoints.end(), isZero);
}

/// Inputs 0 to 3 are the input, the weight, the bias and the addend. Of these and the result, those
/// that are added to integer products, and what the sum becomes.
static std::string checkSummandTypes(const KernelOperands &o) {
  const KernelOperand *addend = o.optional(3);
  if (addend && !addend->isFloat() && !addend->isActivation())
    return expected("an addend of float32, or of uint8 or int8 with one scale", describe(*addend));
  if (!o.result().isFloat() && !o.result().isActivation())
    return expected("a result of float32, or of uint8 or int8 with one scale",
                    describe(o.result()));
  return {};
}

/// 32-bit codes are added to the sum of products as they are, so their unit must be the sum's.
static std::string checkIntegerBias(const KernelOperands &o, Forms forms) {
  const KernelOperand &bias = *o.optional(2);
  if (forms == Forms::All && bias.dtype == DType::Int32)
    return {};
  if (bias.dtype != DType::Int32 || !bias.quant)
    return expected("a bias of float32, or of int32 with a scale", describe(bias));
  if (!hasZeroPointsZero(*bias.quant))
    return expected("a bias with zero point 0", "another");
  const float inputScale = o.input(0).quant->scales.front();
  const std::vector<float> &weightScales = o.input(1).quant->scales;
  const std::vector<float> &scales = bias.quant->scales;
  for (int64_t i = 0, e = shapes::numElements(bias.dims); i != e; ++i) {
    // One scale, one per channel, or (transposed convolutions) one per channel of a group.
    const float unit = inputScale * weightScales[i % weightScales.size()];
    if (scales[scales.size() == 1 ? 0 : i] != unit)
      return fmt::format("expected a quantized bias whose scale is the input's times the weight's, "
                         "{}, but got {}",
                         unit, scales[scales.size() == 1 ? 0 : i]);
  }
  return {};
}

/// `weight` may have a scale per index of `channelAxis`.
static std::string checkWeightedTypes(const KernelOperands &o, int channelAxis, Forms forms) {
  const KernelOperand &input = o.input(0), &weight = o.input(1);
  if (input.isFloat()) {
    for (const KernelOperand *other :
         {&weight, o.optional(2), o.optional(3), static_cast<const KernelOperand *>(&o.result())})
      if (other && !other->isFloat())
        return expected("operands and result of float32 where the input is float32",
                        describe(*other));
    return {};
  }
  if (!input.isActivation())
    return expected("an input of float32, or of uint8 or int8 with one scale", describe(input));
  const bool isByte = weight.dtype == DType::Int8 || weight.dtype == DType::UInt8;
  if (!isByte || !weight.quant || (forms == Forms::Lowered && weight.dtype != DType::Int8))
    return expected("a weight of int8 with a scale where the input is quantized", describe(weight));
  if (forms == Forms::Lowered && !hasZeroPointsZero(*weight.quant))
    return expected("a weight with zero point 0", "another");
  if (!weight.quant->perTensor() && weight.quant->axis != channelAxis)
    return fmt::format("expected a weight quantized along axis {}, but got axis {}", channelAxis,
                       weight.quant->axis);
  if (const KernelOperand *bias = o.optional(2); bias && !bias->isFloat())
    QUANTIR_RETURN_IF_WRONG(checkIntegerBias(o, forms));
  return checkSummandTypes(o);
}

//===----------------------------------------------------------------------===//
// Shapes
//===----------------------------------------------------------------------===//

static std::string checkVector(std::string_view what, const KernelOperand *vector, int64_t size) {
  return vector ? checkDims(what, *vector, {size}) : std::string();
}

static std::string checkAddend(const KernelOperands &o) {
  const KernelOperand *addend = o.optional(3);
  return addend ? checkDims("an addend", *addend, o.result().dims) : std::string();
}

template <typename Options>
static shapes::ConvGeometry geometryOf(const Options &options, const KernelOperand &weight) {
  const size_t spatial = weight.dims.size() < 2 ? 0 : weight.dims.size() - 2;
  return {orElse(options.strides, spatial, 1), orElse(options.padding, 2 * spatial, 0),
          orElse(options.dilations, spatial, 1), options.groups};
}

//===----------------------------------------------------------------------===//
// The kernels
//===----------------------------------------------------------------------===//

std::string checkShapes(const ConvOptions &options, const KernelOperands &o) {
  QUANTIR_RETURN_IF_WRONG(checkActivation(options.activation));
  const Dims &weight = o.input(1).dims;
  Dims dims;
  QUANTIR_RETURN_IF_WRONG(
      shapes::inferConv(o.input(0).dims, weight, geometryOf(options, o.input(1)), dims));
  return firstOf({checkDims("a result", o.result(), dims),
                  checkVector("a bias", o.optional(2), weight[0]), checkAddend(o)});
}

std::string checkTypes(const ConvOptions &, const KernelOperands &o, Forms forms) {
  return checkWeightedTypes(o, /*channelAxis=*/0, forms);
}

std::string checkShapes(const ConvTransposeOptions &options, const KernelOperands &o) {
  QUANTIR_RETURN_IF_WRONG(checkActivation(options.activation));
  const shapes::ConvGeometry geometry = geometryOf(options, o.input(1));
  Dims dims;
  QUANTIR_RETURN_IF_WRONG(
      shapes::inferConvTranspose(o.input(0).dims, o.input(1).dims, geometry,
                                 orElse(options.outputPadding, geometry.strides.size(), 0), dims));
  return firstOf(
      {checkDims("a result", o.result(), dims), checkVector("a bias", o.optional(2), dims[1])});
}

std::string checkTypes(const ConvTransposeOptions &, const KernelOperands &o, Forms forms) {
  return checkWeightedTypes(o, /*channelAxis=*/1, forms);
}

std::string checkShapes(const MatMulOptions &options, const KernelOperands &o) {
  QUANTIR_RETURN_IF_WRONG(checkActivation(options.activation));
  const Dims &lhs = o.input(0).dims, &rhs = o.input(1).dims;
  if (lhs.size() < 2 || rhs.size() < 2)
    return fmt::format("expected operands of rank 2 or more, but got {} and {}", formatDims(lhs),
                       formatDims(rhs));
  Dims dims;
  QUANTIR_RETURN_IF_WRONG(shapes::inferMatMul(lhs, rhs, options.transposeB, dims));
  return firstOf({checkDims("a result", o.result(), dims),
                  checkVector("a bias", o.optional(2), dims.back()), checkAddend(o)});
}

std::string checkTypes(const MatMulOptions &options, const KernelOperands &o, Forms forms) {
  const KernelOperand &rhs = o.input(1);
  const int rank = static_cast<int>(rhs.dims.size());
  // The product of two activations.
  if (o.input(0).isActivation() && rhs.isActivation() && !o.optional(2))
    return checkSummandTypes(o);
  if (forms == Forms::Lowered && rhs.quant && !rhs.quant->perTensor() && rank != 2)
    return fmt::format("expected a weight of rank 2 where it is quantized per channel, but got "
                       "rank {}",
                       rank);
  return checkWeightedTypes(o, options.transposeB ? rank - 2 : rank - 1, forms);
}

std::string checkShapes(const ChannelAffineOptions &options, const KernelOperands &o) {
  QUANTIR_RETURN_IF_WRONG(checkActivation(options.activation));
  QUANTIR_RETURN_IF_WRONG(checkRank2(o.input(0)));
  const int64_t channels = o.input(0).dims[1];
  return firstOf({checkSameShape(o), checkVector("a scale", &o.input(1), channels),
                  checkVector("a shift", &o.input(2), channels)});
}

std::string checkTypes(const ChannelAffineOptions &, const KernelOperands &o, Forms forms) {
  return firstOf({checkFloat("a scale", o.input(1)), checkFloat("a shift", o.input(2)),
                  checkValues(o, 1, forms)});
}

} // namespace quantir::rules
