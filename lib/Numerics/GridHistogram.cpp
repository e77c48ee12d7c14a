//===- GridHistogram.cpp - A histogram that adds up exactly ---------------===//

#include "quantir/Numerics/GridHistogram.h"

#include "quantir/Base/Parallel.h"
#include "quantir/Base/TargetClones.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace quantir::numerics {

double Grid::width() const { return std::ldexp(1.0, exponent); }

Grid gridFor(float min, float max, int64_t bins) {
  const double low = min, high = max;
  const double greatest = std::max(std::fabs(low), std::fabs(high));
  int exponent = greatest > 0 ? std::max(-149, std::ilogb(greatest) - 23) : -149;
  for (;; ++exponent) {
    // Exact: a float64 holds any float32 times any of these powers of two.
    const int64_t first = int64_t(std::floor(std::ldexp(low, -exponent)));
    const int64_t last = int64_t(std::floor(std::ldexp(high, -exponent)));
    if (last - first < bins)
      return {exponent, first, last - first + 1};
  }
}

double GridView::edge(int64_t index) const {
  return std::clamp<double>(grid.edge(index), min, max);
}

namespace {

/// floor(x / width) - first. The product is exact, in float64 also where it would underflow in
/// float32, and below 2^24.
QUANTIR_TARGET_CLONES void gridIndices(const float *data, int64_t count, double inverse,
                                       int32_t first, int32_t *indices) {
  for (int64_t i = 0; i < count; ++i) {
    double position = double(data[i]) * inverse;
    int32_t whole = int32_t(position);
    indices[i] = whole - (double(whole) > position) - first;
  }
}

constexpr int64_t tables = 4;

/// Counts into `tables` tables of grid.count zeros each: equal neighbours (zeros, above all) do not
/// wait for each other's increment.
void countSlice(const float *data, int64_t count, const Grid &grid,
                std::vector<uint32_t> &partial) {
  constexpr int64_t block = 1024;
  std::array<int32_t, block> indices;
  const double inverse = std::ldexp(1.0, -grid.exponent);
  for (int64_t begin = 0; begin < count; begin += block) {
    const int64_t size = std::min(block, count - begin);
    gridIndices(data + begin, size, inverse, int32_t(grid.first), indices.data());
    int64_t i = 0;
    for (; i + tables <= size; i += tables)
      for (int64_t t = 0; t < tables; ++t)
        ++partial[t * grid.count + indices[i + t]];
    for (; i < size; ++i)
      ++partial[indices[i]];
  }
}

} // namespace

void countOnGrid(const float *data, int64_t count, const Grid &grid, std::span<int64_t> counts) {
  // The tables count in 32 bits.
  constexpr int64_t most = int64_t(1) << 31;
  for (; count > most; data += most, count -= most)
    countOnGrid(data, most, grid, counts);
  const int parts = partsFor(count);
  // Made here: the parts run where nothing may throw.
  std::vector<std::vector<uint32_t>> partial(parts, std::vector<uint32_t>(tables * grid.count));
  forEachPart(parts, [&](int part) {
    const int64_t begin = count * part / parts, end = count * (part + 1) / parts;
    countSlice(data + begin, end - begin, grid, partial[part]);
  });
  for (const std::vector<uint32_t> &part : partial)
    for (int64_t t = 0; t < tables; ++t)
      for (int64_t b = 0; b < grid.count; ++b)
        counts[b] += part[t * grid.count + b];
}

void addToGrid(std::span<const int64_t> counts, const Grid &from, const Grid &to,
               std::span<int64_t> sums) {
  const int shift = to.exponent - from.exponent;
  for (int64_t i = 0; i < int64_t(counts.size()); ++i) {
    // Shifting right rounds down, for negative numbers too; all 64 bits may go.
    const int64_t bin = (from.first + i) >> std::min(shift, 63);
    sums[bin - to.first] += counts[i];
  }
}

} // namespace quantir::numerics
