//===- RangeSearch.cpp - How much of a histogram to represent -------------===//

#include "quantir/Numerics/RangeSearch.h"

#include "quantir/Base/TargetClones.h"

#include <algorithm>
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
// Percentiles
//===----------------------------------------------------------------------===//

/// The greatest k such that at most `dropped` values lie beyond edge k on the side that `beyond`
/// counts from; `beyond(k)` is the number in the bin (or the two bins) outside of edge k.
template <typename Beyond>
static int64_t cut(int64_t outermost, int64_t innermost, int64_t dropped, Beyond beyond) {
  const int64_t step = outermost < innermost ? 1 : -1;
  int64_t edge = outermost;
  while (edge != innermost && beyond(edge + step) <= dropped) {
    edge += step;
    dropped -= beyond(edge);
  }
  return edge;
}

Range searchPercentile(GridView histogram, double percentile, bool symmetric) {
  const std::span<const int64_t> counts = histogram.counts;
  const Grid &grid = histogram.grid;
  int64_t total = 0;
  for (int64_t count : counts)
    total += count;
  const double rest = std::max(0.0, 1.0 - percentile / 100) * double(total);
  const int64_t bins = int64_t(counts.size());
  if (!symmetric) {
    const int64_t dropped = int64_t(rest / 2);
    int64_t low = cut(0, bins - 1, dropped, [&](int64_t edge) { return counts[edge - 1]; });
    int64_t high = cut(bins, low + 1, dropped, [&](int64_t edge) { return counts[edge]; });
    return {float(histogram.edge(low)), float(histogram.edge(high))};
  }
  // Edges at plus and minus `edge` widths from zero.
  auto at = [&](int64_t bin) {
    return bin >= grid.first && bin < grid.first + bins ? counts[bin - grid.first] : 0;
  };
  const int64_t outermost = std::max(grid.first + bins, -grid.first);
  int64_t edge =
      cut(outermost, 0, int64_t(rest), [&](int64_t edge) { return at(edge) + at(-edge - 1); });
  const double reach = double(edge) * grid.width();
  return {float(std::max<double>(histogram.min, -reach)),
          float(std::min<double>(histogram.max, reach))};
}

} // namespace quantir::numerics
