//===- CustomConfigTests.cpp - The JSON of custom configs -----------------===//

#include "quantir/Config/CustomConfig.h"
#include "quantir/dialects/NN/NN.h"

#include "mlir/AsmParser/AsmParser.h"
#include "mlir/IR/MLIRContext.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

using namespace mlir;
using namespace quantir;

using Catch::Matchers::ContainsSubstring;
using Json = nlohmann::json;

namespace {

struct Fixture {
  Fixture() : context(MLIRContext::Threading::DISABLED) {
    context.loadDialect<nn::NNDialect, QuantirDialect>();
    context.getDiagEngine().registerHandler([this](Diagnostic &diagnostic) {
      error = diagnostic.str();
      return success();
    });
  }

  PrepareCustomConfigAttr prepare(const char *text) {
    json = Json::parse(text);
    FailureOr<PrepareCustomConfigAttr> attr =
        readPrepareCustomConfig(JsonReader(json, UnknownLoc::get(&context)));
    return succeeded(attr) ? *attr : PrepareCustomConfigAttr();
  }

  MLIRContext context;
  Json json;
  std::string error;
};

std::string text(Attribute attr) {
  std::string result;
  llvm::raw_string_ostream stream(result);
  attr.print(stream);
  return result;
}

} // namespace

TEST_CASE("a prepare custom config with every key of PyTorch's dictionary is read") {
  Fixture f;
  PrepareCustomConfigAttr config = f.prepare(R"({
    "standalone_module_name": [["block", {"": {"activation": {"observer": "min_max"}}}, null, {"input_quantized_idxs": [0]}, "onednn"], ["head", null, null, null, null]],
    "standalone_module_class": [["Block"]],
    "float_to_observed_custom_module_class": {"static": {"cell": "observed_cell"}, "dynamic": {}},
    "non_traceable_module_name": ["tail"],
    "non_traceable_module_class": ["Tail"],
    "input_quantized_idxs": [0, 2],
    "output_quantized_idxs": [0],
    "input_qparams": [{"scale": 0.5, "zero_point": 3, "dtype": "quint8"}, {"scale": 0.25, "zero_point": -1, "dtype": "qint8"}],
    "preserved_attributes": ["classes"]})");
  INFO(f.error);
  REQUIRE(config);
  auto block = cast<StandaloneModuleAttr>(config.getStandaloneModuleName()[0]);
  CHECK(block.getModule() == "block");
  REQUIRE(block.getQconfigMapping());
  CHECK(block.getQconfigMapping().getGlobal());
  CHECK(block.getPrepareCustomConfig().getInputQuantizedIdxs().asArrayRef() ==
        ArrayRef<int64_t>{0});
  CHECK(block.getBackendConfig().getName() == "onednn");
  auto head = cast<StandaloneModuleAttr>(config.getStandaloneModuleName()[1]);
  CHECK_FALSE(head.getQconfigMapping());
  CHECK_FALSE(head.getBackendConfig());
  CHECK(cast<StandaloneModuleAttr>(config.getStandaloneModuleClass()[0]).getModule() == "Block");
  auto statics = config.getFloatToObservedCustomModuleClass().getAs<DictionaryAttr>("static");
  CHECK(statics.getAs<StringAttr>("cell").getValue() == "observed_cell");
  CHECK(config.getInputQparams().size() == 2);
  CHECK(cast<ObserverSpecAttr>(config.getInputQparams()[1]).getConfig().fixedZeroPoint == -1);

  // The attribute's text reads back the same.
  CHECK(parseAttribute(text(config), &f.context) == config);
}

TEST_CASE("errors in a prepare custom config name the place") {
  Fixture f;
  struct Case {
    const char *json;
    const char *message;
  };
  Case cases[] = {
      {R"({"standalone_module_nam": []})",
       "unknown key 'standalone_module_nam'; did you mean 'standalone_module_name'?"},
      {R"({"standalone_module_name": ["block"]})", "standalone_module_name[0]: expected an array"},
      {R"({"standalone_module_name": [[]]})",
       "standalone_module_name[0]: expected [module, qconfig_mapping"},
      {R"({"standalone_module_name": [["a", null, null, {"input_quantized_idxs": "x"}]]})",
       "standalone_module_name[0][3].input_quantized_idxs: expected an array"},
      {R"({"standalone_module_name": [["", null]]})",
       "standalone_module_name[0]: module: expected a path"},
      {R"({"non_traceable_module_name": ["a", 3]})",
       "non_traceable_module_name[1]: expected a string, but got 3"},
      {R"({"float_to_observed_custom_module_class": {"statik": {}}})", "did you mean 'static'?"},
      {R"({"float_to_observed_custom_module_class": {"static": {"a": 1}}})",
       "float_to_observed_custom_module_class.static.a: expected a string, but got 1"},
      {R"({"float_to_observed_custom_module_class": {"static": 1}})",
       "float_to_observed_custom_module_class.static: expected an object"},
      {R"({"input_quantized_idxs": [-1]})",
       "input_quantized_idxs[0]: expected an index of at least 0, but got -1"},
      {R"({"output_quantized_idxs": [0, 0]})",
       "output_quantized_idxs[1]: expected each index once, but got 0"},
      {R"({"input_quantized_idxs": [0], "input_qparams": []})",
       "input_qparams: expected one entry for each of input_quantized_idxs, 1, but got 0"},
      {R"({"input_quantized_idxs": [0], "input_qparams": [{"scale": 1.0}]})",
       "input_qparams[0]: expected the key 'zero_point'"},
      {R"({"input_quantized_idxs": [0], "input_qparams": [{"scale": -1.0, "zero_point": 0}]})",
       "input_qparams[0]"},
      {R"({"input_quantized_idxs": [0], "input_qparams": [{"scale": 1.0, "zero_point": 0, "dtype": "quin8"}]})",
       "quint8"},
      {R"([])", "expected an object"},
  };
  for (const Case &c : cases) {
    INFO(c.json);
    CHECK_FALSE(f.prepare(c.json));
    CHECK_THAT(f.error, ContainsSubstring(c.message));
  }
}

TEST_CASE("custom configs become attributes of the module") {
  Fixture f;
  OwningOpRef<ModuleOp> module = ModuleOp::create(UnknownLoc::get(&f.context));
  Json json = Json::parse(R"({
    "prepare_custom_config": {"non_traceable_module_name": ["tail"]},
    "convert_custom_config": {"observed_to_quantized_custom_module_class": {"static": {"a": "b"}}},
    "fuse_custom_config": {"preserved_attributes": ["x"]}})");
  REQUIRE(succeeded(readCustomConfigs(JsonReader(json, module->getLoc()), *module)));
  CHECK(module->getOperation()->hasAttr(QuantirDialect::prepareCustomConfigAttrName));
  CHECK(module->getOperation()->hasAttr(QuantirDialect::convertCustomConfigAttrName));
  CHECK(module->getOperation()->hasAttr(QuantirDialect::fuseCustomConfigAttrName));

  json["convert_custom_config"]["observed_to_quantized"] = 1;
  CHECK(failed(readCustomConfigs(JsonReader(json, module->getLoc()), *module)));
  CHECK_THAT(f.error,
             ContainsSubstring("convert_custom_config: unknown key 'observed_to_quantized'"));
}

TEST_CASE("the kind of a quantization follows from the qconfig") {
  Fixture f;
  auto qconfig = [&](const char *text) {
    Json json = Json::parse(text);
    FailureOr<QConfigAttr> attr = readQConfig(JsonReader(json, UnknownLoc::get(&f.context)));
    REQUIRE(succeeded(attr));
    return *attr;
  };
  CHECK(quantizationKind({}) == "");
  CHECK(
      quantizationKind(qconfig(
          R"({"activation": {"observer": "min_max"}, "weight": {"observer": "min_max", "dtype": "qint8"}})")) ==
      "static");
  CHECK(quantizationKind(qconfig(R"({"weight": {"observer": "min_max", "dtype": "qint8"}})")) ==
        "weight_only");
  CHECK(
      quantizationKind(qconfig(
          R"({"activation": {"observer": "placeholder", "dtype": "quint8", "is_dynamic": true}, "weight": {"observer": "min_max", "dtype": "qint8"}})")) ==
      "dynamic");
}
