//===- QuantizationRules.cpp - Where Quantir and PyTorch part ways --------===//

#include "quantir/Config/BackendConfig.h"

#include "llvm/ADT/Sequence.h"

using namespace mlir;
using namespace quantir;

bool &QuantizationRules::operator[](Rule rule) {
  switch (rule) {
  case Rule::ObserveShared:
    return observeShared;
  case Rule::Prune:
    return prune;
  case Rule::FixedFromQConfig:
    return fixedFromQConfig;
  case Rule::ReuseByKind:
    return reuseByKind;
  case Rule::ScalarsShare:
    return scalarsShare;
  case Rule::ModuleWeightsAtConvert:
    return moduleWeightsAtConvert;
  case Rule::FusersFirst:
    return fusersFirst;
  case Rule::CorrectBiases:
    return correctBiases;
  case Rule::StandaloneFromModule:
    return standaloneFromModule;
  case Rule::CheckFusedTypes:
    return checkFusedTypes;
  case Rule::FloatAddends:
    return floatAddends;
  case Rule::EqualizeAsFX:
    return equalizeAsFX;
  case Rule::JoinByFirst:
    return joinByFirst;
  case Rule::PyTorchEps:
    return pytorchEps;
  case Rule::TieWeights:
    return tieWeights;
  }
  llvm_unreachable("a rule without a value");
}

QuantizationRules QuantizationRules::of(Rules family) {
  QuantizationRules result;
  if (family == Rules::Quantir)
    return result;
  result.observeShared = true;
  result.prune = false;
  result.floatAddends = false;
  result.fixedFromQConfig = true;
  result.reuseByKind = true;
  result.scalarsShare = true;
  result.moduleWeightsAtConvert = true;
  result.fusersFirst = true;
  result.correctBiases = false;
  result.standaloneFromModule = true;
  result.checkFusedTypes = true;
  result.equalizeAsFX = true;
  result.joinByFirst = true;
  result.pytorchEps = true;
  result.tieWeights = false;
  return result;
}

QuantizationRules QuantizationRules::of(BackendConfigAttr resolved) {
  QuantizationRules result = of(resolved.getRules());
  for (auto [rule, value] : resolved.getOverrides())
    result[rule] = value;
  return result;
}

SmallVector<std::pair<Rule, bool>> QuantizationRules::overridesOf(Rules family) const {
  const QuantizationRules usual = of(family);
  SmallVector<std::pair<Rule, bool>> overrides;
  for (uint32_t index : llvm::seq(getMaxEnumValForRule() + 1))
    if (Rule rule = Rule(index); (*this)[rule] != usual[rule])
      overrides.emplace_back(rule, (*this)[rule]);
  return overrides;
}
