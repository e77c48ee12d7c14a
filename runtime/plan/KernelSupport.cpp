//===- KernelSupport.cpp - What backends need to read a KernelSpec ---------===//

#include "runtime/plan/KernelSupport.h"

#include <cmath>
#include <numbers>

namespace quantir::runtime {

std::vector<int64_t> denseStrides(std::span<const int64_t> dims, Layout layout) {
  std::vector<int64_t> strides(dims.size());
  int64_t next = 1;
  auto place = [&](size_t i) {
    strides[i] = next;
    next *= std::max<int64_t>(dims[i], 1);
  };
  bool channelsLast = layout == Layout::ChannelsLast && dims.size() >= 3;
  if (channelsLast)
    place(1);
  for (size_t i = dims.size(); i-- > 0;)
    if (!(channelsLast && i == 1))
      place(i);
  return strides;
}

float gelu(float x) {
  double value = x;
  return static_cast<float>(value * 0.5 * (1.0 + std::erf(value * std::numbers::sqrt2 / 2)));
}

float geluTanh(float x) {
  double value = x, inner = value + 0.044715 * value * value * value;
  double factor = std::numbers::sqrt2 * std::numbers::inv_sqrtpi; // sqrt(2 / pi)
  return static_cast<float>(value * 0.5 * (1.0 + std::tanh(factor * inner)));
}

/// Splits "begins then ends" over `window`, and takes over strides and dilations.
template <typename Options> static void setWindowOptions(WindowInfo &window, Options &options) {
  size_t rank = window.kernel.size();
  std::vector<int64_t> pads = orElse(std::move(options.padding), 2 * rank, 0);
  window.padBegin.assign(pads.begin(), pads.begin() + rank);
  window.padEnd.assign(pads.begin() + rank, pads.end());
  window.strides = orElse(std::move(options.strides), rank, 1);
  window.dilations = orElse(std::move(options.dilations), rank, 1);
}

static std::vector<int64_t> spatialDims(const Operand &operand) {
  return {operand.dims.begin() + 2, operand.dims.end()};
}

ConvInfo convInfo(const KernelSpec &spec) {
  ConvInfo info;
  info.input = spec.inputs[0];
  info.weight = spec.inputs[1];
  info.bias = optionalInput(spec, 2);
  info.output = spec.outputs[0];
  info.batch = info.input->dims[0];
  info.inChannels = info.input->dims[1];
  info.outChannels = info.output->dims[1];
  info.window.input = spatialDims(*info.input);
  info.window.output = spatialDims(*info.output);
  info.window.kernel = spatialDims(*info.weight);
  const auto setOptions = [&](auto options) {
    info.groups = options.groups;
    info.activation = options.activation;
    setWindowOptions(info.window, options);
  };
  if (spec.op->kind_type() == plan::OpKind::ConvTranspose) {
    setOptions(readOptions<ConvTransposeOptions>(*spec.op));
  } else {
    info.addend = optionalInput(spec, 3);
    setOptions(readOptions<ConvOptions>(*spec.op));
  }
  return info;
}

PoolInfo poolInfo(const KernelSpec &spec) {
  PoolOptions options = readOptions<PoolOptions>(*spec.op);
  PoolInfo info;
  info.batch = spec.inputs[0]->dims[0];
  info.channels = spec.inputs[0]->dims[1];
  info.window.input = spatialDims(*spec.inputs[0]);
  info.window.output = spatialDims(*spec.outputs[0]);
  info.window.kernel = std::move(options.kernel);
  setWindowOptions(info.window, options);
  info.average = options.kind == plan::PoolKind::Average;
  info.countIncludePad = options.countIncludePad;
  return info;
}

MatMulInfo matMulInfo(const KernelSpec &spec) {
  const MatMulOptions options = readOptions<MatMulOptions>(*spec.op);
  MatMulInfo info;
  info.lhs = spec.inputs[0];
  info.rhs = spec.inputs[1];
  info.bias = optionalInput(spec, 2);
  info.addend = optionalInput(spec, 3);
  info.output = spec.outputs[0];
  info.transposeB = options.transposeB;
  info.activation = options.activation;
  info.m = *(info.lhs->dims.end() - 2);
  info.k = info.lhs->dims.back();
  info.n = info.output->dims.back();
  return info;
}

bool sameEncoding(const Operand &a, const Operand &b) {
  if (a.dtype != b.dtype || !a.quant != !b.quant)
    return false;
  return !a.quant || *a.quant == *b.quant;
}

std::string displayName(const plan::Op &op) {
  if (op.name() && op.name()->size())
    return op.name()->str();
  return plan::EnumNameOpKind(op.kind_type());
}

} // namespace quantir::runtime
