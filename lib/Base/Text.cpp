//===- Text.cpp - Names in messages ---------------------------------------===//

#include "quantir/Base/Text.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <numeric>
#include <utility>

namespace quantir {

/// Of long names the beginnings are compared.
static constexpr size_t mostCompared = 256;

static char lower(char c) { return char(std::tolower(static_cast<unsigned char>(c))); }

size_t editDistance(std::string_view a, std::string_view b) {
  a = a.substr(0, mostCompared);
  b = b.substr(0, mostCompared);
  // Three rows of the usual table; `before` is the row two up, which swaps look at.
  std::vector<size_t> before(b.size() + 1), above(b.size() + 1), row(b.size() + 1);
  std::iota(above.begin(), above.end(), 0);
  for (size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const bool differ = lower(a[i - 1]) != lower(b[j - 1]);
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + differ});
      if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) &&
          lower(a[i - 2]) == lower(b[j - 1]))
        row[j] = std::min(row[j], before[j - 2] + 1);
    }
    std::swap(before, above);
    std::swap(above, row);
  }
  return above[b.size()];
}

/// The names with their distances, the nearest first.
static std::vector<std::pair<size_t, std::string_view>> byDistance(std::string_view text,
                                                                   const Names &names) {
  std::vector<std::pair<size_t, std::string_view>> scored;
  for (std::string_view name : names)
    scored.emplace_back(editDistance(text, name), name);
  std::ranges::stable_sort(scored, {}, [](const auto &entry) { return entry.first; });
  return scored;
}

/// Whether `text` is `name` with letters left out, at most two of three and not the first: "u8" for
/// "uint8", "hgram" for "histogram".
static bool abbreviates(std::string_view text, std::string_view name) {
  if (text.size() < 2 || name.size() > 3 * text.size() ||
      lower(text.front()) != lower(name.front()))
    return false;
  size_t used = 0;
  for (char c : name)
    used += used < text.size() && lower(c) == lower(text[used]);
  return used == text.size();
}

/// Whether so many edits are a misspelling: fewer than would make another word.
static bool isMisspelling(size_t distance, std::string_view text) {
  const size_t length = std::min(text.size(), mostCompared);
  return distance <= 1 + length / 3 && 2 * distance <= length;
}

std::vector<std::string_view> nearestFirst(std::string_view text, const Names &names) {
  std::vector<std::string_view> sorted;
  for (const auto &[distance, name] : byDistance(text, names))
    sorted.push_back(name);
  return sorted;
}

std::string_view nearestName(std::string_view text, const Names &names) {
  // Nobody misspells a name of thousands of characters.
  constexpr size_t most = 1024;
  if (text.empty() || text.size() > most)
    return {};
  const auto scored = byDistance(text, names);
  // The only one that begins so is meant before all that are more than one letter away.
  constexpr size_t leastPrefix = 3;
  auto begins = [&](std::string_view name) {
    return name.size() <= most &&
           std::ranges::equal(name.substr(0, text.size()), text, {}, lower, lower);
  };
  if (!scored.empty() && scored.front().first > 1 && text.size() >= leastPrefix &&
      std::ranges::count_if(names, begins) == 1)
    return *std::ranges::find_if(names, begins);
  for (const auto &[distance, name] : scored)
    if (!name.empty() && name.size() <= most &&
        (isMisspelling(distance, text) || abbreviates(text, name)))
      return name;
  return {};
}

std::string didYouMean(std::string_view text, const Names &names) {
  std::string_view nearest = nearestName(text, names);
  return nearest.empty() ? "" : "; did you mean '" + std::string(nearest) + "'?";
}

std::string nearestInBrackets(std::string_view text, const Names &names) {
  std::string_view nearest = nearestName(text, names);
  return nearest.empty() ? "" : " (nearest: '" + std::string(nearest) + "')";
}

std::string unknownName(std::string_view text, const Names &names) {
  std::string message = "expected one of ";
  for (size_t i = 0; i < names.size(); ++i)
    message.append(i ? ", " : "").append(names[i]);
  return message + ", but got '" + shortened(text, mostCompared) + "'" +
         nearestInBrackets(text, names);
}

std::string listNames(const Names &names) {
  std::string text;
  for (size_t i = 0; i < names.size(); ++i) {
    if (i > 0)
      text += i + 1 == names.size() ? " and " : ", ";
    text.append("'").append(names[i]).append("'");
  }
  return text;
}

std::string shortened(std::string_view text, size_t most) {
  if (text.size() <= most)
    return std::string(text);
  // Not within a character of UTF-8, whose further bytes are 10xxxxxx.
  size_t end = most - 3;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80)
    --end;
  return std::string(text.substr(0, end)) + "...";
}

std::string inQuotes(std::string_view text) { return "'" + shortened(text) + "'"; }

std::string formatFloat(float value) {
  if (std::isnan(value))
    return "nan";
  if (std::isinf(value))
    return value > 0 ? "inf" : "-inf";
  char buffer[32];
  auto [end, error] = std::to_chars(buffer, buffer + sizeof(buffer), value);
  return std::string(buffer, error == std::errc() ? end : buffer);
}

} // namespace quantir
