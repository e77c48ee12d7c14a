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

/// Parses `<` (field (`,` field)*)? `>`, each field `key = value`; `parseValue(key)` takes the
/// value, or says with nullopt that it knows no such field.
inline ParseResult parseFields(AsmParser &parser, ArrayRef<StringRef> known,
                               function_ref<ParseResult(StringRef)> parseValue) {
  llvm::SmallDenseSet<StringRef> seen;
  return parser.parseCommaSeparatedList(AsmParser::Delimiter::LessGreater, [&]() -> ParseResult {
    SMLoc loc = parser.getCurrentLocation();
    StringRef key;
    if (parser.parseKeyword(&key))
      return failure();
    if (!llvm::is_contained(known, key))
      return parser.emitError(loc) << "expected one of the fields " << llvm::join(known, ", ")
                                   << ", but got '" << key << "'";
    if (!seen.insert(key).second)
      return parser.emitError(loc) << "field '" << key << "' is given twice";
    return failure(parser.parseEqual() || parseValue(key));
  });
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
