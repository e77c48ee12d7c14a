//===- DTypeConfigJson.cpp - The JSON form of dtype configs ---------------===//

#include "BackendConfigParts.h"
#include "quantir/Base/Text.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace quantir;
using namespace quantir::backend_json;

using Json = nlohmann::json;

LogicalResult backend_json::readText(JsonReader reader, StringRef key, std::string &target) {
  return readMember<std::string>(reader, key, target, [](JsonReader r) { return r.string(); });
}

LogicalResult backend_json::readInteger(JsonReader reader, StringRef key,
                                        std::optional<int64_t> &target) {
  return readMember<std::optional<int64_t>>(
      reader, key, target, [](JsonReader r) -> FailureOr<std::optional<int64_t>> {
        FailureOr<int64_t> value = r.integer();
        return failed(value) ? FailureOr<std::optional<int64_t>>(failure())
                             : std::optional<int64_t>(*value);
      });
}

namespace {

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
  auto attr =
      DTypeSpecAttr::getChecked([&] { return reader.error(); }, reader.location()->getContext(),
                                dtype, quantMin, quantMax, scaleMin, scaleMax, scale, zeroPoint);
  if (!attr)
    return failure();
  return attr;
}

FailureOr<DTypeConfigAttr> readWrittenOut(JsonReader reader) {
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

Json specToJson(DTypeSpecAttr spec) {
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

} // namespace

LogicalResult NamedDTypeConfigs::add(JsonReader config) {
  std::optional<JsonReader> member = config.member("dtype_configs");
  if (!member)
    return success();
  if (!member->json().is_object())
    return member->expected("an object of dtype configs by name");
  for (const auto &[name, value] : member->json().items()) {
    std::optional<JsonReader> named = member->member(name);
    if (!named)
      return member->error() << "expected a dtype config for '" << shortened(name)
                             << "', but got null";
    readers.erase(name);
    readers.try_emplace(name, *named);
  }
  return success();
}

LogicalResult NamedDTypeConfigs::read() {
  for (const auto &entry : readers) {
    JsonReader reader = entry.getValue();
    if (reader.json().is_array())
      continue;
    FailureOr<DTypeConfigAttr> config = readWrittenOut(reader);
    if (failed(config))
      return failure();
    configs[entry.getKey()] = {*config};
  }
  // A list has no lists in it, so those are read when all else is known.
  llvm::StringMap<SmallVector<DTypeConfigAttr>> lists;
  for (const auto &entry : readers) {
    if (!entry.getValue().json().is_array())
      continue;
    FailureOr<SmallVector<DTypeConfigAttr>> list = readList(entry.getValue());
    if (failed(list))
      return failure();
    lists[entry.getKey()] = *std::move(list);
  }
  for (auto &list : lists)
    configs[list.getKey()] = std::move(list.getValue());
  return success();
}

FailureOr<SmallVector<DTypeConfigAttr>> NamedDTypeConfigs::readList(JsonReader list) const {
  SmallVector<DTypeConfigAttr> dtypes;
  for (size_t i = 0, e = list.json().size(); i < e; ++i) {
    JsonReader element = list.element(i);
    if (element.isString())
      if (auto named = readers.find(*element.string());
          named != readers.end() && named->getValue().json().is_array())
        return element.error() << "expected a dtype config, but '" << named->getKey()
                               << "' is a list of them";
    if (failed(append(element, dtypes)))
      return failure();
  }
  return dtypes;
}

LogicalResult NamedDTypeConfigs::append(JsonReader element,
                                        SmallVectorImpl<DTypeConfigAttr> &dtypes) const {
  if (!element.isString()) {
    FailureOr<DTypeConfigAttr> config = readWrittenOut(element);
    if (failed(config))
      return failure();
    dtypes.push_back(*config);
    return success();
  }
  std::string name = *element.string();
  auto it = configs.find(name);
  if (it == configs.end())
    return element.error() << "expected a dtype config that has a name, but got '" << name << "'"
                           << didYouMean(name, SmallVector<StringRef>(configs.keys()));
  // A short text can name a long list very often.
  constexpr size_t maxDTypes = 256;
  if (dtypes.size() + it->getValue().size() > maxDTypes)
    return element.error() << "expected at most " << maxDTypes << " dtype configs";
  used.insert(name);
  llvm::append_range(dtypes, it->getValue());
  return success();
}

LogicalResult NamedDTypeConfigs::checkUsed(JsonReader config) const {
  std::optional<JsonReader> member = config.member("dtype_configs");
  if (!member)
    return success();
  for (const auto &[name, value] : member->json().items())
    if (!used.contains(name))
      return member->member(name)->error() << "no pattern uses '" << shortened(name) << "'"
                                           << didYouMean(name, SmallVector<StringRef>(used.keys()));
  return success();
}

Json backend_json::toJson(DTypeConfigAttr config) {
  Json object = Json::object();
  auto set = [&](const char *key, DTypeSpecAttr spec) {
    if (spec)
      object[key] = specToJson(spec);
  };
  set("input_dtype", config.getInput());
  set("output_dtype", config.getOutput());
  set("weight_dtype", config.getWeight());
  set("bias_dtype", config.getBias());
  if (config.getIsDynamic())
    object["is_dynamic"] = true;
  return object;
}
