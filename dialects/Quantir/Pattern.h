//===- Pattern.h - Patterns of ops in a backend config ----------*- C++ -*-===//
//
// The text form of a pattern and the tree it stands for. The grammar:
//
//   pattern  ::= `*` | `=` | op-names (`(` pattern (`,` pattern)* `)`)?
//   op-names ::= op-name (`|` op-name)*
//
// The outermost op is the last one to be executed; the parentheses hold its operands in order. `*` is any value, `=` any
// value of the type of the op's result (not one that is broadcast).
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_DIALECTS_QUANTIR_PATTERN_H
#define QUANTIR_DIALECTS_QUANTIR_PATTERN_H

#include "mlir/IR/Operation.h"

#include <optional>
#include <string>
#include <vector>

namespace quantir {

/// A node of a pattern. One without names is a value: `*`, or `=` with `sameType`.
struct OpPattern {
  std::vector<std::string> names;
  std::vector<OpPattern> operands;
  bool sameType = false;

  bool isAny() const { return names.empty(); }
  bool matchesName(llvm::StringRef name) const;
  /// How many ops a match has.
  unsigned numOps() const;

  /// The tree of `text`; on an error, nullopt, with what was expected where in `error`.
  static std::optional<OpPattern> parse(llvm::StringRef text, std::string &error);
};

/// The ops of a match, operands before users; the last one is the op that `match` was asked about.
using PatternMatch = llvm::SmallVector<mlir::Operation *, 4>;

/// Matches `pattern` with `op` as its outermost op. The results of all other ops of the match have one use.
std::optional<PatternMatch> matchPattern(const OpPattern &pattern, mlir::Operation *op);

} // namespace quantir

#endif // QUANTIR_DIALECTS_QUANTIR_PATTERN_H
