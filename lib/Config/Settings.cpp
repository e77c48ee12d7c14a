//===- Settings.cpp - How a module is to be quantized ---------------------===//

#include "quantir/Config/Settings.h"

using namespace mlir;
using namespace quantir;

QConfigMappingAttr Settings::mapping() const {
  QConfigMappingAttr own = SettingsAttr::of(module).getMapping();
  return own ? own : getDefaultQConfigMapping(module->getContext());
}

QConfigMappingAttr Settings::mappingOf(FunctionOpInterface function) const {
  QConfigMappingAttr own = SettingsAttr::of(function).getMapping();
  return own ? own : mapping();
}

const QConfigResolver &Settings::resolver(QConfigMappingAttr mapping) {
  std::lock_guard lock(mutex);
  std::unique_ptr<QConfigResolver> &resolver = resolvers[mapping];
  if (!resolver)
    resolver = std::make_unique<QConfigResolver>(mapping);
  return *resolver;
}

QConfigMappingAttr Settings::equalization() const {
  return SettingsAttr::of(module).getEqualization();
}

FailureOr<const BackendPatterns *> Settings::patternsOf(BackendConfigAttr config, Location loc) {
  std::lock_guard lock(mutex);
  std::unique_ptr<BackendPatterns> &patterns = backends[config];
  if (!patterns) {
    FailureOr<BackendConfigAttr> resolved = resolveBackendConfig(config, loc);
    if (failed(resolved))
      return failure();
    patterns = std::make_unique<BackendPatterns>(*resolved);
  }
  return patterns.get();
}

FailureOr<const BackendPatterns *> Settings::patterns() {
  BackendConfigAttr config = SettingsAttr::of(module).getBackendConfig();
  if (!config)
    config = BackendConfigAttr::get(module->getContext(), defaultBackendConfig, {});
  return patternsOf(config, module->getLoc());
}

FailureOr<const BackendPatterns *> Settings::patternsOf(FunctionOpInterface function) {
  BackendConfigAttr own = SettingsAttr::of(function).getBackendConfig();
  return own ? patternsOf(own, function.getLoc()) : patterns();
}

FailureOr<QuantizationRules> Settings::rules() {
  FailureOr<const BackendPatterns *> found = patterns();
  return failed(found) ? FailureOr<QuantizationRules>(failure()) : (*found)->rules();
}

FailureOr<QuantizationRules> Settings::rulesOf(FunctionOpInterface function) {
  FailureOr<const BackendPatterns *> found = patternsOf(function);
  return failed(found) ? FailureOr<QuantizationRules>(failure()) : (*found)->rules();
}

StringRef Settings::backend() const {
  StringAttr backend = SettingsAttr::of(module).getBackend();
  return backend ? backend.getValue() : StringRef();
}
