//===- Config.cpp - The configuration file of a quantization --------------===//

#include "Config.h"

#include "quantir/Config/BackendConfig.h"
#include "quantir/Config/CustomConfig.h"
#include "quantir/Config/QConfig.h"
#include "quantir/dialects/Interfaces/QuantizableOpInterface.h"
#include "quantir/dialects/NN/NN.h"
#include "runtime/data/Files.h"
#include "runtime/data/Suggest.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace quantir;

namespace {

/// What a configuration can name in a model.
struct ModelNames {
  std::vector<std::string> objectTypes; ///< "nn.conv"
  std::vector<std::string> modulePaths; ///< "layer1.0.conv1", and what encloses it

  explicit ModelNames(ModuleOp module) {
    module.walk([&](QuantizableOpInterface op) {
      insertOnce(objectTypes, op->getName().getStringRef());
      auto attr = op->getAttrOfType<StringAttr>(nn::pathAttrName);
      for (StringRef path = attr ? attr.getValue() : ""; !path.empty(); path = parentModule(path))
        insertOnce(modulePaths, path);
    });
  }

private:
  static void insertOnce(std::vector<std::string> &names, StringRef name) {
    if (!llvm::is_contained(names, name))
      names.push_back(name.str());
  }
};

/// An error for a setting that fits nothing in the model.
LogicalResult unknownName(Location loc, StringRef level, StringRef what, StringRef name,
                          ArrayRef<std::string> known) {
  InFlightDiagnostic diagnostic = emitError(loc)
                                  << level << ": the model has no " << what << " '" << name << "'";
  if (known.empty())
    return diagnostic << "; it names none at all";
  std::vector<std::string> nearest = runtime::nearestFirst(name, {known.data(), known.size()});
  constexpr size_t most = 5;
  size_t others = nearest.size() > most ? nearest.size() - most : 0;
  nearest.resize(nearest.size() - others);
  diagnostic << "; it has " << runtime::listNames(nearest);
  if (others > 0)
    diagnostic << " (nearest first) and " << others << " more";
  return diagnostic;
}

/// Fails for settings that fit nothing: most likely they are misspelt, and would silently do
/// nothing.
LogicalResult checkNames(QConfigMappingAttr mapping, ModuleOp module, Location loc) {
  ModelNames names(module);
  ArrayRef<std::string> types = names.objectTypes, paths = names.modulePaths;
  for (QConfigRuleAttr rule : mapping.getObjectType()) {
    StringRef type = rule.getKey();
    if (llvm::is_contained(types, type))
      continue;
    // Types that exist, but not in this model, are no mistake: one file may serve many models.
    if (RegisteredOperationName::lookup(type, module.getContext()))
      continue;
    if (failed(unknownName(loc, "object_type", "op of type", type, types)))
      return failure();
  }
  for (QConfigRuleAttr rule : mapping.getModuleName()) {
    if (!llvm::is_contained(paths, rule.getKey()) &&
        failed(unknownName(loc, "module_name", "module", rule.getKey(), paths)))
      return failure();
  }
  for (QConfigRuleAttr rule : mapping.getModuleNameObjectTypeOrder()) {
    if (!rule.getKey().empty() && !llvm::is_contained(paths, rule.getKey()) &&
        failed(unknownName(loc, "module_name_object_type_order", "module", rule.getKey(), paths)))
      return failure();
    if (!llvm::is_contained(types, rule.getObjectType()) &&
        failed(unknownName(loc, "module_name_object_type_order", "op of type", rule.getObjectType(),
                           types)))
      return failure();
  }
  return success();
}

/// The mapping and the backend config of a configuration file; null where the file does not say.
struct Configuration {
  QConfigMappingAttr mapping;
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
    FailureOr<QConfigMappingAttr> mapping = readQConfigMapping(reader);
    if (failed(mapping))
      return failure();
    configuration.mapping = *mapping;
    return configuration;
  }
  if (failed(reader.expectObject(parts)) || failed(readCustomConfigs(reader, module)))
    return failure();
  if (std::optional<JsonReader> member = reader.member("qconfig_mapping")) {
    FailureOr<QConfigMappingAttr> mapping = readQConfigMapping(*member);
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
    if (failed(read) || (read->mapping && failed(checkNames(read->mapping, module, loc))))
      return failure();
    configuration = *read;
  }
  // What the file does not say, the module may; then the defaults hold.
  StringRef mappingName = QuantirDialect::qconfigMappingAttrName;
  if (configuration.mapping)
    module->setAttr(mappingName, configuration.mapping);
  else if (!module->hasAttr(mappingName))
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
