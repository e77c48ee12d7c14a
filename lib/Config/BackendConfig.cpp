//===- BackendConfig.cpp - Built-in backend configs, and their patterns ---===//

#include "BackendConfigParts.h"

#include "quantir/Vocabulary/ObjectTypes.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace quantir;

namespace {

/// The text of the built-in configs, made from lib/Config/backends/*.json by CMake.
struct BuiltinConfig {
  StringRef name;
  StringRef text;
};
constexpr BuiltinConfig builtinConfigs[] = {
#include "BuiltinBackendConfigs.inc"
};

} // namespace

ArrayRef<StringRef> quantir::builtinBackendConfigNames() {
  static const SmallVector<StringRef> names =
      llvm::map_to_vector(builtinConfigs, [](const BuiltinConfig &config) { return config.name; });
  return names;
}

/// The JSON of the built-in configs, which are parsed once; null for another name.
const nlohmann::json *backend_json::findBuiltinJson(StringRef name) {
  static const llvm::StringMap<nlohmann::json> configs = [] {
    llvm::StringMap<nlohmann::json> parsed;
    for (const BuiltinConfig &builtin : builtinConfigs)
      parsed[builtin.name] = nlohmann::json::parse(builtin.text.begin(), builtin.text.end());
    return parsed;
  }();
  auto it = configs.find(name);
  return it == configs.end() ? nullptr : &it->getValue();
}

FailureOr<BackendConfigAttr> quantir::resolveBackendConfig(BackendConfigAttr config, Location loc) {
  if (!config.getPatterns().empty())
    return config;
  if (const nlohmann::json *json = backend_json::findBuiltinJson(config.getName())) {
    Location place = NameLoc::get(
        StringAttr::get(loc.getContext(), "built-in backend config " + config.getName()));
    FailureOr<BackendConfigAttr> read = readBackendConfig(JsonReader(*json, place));
    if (failed(read) || config.getOverrides().empty())
      return read;
    return BackendConfigAttr::get(loc.getContext(), read->getName(), read->getRules(),
                                  config.getOverrides(), read->getPatterns());
  }
  return emitError(loc) << backend_json::unknownBuiltin(config.getName())
                        << ", or a config with its patterns";
}

//===----------------------------------------------------------------------===//
// BackendPatterns
//===----------------------------------------------------------------------===//

BackendPatterns::BackendPatterns(BackendConfigAttr resolved) : config(resolved) {
  llvm::StringMap<size_t> places;
  for (BackendPatternAttr attr : resolved.getPatterns()) {
    std::string error;
    std::optional<OpPattern> tree = OpPattern::parse(attr.getPattern(), error);
    assert(tree && "the attribute's verifier has parsed the pattern");
    for (OpPattern &alternative : tree->alternatives()) {
      std::string name = attr.getName().empty() ? alternative.unitName() : attr.getName().str();
      add({attr, std::move(alternative), std::move(name)}, places);
    }
  }
  llvm::stable_sort(
      multiOp, [](const Entry &a, const Entry &b) { return a.tree.length() > b.tree.length(); });
}

void BackendPatterns::add(Entry entry, llvm::StringMap<size_t> &places) {
  SmallVector<Entry> &list = entry.tree.numOps() > 1 ? multiOp : singleOp;
  auto [place, isNew] = places.try_emplace(entry.tree.str(), list.size());
  if (isNew)
    list.push_back(std::move(entry));
  else
    list[place->getValue()] = std::move(entry);
}

std::pair<const BackendPatterns::Entry *, PatternMatch>
BackendPatterns::findBody(FusedOp fused) const {
  size_t numOps = llvm::range_size(fused.getBody().front().without_terminator());
  for (const Entry &entry : multiOp) {
    if (entry.unitName != fused.getName())
      continue;
    std::optional<PatternMatch> match = matchPattern(entry.tree, fused.getLastOp());
    if (match && match->size() == numOps)
      return {&entry, std::move(*match)};
  }
  return {nullptr, {}};
}

const BackendPatterns::Entry *BackendPatterns::findFused(FusedOp fused) const {
  const Entry *entry = findBody(fused).first;
  if (!entry || !entry->attr.getFuser())
    return entry;
  // After PyTorch has fused the ops, the fused module's own entry holds.
  std::string module = canonicalObjectType(entry->attr.getFusedModule());
  auto ofModule = llvm::find_if(singleOp, [&](const Entry &candidate) {
    return candidate.tree.names.front() == module && !candidate.attr.getDtypes().empty();
  });
  return ofModule == singleOp.end() ? entry : &*ofModule;
}

bool BackendPatterns::isFusedModule(FusedOp fused) const {
  const Entry *entry = findBody(fused).first;
  return entry && entry->attr.getFuser();
}

Operation *BackendPatterns::rootOf(Operation *unit) const {
  auto fused = dyn_cast<FusedOp>(unit);
  if (!fused)
    return unit;
  auto [entry, match] = findBody(fused);
  if (!entry || entry->attr.getRoot().empty())
    return fused.getRootOp();
  std::optional<unsigned> index = entry->tree.rootIndex(canonicalObjectType(entry->attr.getRoot()));
  return index ? match[*index] : fused.getRootOp();
}

const BackendPatterns::Entry *BackendPatterns::find(Operation *op) const {
  if (auto fused = dyn_cast<FusedOp>(op))
    return findFused(fused);
  for (StringRef type : objectTypesOf(op))
    for (const Entry &entry : singleOp)
      if (entry.tree.names.front() == type && matchPattern(entry.tree, op))
        return &entry;
  return nullptr;
}
