//===- Histogram.h - A histogram that can grow ------------------*- C++ -*-===//
//
// The histogram of PyTorch's HistogramObserver: equal bins between the least and the greatest value
// seen, counts in float32. When a tensor widens the range, the old counts are spread over the new
// bins.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_NUMERICS_HISTOGRAM_H
#define QUANTIR_NUMERICS_HISTOGRAM_H

#include <cstdint>
#include <span>
#include <vector>

namespace quantir::numerics {

/// A histogram that somebody owns. min <= max, both finite, at least one bin.
struct HistogramView {
  std::span<const float> counts;
  float min = 0;
  float max = 0;
};

/// Counts of finite `data` in `bins` equal bins over [min, max]; what lies outside is not counted.
/// A range of one value is widened by 1 on both sides. (torch.histc)
std::vector<float> makeHistogram(const float *data, int64_t count, int64_t bins, float min,
                                 float max);

/// `count` evenly spaced values from `start` to `stop`, counted from the nearer end.
/// (torch.linspace, which computes start + step * i with one rounding.)
std::vector<float> linspace(float start, float stop, int64_t count);

/// The counts of `old` in bins over a range [min, max] that contains its own. Every bin is cut into
/// 16, each of which goes where its middle falls.
std::vector<float> spreadHistogram(HistogramView old, float min, float max);

} // namespace quantir::numerics

#endif // QUANTIR_NUMERICS_HISTOGRAM_H
