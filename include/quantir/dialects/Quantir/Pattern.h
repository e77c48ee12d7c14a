//===- Pattern.h - Patterns of ops in a backend config ----------*- C++ -*-===//
//
// The text form of a pattern and the tree it stands for. The grammar:
//
//   pattern  ::= `*` | `=` | op-names (`(` pattern (`,` pattern)* `)`)?
//   op-names ::= op-name (`|` op-name)*
//
// The outermost op is the last one to be executed; the parentheses hold its operands in order. `*`,
// which PyTorch calls `MatchAllNode`, is any value, `=` any value of the type of the op's result
// (not one that is broadcast). An op-name is an object type in any spelling that ObjectTypes.h
// knows.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_DIALECTS_QUANTIR_PATTERN_H
#define QUANTIR_DIALECTS_QUANTIR_PATTERN_H

#include "mlir/IR/Operation.h"

#include <optional>
#include <string>
#include <vector>

namespace quantir {

/// What is far above anything that is meant, and small enough that what patterns stand for is made
/// at once. The attributes' verifiers see to it.
struct PatternLimits {
  static constexpr size_t textBytes = 4096;        ///< of a pattern, and of each name that it has
  static constexpr size_t length = 64;             ///< ops and values that are written in it
  static constexpr size_t alternatives = 1024;     ///< without `|` that it stands for
  static constexpr size_t patterns = 4096;         ///< of one config
  static constexpr size_t allAlternatives = 16384; ///< of all of them
};

/// A node of a pattern. One without names is a value: `*`, or `=` with `sameType`.
struct OpPattern {
  std::vector<std::string> names; ///< canonical object types
  std::vector<OpPattern> operands;
  bool sameType = false;

  bool isAny() const { return names.empty(); }
  bool matchesOp(mlir::Operation *op) const;

  /// How many ops a match has.
  unsigned numOps() const;
  /// PyTorch's length of a pattern, by which the longer one is preferred: how many ops and values
  /// are written in it.
  unsigned length() const;

  /// How many patterns without `|` this one stands for; SIZE_MAX for more than fit.
  size_t numAlternatives() const;

  /// The patterns without `|` that this one stands for, in the order of the names.
  std::vector<OpPattern> alternatives() const;

  /// The text, with canonical names.
  std::string str() const;

  /// A name for the unit: "conv_relu" of `nn.relu(nn.conv)`, "conv2d_relu" of
  /// `torch.nn.ReLU(torch.conv2d)`.
  std::string unitName() const;

  /// Which op of a match is the root: the first one with the canonical name `name`; with none, the
  /// one where the way ends that follows each op's last operand that is an op. Nullopt if no op of
  /// the pattern has the name.
  std::optional<unsigned> rootIndex(llvm::StringRef name = "") const;

  /// The tree of `text`, within the limits; on an error, nullopt, with what was expected where in
  /// `error`.
  static std::optional<OpPattern> parse(llvm::StringRef text, std::string &error);
};

/// The ops of a match, operands before users; the last one is the op that `match` was asked about.
using PatternMatch = llvm::SmallVector<mlir::Operation *, 4>;

/// Matches `pattern` with `op` as its outermost op. The results of all other ops of the match have
/// one use.
std::optional<PatternMatch> matchPattern(const OpPattern &pattern, mlir::Operation *op);

} // namespace quantir

#endif // QUANTIR_DIALECTS_QUANTIR_PATTERN_H
