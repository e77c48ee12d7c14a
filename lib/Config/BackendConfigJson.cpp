//===- BackendConfigJson.cpp - The JSON form of backend configs -----------===//
//
// The keys are those of PyTorch's BackendConfig.to_dict. Added to them, so that a person can read
// and write the files: dtype configs with names, patterns as text with alternatives, and `for`,
// which repeats an entry.
//
//===----------------------------------------------------------------------===//

#include "quantir/Config/BackendConfig.h"
#include "quantir/dialects/Quantir/ObjectTypes.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringMap.h"

using namespace mlir;
using namespace quantir;

using Json = nlohmann::json;

namespace {

//===----------------------------------------------------------------------===//
// DTypes
//===----------------------------------------------------------------------===//

/// Reads the member `key` with `read`; without it, `target` stays as it is.
template <typename T>
LogicalResult readMember(JsonReader reader, StringRef key, T &target,
                         llvm::function_ref<FailureOr<T>(JsonReader)> read) {
  std::optional<JsonReader> member = reader.member(key);
  if (!member)
    return success();
  FailureOr<T> value = read(*member);
  if (failed(value))
    return failure();
  target = *value;
  return success();
}

LogicalResult readText(JsonReader reader, StringRef key, std::string &target) {
  return readMember<std::string>(reader, key, target, [](JsonReader r) { return r.string(); });
}

LogicalResult readInteger(JsonReader reader, StringRef key, std::optional<int64_t> &target) {
  return readMember<std::optional<int64_t>>(
      reader, key, target, [](JsonReader r) -> FailureOr<std::optional<int64_t>> {
        FailureOr<int64_t> value = r.integer();
        return failed(value) ? FailureOr<std::optional<int64_t>>(failure())
                             : std::optional<int64_t>(*value);
      });
}

LogicalResult readNumber(JsonReader reader, StringRef key, FloatAttr &target) {
  return readMember<FloatAttr>(reader, key, target, [](JsonReader r) -> FailureOr<FloatAttr> {
    FailureOr<double> value = r.number();
    if (failed(value))
      return failure();
    return FloatAttr::get(Float64Type::get(r.location()->getContext()), *value);
  });
}

FailureOr<DTypeSpecAttr> readDType(JsonReader reader) {
  std::optional<int64_t> quantMin, quantMax, zeroPoint;
  FloatAttr scaleMin, scaleMax, scale;
  JsonReader nameReader = reader;
  if (!reader.isString()) {
    if (failed(reader.expectObject({"dtype", "quant_min_lower_bound", "quant_max_upper_bound",
                                    "scale_min_lower_bound", "scale_max_upper_bound",
                                    "scale_exact_match", "zero_point_exact_match"})) ||
        failed(readInteger(reader, "quant_min_lower_bound", quantMin)) ||
        failed(readInteger(reader, "quant_max_upper_bound", quantMax)) ||
        failed(readNumber(reader, "scale_min_lower_bound", scaleMin)) ||
        failed(readNumber(reader, "scale_max_upper_bound", scaleMax)) ||
        failed(readNumber(reader, "scale_exact_match", scale)) ||
        failed(readInteger(reader, "zero_point_exact_match", zeroPoint)))
      return failure();
    std::optional<JsonReader> member = reader.member("dtype");
    if (!member) {
      // PyTorch's default: constraints of no dtype.
      if (reader.json().empty())
        return DTypeSpecAttr();
      return reader.error() << "expected the key 'dtype'";
    }
    nameReader = *member;
  }
  FailureOr<std::string> text = nameReader.string();
  if (failed(text))
    return failure();
  numerics::QDType dtype;
  if (std::string error = numerics::parseText(*text, dtype); !error.empty())
    return nameReader.error() << error;
  auto attr = DTypeSpecAttr::getChecked([&] { return reader.error(); },
                                        reader.location()->getContext(), dtype, quantMin, quantMax,
                                        scaleMin, scaleMax, scale, zeroPoint);
  if (!attr)
    return failure();
  return attr;
}

FailureOr<DTypeConfigAttr> readDTypeConfig(JsonReader reader) {
  if (failed(reader.expectObject(
          {"input_dtype", "output_dtype", "weight_dtype", "bias_dtype", "is_dynamic"})))
    return failure();
  DTypeSpecAttr input, output, weight, bias;
  bool isDynamic = false;
  if (failed(readMember<DTypeSpecAttr>(reader, "input_dtype", input, readDType)) ||
      failed(readMember<DTypeSpecAttr>(reader, "output_dtype", output, readDType)) ||
      failed(readMember<DTypeSpecAttr>(reader, "weight_dtype", weight, readDType)) ||
      failed(readMember<DTypeSpecAttr>(reader, "bias_dtype", bias, readDType)) ||
      failed(readMember<bool>(reader, "is_dynamic", isDynamic,
                              [](JsonReader r) { return r.boolean(); })))
    return failure();
  return DTypeConfigAttr::get(reader.location()->getContext(), input, output, weight, bias,
                              isDynamic);
}

/// What `dtype_configs` of a config gives names to.
using NamedDTypeConfigs = llvm::StringMap<DTypeConfigAttr>;

FailureOr<DTypeConfigAttr> readNamedDTypeConfig(JsonReader reader, const NamedDTypeConfigs &named) {
  if (!reader.isString())
    return readDTypeConfig(reader);
  std::string name = *reader.string();
  if (auto it = named.find(name); it != named.end())
    return it->getValue();
  InFlightDiagnostic diagnostic = reader.error();
  diagnostic << "expected a dtype config that has a name, but got '" << name << "'";
  SmallVector<StringRef> names(named.keys());
  if (StringRef near = nearest(name, names); !near.empty())
    diagnostic << "; did you mean '" << near << "'?";
  return diagnostic;
}

//===----------------------------------------------------------------------===//
// Patterns
//===----------------------------------------------------------------------===//

/// A list of op names in data-flow order: ["torch.nn.Conv2d", "torch.nn.ReLU"].
FailureOr<std::string> readPatternText(JsonReader reader) {
  if (!reader.json().is_array())
    return reader.string();
  if (reader.json().empty())
    return reader.expected("at least one op");
  std::string text;
  for (size_t i = 0, e = reader.json().size(); i < e; ++i) {
    FailureOr<std::string> name = reader.element(i).string();
    if (failed(name))
      return failure();
    text = text.empty() ? *name : *name + "(" + text + ")";
  }
  return text;
}

/// Nested lists of an op and its operands: ["torch.nn.ReLU", ["operator.add", "torch.nn.Conv2d",
/// "MatchAllNode"]].
FailureOr<std::string> readComplexPattern(JsonReader reader, unsigned depth = 0) {
  constexpr unsigned maxDepth = 64;
  if (!reader.json().is_array())
    return reader.string();
  if (reader.json().empty() || depth > maxDepth)
    return reader.expected("an op and its operands");
  FailureOr<std::string> op = reader.element(0).string();
  if (failed(op))
    return failure();
  SmallVector<std::string> operands;
  for (size_t i = 1, e = reader.json().size(); i < e; ++i) {
    FailureOr<std::string> operand = readComplexPattern(reader.element(i), depth + 1);
    if (failed(operand))
      return failure();
    operands.push_back(std::move(*operand));
  }
  return operands.empty() ? *op : *op + "(" + llvm::join(operands, ", ") + ")";
}

FailureOr<std::string> readPatternOf(JsonReader reader) {
  std::optional<JsonReader> plain = reader.member("pattern");
  std::optional<JsonReader> complex = reader.member("pattern_complex_format");
  if (plain.has_value() == complex.has_value())
    return reader.error() << "expected the key 'pattern' or 'pattern_complex_format'";
  return plain ? readPatternText(*plain) : readComplexPattern(*complex);
}

/// "different", PyTorch's "OUTPUT_USE_DIFFERENT_OBSERVER_AS_INPUT", or its number.
FailureOr<ObservationType> readObservation(JsonReader reader) {
  constexpr StringLiteral pyTorchNames[] = {"OUTPUT_USE_DIFFERENT_OBSERVER_AS_INPUT",
                                            "OUTPUT_SHARE_OBSERVER_WITH_INPUT",
                                            "INPUT_OUTPUT_NOT_OBSERVED"};
  std::optional<ObservationType> type;
  if (reader.json().is_number_unsigned() && reader.json().get<uint64_t>() < 3)
    type = symbolizeObservationType(uint32_t(reader.json().get<uint64_t>()));
  if (reader.isString()) {
    StringRef text = reader.json().get_ref<const std::string &>();
    type = symbolizeObservationType(text);
    text.consume_front("ObservationType.");
    if (auto name = llvm::find(pyTorchNames, text); name != std::end(pyTorchNames))
      type = static_cast<ObservationType>(name - pyTorchNames);
  }
  if (!type)
    return reader.expected("different, share or not_observed");
  return *type;
}

LogicalResult readTensorArgs(JsonReader reader,
                             SmallVectorImpl<std::pair<unsigned, ObservationType>> &result) {
  std::optional<JsonReader> member = reader.member("num_tensor_args_to_observation_type");
  if (!member)
    return success();
  if (failed(member->expectObject({"0", "1", "2"})))
    return failure();
  for (unsigned count = 0; count < 3; ++count)
    if (std::optional<JsonReader> entry = member->member(std::to_string(count))) {
      FailureOr<ObservationType> type = readObservation(*entry);
      if (failed(type))
        return failure();
      result.emplace_back(count, *type);
    }
  return success();
}

constexpr std::pair<OperandRole, StringLiteral> indexKeys[] = {{OperandRole::Activation, "input"},
                                                               {OperandRole::Weight, "weight"},
                                                               {OperandRole::Bias, "bias"}};

LogicalResult readIndices(JsonReader reader,
                          SmallVectorImpl<std::pair<OperandRole, unsigned>> &result) {
  std::optional<JsonReader> member = reader.member("input_type_to_index");
  if (!member)
    return success();
  if (failed(member->expectObject({"input", "weight", "bias"})))
    return failure();
  for (auto [role, key] : indexKeys) {
    std::optional<int64_t> index;
    if (failed(readInteger(*member, key, index)))
      return failure();
    if (index && (*index < 0 || *index > 255))
      return member->member(key)->expected("the index of an operand");
    if (index)
      result.emplace_back(role, *index);
  }
  return success();
}

/// A class of PyTorch by its canonical name, or anybody's by its own.
LogicalResult readModuleName(JsonReader reader, StringRef key, std::string &result) {
  if (failed(readText(reader, key, result)))
    return failure();
  if (std::string canonical = canonicalObjectType(result); !canonical.empty())
    result = std::move(canonical);
  return success();
}

/// PyTorch has a function here. What it would do is known: only that it is there counts.
FailureOr<bool> readFuser(JsonReader reader) {
  return reader.isString() ? FailureOr<bool>(true) : reader.boolean();
}

constexpr StringLiteral referenceKeys[] = {"reference_quantized_module_for_root",
                                           "reference_quantized_module"};

class PatternReader {
public:
  explicit PatternReader(const NamedDTypeConfigs &named) : named(named) {}

  /// Appends the pattern, or, with `for`, one for each text that takes the place of "{}".
  LogicalResult read(JsonReader reader, SmallVectorImpl<BackendPatternAttr> &patterns) {
    if (failed(reader.expectObject(
            {"pattern", "pattern_complex_format", "for", "name", "observation_type",
             "dtype_configs", "root_module", "qat_module", referenceKeys[0], referenceKeys[1],
             "fused_module", "fuser_method", "root_node_getter",
             "num_tensor_args_to_observation_type", "input_type_to_index"})))
      return failure();
    std::optional<JsonReader> texts = reader.member("for");
    if (!texts)
      return readOne(reader, patterns);
    if (failed(texts->expectArray()))
      return failure();
    for (size_t i = 0, e = texts->json().size(); i < e; ++i) {
      FailureOr<std::string> text = texts->element(i).string();
      if (failed(text))
        return failure();
      Json filled = fillIn(reader.json(), *text);
      if (failed(readOne(reader.withValue(filled), patterns)))
        return failure();
    }
    return success();
  }

private:
  static Json fillIn(const Json &json, const std::string &text) {
    if (json.is_string()) {
      std::string result = json.get<std::string>();
      for (size_t at = 0; (at = result.find("{}", at)) != std::string::npos; at += text.size())
        result.replace(at, 2, text);
      return result;
    }
    Json result = json;
    if (json.is_structured())
      for (Json &child : result)
        child = fillIn(child, text);
    return result;
  }

  LogicalResult readOne(JsonReader reader, SmallVectorImpl<BackendPatternAttr> &patterns) {
    FailureOr<std::string> pattern = readPatternOf(reader);
    std::string name, root, rootModule, qatModule, referenceModule, fusedModule;
    ObservationType observation = ObservationType::Different;
    SmallVector<std::pair<unsigned, ObservationType>> tensorArgs;
    SmallVector<std::pair<OperandRole, unsigned>> indices;
    SmallVector<DTypeConfigAttr> dtypes;
    bool fuser = false;
    if (failed(pattern) || failed(readText(reader, "name", name)) ||
        failed(readText(reader, "root_node_getter", root)) ||
        failed(readModuleName(reader, "root_module", rootModule)) ||
        failed(readModuleName(reader, "qat_module", qatModule)) ||
        failed(readModuleName(reader, referenceKeys[0], referenceModule)) ||
        failed(readModuleName(reader, referenceKeys[1], referenceModule)) ||
        failed(readModuleName(reader, "fused_module", fusedModule)) ||
        failed(readMember<bool>(reader, "fuser_method", fuser, readFuser)) ||
        failed(readMember<ObservationType>(reader, "observation_type", observation,
                                           readObservation)) ||
        failed(readTensorArgs(reader, tensorArgs)) || failed(readIndices(reader, indices)) ||
        failed(readDTypes(reader, dtypes)))
      return failure();
    auto attr = BackendPatternAttr::getChecked(
        [&] { return reader.error(); }, reader.location()->getContext(), StringRef(*pattern),
        StringRef(name), observation, ArrayRef(tensorArgs), StringRef(root), ArrayRef(indices),
        ArrayRef(dtypes), fuser, StringRef(rootModule), StringRef(qatModule),
        StringRef(referenceModule), StringRef(fusedModule));
    if (!attr)
      return failure();
    patterns.push_back(attr);
    return success();
  }

  LogicalResult readDTypes(JsonReader reader, SmallVectorImpl<DTypeConfigAttr> &dtypes) {
    std::optional<JsonReader> member = reader.member("dtype_configs");
    if (!member)
      return success();
    if (failed(member->expectArray()))
      return failure();
    for (size_t i = 0, e = member->json().size(); i < e; ++i) {
      FailureOr<DTypeConfigAttr> config = readNamedDTypeConfig(member->element(i), named);
      if (failed(config))
        return failure();
      dtypes.push_back(*config);
    }
    return success();
  }

  const NamedDTypeConfigs &named;
};

LogicalResult readNamedDTypeConfigs(JsonReader reader, NamedDTypeConfigs &named) {
  std::optional<JsonReader> member = reader.member("dtype_configs");
  if (!member)
    return success();
  if (!member->json().is_object())
    return member->expected("an object of dtype configs by name");
  for (const auto &[name, value] : member->json().items()) {
    FailureOr<DTypeConfigAttr> config = readDTypeConfig(*member->member(name));
    if (failed(config))
      return failure();
    named[name] = *config;
  }
  return success();
}

//===----------------------------------------------------------------------===//
// Writing
//===----------------------------------------------------------------------===//

Json toJson(DTypeSpecAttr spec) {
  std::string dtype(numerics::toText(spec.getDtype()));
  Json object = {{"dtype", dtype}};
  auto setInteger = [&](const char *key, std::optional<int64_t> value) {
    if (value)
      object[key] = *value;
  };
  auto setNumber = [&](const char *key, FloatAttr value) {
    if (value)
      object[key] = value.getValueAsDouble();
  };
  setInteger("quant_min_lower_bound", spec.getQuantMin());
  setInteger("quant_max_upper_bound", spec.getQuantMax());
  setNumber("scale_min_lower_bound", spec.getScaleMin());
  setNumber("scale_max_upper_bound", spec.getScaleMax());
  setNumber("scale_exact_match", spec.getScaleExact());
  setInteger("zero_point_exact_match", spec.getZeroPointExact());
  return object.size() == 1 ? Json(dtype) : object;
}

Json toJson(DTypeConfigAttr config) {
  Json object = Json::object();
  auto set = [&](const char *key, DTypeSpecAttr spec) {
    if (spec)
      object[key] = ::toJson(spec);
  };
  set("input_dtype", config.getInput());
  set("output_dtype", config.getOutput());
  set("weight_dtype", config.getWeight());
  set("bias_dtype", config.getBias());
  if (config.getIsDynamic())
    object["is_dynamic"] = true;
  return object;
}

Json toJson(BackendPatternAttr pattern) {
  Json object = {{"pattern", pattern.getPattern().str()}};
  auto setText = [&](const char *key, StringRef text) {
    if (!text.empty())
      object[key] = text.str();
  };
  setText("name", pattern.getName());
  object["observation_type"] = stringifyObservationType(pattern.getObservation()).str();
  for (auto [count, type] : pattern.getTensorArgs())
    object["num_tensor_args_to_observation_type"][std::to_string(count)] =
        stringifyObservationType(type).str();
  setText("root_node_getter", pattern.getRoot());
  for (auto [role, key] : indexKeys)
    if (std::optional<unsigned> index = pattern.getIndex(role))
      object["input_type_to_index"][key.str()] = *index;
  object["dtype_configs"] = Json::array();
  for (DTypeConfigAttr dtype : pattern.getDtypes())
    object["dtype_configs"].push_back(::toJson(dtype));
  if (pattern.getFuser())
    object["fuser_method"] = true;
  setText("root_module", pattern.getRootModule());
  setText("qat_module", pattern.getQatModule());
  setText("reference_quantized_module_for_root", pattern.getReferenceModule());
  setText("fused_module", pattern.getFusedModule());
  return object;
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
  if (failed(reader.expectObject({"name", "rules", "dtype_configs", "patterns", "configs"})))
    return failure();
  std::string name, rulesText = "quantir";
  NamedDTypeConfigs named;
  if (!reader.member("name"))
    return reader.error() << "expected the key 'name'";
  if (failed(readText(reader, "name", name)) || failed(readText(reader, "rules", rulesText)) ||
      failed(readNamedDTypeConfigs(reader, named)))
    return failure();
  std::optional<Rules> rules = symbolizeRules(rulesText);
  if (!rules)
    return reader.member("rules")->expected("pytorch or quantir");
  SmallVector<BackendPatternAttr> patterns;
  for (StringRef key : {"patterns", "configs"}) {
    std::optional<JsonReader> member = reader.member(key);
    if (!member)
      continue;
    if (failed(member->expectArray()))
      return failure();
    for (size_t i = 0, e = member->json().size(); i < e; ++i)
      if (failed(PatternReader(named).read(member->element(i), patterns)))
        return failure();
  }
  auto attr = BackendConfigAttr::getChecked([&] { return reader.error(); }, context,
                                            StringRef(name), *rules, ArrayRef(patterns));
  if (!attr)
    return failure();
  return attr;
}

Json quantir::toJson(BackendConfigAttr config) {
  if (config.getPatterns().empty())
    return config.getName().str();
  Json object = {{"name", config.getName().str()}, {"patterns", Json::array()}};
  if (config.getRules() != Rules::Quantir)
    object["rules"] = stringifyRules(config.getRules()).str();
  for (BackendPatternAttr pattern : config.getPatterns())
    object["patterns"].push_back(::toJson(pattern));
  return object;
}
