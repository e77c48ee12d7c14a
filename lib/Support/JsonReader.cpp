//===- JsonReader.cpp - Reading JSON with the place in every error --------===//

#include "quantir/Support/JsonReader.h"

#include "quantir/Base/JsonText.h"
#include "quantir/Base/Text.h"

#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace quantir;

InFlightDiagnostic JsonReader::error() const {
  InFlightDiagnostic diagnostic = emitError(loc);
  if (!where.empty())
    diagnostic << shortened(where, 200) << ": ";
  return diagnostic;
}

LogicalResult JsonReader::expected(StringRef what) const {
  return error() << "expected " << what << ", but got " << describeJson(*value);
}

FailureOr<std::string> JsonReader::string() const {
  if (!value->is_string())
    return expected("a string");
  return value->get<std::string>();
}

FailureOr<int64_t> JsonReader::integer() const {
  if (!value->is_number_integer())
    return expected("an integer");
  if (value->is_number_unsigned() && value->get<uint64_t>() > uint64_t(INT64_MAX))
    return expected("an integer of at most 64 bits with its sign"); // it would wrap around
  return value->get<int64_t>();
}

FailureOr<double> JsonReader::number() const {
  if (!value->is_number())
    return expected("a number");
  return value->get<double>();
}

FailureOr<bool> JsonReader::boolean() const {
  if (!value->is_boolean())
    return expected("true or false");
  return value->get<bool>();
}

static std::string quotedIfEmpty(StringRef key) { return key.empty() ? "\"\"" : key.str(); }

std::optional<JsonReader> JsonReader::member(StringRef key) const {
  auto it = value->find(key.str());
  if (it == value->end() || it->is_null())
    return std::nullopt;
  JsonReader child(*it, loc);
  child.where = where + (where.empty() ? "" : ".") + quotedIfEmpty(key);
  return child;
}

JsonReader JsonReader::element(size_t index) const {
  JsonReader child((*value)[index], loc);
  child.where = where + "[" + std::to_string(index) + "]";
  return child;
}

LogicalResult JsonReader::expectObject(ArrayRef<StringRef> keys) const {
  if (!value->is_object())
    return expected("an object");
  for (const auto &[key, unused] : value->items()) {
    if (llvm::is_contained(keys, StringRef(key)))
      continue;
    std::string meant = didYouMean(key, keys);
    return error() << "unknown key '" << shortened(key) << "'"
                   << (meant.empty() ? "; expected one of " +
                                           llvm::join(llvm::map_range(keys, quotedIfEmpty), ", ")
                                     : meant);
  }
  return success();
}

LogicalResult JsonReader::expectArray(std::optional<size_t> size) const {
  if (!value->is_array())
    return expected("an array");
  if (size && value->size() != *size)
    return error() << "expected an array of " << *size << " elements, but got " << value->size();
  return success();
}

FailureOr<nlohmann::json> quantir::parseJson(StringRef text, Location loc) {
  nlohmann::json json;
  if (std::string error = parseJsonText({text.data(), text.size()}, json); !error.empty())
    return emitError(loc) << error;
  return json;
}
