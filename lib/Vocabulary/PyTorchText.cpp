//===- PyTorchText.cpp - PyTorch's text for configurations ----------------===//

#include "quantir/Vocabulary/PyTorchText.h"

#include "quantir/Base/Text.h"
#include "quantir/Numerics/Observer.h"
#include "quantir/Vocabulary/Builtins.h"
#include "quantir/Vocabulary/ObjectTypes.h"
#include "quantir/Vocabulary/OnnxOperators.h"
#include "quantir/Vocabulary/PythonText.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

#include <cmath>

using namespace mlir;
using namespace quantir;

using Json = nlohmann::json;
using Kind = PythonValue::Kind;

namespace {

//===----------------------------------------------------------------------===//
// Observers
//===----------------------------------------------------------------------===//

/// Arguments of PyTorch's observers that do not change what they observe.
constexpr StringLiteral ignoredArguments[] = {"factory_kwargs", "custom_op_name"};

/// "X" of "torch.ao.quantization.fake_quantize.X".
StringRef lastPart(StringRef name) { return name.substr(name.rfind('.') + 1); }

/// What the class says before its arguments; nullopt if it is no observer.
std::optional<Json> observerOfClass(StringRef name) {
  if (const Json *builtin = findBuiltin("observers", name))
    return *builtin;
  StringRef last = lastPart(name);
  if (last == "Identity")
    return Json();
  if (last == "FakeQuantize" || last == "FakeQuantizeBase")
    return Json{{"observer", "moving_average_min_max"}, {"fake_quantize", "module"}};
  if (last == "FusedMovingAvgObsFakeQuantize")
    return Json{{"observer", "moving_average_min_max"},
                {"quant_min", 0},
                {"quant_max", 255},
                {"fake_quantize", "fused"}};
  if (last == "FixedQParamsFakeQuantize")
    return Json{{"observer", "fixed_qparams"}, {"fake_quantize", "module"}};
  numerics::ObserverKind kind;
  if (!numerics::parseText({name.data(), name.size()}, kind).empty())
    return std::nullopt;
  return Json{{"observer", std::string(numerics::toText(kind))}};
}

/// What a message shows of a text of any length.
std::string shown(StringRef text) {
  constexpr size_t most = 80;
  return text.size() > most ? text.take_front(most).str() + "..." : text.str();
}

/// Turns parsed text into JSON; errors are reported at the reader's place.
class TextReader {
public:
  explicit TextReader(JsonReader reader) : reader(reader) {}

  FailureOr<PythonValue> parse(StringRef text) const {
    std::string error;
    std::optional<PythonValue> value = parsePython(text, error);
    if (value)
      return *std::move(value);
    return reader.error() << shown(error) << " of '" << shown(text) << "'";
  }

  FailureOr<Json> observer(const PythonValue &value) const;
  FailureOr<Json> qconfig(const PythonValue &value) const;
  FailureOr<Json> mapping(const PythonValue &value) const;
  FailureOr<Json> equalization(const PythonValue &value) const;
  LogicalResult expectClass(const PythonValue &value, StringRef name) const;

private:
  FailureOr<Json> namedObserver(StringRef name) const;
  FailureOr<Json> withArguments(Json observer, const PythonValue &call) const;
  FailureOr<Json> argument(const PythonValue &value) const;
  FailureOr<Json> backendQConfig(bool qat, const PythonValue &call, std::string &backend) const;
  FailureOr<Json> unknown(StringRef what, StringRef name, ArrayRef<StringRef> names) const;

  JsonReader reader;
};

FailureOr<Json> TextReader::unknown(StringRef what, StringRef name,
                                    ArrayRef<StringRef> names) const {
  std::string meant = didYouMean(name, names);
  return reader.error() << "no " << what << " is called '" << shown(name) << "'"
                        << (meant.empty() ? "; expected one of " + llvm::join(names, ", ") +
                                                ", or what PyTorch prints for one"
                                          : meant);
}

FailureOr<Json> TextReader::namedObserver(StringRef name) const {
  if (std::optional<Json> json = observerOfClass(name))
    return *std::move(json);
  SmallVector<StringRef> names = builtinNames("observers");
  names.append({"FakeQuantize", "FusedMovingAvgObsFakeQuantize", "FixedQParamsFakeQuantize"});
  InFlightDiagnostic diagnostic = reader.error() << "no observer is called '" << shown(name) << "'";
  if (std::string meant = didYouMean(name, names); !meant.empty())
    return diagnostic << meant;
  // The kinds of observers and the nearest of them.
  numerics::ObserverKind kind;
  return diagnostic << "; " << numerics::parseText({name.data(), name.size()}, kind);
}

/// The value of an observer's argument.
FailureOr<Json> TextReader::argument(const PythonValue &value) const {
  switch (value.kind) {
  case Kind::Number: {
    // Python has 1. and .5 and 1.e-5, which JSON has not.
    Json number = Json::parse(StringRef(value.text).ltrim('+').str(), nullptr,
                              /*allow_exceptions=*/false);
    double real = 0;
    if (number.is_discarded() && !StringRef(value.text).getAsDouble(real) && std::isfinite(real))
      number = real;
    if (!number.is_discarded())
      return number;
    return reader.error() << "expected a finite number at column " << value.column << ", but got '"
                          << shown(value.text) << "'";
  }
  case Kind::Bool:
    return Json(value.text == "True");
  case Kind::None:
    return Json();
  case Kind::Name:
    return Json(value.text);
  case Kind::String: {
    // Settings have their values as text: {'dtype': 'torch.qint8', 'reduce_range': 'True'}.
    FailureOr<PythonValue> inner = parse(value.text);
    if (failed(inner))
      return failure();
    if (inner->kind != Kind::String)
      return argument(*inner);
    break;
  }
  default:
    break;
  }
  return reader.error() << "expected a number, a name, True, False or None at column "
                        << value.column;
}

FailureOr<Json> TextReader::withArguments(Json result, const PythonValue &call) const {
  for (const auto &[key, value] : call.keywords) {
    if (key != "observer")
      continue;
    // A fake-quantize hands its arguments to the observer that stands in it.
    FailureOr<PythonValue> inner = value;
    if (value.kind == Kind::String)
      inner = parse(value.text);
    if (failed(inner))
      return failure();
    FailureOr<Json> observed = observer(*inner);
    if (failed(observed))
      return failure();
    if (!observed->is_object())
      return reader.error() << "expected an observer at column " << value.column
                            << ", but got one that observes nothing";
    result.erase("observer");
    observed->update(result);
    result = *std::move(observed);
  }
  for (const auto &[key, value] : call.keywords) {
    if (key == "observer" || llvm::is_contained(ignoredArguments, StringRef(key)))
      continue;
    FailureOr<Json> json = argument(value);
    if (failed(json))
      return failure();
    // None is what the argument is when it is not given.
    if (json->is_null())
      result.erase(key);
    else
      result[key] = *std::move(json);
  }
  return result;
}

FailureOr<Json> TextReader::observer(const PythonValue &value) const {
  if (value.kind == Kind::None)
    return Json();
  if (StringRef name = value.className(); !name.empty())
    return namedObserver(name);
  StringRef callee(value.text);
  FailureOr<Json> base = failure();
  if (value.kind == Kind::Call && lastPart(callee) == "partial") {
    if (value.arguments.size() != 1)
      return reader.error() << "expected one observer without keyword in the partial at column "
                            << value.column << ", but got " << value.arguments.size();
    base = observer(value.arguments[0]);
  } else if (value.kind == Kind::Call && value.arguments.empty()) {
    callee.consume_back(".with_args");
    base = namedObserver(callee);
  } else {
    return reader.error() << "expected an observer at column " << value.column;
  }
  if (failed(base))
    return failure();
  return base->is_object() ? withArguments(*std::move(base), value) : base;
}

//===----------------------------------------------------------------------===//
// QConfigs and mappings
//===----------------------------------------------------------------------===//

/// The argument `name` of a call, or the one at `index`; null if it has neither.
const PythonValue *findArgument(const PythonValue &call, size_t index, StringRef name) {
  for (const auto &[key, value] : call.keywords)
    if (key == name)
      return &value;
  return index < call.arguments.size() ? &call.arguments[index] : nullptr;
}

/// PyTorch's get_default_qconfig(backend="x86", version=0) and its QAT twin, whose version is 1.
FailureOr<Json> TextReader::backendQConfig(bool qat, const PythonValue &call,
                                           std::string &backend) const {
  const PythonValue *name = findArgument(call, 0, "backend");
  backend = name ? name->text : "x86";
  if (!findBackendQConfig(qat, backend, 0))
    return unknown("backend with default qconfigs", backend,
                   {"x86", "fbgemm", "onednn", "qnnpack"});
  int64_t version = qat;
  const PythonValue *number = findArgument(call, 1, "version");
  bool isNumber = !number || !StringRef(number->text).getAsInteger(10, version);
  if (const Json *qconfig = isNumber ? findBackendQConfig(qat, backend, version) : nullptr)
    return *qconfig;
  return reader.error() << "expected version " << (qat ? "0 or 1" : "0") << " of the "
                        << (qat ? "QAT " : "") << "qconfig of '" << backend << "', but got '"
                        << shown(number->text) << "'";
}

FailureOr<Json> TextReader::qconfig(const PythonValue &value) const {
  if (value.kind == Kind::None)
    return Json();
  StringRef name = lastPart(value.text);
  if (value.kind == Kind::Call && name == "QConfig") {
    Json result = Json::object();
    constexpr StringLiteral keys[] = {"activation", "weight"};
    for (auto [i, key] : llvm::enumerate(keys)) {
      const PythonValue *argument = findArgument(value, i, key);
      FailureOr<Json> json = argument ? observer(*argument) : FailureOr<Json>(Json());
      if (failed(json))
        return failure();
      result[key.str()] = *std::move(json);
    }
    return result;
  }
  std::string backend;
  if (value.kind == Kind::Call &&
      (name == "get_default_qconfig" || name == "get_default_qat_qconfig"))
    return backendQConfig(name == "get_default_qat_qconfig", value, backend);
  if (const Json *builtin = value.kind == Kind::Name ? findBuiltin("qconfigs", name) : nullptr)
    return *builtin;
  return unknown("qconfig", value.text, builtinNames("qconfigs"));
}

FailureOr<Json> TextReader::mapping(const PythonValue &value) const {
  StringRef name = lastPart(value.text);
  if (value.kind == Kind::Name)
    if (const Json *builtin = findBuiltin("mappings", name)) {
      if (!builtin->is_string())
        return *builtin;
      FailureOr<PythonValue> call = parse(builtin->get<std::string>());
      if (failed(call))
        return failure();
      return mapping(*call);
    }
  if (value.kind != Kind::Call)
    return unknown("qconfig mapping", value.text, builtinNames("mappings"));

  bool qat = name.contains("_qat_");
  if (name == "get_default_qconfig_mapping" || name == "get_default_qat_qconfig_mapping") {
    std::string backend;
    FailureOr<Json> global = backendQConfig(qat, value, backend);
    if (failed(global))
      return failure();
    return makeDefaultMapping(*global, qat, backend, /*keepGlobal=*/false);
  }
  if (name == "_get_symmetric_qnnpack_qconfig_mapping")
    return Json{{"default_mapping_of", "default_symmetric_qnnpack_qconfig"},
                {"backend", "qnnpack"}};
  if (name == "_get_symmetric_qnnpack_qat_qconfig_mapping")
    return Json{{"default_mapping_of", "default_symmetric_qnnpack_qat_qconfig"},
                {"backend", "qnnpack"},
                {"qat", true}};
  if (name == "_get_default_qconfig_mapping_with_default_qconfig") {
    const PythonValue *isQat = findArgument(value, 0, "is_qat"),
                      *backend = findArgument(value, 1, "backend"),
                      *global = findArgument(value, 2, "default_qconfig");
    if (!isQat || isQat->kind != Kind::Bool || !backend || !global)
      return reader.error() << "expected (is_qat, backend, default_qconfig) after '" << name << "'";
    FailureOr<Json> json = qconfig(*global);
    if (failed(json))
      return failure();
    return Json{{"default_mapping_of", *std::move(json)},
                {"backend", backend->text},
                {"qat", isQat->text == "True"}};
  }
  return unknown("qconfig mapping", name,
                 {"get_default_qconfig_mapping", "get_default_qat_qconfig_mapping",
                  "_get_symmetric_qnnpack_qconfig_mapping",
                  "_get_symmetric_qnnpack_qat_qconfig_mapping",
                  "_get_default_qconfig_mapping_with_default_qconfig"});
}

//===----------------------------------------------------------------------===//
// Equalization
//===----------------------------------------------------------------------===//

/// The observers of an EqualizationQConfig. Their arguments do not change the ranges they see.
constexpr std::pair<StringLiteral, StringLiteral> equalizationObservers[] = {
    {"input_activation", "_InputEqualizationObserver"}, {"weight", "_WeightEqualizationObserver"}};

/// `name` itself, what its `with_args` gives or a partial of it.
LogicalResult TextReader::expectClass(const PythonValue &value, StringRef name) const {
  StringRef found = value.className();
  if (value.kind == Kind::Call) {
    found = value.text;
    if (lastPart(found) == "partial" && value.arguments.size() == 1)
      found = value.arguments[0].className();
    found.consume_back(".with_args");
  }
  if (lastPart(found) == name)
    return success();
  return reader.error() << "expected '" << name << "' at column " << value.column << ", but got '"
                        << shown(found.empty() ? StringRef(value.text) : found) << "'";
}

FailureOr<Json> TextReader::equalization(const PythonValue &value) const {
  if (value.kind == Kind::None)
    return Json(false);
  StringRef name = lastPart(value.text);
  if (value.kind == Kind::Name && name == "default_equalization_qconfig")
    return Json(true);
  if (value.kind != Kind::Call || name != "EqualizationQConfig")
    return reader.error() << "no equalization qconfig is called '" << shown(value.text)
                          << "'; expected 'default_equalization_qconfig', what PyTorch prints for "
                             "one, or null";
  for (auto [i, entry] : llvm::enumerate(equalizationObservers)) {
    const PythonValue *argument = findArgument(value, i, entry.first);
    if (!argument)
      return reader.error() << "expected '" << entry.first << "' in '" << name << "'";
    if (failed(expectClass(*argument, entry.second)))
      return failure();
  }
  return Json(true);
}

/// Reads the reader's string with a method of TextReader.
template <typename Method> FailureOr<Json> readText(JsonReader reader, Method method) {
  TextReader text(reader);
  FailureOr<std::string> string = reader.string();
  if (failed(string))
    return failure();
  FailureOr<PythonValue> value = text.parse(*string);
  if (failed(value))
    return failure();
  return (text.*method)(*value);
}

//===----------------------------------------------------------------------===//
// Object types
//===----------------------------------------------------------------------===//

/// The spellings that "<class 'a.b.C'>", "<function f at 0x7f>", "<built-in method f of type object
/// at 0x7f>",
/// "<built-in function f>" and "<method 'f' of ...>" may stand for, best first; the text itself for
/// any other.
SmallVector<std::string> spellingsOf(StringRef text) {
  StringRef inner = text;
  if (!inner.consume_front("<") || !inner.consume_back(">"))
    return {text.str()};
  auto named = [](StringRef rest) { return rest.split(' ').first.trim("'\""); };
  if (inner.consume_front("class "))
    return {inner.trim("'\"").str()};
  if (inner.consume_front("built-in method "))
    return {("torch." + named(inner)).str(), ("torch.nn.functional." + named(inner)).str()};
  if (inner.consume_front("built-in function "))
    return {("operator." + named(inner)).str(), ("torch.nn.functional." + named(inner)).str()};
  if (inner.consume_front("function "))
    return {("torch.nn.functional." + named(inner)).str(), ("torch." + named(inner)).str()};
  if (inner.consume_front("method "))
    return {named(inner).str()};
  return {text.str()};
}

/// The nearest object type by the whole name without the file that a class is in, else by the last
/// part alone.
StringRef nearestType(StringRef name) {
  std::vector<StringRef> types = allObjectTypes();
  // Plain modules come before those of the packages for fusion and training.
  llvm::stable_sort(types, [](StringRef a, StringRef b) { return a.size() < b.size(); });
  auto [package, file] = name.split(".modules.");
  std::string withoutFile = (package + "." + lastPart(file)).str();
  if (StringRef near = nearestName(file.empty() ? name : StringRef(withoutFile), types);
      !near.empty())
    return near;
  SmallVector<StringRef> lastParts = llvm::to_vector(llvm::map_range(types, lastPart));
  StringRef near = nearestName(lastPart(name), lastParts);
  return near.empty() ? near : types[llvm::find(lastParts, near) - lastParts.begin()];
}

/// True for a class in a Python module of neither PyTorch nor the IR: "__main__.Block".
bool isClassOfAuthor(StringRef name) {
  constexpr StringLiteral known[] = {"torch",    "torchClass", "nn",       "F",
                                     "operator", "_operator",  "builtins", "aten",
                                     "nni",      "nnqat",      "nniqat",   "nnqr"};
  StringRef package = name.split('.').first;
  return package != name && !llvm::is_contained(known, package) &&
         nearestName(name, allObjectTypes()).empty();
}

} // namespace

FailureOr<Json> quantir::observerFromText(JsonReader reader) {
  return readText(reader, &TextReader::observer);
}

FailureOr<Json> quantir::qconfigFromText(JsonReader reader) {
  return readText(reader, &TextReader::qconfig);
}

FailureOr<Json> quantir::mappingFromText(JsonReader reader) {
  return readText(reader, &TextReader::mapping);
}

FailureOr<bool> quantir::readsEqualization(JsonReader reader) {
  if (!reader.json().is_array()) {
    FailureOr<Json> equalizes = readText(reader, &TextReader::equalization);
    if (failed(equalizes))
      return failure();
    return equalizes->get<bool>();
  }
  if (failed(reader.expectArray(std::size(equalizationObservers))))
    return failure();
  for (auto [i, entry] : llvm::enumerate(equalizationObservers)) {
    JsonReader element = reader.element(i);
    TextReader text(element);
    FailureOr<std::string> string = element.string();
    FailureOr<PythonValue> value = failure();
    if (succeeded(string))
      value = text.parse(*string);
    if (failed(value) || failed(text.expectClass(*value, entry.second)))
      return failure();
  }
  return true;
}

FailureOr<std::string> quantir::readObjectType(JsonReader reader) {
  FailureOr<std::string> text = reader.string();
  if (failed(text))
    return failure();
  SmallVector<std::string> spellings = spellingsOf(*text);
  for (const std::string &spelling : spellings)
    if (std::string type = canonicalObjectType(spelling); !type.empty())
      return type;
  // The model's author has classes, too, which modules may be named by.
  if (isClassOfAuthor(spellings[0]))
    return spellings[0];
  InFlightDiagnostic diagnostic = reader.error()
                                  << "no object type is called '" << shown(*text) << "'";
  if (std::string onnx = explainOnnxOperator(spellings[0]); !onnx.empty())
    return diagnostic << "; " << onnx;
  if (StringRef near = nearestType(spellings[0]); !near.empty())
    return diagnostic << "; did you mean '" << near << "'?";
  return diagnostic << "; expected a class, a function or a method of PyTorch, or an op such as "
                       "'nn.conv'";
}
