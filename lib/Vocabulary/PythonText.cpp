//===- PythonText.cpp - Values as Python prints them ----------------------===//

#include "quantir/Vocabulary/PythonText.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

using namespace quantir;
using llvm::StringRef;

using Kind = PythonValue::Kind;

namespace {

/// Recursive descent. The first error wins; after it, all rules fail.
class Parser {
public:
  explicit Parser(StringRef text) : text(text) {}

  std::optional<PythonValue> parseAll(std::string &error) {
    PythonValue value;
    bool ok = parseValue(value);
    skipSpace();
    if (ok && position < text.size())
      ok = fail("expected the end of the text");
    error = message;
    return ok ? std::optional(std::move(value)) : std::nullopt;
  }

private:
  bool fail(const llvm::Twine &what) {
    if (message.empty())
      message = (what + " at column " + llvm::Twine(position + 1)).str();
    return false;
  }

  void skipSpace() {
    position = std::min(text.find_first_not_of(" \t\r\n", position), text.size());
  }

  bool peek(char c) {
    skipSpace();
    return position < text.size() && text[position] == c;
  }

  bool consume(char c) {
    if (!peek(c))
      return false;
    ++position;
    return true;
  }

  bool expect(char c) { return consume(c) || fail("expected '" + llvm::Twine(c) + "'"); }

  /// The characters from here that are in `set`; empty at any other.
  StringRef take(llvm::function_ref<bool(char)> isPart) {
    StringRef taken = text.substr(position).take_while(isPart);
    position += taken.size();
    return taken;
  }

  StringRef takeName() {
    return take([](char c) { return llvm::isAlnum(c) || c == '_' || c == '.'; });
  }

  bool parseValue(PythonValue &value) {
    constexpr unsigned maxDepth = 64;
    if (depth == maxDepth)
      return fail("expected fewer levels of nesting");
    ++depth;
    bool ok = parseValueBody(value);
    --depth;
    return ok;
  }

  bool parseValueBody(PythonValue &value);
  bool parseString(PythonValue &value);
  bool parseObject(PythonValue &value);
  bool parseNumber(PythonValue &value);
  bool parseNamed(PythonValue &value);
  bool parseArguments(PythonValue &call);
  bool parseDict(PythonValue &value);
  bool parseElements(PythonValue &list, char close);

  StringRef text;
  size_t position = 0;
  unsigned depth = 0;
  std::string message;
};

bool Parser::parseValueBody(PythonValue &value) {
  skipSpace();
  value.column = position + 1;
  if (position == text.size())
    return fail("expected a value");
  char c = text[position];
  if (c == '\'' || c == '"')
    return parseString(value);
  if (c == '<')
    return parseObject(value);
  if (c == '{') {
    value.kind = Kind::Dict;
    return parseDict(value);
  }
  if (c == '[' || c == '(') {
    ++position;
    value.kind = Kind::List;
    return parseElements(value, c == '[' ? ']' : ')');
  }
  if (llvm::isDigit(c) || c == '-' || c == '+' || c == '.')
    return parseNumber(value);
  if (llvm::isAlpha(c) || c == '_')
    return parseNamed(value);
  return fail("expected a value, but got '" + llvm::Twine(c) + "'");
}

bool Parser::parseString(PythonValue &value) {
  value.kind = Kind::String;
  char quote = text[position++];
  while (position < text.size() && text[position] != quote) {
    if (text[position] == '\\' && position + 1 < text.size())
      ++position;
    value.text += text[position++];
  }
  return position < text.size() ? expect(quote) : fail("expected a closing quote");
}

/// "<function f.<locals>.g at 0x7f>": brackets nest.
bool Parser::parseObject(PythonValue &value) {
  value.kind = Kind::Object;
  size_t begin = position + 1;
  unsigned open = 0;
  for (; position < text.size(); ++position) {
    if (text[position] == '<')
      ++open;
    else if (text[position] == '>' && --open == 0) {
      value.text = text.slice(begin, position++).trim().str();
      return true;
    }
  }
  return fail("expected '>'");
}

bool Parser::parseNumber(PythonValue &value) {
  value.kind = Kind::Number;
  size_t begin = position++;
  take([](char c) { return llvm::isAlnum(c) || c == '.'; });
  // The sign of an exponent: 1.5e-05.
  if (llvm::toLower(text[position - 1]) == 'e' && (peek('-') || peek('+'))) {
    ++position;
    take(llvm::isDigit);
  }
  value.text = text.slice(begin, position).str();
  double number;
  if (!StringRef(value.text).getAsDouble(number))
    return true;
  position = begin;
  return fail("expected a number, but got '" + llvm::Twine(StringRef(value.text).take_front(40)) +
              "'");
}

bool Parser::parseNamed(PythonValue &value) {
  value.text = takeName().str();
  if (value.text == "None")
    return true;
  if (value.text == "True" || value.text == "False") {
    value.kind = Kind::Bool;
    return true;
  }
  value.kind = Kind::Name;
  if (consume('(')) {
    value.kind = Kind::Call;
    if (!parseArguments(value))
      return false;
    // What a PyTorch partial would call later, which says nothing about the observer:
    // "functools.partial(...){}".
    PythonValue ignored;
    return !peek('{') || parseDict(ignored);
  }
  if (peek('{')) {
    value.kind = Kind::Call;
    return parseDict(value);
  }
  return true;
}

bool Parser::parseArguments(PythonValue &call) {
  while (!peek(')')) {
    size_t begin = position;
    StringRef keyword = takeName();
    if (!keyword.empty() && consume('=')) {
      if (!parseValue(call.keywords.emplace_back(PythonKeyword{keyword.str(), {}}).value))
        return false;
    } else {
      position = begin;
      if (!parseValue(call.arguments.emplace_back()))
        return false;
    }
    if (!consume(','))
      break;
  }
  return expect(')');
}

bool Parser::parseDict(PythonValue &value) {
  if (!expect('{'))
    return false;
  while (!peek('}')) {
    PythonValue key;
    if (!parseValue(key) || !expect(':') ||
        !parseValue(value.keywords.emplace_back(PythonKeyword{key.text, {}}).value))
      return false;
    if (!consume(','))
      break;
  }
  return expect('}');
}

bool Parser::parseElements(PythonValue &list, char close) {
  while (!peek(close)) {
    if (!parseValue(list.arguments.emplace_back()))
      return false;
    if (!consume(','))
      break;
  }
  return expect(close);
}

} // namespace

StringRef PythonValue::className() const {
  if (kind == Kind::Name)
    return text;
  StringRef name(text);
  if (kind == Kind::Object && name.consume_front("class "))
    return name.trim("'\"");
  return {};
}

std::optional<PythonValue> quantir::parsePython(StringRef text, std::string &error) {
  return Parser(text).parseAll(error);
}
