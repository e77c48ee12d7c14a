//===- Calibration.cpp - Statistics gathered by a prepared plan ------------===//

#include "quantir/Runtime/Calibration.h"

#include "quantir/Numerics/ObserverJson.h"
#include "runtime/data/Files.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace quantir::runtime {

using nlohmann::json;

static constexpr int calibrationVersion = 1;

Result<std::shared_ptr<ObserverList>> createObservers(const Plan &plan) {
  auto observers = std::make_shared<ObserverList>();
  for (const ObserverInfo &info : plan.observers()) {
    numerics::ObserverConfig config;
    std::string path = fmt::format("observer '{}'", info.name);
    if (std::string error = numerics::parseJson(info.config, config, path); !error.empty())
      return Status::error(error);
    observers->push_back(numerics::createObserver(config));
  }
  return observers;
}

/// Whether the statistics of one observer can be used.
static Status checkObserver(const std::string &name, const numerics::Observer &observer) {
  std::string error = observer.error();
  if (error.empty() && numerics::needsCalibration(observer.config().kind) &&
      observer.state().empty())
    error = "expected at least one observed value, but got none; run the plan on calibration data";
  if (error.empty())
    return {};
  return Status::error(fmt::format("observer '{}': {}", name, error));
}

Result<std::string> formatObserverStates(const Plan &plan, const ObserverList &observers) {
  json states = json::object();
  for (size_t i = 0; i < observers.size(); ++i) {
    const std::string &name = plan.observers()[i].name;
    const numerics::Observer &observer = *observers[i];
    if (Status status = checkObserver(name, observer); !status)
      return status;
    states[name] = {{"config", numerics::toJson(observer.config())},
                    {"state", numerics::toJson(observer.state())}};
  }
  json document = {{"quantir_calibration", calibrationVersion}, {"observers", std::move(states)}};
  // Names come from a plan and need not be UTF-8.
  return document.dump(1, ' ', false, json::error_handler_t::replace) + "\n";
}

Status saveObserverStates(const std::string &path, const Plan &plan,
                          const ObserverList &observers) {
  Result<std::string> text = formatObserverStates(plan, observers);
  if (!text)
    return text.status();
  return writeFile(path, std::string_view(*text));
}

/// Reads the statistics of one observer of the plan.
static Status parseState(const json &entries, const std::string &name,
                         const numerics::Observer &observer, numerics::ObserverState &state) {
  std::string path = "observers." + name;
  auto entry = entries.find(name);
  if (entry == entries.end())
    return Status::error(fmt::format("expected statistics of observer '{}', which the plan has; "
                                     "calibrate this plan",
                                     name));
  if (!entry->is_object() || !entry->contains("config") || !entry->contains("state"))
    return Status::error(path + ": expected an object with 'config' and 'state'");
  numerics::ObserverConfig config;
  if (std::string error = numerics::fromJson(entry->at("config"), config, path + ".config");
      !error.empty())
    return Status::error(error);
  if (config != observer.config())
    return Status::error(fmt::format("{}.config: expected the configuration of the plan, {}, but "
                                     "got {}; calibrate this plan",
                                     path, numerics::toJson(observer.config()).dump(),
                                     numerics::toJson(config).dump()));
  if (std::string error = numerics::fromJson(entry->at("state"), state, path + ".state");
      !error.empty())
    return Status::error(error);
  return {};
}

static Status parseStates(std::string_view text, const Plan &plan, ObserverList &observers) {
  json document = json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (document.is_discarded())
    return Status::error("expected JSON");
  auto version = document.find("quantir_calibration");
  if (!document.is_object() || version == document.end())
    return Status::error("expected calibration statistics: an object with 'quantir_calibration'");
  if (*version != calibrationVersion)
    return Status::error(fmt::format("expected calibration statistics of version {}, but got {}",
                                     calibrationVersion, version->dump()));
  auto entries = document.find("observers");
  if (entries == document.end() || !entries->is_object())
    return Status::error("expected an object 'observers'");

  std::vector<numerics::ObserverState> states(observers.size());
  for (size_t i = 0; i < observers.size(); ++i)
    QUANTIR_RETURN_IF_ERROR(
        parseState(*entries, plan.observers()[i].name, *observers[i], states[i]));
  for (size_t i = 0; i < observers.size(); ++i)
    if (std::string error = observers[i]->load(std::move(states[i])); !error.empty())
      return Status::error(fmt::format("observers.{}.state: {}", plan.observers()[i].name, error));
  return {};
}

Status loadObserverStates(const std::string &path, const Plan &plan, ObserverList &observers) {
  Result<Bytes> bytes = readFile(path);
  if (!bytes)
    return bytes.status();
  return parseStates(bytes->text(), plan, observers).withContext(fmt::format("'{}'", path));
}

} // namespace quantir::runtime
