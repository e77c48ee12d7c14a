//===- Preprocessing.h - How images become inputs ---------------*- C++ -*-===//

#ifndef QUANTIR_COMPILER_PREPROCESSING_H
#define QUANTIR_COMPILER_PREPROCESSING_H

#include "quantir/Runtime/Plan.h"

#include "mlir/IR/BuiltinOps.h"

#include <optional>

namespace quantir {

/// Sets `quantir.preprocessing`.
void setPreprocessing(mlir::ModuleOp module, const runtime::Preprocessing &preprocessing);

/// The value of `quantir.preprocessing`, if the module has it.
std::optional<runtime::Preprocessing> getPreprocessing(mlir::ModuleOp module);

} // namespace quantir

#endif // QUANTIR_COMPILER_PREPROCESSING_H
