//===- BackendConfigBase.cpp - What a backend config has from another -----===//
//
// A config that names a `base` has its rules, its dtype configs and its patterns, and says what is
// different. Everything is read from the config that says it, so that an error names its place.
//
//===----------------------------------------------------------------------===//

#include "BackendConfigParts.h"

#include "quantir/Base/Text.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/Sequence.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace quantir;
using namespace quantir::backend_json;

using Json = nlohmann::json;

namespace {

constexpr StringLiteral familyKey = "base";

LogicalResult readFamily(JsonReader reader, RulesEntry &rules) {
  FailureOr<std::string> text = reader.string();
  if (failed(text))
    return failure();
  std::optional<Rules> family = symbolizeRules(*text);
  if (!family)
    return reader.expected("pytorch or quantir");
  rules.family = family;
  rules.overrides.clear();
  return success();
}

/// The patterns of a base, which a config takes, leaves out, replaces, and adds to.
class InheritedEntries {
public:
  LogicalResult addBase(ArrayRef<JsonReader> entries) {
    for (const JsonReader &entry : entries) {
      FailureOr<std::string> text = readPatternOf(entry);
      if (failed(text))
        return failure();
      base.push_back({entry, std::move(*text), {}});
    }
    return success();
  }

  /// A member of `without`.
  LogicalResult leaveOut(JsonReader reader) {
    FailureOr<Entry *> entry = find(reader);
    if (failed(entry))
      return failure();
    if ((*entry)->isLeftOut)
      return reader.error() << "the pattern is left out twice";
    (*entry)->isLeftOut = true;
    return success();
  }

  /// An entry of the config's own `patterns`.
  LogicalResult add(JsonReader reader) {
    if (std::optional<JsonReader> moved = reader.member("moved"))
      return move(reader, *moved);
    FailureOr<std::string> text = readPatternOf(reader);
    if (failed(text))
      return failure();
    Entry *same = llvm::find_if(
        base, [&](const Entry &entry) { return entry.text == *text && !entry.isLeftOut; });
    std::optional<JsonReader> after = reader.member("after");
    if (same != base.end()) {
      if (after)
        return after->error() << "the entry takes the place of the base's entry of the same "
                                 "pattern; leave 'after' out, or name the pattern in 'without'";
      if (same->isMoved)
        return reader.error() << "the entry replaces one that is moved; name the pattern in "
                                 "'without', and put this entry behind another by 'after'";
      same->reader = reader;
      same->isReplaced = true;
      return success();
    }
    if (!after) {
      last.push_back(reader);
      return success();
    }
    return addBehind(*after, reader);
  }

  SmallVector<JsonReader> take() const {
    SmallVector<JsonReader> entries;
    for (const Entry &entry : base) {
      if (!entry.isLeftOut && !entry.isMoved)
        entries.push_back(entry.reader);
      llvm::append_range(entries, entry.behind);
    }
    llvm::append_range(entries, last);
    return entries;
  }

private:
  struct Entry {
    JsonReader reader;
    std::string text;
    SmallVector<JsonReader> behind; ///< those that the config adds after it
    bool isLeftOut = false;
    bool isReplaced = false;
    bool isMoved = false; ///< it is one of another entry's `behind`

    /// Why it cannot be moved, whatever the order of the config's entries; empty if it can.
    StringRef whyNotMoved() const {
      if (isLeftOut)
        return "it is left out";
      if (isReplaced)
        return "it is replaced";
      if (isMoved)
        return "it has been moved";
      return behind.empty() ? "" : "an 'after' names it";
    }
  };

  /// An entry of the base, as it is, behind another one.
  LogicalResult move(JsonReader reader, JsonReader moved) {
    if (failed(reader.expectObject({"moved", "after"})))
      return failure();
    std::optional<JsonReader> after = reader.member("after");
    if (!after)
      return reader.error() << "expected the key 'after'";
    FailureOr<Entry *> entry = find(moved);
    if (failed(entry))
      return failure();
    if (StringRef why = (*entry)->whyNotMoved(); !why.empty())
      return moved.error() << "the pattern cannot be moved: " << why;
    (*entry)->isMoved = true;
    return addBehind(*after, (*entry)->reader);
  }

  LogicalResult addBehind(JsonReader after, JsonReader reader) {
    FailureOr<Entry *> place = find(after);
    if (failed(place))
      return failure();
    if ((*place)->isLeftOut || (*place)->isMoved)
      return after.error()
             << "the pattern is one of those that 'without' leaves out or that are moved";
    (*place)->behind.push_back(reader);
    return success();
  }

  /// The base's entry of this pattern, or the only one whose pattern begins with it and a "|".
  FailureOr<Entry *> find(JsonReader reader) {
    FailureOr<std::string> text = reader.string();
    if (failed(text))
      return failure();
    SmallVector<Entry *> found;
    for (Entry &entry : base) {
      if (entry.text == *text)
        return &entry;
      if (StringRef rest = entry.text; rest.consume_front(*text) && rest.starts_with("|"))
        found.push_back(&entry);
    }
    if (found.size() == 1)
      return found.front();
    if (found.empty()) {
      std::vector<StringRef> texts;
      for (const Entry &entry : base)
        texts.emplace_back(entry.text);
      return reader.error() << "the base has no entry with the pattern '" << shortened(*text) << "'"
                            << didYouMean(*text, texts);
    }
    return reader.error() << "the base has " << found.size()
                          << " entries whose patterns begin with '" << shortened(*text)
                          << "'; give the whole pattern";
  }

  SmallVector<Entry, 0> base;
  SmallVector<JsonReader> last;
};

/// Reads a config and, before it, its base.
class ContentReader {
public:
  explicit ContentReader(FindBackendConfig findConfig) : findConfig(findConfig) {}

  LogicalResult read(JsonReader reader) {
    if (failed(reader.expectObject(
            {"name", "base", "rules", "dtype_configs", "without", "patterns", "configs"})))
      return failure();
    std::optional<JsonReader> base = reader.member("base");
    if (base && failed(readBase(*base)))
      return failure();
    if (!reader.member("name"))
      return reader.error() << "expected the key 'name'";
    if (failed(readText(reader, "name", content.name)))
      return failure();
    if (std::optional<JsonReader> member = reader.member("rules"))
      if (failed(readRules(*member, content.rules)))
        return failure();
    if (failed(content.dtypes.add(reader)))
      return failure();
    content.hasBase = base.has_value();
    return base ? readChanges(reader) : readEntries(reader);
  }

  ConfigContent content;

private:
  LogicalResult readBase(JsonReader reader) {
    FailureOr<std::string> name = reader.string();
    if (failed(name))
      return failure();
    if (llvm::is_contained(bases, *name)) {
      bases.push_back(*name);
      return reader.error() << "a config cannot inherit from itself: " << llvm::join(bases, " -> ");
    }
    const Json *json = findConfig(*name);
    if (!json)
      return reader.error() << unknownBuiltin(*name);
    bases.push_back(*name);
    Location loc = reader.location();
    return read(JsonReader(
        *json, NameLoc::get(StringAttr::get(loc.getContext(), "backend config " + *name), loc)));
  }

  /// Calls `visit` for each element of the array `key`, if there is one.
  static LogicalResult forEach(JsonReader reader, StringRef key,
                               llvm::function_ref<LogicalResult(JsonReader)> visit) {
    std::optional<JsonReader> member = reader.member(key);
    if (!member)
      return success();
    if (failed(member->expectArray()))
      return failure();
    for (size_t i = 0, e = member->json().size(); i < e; ++i)
      if (failed(visit(member->element(i))))
        return failure();
    return success();
  }

  LogicalResult readEntries(JsonReader reader) {
    constexpr StringLiteral noBase = "names an entry of the base, but the config has no 'base'";
    if (std::optional<JsonReader> without = reader.member("without"))
      return without->error() << noBase;
    for (StringRef key : {"patterns", "configs"})
      if (failed(forEach(reader, key, [&](JsonReader entry) -> LogicalResult {
            if (entry.json().is_object())
              for (StringRef name : {"moved", "after"})
                if (std::optional<JsonReader> member = entry.member(name))
                  return member->error() << noBase;
            content.entries.push_back(entry);
            return success();
          })))
        return failure();
    return success();
  }

  LogicalResult readChanges(JsonReader reader) {
    InheritedEntries entries;
    if (failed(entries.addBase(content.entries)) ||
        failed(forEach(reader, "without", [&](JsonReader e) { return entries.leaveOut(e); })))
      return failure();
    for (StringRef key : {"patterns", "configs"})
      if (failed(forEach(reader, key, [&](JsonReader entry) -> LogicalResult {
            return entry.json().is_object() ? entries.add(entry) : entry.expected("an object");
          })))
        return failure();
    content.entries = entries.take();
    if (content.entries.empty())
      return reader.error() << "expected a pattern, but 'without' leaves out all of the base's";
    return success();
  }

  FindBackendConfig findConfig;
  SmallVector<std::string> bases;
};

} // namespace

LogicalResult backend_json::readRules(JsonReader reader, RulesEntry &rules) {
  if (!reader.json().is_object())
    return readFamily(reader, rules);
  SmallVector<StringRef> keys{familyKey};
  for (uint32_t rule : llvm::seq(getMaxEnumValForRule() + 1))
    keys.push_back(stringifyRule(Rule(rule)));
  if (failed(reader.expectObject(keys)))
    return failure();
  if (std::optional<JsonReader> base = reader.member(familyKey))
    if (failed(readFamily(*base, rules)))
      return failure();
  for (StringRef key : ArrayRef(keys).drop_front())
    if (std::optional<JsonReader> member = reader.member(key)) {
      FailureOr<bool> value = member->boolean();
      if (failed(value))
        return failure();
      rules.overrides.emplace_back(*symbolizeRule(key), *value);
    }
  return success();
}

FailureOr<ConfigContent> backend_json::readContent(JsonReader reader, FindBackendConfig find) {
  ContentReader contentReader(find);
  if (failed(contentReader.read(reader)) || failed(contentReader.content.dtypes.read()))
    return failure();
  return std::move(contentReader.content);
}
