//===- BackendConfigJson.cpp - The JSON form of backend configs -----------===//
//
// The keys are those of PyTorch's BackendConfig.to_dict. Added to them, so that a person can read
// and write the files: dtype configs with names, patterns as text with alternatives, and `for`,
// which repeats an entry.
//
//===----------------------------------------------------------------------===//

#include "BackendConfigParts.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/Sequence.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace quantir;
using namespace quantir::backend_json;

using Json = nlohmann::json;

namespace {

constexpr StringLiteral familyKey = "base";

std::string unknownBuiltin(StringRef name) {
  return ("no built-in backend config is called '" + name + "'; expected one of " +
          llvm::join(builtinBackendConfigNames(), ", "))
      .str();
}

/// What `rules` of a config says.
struct RulesEntry {
  std::optional<Rules> family;
  SmallVector<std::pair<Rule, bool>> overrides;
};

LogicalResult readFamily(JsonReader reader, std::optional<Rules> &family) {
  FailureOr<std::string> text = reader.string();
  if (failed(text))
    return failure();
  family = symbolizeRules(*text);
  return family ? success() : reader.expected("pytorch or quantir");
}

/// A family, or an object of rules on top of one (`base`).
LogicalResult readRules(JsonReader reader, RulesEntry &entry) {
  if (!reader.json().is_object())
    return readFamily(reader, entry.family);
  SmallVector<StringRef> keys{familyKey};
  for (uint32_t rule : llvm::seq(getMaxEnumValForRule() + 1))
    keys.push_back(stringifyRule(Rule(rule)));
  if (failed(reader.expectObject(keys)))
    return failure();
  if (std::optional<JsonReader> base = reader.member(familyKey))
    if (failed(readFamily(*base, entry.family)))
      return failure();
  for (StringRef key : ArrayRef(keys).drop_front())
    if (std::optional<JsonReader> member = reader.member(key)) {
      FailureOr<bool> value = member->boolean();
      if (failed(value))
        return failure();
      entry.overrides.emplace_back(*symbolizeRule(key), *value);
    }
  return success();
}

/// The family of the built-in config of this name.
FailureOr<Rules> familyOfBuiltin(JsonReader reader, StringRef name) {
  if (!llvm::is_contained(builtinBackendConfigNames(), name))
    return reader.error() << unknownBuiltin(name) << ", or a config with its patterns";
  FailureOr<BackendConfigAttr> resolved = resolveBackendConfig(
      BackendConfigAttr::get(reader.location()->getContext(), name, {}), reader.location());
  if (failed(resolved))
    return failure();
  return resolved->getRules();
}

/// The config, whose attribute has only the rules that differ from those of its patterns' family.
FailureOr<BackendConfigAttr> makeConfig(JsonReader reader, StringRef name, const RulesEntry &entry,
                                        ArrayRef<BackendPatternAttr> patterns) {
  const bool isBuiltin = patterns.empty();
  FailureOr<Rules> family = isBuiltin ? familyOfBuiltin(reader, name)
                                      : FailureOr<Rules>(entry.family.value_or(Rules::Quantir));
  if (failed(family))
    return failure();
  QuantizationRules rules = QuantizationRules::of(entry.family.value_or(*family));
  for (auto [rule, value] : entry.overrides)
    rules[rule] = value;
  auto attr = BackendConfigAttr::getChecked(
      [&] { return reader.error(); }, reader.location()->getContext(), name,
      isBuiltin ? Rules::Quantir : *family, ArrayRef(rules.overridesOf(*family)), patterns);
  if (!attr)
    return failure();
  return attr;
}

} // namespace

FailureOr<BackendConfigAttr> quantir::readBackendConfig(JsonReader reader) {
  MLIRContext *context = reader.location()->getContext();
  if (reader.isString()) {
    std::string name = *reader.string();
    if (llvm::is_contained(builtinBackendConfigNames(), StringRef(name)))
      return BackendConfigAttr::get(context, name, {});
    return reader.error() << unknownBuiltin(name);
  }
  if (failed(reader.expectObject({"name", "rules", "dtype_configs", "patterns", "configs"})))
    return failure();
  std::string name;
  RulesEntry rules;
  NamedDTypeConfigs named;
  if (!reader.member("name"))
    return reader.error() << "expected the key 'name'";
  if (failed(readText(reader, "name", name)) || failed(readNamedDTypeConfigs(reader, named)))
    return failure();
  if (std::optional<JsonReader> member = reader.member("rules"))
    if (failed(readRules(*member, rules)))
      return failure();
  SmallVector<BackendPatternAttr> patterns;
  for (StringRef key : {"patterns", "configs"}) {
    std::optional<JsonReader> member = reader.member(key);
    if (!member)
      continue;
    if (failed(member->expectArray()))
      return failure();
    for (size_t i = 0, e = member->json().size(); i < e; ++i)
      if (failed(readPatterns(member->element(i), named, patterns)))
        return failure();
  }
  return makeConfig(reader, name, rules, patterns);
}

Json quantir::toJson(BackendConfigAttr config) {
  Json rules = Json::object();
  for (auto [rule, value] : config.getOverrides())
    rules[stringifyRule(rule).str()] = value;
  if (config.getPatterns().empty()) {
    if (rules.empty())
      return config.getName().str();
    return {{"name", config.getName().str()}, {"rules", rules}};
  }
  Json object = {{"name", config.getName().str()}, {"patterns", Json::array()}};
  if (config.getRules() != Rules::Quantir) {
    std::string family = stringifyRules(config.getRules()).str();
    if (rules.empty())
      rules = family;
    else
      rules[familyKey.str()] = family;
  }
  if (!rules.empty())
    object["rules"] = rules;
  for (BackendPatternAttr pattern : config.getPatterns())
    object["patterns"].push_back(backend_json::toJson(pattern));
  return object;
}
