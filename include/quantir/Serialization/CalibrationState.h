//===- CalibrationState.h - The states of a model's observers ---*- C++ -*-===//
//
// The states of a model's observers, by symbol, as a file (docs/CommandLine.md, "State files"):
//
//   {"quantir_calibration": 1, "samples": 128,
//    "observers": {"act_0": {"config": {...}, "state": {"min_val": [-1.5], ...}}, ...}}
//
// with configs and states in the form of ObserverJson.h. A file that is written from another
// program's states may leave out a "config", which then is the model's. The file is lossless: a
// calibration that continues from it ends with the bits of one that was never interrupted. All
// functions that return a string return why they failed, or an empty one.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_SERIALIZATION_CALIBRATIONSTATE_H
#define QUANTIR_SERIALIZATION_CALIBRATIONSTATE_H

#include "quantir/Numerics/Observer.h"

#include <map>

namespace quantir::numerics {

struct CalibrationState {
  struct Entry {
    ObserverConfig config;
    ObserverState state;
    bool tellsConfig = true; ///< false: `config` is not known, and is to be the model's
    /// PyTorch's `observer_enabled`. Of a constant's observer, false: what conversion makes of the
    /// constant is not shown to it.
    bool isEnabled = true;
    bool operator==(const Entry &) const = default;
  };
  std::map<std::string, Entry, std::less<>> observers; ///< by symbol
  int64_t samples = 0; ///< how many samples the observers saw; 0 if nobody counted

  bool operator==(const CalibrationState &) const = default;
};

std::string formatCalibrationState(const CalibrationState &state);

/// Also reports a state that its observer would not accept, and one that is of no use: "observers.
/// act_0.state: expected numbers, but got NaN 3 times".
[[nodiscard]] std::string parseCalibrationState(std::string_view text, CalibrationState &out);

/// What a model has where a state is to go.
struct ObserverSlot {
  ObserverConfig config;
  bool required = true; ///< false: the observer can do without, having a state already
};

using ObserverSlots = std::map<std::string, ObserverSlot, std::less<>>;

/// Reports an observer whose state is missing, a state without an observer, and one of another
/// configuration. `owner` of the slots is for messages.
[[nodiscard]] std::string checkObservers(const CalibrationState &state, const ObserverSlots &slots,
                                         std::string_view owner = "the model");

/// Adds what another calibration of the same model saw, as Observer::merge does for each observer.
/// Both have to tell their configurations.
/// On failure `into` is as it was.
[[nodiscard]] std::string merge(CalibrationState &into, const CalibrationState &other);

} // namespace quantir::numerics

#endif // QUANTIR_SERIALIZATION_CALIBRATIONSTATE_H
