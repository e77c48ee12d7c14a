//===- ChannelAffine.cpp - A scale and a shift per channel ------*- C++ -*-===//

#include "runtime/kernels/Pipeline.h"
#include "runtime/kernels/native/Kernels.h"
#include "runtime/kernels/native/Loops.h"
#include "runtime/threads/Team.h"

#include <algorithm>

namespace quantir::runtime::native {

namespace {

/// Computes pieces of at most `part` elements; integers are made floats before and codes after.
struct AffineLoop {
  Encoding from, to;
  LoopActivation activation;
  int64_t channels, lineLength; ///< elements of one channel that lie next to each other

  static constexpr int64_t part = 512;

  /// `step` is 1 when neighbours are of neighbouring channels, 0 when they are of the same one.
  void piece(const std::byte *x, std::byte *y, int64_t n, const float *scale, const float *shift,
             int64_t step) const {
    float values[part];
    const float *source = reinterpret_cast<const float *>(x);
    if (!from.isFloat()) {
      dequantize(x, values, n, from);
      source = values;
    }
    binary(BinaryOp::Mul, source, 1, scale, step, values, n);
    binary(BinaryOp::Add, values, 1, shift, step, values, n);
    if (to.isFloat())
      return activate(values, reinterpret_cast<float *>(y), n, activation);
    activate(values, values, n, activation);
    quantize(values, y, n, to, ZeroPointAdd::AfterRounding);
  }

  /// Memory is lines: of one channel each, or, where a line is one element long, of all channels.
  void run(const std::byte *x, std::byte *y, int64_t count, const float *scale,
           const float *shift) const {
    const bool acrossChannels = lineLength == 1;
    const int64_t length = acrossChannels ? channels : lineLength;
    const auto inSize = int64_t(sizeOf(from.dtype)), outSize = int64_t(sizeOf(to.dtype));
    parallelFor(count / length, length, [&](int64_t begin, int64_t end) {
      for (int64_t line = begin; line < end; ++line)
        for (int64_t i = 0; i < length; i += part) {
          const int64_t at = line * length + i;
          const int64_t channel = acrossChannels ? i : line % channels;
          piece(x + at * inSize, y + at * outSize, std::min(part, length - i), scale + channel,
                shift + channel, acrossChannels);
        }
    });
  }
};

} // namespace

std::unique_ptr<Kernel> Kernels::create(const ChannelAffineOptions &options,
                                        const KernelSpec &spec) {
  const Operand &input = *spec.inputs[0], &output = *spec.outputs[0];
  for (const Operand *operand : {&input, &output})
    if (operand->dtype == DType::Int32 || operand->numElements() == 0 ||
        (operand->quant && !operand->quant->perTensor()))
      return nullptr;
  if (input.strides != output.strides || input.dims.size() < 2)
    return nullptr;
  const int64_t channels = input.dims[1];
  AffineLoop loop{Encoding::of(input), Encoding::of(output), LoopActivation::of(options.activation),
                  channels, channels == 1 ? input.numElements() : input.strides[1]};
  PipelineBuilder builder;
  builder.addLoop([loop, x = inputBuffer(spec, 0), scale = inputBuffer(spec, 1),
                   shift = inputBuffer(spec, 2),
                   count = input.numElements()](const RunContext &context) {
    loop.run(static_cast<const std::byte *>(x.resolve(context)),
             static_cast<std::byte *>(context.outputs[0]), count,
             static_cast<const float *>(scale.resolve(context)),
             static_cast<const float *>(shift.resolve(context)));
  });
  return builder.finish("native:channel_affine");
}

} // namespace quantir::runtime::native
