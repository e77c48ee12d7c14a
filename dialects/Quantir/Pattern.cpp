//===- Pattern.cpp - Patterns of ops in a backend config ------------------===//

#include "quantir/dialects/Quantir/Pattern.h"

#include "quantir/Base/Text.h"
#include "quantir/Vocabulary/ObjectTypes.h"
#include "quantir/Vocabulary/OnnxOperators.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/MathExtras.h"

using namespace quantir;

namespace {

/// A recursive-descent parser of the grammar in the header.
class PatternParser {
public:
  PatternParser(llvm::StringRef text, std::string &error) : rest(text), text(text), error(error) {}

  std::optional<OpPattern> parseAll() {
    if (text.size() > PatternLimits::textBytes)
      return failLimit("bytes", PatternLimits::textBytes, text.size());
    std::optional<OpPattern> pattern = parsePattern(0);
    if (!pattern)
      return std::nullopt;
    if (pattern->isAny())
      return fail("an op name");
    rest = rest.ltrim();
    if (!rest.empty())
      return fail("the end of the pattern");
    if (pattern->length() > PatternLimits::length)
      return failLimit("ops and values", PatternLimits::length, pattern->length());
    if (pattern->numAlternatives() > PatternLimits::alternatives) {
      error = "expected a pattern that stands for at most " +
              std::to_string(PatternLimits::alternatives) +
              " patterns without '|', but got more: '" + shown(text) + "'";
      return std::nullopt;
    }
    return pattern;
  }

private:
  static constexpr unsigned maxDepth = 64;

  std::optional<OpPattern> fail(llvm::StringRef expected) {
    error = ("expected " + expected + " at column " + llvm::Twine(text.size() - rest.size() + 1) +
             " of pattern '" + shown(text) + "'")
                .str();
    return std::nullopt;
  }

  std::optional<OpPattern> failLimit(llvm::StringRef what, size_t most, size_t got) {
    error = ("expected a pattern of at most " + llvm::Twine(most) + " " + what + ", but got " +
             llvm::Twine(got) + ": '" + shown(text) + "'")
                .str();
    return std::nullopt;
  }

  static std::string shown(llvm::StringRef text) { return shortened({text.data(), text.size()}); }

  std::optional<OpPattern> failUnknown(llvm::StringRef name) {
    fail("the name of an op");
    if (std::string onnx = explainOnnxOperator(name); !onnx.empty()) {
      error += ", but got '" + name.str() + "'; " + onnx;
      return std::nullopt;
    }
    error += ", but got '" + shown(name) + "'" + didYouMean(name, allObjectTypes());
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
      llvm::StringRef name = rest.take_while(
          [](char c) { return llvm::isAlnum(c) || llvm::StringRef("_.<>").contains(c); });
      if (name.empty())
        return fail("an op name, '*' or '='");
      if (name == "MatchAllNode" && pattern.names.empty()) {
        rest = rest.drop_front(name.size());
        return pattern;
      }
      std::string canonical = canonicalObjectType(name);
      if (canonical.empty())
        return failUnknown(name);
      pattern.names.push_back(std::move(canonical));
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
  if (op->getNumResults() == 0 || pattern.operands.size() > op->getNumOperands() ||
      !pattern.matchesOp(op))
    return false;
  for (auto [index, operandPattern] : llvm::enumerate(pattern.operands)) {
    mlir::Value operand = op->getOperand(index);
    if (operandPattern.isAny()) {
      if (operandPattern.sameType && operand.getType() != op->getResult(0).getType())
        return false;
      continue;
    }
    mlir::Operation *producer = operand.getDefiningOp();
    if (!producer || producer->getNumResults() != 1 || !operand.hasOneUse() ||
        producer->getBlock() != op->getBlock() || !collect(operandPattern, producer, match))
      return false;
  }
  match.push_back(op);
  return true;
}

} // namespace

bool OpPattern::matchesOp(mlir::Operation *op) const {
  llvm::SmallVector<llvm::StringRef> types = objectTypesOf(op);
  return llvm::any_of(names, [&](const std::string &name) {
    return llvm::is_contained(types, llvm::StringRef(name));
  });
}

unsigned OpPattern::numOps() const {
  unsigned count = isAny() ? 0 : 1;
  for (const OpPattern &operand : operands)
    count += operand.numOps();
  return count;
}

unsigned OpPattern::length() const {
  unsigned count = 1;
  for (const OpPattern &operand : operands)
    count += operand.length();
  return count;
}

size_t OpPattern::numAlternatives() const {
  size_t count = isAny() ? 1 : names.size();
  for (const OpPattern &operand : operands)
    count = llvm::SaturatingMultiply(count, operand.numAlternatives());
  return count;
}

std::vector<OpPattern> OpPattern::alternatives() const {
  if (isAny())
    return {*this};
  std::vector<OpPattern> results;
  for (const std::string &name : names)
    results.push_back({{name}, {}, false});
  for (const OpPattern &operand : operands) {
    std::vector<OpPattern> extended;
    for (const OpPattern &result : results)
      for (OpPattern &alternative : operand.alternatives()) {
        extended.push_back(result);
        extended.back().operands.push_back(std::move(alternative));
      }
    results = std::move(extended);
  }
  return results;
}

std::string OpPattern::str() const {
  if (isAny())
    return sameType ? "=" : "*";
  std::string text = llvm::join(names, "|");
  if (operands.empty())
    return text;
  return text + "(" +
         llvm::join(llvm::map_range(operands, [](const OpPattern &p) { return p.str(); }), ", ") +
         ")";
}

std::string OpPattern::unitName() const {
  std::string text;
  for (const OpPattern &operand : operands)
    if (!operand.isAny())
      text += operand.unitName() + "_";
  return text + llvm::StringRef(names.front()).substr(names.front().rfind('.') + 1).lower();
}

static std::optional<unsigned> findName(const OpPattern &pattern, llvm::StringRef name,
                                        unsigned &index) {
  for (const OpPattern &operand : pattern.operands)
    if (std::optional<unsigned> found = findName(operand, name, index))
      return found;
  if (llvm::is_contained(pattern.names, name))
    return index;
  index += pattern.isAny() ? 0 : 1;
  return std::nullopt;
}

std::optional<unsigned> OpPattern::rootIndex(llvm::StringRef name) const {
  unsigned index = 0;
  if (!name.empty())
    return findName(*this, name, index);
  auto last = llvm::find_if(llvm::reverse(operands), [](const OpPattern &p) { return !p.isAny(); });
  if (last == operands.rend())
    return 0;
  for (auto operand = operands.begin(); &*operand != &*last; ++operand)
    index += operand->numOps();
  return index + *last->rootIndex();
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
