//===- BackendConfigParts.h - The JSON of a backend config's parts --------*- C++ -*-===//
//
// For the sources of QuantirConfig only. Every reader reports what it refuses.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_CONFIG_BACKENDCONFIGPARTS_H
#define QUANTIR_CONFIG_BACKENDCONFIGPARTS_H

#include "quantir/Config/BackendConfig.h"

#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSet.h"

namespace quantir::backend_json {

/// Reads the member `key` with `read`; without it, `target` stays as it is.
template <typename T>
mlir::LogicalResult readMember(JsonReader reader, llvm::StringRef key, T &target,
                               llvm::function_ref<mlir::FailureOr<T>(JsonReader)> read) {
  std::optional<JsonReader> member = reader.member(key);
  if (!member)
    return mlir::success();
  mlir::FailureOr<T> value = read(*member);
  if (failed(value))
    return mlir::failure();
  target = *value;
  return mlir::success();
}

mlir::LogicalResult readText(JsonReader reader, llvm::StringRef key, std::string &target);
mlir::LogicalResult readInteger(JsonReader reader, llvm::StringRef key,
                                std::optional<int64_t> &target);

/// "no built-in backend config is called 'x'; expected one of ...".
std::string unknownBuiltin(llvm::StringRef name);

//===----------------------------------------------------------------------===//
// Dtype configs
//===----------------------------------------------------------------------===//

/// What `dtype_configs` gives names to: dtype configs, and lists of them. A config has those of its
/// base, and may give a name another meaning, which then holds in the base's patterns, too.
class NamedDTypeConfigs {
public:
  /// Adds what the member `dtype_configs` of a config says, if it has one.
  mlir::LogicalResult add(JsonReader config);

  /// Reads all that was added.
  mlir::LogicalResult read();

  /// Appends an element of a list of dtype configs: one that is written out, or what its name
  /// stands for.
  mlir::LogicalResult append(JsonReader element,
                             llvm::SmallVectorImpl<DTypeConfigAttr> &dtypes) const;

  /// Fails if `config` gives a name to something that no pattern uses.
  mlir::LogicalResult checkUsed(JsonReader config) const;

private:
  mlir::FailureOr<llvm::SmallVector<DTypeConfigAttr>> readList(JsonReader list) const;

  llvm::StringMap<JsonReader> readers;
  llvm::StringMap<llvm::SmallVector<DTypeConfigAttr>> configs;
  mutable llvm::StringSet<> used;
};

nlohmann::json toJson(DTypeConfigAttr config);

//===----------------------------------------------------------------------===//
// Patterns
//===----------------------------------------------------------------------===//

/// The pattern of an entry of `patterns`, as text.
mlir::FailureOr<std::string> readPatternOf(JsonReader entry);

/// Appends the patterns of an entry: one, or, with `for`, one for each text that takes the place of
/// "{}".
mlir::LogicalResult readPatterns(JsonReader reader, const NamedDTypeConfigs &named,
                                 llvm::SmallVectorImpl<BackendPatternAttr> &patterns);
nlohmann::json toJson(BackendPatternAttr pattern);

//===----------------------------------------------------------------------===//
// Inheritance
//===----------------------------------------------------------------------===//

/// What `rules` of a config says.
struct RulesEntry {
  std::optional<Rules> family;
  llvm::SmallVector<std::pair<Rule, bool>> overrides; ///< a later one holds
};

/// Reads `rules` of a config over those of its base: naming a family sets all of them anew.
mlir::LogicalResult readRules(JsonReader reader, RulesEntry &rules);

/// What the keys of a config say, with what it has from its base.
struct ConfigContent {
  std::string name;
  bool hasBase = false;
  RulesEntry rules;
  NamedDTypeConfigs dtypes;
  llvm::SmallVector<JsonReader> entries; ///< of `patterns`
};

/// The JSON of the configs that may be a base; null for a name that there is not.
using FindBackendConfig = llvm::function_ref<const nlohmann::json *(llvm::StringRef)>;

mlir::FailureOr<ConfigContent> readContent(JsonReader reader, FindBackendConfig find);

/// The JSON of a built-in config; null for another name.
const nlohmann::json *findBuiltinJson(llvm::StringRef name);

/// `readBackendConfig`, with others than the built-in configs to inherit from.
mlir::FailureOr<BackendConfigAttr> readBackendConfig(JsonReader reader, FindBackendConfig find);

} // namespace quantir::backend_json

#endif // QUANTIR_CONFIG_BACKENDCONFIGPARTS_H
