//===- Text.h - Names in messages -------------------------------*- C++ -*-===//

#ifndef QUANTIR_NUMERICS_TEXT_H
#define QUANTIR_NUMERICS_TEXT_H

#include <span>
#include <string>
#include <string_view>

namespace quantir::numerics {

/// How much of names is compared to find near ones: that takes time in proportion to both lengths.
inline constexpr size_t maxCompared = 256;

/// The name of least edit distance to `text` (the first of several), or an empty one when there are
/// no names. Upper and lower case count as the same.
std::string_view nearestName(std::string_view text, std::span<const std::string_view> names);

/// "expected one of a, b, c, but got 'd' (nearest: 'c')".
std::string unknownName(std::string_view text, std::span<const std::string_view> names);

/// What a message shows of a text of any length: all of a short one, else its start and "...".
std::string shortened(std::string_view text, size_t most = 100);

/// "'text'", shortened.
std::string inQuotes(std::string_view text);

/// The shortest decimal text that reads back as the same float; "inf", "-inf", "nan".
std::string formatFloat(float value);

} // namespace quantir::numerics

#endif // QUANTIR_NUMERICS_TEXT_H
