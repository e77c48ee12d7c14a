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

/// MLIR text may have any spelling.
static std::string canonical(StringRef type) {
  std::string name = canonicalObjectType(type);
  return name.empty() ? type.str() : name;
}

struct QConfigResolver::Tables {
  QConfigMappingAttr mapping;
  /// The last rule of each name; object types are canonical.
  llvm::StringMap<QConfigRuleAttr> byType, byModule;
  SmallVector<std::pair<QConfigRuleAttr, PythonRegex>> expressions;
  /// By module, type and number: the rule's place in its list.
  llvm::StringMap<size_t> order;
  /// What the expressions say of a path; a null rule if none matches.
  mutable llvm::StringMap<QConfigRuleAttr> byPath;

  static std::string orderKey(StringRef module, StringRef type, int64_t index) {
    return (module + "\n" + type + "\n" + Twine(index)).str();
  }

  /// The first expression that matches the path.
  FailureOr<QConfigRuleAttr> matchPath(StringRef path, Location loc) const {
    auto [known, isNew] = byPath.try_emplace(path);
    if (!isNew)
      return known->getValue();
    for (const auto &[rule, regex] : expressions) {
      PythonRegex::Result result = regex.match(path);
      if (result == PythonRegex::Result::TooComplex)
        return emitError(loc) << "expected an expression that is decided in few steps, but '"
                              << rule.getKey() << "' of module_name_regex backtracks too long on '"
                              << path << "'";
      if (result == PythonRegex::Result::Match)
        return known->getValue() = rule;
    }
    return QConfigRuleAttr();
  }

  /// The rule of a level that decides for the op; null if none applies.
  FailureOr<QConfigRuleAttr> decide(MappingLevel level, const OpIdentity &op, Location loc) const {
    switch (level) {
    case MappingLevel::ModuleNameRegex:
      return matchPath(op.modulePath, loc);
    case MappingLevel::ModuleName: // the innermost module
      for (StringRef path = op.modulePath; !path.empty(); path = parentModule(path))
        if (QConfigRuleAttr rule = byModule.lookup(path))
          return rule;
      return QConfigRuleAttr();
    case MappingLevel::ObjectType: // the strongest of the op's types
      for (StringRef type : op.objectTypes)
        if (QConfigRuleAttr rule = byType.lookup(type))
          return rule;
      return QConfigRuleAttr();
    case MappingLevel::ModuleNameObjectTypeOrder: { // the last one
      std::optional<size_t> last;
      for (auto [type, index] : llvm::zip_equal(op.objectTypes, op.indices)) {
        // PyTorch does not count methods, whose names have no module.
        auto found = type.contains('.') ? order.find(orderKey(op.enclosingModule(), type, index))
                                        : order.end();
        if (found != order.end() && (!last || *last < found->getValue()))
          last = found->getValue();
      }
      return last ? mapping.getModuleNameObjectTypeOrder()[*last] : QConfigRuleAttr();
    }
    }
    llvm_unreachable("all levels are handled");
  }
};

QConfigResolver::QConfigResolver(QConfigMappingAttr mapping) : tables(std::make_unique<Tables>()) {
  tables->mapping = mapping;
  for (QConfigRuleAttr rule : mapping.getObjectType())
    tables->byType[canonical(rule.getKey())] = rule;
  for (QConfigRuleAttr rule : mapping.getModuleNameRegex()) {
    std::string error; // The attribute's verifier has compiled the expression.
    if (std::optional<PythonRegex> regex = PythonRegex::compile(rule.getKey(), error))
      tables->expressions.emplace_back(rule, std::move(*regex));
  }
  for (QConfigRuleAttr rule : mapping.getModuleName())
    tables->byModule[rule.getKey()] = rule;
  for (auto [place, rule] : llvm::enumerate(mapping.getModuleNameObjectTypeOrder()))
    tables
        ->order[Tables::orderKey(rule.getKey(), canonical(rule.getObjectType()), rule.getIndex())] =
        place;
}

QConfigResolver::QConfigResolver(QConfigResolver &&) = default;
QConfigResolver::~QConfigResolver() = default;

FailureOr<ResolvedQConfig> QConfigResolver::resolve(const OpIdentity &op, Location loc) const {
  for (MappingLevel level : llvm::reverse(mappingLevels)) {
    FailureOr<QConfigRuleAttr> rule = tables->decide(level, op, loc);
    if (failed(rule))
      return failure();
    if (*rule)
      return ResolvedQConfig{rule->getQconfig(),
                             (stringify(level) + " '" + rule->getKey() + "'").str()};
  }
  return ResolvedQConfig{tables->mapping.getGlobal(), "global"};
}

FailureOr<ResolvedQConfig> quantir::resolveQConfig(QConfigMappingAttr mapping, const OpIdentity &op,
                                                   Location loc) {
  return QConfigResolver(mapping).resolve(op, loc);
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
