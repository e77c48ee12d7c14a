//===- ExportOps.cpp - The plan's form of each kernel ---------------------===//

#include "ExportOps.h"

#include "quantir/Serialization/ObserverJson.h"
#include "quantir/dialects/Quantir/QuantirAttrs.h"

#include "llvm/ADT/TypeSwitch.h"

#include <nlohmann/json.hpp>

using namespace mlir;
using namespace quantir;
using namespace quantir::kernel;
using flatbuffers::FlatBufferBuilder;

//===----------------------------------------------------------------------===//
// Attributes
//===----------------------------------------------------------------------===//

// The schema's enumerators have the values of the dialect's.
static_assert(int(plan::ActivationKind::Relu) == int(ActivationKind::Relu) &&
              int(plan::ActivationKind::Clamp) == int(ActivationKind::Clamp) &&
              int(plan::ActivationKind::LeakyRelu) == int(ActivationKind::LeakyRelu));
static_assert(int(plan::UnaryKind::Relu) == int(UnaryKind::Relu) &&
              int(plan::UnaryKind::Clamp) == int(UnaryKind::Clamp) &&
              int(plan::UnaryKind::LeakyRelu) == int(UnaryKind::LeakyRelu) &&
              int(plan::UnaryKind::Sigmoid) == int(UnaryKind::Sigmoid) &&
              int(plan::UnaryKind::Tanh) == int(UnaryKind::Tanh) &&
              int(plan::UnaryKind::HardSigmoid) == int(UnaryKind::HardSigmoid) &&
              int(plan::UnaryKind::HardSwish) == int(UnaryKind::HardSwish) &&
              int(plan::UnaryKind::Elu) == int(UnaryKind::Elu) &&
              int(plan::UnaryKind::Gelu) == int(UnaryKind::Gelu) &&
              int(plan::UnaryKind::GeluTanh) == int(UnaryKind::GeluTanh) &&
              int(plan::UnaryKind::Erf) == int(UnaryKind::Erf) &&
              int(plan::UnaryKind::Sqrt) == int(UnaryKind::Sqrt) &&
              int(plan::UnaryKind::Pow) == int(UnaryKind::Pow));
static_assert(int(plan::BinaryKind::Add) == int(BinaryKind::Add) &&
              int(plan::BinaryKind::Sub) == int(BinaryKind::Sub) &&
              int(plan::BinaryKind::Mul) == int(BinaryKind::Mul) &&
              int(plan::BinaryKind::Div) == int(BinaryKind::Div));
static_assert(int(plan::PoolKind::Max) == int(PoolKind::Max) &&
              int(plan::PoolKind::Average) == int(PoolKind::Average));
static_assert(int(plan::BagMode::Sum) == int(BagMode::Sum) &&
              int(plan::BagMode::Mean) == int(BagMode::Mean) &&
              int(plan::BagMode::Max) == int(BagMode::Max));
static_assert(int(plan::ResampleMode::Nearest) == int(ResampleMode::Nearest) &&
              int(plan::ResampleMode::Linear) == int(ResampleMode::Linear));
static_assert(int(plan::CoordinateMode::Asymmetric) == int(CoordinateMode::Asymmetric) &&
              int(plan::CoordinateMode::HalfPixel) == int(CoordinateMode::HalfPixel) &&
              int(plan::CoordinateMode::PytorchHalfPixel) ==
                  int(CoordinateMode::PytorchHalfPixel) &&
              int(plan::CoordinateMode::AlignCorners) == int(CoordinateMode::AlignCorners));
static_assert(int(plan::NearestRounding::Floor) == int(NearestRounding::Floor) &&
              int(plan::NearestRounding::Ceil) == int(NearestRounding::Ceil) &&
              int(plan::NearestRounding::RoundPreferFloor) ==
                  int(NearestRounding::RoundPreferFloor) &&
              int(plan::NearestRounding::RoundPreferCeil) == int(NearestRounding::RoundPreferCeil));

namespace {

using Numbers = flatbuffers::Offset<flatbuffers::Vector<int64_t>>;

Numbers exportNumbers(FlatBufferBuilder &builder, ArrayRef<int64_t> values) {
  return builder.CreateVector(values.data(), values.size());
}

flatbuffers::Offset<plan::Activation> exportActivation(FlatBufferBuilder &builder,
                                                       std::optional<ActivationAttr> activation) {
  if (!activation)
    return 0;
  return plan::CreateActivation(builder, plan::ActivationKind(activation->getKind()),
                                activation->getAlpha(), activation->getBeta());
}

//===----------------------------------------------------------------------===//
// One function for each kernel
//===----------------------------------------------------------------------===//

template <typename Table> PlanOpKind makeKind(flatbuffers::Offset<Table> table) {
  return {plan::OpKindTraits<Table>::enum_value, table.Union()};
}

PlanOpKind exportKind(FlatBufferBuilder &builder, QuantizeOp) {
  return makeKind(plan::CreateQuantize(builder));
}
PlanOpKind exportKind(FlatBufferBuilder &builder, DequantizeOp) {
  return makeKind(plan::CreateDequantize(builder));
}
PlanOpKind exportKind(FlatBufferBuilder &builder, RequantizeOp) {
  return makeKind(plan::CreateRequantize(builder));
}
PlanOpKind exportKind(FlatBufferBuilder &builder, ReorderOp) {
  return makeKind(plan::CreateReorder(builder));
}

PlanOpKind exportKind(FlatBufferBuilder &builder, ConvOp op) {
  auto activation = exportActivation(builder, op.getActivation());
  Numbers strides = exportNumbers(builder, op.getStrides());
  Numbers padding = exportNumbers(builder, op.getPadding());
  Numbers dilations = exportNumbers(builder, op.getDilations());
  return makeKind(
      plan::CreateConv(builder, strides, padding, dilations, op.getGroups(), activation));
}

PlanOpKind exportKind(FlatBufferBuilder &builder, ConvTransposeOp op) {
  auto activation = exportActivation(builder, op.getActivation());
  Numbers strides = exportNumbers(builder, op.getStrides());
  Numbers padding = exportNumbers(builder, op.getPadding());
  Numbers outputPadding = exportNumbers(builder, op.getOutputPadding());
  Numbers dilations = exportNumbers(builder, op.getDilations());
  return makeKind(plan::CreateConvTranspose(builder, strides, padding, outputPadding, dilations,
                                            op.getGroups(), activation));
}

PlanOpKind exportKind(FlatBufferBuilder &builder, MatMulOp op) {
  auto activation = exportActivation(builder, op.getActivation());
  return makeKind(plan::CreateMatMul(builder, op.getTransposeB(), activation));
}

PlanOpKind exportKind(FlatBufferBuilder &builder, ChannelAffineOp op) {
  auto activation = exportActivation(builder, op.getActivation());
  return makeKind(plan::CreateChannelAffine(builder, activation));
}

PlanOpKind exportKind(FlatBufferBuilder &builder, UnaryOp op) {
  return makeKind(plan::CreateUnary(builder, plan::UnaryKind(op.getKind()),
                                    op.getAlpha().convertToFloat(), op.getBeta().convertToFloat()));
}

PlanOpKind exportKind(FlatBufferBuilder &builder, BinaryOp op) {
  auto activation = exportActivation(builder, op.getActivation());
  return makeKind(plan::CreateBinary(builder, plan::BinaryKind(op.getKind()), activation));
}

PlanOpKind exportKind(FlatBufferBuilder &builder, SoftmaxOp op) {
  return makeKind(plan::CreateSoftmax(builder, int32_t(op.getAxis())));
}

PlanOpKind exportKind(FlatBufferBuilder &builder, PoolOp op) {
  Numbers kernel = exportNumbers(builder, op.getKernel());
  Numbers strides = exportNumbers(builder, op.getStrides());
  Numbers padding = exportNumbers(builder, op.getPadding());
  Numbers dilations = exportNumbers(builder, op.getDilations());
  return makeKind(plan::CreatePool(builder, plan::PoolKind(op.getKind()), kernel, strides, padding,
                                   dilations, op.getCeilMode(), op.getCountIncludePad()));
}

PlanOpKind exportKind(FlatBufferBuilder &builder, AdaptiveAvgPoolOp op) {
  return makeKind(
      plan::CreateAdaptiveAveragePool(builder, exportNumbers(builder, op.getOutputSize())));
}

PlanOpKind exportKind(FlatBufferBuilder &builder, MeanOp op) {
  return makeKind(
      plan::CreateMean(builder, exportNumbers(builder, op.getAxes()), op.getKeepDims()));
}

PlanOpKind exportKind(FlatBufferBuilder &builder, ReshapeOp) {
  return makeKind(plan::CreateReshape(builder));
}

PlanOpKind exportKind(FlatBufferBuilder &builder, TransposeOp op) {
  return makeKind(plan::CreateTranspose(builder, exportNumbers(builder, op.getPermutation())));
}

PlanOpKind exportKind(FlatBufferBuilder &builder, SliceOp op) {
  Numbers starts = exportNumbers(builder, op.getStarts());
  Numbers steps = exportNumbers(builder, op.getSteps());
  return makeKind(plan::CreateSlice(builder, starts, steps));
}

PlanOpKind exportKind(FlatBufferBuilder &builder, ConcatOp op) {
  return makeKind(plan::CreateConcat(builder, int32_t(op.getAxis())));
}

PlanOpKind exportKind(FlatBufferBuilder &builder, PadOp op) {
  return makeKind(plan::CreatePad(builder, exportNumbers(builder, op.getPadding()),
                                  op.getValue().convertToFloat()));
}

PlanOpKind exportKind(FlatBufferBuilder &builder, ExpandOp) {
  return makeKind(plan::CreateExpand(builder));
}

PlanOpKind exportKind(FlatBufferBuilder &builder, LayerNormOp op) {
  return makeKind(
      plan::CreateLayerNorm(builder, int32_t(op.getAxis()), op.getEpsilon().convertToFloat()));
}

PlanOpKind exportKind(FlatBufferBuilder &builder, GroupNormOp op) {
  return makeKind(plan::CreateGroupNorm(builder, op.getGroups(), op.getEpsilon().convertToFloat()));
}

PlanOpKind exportKind(FlatBufferBuilder &builder, PReluOp) {
  return makeKind(plan::CreatePRelu(builder));
}

PlanOpKind exportKind(FlatBufferBuilder &builder, ResampleOp op) {
  auto scales = builder.CreateVector(op.getScales().data(), op.getScales().size());
  return makeKind(plan::CreateResample(builder, plan::ResampleMode(op.getMode()),
                                       plan::CoordinateMode(op.getCoordinates()),
                                       plan::NearestRounding(op.getRounding()), scales));
}

PlanOpKind exportKind(FlatBufferBuilder &builder, EmbeddingOp) {
  return makeKind(plan::CreateEmbedding(builder));
}

PlanOpKind exportKind(FlatBufferBuilder &builder, EmbeddingBagOp op) {
  return makeKind(
      plan::CreateEmbeddingBag(builder, plan::BagMode(op.getMode()), op.getIncludeLastOffset()));
}

PlanOpKind exportKind(FlatBufferBuilder &builder, LstmOp) {
  return makeKind(plan::CreateLstm(builder));
}

PlanOpKind exportKind(FlatBufferBuilder &builder, FakeQuantizeDynamicOp op) {
  return makeKind(plan::CreateFakeQuantizeDynamic(builder, int32_t(op.getQuantMin()),
                                                  int32_t(op.getQuantMax())));
}

/// Nothing for an attribute that is not there.
template <typename T, typename Array>
flatbuffers::Offset<flatbuffers::Vector<T>> exportArray(FlatBufferBuilder &builder, Array array) {
  return array ? builder.CreateVector(array.asArrayRef().data(), array.size())
               : flatbuffers::Offset<flatbuffers::Vector<T>>();
}

PlanOpKind exportKind(FlatBufferBuilder &builder, FakeQuantizeAffineOp op) {
  auto spec = cast<ObserverSpecAttr>(op.getSpec());
  auto config = builder.CreateString(numerics::toJson(spec.getConfig()).dump());
  auto scales = exportArray<float>(builder, op.getScalesAttr());
  auto zeroPoints = exportArray<int32_t>(builder, op.getZeroPointsAttr());
  auto floatZeroPoints = exportArray<float>(builder, op.getFloatZeroPointsAttr());
  return makeKind(
      plan::CreateFakeQuantizeAffine(builder, config, scales, zeroPoints, floatZeroPoints));
}

PlanOpKind exportKind(FlatBufferBuilder &builder, RoundFloat16Op) {
  return makeKind(plan::CreateRoundFloat16(builder));
}

} // namespace

PlanOpKind quantir::exportOpKind(FlatBufferBuilder &builder, Operation *op,
                                 function_ref<uint32_t(StringRef)> observerIndex) {
  return TypeSwitch<Operation *, PlanOpKind>(op)
      .Case<QuantizeOp, DequantizeOp, RequantizeOp, ReorderOp, ConvOp, ConvTransposeOp, MatMulOp,
            ChannelAffineOp, UnaryOp, BinaryOp, SoftmaxOp, PoolOp, AdaptiveAvgPoolOp, MeanOp,
            ReshapeOp, TransposeOp, SliceOp, ConcatOp, PadOp, ExpandOp, LayerNormOp, GroupNormOp,
            PReluOp, ResampleOp, EmbeddingOp, EmbeddingBagOp, LstmOp, FakeQuantizeDynamicOp,
            FakeQuantizeAffineOp, RoundFloat16Op>([&](auto op) { return exportKind(builder, op); })
      .Case([&](ObserveOp op) {
        return makeKind(plan::CreateObserve(builder, observerIndex(op.getObserver())));
      })
      .Default(PlanOpKind());
}

//===----------------------------------------------------------------------===//
// Operands
//===----------------------------------------------------------------------===//

SmallVector<Value> quantir::getPlanOperands(Operation *op) {
  SmallVector<Value> operands =
      TypeSwitch<Operation *, SmallVector<Value>>(op)
          .Case([](ConvOp op) {
            return SmallVector<Value>{op.getInput(), op.getWeight(), op.getBias(), op.getAddend()};
          })
          .Case([](MatMulOp op) {
            return SmallVector<Value>{op.getLhs(), op.getRhs(), op.getBias(), op.getAddend()};
          })
          .Default([](Operation *op) { return SmallVector<Value>(op->getOperands()); });
  while (!operands.empty() && !operands.back())
    operands.pop_back();
  return operands;
}

//===----------------------------------------------------------------------===//
// Batch
//===----------------------------------------------------------------------===//

FailureOr<int64_t> quantir::getBatchMultiple(Operation *op,
                                             function_ref<int64_t(Value)> operandMultiple) {
  auto isDynamic = [](Value value) {
    return !cast<RankedTensorType>(value.getType()).hasStaticShape();
  };
  if (isa<ReshapeOp>(op)) {
    // As many elements before as after, for every batch.
    Value input = op->getOperand(0);
    if (!isDynamic(input))
      return failure();
    int64_t before = shapes::numElements(getDims(input.getType()));
    int64_t after = shapes::numElements(getDims(op->getResult(0).getType()));
    int64_t elements;
    if (after == 0 || llvm::MulOverflow(before, operandMultiple(input), elements) ||
        elements % after != 0)
      return failure();
    return elements / after;
  }
  // A value repeated for each sample.
  if (isa<ExpandOp>(op) && !isDynamic(op->getOperand(0)))
    return 1;
  // The other ops leave the dimension as it is; all operands that have one have the same.
  std::optional<int64_t> multiple;
  for (Value operand : op->getOperands()) {
    if (!isDynamic(operand))
      continue;
    if (multiple && *multiple != operandMultiple(operand))
      return failure();
    multiple = operandMultiple(operand);
  }
  if (!multiple)
    return failure();
  return *multiple;
}
