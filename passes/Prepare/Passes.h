//===- Passes.h - Passes that insert and fill observers ---------*- C++ -*-===//

#ifndef QUANTIR_PASSES_PREPARE_PASSES_H
#define QUANTIR_PASSES_PREPARE_PASSES_H

#include "quantir/Numerics/CalibrationState.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

namespace quantir {
class QuantirDialect;

/// Sets the state of the module's observers. An observer that saw nothing keeps the state it has.
/// Errors: a state of no observer of the module, or of another configuration; an observer that has
/// no state and gets none.
mlir::LogicalResult applyCalibration(mlir::ModuleOp module,
                                     const numerics::CalibrationState &state);

#define GEN_PASS_DECL
#include "quantir/passes/Prepare/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "quantir/passes/Prepare/Passes.h.inc"

} // namespace quantir

#endif // QUANTIR_PASSES_PREPARE_PASSES_H
