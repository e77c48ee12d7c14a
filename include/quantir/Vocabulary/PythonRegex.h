//===- PythonRegex.h - Regular expressions of Python's re -------*- C++ -*-===//
//
// `module_name_regex` of a qconfig mapping holds what PyTorch hands to Python's `re.match`. PCRE2
// reads that syntax: named groups `(?P<name>...)`, inline flags, look-behind, `\A`.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_VOCABULARY_PYTHONREGEX_H
#define QUANTIR_VOCABULARY_PYTHONREGEX_H

#include "llvm/ADT/StringRef.h"

#include <memory>
#include <optional>
#include <string>

struct pcre2_real_code_8;

namespace quantir {

class PythonRegex {
public:
  /// Nullopt if `pattern` is not a regular expression; then `error` is "missing closing parenthesis
  /// at position 3".
  static std::optional<PythonRegex> compile(llvm::StringRef pattern, std::string &error);

  enum class Result {
    NoMatch,
    Match,
    TooComplex, ///< given up after a number of steps that only runaway backtracking needs
  };

  /// `re.match`: the match begins with the text, but need not end with it.
  Result match(llvm::StringRef text) const;

private:
  explicit PythonRegex(pcre2_real_code_8 *code);

  std::shared_ptr<pcre2_real_code_8> code;
};

} // namespace quantir

#endif // QUANTIR_VOCABULARY_PYTHONREGEX_H
