//===- BackendConfigParts.h - The JSON of a backend config's parts --------*- C++ -*-===//
//
// For the sources of QuantirConfig only. Every reader reports what it refuses.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_CONFIG_BACKENDCONFIGPARTS_H
#define QUANTIR_CONFIG_BACKENDCONFIGPARTS_H

#include "quantir/Config/BackendConfig.h"

#include "llvm/ADT/StringMap.h"

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

/// What `dtype_configs` of a config gives names to.
using NamedDTypeConfigs = llvm::StringMap<DTypeConfigAttr>;

/// Reads the member `dtype_configs` of a config, if it has one.
mlir::LogicalResult readNamedDTypeConfigs(JsonReader reader, NamedDTypeConfigs &named);
/// A dtype config, or the name of one.
mlir::FailureOr<DTypeConfigAttr> readDTypeConfig(JsonReader reader, const NamedDTypeConfigs &named);
nlohmann::json toJson(DTypeConfigAttr config);

/// Appends the patterns of an entry: one, or, with `for`, one for each text that takes the place of
/// "{}".
mlir::LogicalResult readPatterns(JsonReader reader, const NamedDTypeConfigs &named,
                                 llvm::SmallVectorImpl<BackendPatternAttr> &patterns);
nlohmann::json toJson(BackendPatternAttr pattern);

} // namespace quantir::backend_json

#endif // QUANTIR_CONFIG_BACKENDCONFIGPARTS_H
