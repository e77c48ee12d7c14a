//===- StatusDiagnostics.h - The runtime's errors as diagnostics *- C++ -*-===//

#ifndef QUANTIR_CALIBRATION_STATUSDIAGNOSTICS_H
#define QUANTIR_CALIBRATION_STATUSDIAGNOSTICS_H

#include "quantir/Runtime/Status.h"

#include "mlir/IR/Diagnostics.h"

namespace quantir {

/// Reports `status`, an error, at `loc`. The diagnostic keeps its code.
mlir::InFlightDiagnostic emitStatus(mlir::Location loc, const runtime::Status &status);

/// The code of a diagnostic made by emitStatus; of any other `otherwise`.
runtime::StatusCode codeOf(mlir::Diagnostic &diagnostic, runtime::StatusCode otherwise);

} // namespace quantir

#endif // QUANTIR_CALIBRATION_STATUSDIAGNOSTICS_H
