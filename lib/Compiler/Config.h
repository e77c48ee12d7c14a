//===- Config.h - The configuration file of a quantization ------*- C++ -*-===//

#ifndef QUANTIR_COMPILER_CONFIG_H
#define QUANTIR_COMPILER_CONFIG_H

#include "quantir/Runtime/Plan.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Support/LLVM.h"

#include <optional>
#include <string>

namespace quantir {

/// Puts what is to be done into the module's attributes: the configuration in the JSON file `path`
/// (empty: the default), and the built-in backend config `backend` where the file says none. With
/// neither, the module's own attributes hold, and then the defaults.
///
/// The file is a qconfig mapping, or an object of `qconfig_mapping` and `backend_config`, either of
/// which may be left out. A setting that no op of the model matches is a warning that names the
/// nearest ones that would.
mlir::LogicalResult configure(mlir::ModuleOp module, const std::string &path,
                              const std::optional<std::string> &backend);

/// Sets `quantir.preprocessing`.
void setPreprocessing(mlir::ModuleOp module, const runtime::Preprocessing &preprocessing);

/// The value of `quantir.preprocessing`, if the module has it.
std::optional<runtime::Preprocessing> getPreprocessing(mlir::ModuleOp module);

} // namespace quantir

#endif // QUANTIR_COMPILER_CONFIG_H
