//===- StatusDiagnostics.h - The runtime's errors as diagnostics *- C++ -*-===//

#ifndef QUANTIR_SUPPORT_STATUSDIAGNOSTICS_H
#define QUANTIR_SUPPORT_STATUSDIAGNOSTICS_H

#include "quantir/Base/Status.h"

#include "mlir/IR/Diagnostics.h"

namespace quantir {

/// Reports `status`, an error, at `loc`. The diagnostic keeps its code.
mlir::InFlightDiagnostic emitStatus(mlir::Location loc, const Status &status);

/// The code of a diagnostic made by emitStatus; of any other `otherwise`.
StatusCode codeOf(mlir::Diagnostic &diagnostic, StatusCode otherwise);

} // namespace quantir

#endif // QUANTIR_SUPPORT_STATUSDIAGNOSTICS_H
