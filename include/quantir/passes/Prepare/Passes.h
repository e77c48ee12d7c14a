//===- Passes.h - Passes that insert and fill observers ---------*- C++ -*-===//

#ifndef QUANTIR_PASSES_PREPARE_PASSES_H
#define QUANTIR_PASSES_PREPARE_PASSES_H

#include "quantir/Serialization/CalibrationState.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

namespace quantir {
class QuantirDialect;

/// Sets the state of the module's observers, which are named by symbol or by place
/// (ObserverPlaces.h). An observer that saw nothing keeps the state it has. The observer of a
/// constant continues from the state it gets: it sees the constant once more, as when PyTorch
/// converts a weight that was trained with fake quantization, unless the state says that it is not
/// enabled. Errors: a state of no observer of the module, or of another configuration, or of
/// another size than the constant's; an observer that has no state and gets none.
mlir::LogicalResult applyCalibration(mlir::ModuleOp module,
                                     const numerics::CalibrationState &state);

#define GEN_PASS_DECL
#include "quantir/passes/Prepare/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "quantir/passes/Prepare/Passes.h.inc"

} // namespace quantir

#endif // QUANTIR_PASSES_PREPARE_PASSES_H
