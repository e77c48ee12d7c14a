//===- Inspect.cpp - What a plan is made of -------------------------------===//

#include "quantir/Base/JsonText.h"
#include "runtime/commands/Commands.h"
#include "runtime/commands/Console.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>

using namespace quantir;
using namespace quantir::runtime;
using Json = nlohmann::ordered_json;

/// How many ops there are of each kind, most frequent first.
static std::vector<std::pair<std::string, int64_t>> countOps(const Plan &plan) {
  std::map<std::string, int64_t> counts;
  for (const OpInfo &op : plan.ops())
    ++counts[op.kind];
  std::vector<std::pair<std::string, int64_t>> sorted(counts.begin(), counts.end());
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const auto &a, const auto &b) { return a.second > b.second; });
  return sorted;
}

/// The compiler's report, as the plan keeps it; null if there is none, or, for a reason that is
/// given, none that can be read. The plan is usable all the same.
static Json readSummary(const Plan &plan, std::string &error) {
  Json summary;
  if (plan.summary().empty())
    return summary;
  error = quantir::parseJsonText(plan.summary(), summary);
  if (error.empty() && !summary.is_object())
    error = "expected an object";
  return error.empty() ? summary : Json();
}

static Json tensorJson(const TensorInfo &info) {
  Json json = {{"name", info.name}, {"dtype", nameOf(info.dtype)}, {"dims", info.dims}};
  if (info.quant)
    json["quant"] = {{"scale", info.quant->scales}, {"zero_point", info.quant->zeroPoints}};
  return json;
}

static std::string inspectJson(const Plan &plan, bool listOps) {
  Json json = {{"file", plan.path()},
               {"bytes", plan.fileSize()},
               {"constant_bytes", plan.constantBytes()},
               {"producer", plan.producer()},
               {"model", plan.model()},
               {"stage", plan.stage()},
               {"backend", plan.backend()},
               {"inputs", Json::array()},
               {"outputs", Json::array()},
               {"preprocessing", nullptr},
               {"observers", plan.observers().size()},
               {"op_counts", Json::object()}};
  for (const TensorInfo &info : plan.inputs())
    json["inputs"].push_back(tensorJson(info));
  for (const TensorInfo &info : plan.outputs())
    json["outputs"].push_back(tensorJson(info));
  if (plan.preprocessing())
    json["preprocessing"] = {{"mean", plan.preprocessing()->mean},
                             {"std", plan.preprocessing()->std}};
  for (const auto &[kind, count] : countOps(plan))
    json["op_counts"][kind] = count;
  if (listOps) {
    json["ops"] = Json::array();
    for (const OpInfo &op : plan.ops())
      json["ops"].push_back({{"name", op.name}, {"kind", op.kind}, {"backend", op.backend}});
  }
  std::string error;
  json["summary"] = readSummary(plan, error);
  if (!error.empty())
    json["summary_error"] = error;
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

static std::string inspectText(const Plan &plan, bool listOps) {
  std::string text;
  auto line = [&](std::string_view label, std::string_view value) {
    text += fmt::format("{:<12}{}\n", label, value);
  };
  auto tensors = [&](std::string_view label, const std::vector<TensorInfo> &infos) {
    for (const TensorInfo &info : infos) {
      line(label, fmt::format("{} {} {}", info.name, nameOf(info.dtype), formatDims(info.dims)));
      label = "";
    }
  };
  if (!plan.model().empty())
    line("model", plan.model());
  line("stage", plan.stage());
  line("backend", plan.backend());
  line("producer", plan.producer());
  line("size", fmt::format("{}, of which {} are constants", formatBytes(plan.fileSize()),
                           formatBytes(plan.constantBytes())));
  tensors("inputs", plan.inputs());
  tensors("outputs", plan.outputs());
  if (plan.preprocessing())
    line("images", fmt::format("mean {}  std {}", fmt::join(plan.preprocessing()->mean, ","),
                               fmt::join(plan.preprocessing()->std, ",")));
  if (!plan.observers().empty())
    line("observers", std::to_string(plan.observers().size()));
  std::vector<std::string> counts;
  for (const auto &[kind, count] : countOps(plan))
    counts.push_back(fmt::format("{} {}", count, kind));
  line("kernels", fmt::format("{}: {}", plan.ops().size(), fmt::join(counts, ", ")));
  std::string error;
  if (Json summary = readSummary(plan, error);
      summary.contains("text") && summary["text"].is_string())
    text += "\n" + summary["text"].get<std::string>();
  if (!error.empty())
    line("summary", "cannot be shown: " + error);
  if (listOps) {
    Table table({"kernel", "backend", "name"});
    for (const OpInfo &op : plan.ops())
      table.addRow({op.kind, op.backend, op.name});
    text += "\n" + table.str();
  }
  return text;
}

Status quantir::runtime::inspectPlan(const Plan &plan, const InspectOptions &options) {
  fmt::print("{}", options.json ? inspectJson(plan, options.listOps)
                                : inspectText(plan, options.listOps));
  return Status();
}
