//===- Quantize.cpp - Changing the encoding --------------------------------===//

#include "quantir/Numerics/AffineRounder.h"
#include "quantir/Numerics/Float16.h"
#include "quantir/Numerics/QParams.h"
#include "runtime/kernels/Loops.h"
#include "runtime/kernels/reference/Reference.h"

#include <fmt/format.h>

#include <cmath>

namespace quantir::runtime::reference {
namespace {

/// The loops over one channel of the quantized axis, or over everything when there is none.
class ChannelLoops {
public:
  ChannelLoops(const Operand &input, const Operand &output, int axis)
      : channels(axis < 0 ? 1 : output.dims[axis]),
        step{axis < 0 ? 0 : output.strides[axis], axis < 0 ? 0 : input.strides[axis]},
        nest(withoutAxis(output.dims, axis), {output.strides, input.strides}) {}

  /// Calls fn(channel, offsets, strides, count); offsets and strides of output, input.
  template <typename Fn> void forEachRun(Fn &&fn) const {
    for (int64_t c = 0; c < channels; ++c)
      nest.forEachRun([&](const auto &offsets, const auto &strides, int64_t count) {
        fn(c, std::array{offsets[0] + c * step[0], offsets[1] + c * step[1]}, strides, count);
      });
  }

private:
  static std::vector<int64_t> withoutAxis(std::vector<int64_t> dims, int axis) {
    if (axis >= 0)
      dims[axis] = 1;
    return dims;
  }

  int64_t channels;
  std::array<int64_t, 2> step;
  LoopNest<2> nest;
};

template <typename In, typename Out>
KernelPtr createConversion(const Operand &input, const Operand &output, int axis) {
  return makeKernel([&input, &output, loops = ChannelLoops(input, output, axis)](
                        const void *const *inputs, void *const *outputs, void *) {
    auto *source = static_cast<const In *>(inputs[0]);
    auto *result = static_cast<Out *>(outputs[0]);
    loops.forEachRun([&](int64_t channel, const auto &offsets, const auto &strides, int64_t count) {
      Decoder<In> decode(input, channel);
      Encoder<Out> encode(output, channel);
      const In *from = source + offsets[1];
      Out *to = result + offsets[0];
      if (strides[0] == 1 && strides[1] == 1)
        for (int64_t i = 0; i < count; ++i)
          to[i] = encode(decode(from[i]));
      else
        for (int64_t i = 0; i < count; ++i)
          to[i * strides[0]] = encode(decode(from[i * strides[1]]));
    });
  });
}

/// Rounds the elements to codes whose scale and zero point follow from their range.
class FakeQuantizeDynamicKernel final : public Kernel {
public:
  FakeQuantizeDynamicKernel(const FakeQuantizeDynamicOptions &options, const KernelSpec &spec)
      : input(*spec.inputs[0]), count(input.numElements()),
        range{options.quantMin, options.quantMax} {}

  void run(const void *const *inputs, void *const *outputs, void *) override {
    auto *from = static_cast<const float *>(inputs[0]);
    auto *to = static_cast<float *>(outputs[0]);
    float min = from[0], max = from[0];
    isFinite = true;
    for (int64_t i = 0; i < count; ++i) {
      isFinite &= std::isfinite(from[i]);
      min = std::min(min, from[i]);
      max = std::max(max, from[i]);
    }
    if (!isFinite)
      return;
    double chosen;
    int32_t zeroPoint;
    isFinite = numerics::chooseDynamicQParams(min, max, range, false, chosen, zeroPoint).empty();
    if (!isFinite)
      return;
    const float scale = static_cast<float>(chosen), inverse = 1.0f / scale;
    for (int64_t i = 0; i < count; ++i)
      to[i] = numerics::dequantizeValue(numerics::quantizeValue(from[i], inverse, zeroPoint, range),
                                        scale, zeroPoint);
  }

  Status status() const override {
    if (isFinite)
      return {};
    return Status::invalidData(
        fmt::format("value '{}': expected finite numbers to choose a scale from, "
                    "but got a NaN or an infinity",
                    input.name));
  }

  std::string_view implementation() const override { return "reference"; }

private:
  const Operand &input;
  int64_t count;
  numerics::QuantRange range;
  bool isFinite = true;
};

/// Rounds the elements to the codes of their blocks.
class FakeQuantizeAffineKernel final : public Kernel {
public:
  FakeQuantizeAffineKernel(const Operand &input, numerics::AffineRounder rounder)
      : input(input), rounder(std::move(rounder)) {}

  void run(const void *const *inputs, void *const *outputs, void *) override {
    isFinite = rounder.run(static_cast<const float *>(inputs[0]), static_cast<float *>(outputs[0]));
  }

  Status status() const override {
    if (isFinite)
      return {};
    return Status::invalidData(
        fmt::format("value '{}': expected finite numbers to choose scales from, "
                    "but got a NaN or an infinity",
                    input.name));
  }

  std::string_view implementation() const override { return "reference"; }

private:
  const Operand &input;
  numerics::AffineRounder rounder;
  bool isFinite = true;
};

} // namespace

KernelPtr Kernels::create(const FakeQuantizeAffineOptions &options, const KernelSpec &spec) {
  const Operand &input = *spec.inputs[0];
  numerics::ObserverConfig config;
  numerics::AffineQParams params;
  if (!rules::readFakeQuantizeAffine(options, input.dims, config, params).empty())
    return nullptr; // not in a validated plan
  numerics::AffineRounder rounder;
  std::string error = config.isDynamic ? rounder.prepareDynamic(input.dims, config.granularity(),
                                                                config.affineSpec())
                                       : rounder.prepare(input.dims, std::move(params));
  if (!error.empty())
    return nullptr;
  return std::make_unique<FakeQuantizeAffineKernel>(input, std::move(rounder));
}

KernelPtr Kernels::create(const FakeQuantizeDynamicOptions &options, const KernelSpec &spec) {
  return std::make_unique<FakeQuantizeDynamicKernel>(options, spec);
}

KernelPtr Kernels::create(const RoundFloat16Options &, const KernelSpec &spec) {
  return makeKernel([count = spec.inputs[0]->numElements()](const void *const *inputs,
                                                            void *const *outputs, void *) {
    auto *from = static_cast<const float *>(inputs[0]);
    auto *to = static_cast<float *>(outputs[0]);
    for (int64_t i = 0; i < count; ++i)
      to[i] = numerics::roundToFloat16(from[i]);
  });
}

KernelPtr Kernels::create(const QuantizeOptions &, const KernelSpec &spec) {
  const Operand &input = *spec.inputs[0], &output = *spec.outputs[0];
  return withIntegerType(output.dtype, [&](auto out) {
    return createConversion<float, decltype(out)>(input, output, output.quant->axis);
  });
}

KernelPtr Kernels::create(const DequantizeOptions &, const KernelSpec &spec) {
  const Operand &input = *spec.inputs[0], &output = *spec.outputs[0];
  return withIntegerType(input.dtype, [&](auto in) {
    return createConversion<decltype(in), float>(input, output, input.quant->axis);
  });
}

KernelPtr Kernels::create(const RequantizeOptions &, const KernelSpec &spec) {
  const Operand &input = *spec.inputs[0], &output = *spec.outputs[0];
  return withIntegerType(input.dtype, [&](auto in) {
    return withIntegerType(output.dtype, [&](auto out) {
      return createConversion<decltype(in), decltype(out)>(
          input, output, std::max(input.quant->axis, output.quant->axis));
    });
  });
}

} // namespace quantir::runtime::reference
