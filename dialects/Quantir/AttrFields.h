//===- AttrFields.h - The text form that attributes have in common --------*- C++ -*-===//
//
// `#quantir.x<field = value, ...>`: for the sources of the dialect's attributes only.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_DIALECTS_QUANTIR_ATTRFIELDS_H
#define QUANTIR_DIALECTS_QUANTIR_ATTRFIELDS_H

#include "mlir/IR/OpImplementation.h"

#include "llvm/ADT/SmallSet.h"
#include "llvm/ADT/StringExtras.h"

#include <optional>

namespace quantir::attr_fields {

using mlir::ArrayRef;
using mlir::AsmParser;
using mlir::AsmPrinter;
using mlir::Attribute;
using mlir::failed;
using mlir::failure;
using mlir::function_ref;
using mlir::OptionalParseResult;
using mlir::ParseResult;
using mlir::SmallVectorImpl;
using mlir::SMLoc;
using mlir::StringRef;
using mlir::succeeded;
using mlir::success;
using mlir::Type;

/// Parses fields `key = value`, each key once.
class FieldParser {
public:
  /// `checkKey` reports a key that is none of the fields; `parseValue` takes the value of one that
  /// is.
  FieldParser(AsmParser &parser, function_ref<ParseResult(SMLoc, StringRef)> checkKey,
              function_ref<ParseResult(StringRef)> parseValue)
      : parser(parser), checkKey(checkKey), parseValue(parseValue) {}

  ParseResult parse() {
    SMLoc loc = parser.getCurrentLocation();
    StringRef key;
    if (parser.parseKeyword(&key) || checkKey(loc, key))
      return failure();
    if (!seen.insert(key).second)
      return parser.emitError(loc) << "field '" << key << "' is given twice";
    return failure(parser.parseEqual() || parseValue(key));
  }

private:
  AsmParser &parser;
  function_ref<ParseResult(SMLoc, StringRef)> checkKey;
  function_ref<ParseResult(StringRef)> parseValue;
  llvm::SmallDenseSet<StringRef> seen;
};

/// How a list of fields begins.
enum class FieldsBegin {
  WithLess,   ///< `<` (field (`,` field)*)? `>`
  BehindValue ///< (`,` field)* `>`, where `<` and a value without a key have been parsed
};

inline ParseResult parseFields(AsmParser &parser, ArrayRef<StringRef> known,
                               function_ref<ParseResult(StringRef)> parseValue,
                               FieldsBegin begin = FieldsBegin::WithLess) {
  auto checkKey = [&](SMLoc loc, StringRef key) -> ParseResult {
    if (llvm::is_contained(known, key))
      return success();
    return parser.emitError(loc) << "expected one of the fields " << llvm::join(known, ", ")
                                 << ", but got '" << key << "'";
  };
  FieldParser fields(parser, checkKey, parseValue);
  if (begin == FieldsBegin::WithLess)
    return parser.parseCommaSeparatedList(AsmParser::Delimiter::LessGreater,
                                          [&] { return fields.parse(); });
  while (succeeded(parser.parseOptionalComma()))
    if (fields.parse())
      return failure();
  return parser.parseGreater();
}

/// Separates the fields that are printed.
class FieldPrinter {
public:
  explicit FieldPrinter(AsmPrinter &printer) : printer(printer) { printer << "<"; }
  ~FieldPrinter() { printer << ">"; }
  AsmPrinter &next() {
    if (!first)
      printer << ", ";
    first = false;
    return printer;
  }
  AsmPrinter &field(StringRef key) { return next() << key << " = "; }

private:
  AsmPrinter &printer;
  bool first = true;
};

/// An attribute of class T: in full (`#quantir.x<...>`, or an alias), or only its `<...>`.
template <typename T> ParseResult parseNested(AsmParser &parser, T &result) {
  SMLoc loc = parser.getCurrentLocation();
  // An attribute that fails to parse has said why.
  Attribute attr;
  OptionalParseResult full = parser.parseOptionalAttribute(attr);
  if (full.has_value()) {
    if (failed(*full))
      return failure();
    result = llvm::dyn_cast<T>(attr);
    return result ? success() : parser.emitError(loc) << "expected #quantir." << T::getMnemonic();
  }
  result = llvm::dyn_cast_or_null<T>(T::parse(parser, Type()));
  return success(static_cast<bool>(result));
}

template <typename T> ParseResult parseList(AsmParser &parser, SmallVectorImpl<T> &results) {
  return parser.parseCommaSeparatedList(
      AsmParser::Delimiter::Square, [&] { return parseNested(parser, results.emplace_back()); });
}

/// Prints the attributes without their mnemonic, which the list implies.
template <typename T> void printList(AsmPrinter &printer, ArrayRef<T> attrs) {
  printer << "[";
  llvm::interleaveComma(attrs, printer, [&](T attr) { attr.print(printer); });
  printer << "]";
}

template <typename IntT>
ParseResult parseOptionalInt(AsmParser &parser, std::optional<IntT> &result) {
  return parser.parseInteger(result.emplace());
}

} // namespace quantir::attr_fields

#endif // QUANTIR_DIALECTS_QUANTIR_ATTRFIELDS_H
