//===- Report.cpp - What quantization did to a model ----------------------===//

#include "quantir/Report.h"

#include "Trust.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>

using namespace quantir;
using Json = nlohmann::ordered_json;

std::string_view quantir::toText(OpMode mode) {
  switch (mode) {
  case OpMode::Float:
    return "float";
  case OpMode::Static:
    return "static";
  case OpMode::Dynamic:
    return "dynamic";
  case OpMode::Half:
    return "half";
  case OpMode::WeightOnly:
    return "weight_only";
  }
  return "";
}

size_t QuantizationReport::count(OpMode mode) const {
  return size_t(
      std::count_if(ops.begin(), ops.end(), [=](const OpReport &op) { return op.mode == mode; }));
}

size_t QuantizationReport::numQuantized() const { return ops.size() - count(OpMode::Float); }

std::vector<std::pair<std::string, std::vector<size_t>>> QuantizationReport::floatReasons() const {
  std::vector<std::pair<std::string, std::vector<size_t>>> reasons;
  for (size_t i = 0; i < ops.size(); ++i) {
    if (ops[i].isQuantized())
      continue;
    auto known = std::find_if(reasons.begin(), reasons.end(),
                              [&](const auto &entry) { return entry.first == ops[i].reason; });
    if (known == reasons.end())
      known = reasons.insert(reasons.end(), {ops[i].reason, {}});
    known->second.push_back(i);
  }
  std::stable_sort(reasons.begin(), reasons.end(),
                   [](const auto &a, const auto &b) { return a.second.size() > b.second.size(); });
  return reasons;
}

//===----------------------------------------------------------------------===//
// Text
//===----------------------------------------------------------------------===//

static std::string kibibytes(uint64_t bytes) {
  return bytes < (1 << 20) ? fmt::format("{:.1f} KiB", double(bytes) / 1024)
                           : fmt::format("{:.1f} MiB", double(bytes) / (1 << 20));
}

/// "nn.pad (layer2.0, layer3.0)"; of many ops, the first few.
static std::string listOps(const std::vector<OpReport> &ops, const std::vector<size_t> &which) {
  std::vector<std::pair<std::string, std::vector<std::string>>> byType;
  for (size_t i : which) {
    auto known = std::find_if(byType.begin(), byType.end(),
                              [&](const auto &entry) { return entry.first == ops[i].op; });
    if (known == byType.end())
      known = byType.insert(byType.end(), {ops[i].op, {}});
    if (!ops[i].name.empty())
      known->second.push_back(ops[i].name);
  }
  std::vector<std::string> texts;
  for (auto &[type, names] : byType) {
    constexpr size_t most = 3;
    size_t others = names.size() > most ? names.size() - most : 0;
    names.resize(names.size() - others);
    std::string text = type;
    if (!names.empty())
      text += fmt::format(" ({}{})", fmt::join(names, ", "),
                          others > 0 ? fmt::format(" and {} more", others) : "");
    texts.push_back(std::move(text));
  }
  return fmt::format("{}", fmt::join(texts, ", "));
}

/// How many ops are quantized, and why the others are not.
static std::string opsText(const QuantizationReport &report) {
  std::string text = fmt::format("{}: {} of {} ops quantized\n",
                                 report.model.empty() ? report.source : report.model,
                                 report.numQuantized(), report.ops.size());
  constexpr std::pair<OpMode, const char *> onFloats[] = {
      {OpMode::Dynamic, "with scales chosen at run time"},
      {OpMode::Half, "to half precision"},
      {OpMode::WeightOnly, "in their weights only"}};
  for (auto [mode, how] : onFloats)
    if (size_t count = report.count(mode))
      text += fmt::format("  {} of them {}, computed in float on rounded numbers\n", count, how);
  for (const auto &[reason, which] : report.floatReasons())
    text += fmt::format("  {} left in float: {}\n    {}\n", which.size(), reason,
                        listOps(report.ops, which));
  return text;
}

static std::string sizeText(const QuantizationReport &report) {
  std::string text =
      fmt::format("size {} -> {}", kibibytes(report.floatBytes), kibibytes(report.planBytes));
  if (report.planBytes > 0 && report.floatBytes > report.planBytes)
    text += fmt::format(" ({:.1f} times smaller)",
                        double(report.floatBytes) / double(report.planBytes));
  return text + "\n";
}

static std::string outputsText(const QuantizationReport &report) {
  if (report.outputs.empty())
    return "";
  std::string text =
      fmt::format("on the {} calibration samples, against float:\n", report.comparedSamples);
  for (const OutputReport &output : report.outputs) {
    text += fmt::format("  {}: SQNR {:.1f} dB", output.name, output.sqnrDb);
    if (output.totalSqnrDb < leastTrustedSqnr && output.totalSqnrDb < output.sqnrDb)
      text += fmt::format(", {:.1f} dB over all samples together", output.totalSqnrDb);
    if (output.agreement)
      text += fmt::format(", same class for {:.1f}%", 100 * *output.agreement);
    text += "\n";
  }
  return text;
}

std::string QuantizationReport::toText() const {
  return opsText(*this) + sizeText(*this) + outputsText(*this);
}

//===----------------------------------------------------------------------===//
// JSON
//===----------------------------------------------------------------------===//

/// As few digits as name the float32: 0.305, not the 0.3050000071525574 that it is.
static double shortest(float value) {
  std::string text = fmt::format("{}", value);
  double number = value; // stod would ask the locale, and refuses infinities
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

static Json toJson(const std::vector<float> &values) {
  Json json = Json::array();
  for (float value : values)
    json.push_back(shortest(value));
  return json;
}

static Json toJson(const ValueReport &value) {
  Json json = {{"dtype", value.dtype}};
  if (value.scale.size() == 1) {
    json["scale"] = shortest(value.scale[0]);
    json["zero_point"] = value.zeroPoint.empty() ? 0 : value.zeroPoint[0];
  } else if (!value.scale.empty()) {
    json["scale"] = toJson(value.scale);
    json["zero_point"] = value.zeroPoint;
  }
  return json;
}

static Json toJson(const std::vector<ValueReport> &values) {
  Json json = Json::array();
  for (const ValueReport &value : values)
    json.push_back(toJson(value));
  return json;
}

static Json toJson(const OpReport &op) {
  Json json = {{"name", op.name},
               {"op", op.op},
               {"quantized", op.isQuantized()},
               {"mode", std::string(toText(op.mode))}};
  if (!op.isQuantized())
    json["reason"] = op.reason;
  json["sqnr_db"] = op.sqnrDb ? Json(*op.sqnrDb) : Json();
  json["inputs"] = toJson(op.inputs);
  if (op.weight)
    json["weight"] = toJson(*op.weight);
  json["outputs"] = toJson(op.outputs);
  return json;
}

/// Text that is JSON, as JSON; null if it is none.
static Json parsed(const std::string &text) {
  Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  return json.is_discarded() ? Json() : json;
}

/// What the report and the summary have in common.
static Json commonJson(const QuantizationReport &report) {
  Json json = {{"quantir_report", 1},
               {"model", report.model},
               {"source", report.source},
               {"backend", report.backend},
               {"config", report.config.empty() ? Json() : Json(report.config)},
               {"qconfig_mapping", parsed(report.qconfigMapping)},
               {"backend_config", parsed(report.backendConfig)},
               {"preprocessing", nullptr},
               {"calibration",
                {{"data", report.calibrationData},
                 {"samples", report.calibrationSamples},
                 {"batch", report.calibrationBatch}}},
               {"corrected_biases", report.correctedBiases},
               {"totals",
                {{"ops", report.ops.size()},
                 {"quantized", report.numQuantized()},
                 {"float", report.count(OpMode::Float)},
                 {"static", report.count(OpMode::Static)},
                 {"dynamic", report.count(OpMode::Dynamic)},
                 {"half", report.count(OpMode::Half)},
                 {"weight_only", report.count(OpMode::WeightOnly)}}},
               {"float_reasons", Json::array()},
               {"outputs", Json::array()}};
  if (report.preprocessing)
    json["preprocessing"] = {{"mean", toJson(report.preprocessing->mean)},
                             {"std", toJson(report.preprocessing->std)}};
  for (const auto &[reason, which] : report.floatReasons())
    json["float_reasons"].push_back({{"reason", reason}, {"ops", which.size()}});
  json["trust_warnings"] = report.trustWarnings;
  for (const OutputReport &output : report.outputs)
    json["outputs"].push_back({{"name", output.name},
                               {"sqnr_db", output.sqnrDb},
                               {"total_sqnr_db", output.totalSqnrDb},
                               {"agreement", output.agreement ? Json(*output.agreement) : Json()}});
  return json;
}

std::string QuantizationReport::toJson() const {
  Json json = commonJson(*this);
  json["size"] = {{"float_bytes", floatBytes}, {"plan_bytes", planBytes}};
  json["seconds"] = Json::object();
  for (const auto &[step, time] : seconds)
    json["seconds"][step] = std::round(time * 1e6) / 1e6;
  json["notes"] = notes;
  json["ops"] = Json::array();
  for (const OpReport &op : ops)
    json["ops"].push_back(::toJson(op));
  json["text"] = toText();
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string QuantizationReport::toSummaryJson() const {
  Json json = commonJson(*this);
  std::string text = opsText(*this) + outputsText(*this);
  for (const std::string &warning : trustWarnings)
    text += "warning: " + warning + "\n";
  json["text"] = text;
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}
