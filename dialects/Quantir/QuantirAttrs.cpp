//===- QuantirAttrs.cpp - Observers as attributes, attribute registration -===//

#include "AttrFields.h"
#include "quantir/dialects/Quantir/Quantir.h"

#include "quantir/Serialization/ObserverJson.h"

#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

#include <nlohmann/json.hpp>

#include <bit>
#include <charconv>

using namespace mlir;
using namespace quantir;

using Json = nlohmann::json;

namespace quantir::numerics {
static llvm::hash_code hash_value(const ObserverConfig &config) {
  return llvm::hash_combine(
      config.kind, config.dtype, config.scheme, config.quantMin.value_or(0),
      config.quantMax.value_or(0), config.reduceRange, std::bit_cast<uint32_t>(config.eps),
      std::bit_cast<uint32_t>(config.averagingConstant), config.chAxis, config.bins,
      config.isDynamic, std::bit_cast<uint32_t>(config.fixedScale), config.fixedZeroPoint,
      config.fakeQuantize, std::bit_cast<uint32_t>(config.percentile), config.granularityKind,
      config.groupSize, llvm::hash_combine_range(config.blockSize.begin(), config.blockSize.end()),
      config.mappingType, config.zeroPointDomain, config.preserveZero);
}
} // namespace quantir::numerics

#define GET_ATTRDEF_CLASSES
#include "quantir/dialects/Quantir/QuantirAttrs.cpp.inc"

#include "quantir/dialects/Quantir/QuantirEnums.cpp.inc"

namespace {

/// The key of the JSON form that holds the kind, which the text form has as its mnemonic.
constexpr llvm::StringLiteral kindKey = "observer";

/// The shortest decimal that reads back as this float, with the point that MLIR's lexer wants.
std::string floatText(float value) {
  char buffer[32];
  auto [end, error] =
      std::to_chars(buffer, buffer + sizeof(buffer), value, std::chars_format::scientific);
  std::string text(buffer, end);
  if (text.find('.') == std::string::npos)
    text.insert(text.find('e'), ".0");
  return text;
}

/// One field of an observer, in the words of its JSON form.
ParseResult parseField(AsmParser &parser, Json &value) {
  // Keywords first: the parser takes `true` for an integer, too.
  StringRef keyword;
  if (succeeded(parser.parseOptionalKeyword(&keyword))) {
    if (keyword == "true" || keyword == "false")
      value = keyword == "true";
    else
      value = keyword.str();
    return success();
  }
  if (succeeded(parser.parseOptionalLSquare())) {
    value = Json::array();
    auto parseOne = [&]() -> ParseResult {
      int64_t size = 0;
      if (parser.parseInteger(size))
        return failure();
      value.push_back(size);
      return success();
    };
    return failure(failed(parser.parseOptionalRSquare()) &&
                   (parser.parseCommaSeparatedList(parseOne) || parser.parseRSquare()));
  }
  int64_t integer = 0;
  OptionalParseResult parsedInteger = parser.parseOptionalInteger(integer);
  if (parsedInteger.has_value()) {
    value = integer;
    return *parsedInteger;
  }
  double real = 0;
  if (parser.parseFloat(real))
    return failure();
  value = real;
  return success();
}

} // namespace

//===----------------------------------------------------------------------===//
// ObserverSpecAttr
//===----------------------------------------------------------------------===//

/// Parses what follows the mnemonic `kind`.
static Attribute parseObserver(AsmParser &parser, numerics::ObserverKind kind) {
  SMLoc loc = parser.getCurrentLocation();
  // What is not given has its default there, too: a dtype beside a target_dtype would contradict
  // it.
  Json json = Json::object();
  json[kindKey.str()] = numerics::toText(kind);
  if (succeeded(parser.parseOptionalLess())) {
    // Which fields there are, the JSON form says.
    auto checkKey = [&](SMLoc keyLoc, StringRef key) -> ParseResult {
      if (key != kindKey)
        return success();
      return parser.emitError(keyLoc) << "expected no field '" << kindKey << "': #quantir."
                                      << StringRef(numerics::toText(kind)) << " is the observer";
    };
    auto parseValue = [&](StringRef key) { return parseField(parser, json[key.str()]); };
    attr_fields::FieldParser fields(parser, checkKey, parseValue);
    if (failed(parser.parseOptionalGreater()) &&
        (parser.parseCommaSeparatedList([&] { return fields.parse(); }) || parser.parseGreater()))
      return {};
  }
  numerics::ObserverConfig config;
  if (std::string error = numerics::fromJson(json, config); !error.empty()) {
    parser.emitError(loc) << error;
    return {};
  }
  return parser.getChecked<ObserverSpecAttr>(loc, parser.getContext(), config);
}

Attribute ObserverSpecAttr::parse(AsmParser &parser, Type) {
  parser.emitError(parser.getCurrentLocation())
      << "expected the name of an observer, such as #quantir.histogram";
  return {};
}

void ObserverSpecAttr::print(AsmPrinter &printer) const {
  const numerics::ObserverConfig &config = getConfig();
  Json json = numerics::toJson(config);
  Json defaults = numerics::toJson(numerics::ObserverConfig::of(config.kind));
  bool first = true;
  for (auto &[key, value] : json.items()) {
    if (key == kindKey || (defaults.contains(key) && defaults[key] == value))
      continue;
    printer << (first ? "<" : ", ") << key << " = ";
    first = false;
    if (value.is_number_float())
      printer << floatText(value.get<float>());
    else if (value.is_string())
      printer << value.get<std::string>();
    else
      printer << value.dump();
  }
  if (!first)
    printer << ">";
}

LogicalResult ObserverSpecAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                                       numerics::ObserverConfig config) {
  if (std::string error = config.validate(); !error.empty())
    return emitError() << error;
  return success();
}

//===----------------------------------------------------------------------===//
// The dialect's hooks
//===----------------------------------------------------------------------===//

void QuantirDialect::registerAttributes() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "quantir/dialects/Quantir/QuantirAttrs.cpp.inc"
      >();
}

Attribute QuantirDialect::parseAttribute(DialectAsmParser &parser, Type type) const {
  SMLoc loc = parser.getCurrentLocation();
  StringRef mnemonic;
  Attribute result;
  OptionalParseResult parsed = generatedAttributeParser(parser, &mnemonic, type, result);
  if (parsed.has_value())
    return result;
  numerics::ObserverKind kind;
  if (std::string error = numerics::parseText({mnemonic.data(), mnemonic.size()}, kind);
      !error.empty()) {
    parser.emitError(loc) << "'" << mnemonic
                          << "' is no attribute of the quantir dialect: " << error;
    return {};
  }
  return parseObserver(parser, kind);
}

void QuantirDialect::printAttribute(Attribute attr, DialectAsmPrinter &printer) const {
  if (auto spec = dyn_cast<ObserverSpecAttr>(attr)) {
    printer << llvm::StringRef(numerics::toText(spec.getConfig().kind));
    spec.print(printer);
    return;
  }
  (void)generatedAttributePrinter(attr, printer);
}

ObserverSpecAttr ObserverSpecAttr::alongChannels(std::optional<int64_t> axis) const {
  numerics::ObserverConfig config = getConfig();
  bool perChannel = config.kind == numerics::ObserverKind::AffineMinMax
                        ? config.granularityKind == numerics::GranularityKind::PerAxis
                        : numerics::isPerChannel(config.kind);
  if (!axis || !perChannel || config.chAxis != 0)
    return *this;
  config.chAxis = static_cast<int>(*axis);
  return get(getContext(), config);
}
