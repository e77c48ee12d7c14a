//===- GridObserver.cpp - Observers over a histogram that adds up ---------===//

#include "quantir/Numerics/Observers.h"

#include "quantir/Numerics/GridHistogram.h"
#include "quantir/Numerics/RangeSearch.h"

#include <algorithm>

namespace quantir::numerics {

namespace {

class GridObserver : public Observer {
public:
  explicit GridObserver(const ObserverConfig &config) : Observer(config) {}

protected:
  void update(const float *data, std::span<const int64_t>, int64_t count) override {
    FiniteValues finite(data, count, statistics);
    if (finite.count == 0)
      return;
    widen(finite.extent.min, finite.extent.max);
    countOnGrid(finite.data, finite.count, gridOf(statistics), statistics.counts);
  }

  std::string choose(QParams &out) const override {
    const GridView view = {statistics.counts, statistics.minVal[0], statistics.maxVal[0],
                           gridOf(statistics)};
    const QParamsSpec spec = specOf(settings);
    const Range range = settings.kind == ObserverKind::Mse       ? searchLeastError(view, spec)
                        : settings.kind == ObserverKind::Entropy ? searchLeastDivergence(view, spec)
                                                                 : percentile(view);
    return chooseQParams({&range.min, 1}, {&range.max, 1}, spec, out);
  }

  std::string combine(const ObserverState &other) override {
    widen(other.minVal[0], other.maxVal[0]);
    addToGrid(other.counts, gridOf(other), gridOf(statistics), statistics.counts);
    return {};
  }

private:
  Grid gridOf(const ObserverState &state) const {
    return gridFor(state.minVal[0], state.maxVal[0], settings.bins);
  }

  Range percentile(const GridView &view) const {
    return searchPercentile(view, settings.percentile, isSymmetric(settings.scheme));
  }

  /// Makes room for min..max.
  void widen(float min, float max) {
    if (!statistics.empty()) {
      min = std::min(min, statistics.minVal[0]);
      max = std::max(max, statistics.maxVal[0]);
    }
    const Grid grid = gridFor(min, max, settings.bins);
    std::vector<int64_t> counts(grid.count);
    if (!statistics.empty())
      addToGrid(statistics.counts, gridOf(statistics), grid, counts);
    statistics.counts = std::move(counts);
    statistics.minVal.assign(1, min);
    statistics.maxVal.assign(1, max);
  }
};

} // namespace

std::unique_ptr<Observer> createGridObserver(const ObserverConfig &config) {
  return std::make_unique<GridObserver>(config);
}

} // namespace quantir::numerics
