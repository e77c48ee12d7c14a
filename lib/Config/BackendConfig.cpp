//===- BackendConfig.cpp - What backends can run, as data -----------------===//

#include "quantir/Config/BackendConfig.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace quantir;

using Json = nlohmann::json;

namespace {

/// The text of the built-in configs, made from lib/Config/backends/*.json by CMake.
struct BuiltinConfig {
  StringRef name;
  StringRef text;
};
constexpr BuiltinConfig builtinConfigs[] = {
#include "BuiltinBackendConfigs.inc"
};

FailureOr<DTypeSpecAttr> readDType(JsonReader reader) {
  MLIRContext *context = reader.location()->getContext();
  std::string name;
  std::optional<int64_t> quantMin, quantMax, zeroPoint;
  FloatAttr scaleMin, scale;
  auto readScale = [&](std::optional<JsonReader> member, FloatAttr &target) -> LogicalResult {
    if (!member)
      return success();
    FailureOr<double> value = member->number();
    if (failed(value))
      return failure();
    target = FloatAttr::get(Float64Type::get(context), *value);
    return success();
  };
  auto readInteger = [](std::optional<JsonReader> member,
                        std::optional<int64_t> &target) -> LogicalResult {
    if (!member)
      return success();
    FailureOr<int64_t> value = member->integer();
    if (failed(value))
      return failure();
    target = *value;
    return success();
  };
  JsonReader nameReader = reader;
  if (!reader.isString()) {
    if (failed(reader.expectObject({"dtype", "quant_min_lower_bound", "quant_max_upper_bound",
                                    "scale_min_lower_bound", "scale_exact_match",
                                    "zero_point_exact_match"})))
      return failure();
    std::optional<JsonReader> member = reader.member("dtype");
    if (!member)
      return reader.error() << "expected the key 'dtype'";
    nameReader = *member;
    if (failed(readInteger(reader.member("quant_min_lower_bound"), quantMin)) ||
        failed(readInteger(reader.member("quant_max_upper_bound"), quantMax)) ||
        failed(readScale(reader.member("scale_min_lower_bound"), scaleMin)) ||
        failed(readScale(reader.member("scale_exact_match"), scale)) ||
        failed(readInteger(reader.member("zero_point_exact_match"), zeroPoint)))
      return failure();
  }
  FailureOr<std::string> text = nameReader.string();
  if (failed(text))
    return failure();
  numerics::QDType dtype;
  if (std::string error = numerics::parseText(*text, dtype); !error.empty())
    return nameReader.error() << error;
  auto attr = DTypeSpecAttr::getChecked([&] { return reader.error(); }, context, dtype, quantMin,
                                        quantMax, scaleMin, scale, zeroPoint);
  if (!attr)
    return failure();
  return attr;
}

FailureOr<DTypeConfigAttr> readDTypeConfig(JsonReader reader) {
  if (failed(reader.expectObject(
          {"input_dtype", "output_dtype", "weight_dtype", "bias_dtype", "is_dynamic"})))
    return failure();
  DTypeSpecAttr specs[4];
  StringRef keys[4] = {"input_dtype", "output_dtype", "weight_dtype", "bias_dtype"};
  for (auto [key, spec] : llvm::zip(keys, specs))
    if (std::optional<JsonReader> member = reader.member(key)) {
      FailureOr<DTypeSpecAttr> attr = readDType(*member);
      if (failed(attr))
        return failure();
      spec = *attr;
    }
  bool isDynamic = false;
  if (std::optional<JsonReader> member = reader.member("is_dynamic")) {
    FailureOr<bool> value = member->boolean();
    if (failed(value))
      return failure();
    isDynamic = *value;
  }
  return DTypeConfigAttr::get(reader.location()->getContext(), specs[0], specs[1], specs[2], specs[3],
                              isDynamic);
}

/// A pattern is text in the grammar of Pattern.h, or a list of op names in data-flow order.
FailureOr<std::string> readPatternText(JsonReader reader) {
  if (!reader.json().is_array())
    return reader.string();
  std::string text;
  for (size_t i = 0, e = reader.json().size(); i < e; ++i) {
    FailureOr<std::string> name = reader.element(i).string();
    if (failed(name))
      return failure();
    text = text.empty() ? *name : *name + "(" + text + ")";
  }
  return text;
}

FailureOr<BackendPatternAttr> readPattern(JsonReader reader) {
  if (failed(reader.expectObject({"pattern", "name", "observation_type", "dtype_configs"})))
    return failure();
  std::optional<JsonReader> patternReader = reader.member("pattern");
  if (!patternReader)
    return reader.error() << "expected the key 'pattern'";
  FailureOr<std::string> pattern = readPatternText(*patternReader);
  if (failed(pattern))
    return failure();
  std::string name;
  if (std::optional<JsonReader> member = reader.member("name")) {
    FailureOr<std::string> text = member->string();
    if (failed(text))
      return failure();
    name = *text;
  }
  ObservationType observation = ObservationType::Different;
  if (std::optional<JsonReader> member = reader.member("observation_type")) {
    FailureOr<std::string> text = member->string();
    if (failed(text))
      return failure();
    std::optional<ObservationType> parsed = symbolizeObservationType(*text);
    if (!parsed)
      return member->expected("different, share or not_observed");
    observation = *parsed;
  }
  SmallVector<DTypeConfigAttr> dtypes;
  if (std::optional<JsonReader> member = reader.member("dtype_configs")) {
    if (failed(member->expectArray()))
      return failure();
    for (size_t i = 0, e = member->json().size(); i < e; ++i) {
      FailureOr<DTypeConfigAttr> config = readDTypeConfig(member->element(i));
      if (failed(config))
        return failure();
      dtypes.push_back(*config);
    }
  }
  auto attr = BackendPatternAttr::getChecked([&] { return reader.error(); },
                                             reader.location()->getContext(), StringRef(*pattern),
                                             StringRef(name), observation, ArrayRef(dtypes));
  if (!attr)
    return failure();
  return attr;
}

Json toJson(DTypeSpecAttr spec) {
  std::string dtype(numerics::toText(spec.getDtype()));
  Json object = {{"dtype", dtype}};
  if (spec.getQuantMin())
    object["quant_min_lower_bound"] = *spec.getQuantMin();
  if (spec.getQuantMax())
    object["quant_max_upper_bound"] = *spec.getQuantMax();
  if (spec.getScaleMin())
    object["scale_min_lower_bound"] = spec.getScaleMin().getValueAsDouble();
  if (spec.getScaleExact())
    object["scale_exact_match"] = spec.getScaleExact().getValueAsDouble();
  if (spec.getZeroPointExact())
    object["zero_point_exact_match"] = *spec.getZeroPointExact();
  return object.size() == 1 ? Json(dtype) : object;
}

} // namespace

FailureOr<BackendConfigAttr> quantir::readBackendConfig(JsonReader reader) {
  MLIRContext *context = reader.location()->getContext();
  if (reader.isString()) {
    std::string name = *reader.string();
    if (llvm::is_contained(builtinBackendConfigNames(), StringRef(name)))
      return BackendConfigAttr::get(context, name, {});
    InFlightDiagnostic diagnostic = reader.error() << "no built-in backend config is called '" << name
                                                   << "'; expected one of "
                                                   << llvm::join(builtinBackendConfigNames(), ", ");
    return diagnostic;
  }
  if (failed(reader.expectObject({"name", "patterns"})))
    return failure();
  std::optional<JsonReader> nameReader = reader.member("name");
  if (!nameReader)
    return reader.error() << "expected the key 'name'";
  FailureOr<std::string> name = nameReader->string();
  if (failed(name))
    return failure();
  SmallVector<BackendPatternAttr> patterns;
  if (std::optional<JsonReader> member = reader.member("patterns")) {
    if (failed(member->expectArray()))
      return failure();
    for (size_t i = 0, e = member->json().size(); i < e; ++i) {
      FailureOr<BackendPatternAttr> pattern = readPattern(member->element(i));
      if (failed(pattern))
        return failure();
      patterns.push_back(*pattern);
    }
  }
  auto attr =
      BackendConfigAttr::getChecked([&] { return reader.error(); }, context, StringRef(*name),
                                    ArrayRef(patterns));
  if (!attr)
    return failure();
  return attr;
}

Json quantir::toJson(BackendConfigAttr config) {
  if (config.getPatterns().empty())
    return config.getName().str();
  Json patterns = Json::array();
  for (BackendPatternAttr pattern : config.getPatterns()) {
    Json object = {{"pattern", pattern.getPattern().str()}};
    if (!pattern.getName().empty())
      object["name"] = pattern.getName().str();
    object["observation_type"] = stringifyObservationType(pattern.getObservation()).str();
    Json dtypes = Json::array();
    for (DTypeConfigAttr dtype : pattern.getDtypes()) {
      Json entry = Json::object();
      auto set = [&](const char *key, DTypeSpecAttr spec) {
        if (spec)
          entry[key] = ::toJson(spec);
      };
      set("input_dtype", dtype.getInput());
      set("output_dtype", dtype.getOutput());
      set("weight_dtype", dtype.getWeight());
      set("bias_dtype", dtype.getBias());
      if (dtype.getIsDynamic())
        entry["is_dynamic"] = true;
      dtypes.push_back(std::move(entry));
    }
    object["dtype_configs"] = std::move(dtypes);
    patterns.push_back(std::move(object));
  }
  return {{"name", config.getName().str()}, {"patterns", std::move(patterns)}};
}

ArrayRef<StringRef> quantir::builtinBackendConfigNames() {
  static const SmallVector<StringRef> names = llvm::map_to_vector(
      builtinConfigs, [](const BuiltinConfig &config) { return config.name; });
  return names;
}

FailureOr<BackendConfigAttr> quantir::resolveBackendConfig(BackendConfigAttr config, Location loc) {
  if (!config.getPatterns().empty())
    return config;
  for (const BuiltinConfig &builtin : builtinConfigs) {
    if (builtin.name != config.getName())
      continue;
    Location place = NameLoc::get(
        StringAttr::get(loc.getContext(), "built-in backend config " + builtin.name));
    FailureOr<Json> json = parseJson(builtin.text, place);
    if (failed(json))
      return failure();
    return readBackendConfig(JsonReader(*json, place));
  }
  return emitError(loc) << "no built-in backend config is called '" << config.getName()
                        << "'; expected one of " << llvm::join(builtinBackendConfigNames(), ", ")
                        << ", or a config with its patterns";
}

BackendPatterns::BackendPatterns(BackendConfigAttr resolved) : config(resolved) {
  for (BackendPatternAttr attr : resolved.getPatterns()) {
    std::string error;
    std::optional<OpPattern> tree = OpPattern::parse(attr.getPattern(), error);
    assert(tree && "the attribute's verifier has parsed the pattern");
    SmallVector<Entry> &list = tree->numOps() > 1 ? multiOp : singleOp;
    llvm::erase_if(list, [&](const Entry &entry) {
      return entry.attr.getPattern() == attr.getPattern();
    });
    list.push_back({attr, std::move(*tree)});
  }
  llvm::stable_sort(multiOp, [](const Entry &a, const Entry &b) {
    return a.tree.numOps() > b.tree.numOps();
  });
}

const BackendPatterns::Entry *BackendPatterns::find(Operation *op) const {
  if (auto fused = dyn_cast<FusedOp>(op)) {
    auto it = llvm::find_if(multiOp, [&](const Entry &e) { return e.attr.getName() == fused.getName(); });
    return it == multiOp.end() ? nullptr : &*it;
  }
  auto it = llvm::find_if(singleOp, [&](const Entry &entry) {
    return matchPattern(entry.tree, op).has_value();
  });
  return it == singleOp.end() ? nullptr : &*it;
}

FailureOr<BackendPatterns> quantir::getBackendPatterns(ModuleOp module, StringRef fallback) {
  auto config =
      module->getAttrOfType<BackendConfigAttr>(QuantirDialect::backendConfigAttrName);
  if (!config) {
    if (fallback.empty())
      return module.emitError() << "expected the attribute "
                                << QuantirDialect::backendConfigAttrName
                                << " or the pass option backend-config";
    config = BackendConfigAttr::get(module.getContext(), fallback, {});
  }
  FailureOr<BackendConfigAttr> resolved = resolveBackendConfig(config, module.getLoc());
  if (failed(resolved))
    return failure();
  return BackendPatterns(*resolved);
}
