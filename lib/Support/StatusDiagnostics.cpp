//===- StatusDiagnostics.cpp - The runtime's errors as diagnostics --------===//

#include "quantir/Support/StatusDiagnostics.h"

using namespace mlir;
using namespace quantir;

/// What the code stands behind among a diagnostic's metadata.
static constexpr StringLiteral codeKey = "quantir.status_code";

InFlightDiagnostic quantir::emitStatus(Location loc, const Status &status) {
  InFlightDiagnostic diagnostic = emitError(loc) << status.message();
  if (Diagnostic *underlying = diagnostic.getUnderlyingDiagnostic()) {
    underlying->getMetadata().push_back(DiagnosticArgument(codeKey));
    underlying->getMetadata().push_back(DiagnosticArgument(static_cast<unsigned>(status.code())));
  }
  return diagnostic;
}

StatusCode quantir::codeOf(Diagnostic &diagnostic, StatusCode otherwise) {
  using Kind = DiagnosticArgument::DiagnosticArgumentKind;
  ArrayRef<DiagnosticArgument> metadata = diagnostic.getMetadata();
  if (metadata.size() != 2 || metadata[0].getKind() != Kind::String ||
      metadata[0].getAsString() != codeKey)
    return otherwise;
  return static_cast<StatusCode>(metadata[1].getAsUnsigned());
}
