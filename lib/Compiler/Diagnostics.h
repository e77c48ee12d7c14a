//===- Diagnostics.h - MLIR's diagnostics as a Status -----------*- C++ -*-===//

#ifndef QUANTIR_COMPILER_DIAGNOSTICS_H
#define QUANTIR_COMPILER_DIAGNOSTICS_H

#include "quantir/Base/Status.h"

#include "mlir/IR/Diagnostics.h"

#include <string>
#include <vector>

namespace quantir {

/// Where `loc` is, as text: "model.mlir:3:7" or the name of a node; "" if it is not known.
std::string formatLocation(mlir::Location loc);

/// While it lives, keeps the errors and warnings that are reported in a context, instead of
/// printing them; remarks are dropped.
class DiagnosticCollector {
public:
  explicit DiagnosticCollector(mlir::MLIRContext *context);

  /// The first error, with its notes. Its code is that of the Status it was made from, if it was
  /// made from one (emitStatus), else `otherwise`. When none was reported, "<what> failed", which
  /// is a defect.
  Status error(llvm::StringRef what, StatusCode otherwise = StatusCode::InvalidModel) const;

  /// All warnings, in their order.
  const std::vector<std::string> &warnings() const { return allWarnings; }

private:
  std::vector<std::string> allWarnings;
  std::string first;
  StatusCode code = StatusCode::Ok; ///< of `first`, if it tells one
  mlir::ScopedDiagnosticHandler handler;
};

} // namespace quantir

#endif // QUANTIR_COMPILER_DIAGNOSTICS_H
