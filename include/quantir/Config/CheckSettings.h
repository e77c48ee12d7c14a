//===- CheckSettings.h - Settings that match nothing ------------*- C++ -*-===//

#ifndef QUANTIR_CONFIG_CHECKSETTINGS_H
#define QUANTIR_CONFIG_CHECKSETTINGS_H

#include "quantir/Config/Settings.h"

#include "llvm/ADT/DenseSet.h"

namespace quantir {

/// The warnings of checkSettings(), each mapping's once. It is an analysis of a module: the passes
/// of one run share it, so that --quantir-prepare does not repeat what --quantir-set-config said.
/// A module past the float stage is not checked: what a setting was for may be folded away.
class SettingsCheck {
public:
  explicit SettingsCheck(mlir::Operation *module) : module(llvm::cast<mlir::ModuleOp>(module)) {}

  /// Checks a mapping or an equalization of the module; null is none. The warnings are at `loc`,
  /// with the places in `paths`. Fails as checkSettings() does.
  mlir::LogicalResult check(QConfigMappingAttr mapping, mlir::Location loc,
                            const SettingPaths *paths = nullptr);

  /// Checks the mappings that functions have of their own, in these functions; the warnings are at
  /// the functions.
  mlir::LogicalResult checkFunctions();

  bool isInvalidated(const mlir::AnalysisManager::PreservedAnalyses &) const { return false; }

private:
  bool isDue(QConfigMappingAttr mapping);

  mlir::ModuleOp module;
  llvm::DenseSet<mlir::Attribute> checked;
};

/// setSettings(), with the warnings that `check` has not given yet.
mlir::LogicalResult setSettings(mlir::ModuleOp module, const SettingsRequest &request,
                                SettingsCheck &check);

} // namespace quantir

#endif // QUANTIR_CONFIG_CHECKSETTINGS_H
