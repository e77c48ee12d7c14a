//===- ConfigFile.cpp - Configuration files as settings of a module --------===//

#include "quantir/Base/Files.h"
#include "quantir/Base/Text.h"
#include "quantir/Config/CheckSettings.h"
#include "quantir/Config/CustomConfig.h"
#include "quantir/Support/StatusDiagnostics.h"
#include "quantir/Vocabulary/ObjectTypes.h"
#include "quantir/Vocabulary/OnnxOperators.h"
#include "quantir/dialects/Interfaces/QuantizableOpInterface.h"
#include "quantir/dialects/NN/NN.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringMap.h"

using namespace mlir;
using namespace quantir;

namespace {

/// What a configuration file says of mappings and backend config; null where it says nothing.
struct Configuration {
  QConfigMappingAttr mapping;
  SettingPaths settings; ///< where those of the mapping stand in the file
  QConfigMappingAttr equalization;
  SettingPaths equalizationSettings;
  BackendConfigAttr backend;
};

/// Quantir's name of the key, and PyTorch's of the argument of prepare_fx.
constexpr StringLiteral equalizationKeys[] = {"equalization_config", "_equalization_config"};

LogicalResult unknownNode(JsonReader reader, StringRef name, ArrayRef<std::string> nodes) {
  std::vector<std::string_view> near = nearestFirst(name, nodes);
  near.resize(std::min<size_t>(near.size(), 5));
  return reader.error() << "the model has no node '" << name
                        << "'; those with the nearest names are " << listNames(near);
}

/// Gives ops the names of PyTorch that the model's file cannot tell, such as a method's: an object
/// with the nodes' names as keys.
LogicalResult readTargets(JsonReader reader, ModuleOp module) {
  if (!reader.json().is_object())
    return reader.error() << "expected an object of node names and PyTorch's names, but got "
                          << reader.json().type_name();
  std::vector<std::string> nodes;
  llvm::StringMap<SmallVector<Operation *, 1>> ops;
  module.walk([&](QuantizableOpInterface op) {
    auto name = dyn_cast<NameLoc>(op->getLoc());
    if (!name)
      return;
    SmallVector<Operation *, 1> &ofNode = ops[name.getName().getValue()];
    if (ofNode.empty())
      nodes.push_back(name.getName().str());
    ofNode.push_back(op);
  });
  std::vector<StringRef> known = allObjectTypes();
  for (auto it = reader.json().begin(); it != reader.json().end(); ++it) {
    JsonReader member = *reader.member(it.key());
    FailureOr<std::string> target = member.string();
    if (failed(target))
      return failure();
    std::string type = canonicalObjectType(*target);
    if (type.empty()) {
      InFlightDiagnostic diagnostic = member.error()
                                      << "PyTorch has no function or method '" << *target << "'";
      if (std::string onnx = explainOnnxOperator(*target); !onnx.empty())
        diagnostic << "; " << onnx;
      else
        diagnostic << didYouMean(*target, known);
      return diagnostic;
    }
    auto found = ops.find(it.key());
    if (found == ops.end())
      return unknownNode(reader, it.key(), nodes);
    for (Operation *op : found->second)
      op->setDiscardableAttr(nn::targetAttrName, StringAttr::get(module.getContext(), type));
  }
  return success();
}

/// Reads the file at `path`; its custom configs become attributes of `module` at once.
FailureOr<Configuration> readConfiguration(const std::string &path, ModuleOp module, Location loc) {
  Result<Bytes> bytes = readFile(path);
  if (!bytes)
    return emitStatus(UnknownLoc::get(loc.getContext()), bytes.status());
  FailureOr<nlohmann::json> json = parseJson(bytes->text(), loc);
  if (failed(json))
    return failure();
  JsonReader reader(*json, loc);
  Configuration configuration;
  constexpr StringRef parts[] = {
      "qconfig_mapping",    "backend_config", "prepare_custom_config", "convert_custom_config",
      "fuse_custom_config", "targets",        equalizationKeys[0],     equalizationKeys[1]};
  // A mapping may be all of the file.
  SmallVector<StringRef> keysOfMapping = qconfigMappingKeys();
  if (json->is_string() || llvm::any_of(keysOfMapping, [&](StringRef key) {
        return json->is_object() && json->contains(key.str());
      })) {
    FailureOr<QConfigMappingAttr> mapping =
        readQConfigMappingAndPaths(reader, configuration.settings);
    if (failed(mapping))
      return failure();
    configuration.mapping = *mapping;
    return configuration;
  }
  SmallVector<StringRef> keys(std::begin(parts), std::end(parts));
  llvm::append_range(keys, keysOfMapping);
  if (failed(reader.expectObject(keys)) || failed(readCustomConfigs(reader, module)))
    return failure();
  if (std::optional<JsonReader> member = reader.member("targets"))
    if (failed(readTargets(*member, module)))
      return failure();
  if (std::optional<JsonReader> member = reader.member("qconfig_mapping")) {
    FailureOr<QConfigMappingAttr> mapping =
        readQConfigMappingAndPaths(*member, configuration.settings);
    if (failed(mapping))
      return failure();
    configuration.mapping = *mapping;
  }
  for (StringRef key : equalizationKeys) {
    std::optional<JsonReader> member = reader.member(key);
    if (!member)
      continue;
    if (configuration.equalization)
      return member->error() << "'" << equalizationKeys[0] << "' is given, too; leave one out";
    FailureOr<QConfigMappingAttr> equalization =
        readEqualizationConfig(*member, configuration.equalizationSettings);
    if (failed(equalization))
      return failure();
    configuration.equalization = *equalization;
  }
  if (std::optional<JsonReader> member = reader.member("backend_config")) {
    FailureOr<BackendConfigAttr> backend = readBackendConfig(*member);
    if (failed(backend))
      return failure();
    configuration.backend = *backend;
  }
  return configuration;
}

} // namespace

/// The mapping that a request names, after that of its file; null if neither has one.
static FailureOr<QConfigMappingAttr> mappingAskedFor(const SettingsRequest &request,
                                                     QConfigMappingAttr ofFile, Location loc) {
  if (request.mapping.empty())
    return ofFile;
  const nlohmann::json name = request.mapping;
  FailureOr<QConfigMappingAttr> named = readQConfigMapping(JsonReader(name, loc));
  if (succeeded(named) && ofFile && ofFile != *named)
    return emitError(loc) << "the qconfig mapping '" << request.mapping << "' contradicts that of '"
                          << request.file << "'; leave one of them out";
  return named;
}

/// The same of the backend config.
static FailureOr<BackendConfigAttr> backendConfigAskedFor(const SettingsRequest &request,
                                                          BackendConfigAttr ofFile, Location loc) {
  if (!request.backendConfig)
    return ofFile;
  StringRef name = *request.backendConfig;
  auto named = BackendConfigAttr::getChecked([&] { return emitError(loc); }, loc.getContext(), name,
                                             ArrayRef<BackendPatternAttr>());
  if (!named)
    return failure();
  if (ofFile && ofFile != named && ofFile.getName() == name)
    return emitError(loc) << "backend_config of '" << request.file
                          << "' has changes of its own to the backend config '" << name
                          << "'; leave the name out, or the changes";
  if (ofFile && ofFile != named)
    return emitError(loc) << "the backend config '" << name << "' contradicts backend_config of '"
                          << request.file << "', which is '" << ofFile.getName()
                          << "'; leave one of them out";
  return named;
}

LogicalResult quantir::setSettings(ModuleOp module, const SettingsRequest &request) {
  SettingsCheck check(module);
  return setSettings(module, request, check);
}

LogicalResult quantir::setSettings(ModuleOp module, const SettingsRequest &request,
                                   SettingsCheck &check) {
  MLIRContext *context = module.getContext();
  context->getOrLoadDialect<QuantirDialect>();
  Location unknown = UnknownLoc::get(context);
  Configuration configuration;
  if (!request.file.empty()) {
    Location loc = FileLineColLoc::get(context, request.file, 0, 0);
    FailureOr<Configuration> read = readConfiguration(request.file, module, loc);
    if (failed(read) || failed(check.check(read->mapping, loc, &read->settings)) ||
        failed(check.check(read->equalization, loc, &read->equalizationSettings)))
      return failure();
    configuration = *std::move(read);
  }
  const SettingsAttr given = SettingsAttr::of(module);
  FailureOr<QConfigMappingAttr> mapping = mappingAskedFor(request, configuration.mapping, unknown);
  FailureOr<BackendConfigAttr> backendConfig =
      backendConfigAskedFor(request, configuration.backend, unknown);
  if (failed(mapping) || failed(backendConfig))
    return failure();
  if (!*mapping)
    mapping = given.getMapping();
  if (!*backendConfig)
    backendConfig = given.getBackendConfig();
  const QConfigMappingAttr equalization =
      configuration.equalization ? configuration.equalization : given.getEqualization();
  // Those of the file are checked already, with their places there.
  for (QConfigMappingAttr ofModule : {*mapping, equalization})
    if (failed(check.check(ofModule, module.getLoc())))
      return failure();
  if (!*mapping)
    mapping = getDefaultQConfigMapping(context);
  if (!*backendConfig)
    backendConfig = BackendConfigAttr::get(context, defaultBackendConfig, {});
  StringAttr backend = given.getBackend();
  if (!request.backend.empty())
    backend = StringAttr::get(context, request.backend);
  else if (!backend) // that of kernels, whose dialect is above this library
    backend = module->getAttrOfType<StringAttr>("kernel.backend");
  if (!backend)
    backend = StringAttr::get(context, defaultBackend);
  module->setAttr(QuantirDialect::settingsAttrName,
                  SettingsAttr::get(context, *mapping, *backendConfig, equalization, backend));
  if (failed(check.checkFunctions()))
    return failure();
  return success(succeeded(resolveBackendConfig(*backendConfig, unknown)));
}

void quantir::setBackend(ModuleOp module, StringRef backend) {
  MLIRContext *context = module.getContext();
  context->getOrLoadDialect<QuantirDialect>();
  const SettingsAttr given = SettingsAttr::of(module);
  module->setAttr(QuantirDialect::settingsAttrName,
                  SettingsAttr::get(context, given.getMapping(), given.getBackendConfig(),
                                    given.getEqualization(), StringAttr::get(context, backend)));
}
