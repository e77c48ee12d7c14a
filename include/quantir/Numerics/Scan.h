//===- Scan.h - One pass over a tensor --------------------------*- C++ -*-===//
//
// Private to the library: the loops that calibration spends its time in.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_NUMERICS_SCAN_H
#define QUANTIR_NUMERICS_SCAN_H

#include "quantir/Numerics/Quantize.h"

#include <cstdint>
#include <limits>
#include <vector>

namespace quantir::numerics {

/// Least and greatest value, NaN aside; zero is +0. Nothing seen: +inf and -inf.
struct Extent {
  float min = std::numeric_limits<float>::infinity();
  float max = -std::numeric_limits<float>::infinity();
  bool finite = true; ///< no value was NaN or infinite

  void include(const Extent &other) {
    min = other.min < min ? other.min : min;
    max = other.max > max ? other.max : max;
    finite &= other.finite;
  }
};

Extent scanExtent(const float *data, int64_t count);

/// The same for each channel: `min` and `max` hold view.channels entries. Returns whether all
/// values are finite.
bool scanExtents(const float *data, ChannelView view, float *min, float *max);

struct NonFiniteCount {
  int64_t nan = 0;
  int64_t inf = 0;
};

NonFiniteCount countNonFinite(const float *data, int64_t count);

/// Adds each value to the bin it falls in, of `counts.size()` equal ones over [min, max]; a value
/// equal to max belongs to the last one, values outside to none. The rule, in float32: bin =
/// int(((x - min) / (max - min)) * bins).
void countBins(const float *data, int64_t count, float min, float max,
               std::vector<int64_t> &counts);

/// The same in one pass where all values are finite and in the range, min < max. Otherwise false:
/// `counts` is as it was.
bool countBinsWithin(const float *data, int64_t count, float min, float max,
                     std::vector<int64_t> &counts);

} // namespace quantir::numerics

#endif // QUANTIR_NUMERICS_SCAN_H
