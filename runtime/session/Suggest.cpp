//===- Suggest.cpp - "Did you mean ...?" ----------------------------------===//

#include "runtime/session/Suggest.h"

#include <algorithm>
#include <numeric>

using namespace quantir::runtime;

size_t quantir::runtime::editDistance(std::string_view a, std::string_view b) {
  // Three rows of the usual table; `before` is the row two up, which swaps look at.
  std::vector<size_t> before(b.size() + 1), above(b.size() + 1), row(b.size() + 1);
  std::iota(above.begin(), above.end(), 0);
  for (size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (a[i - 1] != b[j - 1])});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        row[j] = std::min(row[j], before[j - 2] + 1);
    }
    std::swap(before, above);
    std::swap(above, row);
  }
  return above[b.size()];
}

std::vector<std::string> quantir::runtime::nearestFirst(std::string_view name,
                                                        std::span<const std::string> candidates) {
  // The distance takes time in proportion to both lengths; the beginnings tell enough.
  constexpr size_t most = 256;
  std::vector<std::pair<size_t, std::string>> scored;
  for (const std::string &candidate : candidates)
    scored.emplace_back(
        editDistance(name.substr(0, most), std::string_view(candidate).substr(0, most)), candidate);
  std::stable_sort(scored.begin(), scored.end(),
                   [](const auto &x, const auto &y) { return x.first < y.first; });
  std::vector<std::string> sorted;
  for (auto &[distance, candidate] : scored)
    sorted.push_back(std::move(candidate));
  return sorted;
}

std::string quantir::runtime::didYouMean(std::string_view name,
                                         std::span<const std::string> candidates) {
  std::vector<std::string> nearest = nearestFirst(name, candidates);
  // Nobody misspells a name of thousands of characters.
  constexpr size_t most = 1024;
  if (nearest.empty() || name.size() > most || nearest.front().size() > most ||
      editDistance(name, nearest.front()) > 1 + name.size() / 3)
    return "";
  return "; did you mean '" + nearest.front() + "'?";
}

std::string quantir::runtime::listNames(std::span<const std::string> names) {
  std::string text;
  for (size_t i = 0; i < names.size(); ++i) {
    if (i > 0)
      text += i + 1 == names.size() ? " and " : ", ";
    text += "'" + names[i] + "'";
  }
  return text;
}
