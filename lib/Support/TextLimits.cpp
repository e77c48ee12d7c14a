//===- TextLimits.cpp - MLIR text that comes from outside -----------------===//

#include "quantir/Support/TextLimits.h"

#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringExtras.h"

using llvm::StringRef;

namespace {

/// The parser calls itself for each operator of an affine expression.
constexpr size_t maxAffineBytes = 4096;

class TextChecker {
public:
  explicit TextChecker(StringRef text) : text(text) {}

  std::string check() {
    while (at < text.size() && error.empty())
      step();
    return std::move(error);
  }

private:
  struct Bracket {
    char open;
    size_t place;
    bool isAffine;
  };

  void step() {
    char c = text[at];
    if (c == '"')
      return skipString();
    if (text.substr(at).starts_with("//")) {
      at = std::min(text.find('\n', at), text.size());
      return;
    }
    if (llvm::isAlpha(c) || c == '_')
      return readWord();
    if (StringRef("([{").contains(c) || (c == '<' && !isComparison()))
      open(c);
    else if (c == ')')
      close('(');
    else if (c == ']')
      close('[');
    else if (c == '}')
      close('{');
    else if (c == '>' && !isComparison() && (at == 0 || text[at - 1] != '-'))
      close('<');
    checkAffine();
    ++at;
    word = "";
  }

  void skipString() {
    for (++at; at < text.size() && text[at] != '"' && text[at] != '\n'; ++at)
      at += text[at] == '\\';
    ++at;
  }

  void readWord() {
    size_t begin = at;
    while (at < text.size() && (llvm::isAlnum(text[at]) || text[at] == '_'))
      ++at;
    word = text.slice(begin, at);
    if (word == "index" && !brackets.empty() && brackets.back().open == '<' &&
        isBehindArray(brackets.back().place, begin))
      fail("expected an array of a type of fixed size, but got array<index>", begin);
  }

  /// Whether `array<` and nothing else stands before the word at `begin`.
  bool isBehindArray(size_t bracket, size_t begin) const {
    StringRef before = text.take_front(bracket).rtrim();
    return text.slice(bracket + 1, begin).trim().empty() && before.consume_back("array") &&
           (before.empty() ||
            !(llvm::isAlnum(before.back()) || StringRef("._!#$").contains(before.back())));
  }

  /// `<=` and `>=`, which stand in affine sets.
  bool isComparison() const { return at + 1 < text.size() && text[at + 1] == '='; }

  void open(char c) {
    if (brackets.size() == quantir::maxTextNesting)
      return fail("expected brackets at most " + llvm::Twine(quantir::maxTextNesting) +
                      " deep inside of each other",
                  at);
    bool isAffine = c == '<' && (word == "affine_map" || word == "affine_set");
    brackets.push_back({c, at, isAffine});
    numAffine += isAffine;
  }

  /// Closes the innermost bracket of the kind, with all in it. The parser will say what is wrong
  /// with brackets that do not match.
  void close(char opened) {
    if (llvm::none_of(brackets, [&](const Bracket &bracket) { return bracket.open == opened; }))
      return;
    for (char last = 0; last != opened;) {
      last = brackets.back().open;
      numAffine -= brackets.back().isAffine;
      brackets.pop_back();
    }
  }

  void checkAffine() {
    if (numAffine == 0)
      return;
    const Bracket *affine =
        llvm::find_if(brackets, [](const Bracket &bracket) { return bracket.isAffine; });
    if (at - affine->place > maxAffineBytes)
      fail("expected affine maps and sets of at most " + llvm::Twine(maxAffineBytes) + " bytes",
           affine->place);
  }

  void fail(const llvm::Twine &message, size_t place) {
    StringRef before = text.take_front(place);
    size_t line = before.count('\n') + 1;
    size_t column = place - (before.rfind('\n') + 1) + 1; // rfind: npos + 1 is 0
    error = (llvm::Twine(line) + ":" + llvm::Twine(column) + ": " + message).str();
  }

  StringRef text, word;
  size_t at = 0;
  llvm::SmallVector<Bracket, 32> brackets;
  unsigned numAffine = 0;
  std::string error;
};

} // namespace

std::string quantir::checkMlirText(StringRef text) {
  if (text.starts_with("ML\xefR"))
    return {};
  return TextChecker(text).check();
}
