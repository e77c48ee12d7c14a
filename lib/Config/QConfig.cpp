//===- QConfig.cpp - QConfig and QConfigMapping ---------------------------===//

#include "quantir/Config/QConfig.h"

#include "quantir/Numerics/ObserverJson.h"

#include "llvm/ADT/StringExtras.h"

#include <regex>

using namespace mlir;
using namespace quantir;

using Json = nlohmann::json;

namespace {

/// The JSON text of lib/Config/qconfigs.json: `qconfigs` and `mappings` by name.
constexpr StringLiteral builtinText =
#include "BuiltinQConfigs.inc"
    ;

const Json &builtins() {
  static const Json json = Json::parse(builtinText.begin(), builtinText.end());
  return json;
}

SmallVector<StringRef> namesOf(const Json &object) {
  SmallVector<StringRef> names;
  for (auto it = object.begin(); it != object.end(); ++it)
    names.push_back(it.key());
  return names;
}

/// The entry of `table` that the reader names.
FailureOr<const Json *> lookup(JsonReader reader, StringRef table, StringRef what) {
  std::string name = *reader.string();
  const Json &entries = builtins()[table.str()];
  if (auto it = entries.find(name); it != entries.end())
    return &*it;
  SmallVector<StringRef> names = namesOf(entries);
  InFlightDiagnostic diagnostic = reader.error()
                                  << "no built-in " << what << " is called '" << name << "'";
  if (StringRef near = nearest(name, names); !near.empty())
    diagnostic << "; did you mean '" << near << "'?";
  else
    diagnostic << "; expected one of " << llvm::join(names, ", ");
  return diagnostic;
}

Location builtinLocation(MLIRContext *context) {
  return NameLoc::get(StringAttr::get(context, "built-in qconfigs"));
}

FailureOr<ObserverSpecAttr> readObserver(JsonReader reader) {
  numerics::ObserverConfig config;
  if (std::string error = numerics::fromJson(reader.json(), config, reader.path()); !error.empty())
    return emitError(reader.location()) << error;
  return ObserverSpecAttr::get(reader.location()->getContext(), config);
}

/// One entry of a list of settings: [key, qconfig], or [module, object type, index, qconfig].
FailureOr<QConfigRuleAttr> readRule(JsonReader reader, bool withOrder) {
  if (failed(reader.expectArray(withOrder ? 4 : 2)))
    return failure();
  FailureOr<std::string> key = reader.element(0).string();
  if (failed(key))
    return failure();
  std::string objectType;
  int64_t index = 0;
  if (withOrder) {
    FailureOr<std::string> type = reader.element(1).string();
    FailureOr<int64_t> number = reader.element(2).integer();
    if (failed(type) || failed(number))
      return failure();
    objectType = *type;
    index = *number;
  }
  FailureOr<QConfigAttr> qconfig = readQConfig(reader.element(withOrder ? 3 : 1));
  if (failed(qconfig))
    return failure();
  auto attr = QConfigRuleAttr::getChecked([&] { return reader.error(); },
                                          reader.location()->getContext(), StringRef(*key),
                                          StringRef(objectType), index, *qconfig);
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

/// The name of the level in messages, with what the rule is about.
std::string describe(StringRef level, QConfigRuleAttr rule) {
  return (level + " '" + rule.getKey() + "'").str();
}

} // namespace

FailureOr<QConfigAttr> quantir::readQConfig(JsonReader reader) {
  MLIRContext *context = reader.location()->getContext();
  if (reader.isNull())
    return QConfigAttr();
  if (reader.isString()) {
    FailureOr<const Json *> entry = lookup(reader, "qconfigs", "qconfig");
    if (failed(entry))
      return failure();
    return readQConfig(JsonReader(**entry, builtinLocation(context)));
  }
  if (failed(reader.expectObject({"activation", "weight"})))
    return failure();
  ObserverSpecAttr specs[2];
  constexpr StringRef keys[2] = {"activation", "weight"};
  for (auto [key, spec] : llvm::zip(keys, specs))
    if (std::optional<JsonReader> member = reader.member(key)) {
      FailureOr<ObserverSpecAttr> observer = readObserver(*member);
      if (failed(observer))
        return failure();
      spec = *observer;
    }
  return QConfigAttr::get(context, specs[0], specs[1]);
}

Json quantir::toJson(QConfigAttr config) {
  Json object = Json::object();
  if (config.getActivation())
    object["activation"] = numerics::toJson(config.getActivation().getConfig());
  if (config.getWeight())
    object["weight"] = numerics::toJson(config.getWeight().getConfig());
  return object;
}

FailureOr<QConfigMappingAttr> quantir::readQConfigMapping(JsonReader reader) {
  MLIRContext *context = reader.location()->getContext();
  if (reader.isString()) {
    FailureOr<const Json *> entry = lookup(reader, "mappings", "qconfig mapping");
    if (failed(entry))
      return failure();
    return readQConfigMapping(JsonReader(**entry, builtinLocation(context)));
  }
  constexpr StringRef levels[] = {"object_type", "module_name_regex", "module_name",
                                  "module_name_object_type_order"};
  if (failed(reader.expectObject({"", "global", levels[0], levels[1], levels[2], levels[3]})))
    return failure();
  QConfigAttr global;
  for (StringRef key : {"", "global"}) // PyTorch's dictionary has "".
    if (std::optional<JsonReader> member = reader.member(key)) {
      FailureOr<QConfigAttr> qconfig = readQConfig(*member);
      if (failed(qconfig))
        return failure();
      global = *qconfig;
    }
  SmallVector<QConfigRuleAttr> rules[4];
  for (unsigned level = 0; level < 4; ++level) {
    std::optional<JsonReader> member = reader.member(levels[level]);
    if (!member)
      continue;
    if (failed(member->expectArray()))
      return failure();
    for (size_t i = 0, e = member->json().size(); i < e; ++i) {
      FailureOr<QConfigRuleAttr> rule = readRule(member->element(i), level == 3);
      if (failed(rule))
        return failure();
      rules[level].push_back(*rule);
    }
  }
  auto attr = QConfigMappingAttr::getChecked([&] { return reader.error(); }, context, global,
                                             ArrayRef(rules[0]), ArrayRef(rules[1]),
                                             ArrayRef(rules[2]), ArrayRef(rules[3]));
  if (!attr)
    return failure();
  return attr;
}

Json quantir::toJson(QConfigMappingAttr mapping) {
  Json object = {{"", mapping.getGlobal() ? toJson(mapping.getGlobal()) : Json()}};
  auto set = [&](const char *key, ArrayRef<QConfigRuleAttr> rules) {
    if (rules.empty())
      return;
    Json list = Json::array();
    for (QConfigRuleAttr rule : rules)
      list.push_back(::toJson(rule));
    object[key] = std::move(list);
  };
  set("object_type", mapping.getObjectType());
  set("module_name_regex", mapping.getModuleNameRegex());
  set("module_name", mapping.getModuleName());
  set("module_name_object_type_order", mapping.getModuleNameObjectTypeOrder());
  return object;
}

QConfigMappingAttr quantir::getDefaultQConfigMapping(MLIRContext *context) {
  FailureOr<QConfigMappingAttr> mapping = readQConfigMapping(
      JsonReader(builtins()["mappings"]["default"], builtinLocation(context)));
  assert(succeeded(mapping) && "the built-in mapping is tested");
  return *mapping;
}

ResolvedQConfig quantir::resolveQConfig(QConfigMappingAttr mapping, const OpIdentity &op) {
  for (QConfigRuleAttr rule : mapping.getModuleNameObjectTypeOrder())
    if (rule.getKey() == parentModule(op.modulePath) && rule.getObjectType() == op.objectType &&
        rule.getIndex() == op.index)
      return {rule.getQconfig(), describe("module_name_object_type_order", rule)};
  for (StringRef path = op.modulePath; !path.empty(); path = parentModule(path))
    for (QConfigRuleAttr rule : mapping.getModuleName())
      if (rule.getKey() == path)
        return {rule.getQconfig(), describe("module_name", rule)};
  for (QConfigRuleAttr rule : mapping.getModuleNameRegex()) {
    // Python's re.match: anchored at the beginning only. The attribute's verifier has compiled the expression.
    std::regex regex(rule.getKey().str());
    std::string path = op.modulePath.str();
    if (std::regex_search(path, regex, std::regex_constants::match_continuous))
      return {rule.getQconfig(), describe("module_name_regex", rule)};
  }
  for (QConfigRuleAttr rule : llvm::reverse(mapping.getObjectType()))
    if (rule.getKey() == op.objectType)
      return {rule.getQconfig(), describe("object_type", rule)};
  return {mapping.getGlobal(), "global"};
}

StringRef quantir::parentModule(StringRef path) {
  size_t dot = path.rfind('.');
  return dot == StringRef::npos ? StringRef() : path.take_front(dot);
}
