//===- RangeObserver.cpp - Observers of least and greatest values ---------===//

#include "quantir/Numerics/Observers.h"

#include "quantir/Numerics/Scan.h"

#include <algorithm>

namespace quantir::numerics {

namespace {

/// The four min-max kinds: per tensor or per channel, of everything or as a moving average.
class RangeObserver : public Observer {
public:
  explicit RangeObserver(const ObserverConfig &config)
      : Observer(config),
        movingAverage(config.kind == ObserverKind::MovingAverageMinMax ||
                      config.kind == ObserverKind::MovingAveragePerChannelMinMax) {}

protected:
  void update(const float *data, std::span<const int64_t> dims, int64_t count) override {
    ChannelView view = {1, 1, count};
    if (isPerChannel(settings.kind))
      if (std::string text = channelView(dims, settings.chAxis, view); !text.empty()) {
        if (failure.empty())
          failure = text;
        return;
      }
    const size_t channels = size_t(view.channels);
    if (!statistics.empty() && statistics.minVal.size() != channels) {
      if (failure.empty())
        failure = "expected " + std::to_string(statistics.minVal.size()) +
                  " channels as before, but got " + std::to_string(channels);
      return;
    }
    low.resize(channels);
    high.resize(channels);
    if (!scanExtents(data, view, low.data(), high.data())) {
      NonFiniteCount nonFinite = countNonFinite(data, count);
      statistics.nanCount += nonFinite.nan;
      statistics.infCount += nonFinite.inf;
      if (nonFinite.nan > 0) // the parameters are refused anyway: keep a range that means something
        return;
    }
    if (statistics.empty()) {
      std::vector<float> min = low, max = high; // both or none
      statistics.minVal = std::move(min);
      statistics.maxVal = std::move(max);
    } else if (movingAverage) {
      const float weight = settings.averagingConstant;
      for (size_t c = 0; c < channels; ++c) {
        float &min = statistics.minVal[c], &max = statistics.maxVal[c];
        min = min + weight * (low[c] - min);
        max = max + weight * (high[c] - max);
      }
    } else {
      include(low, high);
    }
  }

  std::string choose(QParams &out) const override {
    return chooseQParams(statistics.minVal, statistics.maxVal, specOf(settings), out);
  }

  std::string combine(const ObserverState &other) override {
    if (other.minVal.size() != statistics.minVal.size())
      return "expected " + std::to_string(statistics.minVal.size()) + " channels, but got " +
             std::to_string(other.minVal.size());
    if (movingAverage)
      average(other);
    else
      include(other.minVal, other.maxVal);
    return {};
  }

private:
  /// The mean of both, weighted with the numbers of tensors.
  void average(const ObserverState &other) {
    const double mine = double(std::max<int64_t>(statistics.samples, 1));
    const double theirs = double(std::max<int64_t>(other.samples, 1));
    auto mean = [&](float a, float b) {
      return float((mine * double(a) + theirs * double(b)) / (mine + theirs));
    };
    for (size_t c = 0; c < statistics.minVal.size(); ++c) {
      statistics.minVal[c] = mean(statistics.minVal[c], other.minVal[c]);
      statistics.maxVal[c] = mean(statistics.maxVal[c], other.maxVal[c]);
    }
  }

  void include(std::span<const float> min, std::span<const float> max) {
    for (size_t c = 0; c < min.size(); ++c) {
      statistics.minVal[c] = std::min(statistics.minVal[c], min[c]);
      statistics.maxVal[c] = std::max(statistics.maxVal[c], max[c]);
    }
  }

  const bool movingAverage;
  std::vector<float> low, high; ///< of the tensor at hand; members so that they are allocated once
};

} // namespace

std::unique_ptr<Observer> createRangeObserver(const ObserverConfig &config) {
  return std::make_unique<RangeObserver>(config);
}

} // namespace quantir::numerics
