//===- BackendPatternJson.cpp - The JSON form of a backend's patterns ------===//

#include "BackendConfigParts.h"

#include "quantir/Vocabulary/ObjectTypes.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace quantir;
using namespace quantir::backend_json;

using Json = nlohmann::json;

namespace {

/// A list of op names in data-flow order: ["torch.nn.Conv2d", "torch.nn.ReLU"].
FailureOr<std::string> readPatternText(JsonReader reader) {
  if (!reader.json().is_array())
    return reader.string();
  if (reader.json().empty())
    return reader.expected("at least one op");
  if (reader.json().size() > PatternLimits::length)
    return reader.error() << "expected at most " << PatternLimits::length << " ops, but got "
                          << reader.json().size();
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
    if (operands.size() > PatternLimits::length)
      return reader.error() << "expected at most " << PatternLimits::length << " operands, but got "
                            << reader.json().size() - 1;
  }
  return operands.empty() ? *op : *op + "(" + llvm::join(operands, ", ") + ")";
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
             "num_tensor_args_to_observation_type", "input_type_to_index", "after"})))
      return failure();
    std::optional<JsonReader> texts = reader.member("for");
    if (!texts)
      return readOne(reader, patterns);
    if (failed(texts->expectArray()))
      return failure();
    Json unfilled = reader.json();
    unfilled.erase("for");
    for (size_t i = 0, e = texts->json().size(); i < e; ++i) {
      FailureOr<std::string> text = texts->element(i).string();
      if (failed(text))
        return failure();
      Json filled = unfilled;
      if (!fillIn(filled, *text))
        return texts->error() << "expected an entry whose repetitions have at most "
                              << maxFilledBytes << " bytes, but got more";
      if (failed(readOne(reader.withValue(filled), patterns)))
        return failure();
    }
    return success();
  }

private:
  static constexpr size_t maxFilledBytes = size_t(4) << 20;

  /// Puts `text` in the place of each "{}"; false if there is too much of it.
  bool fillIn(Json &json, StringRef text) {
    if (json.is_structured()) {
      filledBytes += json.size();
      for (Json &child : json)
        if (!fillIn(child, text))
          return false;
    } else if (json.is_string()) {
      auto &string = json.get_ref<std::string &>();
      StringRef rest = string;
      std::string result;
      filledBytes += string.size();
      for (size_t at; filledBytes <= maxFilledBytes && (at = rest.find("{}")) != StringRef::npos;) {
        result += rest.take_front(at);
        result += text;
        rest = rest.drop_front(at + 2);
        filledBytes += text.size();
      }
      result += rest;
      string = std::move(result);
    }
    return filledBytes <= maxFilledBytes;
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
    if (patterns.size() == PatternLimits::patterns)
      return reader.error() << "expected at most " << PatternLimits::patterns << " patterns";
    patterns.push_back(attr);
    return success();
  }

  LogicalResult readDTypes(JsonReader reader, SmallVectorImpl<DTypeConfigAttr> &dtypes) {
    std::optional<JsonReader> member = reader.member("dtype_configs");
    if (!member)
      return success();
    if (failed(member->expectArray()))
      return failure();
    for (size_t i = 0, e = member->json().size(); i < e; ++i)
      if (failed(named.append(member->element(i), dtypes)))
        return failure();
    return success();
  }

  const NamedDTypeConfigs &named;
  size_t filledBytes = 0;
};

} // namespace

FailureOr<std::string> backend_json::readPatternOf(JsonReader reader) {
  std::optional<JsonReader> plain = reader.member("pattern");
  std::optional<JsonReader> complex = reader.member("pattern_complex_format");
  if (plain.has_value() == complex.has_value())
    return reader.error() << "expected the key 'pattern' or 'pattern_complex_format'";
  return plain ? readPatternText(*plain) : readComplexPattern(*complex);
}

LogicalResult backend_json::readPatterns(JsonReader reader, const NamedDTypeConfigs &named,
                                         SmallVectorImpl<BackendPatternAttr> &patterns) {
  return PatternReader(named).read(reader, patterns);
}

Json backend_json::toJson(BackendPatternAttr pattern) {
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
    object["dtype_configs"].push_back(toJson(dtype));
  if (pattern.getFuser())
    object["fuser_method"] = true;
  setText("root_module", pattern.getRootModule());
  setText("qat_module", pattern.getQatModule());
  setText("reference_quantized_module_for_root", pattern.getReferenceModule());
  setText("fused_module", pattern.getFusedModule());
  return object;
}
