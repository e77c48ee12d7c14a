//===- JsonText.cpp - JSON that comes from outside ------------------------===//

#include "quantir/Base/JsonText.h"

#include "JsonTree.h"
#include "quantir/Base/Text.h"

#include <algorithm>
#include <iterator>
#include <unordered_set>
#include <vector>

namespace quantir {
namespace {

/// An iterator over text that tells how far the parser has come.
struct Cursor {
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char *;
  using reference = const char &;

  const char *at;
  const char **furthest;

  reference operator*() const { return *at; }
  Cursor &operator++() {
    *furthest = ++at;
    return *this;
  }
  bool operator==(const Cursor &other) const { return at == other.at; }
  bool operator!=(const Cursor &other) const { return at != other.at; }
};

/// Receives what the parser reads and makes a tree of it, without recursion.
template <typename Json> class TreeBuilder {
public:
  TreeBuilder(Json &root, size_t maxDepth) : root(root), maxDepth(maxDepth) {}

  bool null() { return add(Json()); }
  bool boolean(bool value) { return add(Json(value)); }
  bool number_integer(int64_t value) { return add(Json(value)); }
  bool number_unsigned(uint64_t value) { return add(Json(value)); }
  bool number_float(double value, const std::string &) { return add(Json(value)); }
  bool string(std::string &value) { return add(Json(std::move(value))); }
  bool binary(typename Json::binary_t &) { return false; } // not in text
  bool start_array(size_t) { return open(Json::array()); }
  bool end_array() { return close(); }
  bool start_object(size_t) { return open(Json::object()); }
  bool end_object() { return close(); }

  bool key(std::string &name) {
    if (!addMember(name)) {
      error = "the key '" + shortened(name, 60) + "' is there twice,";
      return false;
    }
    return true;
  }

  bool parse_error(size_t position, const std::string &,
                   const nlohmann::detail::exception &exception) {
    // "[json.exception.parse_error.101] parse error at line 1, column 2: ...": people want what
    // follows the bracket.
    std::string_view text = exception.what();
    size_t end = text.find("] ");
    error =
        shortened(std::string(end == std::string_view::npos ? text : text.substr(end + 2)), 200);
    // An overflowing number comes without its place.
    tellsPlace = text.find(".parse_error.") != std::string_view::npos;
    read = position;
    return false;
  }

  std::string error;
  bool tellsPlace = false; ///< `error` does
  size_t read = 0;         ///< bytes up to the error, if the parser counted them

private:
  struct Level {
    Json *container;
    Json *member;                               ///< of an object: where the next value goes
    std::unordered_set<std::string> names = {}; ///< of an object that keeps the order of its keys
  };

  /// Makes a place for a member of the innermost object; false if it has one of the name.
  bool addMember(const std::string &name) {
    Level &level = levels.back();
    auto &object = level.container->template get_ref<typename Json::object_t &>();
    if constexpr (std::is_same_v<Json, nlohmann::json>) {
      auto [place, isNew] = object.try_emplace(name);
      level.member = &place->second;
      return isNew;
    } else { // whose own look-up goes through all members
      if (!level.names.insert(name).second)
        return false;
      level.member = &object.emplace_back(name, Json()).second;
      return true;
    }
  }

  Json *place(Json value) {
    if (levels.empty())
      return &(root = std::move(value));
    Level &level = levels.back();
    if (level.container->is_object())
      return &(*level.member = std::move(value));
    auto &array = level.container->template get_ref<typename Json::array_t &>();
    return &array.emplace_back(std::move(value));
  }

  bool add(Json value) {
    place(std::move(value));
    return true;
  }

  bool open(Json container) {
    if (levels.size() == maxDepth) {
      error = "nested more than " + std::to_string(maxDepth) + " deep";
      return false;
    }
    levels.push_back({place(std::move(container)), nullptr});
    return true;
  }

  bool close() {
    levels.pop_back();
    return true;
  }

  Json &root;
  const size_t maxDepth;
  std::vector<Level> levels;
};

/// " at line 3, column 7": of the byte before `end`.
std::string placeOf(std::string_view text, size_t end) {
  std::string_view before = text.substr(0, end);
  size_t lineStart = before.rfind('\n') + 1; // 0 if there is none
  return " at line " + std::to_string(1 + std::count(before.begin(), before.end(), '\n')) +
         ", column " + std::to_string(end - lineStart);
}

template <typename Json>
std::string parse(std::string_view text, Json &out, const JsonLimits &limits) {
  if (text.size() > limits.bytes)
    return "expected at most " + std::to_string(limits.bytes) + " bytes of JSON, but got " +
           std::to_string(text.size());
  JsonTree<Json> tree;
  Json &root = tree.value;
  TreeBuilder<Json> builder(root, limits.depth);
  const char *furthest = text.data();
  Cursor begin{text.data(), &furthest}, end{text.data() + text.size(), &furthest};
  if (Json::sax_parse(begin, end, &builder)) {
    out = std::move(root);
    return {};
  }
  // Newer parsers have words of their own for a text of nothing.
  if (text.empty() ||
      (builder.tellsPlace && builder.error.find("unexpected end of input") != std::string::npos))
    return "expected JSON, but it ends too soon, after " + std::to_string(text.size()) +
           " bytes: the file is cut short";
  return "not valid JSON: " + builder.error +
         (builder.tellsPlace ? ""
                             : placeOf(text, builder.read ? builder.read : furthest - text.data()));
}

} // namespace

std::string parseJsonText(std::string_view text, nlohmann::json &out, const JsonLimits &limits) {
  return parse(text, out, limits);
}

std::string parseJsonText(std::string_view text, nlohmann::ordered_json &out,
                          const JsonLimits &limits) {
  return parse(text, out, limits);
}

std::string describeJson(const nlohmann::json &value) {
  if (value.is_object())
    return "an object";
  if (value.is_array())
    return "an array";
  constexpr size_t most = 60;
  constexpr auto replace = nlohmann::json::error_handler_t::replace;
  if (!value.is_string())
    return shortened(value.dump(-1, ' ', false, replace), most);
  // Only as much of a string as is shown.
  nlohmann::json start = value.get_ref<const std::string &>().substr(0, most + 1);
  return shortened(start.dump(-1, ' ', false, replace), most);
}

} // namespace quantir
