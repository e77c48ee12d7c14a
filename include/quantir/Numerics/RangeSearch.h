//===- RangeSearch.h - How much of a histogram to represent -----*- C++ -*-===//
//
// Clipping rare large values makes the steps finer for all others. These functions choose where to
// clip.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_NUMERICS_RANGESEARCH_H
#define QUANTIR_NUMERICS_RANGESEARCH_H

#include "quantir/Numerics/GridHistogram.h"
#include "quantir/Numerics/Histogram.h"
#include "quantir/Numerics/QParams.h"

#include <vector>

namespace quantir::numerics {

struct Range {
  float min = 0;
  float max = 0;
  bool operator==(const Range &) const = default;
};

/// PyTorch's search: takes whole bins off the end that holds fewer values for as long as the
/// estimated error falls. `levels` is the number of codes (2^bits, whatever the observer's range),
/// at most 2^24.
Range searchGreedy(HistogramView histogram, int64_t levels);

/// The range that `percentile` percent of the values lie in, at least, to the bin: half of what is
/// left is cut off each end, or, for a symmetric scheme, all of it off the greatest magnitudes.
Range searchPercentile(GridView histogram, double percentile, bool symmetric);

/// The mean squared error of quantizing values distributed as a histogram says (evenly inside a
/// bin), with given parameters; exact for that distribution: clipping, rounding and the zero
/// point's own rounding included.
class QuantizationError {
public:
  explicit QuantizationError(GridView histogram);

  double operator()(float scale, int32_t zeroPoint, QuantRange range) const;

  /// Sum of the counts.
  double total() const { return mass.back(); }

private:
  struct Moments {
    double mass, first, second;
  };
  /// Moments of all values below x.
  Moments below(double x) const;

  GridView histogram;
  /// Per bin edge: moments 0, 1 and 2 of all values below it.
  std::vector<double> mass, first, second;
};

/// The range whose parameters, chosen as `spec` says, give the least QuantizationError: a search
/// over both ends jointly, coarse to fine. Never worse than the full range.
Range searchLeastError(GridView histogram, const QParamsSpec &spec);

/// The Kullback-Leibler divergence sum P ln (P / Q) over the bins that have a code. P is the
/// histogram, with the values beyond the first and the last code in the outermost of these bins; Q
/// is what is left of the distribution by quantizing: the values inside, those of each code spread
/// evenly over the bins of it that have any. A bin without values weighs 1e-4 values in Q.
/// (TensorRT's and ONNX Runtime's calibration; here for any scale and zero point.)
class QuantizationDivergence {
public:
  explicit QuantizationDivergence(GridView histogram);

  double operator()(float scale, int32_t zeroPoint, QuantRange range) const;

private:
  /// The first bin whose middle is not below x.
  int64_t binAt(double x) const;

  GridView histogram;
  /// Per bin edge: the sums over all bins below it of n, of n ln n, and of whether there is an n.
  std::vector<double> mass, entropy;
  std::vector<int64_t> filled;
};

/// The range of least QuantizationDivergence, searched for as the least error is, among those of at
/// least a bin for each code. The full range, if it has fewer.
Range searchLeastDivergence(GridView histogram, const QParamsSpec &spec);

} // namespace quantir::numerics

#endif // QUANTIR_NUMERICS_RANGESEARCH_H
