//===- WeightChannels.cpp - The channels of weights -----------------------===//

#include "quantir/Numerics/WeightChannels.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>

using namespace quantir;
using namespace quantir::numerics;

int64_t WeightShape::elements() const {
  return std::accumulate(dims.begin(), dims.end(), int64_t(1), std::multiplies<>());
}

int64_t WeightShape::inputs() const { return dims[transposed ? 0 : 1] * groups; }

int64_t WeightShape::outputs() const { return dims[transposed ? 1 : 0]; }

namespace {

/// Calls `visit(channel, first, count)` for each run of neighbours that have the channel. Each
/// group of outputs has inputs of its own.
template <typename Visit> void forEachRun(const WeightShape &shape, bool ofOutputs, Visit visit) {
  assert(shape.dims.size() >= 2 && shape.groups > 0 && shape.outputs() % shape.groups == 0);
  const int64_t rows = shape.dims[0], columns = shape.dims[1];
  const int64_t count = rows && columns ? shape.elements() / (rows * columns) : 0;
  const int64_t inputsOfGroup = shape.transposed ? rows : columns;
  for (int64_t row = 0; row < rows; ++row)
    for (int64_t column = 0; column < columns; ++column) {
      const int64_t output = shape.transposed ? column : row;
      const int64_t input = shape.transposed ? row : column;
      const int64_t group = output / (shape.outputs() / shape.groups);
      visit(ofOutputs ? output : group * inputsOfGroup + input, (row * columns + column) * count,
            count);
    }
}

ChannelRanges channelRanges(std::span<const float> weight, const WeightShape &shape, bool ofOutputs,
                            int64_t channels) {
  constexpr float infinity = std::numeric_limits<float>::infinity();
  ChannelRanges ranges = {std::vector<float>(channels, infinity),
                          std::vector<float>(channels, -infinity)};
  forEachRun(shape, ofOutputs, [&](int64_t channel, int64_t first, int64_t count) {
    for (float value : weight.subspan(first, count)) {
      ranges.min[channel] = std::min(ranges.min[channel], value);
      ranges.max[channel] = std::max(ranges.max[channel], value);
    }
  });
  return ranges;
}

void scaleChannels(std::span<float> weight, const WeightShape &shape, bool ofOutputs,
                   std::span<const float> factor) {
  forEachRun(shape, ofOutputs, [&](int64_t channel, int64_t first, int64_t count) {
    for (float &value : weight.subspan(first, count))
      value *= factor[channel];
  });
}

} // namespace

ChannelRanges numerics::inputChannelRanges(std::span<const float> weight,
                                           const WeightShape &shape) {
  return channelRanges(weight, shape, /*ofOutputs=*/false, shape.inputs());
}

ChannelRanges numerics::outputChannelRanges(std::span<const float> weight,
                                            const WeightShape &shape) {
  return channelRanges(weight, shape, /*ofOutputs=*/true, shape.outputs());
}

void numerics::scaleInputChannels(std::span<float> weight, const WeightShape &shape,
                                  std::span<const float> factor) {
  scaleChannels(weight, shape, /*ofOutputs=*/false, factor);
}

void numerics::scaleOutputChannels(std::span<float> weight, const WeightShape &shape,
                                   std::span<const float> factor) {
  scaleChannels(weight, shape, /*ofOutputs=*/true, factor);
}

std::optional<size_t> numerics::findBadVariance(std::span<const float> variance, float epsilon) {
  for (size_t c = 0; c < variance.size(); ++c)
    if (!(variance[c] + epsilon > 0))
      return c;
  return std::nullopt;
}

void numerics::foldBatchNorm(const BatchNormParams &norm, const WeightShape &shape,
                             std::span<float> weight, std::span<float> bias) {
  std::vector<float> factor(norm.gamma.size());
  for (size_t c = 0; c < factor.size(); ++c) {
    const float inverse = 1.0f / std::sqrt(norm.variance[c] + norm.epsilon);
    factor[c] = norm.gamma[c] * inverse;
    bias[c] = (bias[c] - norm.mean[c]) * inverse * norm.gamma[c] + norm.beta[c];
  }
  scaleOutputChannels(weight, shape, factor);
}
