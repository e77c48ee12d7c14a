//===- Config.cpp - The configuration file of a quantization --------------===//

#include "Config.h"

#include "quantir/Config/BackendConfig.h"
#include "quantir/Config/CustomConfig.h"
#include "quantir/Config/QConfig.h"
#include "runtime/data/Files.h"

#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace quantir;

namespace {

/// The mapping and the backend config of a configuration file; null where the file does not say.
struct Configuration {
  QConfigMappingAttr mapping;
  SettingPaths settings; ///< where those of the mapping stand in the file
  BackendConfigAttr backend;
};

/// Reads the file at `path`; its custom configs become attributes of `module` at once.
FailureOr<Configuration> readConfiguration(const std::string &path, ModuleOp module, Location loc) {
  runtime::Result<runtime::Bytes> bytes = runtime::readFile(path);
  if (!bytes)
    return emitError(UnknownLoc::get(loc.getContext())) << bytes.message();
  FailureOr<nlohmann::json> json = parseJson({bytes->text().data(), bytes->size()}, loc);
  if (failed(json))
    return failure();
  JsonReader reader(*json, loc);
  Configuration configuration;
  constexpr StringRef parts[] = {"qconfig_mapping", "backend_config", "prepare_custom_config",
                                 "convert_custom_config", "fuse_custom_config"};
  bool hasParts = json->is_object() && llvm::any_of(parts, [&](StringRef part) {
                    return json->contains(part.str());
                  });
  if (!hasParts) {
    FailureOr<QConfigMappingAttr> mapping =
        readQConfigMappingAndPaths(reader, configuration.settings);
    if (failed(mapping))
      return failure();
    configuration.mapping = *mapping;
    return configuration;
  }
  if (failed(reader.expectObject(parts)) || failed(readCustomConfigs(reader, module)))
    return failure();
  if (std::optional<JsonReader> member = reader.member("qconfig_mapping")) {
    FailureOr<QConfigMappingAttr> mapping =
        readQConfigMappingAndPaths(*member, configuration.settings);
    if (failed(mapping))
      return failure();
    configuration.mapping = *mapping;
  }
  if (std::optional<JsonReader> member = reader.member("backend_config")) {
    FailureOr<BackendConfigAttr> backend = readBackendConfig(*member);
    if (failed(backend))
      return failure();
    configuration.backend = *backend;
  }
  return configuration;
}

DenseF32ArrayAttr floatsAttr(MLIRContext *context, ArrayRef<float> values) {
  return DenseF32ArrayAttr::get(context, values);
}

} // namespace

LogicalResult quantir::configure(ModuleOp module, const std::string &path,
                                 const std::string &backend) {
  MLIRContext *context = module.getContext();
  Configuration configuration;
  if (!path.empty()) {
    Location loc = FileLineColLoc::get(context, path, 0, 0);
    FailureOr<Configuration> read = readConfiguration(path, module, loc);
    if (failed(read) || (read->mapping &&
                         failed(checkSettings(read->mapping, module, loc, &read->settings))))
      return failure();
    configuration = *std::move(read);
  }
  // What the file does not say, the module may; then the defaults hold.
  StringRef mappingName = QuantirDialect::qconfigMappingAttrName;
  if (configuration.mapping)
    module->setAttr(mappingName, configuration.mapping);
  else if (auto given = module->getAttrOfType<QConfigMappingAttr>(mappingName)) {
    if (failed(checkSettings(given, module, module.getLoc())))
      return failure();
  } else
    module->setAttr(mappingName, getDefaultQConfigMapping(context));

  StringRef backendName = QuantirDialect::backendConfigAttrName;
  if (configuration.backend)
    module->setAttr(backendName, configuration.backend);
  else if (!module->hasAttr(backendName))
    module->setAttr(backendName, BackendConfigAttr::get(context, backend, {}));
  auto chosen = module->getAttrOfType<BackendConfigAttr>(backendName);
  return success(succeeded(resolveBackendConfig(chosen, UnknownLoc::get(context))));
}

void quantir::setPreprocessing(ModuleOp module, const runtime::Preprocessing &preprocessing) {
  Builder builder(module.getContext());
  module->setAttr(
      QuantirDialect::preprocessingAttrName,
      builder.getDictionaryAttr(
          {builder.getNamedAttr("mean", floatsAttr(module.getContext(), preprocessing.mean)),
           builder.getNamedAttr("std", floatsAttr(module.getContext(), preprocessing.std))}));
}

std::optional<runtime::Preprocessing> quantir::getPreprocessing(ModuleOp module) {
  auto dictionary = module->getAttrOfType<DictionaryAttr>(QuantirDialect::preprocessingAttrName);
  if (!dictionary)
    return std::nullopt;
  auto mean = dictionary.getAs<DenseF32ArrayAttr>("mean");
  auto std = dictionary.getAs<DenseF32ArrayAttr>("std");
  if (!mean || !std)
    return std::nullopt;
  return runtime::Preprocessing{{mean.asArrayRef().begin(), mean.asArrayRef().end()},
                                {std.asArrayRef().begin(), std.asArrayRef().end()}};
}
