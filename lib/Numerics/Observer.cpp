//===- Observer.cpp - Statistics of the values that pass a point ----------===//

#include "quantir/Numerics/Observers.h"

#include "quantir/Base/Text.h"
#include "quantir/Numerics/GridHistogram.h"
#include "quantir/Shapes/Shapes.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace quantir::numerics {

//===----------------------------------------------------------------------===//
// What all observers do
//===----------------------------------------------------------------------===//

void Observer::observe(const float *data, std::span<const int64_t> dims) {
  shapes::Dims shape(dims.begin(), dims.end());
  if (std::string error = shapes::checkDims(shape); !error.empty()) {
    if (failure.empty())
      failure = error;
    return;
  }
  int64_t count = shapes::numElements(shape);
  const bool records = settings.kind == ObserverKind::Recording;
  if (count == 0 || !(records || needsCalibration(settings)))
    return;
  // A tensor is seen or, without memory, not.
  const int64_t samples = statistics.samples, nan = statistics.nanCount, inf = statistics.infCount;
  ++statistics.samples;
  try {
    update(data, dims, count);
  } catch (...) {
    statistics.samples = samples;
    statistics.nanCount = nan;
    statistics.infCount = inf;
    throw;
  }
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
  if (needsCalibration(settings)) {
    if (std::string text = error(); !text.empty())
      return text;
    if (statistics.empty())
      return "expected at least one observed value, but got none";
  }
  return choose(out);
}

std::string Observer::calculateAffineQParams(AffineQParams &out) const {
  if (settings.kind != ObserverKind::AffineMinMax)
    return "expected an affine_min_max observer, but got a " + std::string(toText(settings.kind)) +
           " observer";
  if (std::string text = error(); !text.empty())
    return text;
  if (statistics.empty())
    return "expected at least one observed value, but got none";
  return chooseAffine(out);
}

std::string Observer::chooseAffine(AffineQParams &) const { return {}; }

void Observer::reset() {
  statistics = {};
  recordings.clear();
  failure.clear();
}

static std::string mismatch(std::string what, size_t got) {
  return "expected " + what + ", but got " + std::to_string(got);
}

/// More than this nobody has seen. Whatever is counted stays below, so that sums never overflow.
static constexpr int64_t mostCounted = int64_t(1) << 53;

/// The part of `checkState` about counts, of a state whose ranges are right.
static std::string checkHistogram(const ObserverConfig &config, const ObserverState &state) {
  const bool grid = isGridHistogram(config.kind);
  const bool histogram = config.kind == ObserverKind::Histogram;
  if ((grid || histogram) && !state.empty()) {
    const float low = state.minVal[0], high = state.maxVal[0];
    if (!std::isfinite(histogram ? high - low : low * 0 + high * 0))
      return "expected a finite histogram range, but got [" + formatFloat(low) + ", " +
             formatFloat(high) + "]";
  }
  size_t bins = histogram && !state.empty() ? size_t(config.bins) : 0;
  if (state.histogram.size() != bins)
    return mismatch(std::to_string(bins) + " histogram bins", state.histogram.size());
  for (float count : state.histogram)
    if (!(count >= 0) || std::isinf(count))
      return "expected histogram counts that are not negative, but got " + formatFloat(count);

  bins = grid && !state.empty()
             ? size_t(gridFor(state.minVal[0], state.maxVal[0], config.bins).count)
             : 0;
  if (state.counts.size() != bins)
    return mismatch(std::to_string(bins) + " counts", state.counts.size());
  int64_t total = 0;
  for (int64_t count : state.counts) {
    if (count < 0 || count > mostCounted - total)
      return "expected counts that are not negative, of at most 2^53 values, but got " +
             std::to_string(count);
    total += count;
  }
  return {};
}

/// The part of `checkState` about blocks.
static std::string checkBlocks(const ObserverConfig &config, const ObserverState &state) {
  const bool whole = config.granularityKind == GranularityKind::PerTensor || state.empty();
  if (config.kind != ObserverKind::AffineMinMax || (whole && !state.blocks.empty()))
    return mismatch("no numbers of blocks", state.blocks.size());
  uint64_t product = state.empty() ? 0 : 1;
  for (int64_t count : state.blocks)
    if (count < 1 || __builtin_mul_overflow(product, uint64_t(count), &product))
      return "expected numbers of blocks that are positive, but got " + std::to_string(count);
  if (product != state.minVal.size())
    return mismatch("a minimum for each of " + std::to_string(product) + " blocks",
                    state.minVal.size());
  return {};
}

std::string checkState(const ObserverConfig &config, const ObserverState &state) {
  for (int64_t count : {state.samples, state.nanCount, state.infCount})
    if (count < 0 || count > mostCounted)
      return "expected counts that are not negative, and at most 2^53, but got " +
             std::to_string(count);
  if (state.minVal.size() != state.maxVal.size())
    return mismatch(std::to_string(state.minVal.size()) + " maxima, as many as minima",
                    state.maxVal.size());
  if (!needsCalibration(config) && !state.empty())
    return mismatch("no range for a " + std::string(toText(config.kind)) + " observer",
                    state.minVal.size());
  if (config.kind == ObserverKind::AffineMinMax || !state.blocks.empty()) {
    if (std::string text = checkBlocks(config, state); !text.empty())
      return text;
  } else if (!isPerChannel(config.kind) && state.minVal.size() > 1) {
    return mismatch("one minimum", state.minVal.size());
  }
  for (size_t i = 0; i < state.minVal.size(); ++i)
    if (!(state.minVal[i] <= state.maxVal[i]))
      return "expected minima below maxima, but got [" + formatFloat(state.minVal[i]) + ", " +
             formatFloat(state.maxVal[i]) + "]";
  return checkHistogram(config, state);
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
  auto total = [](const std::vector<int64_t> &counts) {
    return std::accumulate(counts.begin(), counts.end(), int64_t(0));
  };
  for (int64_t sum :
       {statistics.samples + other.samples, statistics.nanCount + other.nanCount,
        statistics.infCount + other.infCount, total(statistics.counts) + total(other.counts)})
    if (sum > mostCounted)
      return "expected counts of at most 2^53 together, but got " + std::to_string(sum);
  if (!other.empty() && statistics.empty()) {
    ObserverState taken = other;
    taken.samples = statistics.samples;
    taken.nanCount = statistics.nanCount;
    taken.infCount = statistics.infCount;
    statistics = std::move(taken);
  } else if (!other.empty()) {
    if (std::string text = combine(other); !text.empty())
      return text;
  }
  statistics.samples += other.samples;
  statistics.nanCount += other.nanCount;
  statistics.infCount += other.infCount;
  return {};
}

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

FiniteValues::FiniteValues(const float *all, int64_t allCount, ObserverState &statistics)
    : data(all), count(allCount), extent(scanExtent(all, allCount)) {
  if (extent.finite)
    return;
  NonFiniteCount nonFinite = countNonFinite(all, allCount);
  statistics.nanCount += nonFinite.nan;
  statistics.infCount += nonFinite.inf;
  std::copy_if(all, all + allCount, std::back_inserter(copy),
               [](float v) { return std::isfinite(v); });
  data = copy.data();
  count = int64_t(copy.size());
  extent = scanExtent(data, count);
}

namespace {

class StatelessObserver : public Observer {
public:
  explicit StatelessObserver(const ObserverConfig &config) : Observer(config) {}

protected:
  /// Called for Recording alone.
  void update(const float *data, std::span<const int64_t> dims, int64_t count) override {
    recordings.push_back({{dims.begin(), dims.end()}, {data, data + count}});
  }

  std::string choose(QParams &out) const override {
    if (settings.kind == ObserverKind::Recording)
      return "expected an observer with quantization parameters, but got a recording observer, "
             "which keeps values to be looked at; to quantize, put histogram or min_max in its "
             "place";
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
    return createRangeObserver(config);
  case ObserverKind::Histogram:
    return createHistogramObserver(config);
  case ObserverKind::Percentile:
  case ObserverKind::Entropy:
  case ObserverKind::Mse:
    return createGridObserver(config);
  case ObserverKind::AffineMinMax:
    return createAffineObserver(config);
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
