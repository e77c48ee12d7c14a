//===- Equalization.h - Equalizing the ranges of channels -------*- C++ -*-===//
//
// Channels of one tensor share a scale, so a channel with a small range loses precision to one with
// a large range. A factor for each channel, which multiplies one side of a product and divides the
// other, makes the ranges similar without changing the product.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_NUMERICS_EQUALIZATION_H
#define QUANTIR_NUMERICS_EQUALIZATION_H

#include "quantir/Numerics/WeightChannels.h"

namespace quantir::numerics {

/// Input-weight equalization (torch.ao.quantization.fx._equalize, calculate_equalization_scale):
/// for each input channel, sqrt((w.max - w.min) / (x.max - x.min)), and 1 where that is 0, infinite
/// or not a number. Activations are multiplied with it and the weight's input channels divided.
/// Fails when the two have different numbers of channels.
[[nodiscard]] std::string equalizationScale(const ChannelRanges &activation,
                                            const ChannelRanges &weight, std::vector<float> &scale);

/// The range of all channels together, after each is multiplied with its positive factor.
struct ScaledRange {
  float min, max;
};
ScaledRange scaledRange(const ChannelRanges &ranges, std::span<const float> scale);

/// The reciprocals, which PyTorch multiplies weights with where it would divide them.
std::vector<float> reciprocals(std::span<const float> scale);

/// One op of a cross-layer equalization; `bias` may be empty.
struct EqualizedLayer {
  WeightShape shape;
  std::vector<float> weight;
  std::vector<float> bias;
};

/// A layer and the one that reads its result, as indexes of layers.
using LayerPair = std::pair<size_t, size_t>;

/// Cross-layer equalization (torch.ao.quantization._equalize.equalize): for each pair, with r1 the
/// range of the first weight's output channels, r2 that of the second's input channels plus 1e-9
/// and s = sqrt(r1 / r2), the output channels of the first and its bias are divided by s and the
/// input channels of the second multiplied. This is repeated for all pairs until the 2-norms of the
/// changes of the weights in the last turn sum up to less than `threshold`.
///
/// Fails, and leaves `layers` unspecified, when the channels of a pair differ in number, when an
/// output channel has the range 0 (s would be 0), and when `maxTurns` turns are not enough.
[[nodiscard]] std::string equalizeCrossLayer(std::span<EqualizedLayer> layers,
                                             std::span<const LayerPair> pairs, float threshold,
                                             int64_t maxTurns = 1000);

} // namespace quantir::numerics

#endif // QUANTIR_NUMERICS_EQUALIZATION_H
