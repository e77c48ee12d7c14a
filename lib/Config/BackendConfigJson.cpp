//===- BackendConfigJson.cpp - The JSON form of backend configs -----------===//
//
// The keys are those of PyTorch's BackendConfig.to_dict. Added to them, so that a person can read
// and write the files: dtype configs with names, patterns as text with alternatives, `for`, which
// repeats an entry, and `base`, a config to inherit from.
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

std::string backend_json::unknownBuiltin(StringRef name) {
  return ("no built-in backend config is called '" + name + "'; expected one of " +
          llvm::join(builtinBackendConfigNames(), ", "))
      .str();
}

namespace {

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
FailureOr<BackendConfigAttr> makeConfig(JsonReader reader, const ConfigContent &content,
                                        ArrayRef<BackendPatternAttr> patterns) {
  const RulesEntry &said = content.rules;
  const bool isBuiltin = patterns.empty();
  FailureOr<Rules> family = isBuiltin ? familyOfBuiltin(reader, content.name)
                                      : FailureOr<Rules>(said.family.value_or(Rules::Quantir));
  if (failed(family))
    return failure();
  QuantizationRules rules = QuantizationRules::of(said.family.value_or(*family));
  for (auto [rule, value] : said.overrides)
    rules[rule] = value;
  auto attr = BackendConfigAttr::getChecked(
      [&] { return reader.error(); }, reader.location()->getContext(), StringRef(content.name),
      isBuiltin ? Rules::Quantir : *family, ArrayRef(rules.overridesOf(*family)), patterns);
  if (!attr)
    return failure();
  return attr;
}

} // namespace

FailureOr<BackendConfigAttr> backend_json::readBackendConfig(JsonReader reader,
                                                             FindBackendConfig find) {
  MLIRContext *context = reader.location()->getContext();
  if (reader.isString()) {
    std::string name = *reader.string();
    if (llvm::is_contained(builtinBackendConfigNames(), StringRef(name)))
      return BackendConfigAttr::get(context, name, {});
    return reader.error() << unknownBuiltin(name);
  }
  FailureOr<ConfigContent> content = readContent(reader, find);
  if (failed(content))
    return failure();
  SmallVector<BackendPatternAttr> patterns;
  for (const JsonReader &entry : content->entries)
    if (failed(readPatterns(entry, content->dtypes, patterns)))
      return failure();
  // Without a base nothing can be misspelled but the pattern that uses a name, which is checked.
  if (content->hasBase && failed(content->dtypes.checkUsed(reader)))
    return failure();
  return makeConfig(reader, *content, patterns);
}

FailureOr<BackendConfigAttr> quantir::readBackendConfig(JsonReader reader) {
  return backend_json::readBackendConfig(reader, findBuiltinJson);
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
      rules["base"] = family;
  }
  if (!rules.empty())
    object["rules"] = rules;
  for (BackendPatternAttr pattern : config.getPatterns())
    object["patterns"].push_back(backend_json::toJson(pattern));
  return object;
}
