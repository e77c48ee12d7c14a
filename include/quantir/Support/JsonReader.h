//===- JsonReader.h - Reading JSON with the place in every error -*- C++ -*-===//
//
// A cursor into a JSON value that knows its path, so that an error says "config.json:
// backend_config.patterns[3].name: expected a string, but got 7".
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_SUPPORT_JSONREADER_H
#define QUANTIR_SUPPORT_JSONREADER_H

#include "mlir/IR/Diagnostics.h"
#include "mlir/Support/LLVM.h"

#include <nlohmann/json.hpp>

namespace quantir {

class JsonReader {
public:
  JsonReader(const nlohmann::json &value, mlir::Location loc) : value(&value), loc(loc) {}

  const nlohmann::json &json() const { return *value; }
  const std::string &path() const { return where; }
  mlir::Location location() const { return loc; }

  /// An error at this place: "path: message".
  mlir::InFlightDiagnostic error() const;
  /// "expected `what`, but got" the value.
  mlir::LogicalResult expected(llvm::StringRef what) const;

  bool isNull() const { return value->is_null(); }
  bool isString() const { return value->is_string(); }

  mlir::FailureOr<std::string> string() const;
  mlir::FailureOr<int64_t> integer() const;
  mlir::FailureOr<double> number() const;
  mlir::FailureOr<bool> boolean() const;

  /// The member `key`; nullopt if the object has none, or has null.
  std::optional<JsonReader> member(llvm::StringRef key) const;
  JsonReader element(size_t index) const;
  /// A reader of another value that stands for the one here, such as one made from it.
  JsonReader withValue(const nlohmann::json &other) const {
    JsonReader reader = *this;
    reader.value = &other;
    return reader;
  }

  /// Fails unless this is an object whose keys are all in `keys`; names the nearest one.
  mlir::LogicalResult expectObject(llvm::ArrayRef<llvm::StringRef> keys) const;
  /// Fails unless this is an array; of `size` elements, if given.
  mlir::LogicalResult expectArray(std::optional<size_t> size = std::nullopt) const;

private:
  const nlohmann::json *value;
  mlir::Location loc;
  std::string where;
};

/// Parses JSON text; a syntax error is reported at `loc` with line and column.
mlir::FailureOr<nlohmann::json> parseJson(llvm::StringRef text, mlir::Location loc);

} // namespace quantir

#endif // QUANTIR_SUPPORT_JSONREADER_H
