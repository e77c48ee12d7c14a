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
    const Range range = widened(finite.extent.min, finite.extent.max);
    std::vector<int64_t> counts = countsOver(range);
    countOnGrid(finite.data, finite.count, gridOf(range), counts);
    commit(statistics, range, &ObserverState::counts, std::move(counts));
  }

  std::string choose(QParams &out) const override {
    const GridView view = {statistics.counts, statistics.minVal[0], statistics.maxVal[0],
                           gridOf(present())};
    const QParamsSpec spec = specOf(settings);
    const Range range = settings.kind == ObserverKind::Mse       ? searchLeastError(view, spec)
                        : settings.kind == ObserverKind::Entropy ? searchLeastDivergence(view, spec)
                                                                 : percentile(view);
    return chooseQParams({&range.min, 1}, {&range.max, 1}, spec, out);
  }

  std::string combine(const ObserverState &other) override {
    const Range range = widened(other.minVal[0], other.maxVal[0]);
    std::vector<int64_t> counts = countsOver(range);
    addToGrid(other.counts, gridOf({other.minVal[0], other.maxVal[0]}), gridOf(range), counts);
    commit(statistics, range, &ObserverState::counts, std::move(counts));
    return {};
  }

private:
  Range present() const { return {statistics.minVal[0], statistics.maxVal[0]}; }
  Grid gridOf(Range range) const { return gridFor(range.min, range.max, settings.bins); }

  Range percentile(const GridView &view) const {
    return searchPercentile(view, settings.percentile, isSymmetric(settings.scheme));
  }

  /// The present range, and min..max.
  Range widened(float min, float max) const {
    if (statistics.empty())
      return {min, max};
    return {std::min(min, statistics.minVal[0]), std::max(max, statistics.maxVal[0])};
  }

  /// The present counts on the grid of a wider range.
  std::vector<int64_t> countsOver(Range range) const {
    std::vector<int64_t> counts(gridOf(range).count);
    if (!statistics.empty())
      addToGrid(statistics.counts, gridOf(present()), gridOf(range), counts);
    return counts;
  }
};

} // namespace

std::unique_ptr<Observer> createGridObserver(const ObserverConfig &config) {
  return std::make_unique<GridObserver>(config);
}

} // namespace quantir::numerics
