//===- BackendConfig.h - What backends can run, as data ---------*- C++ -*-===//
//
// Backend configs are JSON: those that are built in are files in lib/Config/backends. This header gives their attribute form,
// and the patterns of a config ready to be matched. docs/QuantizationSpec.md describes the JSON.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_CONFIG_BACKENDCONFIG_H
#define QUANTIR_CONFIG_BACKENDCONFIG_H

#include "quantir/Config/JsonReader.h"
#include "quantir/dialects/Quantir/Pattern.h"
#include "quantir/dialects/Quantir/Quantir.h"

#include "mlir/IR/BuiltinOps.h"

namespace quantir {

/// The JSON form of a backend config: the name of one that is built in, or an object.
mlir::FailureOr<BackendConfigAttr> readBackendConfig(JsonReader reader);
nlohmann::json toJson(BackendConfigAttr config);

/// The names of the built-in backend configs.
llvm::ArrayRef<llvm::StringRef> builtinBackendConfigNames();

/// The config with its patterns written out: itself if it has any, else the built-in one of its name.
mlir::FailureOr<BackendConfigAttr> resolveBackendConfig(BackendConfigAttr config, mlir::Location loc);

/// The patterns of a backend config, parsed.
class BackendPatterns {
public:
  struct Entry {
    BackendPatternAttr attr;
    OpPattern tree;
  };

  explicit BackendPatterns(BackendConfigAttr resolved);

  llvm::StringRef name() const { return config.getName(); }

  /// Those of more than one op, the one with the most ops first, else in the config's order.
  llvm::ArrayRef<Entry> multiOpPatterns() const { return multiOp; }

  /// The pattern that `op` is a match of: by name for a quantir.fused, else the one of this single op. Null if none.
  const Entry *find(mlir::Operation *op) const;

private:
  BackendConfigAttr config;
  llvm::SmallVector<Entry> multiOp;
  llvm::SmallVector<Entry> singleOp;
};

/// The patterns of the module's `quantir.backend_config`, or of the built-in config `fallback` if the module has none.
/// A failure has been reported.
mlir::FailureOr<BackendPatterns> getBackendPatterns(mlir::ModuleOp module, llvm::StringRef fallback);

} // namespace quantir

#endif // QUANTIR_CONFIG_BACKENDCONFIG_H
