//===- Calibration.h - Statistics gathered by a prepared plan ---*- C++ -*-===//
//
// Running a prepared plan feeds its observers. Their states are written to state files, from which
// a calibration can continue later, or elsewhere, and which the compiler reads
// (Serialization/CalibrationState.h).
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_RUNTIME_CALIBRATION_H
#define QUANTIR_RUNTIME_CALIBRATION_H

#include "quantir/Runtime/Session.h"
#include "quantir/Serialization/CalibrationState.h"

namespace quantir::runtime {

/// New observers, in the order of plan.observers(). Error: a config that cannot be read, with the
/// observer's name.
Result<std::shared_ptr<ObserverList>> createObservers(const Plan &plan);

/// The states of the observers after `samples` samples. Error: an observer that has seen no data,
/// or NaN.
Result<numerics::CalibrationState> collectStates(const Plan &plan, const ObserverList &observers,
                                                 int64_t samples = 0);

/// Sets the states of `observers`, to continue from there. Errors: a missing or unknown observer, a
/// config other than the plan's; nothing is changed then.
Status restoreStates(const numerics::CalibrationState &state, const Plan &plan,
                     ObserverList &observers);

/// Reads a state file. Messages begin with the path.
Result<numerics::CalibrationState> loadCalibrationState(const std::string &path);

/// Writes one. The file appears complete or not at all.
Status saveCalibrationState(const std::string &path, const numerics::CalibrationState &state);

} // namespace quantir::runtime

#endif // QUANTIR_RUNTIME_CALIBRATION_H
