//===- JsonText.h - JSON that comes from outside ----------------*- C++ -*-===//
//
// parseJsonText reads every JSON file and attribute, so that none of them, however it was made,
// overflows the stack, takes more than 64 times its size in memory, or more than linear time.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_BASE_JSONTEXT_H
#define QUANTIR_BASE_JSONTEXT_H

#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace quantir {

/// Limits far above those of any sensible file.
struct JsonLimits {
  size_t bytes = size_t(64) << 20; ///< of the text
  size_t depth = 64;               ///< of nested arrays and objects
};

/// Parses `text`, which is JSON and nothing else, into `out`. Returns why it failed, with line and
/// column, or an empty string: "not valid JSON: parse error at line 2, column 8: ...". Errors are
/// also a number that no double holds, text that is not UTF-8, and a key that an object has twice,
/// of which readers would silently use the last.
[[nodiscard]] std::string parseJsonText(std::string_view text, nlohmann::json &out,
                                        const JsonLimits &limits = {});
[[nodiscard]] std::string parseJsonText(std::string_view text, nlohmann::ordered_json &out,
                                        const JsonLimits &limits = {});

/// A value as a message shows it: a scalar as JSON, cut off at 60 bytes; "an array" or "an object"
/// for the others, which may have any size and depth.
std::string describeJson(const nlohmann::json &value);

} // namespace quantir

#endif // QUANTIR_BASE_JSONTEXT_H
