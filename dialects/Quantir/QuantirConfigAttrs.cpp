//===- QuantirConfigAttrs.cpp - Text form of the configuration attributes -===//

#include "AttrFields.h"
#include "quantir/Vocabulary/PythonRegex.h"
#include "quantir/dialects/Quantir/Quantir.h"

using namespace mlir;
using namespace quantir;
using namespace quantir::attr_fields;

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
  return parser.getChecked<QConfigMappingAttr>(loc, parser.getContext(), global,
                                               ArrayRef(objectType), ArrayRef(regex),
                                               ArrayRef(name), ArrayRef(order));
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
  // Each is tried on every path of a model.
  constexpr size_t maxExpressions = 4096;
  if (regex.size() > maxExpressions)
    return emitError() << "expected at most " << maxExpressions
                       << " expressions in module_name_regex, but got " << regex.size();
  for (QConfigRuleAttr rule : regex) {
    std::string error;
    if (!PythonRegex::compile(rule.getKey(), error))
      return emitError() << "expected a regular expression in module_name_regex, but got '"
                         << rule.getKey() << "': " << error;
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
// Annotation
//===----------------------------------------------------------------------===//

Attribute AnnotationAttr::parse(AsmParser &parser, Type) {
  ArrayAttr operands = parser.getBuilder().getArrayAttr({});
  ArrayAttr results = operands;
  ObserverSpecAttr equalization;
  SMLoc loc = parser.getCurrentLocation();
  if (parseFields(parser, {"operands", "results", "equalization"}, [&](StringRef key) {
        return key == "equalization"
                   ? parser.parseAttribute(equalization)
                   : parser.parseAttribute(key == "operands" ? operands : results);
      }))
    return {};
  return parser.getChecked<AnnotationAttr>(loc, parser.getContext(), operands, results,
                                           equalization);
}

void AnnotationAttr::print(AsmPrinter &printer) const {
  FieldPrinter fields(printer);
  fields.field("operands") << getOperands();
  fields.field("results") << getResults();
  if (getEqualization())
    fields.field("equalization") << getEqualization();
}

LogicalResult AnnotationAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                                     ArrayAttr operands, ArrayAttr results,
                                     ObserverSpecAttr equalization) {
  if (equalization && equalization.getConfig().kind != numerics::ObserverKind::PerChannelMinMax)
    return emitError() << "expected a #quantir.per_channel_min_max for equalization, but got "
                       << equalization;
  for (ArrayAttr specs : {operands, results})
    for (Attribute spec : specs)
      if (!isa<ObserverSpecAttr, SharedSpecAttr, DerivedSpecAttr, UpstreamSpecAttr, JoinedSpecAttr,
               UnitAttr>(spec))
        return emitError() << "expected an observer, #quantir.shared, #quantir.derived, "
                              "#quantir.upstream, #quantir.joined or unit, but got "
                           << spec;
  for (Attribute spec : results)
    if (isa<DerivedSpecAttr>(spec))
      return emitError() << "expected " << spec << " only for operands";
  for (Attribute spec : operands) {
    if (isa<UpstreamSpecAttr, JoinedSpecAttr>(spec))
      return emitError() << "expected " << spec << " only for results";
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

ObserverSpecAttr AnnotationAttr::observerOf(Attribute spec) const {
  // A chain of shared edges is shorter than the number of edges, unless it is a ring.
  for (size_t steps = 0, e = getOperands().size() + getResults().size(); steps <= e; ++steps) {
    auto shared = dyn_cast<SharedSpecAttr>(spec);
    if (!shared) {
      auto joined = dyn_cast<JoinedSpecAttr>(spec);
      return joined ? joined.getSpec() : dyn_cast<ObserverSpecAttr>(spec);
    }
    spec = shared.getKind() == EdgeKind::Operand ? getOperands()[shared.getIndex()]
                                                 : getResults()[shared.getIndex()];
  }
  return {};
}

static ArrayAttr withEntry(ArrayAttr specs, unsigned index, Attribute spec) {
  SmallVector<Attribute> changed(specs.getValue());
  changed[index] = spec;
  return ArrayAttr::get(specs.getContext(), changed);
}

AnnotationAttr AnnotationAttr::withOperand(unsigned index, Attribute spec) const {
  return get(getContext(), withEntry(getOperands(), index, spec), getResults(), getEqualization());
}

AnnotationAttr AnnotationAttr::withResult(unsigned index, Attribute spec) const {
  return get(getContext(), getOperands(), withEntry(getResults(), index, spec), getEqualization());
}

//===----------------------------------------------------------------------===//
// SettingsAttr
//===----------------------------------------------------------------------===//

SettingsAttr SettingsAttr::of(Operation *op) {
  if (auto settings = op->getAttrOfType<SettingsAttr>(QuantirDialect::settingsAttrName))
    return settings;
  return SettingsAttr::get(op->getContext(), {}, {}, {}, {});
}

Attribute SettingsAttr::parse(AsmParser &parser, Type) {
  QConfigMappingAttr mapping, equalization;
  BackendConfigAttr backendConfig;
  StringAttr backend;
  SMLoc loc = parser.getCurrentLocation();
  if (parseFields(parser, {"mapping", "backend_config", "equalization", "backend"},
                  [&](StringRef key) -> ParseResult {
                    if (key == "mapping")
                      return parseNested(parser, mapping);
                    if (key == "backend_config")
                      return parseNested(parser, backendConfig);
                    if (key == "equalization")
                      return parseNested(parser, equalization);
                    return parser.parseAttribute(backend);
                  }))
    return {};
  return parser.getChecked<SettingsAttr>(loc, parser.getContext(), mapping, backendConfig,
                                         equalization, backend);
}

void SettingsAttr::print(AsmPrinter &printer) const {
  FieldPrinter fields(printer);
  auto print = [&](StringRef key, auto attr) {
    if (!attr)
      return;
    fields.field(key);
    printer.printStrippedAttrOrType(attr);
  };
  print("mapping", getMapping());
  print("backend_config", getBackendConfig());
  print("equalization", getEqualization());
  if (getBackend())
    fields.field("backend") << getBackend();
}

LogicalResult SettingsAttr::verify(function_ref<InFlightDiagnostic()> emitError, QConfigMappingAttr,
                                   BackendConfigAttr, QConfigMappingAttr, StringAttr backend) {
  if (backend && backend.empty())
    return emitError() << "expected the name of a backend, but got \"\"";
  return success();
}
