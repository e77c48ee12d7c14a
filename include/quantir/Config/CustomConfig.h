//===- CustomConfig.h - What is done to whole modules -----------*- C++ -*-===//
//
// PyTorch's PrepareCustomConfig, ConvertCustomConfig and FuseCustomConfig: their JSON form, and
// what a pass asks of a function that is a module of its own. docs/CustomConfigs.md describes the
// JSON and what each key does.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_CONFIG_CUSTOMCONFIG_H
#define QUANTIR_CONFIG_CUSTOMCONFIG_H

#include "quantir/Config/Settings.h"

#include "mlir/Interfaces/FunctionInterfaces.h"

namespace quantir {

/// The JSON forms, with the keys of PyTorch's `to_dict()`. A failure has been reported, with the
/// path in the JSON.
mlir::FailureOr<PrepareCustomConfigAttr> readPrepareCustomConfig(JsonReader reader);
mlir::FailureOr<ConvertCustomConfigAttr> readConvertCustomConfig(JsonReader reader);
mlir::FailureOr<FuseCustomConfigAttr> readFuseCustomConfig(JsonReader reader);

/// Reads whichever of `prepare_custom_config`, `convert_custom_config` and `fuse_custom_config` the
/// object has into the attributes of `module`.
mlir::LogicalResult readCustomConfigs(JsonReader reader, mlir::ModuleOp module);

/// Whether passes may look into a function: neither non-traceable nor a custom module.
bool isTraceable(mlir::Operation *function);

/// The attribute `name` of a function, else of the module that it stands in; null if neither has
/// it.
template <typename AttrT>
AttrT configurationOf(mlir::FunctionOpInterface function, llvm::StringRef name) {
  if (auto own = function->getAttrOfType<AttrT>(name))
    return own;
  mlir::Operation *parent = function->getParentOp();
  return parent ? parent->getAttrOfType<AttrT>(name) : AttrT();
}

/// The custom config that holds for a function's inputs and outputs: its own, or the module's for a
/// public function; null for none.
PrepareCustomConfigAttr boundaryConfigOf(mlir::FunctionOpInterface function);

/// `path` as a function's own qconfig mapping knows it: seen from the module that the function is.
/// A function without a mapping of its own has the paths of the model.
llvm::StringRef pathWithin(mlir::FunctionOpInterface function, llvm::StringRef path);

/// Which of the custom configs' swaps holds for a module of this qconfig, by PyTorch's rule:
/// "static", "dynamic", "weight_only", or "" for a module that is not quantized.
llvm::StringRef quantizationKind(QConfigAttr qconfig);

} // namespace quantir

#endif // QUANTIR_CONFIG_CUSTOMCONFIG_H
