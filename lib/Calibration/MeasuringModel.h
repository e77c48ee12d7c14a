//===- MeasuringModel.h - Models whose inner values are outputs -*- C++ -*-===//

#ifndef QUANTIR_CALIBRATION_MEASURINGMODEL_H
#define QUANTIR_CALIBRATION_MEASURINGMODEL_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"

namespace quantir {

/// The one public function, which a plan executes; null if there are none or several.
mlir::func::FuncOp entryOf(mlir::ModuleOp module);

/// Lets `func` return `values`, and nothing else, under names of their own.
void returnOnly(mlir::func::FuncOp func, llvm::ArrayRef<mlir::Value> values);

/// Makes a prepared module a float one: observers and annotations go.
void removeObservers(mlir::ModuleOp module);

} // namespace quantir

#endif // QUANTIR_CALIBRATION_MEASURINGMODEL_H
