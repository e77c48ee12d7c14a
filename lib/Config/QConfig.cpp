//===- QConfig.cpp - QConfig and QConfigMapping as JSON -------------------===//

#include "quantir/Config/QConfig.h"

#include "quantir/Serialization/ObserverJson.h"
#include "quantir/Vocabulary/Builtins.h"
#include "quantir/Vocabulary/PyTorchText.h"
#include "quantir/Vocabulary/PythonRegex.h"

#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace quantir;

using Json = nlohmann::json;

namespace {

/// The settings of a mapping while it is read.
struct MappingBuilder {
  FailureOr<QConfigAttr> (*readSetting)(JsonReader) = readQConfig; ///< what a key is set to
  QConfigAttr global;
  std::array<SmallVector<QConfigRuleAttr>, mappingLevels.size()> rules;
  SettingPaths paths;
  std::array<llvm::StringMap<size_t>, mappingLevels.size()> indices; ///< in `rules`, by their keys

  /// A later setting for the same key takes the place of the earlier, as in PyTorch's dictionaries.
  void set(MappingLevel level, QConfigRuleAttr rule, StringRef path) {
    auto &list = rules[size_t(level)];
    auto &places = paths[size_t(level)];
    std::string key =
        (rule.getKey() + "\n" + rule.getObjectType() + "\n" + Twine(rule.getIndex())).str();
    auto [known, isNew] = indices[size_t(level)].try_emplace(key, list.size());
    if (isNew) {
      list.push_back(rule);
      places.push_back(path.str());
      return;
    }
    list[known->getValue()] = rule;
    places[known->getValue()] = path.str();
  }

  /// Nothing so far is the user's own setting.
  void forgetPaths() {
    for (std::vector<std::string> &list : paths)
      list.assign(list.size(), "");
  }

  /// The mapping, and in `places` where its settings stand.
  FailureOr<QConfigMappingAttr> finish(JsonReader reader, SettingPaths &places) {
    auto attr = QConfigMappingAttr::getChecked(
        [&] { return reader.error(); }, reader.location()->getContext(), global, ArrayRef(rules[0]),
        ArrayRef(rules[1]), ArrayRef(rules[2]), ArrayRef(rules[3]));
    if (!attr)
      return failure();
    places = std::move(paths);
    return attr;
  }
};

Location builtinLocation(MLIRContext *context) {
  return NameLoc::get(StringAttr::get(context, "built-in qconfigs"));
}

//===----------------------------------------------------------------------===//
// Settings
//===----------------------------------------------------------------------===//

/// Any module has a name; a list level's keys have to be possible besides.
FailureOr<std::string> readKey(JsonReader reader, MappingLevel level) {
  if (level == MappingLevel::ObjectType)
    return readObjectType(reader);
  FailureOr<std::string> key = reader.string();
  std::string error;
  if (succeeded(key) && level == MappingLevel::ModuleNameRegex &&
      !PythonRegex::compile(*key, error))
    return reader.error() << "expected a regular expression, but got '" << *key << "': " << error;
  return key;
}

/// One entry of a list of settings: [key, qconfig], or [module, object type, index, qconfig].
FailureOr<QConfigRuleAttr> readRule(JsonReader reader, MappingLevel level,
                                    const MappingBuilder &mapping) {
  bool withOrder = level == MappingLevel::ModuleNameObjectTypeOrder;
  if (failed(reader.expectArray(withOrder ? 4 : 2)))
    return failure();
  FailureOr<std::string> key = readKey(reader.element(0), level);
  if (failed(key))
    return failure();
  std::string objectType;
  int64_t index = 0;
  if (withOrder) {
    FailureOr<std::string> type = readObjectType(reader.element(1));
    FailureOr<int64_t> number = reader.element(2).integer();
    if (failed(type) || failed(number))
      return failure();
    objectType = *type;
    index = *number;
  }
  FailureOr<QConfigAttr> qconfig = mapping.readSetting(reader.element(withOrder ? 3 : 1));
  if (failed(qconfig))
    return failure();
  auto attr =
      QConfigRuleAttr::getChecked([&] { return reader.error(); }, reader.location()->getContext(),
                                  StringRef(*key), StringRef(objectType), index, *qconfig);
  if (!attr)
    return failure();
  return attr;
}

Json toJson(QConfigRuleAttr rule) {
  Json entry = Json::array({rule.getKey().str()});
  if (!rule.getObjectType().empty()) {
    entry.push_back(rule.getObjectType().str());
    entry.push_back(rule.getIndex());
  }
  entry.push_back(rule.getQconfig() ? toJson(rule.getQconfig()) : Json());
  return entry;
}

//===----------------------------------------------------------------------===//
// Mappings
//===----------------------------------------------------------------------===//

LogicalResult readMapping(JsonReader reader, MappingBuilder &mapping);

/// The levels of PyTorch's dictionary form.
LogicalResult readLevels(JsonReader reader, MappingBuilder &mapping) {
  for (StringRef key : {"", "global"}) { // PyTorch's dictionary has "".
    if (!reader.json().contains(key.str()))
      continue;
    std::optional<JsonReader> member = reader.member(key);
    FailureOr<QConfigAttr> qconfig = member ? mapping.readSetting(*member) : QConfigAttr();
    if (failed(qconfig))
      return failure();
    mapping.global = *qconfig;
  }
  for (MappingLevel level : mappingLevels) {
    std::optional<JsonReader> member = reader.member(stringify(level));
    if (!member)
      continue;
    if (failed(member->expectArray()))
      return failure();
    for (size_t i = 0, e = member->json().size(); i < e; ++i) {
      FailureOr<QConfigRuleAttr> rule = readRule(member->element(i), level, mapping);
      if (failed(rule))
        return failure();
      mapping.set(level, *rule, member->element(i).path());
    }
  }
  return success();
}

/// {"default_mapping_of": qconfig, "backend": "x86", "qat": false}.
LogicalResult readDefaultMappingOf(JsonReader reader, MappingBuilder &mapping) {
  if (failed(reader.expectObject({"default_mapping_of", "backend", "qat"})))
    return failure();
  std::optional<JsonReader> member = reader.member("default_mapping_of");
  FailureOr<QConfigAttr> global = member ? readQConfig(*member) : QConfigAttr();
  std::optional<JsonReader> backend = reader.member("backend"), qat = reader.member("qat");
  FailureOr<std::string> name = backend ? backend->string() : std::string("x86");
  FailureOr<bool> isQat = qat ? qat->boolean() : false;
  if (failed(global) || failed(name) || failed(isQat))
    return failure();
  if (!findBackendQConfig(*isQat, *name, 0))
    return backend->expected("one of \"x86\", \"fbgemm\", \"onednn\", \"qnnpack\"");
  Json json = makeDefaultMapping(*global ? toJson(*global) : Json(), *isQat, *name,
                                 /*keepGlobal=*/true);
  if (failed(readLevels(reader.withValue(json), mapping)))
    return failure();
  mapping.forgetPaths();
  return success();
}

/// What a mapping builds on.
LogicalResult readBase(JsonReader reader, MappingBuilder &mapping) {
  if (!reader.isString() && !reader.json().contains("default_mapping_of"))
    return reader.expected("the name of a mapping or an object with 'default_mapping_of'");
  return readMapping(reader, mapping);
}

LogicalResult readMapping(JsonReader reader, MappingBuilder &mapping) {
  if (reader.isString()) {
    FailureOr<Json> json = mappingFromText(reader);
    if (failed(json) || failed(readMapping(reader.withValue(*json), mapping)))
      return failure();
    mapping.forgetPaths();
    return success();
  }
  if (reader.json().is_object() && reader.json().contains("default_mapping_of"))
    return readDefaultMappingOf(reader, mapping);
  if (failed(reader.expectObject(qconfigMappingKeys())))
    return failure();
  if (std::optional<JsonReader> base = reader.member("base");
      base && failed(readBase(*base, mapping)))
    return failure();
  return readLevels(reader, mapping);
}

} // namespace

//===----------------------------------------------------------------------===//
// Public functions
//===----------------------------------------------------------------------===//

SmallVector<StringRef> quantir::qconfigMappingKeys() {
  SmallVector<StringRef> keys = {"", "global", "base", "default_mapping_of"};
  llvm::append_range(keys,
                     llvm::map_range(mappingLevels, [](MappingLevel l) { return stringify(l); }));
  return keys;
}

FailureOr<ObserverSpecAttr> quantir::readObserver(JsonReader reader) {
  if (reader.isNull())
    return ObserverSpecAttr();
  if (reader.isString()) {
    FailureOr<Json> json = observerFromText(reader);
    if (failed(json))
      return failure();
    return readObserver(reader.withValue(*json));
  }
  numerics::ObserverConfig config;
  if (std::string error = numerics::fromJson(reader.json(), config, reader.path()); !error.empty())
    return emitError(reader.location()) << error;
  return ObserverSpecAttr::get(reader.location()->getContext(), config);
}

FailureOr<QConfigAttr> quantir::readQConfig(JsonReader reader) {
  if (reader.isNull())
    return QConfigAttr();
  if (reader.isString()) {
    FailureOr<Json> json = qconfigFromText(reader);
    if (failed(json))
      return failure();
    return readQConfig(reader.withValue(*json));
  }
  constexpr StringRef keys[2] = {"activation", "weight"};
  ObserverSpecAttr specs[2];
  // Python's json writes the named tuple QConfig as an array.
  bool isArray = reader.json().is_array();
  if (failed(isArray ? reader.expectArray(2) : reader.expectObject(keys)))
    return failure();
  for (size_t i = 0; i < 2; ++i) {
    std::optional<JsonReader> member = isArray ? reader.element(i) : reader.member(keys[i]);
    FailureOr<ObserverSpecAttr> observer = member ? readObserver(*member) : ObserverSpecAttr();
    if (failed(observer))
      return failure();
    specs[i] = *observer;
  }
  return QConfigAttr::get(reader.location()->getContext(), specs[0], specs[1]);
}

FailureOr<QConfigAttr> quantir::readEqualizationQConfig(JsonReader reader) {
  if (reader.isNull())
    return QConfigAttr();
  FailureOr<bool> equalizes = readsEqualization(reader);
  if (failed(equalizes))
    return failure();
  if (!*equalizes)
    return QConfigAttr();
  auto observer = [&](numerics::QDType dtype) {
    auto config = numerics::ObserverConfig::of(numerics::ObserverKind::PerChannelMinMax);
    config.dtype = dtype;
    config.scheme = numerics::QScheme::PerChannelSymmetric;
    config.chAxis = 1;
    return ObserverSpecAttr::get(reader.location()->getContext(), config);
  };
  return QConfigAttr::get(reader.location()->getContext(), observer(numerics::QDType::QUInt8),
                          observer(numerics::QDType::QInt8));
}

Json quantir::toJson(QConfigAttr config) {
  Json object = Json::object();
  if (config.getActivation())
    object["activation"] = numerics::toJson(config.getActivation().getConfig());
  if (config.getWeight())
    object["weight"] = numerics::toJson(config.getWeight().getConfig());
  return object;
}

StringRef quantir::stringify(MappingLevel level) {
  constexpr StringRef names[mappingLevels.size()] = {
      "object_type", "module_name_regex", "module_name", "module_name_object_type_order"};
  return names[size_t(level)];
}

ArrayRef<QConfigRuleAttr> quantir::rulesOf(QConfigMappingAttr mapping, MappingLevel level) {
  switch (level) {
  case MappingLevel::ObjectType:
    return mapping.getObjectType();
  case MappingLevel::ModuleNameRegex:
    return mapping.getModuleNameRegex();
  case MappingLevel::ModuleName:
    return mapping.getModuleName();
  case MappingLevel::ModuleNameObjectTypeOrder:
    return mapping.getModuleNameObjectTypeOrder();
  }
  llvm_unreachable("all levels are handled");
}

FailureOr<QConfigMappingAttr> quantir::readQConfigMapping(JsonReader reader) {
  SettingPaths paths;
  return readQConfigMappingAndPaths(reader, paths);
}

FailureOr<QConfigMappingAttr> quantir::readQConfigMappingAndPaths(JsonReader reader,
                                                                  SettingPaths &paths) {
  MappingBuilder mapping;
  if (failed(readMapping(reader, mapping)))
    return failure();
  return mapping.finish(reader, paths);
}

FailureOr<QConfigMappingAttr> quantir::readEqualizationConfig(JsonReader reader,
                                                              SettingPaths &paths) {
  MappingBuilder mapping;
  mapping.readSetting = readEqualizationQConfig;
  SmallVector<StringRef> keys = qconfigMappingKeys();
  llvm::erase(keys, "base");
  llvm::erase(keys, "default_mapping_of");
  if (failed(reader.expectObject(keys)) || failed(readLevels(reader, mapping)))
    return failure();
  return mapping.finish(reader, paths);
}

Json quantir::toJson(QConfigMappingAttr mapping) {
  Json object = {{"", mapping.getGlobal() ? toJson(mapping.getGlobal()) : Json()}};
  for (MappingLevel level : mappingLevels) {
    Json list = Json::array();
    for (QConfigRuleAttr rule : rulesOf(mapping, level))
      list.push_back(::toJson(rule));
    if (!list.empty())
      object[stringify(level).str()] = std::move(list);
  }
  return object;
}

QConfigMappingAttr quantir::getDefaultQConfigMapping(MLIRContext *context) {
  Json name = "default";
  FailureOr<QConfigMappingAttr> mapping =
      readQConfigMapping(JsonReader(name, builtinLocation(context)));
  assert(succeeded(mapping) && "the built-in mapping is tested");
  return *mapping;
}

SmallVector<StringRef> quantir::builtinQConfigMappingNames() { return builtinNames("mappings"); }
SmallVector<StringRef> quantir::builtinQConfigNames() { return builtinNames("qconfigs"); }
SmallVector<StringRef> quantir::builtinObserverNames() { return builtinNames("observers"); }
