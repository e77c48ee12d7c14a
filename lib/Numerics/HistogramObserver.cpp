//===- HistogramObserver.cpp - PyTorch's histogram observer ---------------===//

#include "quantir/Numerics/Observers.h"

#include "quantir/Base/Text.h"
#include "quantir/Numerics/Histogram.h"
#include "quantir/Numerics/RangeSearch.h"

#include <algorithm>
#include <cmath>

namespace quantir::numerics {

namespace {

class HistogramObserver : public Observer {
public:
  explicit HistogramObserver(const ObserverConfig &config) : Observer(config) {}

protected:
  void update(const float *data, std::span<const int64_t>, int64_t count) override {
    if (addWithinRange(data, count))
      return;
    FiniteValues finite(data, count, statistics);
    if (finite.count == 0)
      return;
    Range range = {finite.extent.min, finite.extent.max};
    if (!statistics.empty())
      range = {std::min(statistics.minVal[0], range.min),
               std::max(statistics.maxVal[0], range.max)};
    if (!std::isfinite(range.max - range.min)) {
      if (failure.empty())
        failure = "expected a range narrower than the largest float32, but got [" +
                  formatFloat(range.min) + ", " + formatFloat(range.max) + "]";
      return;
    }
    std::vector<float> counts =
        makeHistogram(finite.data, finite.count, settings.bins, range.min, range.max);
    // PyTorch weighs a single old value with the new tensor's count, not its own.
    float weight = total(counts);
    add(std::move(counts), range, weight);
  }

  std::string choose(QParams &out) const override {
    HistogramView view = {statistics.histogram, statistics.minVal[0], statistics.maxVal[0]};
    // PyTorch's four-bit type counts as eight bits here.
    int bits = settings.dtype == QDType::QUInt4 ? 8 : bitWidth(settings.dtype);
    Range range = searchGreedy(view, int64_t(1) << bits);
    return chooseQParams({&range.min, 1}, {&range.max, 1}, specOf(settings), out);
  }

  std::string combine(const ObserverState &other) override {
    Range range = {std::min(statistics.minVal[0], other.minVal[0]),
                   std::max(statistics.maxVal[0], other.maxVal[0])};
    if (!std::isfinite(range.max - range.min))
      return "expected a range narrower than the largest float32, but got [" +
             formatFloat(range.min) + ", " + formatFloat(range.max) + "]";
    std::vector<float> counts = other.histogram;
    if (range != Range{other.minVal[0], other.maxVal[0]})
      counts = spread(other, range, total(other.histogram));
    add(std::move(counts), range, total(statistics.histogram));
    return {};
  }

private:
  static float total(std::span<const float> counts) {
    double sum = 0;
    for (float count : counts)
      sum += count;
    return float(sum);
  }

  /// Adds a tensor that widens nothing, as most do once a few were seen: that takes one look at
  /// its values instead of two. False: it was not added.
  bool addWithinRange(const float *data, int64_t count) {
    if (statistics.empty() || statistics.minVal[0] >= statistics.maxVal[0])
      return false;
    const Range range = {statistics.minVal[0], statistics.maxVal[0]};
    std::vector<int64_t> counts(settings.bins);
    if (!countBinsWithin(data, count, range.min, range.max, counts))
      return false;
    add(std::vector<float>(counts.begin(), counts.end()), range, 0);
    return true;
  }

  /// The counts of `state` in bins over the wider `range`. A state of a single value has no bins to
  /// speak of: all its `weight` goes to where that value lies.
  std::vector<float> spread(const ObserverState &state, Range range, float weight) const {
    if (state.minVal[0] < state.maxVal[0])
      return spreadHistogram({state.histogram, state.minVal[0], state.maxVal[0]}, range.min,
                             range.max);
    std::vector<float> counts =
        makeHistogram(state.minVal.data(), 1, settings.bins, range.min, range.max);
    for (float &count : counts)
      count *= weight;
    return counts;
  }

  /// Adds counts over `range`, which contains the present one. `oldWeight` is for `spread`.
  void add(std::vector<float> counts, Range range, float oldWeight) {
    auto addTo = [&](std::span<const float> old) {
      for (size_t i = 0; i < counts.size(); ++i)
        counts[i] = old[i] + counts[i];
    };
    if (!statistics.empty()) {
      if (range == Range{statistics.minVal[0], statistics.maxVal[0]})
        addTo(statistics.histogram);
      else
        addTo(spread(statistics, range, oldWeight));
    }
    commit(statistics, range, &ObserverState::histogram, std::move(counts));
  }
};

} // namespace

std::unique_ptr<Observer> createHistogramObserver(const ObserverConfig &config) {
  return std::make_unique<HistogramObserver>(config);
}

} // namespace quantir::numerics
