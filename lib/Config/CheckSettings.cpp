//===- CheckSettings.cpp - Settings that match nothing --------------------===//

#include "quantir/Config/QConfig.h"

#include "Builtins.h"

#include "quantir/dialects/NN/NN.h"
#include "quantir/dialects/Quantir/ObjectTypes.h"
#include "quantir/dialects/Quantir/PythonRegex.h"

#include "mlir/Interfaces/CallInterfaces.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/STLExtras.h"
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
    module.walk([&](Operation *op) {
      if (isa<FunctionOpInterface>(op))
        addModuleClasses(op);
      if (!isa_and_present<nn::NNDialect>(op->getDialect()) && !isa<CallOpInterface>(op))
        return;
      ops.push_back(identifier.next(op, pathOf(op)));
      for (StringRef path = pathOf(op); !path.empty(); path = parentModule(path))
        insertOnce(paths, path);
    });
  }

  ArrayRef<OpIdentity> getOps() const { return ops; }
  ArrayRef<StringRef> getPaths() const { return paths; }

  /// The types of the ops, in the language of `like`: PyTorch's, or that of the IR.
  SmallVector<StringRef> typesLike(StringRef like) const {
    bool ofIR = canonicalObjectType(like).starts_with("nn.");
    SmallVector<StringRef> types;
    for (const OpIdentity &op : ops)
      insertOnce(types, ofIR ? op.objectTypes.back() : op.objectTypes.front());
    return types;
  }

  /// How many ops of `type` stand directly in `module`.
  int64_t count(StringRef module, StringRef type) const {
    return llvm::count_if(ops, [&](const OpIdentity &op) {
      return op.enclosingModule() == module && llvm::is_contained(op.objectTypes, type);
    });
  }

private:
  /// A function that is a module of the model's author: its class is an object type.
  void addModuleClasses(Operation *function) {
    for (StringRef name :
         {QuantirDialect::customModuleAttrName, QuantirDialect::moduleClassAttrName})
      if (auto moduleClass = function->getAttrOfType<StringAttr>(name)) {
        OpIdentity identity;
        identity.objectTypes = {moduleClass.getValue()};
        identity.indices = {0};
        ops.push_back(identity);
      }
  }

  static void insertOnce(SmallVectorImpl<StringRef> &names, StringRef name) {
    if (!llvm::is_contained(names, name))
      names.push_back(name);
  }

  std::vector<OpIdentity> ops;
  SmallVector<StringRef> paths;
};

/// "; it has 'a', 'b' (nearest first) and 3 more".
std::string listNearest(StringRef name, ArrayRef<StringRef> known) {
  if (known.empty())
    return "; it names none at all";
  constexpr size_t most = 5;
  SmallVector<std::pair<unsigned, StringRef>> byDistance;
  for (StringRef other : known)
    byDistance.push_back({name.edit_distance_insensitive(other), other});
  llvm::stable_sort(byDistance, llvm::less_first());
  std::string text = "; it has ";
  llvm::raw_string_ostream stream(text);
  llvm::interleaveComma(ArrayRef(byDistance).take_front(most), stream,
                        [&](const auto &entry) { stream << "'" << entry.second << "'"; });
  if (byDistance.size() > most)
    stream << " (nearest first) and " << byDistance.size() - most << " more";
  return text;
}

/// Why a setting matches nothing.
std::string explain(MappingLevel level, QConfigRuleAttr rule, const ModelNames &names) {
  StringRef key = rule.getKey();
  auto noType = [&](StringRef type) {
    return ("the model has no op of type '" + type + "'").str() +
           listNearest(type, names.typesLike(type));
  };
  auto noModule = [&] {
    return ("the model has no module '" + key + "'").str() + listNearest(key, names.getPaths());
  };
  switch (level) {
  case MappingLevel::ObjectType:
    return noType(key);
  case MappingLevel::ModuleNameRegex:
    return ("no module path of the model begins with '" + key + "'").str() +
           listNearest(key, names.getPaths());
  case MappingLevel::ModuleName:
    return noModule();
  case MappingLevel::ModuleNameObjectTypeOrder:
    break;
  }
  if (!key.empty() && !llvm::is_contained(names.getPaths(), key))
    return noModule();
  std::string type = canonicalObjectType(rule.getObjectType());
  int64_t count = names.count(key, type);
  if (count == 0 && !names.typesLike(type).empty() &&
      llvm::none_of(names.getOps(),
                    [&](const OpIdentity &op) { return llvm::is_contained(op.objectTypes, type); }))
    return noType(type);
  if (!StringRef(type).contains('.'))
    return "methods such as '" + type + "' are not counted; name the op by its module";
  return "module '" + key.str() + "' has " + std::to_string(count) + " ops of type '" + type +
         "' directly in it, so that none has the number " + std::to_string(rule.getIndex());
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

/// Runs an expression on all paths, so that later nothing has to expect one that does not end.
LogicalResult checkEffort(StringRef pattern, const std::string &place, const ModelNames &names,
                          Location loc) {
  std::string error;
  std::optional<PythonRegex> regex = PythonRegex::compile(pattern, error);
  for (StringRef path : names.getPaths())
    if (regex && regex->match(path) == PythonRegex::Result::TooComplex)
      return emitError(loc) << place << ": expected an expression that is decided in few steps, "
                            << "but '" << pattern << "' backtracks too long on '" << path << "'";
  return success();
}

} // namespace

LogicalResult quantir::checkSettings(QConfigMappingAttr mapping, ModuleOp module, Location loc,
                                     const SettingPaths *paths) {
  ModelNames names(module);
  std::optional<DefaultSettings> defaults;
  for (MappingLevel level : mappingLevels)
    for (auto [i, rule] : llvm::enumerate(rulesOf(mapping, level))) {
      std::string place = placeOf(level, i, paths);
      if (place.empty())
        continue;
      if (level == MappingLevel::ModuleNameRegex &&
          failed(checkEffort(rule.getKey(), place, names, loc)))
        return failure();
      if (llvm::any_of(names.getOps(), [&, rule = rule](const OpIdentity &op) {
            return appliesTo(level, rule, op);
          }))
        continue;
      if (level == MappingLevel::ObjectType) {
        if (!defaults)
          defaults.emplace(mapping);
        if (defaults->contains(rule))
          continue;
      }
      emitWarning(loc) << place
                       << ": this setting matches nothing: " << explain(level, rule, names);
    }
  return success();
}
