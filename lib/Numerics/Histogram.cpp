//===- Histogram.cpp - A histogram that can grow --------------------------===//

#include "quantir/Numerics/Histogram.h"

#include "quantir/Base/TargetClones.h"
#include "quantir/Numerics/Scan.h"

#include <algorithm>
#include <cmath>

namespace quantir::numerics {

std::vector<float> makeHistogram(const float *data, int64_t count, int64_t bins, float min,
                                 float max) {
  if (min == max) {
    min -= 1;
    max += 1;
  }
  std::vector<int64_t> counts(bins);
  countBins(data, count, min, max, counts);
  return std::vector<float>(counts.begin(), counts.end());
}

/// In clones, since without the instruction std::fma is a call.
QUANTIR_TARGET_CLONES static void fillLinspace(float start, float stop, float step, int64_t count,
                                               float *values) {
  for (int64_t i = 0; i < count / 2; ++i)
    values[i] = std::fma(step, float(i), start);
  for (int64_t i = count / 2; i < count; ++i)
    values[i] = std::fma(-step, float(count - 1 - i), stop);
}

std::vector<float> linspace(float start, float stop, int64_t count) {
  std::vector<float> values(count);
  if (count == 1)
    values[0] = start;
  if (count > 1)
    fillLinspace(start, stop, (stop - start) / float(count - 1), count, values.data());
  return values;
}

std::vector<float> spreadHistogram(HistogramView old, float min, float max) {
  constexpr int64_t pieces = 16;
  const int64_t bins = int64_t(old.counts.size());
  const std::vector<float> edges = linspace(min, max, bins + 1);
  const std::vector<float> begins = linspace(old.min, old.max, bins * pieces + 1);
  const float halfPiece = 0.5f * ((old.max - old.min) / float(bins * pieces));

  std::vector<float> result(bins);
  // The bin of a middle: the last one whose lower edge is not above it. Middles ascend, so the
  // search goes on from the previous one's.
  int64_t bin = 0;
  float sum = 0; // of that bin
  for (int64_t o = 0; o < bins; ++o) {
    const float part = old.counts[o] / float(pieces);
    if (part == 0)
      continue;
    for (int64_t i = o * pieces; i < (o + 1) * pieces; ++i) {
      const float middle = begins[i] + halfPiece;
      if ((bin + 1 < bins && edges[bin + 1] <= middle) || (bin > 0 && edges[bin] > middle)) {
        result[bin] = sum;
        while (bin + 1 < bins && edges[bin + 1] <= middle)
          ++bin;
        while (bin > 0 && edges[bin] > middle)
          --bin;
        sum = result[bin];
      }
      sum += part;
    }
  }
  result[bin] = sum;
  return result;
}

} // namespace quantir::numerics
