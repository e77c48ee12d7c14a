//===- Calibration.h - Statistics gathered by a prepared plan ---*- C++ -*-===//
//
// Running a prepared plan feeds its observers. Their states are exchanged as JSON:
//
//   {"quantir_calibration": 1,
//    "observers": {"act_0": {"config": {...}, "state": {...}}, ...}}
//
// with configs and states in the form of Numerics/ObserverJson.h, which the compiler reads too.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_RUNTIME_CALIBRATION_H
#define QUANTIR_RUNTIME_CALIBRATION_H

#include "quantir/Runtime/Session.h"

namespace quantir::runtime {

/// New observers, in the order of plan.observers(). Error: a config that cannot be read, with the
/// observer's name.
Result<std::shared_ptr<ObserverList>> createObservers(const Plan &plan);

/// The statistics as JSON text. Error: an observer that has seen no data, or NaN.
Result<std::string> formatObserverStates(const Plan &plan, const ObserverList &observers);

/// Writes the statistics to a file. The file appears complete or not at all.
Status saveObserverStates(const std::string &path, const Plan &plan, const ObserverList &observers);

/// Puts saved statistics into `observers`, to go on from there. Errors: not such a file, an
/// observer missing, another config than the plan's.
Status loadObserverStates(const std::string &path, const Plan &plan, ObserverList &observers);

} // namespace quantir::runtime

#endif // QUANTIR_RUNTIME_CALIBRATION_H
