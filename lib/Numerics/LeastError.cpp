//===- LeastError.cpp - The range of least squared error ------------------===//

#include "EndSearch.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace quantir::numerics {

QuantizationError::QuantizationError(GridView histogram) : histogram(histogram) {
  const size_t bins = histogram.counts.size();
  mass.resize(bins + 1);
  first.resize(bins + 1);
  second.resize(bins + 1);
  for (size_t i = 0; i < bins; ++i) {
    double a = histogram.edge(i), b = histogram.edge(i + 1), n = double(histogram.counts[i]);
    mass[i + 1] = mass[i] + n;
    first[i + 1] = first[i] + n * (a + b) / 2;
    second[i + 1] = second[i] + n * (a * a + a * b + b * b) / 3;
  }
}

QuantizationError::Moments QuantizationError::below(double x) const {
  if (x > histogram.max)
    return {mass.back(), first.back(), second.back()};
  if (x <= histogram.min)
    return {0, 0, 0};
  const Grid &grid = histogram.grid;
  double position = std::floor(x / grid.width()) - double(grid.first);
  size_t i = size_t(std::clamp<double>(position, 0, double(grid.count - 1)));
  double a = histogram.edge(i), b = histogram.edge(i + 1);
  double share = b > a ? std::clamp((x - a) / (b - a), 0.0, 1.0) : 1.0;
  double n = double(histogram.counts[i]) * share;
  b = a + (b - a) * share;
  return {mass[i] + n, first[i] + n * (a + b) / 2, second[i] + n * (a * a + a * b + b * b) / 3};
}

double QuantizationError::operator()(float scale, int32_t zeroPoint, QuantRange range) const {
  const double step = scale;
  const double low = (double(range.min) - zeroPoint) * step;
  const double high = (double(range.max) - zeroPoint) * step;
  // E[(v - point)^2] of the values between two moments.
  auto errorAround = [](double point, const Moments &from, const Moments &to) {
    double n = to.mass - from.mass, m = to.first - from.first, s = to.second - from.second;
    return std::max(0.0, s - 2 * point * m + point * point * n);
  };
  const Moments all = {mass.back(), first.back(), second.back()};
  Moments from = below(low + step / 2);
  double error = errorAround(low, {0, 0, 0}, from);
  const Moments top = below(high - step / 2);
  error += errorAround(high, top, all);

  // Only the codes that values can get; with very many of them the error between two codes is that
  // of an even spread.
  double firstCode = std::floor((histogram.min - low) / step) - 1;
  double lastCode = std::ceil((histogram.max - low) / step) + 1;
  firstCode = std::clamp(firstCode, 1.0, double(range.max) - range.min);
  lastCode = std::clamp(lastCode, 0.0, double(range.max) - range.min - 1);
  constexpr double manyCodes = 4096;
  if (lastCode - firstCode > manyCodes)
    return (error + (top.mass - from.mass) * step * step / 12) / total();
  if (firstCode > 1)
    from = below(low + (firstCode - 0.5) * step);
  for (double code = firstCode; code <= lastCode; code += 1) {
    Moments to = below(low + (code + 0.5) * step);
    error += errorAround(low + code * step, from, to);
    from = to;
  }
  return error / total();
}

Range searchLeastError(GridView histogram, const QParamsSpec &spec) {
  const QuantizationError errorOf(histogram);
  // The outermost codes reach half a step further than the range: a symmetric one of 2n + 2 codes
  // has its ends at n + 1/2 steps, and may gain from being wider by that half.
  const double levels = double(spec.range.max) - spec.range.min + 1;
  const double widest = levels > 2 ? 1 + 1 / (levels - 2) : 1;
  return searchEnds({histogram.min, histogram.max}, isSymmetric(spec.scheme), widest,
                    [&](Range range) {
                      float scale;
                      int32_t zeroPoint;
                      if (!chooseQParams(range.min, range.max, spec, scale, zeroPoint).empty())
                        return std::numeric_limits<double>::infinity();
                      return errorOf(scale, zeroPoint, spec.range);
                    });
}

} // namespace quantir::numerics
