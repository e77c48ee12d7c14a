//===- Pool.cpp - Pooling --------------------------------------------------===//

#include "runtime/kernels/Loops.h"
#include "runtime/kernels/reference/Reference.h"

#include <cmath>
#include <limits>

namespace quantir::runtime::reference {
namespace {

/// What a window covers along one spatial dimension: input positions first, first + step, ...
struct Reach {
  int64_t first = 0;
  int64_t count = 0; ///< positions inside the input
  int64_t step = 1;
  int64_t padded = 0; ///< positions inside the input or its padding
};

using Reaches = std::array<Reach, planLimits::rank>;

int64_t ceilDivide(int64_t a, int64_t b) { return a / b + (a % b > 0); }

/// How many positions start, start + step, ... of `limit` are below `end`.
int64_t countBelow(int64_t start, int64_t step, int64_t limit, int64_t end) {
  return start >= end ? 0 : std::min(limit, ceilDivide(end - start, step));
}

Reach windowReach(const WindowInfo &window, size_t d, int64_t position) {
  int64_t start = position * window.strides[d] - window.padBegin[d];
  int64_t step = window.dilations[d];
  int64_t before = start < 0 ? std::min(window.kernel[d], ceilDivide(-start, step)) : 0;
  Reach reach;
  reach.step = step;
  reach.first = start + before * step;
  reach.count = countBelow(start, step, window.kernel[d], window.input[d]) - before;
  reach.count = std::max<int64_t>(reach.count, 0);
  if (reach.count <= 1) // there is no next position, and the step may be any number
    reach.step = 0;
  reach.padded = countBelow(start, step, window.kernel[d], window.input[d] + window.padEnd[d]);
  return reach;
}

/// The bin of an adaptive pool: from floor(i * in / out) up to ceil((i + 1) * in / out).
Reach adaptiveReach(int64_t inputSize, int64_t outputSize, int64_t position) {
  Reach reach;
  reach.first = position * inputSize / outputSize;
  reach.count = ceilDivide((position + 1) * inputSize, outputSize) - reach.first;
  reach.padded = reach.count;
  return reach;
}

/// Calls fn(value) for everything a window covers in one channel, which starts at `data`.
template <typename T, typename Fn>
void forEachCovered(const T *data, const Operand &input, const Reaches &reaches, size_t rank,
                    Fn &&fn) {
  std::array<LoopAxis<1>, planLimits::rank> axes;
  int64_t base = 0;
  for (size_t d = 0; d < rank; ++d) {
    int64_t stride = input.strides[d + 2];
    axes[d] = {reaches[d].count, {reaches[d].step * stride}};
    base += reaches[d].first * stride;
    if (reaches[d].count == 0)
      return;
  }
  forEachOffset(std::span<const LoopAxis<1>>(axes.data(), rank),
                [&](const std::array<int64_t, 1> &offset) { fn(data[base + offset[0]]); });
}

/// A kernel that computes finish(window, reaches) for each result, `window` being a function that
/// visits the values covered. reachOf(d, position) says what is covered.
template <typename In, typename Out, typename ReachOf, typename Reduce>
KernelPtr createWindowed(const KernelSpec &spec, ReachOf reachOf, Reduce reduce) {
  const Operand &input = *spec.inputs[0], &output = *spec.outputs[0];
  std::vector<int64_t> spatial(output.dims.begin() + 2, output.dims.end());
  return makeKernel([=, &input, &output](const void *const *inputs, void *const *outputs, void *) {
    auto *source = static_cast<const In *>(inputs[0]);
    auto *result = static_cast<Out *>(outputs[0]);
    forEachIndex(spatial, [&](std::span<const int64_t> position) {
      Reaches reaches;
      int64_t resultBase = 0;
      for (size_t d = 0; d < position.size(); ++d) {
        reaches[d] = reachOf(d, position[d]);
        resultBase += position[d] * output.strides[d + 2];
      }
      for (int64_t n = 0; n < output.dims[0]; ++n)
        for (int64_t c = 0; c < output.dims[1]; ++c) {
          const In *channel = source + n * input.strides[0] + c * input.strides[1];
          auto visit = [&](auto &&fn) {
            forEachCovered(channel, input, reaches, position.size(), fn);
          };
          result[resultBase + n * output.strides[0] + c * output.strides[1]] =
              reduce(visit, reaches);
        }
    });
  });
}

/// Like std::max, but a NaN wins.
template <typename T> T greater(T a, T b) {
  if constexpr (std::is_same_v<T, float>)
    if (std::isnan(b))
      return b;
  return b > a ? b : a;
}

template <typename T, typename ReachOf>
KernelPtr createMax(const KernelSpec &spec, ReachOf reachOf) {
  // What a window that covers nothing but padding gives.
  T least;
  if constexpr (std::is_same_v<T, float>)
    least = -std::numeric_limits<float>::infinity();
  else
    least = static_cast<T>(spec.outputs[0]->quant->quantMin);
  return createWindowed<T, T>(spec, reachOf, [least](auto &&visit, const Reaches &) {
    T best = least;
    visit([&](T value) { best = greater(best, value); });
    return best;
  });
}

/// The mean of a window, of `countOf(reaches)` values.
///
/// Integers: with the input's scale and zero point on the result too, clamp(rne(f32(sum) /
/// f32(count)) + zero point), the sum being that of q - zero point; else the mean is
/// f32(sum) / f32(count) * scale, and is quantized.
template <typename In, typename Out, typename ReachOf, typename CountOf>
KernelPtr createAverage(const KernelSpec &spec, ReachOf reachOf, CountOf countOf) {
  const Operand &input = *spec.inputs[0], &output = *spec.outputs[0];
  Encoder<Out> encode(output);
  if constexpr (std::is_same_v<In, float>) {
    return createWindowed<In, Out>(spec, reachOf, [=](auto &&visit, const Reaches &reaches) {
      double sum = 0;
      visit([&](float value) { sum += value; });
      int64_t count = countOf(reaches);
      return count == 0 ? 0.0f : static_cast<float>(sum / static_cast<double>(count));
    });
  } else {
    float scale = scaleOf(*input.quant);
    int32_t zeroPoint = zeroPointOf(*input.quant);
    bool sameCodes = sameEncoding(input, output);
    return createWindowed<In, Out>(spec, reachOf, [=](auto &&visit, const Reaches &reaches) {
      int64_t sum = 0;
      visit([&](In value) { sum += value - zeroPoint; });
      int64_t count = std::max<int64_t>(countOf(reaches), 1);
      float mean = static_cast<float>(sum) / static_cast<float>(count);
      if constexpr (!std::is_same_v<Out, float>)
        if (sameCodes)
          return static_cast<Out>(numerics::quantizeValue(mean, 1.0f, zeroPoint, encode.range));
      return encode(mean * scale);
    });
  }
}

template <typename ReachOf, typename CountOf>
KernelPtr createAverageOfTypes(const KernelSpec &spec, ReachOf reachOf, CountOf countOf) {
  return withValueType(spec.inputs[0]->dtype, [&](auto in) {
    using In = decltype(in);
    if constexpr (std::is_same_v<In, float>)
      return createAverage<float, float>(spec, reachOf, countOf);
    else
      return withValueType(spec.outputs[0]->dtype, [&](auto out) {
        return createAverage<In, decltype(out)>(spec, reachOf, countOf);
      });
  });
}

} // namespace

KernelPtr Kernels::create(const PoolOptions &, const KernelSpec &spec) {
  PoolInfo info = poolInfo(spec);
  auto reachOf = [window = info.window](size_t d, int64_t position) {
    return windowReach(window, d, position);
  };
  if (!info.average)
    return withValueType(spec.inputs[0]->dtype,
                         [&](auto type) { return createMax<decltype(type)>(spec, reachOf); });
  auto countOf = [rank = info.window.rank(),
                  padded = info.countIncludePad](const Reaches &reaches) {
    int64_t count = 1;
    for (size_t d = 0; d < rank; ++d)
      count *= padded ? reaches[d].padded : reaches[d].count;
    return count;
  };
  return createAverageOfTypes(spec, reachOf, countOf);
}

KernelPtr Kernels::create(const AdaptiveAveragePoolOptions &, const KernelSpec &spec) {
  const Operand &input = *spec.inputs[0], &output = *spec.outputs[0];
  auto reachOf = [&input, &output](size_t d, int64_t position) {
    return adaptiveReach(input.dims[d + 2], output.dims[d + 2], position);
  };
  auto countOf = [rank = input.dims.size() - 2](const Reaches &reaches) {
    int64_t count = 1;
    for (size_t d = 0; d < rank; ++d)
      count *= reaches[d].count;
    return count;
  };
  return createAverageOfTypes(spec, reachOf, countOf);
}

} // namespace quantir::runtime::reference
