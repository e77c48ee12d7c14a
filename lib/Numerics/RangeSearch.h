//===- RangeSearch.h - How much of a histogram to represent -----*- C++ -*-===//
//
// Clipping rare large values makes the steps finer for all others. These choose the range of least
// squared error.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_NUMERICS_RANGESEARCH_H
#define QUANTIR_NUMERICS_RANGESEARCH_H

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

/// The mean squared error of quantizing values distributed as a histogram says (evenly inside a
/// bin), with given parameters; exact for that distribution: clipping, rounding and the zero
/// point's own rounding included.
class QuantizationError {
public:
  explicit QuantizationError(HistogramView histogram);

  double operator()(float scale, int32_t zeroPoint, QuantRange range) const;

  /// Sum of the counts.
  double total() const { return mass.back(); }

private:
  struct Moments {
    double mass, first, second;
  };
  /// Moments of all values below x.
  Moments below(double x) const;

  double origin, width;
  std::vector<float> counts;
  /// Per bin edge: moments 0, 1 and 2 of all values below it.
  std::vector<double> mass, first, second;
};

/// The range whose parameters, chosen as `spec` says, give the least QuantizationError: a search
/// over both ends jointly, coarse to fine. Never worse than the full range.
Range searchLeastError(HistogramView histogram, const QParamsSpec &spec);

} // namespace quantir::numerics

#endif // QUANTIR_NUMERICS_RANGESEARCH_H
