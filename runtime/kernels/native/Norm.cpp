//===- Norm.cpp - Layer and group normalization, PReLU ----------*- C++ -*-===//
//
// Loops of our own: oneDNN's primitives for these take neither zero points nor every layout. Sums
// are taken in float32 over short parts, and in float64 over these.
//
//===----------------------------------------------------------------------===//

#include "runtime/kernels/native/Norm.h"

#include "quantir/Base/TargetClones.h"
#include "runtime/kernels/Pipeline.h"
#include "runtime/kernels/native/Kernels.h"
#include "runtime/kernels/native/Loops.h"
#include "runtime/kernels/native/Select.h"
#include "runtime/threads/Team.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace quantir::runtime::native {

//===----------------------------------------------------------------------===//
// Rows
//===----------------------------------------------------------------------===//

static constexpr int64_t lanes = 16;

/// The sum of term(x[i]), in as many sums as a vector has lanes.
template <typename Term> QUANTIR_INLINE float sumOf(const float *x, int64_t n, Term term) {
  float sums[lanes] = {};
  int64_t i = 0;
  for (; i + lanes <= n; i += lanes)
    for (int64_t k = 0; k < lanes; ++k)
      sums[k] += term(x[i + k]);
  float total = 0;
  for (; i < n; ++i)
    total += term(x[i]);
  for (float sum : sums)
    total += sum;
  return total;
}

QUANTIR_TARGET_CLONES float sumRow(const float *x, int64_t n) {
  return sumOf(x, n, [](float value) { return value; });
}

QUANTIR_TARGET_CLONES float sumSquares(const float *x, int64_t n, float mean) {
  return sumOf(x, n, [mean](float value) { return (value - mean) * (value - mean); });
}

QUANTIR_TARGET_CLONES void normalizeRow(const float *x, float *y, int64_t n, const float *mean,
                                        const float *factor, const float *weight, const float *bias,
                                        NormSteps steps) {
  const int64_t s = steps.statistics, p = steps.parameters;
  QUANTIR_INDEPENDENT
  for (int64_t i = 0; i < n; ++i) {
    const float value = (x[i] - mean[i * s]) * factor[i * s] * weight[i * p];
    y[i] = bias ? value + bias[i * p] : value;
  }
}

QUANTIR_TARGET_CLONES void preluRow(const float *x, float *y, int64_t n, const float *slope,
                                    int64_t step) {
  // x or slope * x
  if (step == 0) {
    const float all = *slope;
    QUANTIR_INDEPENDENT
    for (int64_t i = 0; i < n; ++i)
      y[i] = x[i] * select(x[i] > 0.0f, 1.0f, all);
  } else {
    QUANTIR_INDEPENDENT
    for (int64_t i = 0; i < n; ++i)
      y[i] = x[i] * select(x[i] > 0.0f, 1.0f, slope[i]);
  }
}

QUANTIR_TARGET_CLONES void addColumns(const float *x, int64_t n, const float *mean, bool squares,
                                      float *sums) {
  QUANTIR_INDEPENDENT
  for (int64_t i = 0; i < n; ++i) {
    const float value = mean ? x[i] - mean[i] : x[i];
    sums[i] += squares ? value * value : value;
  }
}

namespace {

constexpr int64_t part = 512;

bool isPerTensor(const Operand &operand) {
  return operand.dtype != DType::Int32 && operand.numElements() != 0 &&
         (!operand.quant || operand.quant->perTensor());
}

/// Elements as floats: where they are, or in `room`.
const float *load(const std::byte *x, int64_t at, int64_t n, const Encoding &from, float *room) {
  x += at * int64_t(sizeOf(from.dtype));
  if (from.isFloat())
    return reinterpret_cast<const float *>(x);
  dequantize(x, room, n, from);
  return room;
}

/// Where floats go that `store` then writes.
float *target(std::byte *y, int64_t at, const Encoding &to, float *room) {
  return to.isFloat() ? reinterpret_cast<float *>(y) + at : room;
}

void store(const float *values, std::byte *y, int64_t at, int64_t n, const Encoding &to) {
  if (!to.isFloat())
    quantize(values, y + at * int64_t(sizeOf(to.dtype)), n, to, ZeroPointAdd::AfterRounding);
}

//===----------------------------------------------------------------------===//
// Layer normalization
//===----------------------------------------------------------------------===//

struct LayerNormLoop {
  Encoding from, to;
  int64_t size;
  double epsilon;

  void row(const std::byte *x, std::byte *y, int64_t first, const float *weight,
           const float *bias) const {
    float room[part];
    double sum = 0, squares = 0;
    for (int64_t i = 0; i < size; i += part) {
      const int64_t n = std::min(part, size - i);
      sum += double(sumRow(load(x, first + i, n, from, room), n));
    }
    const auto mean = float(sum / double(size));
    for (int64_t i = 0; i < size; i += part) {
      const int64_t n = std::min(part, size - i);
      squares += double(sumSquares(load(x, first + i, n, from, room), n, mean));
    }
    const auto factor = float(1.0 / std::sqrt(squares / double(size) + epsilon));
    for (int64_t i = 0; i < size; i += part) {
      const int64_t n = std::min(part, size - i);
      const float *values = load(x, first + i, n, from, room);
      float *result = target(y, first + i, to, room);
      normalizeRow(values, result, n, &mean, &factor, weight + i, bias ? bias + i : nullptr,
                   {/*statistics=*/0, /*parameters=*/1});
      store(result, y, first + i, n, to);
    }
  }
};

} // namespace

std::unique_ptr<Kernel> Kernels::create(const LayerNormOptions &options, const KernelSpec &spec) {
  const Operand &input = *spec.inputs[0], &output = *spec.outputs[0];
  if (!isPerTensor(input) || !isPerTensor(output) || input.layout != Layout::RowMajor ||
      output.layout != Layout::RowMajor)
    return nullptr;
  const LayerNormLoop loop{Encoding::of(input), Encoding::of(output), spec.inputs[1]->numElements(),
                           options.epsilon};
  const bool hasBias = optionalInput(spec, 2) != nullptr;
  PipelineBuilder builder;
  const Buffer weight = inputBuffer(spec, 1), bias = inputBuffer(spec, hasBias ? 2 : 1);
  builder.addLoop([=, x = inputBuffer(spec, 0),
                   rows = input.numElements() / loop.size](const RunContext &context) {
    const auto *source = static_cast<const std::byte *>(x.resolve(context));
    auto *result = static_cast<std::byte *>(context.outputs[0]);
    const auto *weights = static_cast<const float *>(weight.resolve(context));
    const auto *biases = hasBias ? static_cast<const float *>(bias.resolve(context)) : nullptr;
    parallelFor(rows, 4 * loop.size, [&](int64_t begin, int64_t end) {
      for (int64_t r = begin; r < end; ++r)
        loop.row(source, result, r * loop.size, weights, biases);
    });
  });
  return builder.finish("native:layer_norm");
}

//===----------------------------------------------------------------------===//
// Group normalization
//===----------------------------------------------------------------------===//

namespace {

/// Statistics are of channels first, then of their groups. Memory is lines of one channel each, or
/// (`acrossChannels`) of all channels at one position.
struct GroupNormLoop {
  Encoding from, to;
  int64_t batch, channels, positions, groups;
  double epsilon;
  bool acrossChannels;

  /// One entry per channel of each sample.
  struct Statistics {
    double *sums;
    float *mean, *factor;
  };

  /// Of one sample: sums over the positions of each channel, of x or of (x - mean)^2.
  void sumChannels(const std::byte *x, int64_t n, bool squares, const Statistics &of) const {
    const float *mean = squares ? of.mean + n * channels : nullptr;
    double *sums = of.sums + n * channels;
    std::fill_n(sums, channels, 0.0);
    const int64_t first = n * channels * positions;
    float room[part], partial[part];
    if (!acrossChannels) {
      for (int64_t c = 0; c < channels; ++c)
        for (int64_t i = 0; i < positions; i += part) {
          const int64_t count = std::min(part, positions - i);
          const float *values = load(x, first + c * positions + i, count, from, room);
          sums[c] += squares ? sumSquares(values, count, mean[c]) : sumRow(values, count);
        }
      return;
    }
    constexpr int64_t block = 64; // positions that are summed in float32
    for (int64_t c = 0; c < channels; c += part) {
      const int64_t count = std::min(part, channels - c);
      for (int64_t i = 0; i < positions; i += block) {
        std::fill_n(partial, count, 0.0f);
        for (int64_t k = i; k < std::min(positions, i + block); ++k)
          addColumns(load(x, first + k * channels + c, count, from, room), count,
                     mean ? mean + c : nullptr, squares, partial);
        for (int64_t k = 0; k < count; ++k)
          sums[c + k] += double(partial[k]);
      }
    }
  }

  /// Makes of channels' sums their groups', and calls set(channel, mean over the group).
  template <typename Set> void forGroups(int64_t n, const Statistics &of, Set set) const {
    const int64_t size = channels / groups;
    for (int64_t g = 0; g < groups; ++g) {
      const int64_t first = n * channels + g * size;
      double sum = 0;
      for (int64_t c = first; c < first + size; ++c)
        sum += of.sums[c];
      for (int64_t c = first; c < first + size; ++c)
        set(c, sum / double(size * positions));
    }
  }

  void sample(const std::byte *x, int64_t n, const Statistics &of) const {
    sumChannels(x, n, /*squares=*/false, of);
    forGroups(n, of, [&](int64_t c, double mean) { of.mean[c] = float(mean); });
    sumChannels(x, n, /*squares=*/true, of);
    forGroups(n, of, [&](int64_t c, double variance) {
      of.factor[c] = float(1.0 / std::sqrt(variance + epsilon));
    });
  }

  void line(const std::byte *x, std::byte *y, int64_t l, const Statistics &of, const float *weight,
            const float *bias) const {
    const int64_t length = acrossChannels ? channels : positions;
    const int64_t step = acrossChannels ? 1 : 0;
    // Of the line's first element: its channel among all samples' channels, and among one's.
    const int64_t entry = acrossChannels ? l / positions * channels : l;
    const int64_t channel = entry % channels;
    float room[part];
    for (int64_t i = 0; i < length; i += part) {
      const int64_t n = std::min(part, length - i), at = l * length + i, c = i * step;
      const float *values = load(x, at, n, from, room);
      float *result = target(y, at, to, room);
      normalizeRow(values, result, n, of.mean + entry + c, of.factor + entry + c,
                   weight + channel + c, bias ? bias + channel + c : nullptr, {step, step});
      store(result, y, at, n, to);
    }
  }
};

} // namespace

std::unique_ptr<Kernel> Kernels::create(const GroupNormOptions &options, const KernelSpec &spec) {
  const Operand &input = *spec.inputs[0], &output = *spec.outputs[0];
  if (!isPerTensor(input) || !isPerTensor(output) || input.strides != output.strides)
    return nullptr;
  const int64_t batch = input.dims[0], channels = input.dims[1];
  const GroupNormLoop loop{Encoding::of(input),
                           Encoding::of(output),
                           batch,
                           channels,
                           input.numElements() / (batch * channels),
                           options.groups,
                           options.epsilon,
                           input.dims.size() == 2 || input.strides[1] == 1};
  const bool hasBias = optionalInput(spec, 2) != nullptr;
  PipelineBuilder builder;
  const int64_t entries = batch * channels;
  const Buffer sums = builder.scratch(entries * sizeof(double)),
               means = builder.scratch(entries * sizeof(float)),
               factors = builder.scratch(entries * sizeof(float)), x = inputBuffer(spec, 0),
               weight = inputBuffer(spec, 1), bias = inputBuffer(spec, hasBias ? 2 : 1);
  builder.addLoop([=](const RunContext &context) {
    const GroupNormLoop::Statistics statistics{static_cast<double *>(sums.resolve(context)),
                                               static_cast<float *>(means.resolve(context)),
                                               static_cast<float *>(factors.resolve(context))};
    const auto *source = static_cast<const std::byte *>(x.resolve(context));
    auto *result = static_cast<std::byte *>(context.outputs[0]);
    const auto *weights = static_cast<const float *>(weight.resolve(context));
    const auto *biases = hasBias ? static_cast<const float *>(bias.resolve(context)) : nullptr;
    parallelFor(loop.batch, 2 * channels * loop.positions, [&](int64_t begin, int64_t end) {
      for (int64_t n = begin; n < end; ++n)
        loop.sample(source, n, statistics);
    });
    const int64_t length = loop.acrossChannels ? channels : loop.positions;
    parallelFor(entries * loop.positions / length, length, [&](int64_t begin, int64_t end) {
      for (int64_t l = begin; l < end; ++l)
        loop.line(source, result, l, statistics, weights, biases);
    });
  });
  return builder.finish("native:group_norm");
}

//===----------------------------------------------------------------------===//
// PReLU
//===----------------------------------------------------------------------===//

std::unique_ptr<Kernel> Kernels::create(const PReluOptions &, const KernelSpec &spec) {
  const Operand &input = *spec.inputs[0], &output = *spec.outputs[0];
  if (!isPerTensor(input) || !isPerTensor(output) || input.strides != output.strides)
    return nullptr;
  const bool shared = spec.inputs[1]->dims[0] == 1;
  const int64_t channels = shared ? 1 : input.dims[1];
  const int64_t lineLength = channels == 1 ? input.numElements() : input.strides[1];
  const bool acrossChannels = lineLength == 1;
  const int64_t length = acrossChannels ? channels : lineLength;
  PipelineBuilder builder;
  builder.addLoop([=, from = Encoding::of(input), to = Encoding::of(output),
                   x = inputBuffer(spec, 0), slope = inputBuffer(spec, 1),
                   count = input.numElements()](const RunContext &context) {
    const auto *source = static_cast<const std::byte *>(x.resolve(context));
    auto *result = static_cast<std::byte *>(context.outputs[0]);
    const auto *slopes = static_cast<const float *>(slope.resolve(context));
    // Pieces of lines: one line may be all there is.
    const int64_t pieces = (length + part - 1) / part;
    parallelFor(count / length * pieces, std::min(part, length), [&](int64_t begin, int64_t end) {
      float room[part];
      for (int64_t unit = begin; unit < end; ++unit) {
        const int64_t line = unit / pieces, i = unit % pieces * part;
        const int64_t n = std::min(part, length - i), at = line * length + i;
        const float *values = load(source, at, n, from, room);
        float *to32 = target(result, at, to, room);
        preluRow(values, to32, n, slopes + (acrossChannels ? i : line % channels), acrossChannels);
        store(to32, result, at, n, to);
      }
    });
  });
  return builder.finish("native:prelu");
}

} // namespace quantir::runtime::native
