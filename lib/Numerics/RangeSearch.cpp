//===- RangeSearch.cpp - How much of a histogram to represent -------------===//

#include "quantir/Numerics/RangeSearch.h"

#include "quantir/Numerics/TargetClones.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace quantir::numerics {

//===----------------------------------------------------------------------===//
// The greedy search
//===----------------------------------------------------------------------===//

namespace {

/// What the error estimate needs of one candidate, all float32 as in PyTorch.
struct Candidate {
  float sourceWidth;
  float width;     ///< of a destination bin
  float halfWidth; ///< float32(width / 2)
  double lastBin;  ///< number of destination bins, less 1
  int64_t start;   ///< first source bin that is represented
};

QUANTIR_INLINE float cube(float x) { return x * x * x; }

/// The destination bin of a distance from the first one, rounded down and kept inside. The float64
/// quotient is never so close to an integer as to be rounded across it: its operands have 24 bits.
QUANTIR_INLINE float destination(float distance, double width, double lastBin) {
  double bin = double(distance) / width;
  bin = bin > 0.0 ? bin : 0.0;
  bin = bin < lastBin ? bin : lastBin;
  return float(int32_t(bin));
}

/// Squared error of each source bin, were its values spread evenly: the part in the first
/// destination bin it touches, the whole ones between, and the part in the last.
QUANTIR_TARGET_CLONES void errorPerBin(const float *counts, int64_t bins, const Candidate &c,
                                       float *errors) {
  const float sourceWidth = c.sourceWidth, width = c.width, halfWidth = c.halfWidth;
  const double lastBin = c.lastBin;
  const int32_t start = int32_t(c.start);
  const float upper = cube(halfWidth), lower = cube(-halfWidth);
  const float whole = (upper - lower) / 3.0f;
  for (int64_t i = 0; i < bins; ++i) {
    float begin = float(int32_t(i) - start) * sourceWidth;
    float end = begin + sourceWidth;
    float first = destination(begin, width, lastBin), last = destination(end, width, lastBin);
    float density = counts[i] / sourceWidth;
    float firstCenter = (first + 0.5f) * width;
    float lastCenter = last * width + halfWidth;
    float error = density * ((upper - cube(begin - firstCenter)) / 3.0f);
    error = error + (last - first - 1.0f) * (density * whole);
    error = error + density * ((cube(end - lastCenter) - lower) / 3.0f);
    errors[i] = error;
  }
}

/// Estimated error when source bins start..end are represented by `levels` codes.
double estimateError(HistogramView histogram, int64_t start, int64_t end, int64_t levels,
                     std::vector<float> &errors) {
  const int64_t bins = int64_t(histogram.counts.size());
  const double sourceWidth = (double(histogram.max) - double(histogram.min)) / double(bins);
  const double width = sourceWidth * double(end - start + 1) / double(levels);
  if (width == 0.0)
    return 0.0;
  Candidate candidate = {float(sourceWidth), float(width), float(width / 2), double(levels - 1),
                         start};
  errors.resize(bins);
  errorPerBin(histogram.counts.data(), bins, candidate, errors.data());
  double sum = 0;
  for (float error : errors)
    sum += error;
  return float(sum);
}

} // namespace

Range searchGreedy(HistogramView histogram, int64_t levels) {
  const int64_t bins = int64_t(histogram.counts.size());
  // The share of values below each bin's upper edge, stored as float32 but summed in float64.
  std::vector<float> cumulative(bins);
  double sum = 0;
  for (int64_t i = 0; i < bins; ++i)
    cumulative[i] = float(sum += histogram.counts[i]);
  const double total = float(sum);

  constexpr double step = 1e-5;
  double alpha = 0.0, beta = 1.0, least = std::numeric_limits<double>::infinity();
  int64_t start = 0, end = bins - 1;
  std::vector<float> errors;
  while (alpha < beta) {
    double nextAlpha = alpha + step, nextBeta = beta - step;
    const float lowShare = float(nextAlpha * total), highShare = float(nextBeta * total);
    int64_t left = start, right = end;
    while (left < end && cumulative[left] < lowShare)
      ++left;
    while (right > start && cumulative[right] > highShare)
      --right;
    int64_t nextStart = start, nextEnd = end;
    if (left - start > end - right) {
      nextStart = left;
      alpha = nextAlpha;
    } else {
      nextEnd = right;
      beta = nextBeta;
    }
    if (nextStart == start && nextEnd == end)
      continue;
    double error = estimateError(histogram, nextStart, nextEnd, levels, errors);
    if (error > least)
      break;
    least = error;
    start = nextStart;
    end = nextEnd;
  }
  const float width = (histogram.max - histogram.min) / float(bins);
  return {histogram.min + width * float(start), histogram.min + width * float(end + 1)};
}

//===----------------------------------------------------------------------===//
// The search for the least error
//===----------------------------------------------------------------------===//

QuantizationError::QuantizationError(HistogramView histogram)
    : origin(histogram.min), counts(histogram.counts.begin(), histogram.counts.end()) {
  const size_t bins = counts.size();
  width = (double(histogram.max) - origin) / double(bins);
  mass.resize(bins + 1);
  first.resize(bins + 1);
  second.resize(bins + 1);
  for (size_t i = 0; i < bins; ++i) {
    double a = origin + width * double(i), b = a + width, n = counts[i];
    mass[i + 1] = mass[i] + n;
    first[i + 1] = first[i] + n * (a + b) / 2;
    second[i + 1] = second[i] + n * (a * a + a * b + b * b) / 3;
  }
}

QuantizationError::Moments QuantizationError::below(double x) const {
  const double bins = double(counts.size());
  double position = width > 0 ? (x - origin) / width : x > origin ? bins : 0;
  if (position >= bins)
    return {mass.back(), first.back(), second.back()};
  if (!(position > 0))
    return {0, 0, 0};
  size_t i = size_t(position);
  double share = position - double(i), n = counts[i] * share;
  double a = origin + width * double(i), b = a + width * share;
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

  // Only the codes that values can get; with very many of them, or very many values to a code, the
  // error between two codes is that of an even spread.
  double firstCode = std::floor((origin - low) / step) - 1;
  double lastCode = std::ceil((origin + width * double(counts.size()) - low) / step) + 1;
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

Range searchLeastError(HistogramView histogram, const QParamsSpec &spec) {
  const Range full = {histogram.min, histogram.max};
  const QuantizationError errorOf(histogram);
  if (!(errorOf.total() > 0))
    return full;
  auto evaluate = [&](Range r) {
    float scale;
    int32_t zeroPoint;
    if (!chooseQParams(r.min, r.max, spec, scale, zeroPoint).empty())
      return std::numeric_limits<double>::infinity();
    return errorOf(scale, zeroPoint, spec.range);
  };
  // A range is the full one with each end moved towards zero by a factor. An end on the wrong side
  // of zero does not matter (the range is widened to hold zero); a symmetric range has one factor
  // for both.
  const bool moveMin = full.min<0, moveMax = full.max> 0 && !(moveMin && isSymmetric(spec.scheme));
  const bool together = moveMin && !moveMax && full.max > 0;
  auto rangeAt = [&](double minFactor, double maxFactor) {
    if (!together)
      return Range{float(full.min * minFactor), float(full.max * maxFactor)};
    double widest = std::max(-double(full.min), double(full.max)) * minFactor;
    return Range{float(-widest), float(widest)};
  };

  // Coarse: both factors from 1 down to about 1/1000, in equal ratios.
  constexpr int steps = 48;
  constexpr double ratio = 0.87;
  double minFactor = 1, maxFactor = 1;
  Range best = full;
  double least = evaluate(full);
  auto attempt = [&](double a, double b) {
    if (a > 1 || b > 1)
      return false;
    Range range = rangeAt(a, b);
    double error = evaluate(range);
    if (!(error < least))
      return false;
    least = error;
    best = range;
    minFactor = a;
    maxFactor = b;
    return true;
  };
  double a = 1;
  for (int i = 0; i < (moveMin ? steps : 1); ++i, a *= ratio) {
    double b = 1;
    for (int j = 0; j < (moveMax ? steps : 1); ++j, b *= ratio)
      attempt(a, b);
  }
  // Fine: to the best neighbour for as long as there is a better one, with ever smaller moves.
  for (double move = std::sqrt(ratio); move < 0.9995; move = std::sqrt(move)) {
    const std::array<double, 3> moves = {move, 1.0, 1.0 / move};
    for (bool improved = true; improved;) {
      improved = false;
      double fromMin = minFactor, fromMax = maxFactor;
      for (double x : moves)
        for (double y : moves)
          if ((moveMin || x == 1.0) && (moveMax || y == 1.0))
            improved |= attempt(fromMin * x, fromMax * y);
    }
  }
  return best;
}

} // namespace quantir::numerics
