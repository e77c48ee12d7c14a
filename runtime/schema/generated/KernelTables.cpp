//===- KernelTables.cpp - The options of each kernel in a plan ---*- C++ -*-===//
//
// Written by scripts/generate-kernels.py from include/quantir/dialects/Kernel/Kernel*Ops.td.
//
//===----------------------------------------------------------------------===//

#include "runtime/schema/KernelTables.h"

#include "runtime/schema/PlanLists.h"

// clang-format off
namespace quantir::plan {

using namespace rules;
using flatbuffers::FlatBufferBuilder;

template <> QuantizeOptions readOptions(const Op &) { return {}; }

KernelTable writeOptions(FlatBufferBuilder &builder, const QuantizeOptions &) {
  return makeTable(CreateQuantize(
      builder));
}

template <> DequantizeOptions readOptions(const Op &) { return {}; }

KernelTable writeOptions(FlatBufferBuilder &builder, const DequantizeOptions &) {
  return makeTable(CreateDequantize(
      builder));
}

template <> RequantizeOptions readOptions(const Op &) { return {}; }

KernelTable writeOptions(FlatBufferBuilder &builder, const RequantizeOptions &) {
  return makeTable(CreateRequantize(
      builder));
}

template <> ReorderOptions readOptions(const Op &) { return {}; }

KernelTable writeOptions(FlatBufferBuilder &builder, const ReorderOptions &) {
  return makeTable(CreateReorder(
      builder));
}

template <> ConvOptions readOptions(const Op &op) {
  const Conv &table = *op.kind_as_Conv();
  return {
      toVector(table.strides()), toVector(table.padding()), toVector(table.dilations()),
      table.groups(), activationOf(table.activation())};
}

KernelTable writeOptions(FlatBufferBuilder &builder, const ConvOptions &options) {
  const auto activation = writeActivation(builder, options.activation);
  const auto strides = writeList(builder, options.strides);
  const auto padding = writeList(builder, options.padding);
  const auto dilations = writeList(builder, options.dilations);
  return makeTable(CreateConv(
      builder, strides, padding, dilations, options.groups, activation));
}

template <> ConvTransposeOptions readOptions(const Op &op) {
  const ConvTranspose &table = *op.kind_as_ConvTranspose();
  return {
      toVector(table.strides()), toVector(table.padding()), toVector(table.output_padding()),
      toVector(table.dilations()), table.groups(), activationOf(table.activation())};
}

KernelTable writeOptions(FlatBufferBuilder &builder, const ConvTransposeOptions &options) {
  const auto activation = writeActivation(builder, options.activation);
  const auto strides = writeList(builder, options.strides);
  const auto padding = writeList(builder, options.padding);
  const auto outputPadding = writeList(builder, options.outputPadding);
  const auto dilations = writeList(builder, options.dilations);
  return makeTable(CreateConvTranspose(
      builder, strides, padding, outputPadding, dilations, options.groups, activation));
}

template <> MatMulOptions readOptions(const Op &op) {
  const MatMul &table = *op.kind_as_MatMul();
  return {
      table.transpose_b(), activationOf(table.activation())};
}

KernelTable writeOptions(FlatBufferBuilder &builder, const MatMulOptions &options) {
  const auto activation = writeActivation(builder, options.activation);
  return makeTable(CreateMatMul(
      builder, options.transposeB, activation));
}

template <> ChannelAffineOptions readOptions(const Op &op) {
  const ChannelAffine &table = *op.kind_as_ChannelAffine();
  return {
      activationOf(table.activation())};
}

KernelTable writeOptions(FlatBufferBuilder &builder, const ChannelAffineOptions &options) {
  const auto activation = writeActivation(builder, options.activation);
  return makeTable(CreateChannelAffine(
      builder, activation));
}

template <> UnaryOptions readOptions(const Op &op) {
  const Unary &table = *op.kind_as_Unary();
  return {
      table.kind(), table.alpha(), table.beta()};
}

KernelTable writeOptions(FlatBufferBuilder &builder, const UnaryOptions &options) {
  return makeTable(CreateUnary(
      builder, options.kind, options.alpha, options.beta));
}

template <> BinaryOptions readOptions(const Op &op) {
  const Binary &table = *op.kind_as_Binary();
  return {
      table.kind(), activationOf(table.activation())};
}

KernelTable writeOptions(FlatBufferBuilder &builder, const BinaryOptions &options) {
  const auto activation = writeActivation(builder, options.activation);
  return makeTable(CreateBinary(
      builder, options.kind, activation));
}

template <> SoftmaxOptions readOptions(const Op &op) {
  const Softmax &table = *op.kind_as_Softmax();
  return {
      table.axis()};
}

KernelTable writeOptions(FlatBufferBuilder &builder, const SoftmaxOptions &options) {
  return makeTable(CreateSoftmax(
      builder, static_cast<int32_t>(options.axis)));
}

template <> PoolOptions readOptions(const Op &op) {
  const Pool &table = *op.kind_as_Pool();
  return {
      table.kind(), toVector(table.kernel()), toVector(table.strides()), toVector(table.padding()),
      toVector(table.dilations()), table.ceil_mode(), table.count_include_pad()};
}

KernelTable writeOptions(FlatBufferBuilder &builder, const PoolOptions &options) {
  const auto kernel = writeList(builder, options.kernel);
  const auto strides = writeList(builder, options.strides);
  const auto padding = writeList(builder, options.padding);
  const auto dilations = writeList(builder, options.dilations);
  return makeTable(CreatePool(
      builder, options.kind, kernel, strides, padding, dilations, options.ceilMode,
      options.countIncludePad));
}

template <> AdaptiveAveragePoolOptions readOptions(const Op &op) {
  const AdaptiveAveragePool &table = *op.kind_as_AdaptiveAveragePool();
  return {
      toVector(table.output_size())};
}

KernelTable writeOptions(FlatBufferBuilder &builder, const AdaptiveAveragePoolOptions &options) {
  const auto outputSize = writeList(builder, options.outputSize);
  return makeTable(CreateAdaptiveAveragePool(
      builder, outputSize));
}

template <> MeanOptions readOptions(const Op &op) {
  const Mean &table = *op.kind_as_Mean();
  return {
      toVector(table.axes()), table.keep_dims()};
}

KernelTable writeOptions(FlatBufferBuilder &builder, const MeanOptions &options) {
  const auto axes = writeList(builder, options.axes);
  return makeTable(CreateMean(
      builder, axes, options.keepDims));
}

template <> ReshapeOptions readOptions(const Op &) { return {}; }

KernelTable writeOptions(FlatBufferBuilder &builder, const ReshapeOptions &) {
  return makeTable(CreateReshape(
      builder));
}

template <> TransposeOptions readOptions(const Op &op) {
  const Transpose &table = *op.kind_as_Transpose();
  return {
      toVector(table.permutation())};
}

KernelTable writeOptions(FlatBufferBuilder &builder, const TransposeOptions &options) {
  const auto permutation = writeList(builder, options.permutation);
  return makeTable(CreateTranspose(
      builder, permutation));
}

template <> SliceOptions readOptions(const Op &op) {
  const Slice &table = *op.kind_as_Slice();
  return {
      toVector(table.starts()), toVector(table.steps())};
}

KernelTable writeOptions(FlatBufferBuilder &builder, const SliceOptions &options) {
  const auto starts = writeList(builder, options.starts);
  const auto steps = writeList(builder, options.steps);
  return makeTable(CreateSlice(
      builder, starts, steps));
}

template <> ConcatOptions readOptions(const Op &op) {
  const Concat &table = *op.kind_as_Concat();
  return {
      table.axis()};
}

KernelTable writeOptions(FlatBufferBuilder &builder, const ConcatOptions &options) {
  return makeTable(CreateConcat(
      builder, static_cast<int32_t>(options.axis)));
}

template <> PadOptions readOptions(const Op &op) {
  const Pad &table = *op.kind_as_Pad();
  return {
      toVector(table.padding()), table.value()};
}

KernelTable writeOptions(FlatBufferBuilder &builder, const PadOptions &options) {
  const auto padding = writeList(builder, options.padding);
  return makeTable(CreatePad(
      builder, padding, options.value));
}

template <> ExpandOptions readOptions(const Op &) { return {}; }

KernelTable writeOptions(FlatBufferBuilder &builder, const ExpandOptions &) {
  return makeTable(CreateExpand(
      builder));
}

template <> ObserveOptions readOptions(const Op &op) {
  const Observe &table = *op.kind_as_Observe();
  return {
      table.observer()};
}

KernelTable writeOptions(FlatBufferBuilder &builder, const ObserveOptions &options) {
  return makeTable(CreateObserve(
      builder, options.observer));
}

template <> LayerNormOptions readOptions(const Op &op) {
  const LayerNorm &table = *op.kind_as_LayerNorm();
  return {
      table.axis(), table.epsilon()};
}

KernelTable writeOptions(FlatBufferBuilder &builder, const LayerNormOptions &options) {
  return makeTable(CreateLayerNorm(
      builder, static_cast<int32_t>(options.axis), options.epsilon));
}

template <> GroupNormOptions readOptions(const Op &op) {
  const GroupNorm &table = *op.kind_as_GroupNorm();
  return {
      table.groups(), table.epsilon()};
}

KernelTable writeOptions(FlatBufferBuilder &builder, const GroupNormOptions &options) {
  return makeTable(CreateGroupNorm(
      builder, options.groups, options.epsilon));
}

template <> PReluOptions readOptions(const Op &) { return {}; }

KernelTable writeOptions(FlatBufferBuilder &builder, const PReluOptions &) {
  return makeTable(CreatePRelu(
      builder));
}

template <> ResampleOptions readOptions(const Op &op) {
  const Resample &table = *op.kind_as_Resample();
  return {
      table.mode(), table.coordinates(), table.rounding(), toVector(table.scales())};
}

KernelTable writeOptions(FlatBufferBuilder &builder, const ResampleOptions &options) {
  const auto scales = writeList(builder, options.scales);
  return makeTable(CreateResample(
      builder, options.mode, options.coordinates, options.rounding, scales));
}

template <> EmbeddingOptions readOptions(const Op &) { return {}; }

KernelTable writeOptions(FlatBufferBuilder &builder, const EmbeddingOptions &) {
  return makeTable(CreateEmbedding(
      builder));
}

template <> LstmOptions readOptions(const Op &) { return {}; }

KernelTable writeOptions(FlatBufferBuilder &builder, const LstmOptions &) {
  return makeTable(CreateLstm(
      builder));
}

template <> FakeQuantizeDynamicOptions readOptions(const Op &op) {
  const FakeQuantizeDynamic &table = *op.kind_as_FakeQuantizeDynamic();
  return {
      table.quant_min(), table.quant_max()};
}

KernelTable writeOptions(FlatBufferBuilder &builder, const FakeQuantizeDynamicOptions &options) {
  return makeTable(CreateFakeQuantizeDynamic(
      builder, options.quantMin, options.quantMax));
}

template <> RoundFloat16Options readOptions(const Op &) { return {}; }

KernelTable writeOptions(FlatBufferBuilder &builder, const RoundFloat16Options &) {
  return makeTable(CreateRoundFloat16(
      builder));
}

template <> EmbeddingBagOptions readOptions(const Op &op) {
  const EmbeddingBag &table = *op.kind_as_EmbeddingBag();
  return {
      table.mode(), table.include_last_offset()};
}

KernelTable writeOptions(FlatBufferBuilder &builder, const EmbeddingBagOptions &options) {
  return makeTable(CreateEmbeddingBag(
      builder, options.mode, options.includeLastOffset));
}

template <> FakeQuantizeAffineOptions readOptions(const Op &op) {
  const FakeQuantizeAffine &table = *op.kind_as_FakeQuantizeAffine();
  return {
      textOf(table.config()), optionalVector(table.scales()), optionalVector(table.zero_points()),
      optionalVector(table.float_zero_points())};
}

KernelTable writeOptions(FlatBufferBuilder &builder, const FakeQuantizeAffineOptions &options) {
  const auto config = builder.CreateString(options.config);
  const auto scales = writeList(builder, options.scales);
  const auto zeroPoints = writeList(builder, options.zeroPoints);
  const auto floatZeroPoints = writeList(builder, options.floatZeroPoints);
  return makeTable(CreateFakeQuantizeAffine(
      builder, config, scales, zeroPoints, floatZeroPoints));
}

} // namespace quantir::plan
// clang-format on
