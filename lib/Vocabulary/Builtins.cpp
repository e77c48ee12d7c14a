//===- Builtins.cpp - Configurations that have a name ---------------------===//

#include "quantir/Vocabulary/Builtins.h"

using namespace mlir;
using namespace quantir;

using Json = nlohmann::json;

namespace {

/// The text of lib/Vocabulary/builtins/*.json, embedded by CMake.
struct BuiltinText {
  StringRef name;
  StringRef text;
};
constexpr BuiltinText builtinTexts[] = {
#include "Builtins.inc"
};

const Json *find(const Json &object, StringRef key) {
  auto it = object.find(key.str());
  return it == object.end() ? nullptr : &*it;
}

StringRef twin(bool qat) { return qat ? "qat" : "ptq"; }

/// The qconfig that one row of default_mapping.json gives its types.
Json defaultForRow(const Json &row, const Json &global, bool qat, StringRef backend) {
  const Json &table = builtinTable("default_mapping");
  const Json &observers = table[twin(qat).str()];
  if (const Json *qconfig = find(row, "qconfig"))
    return *qconfig;
  if (const Json *range = find(row, "fixed"))
    return {{"activation", observers[range->get<std::string>()]}, {"weight", observers["weight"]}};
  Json qconfig = global;
  if (row["weight"] != "conv_transpose")
    qconfig["weight"] = row["weight"];
  else if (llvm::any_of(table["conv_transpose_with_default_weight"],
                        [&](const Json &name) { return name == backend.str(); }))
    qconfig["weight"] = observers["weight"];
  return qconfig;
}

} // namespace

const Json &quantir::builtinTable(StringRef table) {
  static const Json tables = [] {
    Json all = Json::object();
    for (const BuiltinText &builtin : builtinTexts)
      all[builtin.name.str()] = Json::parse(builtin.text.begin(), builtin.text.end());
    return all;
  }();
  return tables[table.str()];
}

const Json *quantir::findBuiltin(StringRef table, StringRef name) {
  return find(builtinTable(table), name);
}

SmallVector<StringRef> quantir::builtinNames(StringRef table) {
  SmallVector<StringRef> names;
  const Json &entries = builtinTable(table);
  for (auto it = entries.begin(); it != entries.end(); ++it)
    names.push_back(it.key());
  return names;
}

const Json *quantir::findBackendQConfig(bool qat, StringRef backend, int64_t version) {
  const Json *versions = find(builtinTable("backend_qconfigs")[twin(qat).str()], backend);
  if (!versions || version < 0 || version >= int64_t(versions->size()))
    return nullptr;
  return &(*versions)[version];
}

Json quantir::makeDefaultMapping(const Json &global, bool qat, StringRef backend, bool keepGlobal) {
  Json types = Json::array();
  for (const Json &row : builtinTable("default_mapping")["object_type"]) {
    bool takesGlobal = keepGlobal && !row.contains("fixed");
    Json qconfig = takesGlobal ? global : defaultForRow(row, global, qat, backend);
    for (const Json &type : row["types"])
      types.push_back(Json::array({type, qconfig}));
  }
  return {{"", global}, {"object_type", std::move(types)}};
}
