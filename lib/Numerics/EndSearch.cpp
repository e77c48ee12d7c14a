//===- EndSearch.cpp - The best two ends of a range -----------------------===//

#include "EndSearch.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace quantir::numerics {

namespace {

/// The search's place: the factors of both ends, and the least cost so far.
class EndSearch {
public:
  EndSearch(Range full, bool symmetric, double widest, const std::function<double(Range)> &cost)
      : full(full), widest(widest), cost(cost), best(full), least(cost(full)) {
    movesMin = full.min < 0;
    movesMax = full.max > 0 && !(movesMin && symmetric);
    together = movesMin && !movesMax && full.max > 0;
  }

  Range run() {
    coarse();
    for (double move = std::sqrt(ratio); move < 0.9995; move = std::sqrt(move))
      descend(move);
    return best;
  }

private:
  static constexpr int steps = 48;
  static constexpr double ratio = 0.87;

  Range rangeAt(double a, double b) const {
    if (!together)
      return {float(full.min * a), float(full.max * b)};
    double reach = std::max(-double(full.min), double(full.max)) * a;
    return {float(-reach), float(reach)};
  }

  bool attempt(double a, double b) {
    if (a > widest || b > widest)
      return false;
    Range range = rangeAt(a, b);
    double found = cost(range);
    if (!(found < least))
      return false;
    least = found;
    best = range;
    minFactor = a;
    maxFactor = b;
    return true;
  }

  void coarse() {
    double a = 1;
    for (int i = 0; i < (movesMin ? steps : 1); ++i, a *= ratio) {
      double b = 1;
      for (int j = 0; j < (movesMax ? steps : 1); ++j, b *= ratio)
        attempt(a, b);
    }
  }

  void descend(double move) {
    const std::array<double, 3> moves = {move, 1.0, 1.0 / move};
    for (bool improved = true; improved;) {
      improved = false;
      const double fromMin = minFactor, fromMax = maxFactor;
      for (double x : moves)
        for (double y : moves)
          if ((movesMin || x == 1.0) && (movesMax || y == 1.0))
            improved |= attempt(fromMin * x, fromMax * y);
    }
  }

  const Range full;
  const double widest;
  const std::function<double(Range)> &cost;
  bool movesMin, movesMax, together;
  Range best;
  double least, minFactor = 1, maxFactor = 1;
};

} // namespace

Range searchEnds(Range full, bool symmetric, double widest,
                 const std::function<double(Range)> &cost) {
  return EndSearch(full, symmetric, widest, cost).run();
}

} // namespace quantir::numerics
