//===- ThroughFloat.cpp - Integer products by float primitives --*- C++ -*-===//

#include "runtime/kernels/onednn/ThroughFloat.h"

#include "runtime/threads/Team.h"

namespace quantir::runtime::onednn {

void centreAll(const Operand &operand, const void *codes, float *values) {
  parallelFor(
      operand.numElements(), 1, [&, from = Encoding::of(operand)](int64_t begin, int64_t end) {
        centre(static_cast<const std::byte *>(codes) + begin, values + begin, end - begin, from);
      });
}

Buffer addCentring(const Operand &operand, Buffer codes, PipelineBuilder &builder) {
  const Buffer to = builder.scratch(operand.numElements() * sizeof(float));
  builder.addLoop([=, &operand](const RunContext &context) {
    centreAll(operand, codes.resolve(context), static_cast<float *>(to.resolve(context)));
  });
  return to;
}

namespace {

/// Finishes rows of sums, a part of a row at a time so that the numbers in between stay in the
/// first-level cache.
struct Finisher {
  const float *scale;
  const float *bias;
  LoopActivation activation;
  Encoding addend, result;
  int64_t channels;
  bool hasAddend;

  void row(const float *sums, const std::byte *addends, std::byte *results) const {
    constexpr int64_t part = 512;
    float values[part], added[part];
    for (int64_t c = 0; c < channels; c += part) {
      const int64_t n = std::min(part, channels - c);
      scaleAndShift(sums + c, values, n, scale + c, bias ? bias + c : nullptr);
      if (hasAddend && addend.isFloat())
        accumulate(reinterpret_cast<const float *>(addends) + c, values, n);
      else if (hasAddend) {
        dequantize(addends + c, added, n, addend);
        accumulate(added, values, n);
      }
      activate(values, values, n, activation);
      if (result.isFloat())
        std::copy_n(values, n, reinterpret_cast<float *>(results) + c);
      else
        quantize(values, results + c, n, result, ZeroPointAdd::BeforeRounding);
    }
  }
};

} // namespace

void addFinish(const WeightedOp &op, Buffer sums, PipelineBuilder &builder) {
  Finisher finisher;
  finisher.channels = op.channels;
  finisher.activation = LoopActivation::of(op.activation);
  finisher.result = Encoding::of(*op.output);
  finisher.hasAddend = op.addend != nullptr;
  if (op.addend)
    finisher.addend = Encoding::of(*op.addend);
  finisher.scale = static_cast<const float *>(builder.constant(op.channelScales()).resolve({}));
  const std::optional<Buffer> bias = biasBuffer(op, builder);
  const std::optional<Buffer> addend =
      op.addend ? std::optional(op.buffer(WeightedOp::addendIndex)) : std::nullopt;
  builder.addLoop([=, rows = op.output->numElements() / op.channels](const RunContext &context) {
    Finisher finish = finisher;
    finish.bias = bias ? static_cast<const float *>(bias->resolve(context)) : nullptr;
    const auto *from = static_cast<const float *>(sums.resolve(context));
    const auto *added = addend ? static_cast<const std::byte *>(addend->resolve(context)) : nullptr;
    auto *to = static_cast<std::byte *>(context.outputs[0]);
    const int64_t addendRow = finish.channels * int64_t(sizeOf(finish.addend.dtype));
    const int64_t resultRow = finish.channels * int64_t(sizeOf(finish.result.dtype));
    parallelFor(rows, finish.channels, [&](int64_t begin, int64_t end) {
      for (int64_t r = begin; r < end; ++r)
        finish.row(from + r * finish.channels, added ? added + r * addendRow : nullptr,
                   to + r * resultRow);
    });
  });
}

} // namespace quantir::runtime::onednn
