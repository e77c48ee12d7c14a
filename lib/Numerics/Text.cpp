//===- Text.cpp - Names in messages ---------------------------------------===//

#include "quantir/Numerics/Text.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <vector>

namespace quantir::numerics {

/// Levenshtein's distance, one row at a time.
static size_t editDistance(std::string_view a, std::string_view b) {
  auto lower = [](char c) { return std::tolower(static_cast<unsigned char>(c)); };
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j)
    row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      size_t substitute = diagonal + (lower(a[i - 1]) != lower(b[j - 1]));
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, substitute});
    }
  }
  return row[b.size()];
}

std::string_view nearestName(std::string_view text, std::span<const std::string_view> names) {
  std::string_view best;
  size_t least = SIZE_MAX;
  text = text.substr(0, maxCompared);
  for (std::string_view name : names)
    if (size_t distance = editDistance(text, name.substr(0, maxCompared)); distance < least) {
      least = distance;
      best = name;
    }
  return best;
}

std::string unknownName(std::string_view text, std::span<const std::string_view> names) {
  std::string message = "expected one of ";
  for (size_t i = 0; i < names.size(); ++i)
    message.append(i ? ", " : "").append(names[i]);
  message.append(", but got '").append(text.substr(0, 256));
  return message.append("' (nearest: '").append(nearestName(text, names)).append("')");
}

std::string shortened(std::string_view text, size_t most) {
  if (text.size() <= most)
    return std::string(text);
  return std::string(text.substr(0, most - 3)) + "...";
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

} // namespace quantir::numerics
