//===- GridHistogram.h - A histogram that adds up exactly -------*- C++ -*-===//
//
// Bins of width 2^exponent whose edges are multiples of the width: bin i holds the values x with
// floor(x / 2^exponent) = i. Doubling the width joins the bins 2i and 2i + 1, exactly, so the
// counts depend on the values alone, not on how they were split over tensors, threads or machines.
//
// The exponent, too, is a function of the values, of their least and greatest (`gridFor`): a
// histogram is fully said by these two and the counts.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_NUMERICS_GRIDHISTOGRAM_H
#define QUANTIR_NUMERICS_GRIDHISTOGRAM_H

#include <cstdint>
#include <span>
#include <vector>

namespace quantir::numerics {

/// `count` bins from number `first` on, each 2^exponent wide.
struct Grid {
  int exponent = 0;
  int64_t first = 0;
  int64_t count = 0;

  double width() const;
  /// The lower edge of the bin `index` places after the first.
  double edge(int64_t index) const { return double(first + index) * width(); }
  bool operator==(const Grid &) const = default;
};

/// The finest grid on which min..max (finite, min <= max) touches at most `bins` bins (at least 2).
/// Not finer than 2^-149, nor than the distance of float32 numbers as great as the greatest. A
/// wider range never gets a finer grid.
Grid gridFor(float min, float max, int64_t bins);

/// A histogram that somebody owns: counts.size() == gridFor(min, max, bins).count.
struct GridView {
  std::span<const int64_t> counts;
  float min = 0;
  float max = 0;
  Grid grid;

  /// Edge `index` of counts.size() + 1; the outermost are min and max themselves.
  double edge(int64_t index) const;
};

/// Adds each value, all of which lie on the grid, to its bin of `counts`.
void countOnGrid(const float *data, int64_t count, const Grid &grid, std::span<int64_t> counts);

/// Adds counts over `from` to those over `to`, which is not finer and contains it.
void addToGrid(std::span<const int64_t> counts, const Grid &from, const Grid &to,
               std::span<int64_t> sums);

} // namespace quantir::numerics

#endif // QUANTIR_NUMERICS_GRIDHISTOGRAM_H
