//===- Metrics.h - How far a result is from its reference -------*- C++ -*-===//

#ifndef QUANTIR_NUMERICS_METRICS_H
#define QUANTIR_NUMERICS_METRICS_H

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace quantir::numerics {

/// More than any float32 computation that differs somewhere can reach (2^-24 relative error is 144
/// dB). No error at all counts as this, one that is not finite, or beside zeros, as its negative.
inline constexpr double perfectSqnr = 200.0;

/// The signal-to-quantization-noise ratio, in dB, of many samples that come in parts.
class SqnrMeter {
public:
  /// Takes `samples` rows of equal length; false, and nothing is taken, for arrays that are empty,
  /// of different lengths or no such rows.
  bool add(std::span<const float> reference, std::span<const float> actual, int64_t samples);

  /// Mean over rows of 10*log10(sum ref^2 / sum (ref - actual)^2), over the elements whose
  /// reference is finite. A row where that is all 0 tells nothing and is left out; if all are, it
  /// is perfectSqnr where nothing differs at all, else its negative.
  double mean() const;
  /// The same sums over all rows together: errors beside zeros count.
  double total() const;
  /// How many rows have a reference with infinities or NaN.
  int64_t notFinite() const { return numNotFinite; }

private:
  double sumOfRows = 0, reference = 0, difference = 0;
  int64_t numRows = 0, numNotFinite = 0;
  bool differs = false;
};

/// SqnrMeter::mean of `samples` rows; nothing for arrays that it does not take. As
/// torch.ao.ns.fx.utils.compute_sqnr for one row of finite numbers.
std::optional<double> sqnr(std::span<const float> reference, std::span<const float> actual,
                           int64_t samples = 1);

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
