//===- ObserverPlaces.h - Observers by where they stand ---------*- C++ -*-===//

#ifndef QUANTIR_PASSES_PREPARE_OBSERVERPLACES_H
#define QUANTIR_PASSES_PREPARE_OBSERVERPLACES_H

#include "quantir/Serialization/CalibrationState.h"

#include "mlir/IR/BuiltinOps.h"

namespace quantir {

/// Renames the states of `state` that are named by a place: each gets the name of the observer at
/// that place in `module`. The places of a module `conv1` are `conv1.weight`, `conv1.input` and
/// `conv1.output`; a second input is `conv1.input_1`. The output of a unit of fused ops is that of
/// each of its modules. Errors: a place of several observers; two names of one observer.
mlir::LogicalResult resolveObserverPlaces(mlir::ModuleOp module, numerics::CalibrationState &state);

} // namespace quantir

#endif // QUANTIR_PASSES_PREPARE_OBSERVERPLACES_H
