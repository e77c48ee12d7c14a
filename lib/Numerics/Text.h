//===- Text.h - Names in messages -------------------------------*- C++ -*-===//

#ifndef QUANTIR_NUMERICS_TEXT_H
#define QUANTIR_NUMERICS_TEXT_H

#include <span>
#include <string>
#include <string_view>

namespace quantir::numerics {

/// The name of least edit distance to `text` (the first of several), or an empty one when there are
/// no names. Upper and lower case count as the same.
std::string_view nearestName(std::string_view text, std::span<const std::string_view> names);

/// "expected one of a, b, c, but got 'd' (nearest: 'c')".
std::string unknownName(std::string_view text, std::span<const std::string_view> names);

/// The shortest decimal text that reads back as the same float; "inf", "-inf", "nan".
std::string formatFloat(float value);

} // namespace quantir::numerics

#endif // QUANTIR_NUMERICS_TEXT_H
