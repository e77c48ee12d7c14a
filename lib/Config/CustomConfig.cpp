//===- CustomConfig.cpp - What is done to whole modules -------------------===//

#include "quantir/Config/CustomConfig.h"

#include "quantir/Serialization/ObserverJson.h"

#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace quantir;

namespace {

/// Reads the member `key`, if there is one, by `read` into `target`.
template <typename AttrT, typename Read>
LogicalResult readMember(JsonReader reader, StringRef key, Read read, AttrT &target) {
  std::optional<JsonReader> member = reader.member(key);
  if (!member)
    return success();
  FailureOr<AttrT> value = read(*member);
  if (failed(value))
    return failure();
  target = *value;
  return success();
}

FailureOr<ArrayAttr> readList(JsonReader reader,
                              llvm::function_ref<FailureOr<Attribute>(JsonReader)> readElement) {
  if (failed(reader.expectArray()))
    return failure();
  SmallVector<Attribute> elements;
  for (size_t i = 0, e = reader.json().size(); i < e; ++i) {
    FailureOr<Attribute> element = readElement(reader.element(i));
    if (failed(element))
      return failure();
    elements.push_back(*element);
  }
  return ArrayAttr::get(reader.location()->getContext(), elements);
}

FailureOr<Attribute> readName(JsonReader reader) {
  FailureOr<std::string> name = reader.string();
  if (failed(name))
    return failure();
  return Attribute(StringAttr::get(reader.location()->getContext(), *name));
}

FailureOr<ArrayAttr> readNames(JsonReader reader) { return readList(reader, readName); }

FailureOr<DenseI64ArrayAttr> readIndices(JsonReader reader) {
  if (failed(reader.expectArray()))
    return failure();
  SmallVector<int64_t> indices;
  for (size_t i = 0, e = reader.json().size(); i < e; ++i) {
    FailureOr<int64_t> index = reader.element(i).integer();
    if (failed(index))
      return failure();
    indices.push_back(*index);
  }
  return DenseI64ArrayAttr::get(reader.location()->getContext(), indices);
}

/// [name, qconfig_mapping, example_inputs, prepare_custom_config, backend_config]; null, or not
/// there, for what is not said.
FailureOr<Attribute> readStandaloneModule(JsonReader reader) {
  MLIRContext *context = reader.location()->getContext();
  if (failed(reader.expectArray()))
    return failure();
  size_t size = reader.json().size();
  if (size < 1 || size > 5)
    return reader.error()
           << "expected [module, qconfig_mapping, example_inputs, prepare_custom_config, "
              "backend_config], of which all but the first may be null or left out, but got "
           << size << " elements";
  FailureOr<std::string> name = reader.element(0).string();
  if (failed(name))
    return failure();
  QConfigMappingAttr mapping;
  PrepareCustomConfigAttr prepare;
  BackendConfigAttr backend;
  auto readElement = [&](size_t index, auto read, auto &target) -> LogicalResult {
    if (index >= size || reader.element(index).isNull())
      return success();
    auto value = read(reader.element(index));
    if (failed(value))
      return failure();
    target = *value;
    return success();
  };
  if (failed(readElement(1, readQConfigMapping, mapping)) ||
      failed(readElement(3, readPrepareCustomConfig, prepare)) ||
      failed(readElement(4, readBackendConfig, backend)))
    return failure();
  auto attr = StandaloneModuleAttr::getChecked([&] { return reader.error(); }, context,
                                               StringRef(*name), mapping, prepare, backend);
  if (!attr)
    return failure();
  return Attribute(attr);
}

FailureOr<ArrayAttr> readStandaloneModules(JsonReader reader) {
  return readList(reader, readStandaloneModule);
}

/// {"static": {"float": "observed"}, "dynamic": {...}, "weight_only": {...}}
FailureOr<DictionaryAttr> readSwaps(JsonReader reader) {
  MLIRContext *context = reader.location()->getContext();
  constexpr StringRef kinds[] = {"static", "dynamic", "weight_only"};
  if (failed(reader.expectObject(kinds)))
    return failure();
  NamedAttrList result;
  for (StringRef kind : kinds) {
    std::optional<JsonReader> member = reader.member(kind);
    if (!member)
      continue;
    if (!member->json().is_object())
      return member->expected("an object of names of functions");
    NamedAttrList swaps;
    for (const auto &[from, unused] : member->json().items()) {
      std::optional<JsonReader> to = member->member(from);
      if (!to)
        return member->error() << "expected the name of a function for '" << from
                               << "', but got null";
      FailureOr<std::string> name = to->string();
      if (failed(name))
        return failure();
      swaps.set(from, StringAttr::get(context, *name));
    }
    result.set(kind, swaps.getDictionary(context));
  }
  return result.getDictionary(context);
}

/// {"scale": 0.03, "zero_point": 120, "dtype": "quint8"}
FailureOr<Attribute> readInputQParams(JsonReader reader) {
  if (failed(reader.expectObject({"scale", "zero_point", "dtype"})))
    return failure();
  for (StringRef key : {"scale", "zero_point"})
    if (!reader.member(key))
      return reader.error() << "expected the key '" << key << "'";
  nlohmann::json json = reader.json();
  json["observer"] = "fixed_qparams";
  numerics::ObserverConfig config;
  if (std::string error = numerics::fromJson(json, config, reader.path()); !error.empty())
    return emitError(reader.location()) << error;
  return Attribute(ObserverSpecAttr::get(reader.location()->getContext(), config));
}

FailureOr<ArrayAttr> readInputQParamsList(JsonReader reader) {
  return readList(reader, readInputQParams);
}

template <typename AttrT, typename Read>
LogicalResult readToModule(JsonReader reader, StringRef key, Read read, ModuleOp module,
                           StringRef attrName) {
  AttrT config;
  if (failed(readMember(reader, key, read, config)))
    return failure();
  if (config)
    module->setAttr(attrName, config);
  return success();
}

} // namespace

FailureOr<PrepareCustomConfigAttr> quantir::readPrepareCustomConfig(JsonReader reader) {
  if (failed(
          reader.expectObject({"standalone_module_name", "standalone_module_class",
                               "float_to_observed_custom_module_class", "non_traceable_module_name",
                               "non_traceable_module_class", "input_quantized_idxs",
                               "output_quantized_idxs", "input_qparams", "preserved_attributes"})))
    return failure();
  ArrayAttr standaloneNames, standaloneClasses, nonTraceableNames, nonTraceableClasses,
      inputQParams, preserved;
  DictionaryAttr floatToObserved;
  DenseI64ArrayAttr inputs, outputs;
  if (failed(
          readMember(reader, "standalone_module_name", readStandaloneModules, standaloneNames)) ||
      failed(readMember(reader, "standalone_module_class", readStandaloneModules,
                        standaloneClasses)) ||
      failed(readMember(reader, "float_to_observed_custom_module_class", readSwaps,
                        floatToObserved)) ||
      failed(readMember(reader, "non_traceable_module_name", readNames, nonTraceableNames)) ||
      failed(readMember(reader, "non_traceable_module_class", readNames, nonTraceableClasses)) ||
      failed(readMember(reader, "input_quantized_idxs", readIndices, inputs)) ||
      failed(readMember(reader, "output_quantized_idxs", readIndices, outputs)) ||
      failed(readMember(reader, "input_qparams", readInputQParamsList, inputQParams)) ||
      failed(readMember(reader, "preserved_attributes", readNames, preserved)))
    return failure();
  auto attr = PrepareCustomConfigAttr::getChecked(
      [&] { return reader.error(); }, reader.location()->getContext(), standaloneNames,
      standaloneClasses, floatToObserved, nonTraceableNames, nonTraceableClasses, inputs, outputs,
      inputQParams, preserved);
  if (!attr)
    return failure();
  return attr;
}

FailureOr<ConvertCustomConfigAttr> quantir::readConvertCustomConfig(JsonReader reader) {
  if (failed(reader.expectObject(
          {"observed_to_quantized_custom_module_class", "preserved_attributes"})))
    return failure();
  DictionaryAttr swaps;
  ArrayAttr preserved;
  if (failed(readMember(reader, "observed_to_quantized_custom_module_class", readSwaps, swaps)) ||
      failed(readMember(reader, "preserved_attributes", readNames, preserved)))
    return failure();
  return ConvertCustomConfigAttr::get(reader.location()->getContext(), swaps, preserved);
}

FailureOr<FuseCustomConfigAttr> quantir::readFuseCustomConfig(JsonReader reader) {
  if (failed(reader.expectObject({"preserved_attributes"})))
    return failure();
  ArrayAttr preserved;
  if (failed(readMember(reader, "preserved_attributes", readNames, preserved)))
    return failure();
  return FuseCustomConfigAttr::get(reader.location()->getContext(), preserved);
}

LogicalResult quantir::readCustomConfigs(JsonReader reader, ModuleOp module) {
  using Dialect = QuantirDialect;
  return success(succeeded(readToModule<PrepareCustomConfigAttr>(
                     reader, "prepare_custom_config", readPrepareCustomConfig, module,
                     Dialect::prepareCustomConfigAttrName)) &&
                 succeeded(readToModule<ConvertCustomConfigAttr>(
                     reader, "convert_custom_config", readConvertCustomConfig, module,
                     Dialect::convertCustomConfigAttrName)) &&
                 succeeded(readToModule<FuseCustomConfigAttr>(reader, "fuse_custom_config",
                                                              readFuseCustomConfig, module,
                                                              Dialect::fuseCustomConfigAttrName)));
}

bool quantir::isTraceable(Operation *function) {
  return !function->hasAttr(QuantirDialect::nonTraceableAttrName) &&
         !function->hasAttr(QuantirDialect::customModuleAttrName);
}

PrepareCustomConfigAttr quantir::boundaryConfigOf(FunctionOpInterface function) {
  StringRef name = QuantirDialect::prepareCustomConfigAttrName;
  if (function.isPublic())
    return configurationOf<PrepareCustomConfigAttr>(function, name);
  return function->getAttrOfType<PrepareCustomConfigAttr>(name);
}

StringRef quantir::pathWithin(FunctionOpInterface function, StringRef path) {
  auto module = function->getAttrOfType<StringAttr>(QuantirDialect::modulePathAttrName);
  if (!module || module.empty() || !SettingsAttr::of(function).getMapping())
    return path;
  StringRef rest = path;
  if (rest.consume_front(module.getValue()) && (rest.empty() || rest.consume_front(".")))
    return rest;
  return path;
}

StringRef quantir::quantizationKind(QConfigAttr qconfig) {
  if (!qconfig)
    return "";
  auto isQuantized = [](ObserverSpecAttr spec) {
    return spec && numerics::isQuantized(spec.getConfig().dtype);
  };
  ObserverSpecAttr activation = qconfig.getActivation();
  if (isQuantized(activation))
    return activation.getConfig().isDynamic ? "dynamic" : "static";
  return isQuantized(qconfig.getWeight()) ? "weight_only" : "";
}
