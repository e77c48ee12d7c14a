//===- LeastDivergence.cpp - The range that keeps the distribution --------===//

#include "EndSearch.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace quantir::numerics {

/// What a bin without values weighs in the quantized distribution, in values.
static constexpr double leastWeight = 1e-4;

static double timesLog(double x) { return x > 0 ? x * std::log(x) : 0; }

QuantizationDivergence::QuantizationDivergence(GridView histogram) : histogram(histogram) {
  const size_t bins = histogram.counts.size();
  mass.resize(bins + 1);
  entropy.resize(bins + 1);
  filled.resize(bins + 1);
  for (size_t i = 0; i < bins; ++i) {
    double n = double(histogram.counts[i]);
    mass[i + 1] = mass[i] + n;
    entropy[i + 1] = entropy[i] + timesLog(n);
    filled[i + 1] = filled[i] + (n > 0);
  }
}

int64_t QuantizationDivergence::binAt(double x) const {
  const Grid &grid = histogram.grid;
  double bin = std::ceil(x / grid.width() - 0.5) - double(grid.first);
  return int64_t(std::clamp<double>(bin, 0, double(grid.count)));
}

double QuantizationDivergence::operator()(float scale, int32_t zeroPoint, QuantRange range) const {
  constexpr double impossible = std::numeric_limits<double>::infinity();
  const double step = scale, total = mass.back();
  auto lowerEnd = [&](int64_t code) { return (double(code) - zeroPoint - 0.5) * step; };
  const int64_t begin = binAt(lowerEnd(range.min)), end = binAt(lowerEnd(int64_t(range.max) + 1));
  const double inside = mass[end] - mass[begin];
  if (inside == 0)
    return impossible;

  // sum P ln P, with the values outside of the range at its ends.
  const int64_t last = end - 1;
  auto count = [&](int64_t bin) { return mass[bin + 1] - mass[bin]; };
  const double below = mass[begin], above = total - mass[end];
  double divergence = entropy[end] - entropy[begin];
  if (begin == last) {
    divergence += timesLog(total) - timesLog(count(begin));
  } else {
    divergence += timesLog(count(begin) + below) - timesLog(count(begin));
    divergence += timesLog(count(last) + above) - timesLog(count(last));
  }
  // - sum P ln Q, code by code: a code's values in equal parts in its bins that have any.
  auto weight = [&](double values, double bins) {
    return std::log(bins > 0 ? values / bins : leastWeight);
  };
  int64_t from = begin;
  for (int64_t code = range.min; from < end; ++code) {
    const int64_t to = code == range.max ? end : std::min(end, binAt(lowerEnd(code + 1)));
    if (to == from)
      continue;
    const double values = mass[to] - mass[from];
    const double even = weight(values, double(filled[to] - filled[from]));
    divergence -= values * even;
    if (from == begin)
      divergence -= below * (count(begin) > 0 ? even : std::log(leastWeight));
    if (to == end)
      divergence -= above * (count(last) > 0 ? even : std::log(leastWeight));
    from = to;
  }
  // P is divided by `total`, Q by `inside`.
  return divergence / total - std::log(total) + std::log(inside);
}

Range searchLeastDivergence(GridView histogram, const QParamsSpec &spec) {
  const Range full = {histogram.min, histogram.max};
  const double levels = double(spec.range.max) - spec.range.min + 1;
  const double leastWidth = levels * histogram.grid.width();
  const QuantizationDivergence divergenceOf(histogram);
  return searchEnds(full, isSymmetric(spec.scheme), 1, [&](Range range) {
    float scale;
    int32_t zeroPoint;
    if (!chooseQParams(range.min, range.max, spec, scale, zeroPoint).empty())
      return std::numeric_limits<double>::infinity();
    // With less than a bin for a code, quantizing keeps every bin and looks perfect.
    if (double(scale) * levels < leastWidth)
      return std::numeric_limits<double>::max();
    return divergenceOf(scale, zeroPoint, spec.range);
  });
}

} // namespace quantir::numerics
