//===- Text.h - Names in messages -------------------------------*- C++ -*-===//

#ifndef QUANTIR_BASE_TEXT_H
#define QUANTIR_BASE_TEXT_H

#include <concepts>
#include <cstddef>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace quantir {

/// A list of names, from strings of any kind. They have to outlive it, so a range that creates them
/// on the fly will not do.
class Names {
public:
  Names() = default;
  template <typename Range>
    requires(requires(const Range &range) { std::string_view(*std::begin(range)); } &&
             !std::same_as<decltype(*std::begin(std::declval<const Range &>())), std::string>)
  Names(const Range &range) { // NOLINT: any list is one of names
    for (const auto &name : range)
      views.emplace_back(name);
  }

  auto begin() const { return views.begin(); }
  auto end() const { return views.end(); }
  size_t size() const { return views.size(); }
  std::string_view operator[](size_t index) const { return views[index]; }

private:
  std::vector<std::string_view> views;
};

/// How many insertions, deletions and replacements of a character, and swaps of neighbours, lead
/// from `a` to `b`; upper and lower case count as the same. Of long names the beginnings are
/// compared: it takes time in proportion to both lengths.
size_t editDistance(std::string_view a, std::string_view b);

/// All names, by increasing edit distance to `text`; names of equal distance keep their order.
std::vector<std::string_view> nearestFirst(std::string_view text, const Names &names);

/// The name of which `text` is a misspelling or an abbreviation; empty if there is none.
std::string_view nearestName(std::string_view text, const Names &names);

/// "; did you mean 'x'?", with the nearest name, or nothing if none is near.
std::string didYouMean(std::string_view text, const Names &names);

/// " (nearest: 'x')", or nothing if none is near.
std::string nearestInBrackets(std::string_view text, const Names &names);

/// "expected one of a, b, c, but got 'd' (nearest: 'c')".
std::string unknownName(std::string_view text, const Names &names);

/// "'a', 'b' and 'c'".
std::string listNames(const Names &names);

/// A text as a message shows it: all of it if it is short, else its start and "...".
std::string shortened(std::string_view text, size_t most = 100);

/// "'text'", shortened.
std::string inQuotes(std::string_view text);

/// The shortest decimal text that reads back as the same float; "inf", "-inf", "nan".
std::string formatFloat(float value);

} // namespace quantir

#endif // QUANTIR_BASE_TEXT_H
