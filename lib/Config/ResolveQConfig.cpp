//===- ResolveQConfig.cpp - Which op gets which qconfig -------------------===//
//
// The rules are those of torch.ao.quantization.fx.qconfig_mapping_utils. What a file of a model
// does not tell is the class of the module that a function is called in, by which PyTorch may
// override the function's own setting.
//
//===----------------------------------------------------------------------===//

#include "quantir/Config/QConfig.h"

#include "quantir/dialects/NN/NN.h"
#include "quantir/dialects/Quantir/ObjectTypes.h"
#include "quantir/dialects/Quantir/PythonRegex.h"

#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace quantir;

namespace {

/// MLIR text may have any spelling.
std::string canonical(StringRef type) {
  std::string name = canonicalObjectType(type);
  return name.empty() ? type.str() : name;
}

/// The position of `type` among the types of an op; nullopt if it is none of them.
std::optional<size_t> findType(const OpIdentity &op, StringRef type) {
  auto it = llvm::find(op.objectTypes, canonical(type));
  if (it == op.objectTypes.end())
    return std::nullopt;
  return it - op.objectTypes.begin();
}

/// `path` itself or what encloses it; "" encloses nothing by name.
bool isWithin(StringRef path, StringRef module) {
  return !module.empty() && path.consume_front(module) && (path.empty() || path.front() == '.');
}

bool matchesRegex(StringRef pattern, const OpIdentity &op) {
  std::string error; // The attribute's verifier has compiled the expression.
  std::optional<PythonRegex> regex = PythonRegex::compile(pattern, error);
  return regex && regex->match(op.modulePath) == PythonRegex::Result::Match;
}

bool matchesOrder(QConfigRuleAttr rule, const OpIdentity &op) {
  std::optional<size_t> type = findType(op, rule.getObjectType());
  // PyTorch does not count methods, whose names have no module.
  return type && op.objectTypes[*type].contains('.') && op.enclosingModule() == rule.getKey() &&
         op.indices[*type] == rule.getIndex();
}

/// The rule of a level that decides for the op; null if none applies.
QConfigRuleAttr decide(QConfigMappingAttr mapping, MappingLevel level, const OpIdentity &op) {
  auto applies = [&](QConfigRuleAttr rule) { return appliesTo(level, rule, op); };
  auto rules = llvm::make_filter_range(rulesOf(mapping, level), applies);
  QConfigRuleAttr best;
  for (QConfigRuleAttr rule : rules) {
    switch (level) {
    case MappingLevel::ModuleNameRegex: // the first
      return rule;
    case MappingLevel::ModuleName: // the innermost module
      if (!best || rule.getKey().size() >= best.getKey().size())
        best = rule;
      break;
    case MappingLevel::ObjectType: // the strongest of the op's types
      if (!best || *findType(op, rule.getKey()) <= *findType(op, best.getKey()))
        best = rule;
      break;
    case MappingLevel::ModuleNameObjectTypeOrder:
      best = rule;
      break;
    }
  }
  return best;
}

} // namespace

bool quantir::appliesTo(MappingLevel level, QConfigRuleAttr rule, const OpIdentity &op) {
  switch (level) {
  case MappingLevel::ObjectType:
    return findType(op, rule.getKey()).has_value();
  case MappingLevel::ModuleNameRegex:
    return matchesRegex(rule.getKey(), op);
  case MappingLevel::ModuleName:
    return isWithin(op.modulePath, rule.getKey());
  case MappingLevel::ModuleNameObjectTypeOrder:
    return matchesOrder(rule, op);
  }
  llvm_unreachable("all levels are handled");
}

ResolvedQConfig quantir::resolveQConfig(QConfigMappingAttr mapping, const OpIdentity &op) {
  for (MappingLevel level : llvm::reverse(mappingLevels))
    if (QConfigRuleAttr rule = decide(mapping, level, op))
      return {rule.getQconfig(), (stringify(level) + " '" + rule.getKey() + "'").str()};
  return {mapping.getGlobal(), "global"};
}

OpIdentity OpIdentifier::next(Operation *op, StringRef path) {
  OpIdentity identity;
  identity.objectTypes = objectTypesOf(op);
  identity.modulePath = path;
  auto call = op->getAttrOfType<StringAttr>(nn::callAttrName);
  identity.isFunction = call && call.getValue() == "function";
  for (StringRef type : identity.objectTypes)
    identity.indices.push_back(counts[(identity.enclosingModule() + "\n" + type).str()]++);
  return identity;
}

StringRef OpIdentity::enclosingModule() const {
  return isFunction ? modulePath : parentModule(modulePath);
}

StringRef quantir::parentModule(StringRef path) {
  size_t dot = path.rfind('.');
  return dot == StringRef::npos ? StringRef() : path.take_front(dot);
}
