//===- Observers.h - The kinds of observers ---------------------*- C++ -*-===//
//
// Private to the library: what createObserver chooses from, and what the kinds share.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_NUMERICS_OBSERVERS_H
#define QUANTIR_NUMERICS_OBSERVERS_H

#include "quantir/Numerics/Observer.h"
#include "quantir/Numerics/RangeSearch.h"
#include "quantir/Numerics/Scan.h"

#include <nlohmann/json_fwd.hpp>

#include <utility>

namespace quantir::numerics {

/// Min-max kinds, per tensor or per channel, of everything or as a moving average.
std::unique_ptr<Observer> createRangeObserver(const ObserverConfig &config);
/// PyTorch's histogram.
std::unique_ptr<Observer> createHistogramObserver(const ObserverConfig &config);
/// Percentile, Entropy, Mse: over a histogram that adds up exactly.
std::unique_ptr<Observer> createGridObserver(const ObserverConfig &config);
/// AffineMinMax.
std::unique_ptr<Observer> createAffineObserver(const ObserverConfig &config);

/// Why Observer::load would refuse a state, or empty.
[[nodiscard]] std::string checkState(const ObserverConfig &config, const ObserverState &state);

/// Sets a range of one entry and what goes with it: all, or, without memory, nothing.
template <typename Counts>
void commit(ObserverState &state, Range range, Counts ObserverState::*member, Counts counts) {
  state.minVal.reserve(1);
  state.maxVal.reserve(1);
  state.minVal.assign(1, range.min);
  state.maxVal.assign(1, range.max);
  state.*member = std::move(counts);
}

/// Sets `object`, which a JsonTree holds, to what `toJson` gives.
void writeJson(const ObserverConfig &config, nlohmann::json &object);
void writeJson(const ObserverState &state, nlohmann::json &object);

/// How `config` maps a range to parameters.
QParamsSpec specOf(const ObserverConfig &config);

/// The finite values of a tensor, with their extent; the others are added to the counts of
/// `statistics`.
struct FiniteValues {
  FiniteValues(const float *data, int64_t count, ObserverState &statistics);
  FiniteValues(const FiniteValues &) = delete;

  const float *data;
  int64_t count;
  Extent extent;

private:
  std::vector<float> copy; ///< where there were others
};

} // namespace quantir::numerics

#endif // QUANTIR_NUMERICS_OBSERVERS_H
