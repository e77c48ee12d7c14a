//===- Metrics.h - How far a result is from its reference -------*- C++ -*-===//

#ifndef QUANTIR_NUMERICS_METRICS_H
#define QUANTIR_NUMERICS_METRICS_H

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace quantir::numerics {

/// Mean over samples of 10*log10(sum ref^2 / sum (ref - actual)^2), in dB. The arrays hold
/// `samples` rows of equal length. A row without error counts as `perfectSqnr`, one of zeros with
/// an error as -perfectSqnr; so does a row with an error that is not finite. Nothing for arrays
/// that are empty or of different lengths.
std::optional<double> sqnr(std::span<const float> reference, std::span<const float> actual,
                           int64_t samples = 1);

/// More than any float32 computation that differs somewhere can reach (2^-24 relative error is 144
/// dB).
inline constexpr double perfectSqnr = 200.0;

/// max |reference - actual|; NaN when one of them has a NaN.
double maxAbsDifference(std::span<const float> reference, std::span<const float> actual);

/// mean (reference - actual)^2.
double meanSquaredError(std::span<const float> reference, std::span<const float> actual);

/// sqrt(sum (reference - actual)^2 / sum reference^2).
double normalizedL2(std::span<const float> reference, std::span<const float> actual);

/// Cosine of the angle between the two.
double cosineSimilarity(std::span<const float> reference, std::span<const float> actual);

/// For each of `samples` rows, the index of its greatest value, the first of several. NaN is never
/// the greatest.
std::vector<int64_t> argmaxPerSample(std::span<const float> values, int64_t samples);

/// How many rows have their greatest value at the index `labels` says.
int64_t countTop1(std::span<const float> logits, std::span<const int64_t> labels);

/// How many of `samples` rows have their greatest value at the same place in both.
int64_t countAgreeing(std::span<const float> reference, std::span<const float> actual,
                      int64_t samples);

} // namespace quantir::numerics

#endif // QUANTIR_NUMERICS_METRICS_H
