//===- Suggest.h - "Did you mean ...?" --------------------------*- C++ -*-===//

#ifndef QUANTIR_RUNTIME_SESSION_SUGGEST_H
#define QUANTIR_RUNTIME_SESSION_SUGGEST_H

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace quantir::runtime {

/// How many single-character insertions, deletions, replacements and swaps of neighbours lead from
/// `a` to `b`.
size_t editDistance(std::string_view a, std::string_view b);

/// `candidates`, those most like `name` first; equally like ones keep their order.
std::vector<std::string> nearestFirst(std::string_view name,
                                      std::span<const std::string> candidates);

/// "; did you mean 'x'?" if a candidate is near enough to be a misspelling, else "".
std::string didYouMean(std::string_view name, std::span<const std::string> candidates);

/// "'a', 'b' and 'c'".
std::string listNames(std::span<const std::string> names);

} // namespace quantir::runtime

#endif // QUANTIR_RUNTIME_SESSION_SUGGEST_H
