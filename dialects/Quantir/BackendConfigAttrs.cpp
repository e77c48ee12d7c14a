//===- BackendConfigAttrs.cpp - Text form of backend configs --------------===//

#include "AttrFields.h"
#include "quantir/Vocabulary/ObjectTypes.h"
#include "quantir/dialects/Quantir/Pattern.h"
#include "quantir/dialects/Quantir/Quantir.h"

#include "llvm/ADT/Sequence.h"
#include "llvm/ADT/SmallSet.h"
#include "llvm/ADT/StringSwitch.h"

using namespace mlir;
using namespace quantir;
using namespace quantir::attr_fields;

//===----------------------------------------------------------------------===//
// DTypeSpec, DTypeConfig
//===----------------------------------------------------------------------===//

Attribute DTypeSpecAttr::parse(AsmParser &parser, Type) {
  SMLoc loc = parser.getCurrentLocation();
  StringRef name;
  if (parser.parseLess() || parser.parseKeyword(&name))
    return {};
  numerics::QDType dtype;
  if (std::string error = numerics::parseText({name.data(), name.size()}, dtype); !error.empty()) {
    parser.emitError(loc) << error;
    return {};
  }
  std::optional<int64_t> quantMin, quantMax, zeroPoint;
  FloatAttr scaleMin, scaleMax, scale;
  auto parseScale = [&](FloatAttr &result) -> ParseResult {
    double value;
    if (parser.parseFloat(value))
      return failure();
    result = parser.getBuilder().getF64FloatAttr(value);
    return success();
  };
  auto parseValue = [&](StringRef key) -> ParseResult {
    if (key == "quant_min")
      return parseOptionalInt(parser, quantMin);
    if (key == "quant_max")
      return parseOptionalInt(parser, quantMax);
    if (key == "zero_point")
      return parseOptionalInt(parser, zeroPoint);
    return parseScale(key == "scale_min" ? scaleMin : key == "scale_max" ? scaleMax : scale);
  };
  if (parseFields(parser,
                  {"quant_min", "quant_max", "scale_min", "scale_max", "scale", "zero_point"},
                  parseValue, FieldsBegin::BehindValue))
    return {};
  return parser.getChecked<DTypeSpecAttr>(loc, parser.getContext(), dtype, quantMin, quantMax,
                                          scaleMin, scaleMax, scale, zeroPoint);
}

void DTypeSpecAttr::print(AsmPrinter &printer) const {
  FieldPrinter fields(printer);
  fields.next() << llvm::StringRef(numerics::toText(getDtype()));
  auto printInt = [&](StringRef key, std::optional<int64_t> value) {
    if (value)
      fields.field(key) << *value;
  };
  auto printFloat = [&](StringRef key, FloatAttr value) {
    if (value)
      fields.field(key).printFloat(value.getValue());
  };
  printInt("quant_min", getQuantMin());
  printInt("quant_max", getQuantMax());
  printFloat("scale_min", getScaleMin());
  printFloat("scale_max", getScaleMax());
  printFloat("scale", getScaleExact());
  printInt("zero_point", getZeroPointExact());
}

LogicalResult DTypeSpecAttr::verify(function_ref<InFlightDiagnostic()> emitError, numerics::QDType,
                                    std::optional<int64_t> quantMin,
                                    std::optional<int64_t> quantMax, FloatAttr scaleMin,
                                    FloatAttr scaleMax, FloatAttr scale,
                                    std::optional<int64_t> zeroPoint) {
  if (quantMin && quantMax && *quantMin >= *quantMax)
    return emitError() << "expected quant_min below quant_max, but got " << *quantMin << " and "
                       << *quantMax;
  for (FloatAttr value : {scaleMin, scaleMax, scale})
    if (value && !(value.getValueAsDouble() > 0))
      return emitError() << "expected a scale above 0, but got " << value.getValueAsDouble();
  if (scaleMin && scaleMax && scaleMin.getValueAsDouble() > scaleMax.getValueAsDouble())
    return emitError() << "expected scale_min of at most scale_max, but got "
                       << scaleMin.getValueAsDouble() << " and " << scaleMax.getValueAsDouble();
  if (static_cast<bool>(scale) != zeroPoint.has_value())
    return emitError() << "expected scale and zero_point together, but got only one of them";
  return success();
}

Attribute DTypeConfigAttr::parse(AsmParser &parser, Type) {
  DTypeSpecAttr input, output, weight, bias;
  bool isDynamic = false;
  SMLoc loc = parser.getCurrentLocation();
  if (parseFields(parser, {"input", "output", "weight", "bias", "is_dynamic"},
                  [&](StringRef key) -> ParseResult {
                    if (key == "is_dynamic") {
                      isDynamic = succeeded(parser.parseOptionalKeyword("true"));
                      return success(isDynamic || succeeded(parser.parseKeyword("false")));
                    }
                    return parseNested(parser, key == "input"    ? input
                                               : key == "output" ? output
                                               : key == "weight" ? weight
                                                                 : bias);
                  }))
    return {};
  return parser.getChecked<DTypeConfigAttr>(loc, parser.getContext(), input, output, weight, bias,
                                            isDynamic);
}

void DTypeConfigAttr::print(AsmPrinter &printer) const {
  FieldPrinter fields(printer);
  auto printSpec = [&](StringRef key, DTypeSpecAttr spec) {
    if (!spec)
      return;
    fields.field(key);
    spec.print(printer);
  };
  printSpec("input", getInput());
  printSpec("output", getOutput());
  printSpec("weight", getWeight());
  printSpec("bias", getBias());
  if (getIsDynamic())
    fields.field("is_dynamic") << "true";
}

LogicalResult DTypeConfigAttr::verify(function_ref<InFlightDiagnostic()>, DTypeSpecAttr,
                                      DTypeSpecAttr, DTypeSpecAttr, DTypeSpecAttr, bool) {
  return success();
}

//===----------------------------------------------------------------------===//
// BackendPattern
//===----------------------------------------------------------------------===//

/// An enumerator of EnumT by its keyword.
template <typename EnumT>
static ParseResult parseKeywordOf(AsmParser &parser, const Twine &expected,
                                  std::optional<EnumT> (*symbolize)(StringRef), EnumT &result) {
  SMLoc loc = parser.getCurrentLocation();
  StringRef keyword;
  if (parser.parseKeyword(&keyword))
    return failure();
  std::optional<EnumT> parsed = symbolize(keyword);
  if (!parsed)
    return parser.emitError(loc) << "expected " << expected << ", but got '" << keyword << "'";
  result = *parsed;
  return success();
}

static ParseResult parseObservation(AsmParser &parser, ObservationType &result) {
  return parseKeywordOf<ObservationType>(parser, "different, share or not_observed",
                                         symbolizeObservationType, result);
}

static std::optional<OperandRole> symbolizeRole(StringRef name) {
  return llvm::StringSwitch<std::optional<OperandRole>>(name)
      .Case("input", OperandRole::Activation)
      .Case("weight", OperandRole::Weight)
      .Case("bias", OperandRole::Bias)
      .Default(std::nullopt);
}

static StringRef stringifyIndexRole(OperandRole role) {
  return role == OperandRole::Activation ? "input" : stringifyOperandRole(role);
}

namespace {
struct PatternFields {
  std::string pattern, name, root, rootModule, qatModule, referenceModule, fusedModule;
  ObservationType observation = ObservationType::Different;
  SmallVector<std::pair<unsigned, ObservationType>> tensorArgs;
  SmallVector<std::pair<OperandRole, unsigned>> indices;
  SmallVector<DTypeConfigAttr> dtypes;
  bool fuser = false;

  std::string *text(StringRef key) {
    return llvm::StringSwitch<std::string *>(key)
        .Case("name", &name)
        .Case("root", &root)
        .Case("root_module", &rootModule)
        .Case("qat_module", &qatModule)
        .Case("reference_module", &referenceModule)
        .Case("fused_module", &fusedModule)
        .Default(nullptr);
  }

  ParseResult parse(AsmParser &parser, StringRef key) {
    if (std::string *field = text(key))
      return parser.parseString(field);
    if (key == "observation")
      return parseObservation(parser, observation);
    if (key == "dtypes")
      return parseList(parser, dtypes);
    if (key == "fuser") {
      fuser = succeeded(parser.parseOptionalKeyword("true"));
      return success(fuser || succeeded(parser.parseKeyword("false")));
    }
    bool isTensorArgs = key == "tensor_args";
    return parser.parseCommaSeparatedList(AsmParser::Delimiter::Square, [&]() -> ParseResult {
      if (isTensorArgs) {
        auto &[count, type] = tensorArgs.emplace_back();
        return failure(parser.parseInteger(count) || parser.parseEqual() ||
                       parseObservation(parser, type));
      }
      auto &[role, index] = indices.emplace_back();
      return failure(
          parseKeywordOf<OperandRole>(parser, "input, weight or bias", symbolizeRole, role) ||
          parser.parseEqual() || parser.parseInteger(index));
    });
  }
};

constexpr StringRef patternFieldNames[] = {
    "name",  "root",        "observation", "tensor_args",      "indices",     "dtypes",
    "fuser", "root_module", "qat_module",  "reference_module", "fused_module"};
} // namespace

Attribute BackendPatternAttr::parse(AsmParser &parser, Type) {
  PatternFields fields;
  SMLoc loc = parser.getCurrentLocation();
  if (parser.parseLess() || parser.parseString(&fields.pattern))
    return {};
  if (parseFields(
          parser, patternFieldNames, [&](StringRef key) { return fields.parse(parser, key); },
          FieldsBegin::BehindValue))
    return {};
  return parser.getChecked<BackendPatternAttr>(
      loc, parser.getContext(), StringRef(fields.pattern), StringRef(fields.name),
      fields.observation, ArrayRef(fields.tensorArgs), StringRef(fields.root),
      ArrayRef(fields.indices), ArrayRef(fields.dtypes), fields.fuser, StringRef(fields.rootModule),
      StringRef(fields.qatModule), StringRef(fields.referenceModule),
      StringRef(fields.fusedModule));
}

void BackendPatternAttr::print(AsmPrinter &printer) const {
  FieldPrinter fields(printer);
  fields.next().printString(getPattern());
  auto printText = [&](StringRef key, StringRef text) {
    if (!text.empty())
      fields.field(key).printString(text);
  };
  auto printPairs = [&](StringRef key, auto pairs, auto first, auto second) {
    if (pairs.empty())
      return;
    fields.field(key) << "[";
    llvm::interleaveComma(pairs, printer, [&](auto pair) {
      printer << first(pair.first) << " = " << second(pair.second);
    });
    printer << "]";
  };
  auto plain = [](unsigned value) { return value; };
  printText("name", getName());
  printText("root", getRoot());
  if (getObservation() != ObservationType::Different)
    fields.field("observation") << stringifyObservationType(getObservation());
  printPairs("tensor_args", getTensorArgs(), plain, stringifyObservationType);
  printPairs("indices", getIndices(), stringifyIndexRole, plain);
  if (!getDtypes().empty()) {
    fields.field("dtypes");
    printList(printer, getDtypes());
  }
  if (getFuser())
    fields.field("fuser") << "true";
  printText("root_module", getRootModule());
  printText("qat_module", getQatModule());
  printText("reference_module", getReferenceModule());
  printText("fused_module", getFusedModule());
}

LogicalResult BackendPatternAttr::verify(
    function_ref<InFlightDiagnostic()> emitError, StringRef pattern, StringRef name,
    ObservationType, ArrayRef<std::pair<unsigned, ObservationType>> tensorArgs, StringRef root,
    ArrayRef<std::pair<OperandRole, unsigned>> indices, ArrayRef<DTypeConfigAttr>, bool,
    StringRef rootModule, StringRef qatModule, StringRef referenceModule, StringRef fusedModule) {
  for (StringRef text : {name, root, rootModule, qatModule, referenceModule, fusedModule})
    if (text.size() > PatternLimits::textBytes)
      return emitError() << "expected names of at most " << PatternLimits::textBytes
                         << " bytes, but got one of " << text.size() << ": '" << text.take_front(60)
                         << "...'";
  std::string error;
  std::optional<OpPattern> tree = OpPattern::parse(pattern, error);
  if (!tree)
    return emitError() << error;
  if (!root.empty() && !tree->rootIndex(canonicalObjectType(root)))
    return emitError() << "expected the root to be an op of pattern '" << pattern << "', but got '"
                       << root << "'";
  auto expectOnce = [&](auto pairs, StringRef field) -> LogicalResult {
    for (auto [index, pair] : llvm::enumerate(pairs))
      for (const auto &other : pairs.drop_front(index + 1))
        if (other.first == pair.first)
          return emitError() << "expected each key of " << field << " once";
    return success();
  };
  if (failed(expectOnce(tensorArgs, "tensor_args")))
    return failure();
  return expectOnce(indices, "indices");
}

ObservationType BackendPatternAttr::getObservation(unsigned count) const {
  for (auto [key, observation] : getTensorArgs())
    if (key == count)
      return observation;
  return getObservation();
}

std::optional<unsigned> BackendPatternAttr::getIndex(OperandRole role) const {
  for (auto [key, index] : getIndices())
    if (key == role)
      return index;
  return std::nullopt;
}

//===----------------------------------------------------------------------===//
// BackendConfig
//===----------------------------------------------------------------------===//

using RuleOverrides = SmallVector<std::pair<Rule, bool>>;

/// The names of all rules, for messages.
static std::string ruleNames() {
  auto rules = llvm::seq<uint32_t>(0, getMaxEnumValForRule() + 1);
  return llvm::join(llvm::map_range(rules, [](uint32_t rule) { return stringifyRule(Rule(rule)); }),
                    ", ");
}

/// `[rule = true, ...]`.
static ParseResult parseOverrides(AsmParser &parser, RuleOverrides &overrides) {
  return parser.parseCommaSeparatedList(AsmParser::Delimiter::Square, [&]() -> ParseResult {
    auto &[rule, value] = overrides.emplace_back();
    if (parseKeywordOf<Rule>(parser, "a rule (" + ruleNames() + ")", symbolizeRule, rule) ||
        parser.parseEqual())
      return failure();
    value = succeeded(parser.parseOptionalKeyword("true"));
    return success(value || succeeded(parser.parseKeyword("false")));
  });
}

Attribute BackendConfigAttr::parse(AsmParser &parser, Type) {
  std::string name;
  Rules rules = Rules::Quantir;
  RuleOverrides overrides;
  SmallVector<BackendPatternAttr> patterns;
  SMLoc loc = parser.getCurrentLocation();
  if (parser.parseLess() || parser.parseString(&name))
    return {};
  auto parseValue = [&](StringRef key) -> ParseResult {
    if (key == "rules")
      return parseKeywordOf<Rules>(parser, "pytorch or quantir", symbolizeRules, rules);
    return key == "overrides" ? parseOverrides(parser, overrides) : parseList(parser, patterns);
  };
  if (parseFields(parser, {"rules", "overrides", "patterns"}, parseValue, FieldsBegin::BehindValue))
    return {};
  return parser.getChecked<BackendConfigAttr>(loc, parser.getContext(), StringRef(name), rules,
                                              ArrayRef(overrides), ArrayRef(patterns));
}

void BackendConfigAttr::print(AsmPrinter &printer) const {
  FieldPrinter fields(printer);
  fields.next().printString(getName());
  if (getRules() != Rules::Quantir)
    fields.field("rules") << stringifyRules(getRules());
  if (!getOverrides().empty()) {
    fields.field("overrides") << "[";
    llvm::interleaveComma(getOverrides(), printer, [&](std::pair<Rule, bool> override) {
      printer << stringifyRule(override.first) << " = " << (override.second ? "true" : "false");
    });
    printer << "]";
  }
  if (!getPatterns().empty()) {
    fields.field("patterns");
    printList(printer, getPatterns());
  }
}

LogicalResult BackendConfigAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                                        StringRef name, Rules rules,
                                        ArrayRef<std::pair<Rule, bool>> overrides,
                                        ArrayRef<BackendPatternAttr> patterns) {
  if (name.empty())
    return emitError() << "expected a name for the backend config";
  if (rules != Rules::Quantir && patterns.empty())
    return emitError() << "expected patterns: a built-in config has rules of its own, which "
                          "'overrides' can set otherwise";
  if (patterns.size() > PatternLimits::patterns)
    return emitError() << "expected at most " << PatternLimits::patterns << " patterns, but got "
                       << patterns.size();
  size_t alternatives = 0;
  for (BackendPatternAttr pattern : patterns) {
    std::string error;
    std::optional<OpPattern> tree = OpPattern::parse(pattern.getPattern(), error);
    alternatives += tree ? tree->numAlternatives() : 0;
  }
  if (alternatives > PatternLimits::allAlternatives)
    return emitError() << "expected patterns that stand for at most "
                       << PatternLimits::allAlternatives << " without '|', but got "
                       << alternatives;
  llvm::SmallDenseSet<uint32_t> seen;
  for (auto [rule, value] : overrides)
    if (!seen.insert(static_cast<uint32_t>(rule)).second)
      return emitError() << "expected each rule once in overrides, but got '" << stringifyRule(rule)
                         << "' twice";
  return success();
}
