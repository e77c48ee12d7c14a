//===- OpRows.h - What became of each op ------------------------*- C++ -*-===//

#ifndef QUANTIR_COMPILER_OPROWS_H
#define QUANTIR_COMPILER_OPROWS_H

#include "lib/Calibration/UnitComparison.h"
#include "quantir/Report.h"

#include "mlir/IR/BuiltinOps.h"

namespace quantir {

/// The rows of a report: one for each op, or unit of fused ops.
class OpRows {
public:
  /// Reads them off a reference module.
  void collect(mlir::ModuleOp reference);

  /// Corrects what the kernels made of it do otherwise: an op between casts that no integer kernel
  /// computes runs in float. `lowered` is what `collect`'s module became; its ops' locations tell
  /// which is which.
  void checkKernels(mlir::ModuleOp lowered);

  /// Fills in how near each unit of the entry function is to the float model.
  void setErrors(const ModelComparison &comparison);

  const std::vector<OpReport> &get() const { return rows; }

  /// The rows of the entry function's units among `reported`, which are rows of this.
  llvm::SmallVector<const OpReport *> ofEntry(llvm::ArrayRef<OpReport> reported) const;

private:
  std::vector<OpReport> rows;
  std::vector<size_t> entryRows;
  std::vector<mlir::Location> locations; ///< of each row's op, or of the root of its unit
};

} // namespace quantir

#endif // QUANTIR_COMPILER_OPROWS_H
