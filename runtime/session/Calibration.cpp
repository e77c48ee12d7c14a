//===- Calibration.cpp - Statistics gathered by a prepared plan ------------===//

#include "quantir/Runtime/Calibration.h"

#include "quantir/Base/Files.h"
#include "quantir/Base/OutOfMemory.h"
#include "quantir/Numerics/Observers.h"
#include "quantir/Serialization/ObserverJson.h"
#include "runtime/session/ObserverList.h"

#include <fmt/format.h>

namespace quantir::runtime {

static std::string noMemory() { return "not enough memory for the states of the observers"; }

static Result<std::shared_ptr<ObserverList>> makeObservers(const Plan &plan) {
  auto observers = std::make_shared<ObserverList>();
  for (const ObserverInfo &info : plan.observers()) {
    numerics::ObserverConfig config;
    std::string path = fmt::format("observer '{}'", info.name);
    if (std::string error = numerics::parseJson(info.config, config, path); !error.empty())
      return Status::invalidModel(error);
    observers->push_back(numerics::createObserver(config));
  }
  return observers;
}

/// Whether the statistics of one observer can be used.
static Status checkObserver(const std::string &name, const numerics::Observer &observer) {
  std::string error = observer.error();
  if (error.empty() && numerics::needsCalibration(observer.config()) && observer.state().empty())
    error = "expected at least one observed value, but got none; run the plan on calibration data";
  if (error.empty())
    return {};
  return Status::invalidData(fmt::format("observer '{}': {}", name, error));
}

static Result<numerics::CalibrationState> statesOf(const Plan &plan, const ObserverList &observers,
                                                   int64_t samples) {
  numerics::CalibrationState state;
  state.samples = samples;
  for (size_t i = 0; i < observers.size(); ++i) {
    const std::string &name = plan.observers()[i].name;
    if (Status status = checkObserver(name, *observers[i]); !status)
      return status;
    state.observers[name] = {observers[i]->config(), observers[i]->state()};
  }
  return state;
}

static Status restore(const numerics::CalibrationState &state, const Plan &plan,
                      ObserverList &observers) {
  numerics::ObserverSlots slots;
  for (size_t i = 0; i < observers.size(); ++i)
    slots[plan.observers()[i].name] = {observers[i]->config()};
  if (std::string error = numerics::checkObservers(state, slots); !error.empty())
    return Status::invalidData(error);
  // All or none: whatever can fail comes before the first is changed.
  std::vector<numerics::ObserverState> states;
  for (size_t i = 0; i < observers.size(); ++i) {
    const std::string &name = plan.observers()[i].name;
    states.push_back(state.observers.find(name)->second.state);
    if (std::string error = numerics::checkState(observers[i]->config(), states.back());
        !error.empty())
      return Status::invalidData(fmt::format("observers.{}.state: {}", name, error));
  }
  for (size_t i = 0; i < observers.size(); ++i)
    (void)observers[i]->load(std::move(states[i]));
  return {};
}

static Result<numerics::CalibrationState> loadState(const std::string &path) {
  Result<Bytes> bytes = readFile(path);
  if (!bytes)
    return bytes.status();
  numerics::CalibrationState state;
  if (std::string error = numerics::parseCalibrationState(bytes->text(), state); !error.empty())
    return Status::invalidData(fmt::format("'{}': {}", path, error));
  return state;
}

//===----------------------------------------------------------------------===//
// Interface
//===----------------------------------------------------------------------===//

Result<std::shared_ptr<ObserverList>> createObservers(const Plan &plan) {
  return catchOutOfMemory([&] { return makeObservers(plan); }, noMemory);
}

Result<numerics::CalibrationState> collectStates(const Plan &plan, const ObserverList &observers,
                                                 int64_t samples) {
  return catchOutOfMemory([&] { return statesOf(plan, observers, samples); }, noMemory);
}

Status restoreStates(const numerics::CalibrationState &state, const Plan &plan,
                     ObserverList &observers) {
  return catchOutOfMemory([&] { return restore(state, plan, observers); }, noMemory);
}

Result<numerics::CalibrationState> loadCalibrationState(const std::string &path) {
  return catchOutOfMemory([&] { return loadState(path); }, noMemory);
}

Status saveCalibrationState(const std::string &path, const numerics::CalibrationState &state) {
  return catchOutOfMemory(
      [&] { return writeFile(path, std::string_view(numerics::formatCalibrationState(state))); },
      noMemory);
}

} // namespace quantir::runtime
