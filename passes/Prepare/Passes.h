//===- Passes.h - Passes that insert and fill observers ---------*- C++ -*-===//

#ifndef QUANTIR_PASSES_PREPARE_PASSES_H
#define QUANTIR_PASSES_PREPARE_PASSES_H

#include "quantir/Numerics/Observer.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

#include <map>

namespace quantir {
class QuantirDialect;

/// The state of each observer, by its symbol.
using CalibrationStatistics = std::map<std::string, numerics::ObserverState>;

/// Sets the state of the module's observers; fails with an error if one of the names is none.
mlir::LogicalResult applyCalibration(mlir::ModuleOp module, const CalibrationStatistics &statistics);

#define GEN_PASS_DECL
#include "quantir/passes/Prepare/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "quantir/passes/Prepare/Passes.h.inc"

} // namespace quantir

#endif // QUANTIR_PASSES_PREPARE_PASSES_H
