//===- Observer.cpp - Statistics of the values that pass a point ----------===//

#include "quantir/Numerics/Observer.h"

#include "quantir/Numerics/Histogram.h"
#include "quantir/Numerics/RangeSearch.h"
#include "quantir/Numerics/Scan.h"
#include "quantir/Numerics/Shapes.h"
#include "quantir/Numerics/Text.h"

#include <algorithm>
#include <cmath>

namespace quantir::numerics {

//===----------------------------------------------------------------------===//
// What all observers do
//===----------------------------------------------------------------------===//

void Observer::observe(const float *data, std::span<const int64_t> dims) {
  Dims shape(dims.begin(), dims.end());
  if (std::string error = checkDims(shape); !error.empty()) {
    if (failure.empty())
      failure = error;
    return;
  }
  int64_t count = numElements(shape);
  if (count == 0 || !needsCalibration(settings.kind))
    return;
  ++statistics.samples;
  update(data, dims, count);
}

std::string Observer::error() const {
  if (!failure.empty())
    return failure;
  if (statistics.nanCount > 0)
    return "expected numbers, but got NaN " + std::to_string(statistics.nanCount) +
           (statistics.nanCount == 1 ? " time" : " times");
  for (size_t i = 0; i < statistics.minVal.size(); ++i)
    if (!std::isfinite(statistics.minVal[i]) || !std::isfinite(statistics.maxVal[i]))
      return "expected a finite range, but got [" + formatFloat(statistics.minVal[i]) + ", " +
             formatFloat(statistics.maxVal[i]) + "] (a histogram observer drops infinite values)";
  return {};
}

std::string Observer::calculateQParams(QParams &out) const {
  if (needsCalibration(settings.kind)) {
    if (std::string text = error(); !text.empty())
      return text;
    if (statistics.empty())
      return "expected at least one observed value, but got none";
  }
  return choose(out);
}

void Observer::reset() {
  statistics = {};
  failure.clear();
}

/// Why a state cannot be that of an observer with these settings, or empty.
static std::string checkState(const ObserverConfig &config, const ObserverState &state) {
  auto mismatch = [](std::string what, size_t got) {
    return "expected " + what + ", but got " + std::to_string(got);
  };
  if (state.samples < 0 || state.nanCount < 0 || state.infCount < 0)
    return "expected counts that are not negative, but got " +
           std::to_string(std::min({state.samples, state.nanCount, state.infCount}));
  if (state.minVal.size() != state.maxVal.size())
    return mismatch(std::to_string(state.minVal.size()) + " maxima, as many as minima",
                    state.maxVal.size());
  if (!needsCalibration(config.kind) && !state.empty())
    return mismatch("no range for a " + std::string(toText(config.kind)) + " observer",
                    state.minVal.size());
  if (!isPerChannel(config.kind) && state.minVal.size() > 1)
    return mismatch("one minimum", state.minVal.size());
  for (size_t i = 0; i < state.minVal.size(); ++i)
    if (!(state.minVal[i] <= state.maxVal[i]))
      return "expected minima below maxima, but got [" + formatFloat(state.minVal[i]) + ", " +
             formatFloat(state.maxVal[i]) + "]";
  bool isHistogram =
      config.kind == ObserverKind::Histogram || config.kind == ObserverKind::HistogramMse;
  size_t bins = isHistogram && !state.empty() ? size_t(config.bins) : 0;
  if (state.histogram.size() != bins)
    return mismatch(std::to_string(bins) + " histogram bins", state.histogram.size());
  for (float count : state.histogram)
    if (!(count >= 0) || std::isinf(count))
      return "expected histogram counts that are not negative, but got " + formatFloat(count);
  if (isHistogram && !state.empty() && !std::isfinite(state.maxVal[0] - state.minVal[0]))
    return "expected a finite histogram range, but got [" + formatFloat(state.minVal[0]) + ", " +
           formatFloat(state.maxVal[0]) + "]";
  return {};
}

std::string Observer::load(ObserverState state) {
  if (std::string text = checkState(settings, state); !text.empty())
    return text;
  statistics = std::move(state);
  failure.clear();
  return {};
}

std::string Observer::merge(const ObserverState &other) {
  if (std::string text = checkState(settings, other); !text.empty())
    return text;
  if (!other.empty() && statistics.empty()) {
    statistics.minVal = other.minVal;
    statistics.maxVal = other.maxVal;
    statistics.histogram = other.histogram;
  } else if (!other.empty()) {
    if (std::string text = combine(other); !text.empty())
      return text;
  }
  statistics.samples += other.samples;
  statistics.nanCount += other.nanCount;
  statistics.infCount += other.infCount;
  return {};
}

namespace {

QParamsSpec specOf(const ObserverConfig &config) {
  QParamsSpec spec;
  spec.dtype = config.dtype;
  spec.scheme = config.scheme;
  spec.range = config.range();
  spec.customRange = config.quantMin.has_value();
  spec.eps = config.eps;
  spec.axis = config.chAxis;
  return spec;
}

//===----------------------------------------------------------------------===//
// Ranges
//===----------------------------------------------------------------------===//

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
      statistics.minVal = low;
      statistics.maxVal = high;
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
    if (movingAverage)
      return "expected states whose order does not matter, but got two moving averages";
    if (other.minVal.size() != statistics.minVal.size())
      return "expected " + std::to_string(statistics.minVal.size()) + " channels, but got " +
             std::to_string(other.minVal.size());
    include(other.minVal, other.maxVal);
    return {};
  }

private:
  void include(std::span<const float> min, std::span<const float> max) {
    for (size_t c = 0; c < min.size(); ++c) {
      statistics.minVal[c] = std::min(statistics.minVal[c], min[c]);
      statistics.maxVal[c] = std::max(statistics.maxVal[c], max[c]);
    }
  }

  const bool movingAverage;
  std::vector<float> low, high; ///< of the tensor at hand; members so that they are allocated once
};

//===----------------------------------------------------------------------===//
// Histograms
//===----------------------------------------------------------------------===//

class HistogramObserver : public Observer {
public:
  explicit HistogramObserver(const ObserverConfig &config) : Observer(config) {}

protected:
  void update(const float *data, std::span<const int64_t>, int64_t count) override {
    Extent extent = scanExtent(data, count);
    std::vector<float> finite;
    if (!extent.finite) {
      NonFiniteCount nonFinite = countNonFinite(data, count);
      statistics.nanCount += nonFinite.nan;
      statistics.infCount += nonFinite.inf;
      std::copy_if(data, data + count, std::back_inserter(finite),
                   [](float v) { return std::isfinite(v); });
      if (finite.empty())
        return;
      data = finite.data();
      count = int64_t(finite.size());
      extent = scanExtent(data, count);
    }
    Range range = {extent.min, extent.max};
    if (!statistics.empty())
      range = {std::min(statistics.minVal[0], range.min),
               std::max(statistics.maxVal[0], range.max)};
    if (!std::isfinite(range.max - range.min)) {
      if (failure.empty())
        failure = "expected a range narrower than the largest float32, but got [" +
                  formatFloat(range.min) + ", " + formatFloat(range.max) + "]";
      return;
    }
    std::vector<float> counts = makeHistogram(data, count, settings.bins, range.min, range.max);
    // PyTorch weighs a single old value with the new tensor's count, not its own.
    float weight = total(counts);
    add(std::move(counts), range, weight);
  }

  std::string choose(QParams &out) const override {
    HistogramView view = {statistics.histogram, statistics.minVal[0], statistics.maxVal[0]};
    QParamsSpec spec = specOf(settings);
    Range range;
    if (settings.kind == ObserverKind::HistogramMse) {
      range = searchLeastError(view, spec);
    } else {
      // PyTorch's four-bit type counts as eight bits here.
      int bits = settings.dtype == QDType::QUInt4 ? 8 : bitWidth(settings.dtype);
      range = searchGreedy(view, int64_t(1) << bits);
    }
    return chooseQParams({&range.min, 1}, {&range.max, 1}, spec, out);
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
    if (!statistics.empty()) {
      if (range != Range{statistics.minVal[0], statistics.maxVal[0]})
        statistics.histogram = spread(statistics, range, oldWeight);
      for (size_t i = 0; i < counts.size(); ++i)
        counts[i] = statistics.histogram[i] + counts[i];
    }
    statistics.minVal.assign(1, range.min);
    statistics.maxVal.assign(1, range.max);
    statistics.histogram = std::move(counts);
  }
};

//===----------------------------------------------------------------------===//
// No statistics
//===----------------------------------------------------------------------===//

class StatelessObserver : public Observer {
public:
  explicit StatelessObserver(const ObserverConfig &config) : Observer(config) {}

protected:
  void update(const float *, std::span<const int64_t>, int64_t) override {}

  std::string choose(QParams &out) const override {
    if (settings.kind != ObserverKind::FixedQParams)
      return "expected an observer with quantization parameters, but got a " +
             std::string(toText(settings.kind)) + " observer";
    QuantRange range = settings.range();
    out = {};
    out.scale = {settings.fixedScale};
    out.zeroPoint = {settings.fixedZeroPoint};
    out.quantMin = range.min;
    out.quantMax = range.max;
    out.dtype = settings.dtype;
    return {};
  }

  std::string combine(const ObserverState &) override { return {}; }
};

} // namespace

std::unique_ptr<Observer> createObserver(const ObserverConfig &config) {
  if (!config.validate().empty())
    return nullptr;
  switch (config.kind) {
  case ObserverKind::MinMax:
  case ObserverKind::MovingAverageMinMax:
  case ObserverKind::PerChannelMinMax:
  case ObserverKind::MovingAveragePerChannelMinMax:
    return std::make_unique<RangeObserver>(config);
  case ObserverKind::Histogram:
  case ObserverKind::HistogramMse:
    return std::make_unique<HistogramObserver>(config);
  case ObserverKind::FixedQParams:
  case ObserverKind::Placeholder:
  case ObserverKind::Recording:
  case ObserverKind::Noop:
  case ObserverKind::ReuseInput:
    return std::make_unique<StatelessObserver>(config);
  }
  return nullptr;
}

} // namespace quantir::numerics
