//===- Settings.h - How a module is to be quantized -------------*- C++ -*-===//
//
// What `quantir.settings` of a module and of its functions says, ready to be asked. A pass gets it
// by getAnalysis<Settings>(), which all passes of one run share: each backend config is read, its
// patterns parsed and a mapping's regular expressions compiled once, when first asked for.
//
//   setSettings(module, {...})  or  --quantir-set-config   writes the attribute
//   getAnalysis<Settings>()                                reads it
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_CONFIG_SETTINGS_H
#define QUANTIR_CONFIG_SETTINGS_H

#include "quantir/Config/BackendConfig.h"
#include "quantir/Config/QConfig.h"

#include "mlir/Interfaces/FunctionInterfaces.h"
#include "mlir/Pass/AnalysisManager.h"

#include <mutex>
#include <optional>
#include <string>

namespace quantir {

/// The backend config that holds where nothing names one: which ops are quantized how.
inline constexpr llvm::StringLiteral defaultBackendConfig = "quantir";

/// The backend whose kernels execute a model where nothing names one.
inline constexpr llvm::StringLiteral defaultBackend = "onednn";

/// What somebody asks for. What is left out keeps what the module says, and then the defaults.
struct SettingsRequest {
  /// A JSON file: a mapping, or an object with `qconfig_mapping`, `backend_config` and more
  /// (docs/CommandLine.md). Empty: none.
  std::string file;
  /// The name of a built-in mapping, or PyTorch's call that makes one. Empty: none.
  std::string mapping;
  /// The name of a built-in backend config. An empty name is an error.
  std::optional<std::string> backendConfig;
  /// Whose kernels execute the model. Empty: nobody asks.
  std::string backend;
};

/// Writes `quantir.settings` of `module`, all of it, and the custom configs of the file. A failure,
/// which has been reported, is a file that cannot be read, a name that there is not, or two
/// parts of the request that contradict each other. A setting of a mapping that no op of the model
/// matches is a warning that names the nearest ones that would.
mlir::LogicalResult setSettings(mlir::ModuleOp module, const SettingsRequest &request);

/// Writes the backend alone.
void setBackend(mlir::ModuleOp module, llvm::StringRef backend);

/// An analysis of a module. It asks the attributes each time, and keeps what it made of them by
/// their value, so nothing that a pass changes makes it wrong. Passes over functions may ask one
/// at the same time.
class Settings {
public:
  /// A function that is in no module stands for one.
  explicit Settings(mlir::Operation *module) : module(module) {}

  /// Quantir's default, where the module has none.
  QConfigMappingAttr mapping() const;
  /// The mapping that holds in a function: its own, or the module's.
  QConfigMappingAttr mappingOf(mlir::FunctionOpInterface function) const;
  /// One of them, ready to be asked for many ops. It lives as long as the settings.
  const QConfigResolver &resolver(QConfigMappingAttr mapping);

  /// What is to be equalized; null: nothing.
  QConfigMappingAttr equalization() const;

  /// The patterns of the module's backend config, or of the one that holds in a function: its own,
  /// or the module's. A failure, a name that no built-in config has, has been reported.
  mlir::FailureOr<const BackendPatterns *> patterns();
  mlir::FailureOr<const BackendPatterns *> patternsOf(mlir::FunctionOpInterface function);

  /// The rules of these.
  mlir::FailureOr<QuantizationRules> rules();
  mlir::FailureOr<QuantizationRules> rulesOf(mlir::FunctionOpInterface function);

  /// Whose kernels execute the model; empty if the module does not say.
  llvm::StringRef backend() const;

  bool isInvalidated(const mlir::AnalysisManager::PreservedAnalyses &) const { return false; }

private:
  mlir::FailureOr<const BackendPatterns *> patternsOf(BackendConfigAttr config, mlir::Location loc);

  mlir::Operation *module;
  std::mutex mutex; ///< of the maps
  llvm::DenseMap<mlir::Attribute, std::unique_ptr<QConfigResolver>> resolvers;
  llvm::DenseMap<mlir::Attribute, std::unique_ptr<BackendPatterns>> backends;
};

} // namespace quantir

#endif // QUANTIR_CONFIG_SETTINGS_H
