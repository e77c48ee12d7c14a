//===- ObserverJson.cpp - Observers as JSON -------------------------------===//

#include "quantir/Serialization/ObserverJson.h"
#include "lib/Base/JsonTree.h"
#include "quantir/Base/JsonText.h"
#include "quantir/Base/Text.h"
#include "quantir/Numerics/Observers.h"

#include <nlohmann/json.hpp>

#include <array>
#include <charconv>
#include <cmath>
#include <limits>

using nlohmann::json;

namespace quantir::numerics {

//===----------------------------------------------------------------------===//
// Writing
//===----------------------------------------------------------------------===//

namespace {

/// The double with the shortest decimal text that reads back as `value`: 0.01, not
/// 0.009999999776482582.
json floatToJson(float value) {
  std::string text = formatFloat(value);
  if (!std::isfinite(value))
    return text;
  double shortest = 0; // strtod would ask the locale
  std::from_chars(text.data(), text.data() + text.size(), shortest);
  return shortest;
}

void writeFloats(const std::vector<float> &values, json &array) {
  array = json::array();
  for (float value : values)
    array.push_back(floatToJson(value));
}

void writeInts(const std::vector<int64_t> &values, json &array) {
  array = json::array();
  for (int64_t value : values)
    array.push_back(value);
}

/// The settings of affine_min_max.
void addBlocks(const ObserverConfig &config, json &object) {
  object["granularity"] = toText(config.granularityKind);
  object["mapping_type"] = toText(config.mappingType);
  if (config.groupSize != 0)
    object["group_size"] = config.groupSize;
  if (!config.blockSize.empty())
    writeInts(config.blockSize, object["block_size"]);
  if (config.zeroPointDomain != ZeroPointDomain::Int)
    object["zero_point_domain"] = toText(config.zeroPointDomain);
  if (!config.preserveZero)
    object["preserve_zero"] = config.preserveZero;
}

} // namespace

void writeJson(const ObserverConfig &config, json &object) {
  const ObserverConfig usual = ObserverConfig::of(config.kind);
  object = json::object();
  object["observer"] = toText(config.kind);
  object["dtype"] = toText(config.dtype);
  const bool affine = config.kind == ObserverKind::AffineMinMax;
  if (!affine)
    object["qscheme"] = toText(config.scheme);
  if (config.quantMin)
    object["quant_min"] = *config.quantMin;
  if (config.quantMax)
    object["quant_max"] = *config.quantMax;
  if (config.reduceRange != usual.reduceRange)
    object["reduce_range"] = config.reduceRange;
  if (config.eps != usual.eps)
    object["eps"] = floatToJson(config.eps);
  if (config.averagingConstant != usual.averagingConstant)
    object["averaging_constant"] = floatToJson(config.averagingConstant);
  if (config.chAxis != usual.chAxis)
    object["ch_axis"] = config.chAxis;
  if (config.bins != usual.bins)
    object["bins"] = config.bins;
  if (config.percentile != usual.percentile)
    object["percentile"] = floatToJson(config.percentile);
  if (config.isDynamic != usual.isDynamic)
    object["is_dynamic"] = config.isDynamic;
  if (config.fixedScale != usual.fixedScale || config.kind == ObserverKind::FixedQParams)
    object["scale"] = floatToJson(config.fixedScale);
  if (config.fixedZeroPoint != usual.fixedZeroPoint || config.kind == ObserverKind::FixedQParams)
    object["zero_point"] = config.fixedZeroPoint;
  if (config.fakeQuantize != usual.fakeQuantize)
    object["fake_quantize"] = toText(config.fakeQuantize);
  if (affine)
    addBlocks(config, object);
}

void writeJson(const ObserverState &state, json &object) {
  object = json::object();
  writeFloats(state.minVal, object["min_val"]);
  writeFloats(state.maxVal, object["max_val"]);
  object["samples"] = state.samples;
  if (!state.histogram.empty())
    writeFloats(state.histogram, object["histogram"]);
  if (!state.counts.empty())
    writeInts(state.counts, object["counts"]);
  if (!state.blocks.empty())
    writeInts(state.blocks, object["blocks"]);
  if (state.nanCount)
    object["nan_count"] = state.nanCount;
  if (state.infCount)
    object["inf_count"] = state.infCount;
}

json toJson(const ObserverConfig &config) {
  JsonTree<json> tree;
  writeJson(config, tree.value);
  return std::move(tree.value);
}

json toJson(const ObserverState &state) {
  JsonTree<json> tree;
  writeJson(state, tree.value);
  return std::move(tree.value);
}

//===----------------------------------------------------------------------===//
// Reading
//===----------------------------------------------------------------------===//

namespace {

std::string expected(const std::string &what, const json &got) {
  return "expected " + what + ", but got " + describeJson(got);
}

std::string read(const json &value, bool &out) {
  if (!value.is_boolean())
    return expected("true or false", value);
  out = value.get<bool>();
  return {};
}

template <typename Int> std::string readInteger(const json &value, Int &out) {
  constexpr auto least = std::numeric_limits<Int>::min(),
                 greatest = std::numeric_limits<Int>::max();
  bool fits = value.is_number_unsigned()
                  ? value.get<uint64_t>() <= uint64_t(greatest)
                  : value.is_number_integer() && value.get<int64_t>() >= int64_t(least) &&
                        value.get<int64_t>() <= int64_t(greatest);
  if (!fits)
    return expected(
        "an integer between " + std::to_string(least) + " and " + std::to_string(greatest), value);
  out = value.get<Int>();
  return {};
}

std::string read(const json &value, int32_t &out) { return readInteger(value, out); }
std::string read(const json &value, int64_t &out) { return readInteger(value, out); }

std::string read(const json &value, std::optional<int32_t> &out) {
  if (value.is_null()) {
    out.reset();
    return {};
  }
  int32_t number;
  if (std::string error = read(value, number); !error.empty())
    return error;
  out = number;
  return {};
}

std::string read(const json &value, float &out) {
  const auto *text = value.get_ptr<const std::string *>();
  if (text && (*text == "inf" || *text == "-inf" || *text == "nan")) {
    std::from_chars(text->data(), text->data() + text->size(), out);
    return {};
  }
  if (!value.is_number())
    return expected("a number", value);
  double number = value.get<double>();
  // Half a step above the greatest float is where rounding to it ends.
  if (!(std::fabs(number) < 0x1.ffffffp127))
    return expected("a number that fits float32", value);
  out = float(number);
  return {};
}

template <typename T> std::string read(const json &value, std::vector<T> &out) {
  if (!value.is_array())
    return expected("an array of numbers", value);
  std::vector<T> values(value.size());
  for (size_t i = 0; i < values.size(); ++i)
    if (std::string error = read(value[i], values[i]); !error.empty())
      return "[" + std::to_string(i) + "]: " + error;
  out = std::move(values);
  return {};
}

template <typename Enum>
  requires std::is_enum_v<Enum>
std::string read(const json &value, Enum &out) {
  if (!value.is_string())
    return expected("a name in quotes", value);
  return parseText(value.get_ref<const std::string &>(), out);
}

/// Reads the members of one object. After the first error all else is skipped.
class ObjectReader {
public:
  ObjectReader(const json &object, std::string_view path) : object(object), path(path) {
    if (!object.is_object())
      fail("", expected("an object", object));
  }

  template <typename T> void optional(const char *key, T &out) {
    if (!error.empty() || !object.contains(key))
      return;
    if (std::string text = read(object.at(key), out); !text.empty())
      fail(key, text);
  }

  template <typename T> void required(const char *key, T &out) {
    if (error.empty() && !object.contains(key))
      fail("", std::string("expected a member '") + key + "', but there is none");
    optional(key, out);
  }

  void rejectUnknown(std::span<const std::string_view> known) {
    if (!error.empty())
      return;
    for (const auto &member : object.items())
      if (std::find(known.begin(), known.end(), member.key()) == known.end())
        return fail(member.key(), unknownName(member.key(), known));
  }

  void fail(std::string_view key, const std::string &text) {
    if (!error.empty())
      return;
    error = path;
    if (!error.empty() && !key.empty())
      error += ".";
    error += key;
    // An element's index is part of the place.
    error += (error.empty() || text.starts_with("[") ? "" : ": ") + text;
  }

  std::string take() { return std::move(error); }

private:
  const json &object;
  std::string path, error;
};

constexpr std::array<std::string_view, 22> configKeys = {"observer",
                                                         "dtype",
                                                         "qscheme",
                                                         "quant_min",
                                                         "quant_max",
                                                         "reduce_range",
                                                         "eps",
                                                         "averaging_constant",
                                                         "ch_axis",
                                                         "bins",
                                                         "percentile",
                                                         "is_dynamic",
                                                         "scale",
                                                         "zero_point",
                                                         "fake_quantize",
                                                         "target_dtype",
                                                         "granularity",
                                                         "group_size",
                                                         "block_size",
                                                         "mapping_type",
                                                         "zero_point_domain",
                                                         "preserve_zero"};

constexpr std::array<std::string_view, 8> stateKeys = {
    "min_val", "max_val", "histogram", "counts", "blocks", "samples", "nan_count", "inf_count"};

} // namespace

std::string fromJson(const json &object, ObserverConfig &out, std::string_view path) {
  ObjectReader reader(object, path);
  reader.rejectUnknown(configKeys);
  ObserverKind kind = ObserverKind::MinMax;
  reader.required("observer", kind);
  ObserverConfig config = ObserverConfig::of(kind);
  reader.optional("dtype", config.dtype);
  reader.optional("qscheme", config.scheme);
  reader.optional("quant_min", config.quantMin);
  reader.optional("quant_max", config.quantMax);
  reader.optional("reduce_range", config.reduceRange);
  reader.optional("eps", config.eps);
  reader.optional("averaging_constant", config.averagingConstant);
  reader.optional("ch_axis", config.chAxis);
  reader.optional("bins", config.bins);
  reader.optional("percentile", config.percentile);
  reader.optional("is_dynamic", config.isDynamic);
  reader.optional("scale", config.fixedScale);
  reader.optional("zero_point", config.fixedZeroPoint);
  reader.optional("fake_quantize", config.fakeQuantize);
  // PyTorch's name of the dtype for affine_min_max.
  QDType target = config.dtype;
  reader.optional("target_dtype", target);
  if (object.is_object() && object.contains("target_dtype") && object.contains("dtype") &&
      target != config.dtype)
    reader.fail("target_dtype", "expected the same as dtype, but got " +
                                    std::string(toText(target)) + " and " +
                                    std::string(toText(config.dtype)));
  config.dtype = target;
  reader.optional("granularity", config.granularityKind);
  reader.optional("group_size", config.groupSize);
  reader.optional("block_size", config.blockSize);
  reader.optional("mapping_type", config.mappingType);
  reader.optional("zero_point_domain", config.zeroPointDomain);
  reader.optional("preserve_zero", config.preserveZero);
  if (std::string text = config.validate(); !text.empty())
    reader.fail("", text);
  if (std::string error = reader.take(); !error.empty())
    return error;
  out = config;
  return {};
}

std::string fromJson(const json &object, ObserverState &out, std::string_view path) {
  ObjectReader reader(object, path);
  reader.rejectUnknown(stateKeys);
  ObserverState state;
  reader.required("min_val", state.minVal);
  reader.required("max_val", state.maxVal);
  reader.optional("histogram", state.histogram);
  reader.optional("counts", state.counts);
  reader.optional("blocks", state.blocks);
  reader.optional("samples", state.samples);
  reader.optional("nan_count", state.nanCount);
  reader.optional("inf_count", state.infCount);
  if (std::string error = reader.take(); !error.empty())
    return error;
  out = std::move(state);
  return {};
}

std::string parseJson(std::string_view text, ObserverConfig &out, std::string_view path) {
  JsonTree<json> parsed;
  if (std::string error = parseJsonText(text, parsed.value); !error.empty())
    return std::string(path) + (path.empty() ? "" : ": ") + error;
  return fromJson(parsed.value, out, path);
}

} // namespace quantir::numerics
