//===- ObserverLoader.cpp - Observers of a module, with their rules -------===//

#include "quantir/Config/ObserverLoader.h"

using namespace mlir;
using namespace quantir;

FailureOr<ObserverLoader> ObserverLoader::create(ModuleOp module, Settings &settings) {
  FailureOr<QuantizationRules> rules = settings.rules();
  if (failed(rules))
    return failure();
  ObserverLoader loader;
  loader.keepsEps = rules->pytorchEps;
  for (auto func : module.getOps<func::FuncOp>()) {
    if (!SettingsAttr::of(func).getBackendConfig())
      continue;
    FailureOr<QuantizationRules> own = settings.rulesOf(func);
    if (failed(own))
      return failure();
    if (own->pytorchEps != rules->pytorchEps)
      func.walk([&](ObserveOp observe) {
        loader.exceptions[observe.getObserverAttr().getAttr()] = own->pytorchEps;
      });
  }
  return loader;
}

numerics::ObserverConfig ObserverLoader::configOf(ObserverOp op) const {
  numerics::ObserverConfig config = op.getSpec().getConfig();
  auto exception = exceptions.find(op.getSymNameAttr());
  bool keeps = exception == exceptions.end() ? keepsEps : exception->second;
  // The blocks of affine_min_max follow torchao's own rules.
  if (!keeps && config.kind != numerics::ObserverKind::AffineMinMax &&
      config.eps == numerics::ObserverConfig().eps)
    config.eps = leastScale;
  return config;
}

std::unique_ptr<numerics::Observer> ObserverLoader::load(ObserverOp op, std::string &error) const {
  numerics::ObserverConfig config = configOf(op);
  std::unique_ptr<numerics::Observer> observer = numerics::createObserver(config);
  error = observer ? "" : config.validate();
  if (!observer || !numerics::needsCalibration(config))
    return observer;
  std::optional<numerics::ObserverState> state = op.getObserverState();
  if (!state || state->empty())
    error = "has no state; calibrate the prepared model first";
  else if (error = observer->load(*state); !error.empty())
    error = "cannot use its state: " + error;
  return error.empty() ? std::move(observer) : nullptr;
}
