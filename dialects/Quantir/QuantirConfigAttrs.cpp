//===- QuantirConfigAttrs.cpp - Text form of the configuration attributes -===//

#include "quantir/dialects/Quantir/Pattern.h"
#include "quantir/dialects/Quantir/Quantir.h"

#include "llvm/ADT/StringExtras.h"

#include <regex>

using namespace mlir;
using namespace quantir;

namespace {

/// Parses `<` (field (`,` field)*)? `>`, each field `key = value`; `parseValue(key)` takes the value, or says with
/// nullopt that it knows no such field.
ParseResult parseFields(AsmParser &parser, ArrayRef<StringRef> known,
                        function_ref<ParseResult(StringRef)> parseValue) {
  llvm::SmallDenseSet<StringRef> seen;
  return parser.parseCommaSeparatedList(AsmParser::Delimiter::LessGreater, [&]() -> ParseResult {
    SMLoc loc = parser.getCurrentLocation();
    StringRef key;
    if (parser.parseKeyword(&key))
      return failure();
    if (!llvm::is_contained(known, key))
      return parser.emitError(loc) << "expected one of the fields " << llvm::join(known, ", ")
                                   << ", but got '" << key << "'";
    if (!seen.insert(key).second)
      return parser.emitError(loc) << "field '" << key << "' is given twice";
    return failure(parser.parseEqual() || parseValue(key));
  });
}

/// Separates the fields that are printed.
class FieldPrinter {
public:
  explicit FieldPrinter(AsmPrinter &printer) : printer(printer) { printer << "<"; }
  ~FieldPrinter() { printer << ">"; }
  AsmPrinter &next() {
    if (!first)
      printer << ", ";
    first = false;
    return printer;
  }
  AsmPrinter &field(StringRef key) { return next() << key << " = "; }

private:
  AsmPrinter &printer;
  bool first = true;
};

/// An attribute of class T: in full (`#quantir.x<...>`, or an alias), or only its `<...>`.
template <typename T> ParseResult parseNested(AsmParser &parser, T &result) {
  SMLoc loc = parser.getCurrentLocation();
  // An attribute that fails to parse has said why.
  Attribute attr;
  OptionalParseResult full = parser.parseOptionalAttribute(attr);
  if (full.has_value()) {
    if (failed(*full))
      return failure();
    result = dyn_cast<T>(attr);
    return result ? success() : parser.emitError(loc) << "expected #quantir." << T::getMnemonic();
  }
  result = dyn_cast_or_null<T>(T::parse(parser, Type()));
  return success(static_cast<bool>(result));
}

template <typename T>
ParseResult parseList(AsmParser &parser, SmallVectorImpl<T> &results) {
  return parser.parseCommaSeparatedList(AsmParser::Delimiter::Square, [&] {
    return parseNested(parser, results.emplace_back());
  });
}

/// Prints the attributes without their mnemonic, which the list implies.
template <typename T> void printList(AsmPrinter &printer, ArrayRef<T> attrs) {
  printer << "[";
  llvm::interleaveComma(attrs, printer, [&](T attr) { attr.print(printer); });
  printer << "]";
}

template <typename IntT> ParseResult parseOptionalInt(AsmParser &parser, std::optional<IntT> &result) {
  return parser.parseInteger(result.emplace());
}

} // namespace

//===----------------------------------------------------------------------===//
// QConfig
//===----------------------------------------------------------------------===//

Attribute QConfigAttr::parse(AsmParser &parser, Type) {
  ObserverSpecAttr activation, weight;
  SMLoc loc = parser.getCurrentLocation();
  if (parseFields(parser, {"activation", "weight"}, [&](StringRef key) {
        return parser.parseAttribute(key == "activation" ? activation : weight);
      }))
    return {};
  return parser.getChecked<QConfigAttr>(loc, parser.getContext(), activation, weight);
}

void QConfigAttr::print(AsmPrinter &printer) const {
  FieldPrinter fields(printer);
  if (getActivation())
    fields.field("activation") << getActivation();
  if (getWeight())
    fields.field("weight") << getWeight();
}

LogicalResult QConfigAttr::verify(function_ref<InFlightDiagnostic()>, ObserverSpecAttr,
                                  ObserverSpecAttr) {
  return success();
}

//===----------------------------------------------------------------------===//
// QConfigMapping
//===----------------------------------------------------------------------===//

Attribute QConfigRuleAttr::parse(AsmParser &parser, Type) {
  std::string key, objectType;
  int64_t index = 0;
  QConfigAttr qconfig;
  SMLoc loc = parser.getCurrentLocation();
  if (parser.parseLess() || parser.parseString(&key))
    return {};
  if (succeeded(parser.parseOptionalString(&objectType)) && parser.parseInteger(index))
    return {};
  if (parser.parseEqual())
    return {};
  if (failed(parser.parseOptionalKeyword("none")) && parser.parseAttribute(qconfig))
    return {};
  if (parser.parseGreater())
    return {};
  return parser.getChecked<QConfigRuleAttr>(loc, parser.getContext(), StringRef(key),
                                            StringRef(objectType), index, qconfig);
}

void QConfigRuleAttr::print(AsmPrinter &printer) const {
  printer << "<";
  printer.printString(getKey());
  if (!getObjectType().empty()) {
    printer << " ";
    printer.printString(getObjectType());
    printer << " " << getIndex();
  }
  printer << " = ";
  if (getQconfig())
    printer << getQconfig();
  else
    printer << "none";
  printer << ">";
}

LogicalResult QConfigRuleAttr::verify(function_ref<InFlightDiagnostic()> emitError, StringRef key,
                                      StringRef objectType, int64_t index, QConfigAttr) {
  if (index < 0)
    return emitError() << "expected an index of at least 0, but got " << index;
  return success();
}

Attribute QConfigMappingAttr::parse(AsmParser &parser, Type) {
  QConfigAttr global;
  SmallVector<QConfigRuleAttr> objectType, regex, name, order;
  SMLoc loc = parser.getCurrentLocation();
  if (parseFields(parser,
                  {"global", "object_type", "module_name_regex", "module_name",
                   "module_name_object_type_order"},
                  [&](StringRef key) -> ParseResult {
                    if (key == "global") {
                      if (succeeded(parser.parseOptionalKeyword("none")))
                        return success();
                      return parser.parseAttribute(global);
                    }
                    return parseList(parser, key == "object_type"         ? objectType
                                             : key == "module_name_regex" ? regex
                                             : key == "module_name"       ? name
                                                                          : order);
                  }))
    return {};
  return parser.getChecked<QConfigMappingAttr>(loc, parser.getContext(), global, ArrayRef(objectType),
                                               ArrayRef(regex), ArrayRef(name), ArrayRef(order));
}

void QConfigMappingAttr::print(AsmPrinter &printer) const {
  FieldPrinter fields(printer);
  if (getGlobal())
    fields.field("global") << getGlobal();
  auto printRules = [&](StringRef key, ArrayRef<QConfigRuleAttr> rules) {
    if (rules.empty())
      return;
    fields.field(key);
    printList(printer, rules);
  };
  printRules("object_type", getObjectType());
  printRules("module_name_regex", getModuleNameRegex());
  printRules("module_name", getModuleName());
  printRules("module_name_object_type_order", getModuleNameObjectTypeOrder());
}

LogicalResult QConfigMappingAttr::verify(function_ref<InFlightDiagnostic()> emitError, QConfigAttr,
                                         ArrayRef<QConfigRuleAttr> objectType,
                                         ArrayRef<QConfigRuleAttr> regex,
                                         ArrayRef<QConfigRuleAttr> name,
                                         ArrayRef<QConfigRuleAttr> order) {
  for (QConfigRuleAttr rule : regex) {
    try {
      std::regex compiled(rule.getKey().str());
    } catch (const std::regex_error &error) {
      return emitError() << "expected a regular expression in module_name_regex, but got '"
                         << rule.getKey() << "': " << error.what();
    }
  }
  for (ArrayRef<QConfigRuleAttr> rules : {objectType, regex, name})
    for (QConfigRuleAttr rule : rules)
      if (!rule.getObjectType().empty())
        return emitError() << "expected an object type and an index only in "
                              "module_name_object_type_order, but got them for '"
                           << rule.getKey() << "'";
  for (QConfigRuleAttr rule : order)
    if (rule.getObjectType().empty())
      return emitError() << "expected a module name, an object type and an index in "
                            "module_name_object_type_order, but got only '"
                         << rule.getKey() << "'";
  return success();
}

//===----------------------------------------------------------------------===//
// BackendConfig
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
  FloatAttr scaleMin, scale;
  auto parseScale = [&](FloatAttr &result) -> ParseResult {
    double value;
    if (parser.parseFloat(value))
      return failure();
    result = parser.getBuilder().getF64FloatAttr(value);
    return success();
  };
  while (succeeded(parser.parseOptionalComma())) {
    SMLoc fieldLoc = parser.getCurrentLocation();
    StringRef key;
    if (parser.parseKeyword(&key) || parser.parseEqual())
      return {};
    ParseResult result = success();
    if (key == "quant_min")
      result = parseOptionalInt(parser, quantMin);
    else if (key == "quant_max")
      result = parseOptionalInt(parser, quantMax);
    else if (key == "zero_point")
      result = parseOptionalInt(parser, zeroPoint);
    else if (key == "scale_min")
      result = parseScale(scaleMin);
    else if (key == "scale")
      result = parseScale(scale);
    else
      result = parser.emitError(fieldLoc)
               << "expected one of the fields quant_min, quant_max, scale_min, scale, zero_point, "
                  "but got '"
               << key << "'";
    if (result)
      return {};
  }
  if (parser.parseGreater())
    return {};
  return parser.getChecked<DTypeSpecAttr>(loc, parser.getContext(), dtype, quantMin, quantMax,
                                          scaleMin, scale, zeroPoint);
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
  printFloat("scale", getScaleExact());
  printInt("zero_point", getZeroPointExact());
}

LogicalResult DTypeSpecAttr::verify(function_ref<InFlightDiagnostic()> emitError, numerics::QDType,
                                    std::optional<int64_t> quantMin,
                                    std::optional<int64_t> quantMax, FloatAttr scaleMin,
                                    FloatAttr scale, std::optional<int64_t> zeroPoint) {
  if (quantMin && quantMax && *quantMin >= *quantMax)
    return emitError() << "expected quant_min below quant_max, but got " << *quantMin << " and "
                       << *quantMax;
  for (FloatAttr value : {scaleMin, scale})
    if (value && !(value.getValueAsDouble() > 0))
      return emitError() << "expected a scale above 0, but got " << value.getValueAsDouble();
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

Attribute BackendPatternAttr::parse(AsmParser &parser, Type) {
  std::string pattern, name;
  std::optional<ObservationType> observation;
  SmallVector<DTypeConfigAttr> dtypes;
  SMLoc loc = parser.getCurrentLocation();
  if (parser.parseLess() || parser.parseString(&pattern))
    return {};
  while (succeeded(parser.parseOptionalComma())) {
    SMLoc fieldLoc = parser.getCurrentLocation();
    StringRef key, value;
    if (parser.parseKeyword(&key) || parser.parseEqual())
      return {};
    if (key == "name") {
      if (parser.parseString(&name))
        return {};
    } else if (key == "observation") {
      SMLoc valueLoc = parser.getCurrentLocation();
      if (parser.parseKeyword(&value))
        return {};
      observation = symbolizeObservationType(value);
      if (!observation) {
        parser.emitError(valueLoc)
            << "expected different, share or not_observed, but got '" << value << "'";
        return {};
      }
    } else if (key == "dtypes") {
      if (parseList(parser, dtypes))
        return {};
    } else {
      parser.emitError(fieldLoc)
          << "expected one of the fields name, observation, dtypes, but got '" << key << "'";
      return {};
    }
  }
  if (parser.parseGreater())
    return {};
  return parser.getChecked<BackendPatternAttr>(loc, parser.getContext(), StringRef(pattern),
                                               StringRef(name),
                                               observation.value_or(ObservationType::Different),
                                               ArrayRef(dtypes));
}

void BackendPatternAttr::print(AsmPrinter &printer) const {
  FieldPrinter fields(printer);
  fields.next().printString(getPattern());
  if (!getName().empty())
    fields.field("name").printString(getName());
  if (getObservation() != ObservationType::Different)
    fields.field("observation") << stringifyObservationType(getObservation());
  if (!getDtypes().empty()) {
    fields.field("dtypes");
    printList(printer, getDtypes());
  }
}

LogicalResult BackendPatternAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                                         StringRef pattern, StringRef name, ObservationType,
                                         ArrayRef<DTypeConfigAttr>) {
  std::string error;
  std::optional<OpPattern> tree = OpPattern::parse(pattern, error);
  if (!tree)
    return emitError() << error;
  if (name.empty() && tree->numOps() > 1)
    return emitError() << "expected a name for pattern '" << pattern
                       << "', since it has more than one op";
  return success();
}

Attribute BackendConfigAttr::parse(AsmParser &parser, Type) {
  std::string name;
  SmallVector<BackendPatternAttr> patterns;
  SMLoc loc = parser.getCurrentLocation();
  if (parser.parseLess() || parser.parseString(&name))
    return {};
  if (succeeded(parser.parseOptionalComma()) &&
      (parser.parseKeyword("patterns") || parser.parseEqual() || parseList(parser, patterns)))
    return {};
  if (parser.parseGreater())
    return {};
  return parser.getChecked<BackendConfigAttr>(loc, parser.getContext(), StringRef(name),
                                              ArrayRef(patterns));
}

void BackendConfigAttr::print(AsmPrinter &printer) const {
  FieldPrinter fields(printer);
  fields.next().printString(getName());
  if (!getPatterns().empty()) {
    fields.field("patterns");
    printList(printer, getPatterns());
  }
}

LogicalResult BackendConfigAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                                        StringRef name, ArrayRef<BackendPatternAttr>) {
  if (name.empty())
    return emitError() << "expected a name for the backend config";
  return success();
}

//===----------------------------------------------------------------------===//
// Annotation
//===----------------------------------------------------------------------===//

Attribute AnnotationAttr::parse(AsmParser &parser, Type) {
  ArrayAttr operands = parser.getBuilder().getArrayAttr({});
  ArrayAttr results = operands;
  SMLoc loc = parser.getCurrentLocation();
  if (parseFields(parser, {"operands", "results"}, [&](StringRef key) {
        return parser.parseAttribute(key == "operands" ? operands : results);
      }))
    return {};
  return parser.getChecked<AnnotationAttr>(loc, parser.getContext(), operands, results);
}

void AnnotationAttr::print(AsmPrinter &printer) const {
  FieldPrinter fields(printer);
  fields.field("operands") << getOperands();
  fields.field("results") << getResults();
}

LogicalResult AnnotationAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                                     ArrayAttr operands, ArrayAttr results) {
  for (ArrayAttr specs : {operands, results})
    for (Attribute spec : specs)
      if (!isa<ObserverSpecAttr, SharedSpecAttr, DerivedSpecAttr, UnitAttr>(spec))
        return emitError() << "expected an observer, #quantir.shared, #quantir.derived or unit, "
                              "but got "
                           << spec;
  for (Attribute spec : operands) {
    auto derived = dyn_cast<DerivedSpecAttr>(spec);
    if (derived && std::max(derived.getActivation(), derived.getWeight()) >= operands.size())
      return emitError() << "expected a derived spec to name two of the " << operands.size()
                         << " operands, but got " << spec;
  }
  for (ArrayAttr specs : {operands, results})
    for (Attribute spec : specs)
      if (auto shared = dyn_cast<SharedSpecAttr>(spec)) {
        size_t count = shared.getKind() == EdgeKind::Operand ? operands.size() : results.size();
        if (shared.getIndex() >= count)
          return emitError() << "expected a shared spec to name one of " << count << " "
                             << stringifyEdgeKind(shared.getKind()) << "s, but got " << spec;
      }
  return success();
}
