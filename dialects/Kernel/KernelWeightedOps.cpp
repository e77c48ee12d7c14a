//===- KernelWeightedOps.cpp - Sums of products ---------------------------===//

#include "quantir/dialects/Kernel/Kernel.h"

#include "mlir/IR/TypeUtilities.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace quantir;
using namespace quantir::kernel;

//===----------------------------------------------------------------------===//
// Element types
//===----------------------------------------------------------------------===//

namespace {
/// The operand types of a sum of products; bias and addend may be null.
struct WeightedTypes {
  Type input, weight, bias, addend, result;
  /// The axis of `weight` that may be quantized per channel.
  int64_t channelAxis;
};
} // namespace

static std::string describe(Type tensor) {
  std::string text;
  llvm::raw_string_ostream(text) << getElementTypeOrSelf(tensor);
  return text;
}

static std::string mismatch(StringRef what, Type got) {
  return ("expected " + what + ", but got ").str() + describe(got);
}

/// 32-bit codes are added to the sum of products as they are, so their unit must be the sum's.
static std::string checkIntegerBias(const WeightedTypes &types) {
  quant::QuantizedType bias = getQuantizedType(types.bias);
  if (bias.getStorageTypeIntegralWidth() != 32)
    return mismatch("an f32 or 32-bit quantized bias", types.bias);
  if (llvm::any_of(getZeroPoints(bias), [](int32_t zeroPoint) { return zeroPoint != 0; }))
    return mismatch("a bias with zero point 0", types.bias);

  float inputScale = getScales(getQuantizedType(types.input)).front();
  SmallVector<float> weightScales = getScales(getQuantizedType(types.weight));
  SmallVector<float> biasScales = getScales(bias);
  size_t channels = cast<RankedTensorType>(types.bias).getNumElements();
  for (size_t i = 0; i != channels; ++i) {
    // One scale, one per channel, or (transposed convolutions) one per channel of a group.
    float weightScale = weightScales[i % weightScales.size()];
    float biasScale = biasScales[biasScales.size() == 1 ? 0 : i];
    if (biasScale != inputScale * weightScale)
      return "expected a quantized bias whose scale is the input's times the weight's";
  }
  return {};
}

/// What is added to integer products, and what the sum becomes.
static std::string checkSummandTypes(const WeightedTypes &types) {
  if (types.addend && !isFloat(types.addend) && !getActivationType(types.addend))
    return mismatch("an addend of f32 or quantized to 8 bits per tensor", types.addend);
  if (!isFloat(types.result) && !getActivationType(types.result))
    return mismatch("a result of f32 or quantized to 8 bits per tensor", types.result);
  return {};
}

static std::string checkWeightedTypes(const WeightedTypes &types) {
  if (isFloat(types.input)) {
    for (Type type : {types.weight, types.bias, types.addend, types.result})
      if (type && !isFloat(type))
        return mismatch("f32 operands and result where the input is f32", type);
    return {};
  }
  if (!getActivationType(types.input))
    return mismatch("an input of f32 or quantized to 8 bits per tensor", types.input);

  quant::QuantizedType weight = getQuantizedType(types.weight);
  if (!weight || weight.getStorageTypeIntegralWidth() != 8 || !weight.isSigned())
    return mismatch("a weight quantized to i8 where the input is quantized", types.weight);
  if (llvm::any_of(getZeroPoints(weight), [](int32_t zeroPoint) { return zeroPoint != 0; }))
    return mismatch("a weight with zero point 0", types.weight);
  if (int32_t axis = getQuantizedAxis(weight); axis >= 0 && axis != types.channelAxis)
    return "expected a weight quantized along axis " + std::to_string(types.channelAxis) +
           ", but got axis " + std::to_string(axis);

  if (types.bias && !isFloat(types.bias))
    if (std::string error = checkIntegerBias(types); !error.empty())
      return error;
  return checkSummandTypes(types);
}

/// Takes the types of the optional operands, which stand behind the first two, in order.
static WeightedTypes makeWeightedTypes(TypeRange operands, TypeRange results, bool hasBias,
                                       bool hasAddend, int64_t channelAxis) {
  WeightedTypes types;
  types.input = operands[0];
  types.weight = operands[1];
  types.bias = hasBias ? operands[2] : Type();
  types.addend = hasAddend ? operands.back() : Type();
  types.result = results[0];
  types.channelAxis = channelAxis;
  return types;
}

//===----------------------------------------------------------------------===//
// Shapes
//===----------------------------------------------------------------------===//

static std::string checkVector(StringRef what, Value vector, int64_t size) {
  if (!vector || getDims(vector.getType()) == shapes::Dims{size})
    return {};
  return ("expected a " + what + " of shape ").str() + shapes::formatDims({size}) + ", but got " +
         shapes::formatDims(getDims(vector.getType()));
}

static std::string checkAddend(Value addend, Type result) {
  if (!addend || getDims(addend.getType()) == getDims(result))
    return {};
  return "expected an addend of the result's shape " + shapes::formatDims(getDims(result)) +
         ", but got " + shapes::formatDims(getDims(addend.getType()));
}

template <typename Op> static shapes::ConvGeometry getGeometry(Op op) {
  return {shapes::Dims(op.getStrides()), shapes::Dims(op.getPadding()),
          shapes::Dims(op.getDilations()), int64_t(op.getGroups())};
}

//===----------------------------------------------------------------------===//
// ConvOp
//===----------------------------------------------------------------------===//

std::string ConvOp::checkShapes() {
  shapes::Dims weight = getDims(getWeight().getType()), result;
  std::string error =
      shapes::inferConv(getDims(getInput().getType()), weight, getGeometry(*this), result);
  if (error = detail::checkResultShape(error, result, getType()); !error.empty())
    return error;
  if (error = checkVector("bias", getBias(), weight[0]); !error.empty())
    return error;
  return checkAddend(getAddend(), getType());
}

std::string ConvOp::checkElementTypes(TypeRange operands, TypeRange results) {
  return checkWeightedTypes(
      makeWeightedTypes(operands, results, bool(getBias()), bool(getAddend()), /*channelAxis=*/0));
}

//===----------------------------------------------------------------------===//
// ConvTransposeOp
//===----------------------------------------------------------------------===//

std::string ConvTransposeOp::checkShapes() {
  shapes::Dims result;
  std::string error =
      shapes::inferConvTranspose(getDims(getInput().getType()), getDims(getWeight().getType()),
                                 getGeometry(*this), shapes::Dims(getOutputPadding()), result);
  if (error = detail::checkResultShape(error, result, getType()); !error.empty())
    return error;
  return checkVector("bias", getBias(), result[1]);
}

std::string ConvTransposeOp::checkElementTypes(TypeRange operands, TypeRange results) {
  return checkWeightedTypes(makeWeightedTypes(operands, results, bool(getBias()),
                                              /*hasAddend=*/false, /*channelAxis=*/1));
}

//===----------------------------------------------------------------------===//
// MatMulOp
//===----------------------------------------------------------------------===//

std::string MatMulOp::checkShapes() {
  shapes::Dims lhs = getDims(getLhs().getType()), rhs = getDims(getRhs().getType()), result;
  if (lhs.size() < 2 || rhs.size() < 2)
    return "expected operands of rank 2 or more, but got " + shapes::formatDims(lhs) + " and " +
           shapes::formatDims(rhs);
  std::string error = shapes::inferMatMul(lhs, rhs, getTransposeB(), result);
  if (error = detail::checkResultShape(error, result, getType()); !error.empty())
    return error;
  if (error = checkVector("bias", getBias(), result.back()); !error.empty())
    return error;
  return checkAddend(getAddend(), getType());
}

std::string MatMulOp::checkElementTypes(TypeRange operands, TypeRange results) {
  int64_t rank = cast<RankedTensorType>(getRhs().getType()).getRank();
  WeightedTypes types = makeWeightedTypes(operands, results, bool(getBias()), bool(getAddend()),
                                          getTransposeB() ? rank - 2 : rank - 1);
  // The product of two activations.
  if (getActivationType(types.input) && getActivationType(types.weight) && !types.bias)
    return checkSummandTypes(types);
  if (getQuantizedType(types.weight) && getQuantizedAxis(getQuantizedType(types.weight)) >= 0 &&
      rank != 2)
    return "expected a weight of rank 2 where it is quantized per channel, but got rank " +
           std::to_string(rank);
  return checkWeightedTypes(types);
}

//===----------------------------------------------------------------------===//
// ChannelAffineOp
//===----------------------------------------------------------------------===//

std::string ChannelAffineOp::checkShapes() {
  shapes::Dims input = getDims(getInput().getType());
  if (input.size() < 2)
    return "expected an input of rank 2 or more, but got " + shapes::formatDims(input);
  if (std::string error = detail::checkResultShape({}, input, getType()); !error.empty())
    return error;
  if (std::string error = checkVector("scale", getScale(), input[1]); !error.empty())
    return error;
  return checkVector("shift", getShift(), input[1]);
}

std::string ChannelAffineOp::checkElementTypes(TypeRange operands, TypeRange results) {
  for (Type type : operands.drop_front())
    if (!isFloat(type))
      return mismatch("a scale and a shift of f32", type);
  return detail::checkFloatOrActivations(operands.take_front(), results);
}
