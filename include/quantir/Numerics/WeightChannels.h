//===- WeightChannels.h - The channels of weights ---------------*- C++ -*-===//
//
// What is done to the weight of a linear or convolution op channel by channel. A weight has its
// elements row-major as [O, I / groups, spatial...]; that of a transposed convolution, which has
// its output channels in dimension 1, as [I / groups, O, spatial...].
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_NUMERICS_WEIGHTCHANNELS_H
#define QUANTIR_NUMERICS_WEIGHTCHANNELS_H

#include "quantir/Shapes/Shapes.h"

#include <optional>

namespace quantir::numerics {

/// Which channels each element of a weight belongs to. `groups` divides the output channels.
struct WeightShape {
  shapes::Dims dims; ///< at least two, all static
  int64_t groups = 1;
  bool transposed = false; ///< dimension 1 has the output channels

  int64_t elements() const;
  int64_t inputs() const;
  int64_t outputs() const;
};

/// The least and the greatest value for each channel.
struct ChannelRanges {
  std::vector<float> min;
  std::vector<float> max;
};

ChannelRanges inputChannelRanges(std::span<const float> weight, const WeightShape &shape);
ChannelRanges outputChannelRanges(std::span<const float> weight, const WeightShape &shape);

/// weight *= factor[channel], of which there is one for each channel.
void scaleInputChannels(std::span<float> weight, const WeightShape &shape,
                        std::span<const float> factor);
void scaleOutputChannels(std::span<float> weight, const WeightShape &shape,
                         std::span<const float> factor);

/// A batch normalization at inference, one value for each channel.
struct BatchNormParams {
  std::span<const float> gamma, beta, mean, variance;
  float epsilon;
};

/// The first channel whose normalization has no scale, since variance + epsilon is not above 0.
std::optional<size_t> findBadVariance(std::span<const float> variance, float epsilon);

/// Makes `op(x, weight) + bias` what the normalization of it was (PyTorch's fuse_conv_bn_weights):
/// with r = 1 / sqrt(variance + epsilon), W *= gamma * r and b = (b - mean) * r * gamma + beta.
void foldBatchNorm(const BatchNormParams &norm, const WeightShape &shape, std::span<float> weight,
                   std::span<float> bias);

} // namespace quantir::numerics

#endif // QUANTIR_NUMERICS_WEIGHTCHANNELS_H
