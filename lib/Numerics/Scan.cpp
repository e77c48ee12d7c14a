//===- Scan.cpp - One pass over a tensor ----------------------------------===//

#include "quantir/Numerics/Scan.h"

#include "quantir/Base/Parallel.h"
#include "quantir/Base/TargetClones.h"

#include <algorithm>
#include <atomic>
#include <cmath>

namespace quantir::numerics {

namespace {

// Compilers that respect NaN do not vectorize reductions with min and max, so the lanes are written
// out.
constexpr int64_t lanes = 64;

/// What a value adds to a sum that tells whether all were finite: 0, or NaN.
QUANTIR_INLINE float trace(float v) { return v - v; } // NOLINT(misc-redundant-expression)

QUANTIR_TARGET_CLONES void scanLanes(const float *data, int64_t blocks, Extent &extent) {
  float low[lanes], high[lanes], traces[lanes];
  for (int64_t lane = 0; lane < lanes; ++lane) {
    low[lane] = extent.min;
    high[lane] = extent.max;
    traces[lane] = 0;
  }
  for (int64_t i = 0; i < blocks; ++i, data += lanes)
    for (int64_t lane = 0; lane < lanes; ++lane) {
      float v = data[lane];
      low[lane] = v < low[lane] ? v : low[lane];
      high[lane] = v > high[lane] ? v : high[lane];
      traces[lane] += trace(v);
    }
  for (int64_t lane = 0; lane < lanes; ++lane) {
    extent.min = std::min(extent.min, low[lane]);
    extent.max = std::max(extent.max, high[lane]);
    extent.finite &= traces[lane] == 0.0f;
  }
}

/// Channels are innermost: a row updates them all.
QUANTIR_TARGET_CLONES bool scanRows(const float *data, int64_t rows, int64_t channels,
                                    float *__restrict min, float *__restrict max) {
  int32_t nonFinite = 0;
  for (int64_t r = 0; r < rows; ++r, data += channels)
    for (int64_t c = 0; c < channels; ++c) {
      float v = data[c];
      min[c] = v < min[c] ? v : min[c];
      max[c] = v > max[c] ? v : max[c];
      nonFinite |= trace(v) != 0.0f;
    }
  return nonFinite == 0;
}

/// The bin of each value, -1 for one outside of min..max (or NaN). Returns whether there was none.
QUANTIR_TARGET_CLONES bool binIndices(const float *data, int64_t count, float min, float max,
                                      float bins, int32_t *indices) {
  const float width = max - min, last = bins - 1;
  int32_t outside = 0;
  for (int64_t i = 0; i < count; ++i) {
    const float v = data[i];
    outside |= !(v >= min) | !(v <= max); // position may be rounded to within
    float position = ((v - min) / width) * bins;
    // Outside (or NaN) goes to -1. Exactly `bins` is the value equal to max.
    float inside = position <= bins ? position : -1.0f;
    inside = inside >= 0.0f ? inside : -1.0f;
    inside = inside < last ? inside : last;
    indices[i] = int32_t(inside);
  }
  return outside == 0;
}

Extent scanSlice(const float *data, int64_t count) {
  Extent extent;
  int64_t blocks = count / lanes;
  if (blocks > 0)
    scanLanes(data, blocks, extent);
  for (int64_t i = blocks * lanes; i < count; ++i) {
    extent.min = data[i] < extent.min ? data[i] : extent.min;
    extent.max = data[i] > extent.max ? data[i] : extent.max;
    extent.finite &= trace(data[i]) == 0.0f;
  }
  return extent;
}

/// Where a part of `count` values begins: at a whole number of blocks.
int64_t partBegin(int64_t count, int64_t part, int64_t parts) {
  return part == parts ? count : count / lanes * part / parts * lanes;
}

constexpr int64_t tables = 4; ///< of one part of a tensor

/// Counts one part into `partial`, which holds `tables` tables of bins + 1 zeros: neighbouring
/// values often fall in one bin (zeros, above all), and several tables keep the increments
/// independent. A table has a slot for values outside the range in front. Returns whether there
/// were none; if `onlyWithin`, it stops where one is.
bool countSlice(const float *data, int64_t count, float min, float max, int64_t bins,
                std::vector<uint32_t> &partial, bool onlyWithin) {
  constexpr int64_t block = 1024;
  int32_t indices[block];
  uint32_t *table[tables];
  for (int64_t t = 0; t < tables; ++t)
    table[t] = partial.data() + t * (bins + 1) + 1;
  bool within = true;
  for (int64_t begin = 0; begin < count && (within || !onlyWithin); begin += block) {
    int64_t size = std::min(block, count - begin);
    within &= binIndices(data + begin, size, min, max, float(bins), indices);
    int64_t i = 0;
    for (; i + tables <= size; i += tables)
      for (int64_t t = 0; t < tables; ++t)
        ++table[t][indices[i + t]];
    for (; i < size; ++i)
      ++table[0][indices[i]];
  }
  return within;
}

/// What the parts counted, each in its tables.
void addTables(const std::vector<std::vector<uint32_t>> &partial, std::vector<int64_t> &counts) {
  const int64_t bins = int64_t(counts.size());
  for (const std::vector<uint32_t> &part : partial)
    for (int64_t t = 0; t < tables; ++t)
      for (int64_t b = 0; b < bins; ++b)
        counts[b] += part[t * (bins + 1) + b + 1];
}

} // namespace

Extent scanExtent(const float *data, int64_t count) {
  Extent extent;
  if (const int parts = partsFor(count); parts == 1) { // allocates nothing
    extent = scanSlice(data, count);
  } else {
    std::vector<Extent> extents(parts);
    forEachPart(parts, [&](int part) {
      const int64_t begin = partBegin(count, part, parts);
      extents[part] = scanSlice(data + begin, partBegin(count, part + 1, parts) - begin);
    });
    for (const Extent &other : extents)
      extent.include(other);
  }
  // Which of 0 and -0 was found depends on the order.
  extent.min += 0.0f;
  extent.max += 0.0f;
  return extent;
}

bool scanExtents(const float *data, ChannelView view, float *min, float *max) {
  std::fill(min, min + view.channels, Extent().min);
  std::fill(max, max + view.channels, Extent().max);
  bool finite = true;
  if (view.inner == 1) {
    finite = scanRows(data, view.outer, view.channels, min, max);
    for (int64_t c = 0; c < view.channels; ++c) {
      min[c] += 0.0f;
      max[c] += 0.0f;
    }
    return finite;
  }
  for (int64_t o = 0; o < view.outer; ++o)
    for (int64_t c = 0; c < view.channels; ++c, data += view.inner) {
      Extent extent = scanExtent(data, view.inner);
      min[c] = std::min(min[c], extent.min);
      max[c] = std::max(max[c], extent.max);
      finite &= extent.finite;
    }
  return finite;
}

NonFiniteCount countNonFinite(const float *data, int64_t count) {
  NonFiniteCount result;
  for (int64_t i = 0; i < count; ++i) {
    result.nan += std::isnan(data[i]);
    result.inf += std::isinf(data[i]);
  }
  return result;
}

void countBins(const float *data, int64_t count, float min, float max,
               std::vector<int64_t> &counts) {
  const int64_t bins = int64_t(counts.size());
  // The tables count in 32 bits.
  constexpr int64_t most = int64_t(1) << 31;
  for (; count > most; data += most, count -= most)
    countBins(data, most, min, max, counts);
  const int parts = partsFor(count);
  // Made here: the parts run where nothing may throw.
  std::vector<std::vector<uint32_t>> partial(parts, std::vector<uint32_t>(tables * (bins + 1)));
  forEachPart(parts, [&](int part) {
    const int64_t begin = partBegin(count, part, parts);
    countSlice(data + begin, partBegin(count, part + 1, parts) - begin, min, max, bins,
               partial[part], /*onlyWithin=*/false);
  });
  addTables(partial, counts);
}

bool countBinsWithin(const float *data, int64_t count, float min, float max,
                     std::vector<int64_t> &counts) {
  const int64_t bins = int64_t(counts.size());
  if (count > int64_t(1) << 31) // the tables count in 32 bits
    return false;
  const int parts = partsFor(count);
  // Made here: the parts run where nothing may throw.
  std::vector<std::vector<uint32_t>> partial(parts, std::vector<uint32_t>(tables * (bins + 1)));
  std::atomic<bool> within = true;
  forEachPart(parts, [&](int part) {
    const int64_t begin = partBegin(count, part, parts);
    if (!countSlice(data + begin, partBegin(count, part + 1, parts) - begin, min, max, bins,
                    partial[part], /*onlyWithin=*/true))
      within = false;
  });
  if (within)
    addTables(partial, counts);
  return within;
}

} // namespace quantir::numerics
