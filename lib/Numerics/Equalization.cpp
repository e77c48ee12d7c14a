//===- Equalization.cpp - Equalizing the ranges of channels ---------------===//

#include "quantir/Numerics/Equalization.h"
#include "quantir/Base/Text.h"

#include <algorithm>
#include <cmath>
#include <limits>

using namespace quantir;
using namespace quantir::numerics;

std::string numerics::equalizationScale(const ChannelRanges &activation,
                                        const ChannelRanges &weight, std::vector<float> &scale) {
  if (activation.min.size() != weight.min.size())
    return "expected as many channels of the activation as of the weight's input, but got " +
           std::to_string(activation.min.size()) + " and " + std::to_string(weight.min.size());
  scale.resize(weight.min.size());
  for (size_t c = 0; c < scale.size(); ++c) {
    scale[c] = std::sqrt((weight.max[c] - weight.min[c]) / (activation.max[c] - activation.min[c]));
    if (scale[c] == 0 || !std::isfinite(scale[c]))
      scale[c] = 1;
  }
  return {};
}

ScaledRange numerics::scaledRange(const ChannelRanges &ranges, std::span<const float> scale) {
  constexpr float infinity = std::numeric_limits<float>::infinity();
  ScaledRange range = {infinity, -infinity};
  for (size_t c = 0; c < scale.size(); ++c) {
    range.min = std::min(range.min, ranges.min[c] * scale[c]);
    range.max = std::max(range.max, ranges.max[c] * scale[c]);
  }
  return range;
}

std::vector<float> numerics::reciprocals(std::span<const float> scale) {
  std::vector<float> result;
  for (float value : scale)
    result.push_back(1.0f / value);
  return result;
}

namespace {

std::string equalizePair(EqualizedLayer &first, EqualizedLayer &second) {
  const ChannelRanges r1 = outputChannelRanges(first.weight, first.shape);
  const ChannelRanges r2 = inputChannelRanges(second.weight, second.shape);
  if (r1.min.size() != r2.min.size())
    return "expected as many output channels of the first layer as input channels of the second, "
           "but got " +
           std::to_string(r1.min.size()) + " and " + std::to_string(r2.min.size());
  std::vector<float> scale(r1.min.size());
  for (size_t c = 0; c < scale.size(); ++c) {
    const float range = r1.max[c] - r1.min[c];
    scale[c] = std::sqrt(range / (r2.max[c] - r2.min[c] + 1e-9f));
    if (!std::isfinite(scale[c]))
      return "expected weights of finite ranges, but output channel " + std::to_string(c) +
             " of the first layer and what reads it have the ranges " + formatFloat(range) +
             " and " + formatFloat(r2.max[c] - r2.min[c]);
    // There is nothing to equalize in a channel of one value, such as a dead one. PyTorch divides
    // by 0.
    if (!(scale[c] > 0))
      scale[c] = 1;
  }
  const std::vector<float> inverse = reciprocals(scale);
  for (size_t c = 0; c < first.bias.size(); ++c)
    first.bias[c] *= inverse[c];
  scaleOutputChannels(first.weight, first.shape, inverse);
  scaleInputChannels(second.weight, second.shape, scale);
  return {};
}

float distance(std::span<const float> a, std::span<const float> b) {
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i)
    sum += double(a[i] - b[i]) * double(a[i] - b[i]);
  return float(std::sqrt(sum));
}

} // namespace

std::string numerics::equalizeCrossLayer(std::span<EqualizedLayer> layers,
                                         std::span<const LayerPair> pairs, float threshold,
                                         int64_t maxTurns) {
  // What each weight was before the last pair of a turn that has it.
  std::vector<std::vector<float>> before(layers.size());
  for (int64_t turn = 0; turn < maxTurns; ++turn) {
    for (auto [first, second] : pairs) {
      before[first] = layers[first].weight;
      before[second] = layers[second].weight;
      if (std::string error = equalizePair(layers[first], layers[second]); !error.empty())
        return error;
    }
    float moved = 0;
    for (size_t i = 0; i < layers.size(); ++i)
      if (!before[i].empty())
        moved += distance(layers[i].weight, before[i]);
    if (moved < threshold)
      return {};
  }
  return "the weights still change by " + std::to_string(threshold) + " or more after " +
         std::to_string(maxTurns) + " turns";
}
