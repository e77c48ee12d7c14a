//===- CalibrationState.cpp - What a calibration learned ------------------===//

#include "quantir/Serialization/CalibrationState.h"

#include "lib/Base/JsonTree.h"
#include "quantir/Base/JsonText.h"
#include "quantir/Base/Text.h"
#include "quantir/Numerics/Observers.h"
#include "quantir/Serialization/ObserverJson.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <ranges>
#include <utility>

using nlohmann::json;

namespace quantir::numerics {

static constexpr int version = 1;
/// As of an observer's counts: sums never overflow.
static constexpr int64_t mostSamples = int64_t(1) << 53;
static constexpr const char *versionKey = "quantir_calibration";

std::string formatCalibrationState(const CalibrationState &state) {
  JsonTree<json> tree;
  json &document = tree.value;
  document = json::object();
  document[versionKey] = version;
  document["samples"] = state.samples;
  json &observers = document["observers"] = json::object();
  for (const auto &[name, entry] : state.observers) {
    json &object = observers[name] = json::object();
    writeJson(entry.state, object["state"]);
    if (entry.tellsConfig)
      writeJson(entry.config, object["config"]);
    if (!entry.isEnabled)
      object["observer_enabled"] = false;
  }
  // Names need not be UTF-8.
  return document.dump(1, ' ', false, json::error_handler_t::replace) + "\n";
}

//===----------------------------------------------------------------------===//
// Reading
//===----------------------------------------------------------------------===//

/// A member that every file has to have, of the type that `isType` tells.
static std::string require(const json &object, const char *key, bool (json::*isType)() const,
                           const std::string &type) {
  auto member = object.find(key);
  if (member == object.end())
    return "expected a member '" + std::string(key) + "', but there is none";
  if (!((*member).*isType)())
    return std::string(key) + ": expected " + type + ", but got " + member->type_name();
  return {};
}

static std::string checkDocument(const json &document) {
  if (!document.is_object() || !document.contains(versionKey))
    return "expected a calibration state: an object with '" + std::string(versionKey) + "'";
  if (document[versionKey] != version)
    return "expected a calibration state of version " + std::to_string(version) + ", but got " +
           describeJson(document[versionKey]);
  constexpr std::array<std::string_view, 3> known = {versionKey, "samples", "observers"};
  for (const auto &member : document.items())
    if (std::find(known.begin(), known.end(), member.key()) == known.end())
      return unknownName(member.key(), known);
  if (document.contains("samples"))
    if (std::string error =
            require(document, "samples", &json::is_number_unsigned, "a number of samples");
        !error.empty())
      return error;
  return require(document, "observers", &json::is_object, "an object");
}

static std::string parseEntry(const json &json, const std::string &path,
                              CalibrationState::Entry &entry) {
  if (!json.is_object())
    return path + ": expected an object with 'config' and 'state', but got " + json.type_name();
  constexpr std::array<std::string_view, 3> known = {"config", "state", "observer_enabled"};
  for (const auto &member : json.items())
    if (std::find(known.begin(), known.end(), member.key()) == known.end())
      return path + ": " + unknownName(member.key(), known);
  if (!json.contains("state"))
    return path + ": expected a member 'state', but there is none";
  if (json.contains("observer_enabled")) {
    if (!json["observer_enabled"].is_boolean())
      return path + ".observer_enabled: expected true or false, but got " +
             json["observer_enabled"].type_name();
    entry.isEnabled = json["observer_enabled"].get<bool>();
  }
  if (std::string error = fromJson(json["state"], entry.state, path + ".state"); !error.empty())
    return error;
  entry.tellsConfig = json.contains("config");
  if (!entry.tellsConfig) // whether the observer accepts the state, only the model can say
    return {};
  if (std::string error = fromJson(json["config"], entry.config, path + ".config"); !error.empty())
    return error;
  std::unique_ptr<Observer> observer = createObserver(entry.config);
  std::string error = observer->load(entry.state);
  if (error.empty())
    error = observer->error();
  return error.empty() ? error : path + ".state: " + error;
}

std::string parseCalibrationState(std::string_view text, CalibrationState &out) {
  JsonTree<json> tree;
  json &document = tree.value;
  // Histograms of thousands of observers take some hundred bytes a bin.
  constexpr JsonLimits limits = {.bytes = size_t(1) << 30, .depth = 16};
  if (std::string error = parseJsonText(text, document, limits); !error.empty())
    return error;
  if (std::string error = checkDocument(document); !error.empty())
    return error;
  CalibrationState state;
  if (document.contains("samples")) {
    if (document["samples"].get<uint64_t>() > uint64_t(mostSamples))
      return "samples: expected at most 2^53, but got " + describeJson(document["samples"]);
    state.samples = document["samples"].get<int64_t>();
  }
  for (const auto &[name, entry] : document["observers"].items())
    if (std::string error = parseEntry(entry, "observers." + name, state.observers[name]);
        !error.empty())
      return error;
  out = std::move(state);
  return {};
}

//===----------------------------------------------------------------------===//
// Checking and merging
//===----------------------------------------------------------------------===//

/// " (nearest: 'act_1')", or nothing if none is near.
template <typename Map> static std::string nearestOf(std::string_view name, const Map &map) {
  return nearestInBrackets(name, std::views::keys(map));
}

std::string checkObservers(const CalibrationState &state, const ObserverSlots &slots,
                           std::string_view owner) {
  for (const auto &[name, entry] : state.observers) {
    auto slot = slots.find(name);
    if (slot == slots.end())
      return "observers." + name + ": " + std::string(owner) + " has no observer of this name" +
             nearestOf(name, slots) + "; calibrate the same model with the same configuration";
    if (entry.tellsConfig && entry.config != slot->second.config)
      return "observers." + name + ".config: expected that of " + std::string(owner) + ", " +
             toJson(slot->second.config).dump() + ", but got " + toJson(entry.config).dump() +
             "; calibrate the same model with the same configuration";
  }
  for (const auto &[name, slot] : slots)
    if (slot.required && !state.observers.contains(name))
      return "observers: expected the state of '" + name + "', an observer of " +
             std::string(owner) + ", but there is none" + nearestOf(name, state.observers) +
             "; calibrate the same model with the same configuration";
  return {};
}

/// Reports a state that does not tell the configuration of its observer.
static std::string checkTellsConfigs(const CalibrationState &state) {
  for (const auto &[name, entry] : state.observers)
    if (!entry.tellsConfig)
      return "observers." + name +
             ": expected a member 'config', but there is none; states are "
             "merged by their configuration";
  return {};
}

std::string merge(CalibrationState &into, const CalibrationState &other) {
  for (const CalibrationState *state : {&std::as_const(into), &other})
    if (std::string error = checkTellsConfigs(*state); !error.empty())
      return error;
  ObserverSlots slots;
  for (const auto &[name, entry] : into.observers)
    slots[name] = {entry.config};
  if (std::string error = checkObservers(other, slots, "the first state"); !error.empty())
    return error;
  if (other.samples > mostSamples - into.samples)
    return "samples: expected at most 2^53 together, but got " + std::to_string(into.samples) +
           " and " + std::to_string(other.samples);
  CalibrationState merged = into;
  merged.samples += other.samples;
  for (auto &[name, entry] : merged.observers) {
    std::unique_ptr<Observer> observer = createObserver(entry.config);
    std::string error = observer->load(std::move(entry.state));
    if (error.empty())
      error = observer->merge(other.observers.find(name)->second.state);
    if (error.empty())
      error = observer->error();
    if (!error.empty())
      return "observers." + name + ".state: " + error;
    entry.state = observer->state();
  }
  into = std::move(merged);
  return {};
}

} // namespace quantir::numerics
