//===- ResolveQConfig.cpp - Which op gets which qconfig -------------------===//
//
// The rules are those of torch.ao.quantization.fx.qconfig_mapping_utils. What a file of a model
// does not tell is the class of the module that a function is called in, by which PyTorch may
// override the function's own setting.
//
//===----------------------------------------------------------------------===//

#include "quantir/Config/QConfig.h"

#include "quantir/Base/Text.h"
#include "quantir/Vocabulary/ObjectTypes.h"
#include "quantir/Vocabulary/PythonRegex.h"
#include "quantir/dialects/NN/NN.h"

#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace quantir;

/// MLIR text may have any spelling.
static std::string canonical(StringRef type) {
  std::string name = canonicalObjectType(type);
  return name.empty() ? type.str() : name;
}

struct QConfigResolver::Tables {
  /// Places of settings in their list.
  using Places = SmallVector<size_t, 1>;

  QConfigMappingAttr mapping;
  const SettingPaths *paths;
  /// By name; object types are canonical.
  llvm::StringMap<Places> byType, byModule;
  /// By module, type and number.
  llvm::StringMap<Places> byOrder;
  SmallVector<std::pair<size_t, PythonRegex>> expressions;
  /// The expressions that match a path, for the paths that were asked for.
  mutable llvm::StringMap<Places> byPath;

  static std::string orderKey(StringRef module, StringRef type, int64_t index) {
    return (module + "\n" + type + "\n" + Twine(index)).str();
  }

  std::string placeOf(MappingLevel level, size_t index) const {
    return paths ? (*paths)[size_t(level)][index]
                 : stringify(level).str() + "[" + std::to_string(index) + "]";
  }

  /// All expressions are tried, also those behind the first that matches: whether one backtracks
  /// without end does not depend on what stands before it.
  FailureOr<Places> matchPath(StringRef path, Location loc) const {
    if (auto known = byPath.find(path); known != byPath.end())
      return known->getValue();
    Places places;
    for (const auto &[place, regex] : expressions) {
      PythonRegex::Result result = regex.match(path);
      if (result == PythonRegex::Result::TooComplex)
        return emitError(loc) << placeOf(MappingLevel::ModuleNameRegex, place)
                              << ": expected an expression that is decided in few steps, but "
                              << inQuotes(mapping.getModuleNameRegex()[place].getKey())
                              << " backtracks too long on " << inQuotes(path);
      if (result == PythonRegex::Result::Match)
        places.push_back(place);
    }
    return byPath.try_emplace(path, std::move(places)).first->getValue();
  }

  /// The settings of a level that hold for the op, the one that decides first.
  FailureOr<Places> match(MappingLevel level, const OpIdentity &op, Location loc) const {
    Places places;
    // Of several with one name the last replaces the others.
    auto addLastFirst = [&](const llvm::StringMap<Places> &table, StringRef name) {
      if (auto found = table.find(name); found != table.end())
        llvm::append_range(places, llvm::reverse(found->getValue()));
    };
    switch (level) {
    case MappingLevel::ModuleNameRegex: // the first expression
      return matchPath(op.modulePath, loc);
    case MappingLevel::ModuleName: // the innermost module
      for (StringRef path = op.modulePath; !path.empty(); path = parentModule(path))
        addLastFirst(byModule, path);
      return places;
    case MappingLevel::ObjectType: // the strongest of the op's types
      for (StringRef type : op.objectTypes)
        addLastFirst(byType, type);
      return places;
    case MappingLevel::ModuleNameObjectTypeOrder: // the last setting, whatever the type
      for (auto [type, index] : llvm::zip_equal(op.objectTypes, op.indices))
        // PyTorch does not count methods, whose names have no module.
        if (type.contains('.'))
          addLastFirst(byOrder, orderKey(op.enclosingModule(), type, index));
      llvm::sort(places, std::greater<>());
      return places;
    }
    llvm_unreachable("all levels are handled");
  }
};

QConfigResolver::QConfigResolver(QConfigMappingAttr mapping, const SettingPaths *paths)
    : tables(std::make_unique<Tables>()) {
  tables->mapping = mapping;
  tables->paths = paths;
  for (auto [place, rule] : llvm::enumerate(mapping.getObjectType()))
    tables->byType[canonical(rule.getKey())].push_back(place);
  for (auto [place, rule] : llvm::enumerate(mapping.getModuleNameRegex())) {
    std::string error; // The attribute's verifier has compiled the expression.
    if (std::optional<PythonRegex> regex = PythonRegex::compile(rule.getKey(), error))
      tables->expressions.emplace_back(place, std::move(*regex));
  }
  for (auto [place, rule] : llvm::enumerate(mapping.getModuleName()))
    tables->byModule[rule.getKey()].push_back(place);
  for (auto [place, rule] : llvm::enumerate(mapping.getModuleNameObjectTypeOrder()))
    tables
        ->byOrder[Tables::orderKey(rule.getKey(), canonical(rule.getObjectType()), rule.getIndex())]
        .push_back(place);
}

QConfigResolver::QConfigResolver(QConfigResolver &&) noexcept = default;
QConfigResolver::~QConfigResolver() = default;

FailureOr<ResolvedQConfig> QConfigResolver::resolve(const OpIdentity &op, Location loc) const {
  for (MappingLevel level : llvm::reverse(mappingLevels)) {
    FailureOr<Tables::Places> places = tables->match(level, op, loc);
    if (failed(places))
      return failure();
    if (places->empty())
      continue;
    QConfigRuleAttr rule = rulesOf(tables->mapping, level)[places->front()];
    return ResolvedQConfig{rule.getQconfig(),
                           (stringify(level) + " '" + rule.getKey() + "'").str()};
  }
  return ResolvedQConfig{tables->mapping.getGlobal(), "global"};
}

LogicalResult QConfigResolver::addMatches(const OpIdentity &op, Location loc,
                                          MatchedSettings &matched) const {
  for (MappingLevel level : mappingLevels) {
    FailureOr<Tables::Places> places = tables->match(level, op, loc);
    if (failed(places))
      return failure();
    llvm::BitVector &ofLevel = matched[size_t(level)];
    ofLevel.resize(rulesOf(tables->mapping, level).size());
    for (size_t place : *places)
      ofLevel.set(place);
  }
  return success();
}

std::string QConfigResolver::placeOf(MappingLevel level, size_t index) const {
  return tables->placeOf(level, index);
}

OpIdentity OpIdentifier::next(Operation *op, StringRef path, bool isCounted) {
  OpIdentity identity;
  identity.objectTypes = objectTypesOf(op);
  identity.modulePath = path;
  auto call = op->getAttrOfType<StringAttr>(nn::callAttrName);
  identity.isFunction = call && call.getValue() == "function";
  for (StringRef type : identity.objectTypes)
    identity.indices.push_back(
        isCounted ? counts[(identity.enclosingModule() + "\n" + type).str()]++ : -1);
  return identity;
}

OpIdentity OpIdentity::ofModule(StringRef path, StringRef moduleClass) {
  OpIdentity identity;
  identity.modulePath = path;
  identity.objectTypes = {moduleClass};
  identity.indices = {0};
  return identity;
}

StringRef OpIdentity::enclosingModule() const {
  return isFunction ? modulePath : parentModule(modulePath);
}

StringRef quantir::parentModule(StringRef path) {
  size_t dot = path.rfind('.');
  return dot == StringRef::npos ? StringRef() : path.take_front(dot);
}
