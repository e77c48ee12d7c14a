//===- Decomposed.h - Quantizing tokens and groups --------------*- C++ -*-===//
//
// PyTorch's quantized_decomposed operators for rows of values, each with a scale and a zero point:
// a token is the last dimension, a group so many neighbours in it. Their arithmetic is not that of
// Quantize.h: the zero point, a real number there, is added before rounding.
//
// `data` is row-major; its length is the number of runs times `length`.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_NUMERICS_DECOMPOSED_H
#define QUANTIR_NUMERICS_DECOMPOSED_H

#include "quantir/Numerics/QParams.h"

namespace quantir::numerics {

/// A scale and a zero point for each run of neighbours.
struct RunQParams {
  std::vector<float> scale;
  std::vector<float> zeroPoint;
};

/// For int8 and each run (choose_qparams_per_token): scale = max(greatest magnitude, 1e-5) / 127,
/// zero point 0. Fails on a run that is not finite.
[[nodiscard]] std::string chooseRunsSymmetric(std::span<const float> data, int64_t length,
                                              RunQParams &out);

/// For int8 and each run (choose_qparams_per_token_asymmetric): the range, widened to hold 0, over
/// 255 steps of at least 2^-23; the zero point comes from the end that is represented less exactly.
/// Fails on a run that is not finite.
[[nodiscard]] std::string chooseRunsAsymmetric(std::span<const float> data, int64_t length,
                                               RunQParams &out);

/// q = clamp(rne(x * (1 / scale) + zeroPoint)) (quantize_per_token, quantize_per_channel_group).
/// Fails when there is not a scale and a zero point for each run.
[[nodiscard]] std::string quantizeRuns(std::span<const float> data, int64_t length,
                                       const RunQParams &params, QuantRange range, int8_t *out);

/// x = (q - zeroPoint) * scale.
[[nodiscard]] std::string dequantizeRuns(std::span<const int8_t> data, int64_t length,
                                         const RunQParams &params, float *out);

} // namespace quantir::numerics

#endif // QUANTIR_NUMERICS_DECOMPOSED_H
