//===- CheckSettings.cpp - Settings that match nothing --------------------===//

#include "quantir/Config/CheckSettings.h"

#include "quantir/Base/Text.h"
#include "quantir/Config/CustomConfig.h"
#include "quantir/Vocabulary/Builtins.h"
#include "quantir/Vocabulary/ObjectTypes.h"
#include "quantir/dialects/NN/NN.h"

#include "mlir/Interfaces/CallInterfaces.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace quantir;

namespace {

StringRef pathOf(Operation *op) {
  auto path = op->getAttrOfType<StringAttr>(nn::pathAttrName);
  return path ? path.getValue() : StringRef();
}

/// What a mapping can name in a model.
class ModelNames {
public:
  explicit ModelNames(ArrayRef<FunctionOpInterface> functions) {
    for (FunctionOpInterface function : functions)
      addFunction(function);
  }

  /// What the mapping is asked for.
  ArrayRef<OpIdentity> getIdentities() const { return identities; }

  ArrayRef<StringRef> getPaths() const { return paths.getArrayRef(); }
  bool hasPath(StringRef path) const { return paths.contains(path); }
  bool hasType(StringRef canonical) const { return types.contains(canonical); }
  bool isModuleClass(StringRef type) const { return moduleClasses.contains(type); }

  /// The types of the ops, in the language of `like`: PyTorch's, or that of the IR.
  ArrayRef<StringRef> typesLike(StringRef like) const {
    bool ofIR = canonicalObjectType(like).starts_with("nn.");
    return (ofIR ? typesOfIR : typesOfPyTorch).getArrayRef();
  }

  /// How many ops of `type` are counted in `module`, of all functions in the one with most.
  int64_t count(StringRef module, StringRef type) const {
    return counts.lookup((module + "\n" + type).str());
  }

private:
  void addFunction(FunctionOpInterface function) {
    auto text = [&](StringRef name) {
      auto attr = function->getAttrOfType<StringAttr>(name);
      return attr ? attr.getValue() : StringRef();
    };
    addModule(function, pathWithin(function, text(QuantirDialect::modulePathAttrName)));
    OpIdentifier identifier; // Numbers begin anew in each function.
    function->walk([&](Operation *op) {
      StringRef path = pathWithin(function, pathOf(op));
      if (auto call = dyn_cast<CallOpInterface>(op)) {
        if (Operation *target = call.resolveCallable())
          addModule(target, path);
        addPath(path);
        identities.push_back(OpIdentity::ofModule(path, /*moduleClass=*/""));
      } else if (isa_and_present<nn::NNDialect>(op->getDialect())) {
        // A fused unit counts as its root.
        auto unit = op->getParentOfType<FusedOp>();
        add(identifier.next(op, path, /*isCounted=*/!unit || unit.getRootOp() == op));
      }
    });
  }

  /// A function that is a module of the model's author: its class is an object type.
  void addModule(Operation *function, StringRef path) {
    for (StringRef name :
         {QuantirDialect::customModuleAttrName, QuantirDialect::moduleClassAttrName})
      if (auto moduleClass = function->getAttrOfType<StringAttr>(name)) {
        moduleClasses.insert(moduleClass.getValue());
        add(OpIdentity::ofModule(path, moduleClass.getValue()));
      }
  }

  void add(OpIdentity op) {
    addPath(op.modulePath);
    typesOfPyTorch.insert(op.objectTypes.front());
    typesOfIR.insert(op.objectTypes.back());
    for (auto [type, index] : llvm::zip_equal(op.objectTypes, op.indices)) {
      types.insert(type);
      int64_t &count = counts[(op.enclosingModule() + "\n" + type).str()];
      count = std::max(count, index + 1);
    }
    identities.push_back(std::move(op));
  }

  void addPath(StringRef path) {
    for (; !path.empty(); path = parentModule(path))
      if (!paths.insert(path))
        break;
  }

  std::vector<OpIdentity> identities;
  llvm::SetVector<StringRef> paths, typesOfPyTorch, typesOfIR;
  llvm::DenseSet<StringRef> types, moduleClasses;
  llvm::StringMap<int64_t> counts; ///< by module and type
};

/// "; it has 'a', 'b' (nearest first) and 3 more".
std::string listNearest(StringRef name, ArrayRef<StringRef> known) {
  if (known.empty())
    return "; it names none at all";
  constexpr size_t most = 5;
  std::vector<std::string_view> nearest = nearestFirst(name, known);
  std::string text = "; it has ";
  llvm::raw_string_ostream stream(text);
  llvm::interleaveComma(ArrayRef(nearest).take_front(most), stream,
                        [&](std::string_view other) { stream << inQuotes(other); });
  if (nearest.size() > most)
    stream << " (nearest first) and " << nearest.size() - most << " more";
  return text;
}

/// Why a setting matches nothing.
std::string explain(MappingLevel level, QConfigRuleAttr rule, const ModelNames &names) {
  StringRef key = rule.getKey();
  auto noType = [&](StringRef type) {
    return "the model has no op of type " + inQuotes(type) +
           listNearest(type, names.typesLike(type));
  };
  auto noModule = [&] {
    return "the model has no module " + inQuotes(key) + listNearest(key, names.getPaths());
  };
  switch (level) {
  case MappingLevel::ObjectType:
    return noType(key);
  case MappingLevel::ModuleNameRegex:
    return "no module path of the model begins with " + inQuotes(key) +
           listNearest(key, names.getPaths());
  case MappingLevel::ModuleName:
    return noModule();
  case MappingLevel::ModuleNameObjectTypeOrder:
    break;
  }
  if (!key.empty() && !names.hasPath(key))
    return noModule();
  std::string type = canonicalObjectType(rule.getObjectType());
  if (type.empty()) // a class of the model's author
    type = rule.getObjectType().str();
  int64_t count = names.count(key, type);
  if (!names.typesLike(type).empty() && !names.hasType(type))
    return noType(type);
  if (names.isModuleClass(type))
    return "modules of a class of the model's author, such as " + inQuotes(type) +
           ", are not counted; name the module";
  if (!StringRef(type).contains('.'))
    return "methods such as " + inQuotes(type) + " are not counted; name the op by its module";
  return "module " + inQuotes(key) + " has " + std::to_string(count) + " ops of type " +
         inQuotes(type) + " directly in it, so that none has the number " +
         std::to_string(rule.getIndex());
}

/// The settings of PyTorch's default mappings: they stand in each mapping that was made from one,
/// whatever the model has.
class DefaultSettings {
public:
  explicit DefaultSettings(QConfigMappingAttr mapping)
      : loc(UnknownLoc::get(mapping.getContext())) {
    nlohmann::json global;
    if (mapping.getGlobal())
      global = toJson(mapping.getGlobal());
    for (StringRef backend : {"x86", "fbgemm", "onednn", "qnnpack"})
      for (bool qat : {false, true}) {
        add(global, qat, backend, /*keepGlobal=*/true);
        add(global, qat, backend, /*keepGlobal=*/false);
        for (int64_t version : {0, 1})
          if (const nlohmann::json *own = findBackendQConfig(qat, backend, version))
            add(*own, qat, backend, /*keepGlobal=*/false);
      }
  }

  bool contains(QConfigRuleAttr rule) const {
    return rules.contains({StringAttr::get(rule.getContext(), rule.getKey()), rule.getQconfig()});
  }

private:
  void add(const nlohmann::json &global, bool qat, StringRef backend, bool keepGlobal) {
    nlohmann::json mapping = makeDefaultMapping(global, qat, backend, keepGlobal);
    for (const nlohmann::json &entry : mapping["object_type"]) {
      FailureOr<QConfigAttr> qconfig = readQConfig(JsonReader(entry[1], loc));
      assert(succeeded(qconfig) && "the built-in mappings are tested");
      rules.insert({StringAttr::get(loc.getContext(), entry[0].get<std::string>()), *qconfig});
    }
  }

  Location loc;
  llvm::DenseSet<std::pair<Attribute, Attribute>> rules;
};

/// Of more settings that match nothing, the number is enough.
constexpr size_t maxWarnings = 20;

} // namespace

/// checkSettings() for these functions.
static LogicalResult checkIn(ArrayRef<FunctionOpInterface> functions, QConfigMappingAttr mapping,
                             Location loc, const SettingPaths *paths = nullptr) {
  ModelNames names(functions);
  QConfigResolver resolver(mapping, paths);
  MatchedSettings matched;
  for (MappingLevel level : mappingLevels)
    matched[size_t(level)].resize(rulesOf(mapping, level).size());
  for (const OpIdentity &op : names.getIdentities())
    if (failed(resolver.addMatches(op, loc, matched)))
      return failure();

  std::optional<DefaultSettings> defaults;
  size_t unmatched = 0;
  for (MappingLevel level : mappingLevels)
    for (auto [i, rule] : llvm::enumerate(rulesOf(mapping, level))) {
      std::string place = resolver.placeOf(level, i);
      if (place.empty() || matched[size_t(level)][i])
        continue;
      if (level == MappingLevel::ObjectType) {
        if (!defaults)
          defaults.emplace(mapping);
        if (defaults->contains(rule))
          continue;
      }
      if (++unmatched <= maxWarnings)
        emitWarning(loc) << place
                         << ": this setting matches nothing: " << explain(level, rule, names);
    }
  if (unmatched > maxWarnings)
    emitWarning(loc) << unmatched - maxWarnings << " more settings match nothing";
  return success();
}

LogicalResult quantir::checkSettings(QConfigMappingAttr mapping, ModuleOp module, Location loc,
                                     const SettingPaths *paths) {
  // Standalone modules may have a mapping of their own.
  SmallVector<FunctionOpInterface> functions;
  for (auto function : module.getOps<FunctionOpInterface>()) {
    QConfigMappingAttr own = SettingsAttr::of(function).getMapping();
    if (!own || own == mapping || !function->hasAttr(QuantirDialect::standaloneAttrName))
      functions.push_back(function);
  }
  return checkIn(functions, mapping, loc, paths);
}

bool SettingsCheck::isDue(QConfigMappingAttr mapping) {
  auto stage = module->getAttrOfType<StringAttr>(QuantirDialect::stageAttrName);
  return mapping && (!stage || stage.getValue() == "float") && checked.insert(mapping).second;
}

LogicalResult SettingsCheck::check(QConfigMappingAttr mapping, Location loc,
                                   const SettingPaths *paths) {
  return isDue(mapping) ? checkSettings(mapping, module, loc, paths) : success();
}

LogicalResult SettingsCheck::checkFunctions() {
  const QConfigMappingAttr ofModule = SettingsAttr::of(module).getMapping();
  llvm::MapVector<QConfigMappingAttr, SmallVector<FunctionOpInterface>> holders;
  for (auto function : module.getOps<FunctionOpInterface>())
    if (QConfigMappingAttr own = SettingsAttr::of(function).getMapping(); own && own != ofModule)
      holders[own].push_back(function);
  for (const auto &[own, functions] : holders)
    if (isDue(own) && failed(checkIn(functions, own, functions.front()->getLoc())))
      return failure();
  return success();
}
