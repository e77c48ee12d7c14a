//===- CheckSettings.cpp - Settings that match nothing --------------------===//

#include "quantir/Config/QConfig.h"

#include "Builtins.h"

#include "quantir/Numerics/Text.h"
#include "quantir/dialects/NN/NN.h"
#include "quantir/dialects/Quantir/ObjectTypes.h"
#include "quantir/dialects/Quantir/PythonRegex.h"

#include "mlir/Interfaces/CallInterfaces.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "llvm/ADT/DenseSet.h"
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
  explicit ModelNames(ModuleOp module) {
    OpIdentifier identifier;
    for (auto function : module.getOps<FunctionOpInterface>())
      function->walk([&](Operation *op) {
        if (isa<FunctionOpInterface>(op))
          addModuleClasses(op);
        if (!isa_and_present<nn::NNDialect>(op->getDialect()) && !isa<CallOpInterface>(op))
          return;
        add(identifier.next(op, pathOf(op)));
        for (StringRef path = pathOf(op); !path.empty(); path = parentModule(path))
          if (!paths.insert(path))
            break;
      });
  }

  ArrayRef<StringRef> getPaths() const { return paths.getArrayRef(); }
  ArrayRef<StringRef> getPathsOfOps() const { return pathsOfOps.getArrayRef(); }
  bool hasPath(StringRef path) const { return paths.contains(path); }
  bool hasType(StringRef canonical) const { return types.contains(canonical); }

  /// The types of the ops, in the language of `like`: PyTorch's, or that of the IR.
  ArrayRef<StringRef> typesLike(StringRef like) const {
    bool ofIR = canonicalObjectType(like).starts_with("nn.");
    return (ofIR ? typesOfIR : typesOfPyTorch).getArrayRef();
  }

  /// How many ops of `type` stand directly in `module`.
  int64_t count(StringRef module, StringRef type) const {
    return counts.lookup((module + "\n" + type).str());
  }

private:
  void add(const OpIdentity &op) {
    pathsOfOps.insert(op.modulePath);
    typesOfPyTorch.insert(op.objectTypes.front());
    typesOfIR.insert(op.objectTypes.back());
    for (StringRef type : op.objectTypes) {
      types.insert(type);
      ++counts[(op.enclosingModule() + "\n" + type).str()];
    }
  }

  /// A function that is a module of the model's author: its class is an object type.
  void addModuleClasses(Operation *function) {
    for (StringRef name :
         {QuantirDialect::customModuleAttrName, QuantirDialect::moduleClassAttrName})
      if (auto moduleClass = function->getAttrOfType<StringAttr>(name)) {
        OpIdentity identity;
        identity.objectTypes = {moduleClass.getValue()};
        add(identity);
      }
  }

  llvm::SetVector<StringRef> paths, pathsOfOps, typesOfPyTorch, typesOfIR;
  llvm::DenseSet<StringRef> types;
  llvm::StringMap<int64_t> counts; ///< by module and type
};

std::string inQuotes(StringRef text) {
  return "'" + numerics::shortened({text.data(), text.size()}) + "'";
}

/// "; it has 'a', 'b' (nearest first) and 3 more".
std::string listNearest(StringRef name, ArrayRef<StringRef> known) {
  if (known.empty())
    return "; it names none at all";
  constexpr size_t most = 5;
  // What is farther away than this is as good as anything else.
  constexpr unsigned maxDistance = 64;
  SmallVector<std::pair<unsigned, StringRef>> byDistance;
  for (StringRef other : known)
    byDistance.push_back({name.take_front(numerics::maxCompared)
                              .edit_distance_insensitive(other.take_front(numerics::maxCompared),
                                                         /*AllowReplacements=*/true, maxDistance),
                          other});
  llvm::stable_sort(byDistance, llvm::less_first());
  std::string text = "; it has ";
  llvm::raw_string_ostream stream(text);
  llvm::interleaveComma(ArrayRef(byDistance).take_front(most), stream,
                        [&](const auto &entry) { stream << inQuotes(entry.second); });
  if (byDistance.size() > most)
    stream << " (nearest first) and " << byDistance.size() - most << " more";
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
  int64_t count = names.count(key, type);
  if (!names.typesLike(type).empty() && !names.hasType(type))
    return noType(type);
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

/// Where a setting stands, for a message: its JSON path, or its place in the attribute.
std::string placeOf(MappingLevel level, size_t index, const SettingPaths *paths) {
  return paths ? (*paths)[size_t(level)][index]
               : stringify(level).str() + "[" + std::to_string(index) + "]";
}

/// Whether an expression matches a path. All are tried, so that later nothing has to expect one
/// that does not end: that is a failure.
FailureOr<bool> matchesAnyPath(StringRef pattern, const std::string &place, const ModelNames &names,
                               Location loc) {
  std::string error; // The attribute's verifier has compiled the expression.
  std::optional<PythonRegex> regex = PythonRegex::compile(pattern, error);
  bool matches = false;
  for (StringRef path : names.getPaths())
    if (regex && regex->match(path) == PythonRegex::Result::TooComplex)
      return emitError(loc) << place << ": expected an expression that is decided in few steps, "
                            << "but " << inQuotes(pattern) << " backtracks too long on "
                            << inQuotes(path);
  for (StringRef path : names.getPathsOfOps())
    matches |= regex && regex->match(path) == PythonRegex::Result::Match;
  return matches;
}

/// Whether a setting names an op of the model.
FailureOr<bool> matchesAny(MappingLevel level, QConfigRuleAttr rule, const std::string &place,
                           const ModelNames &names, Location loc) {
  auto canonical = [](StringRef type) {
    std::string name = canonicalObjectType(type);
    return name.empty() ? type.str() : name;
  };
  switch (level) {
  case MappingLevel::ObjectType:
    return names.hasType(canonical(rule.getKey()));
  case MappingLevel::ModuleNameRegex:
    return matchesAnyPath(rule.getKey(), place, names, loc);
  case MappingLevel::ModuleName:
    return names.hasPath(rule.getKey());
  case MappingLevel::ModuleNameObjectTypeOrder: {
    // PyTorch does not count methods, whose names have no module.
    std::string type = canonical(rule.getObjectType());
    return StringRef(type).contains('.') && rule.getIndex() < names.count(rule.getKey(), type);
  }
  }
  llvm_unreachable("all levels are handled");
}

/// Of more settings that match nothing, the number is enough.
constexpr size_t maxWarnings = 20;

} // namespace

LogicalResult quantir::checkSettings(QConfigMappingAttr mapping, ModuleOp module, Location loc,
                                     const SettingPaths *paths) {
  ModelNames names(module);
  std::optional<DefaultSettings> defaults;
  size_t unmatched = 0;
  for (MappingLevel level : mappingLevels)
    for (auto [i, rule] : llvm::enumerate(rulesOf(mapping, level))) {
      std::string place = placeOf(level, i, paths);
      if (place.empty())
        continue;
      FailureOr<bool> matches = matchesAny(level, rule, place, names, loc);
      if (failed(matches))
        return failure();
      if (*matches)
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
