//===- Pattern.cpp - Patterns of ops in a backend config ------------------===//

#include "quantir/dialects/Quantir/Pattern.h"

#include "llvm/ADT/StringExtras.h"

using namespace quantir;

namespace {

/// A recursive-descent parser of the grammar in the header.
class PatternParser {
public:
  PatternParser(llvm::StringRef text, std::string &error) : rest(text), text(text), error(error) {}

  std::optional<OpPattern> parseAll() {
    std::optional<OpPattern> pattern = parsePattern(0);
    if (!pattern)
      return std::nullopt;
    if (pattern->isAny())
      return fail("an op name");
    rest = rest.ltrim();
    if (!rest.empty())
      return fail("the end of the pattern");
    return pattern;
  }

private:
  static constexpr unsigned maxDepth = 64;

  std::optional<OpPattern> fail(llvm::StringRef expected) {
    error = ("expected " + expected + " at column " + llvm::Twine(text.size() - rest.size() + 1) +
             " of pattern '" + text + "'")
                .str();
    return std::nullopt;
  }

  bool consume(char c) {
    rest = rest.ltrim();
    return rest.consume_front(llvm::StringRef(&c, 1));
  }

  std::optional<OpPattern> parsePattern(unsigned depth) {
    if (depth > maxDepth)
      return fail("less nesting");
    OpPattern pattern;
    if (consume('*'))
      return pattern;
    if (consume('=')) {
      pattern.sameType = true;
      return pattern;
    }
    do {
      rest = rest.ltrim();
      llvm::StringRef name =
          rest.take_while([](char c) { return llvm::isAlnum(c) || c == '_' || c == '.'; });
      if (name.empty())
        return fail("an op name, '*' or '='");
      pattern.names.push_back(name.str());
      rest = rest.drop_front(name.size());
    } while (consume('|'));
    if (!consume('('))
      return pattern;
    do {
      std::optional<OpPattern> operand = parsePattern(depth + 1);
      if (!operand)
        return std::nullopt;
      pattern.operands.push_back(std::move(*operand));
    } while (consume(','));
    if (!consume(')'))
      return fail("',' or ')'");
    return pattern;
  }

  llvm::StringRef rest;
  llvm::StringRef text;
  std::string &error;
};

bool collect(const OpPattern &pattern, mlir::Operation *op, PatternMatch &match) {
  if (!pattern.matchesName(op->getName().getStringRef()) || op->getNumResults() != 1 ||
      pattern.operands.size() > op->getNumOperands())
    return false;
  for (auto [index, operandPattern] : llvm::enumerate(pattern.operands)) {
    mlir::Value operand = op->getOperand(index);
    if (operandPattern.isAny()) {
      if (operandPattern.sameType && operand.getType() != op->getResult(0).getType())
        return false;
      continue;
    }
    mlir::Operation *producer = operand.getDefiningOp();
    if (!producer || !operand.hasOneUse() ||
        producer->getBlock() != op->getBlock() || !collect(operandPattern, producer, match))
      return false;
  }
  match.push_back(op);
  return true;
}

} // namespace

bool OpPattern::matchesName(llvm::StringRef name) const {
  return llvm::any_of(names, [&](const std::string &candidate) { return candidate == name; });
}

unsigned OpPattern::numOps() const {
  unsigned count = isAny() ? 0 : 1;
  for (const OpPattern &operand : operands)
    count += operand.numOps();
  return count;
}

std::optional<OpPattern> OpPattern::parse(llvm::StringRef text, std::string &error) {
  return PatternParser(text, error).parseAll();
}

std::optional<PatternMatch> quantir::matchPattern(const OpPattern &pattern, mlir::Operation *op) {
  PatternMatch match;
  if (!collect(pattern, op, match))
    return std::nullopt;
  return match;
}
