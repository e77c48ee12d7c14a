//===- OpRows.h - What became of each op ------------------------*- C++ -*-===//

#ifndef QUANTIR_COMPILER_OPROWS_H
#define QUANTIR_COMPILER_OPROWS_H

#include "quantir/Report.h"

#include "mlir/IR/BuiltinOps.h"

namespace quantir {

/// One row for each op, or unit of fused ops, of a reference module.
std::vector<OpReport> collectOpRows(mlir::ModuleOp reference);

} // namespace quantir

#endif // QUANTIR_COMPILER_OPROWS_H
