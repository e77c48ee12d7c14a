//===- KernelOptions.cpp - The options of each kernel ------------*- C++ -*-===//
//
// Written by scripts/generate-kernels.py from include/quantir/dialects/Kernel/Kernel*Ops.td.
//
//===----------------------------------------------------------------------===//

#include "runtime/plan/generated/KernelOptions.h"

// clang-format off
namespace quantir::runtime {

QuantizeOptions QuantizeOptions::read(const plan::Op &) { return {}; }

DequantizeOptions DequantizeOptions::read(const plan::Op &) { return {}; }

RequantizeOptions RequantizeOptions::read(const plan::Op &) { return {}; }

ReorderOptions ReorderOptions::read(const plan::Op &) { return {}; }

ConvOptions ConvOptions::read(const plan::Op &op) {
  const plan::Conv &table = *op.kind_as_Conv();
  return {
      toVector(table.strides()), toVector(table.padding()), toVector(table.dilations()),
      table.groups(), activationOf(table.activation())};
}

ConvTransposeOptions ConvTransposeOptions::read(const plan::Op &op) {
  const plan::ConvTranspose &table = *op.kind_as_ConvTranspose();
  return {
      toVector(table.strides()), toVector(table.padding()), toVector(table.output_padding()),
      toVector(table.dilations()), table.groups(), activationOf(table.activation())};
}

MatMulOptions MatMulOptions::read(const plan::Op &op) {
  const plan::MatMul &table = *op.kind_as_MatMul();
  return {
      table.transpose_b(), activationOf(table.activation())};
}

ChannelAffineOptions ChannelAffineOptions::read(const plan::Op &op) {
  const plan::ChannelAffine &table = *op.kind_as_ChannelAffine();
  return {
      activationOf(table.activation())};
}

UnaryOptions UnaryOptions::read(const plan::Op &op) {
  const plan::Unary &table = *op.kind_as_Unary();
  return {
      table.kind(), table.alpha(), table.beta()};
}

BinaryOptions BinaryOptions::read(const plan::Op &op) {
  const plan::Binary &table = *op.kind_as_Binary();
  return {
      table.kind(), activationOf(table.activation())};
}

SoftmaxOptions SoftmaxOptions::read(const plan::Op &op) {
  const plan::Softmax &table = *op.kind_as_Softmax();
  return {
      table.axis()};
}

PoolOptions PoolOptions::read(const plan::Op &op) {
  const plan::Pool &table = *op.kind_as_Pool();
  return {
      table.kind(), toVector(table.kernel()), toVector(table.strides()), toVector(table.padding()),
      toVector(table.dilations()), table.ceil_mode(), table.count_include_pad()};
}

AdaptiveAveragePoolOptions AdaptiveAveragePoolOptions::read(const plan::Op &op) {
  const plan::AdaptiveAveragePool &table = *op.kind_as_AdaptiveAveragePool();
  return {
      toVector(table.output_size())};
}

MeanOptions MeanOptions::read(const plan::Op &op) {
  const plan::Mean &table = *op.kind_as_Mean();
  return {
      toVector(table.axes()), table.keep_dims()};
}

ReshapeOptions ReshapeOptions::read(const plan::Op &) { return {}; }

TransposeOptions TransposeOptions::read(const plan::Op &op) {
  const plan::Transpose &table = *op.kind_as_Transpose();
  return {
      toVector(table.permutation())};
}

SliceOptions SliceOptions::read(const plan::Op &op) {
  const plan::Slice &table = *op.kind_as_Slice();
  return {
      toVector(table.starts()), toVector(table.steps())};
}

ConcatOptions ConcatOptions::read(const plan::Op &op) {
  const plan::Concat &table = *op.kind_as_Concat();
  return {
      table.axis()};
}

PadOptions PadOptions::read(const plan::Op &op) {
  const plan::Pad &table = *op.kind_as_Pad();
  return {
      toVector(table.padding()), table.value()};
}

ExpandOptions ExpandOptions::read(const plan::Op &) { return {}; }

ObserveOptions ObserveOptions::read(const plan::Op &op) {
  const plan::Observe &table = *op.kind_as_Observe();
  return {
      table.observer()};
}

LayerNormOptions LayerNormOptions::read(const plan::Op &op) {
  const plan::LayerNorm &table = *op.kind_as_LayerNorm();
  return {
      table.axis(), table.epsilon()};
}

GroupNormOptions GroupNormOptions::read(const plan::Op &op) {
  const plan::GroupNorm &table = *op.kind_as_GroupNorm();
  return {
      table.groups(), table.epsilon()};
}

PReluOptions PReluOptions::read(const plan::Op &) { return {}; }

ResampleOptions ResampleOptions::read(const plan::Op &op) {
  const plan::Resample &table = *op.kind_as_Resample();
  return {
      table.mode(), table.coordinates(), table.rounding(), toVector(table.scales())};
}

EmbeddingOptions EmbeddingOptions::read(const plan::Op &) { return {}; }

LstmOptions LstmOptions::read(const plan::Op &) { return {}; }

FakeQuantizeDynamicOptions FakeQuantizeDynamicOptions::read(const plan::Op &op) {
  const plan::FakeQuantizeDynamic &table = *op.kind_as_FakeQuantizeDynamic();
  return {
      table.quant_min(), table.quant_max()};
}

RoundFloat16Options RoundFloat16Options::read(const plan::Op &) { return {}; }

EmbeddingBagOptions EmbeddingBagOptions::read(const plan::Op &op) {
  const plan::EmbeddingBag &table = *op.kind_as_EmbeddingBag();
  return {
      table.mode(), table.include_last_offset()};
}

FakeQuantizeAffineOptions FakeQuantizeAffineOptions::read(const plan::Op &op) {
  const plan::FakeQuantizeAffine &table = *op.kind_as_FakeQuantizeAffine();
  return {
      textOf(table.config()), optionalVector(table.scales()), optionalVector(table.zero_points()),
      optionalVector(table.float_zero_points())};
}

} // namespace quantir::runtime
// clang-format on
