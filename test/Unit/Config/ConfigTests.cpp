//===- ConfigTests.cpp - JSON forms, built-in configurations, precedence --===//

#include "quantir/Config/BackendConfig.h"
#include "quantir/Config/QConfig.h"
#include "quantir/dialects/NN/NN.h"

#include "mlir/IR/MLIRContext.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

using namespace mlir;
using namespace quantir;

using Catch::Matchers::ContainsSubstring;
using Json = nlohmann::json;

namespace {

/// A context with the dialects, which keeps the last error.
struct Fixture {
  Fixture() : context(MLIRContext::Threading::DISABLED) {
    context.loadDialect<nn::NNDialect, QuantirDialect>();
    context.getDiagEngine().registerHandler([this](Diagnostic &diagnostic) {
      error = diagnostic.str();
      return success();
    });
  }

  Location loc() { return UnknownLoc::get(&context); }

  QConfigMappingAttr mapping(const char *text) {
    json = Json::parse(text);
    FailureOr<QConfigMappingAttr> attr = readQConfigMapping(JsonReader(json, loc()));
    return succeeded(attr) ? *attr : QConfigMappingAttr();
  }

  BackendConfigAttr backend(const char *text) {
    json = Json::parse(text);
    FailureOr<BackendConfigAttr> attr = readBackendConfig(JsonReader(json, loc()));
    return succeeded(attr) ? *attr : BackendConfigAttr();
  }

  MLIRContext context;
  Json json;
  std::string error;
};

} // namespace

TEST_CASE("every built-in backend config resolves, and its JSON form reads back the same") {
  Fixture f;
  REQUIRE_FALSE(builtinBackendConfigNames().empty());
  for (StringRef name : builtinBackendConfigNames()) {
    INFO(name.str());
    FailureOr<BackendConfigAttr> config =
        resolveBackendConfig(BackendConfigAttr::get(&f.context, name, {}), f.loc());
    REQUIRE(succeeded(config));
    CHECK(config->getName() == name);
    CHECK_FALSE(config->getPatterns().empty());
    CHECK(f.backend(toJson(*config).dump().c_str()) == *config);
  }
}

TEST_CASE("the default mapping quantizes, and its JSON form reads back the same") {
  Fixture f;
  QConfigMappingAttr mapping = getDefaultQConfigMapping(&f.context);
  REQUIRE(mapping.getGlobal());
  CHECK(f.mapping(toJson(mapping).dump().c_str()) == mapping);
}

TEST_CASE("PyTorch's dictionary form of a mapping is read, and written the same") {
  Fixture f;
  QConfigMappingAttr mapping = f.mapping(R"({
    "": {"activation": {"observer": "MinMaxObserver"}, "weight": {"observer": "min_max", "dtype": "torch.qint8"}},
    "object_type": [["nn.conv", null]],
    "module_name_regex": [["layer\\d", "quantir_default"]],
    "module_name": [["a.b", null]],
    "module_name_object_type_order": [["a", "nn.add", 1, null]]})");
  REQUIRE(mapping);
  CHECK(mapping.getObjectType().size() == 1);
  CHECK_FALSE(mapping.getObjectType()[0].getQconfig());
  CHECK(mapping.getModuleNameObjectTypeOrder()[0].getIndex() == 1);
  CHECK(f.mapping(toJson(mapping).dump().c_str()) == mapping);
}

TEST_CASE("the levels of a mapping, from the weakest to the strongest") {
  Fixture f;
  QConfigMappingAttr mapping = f.mapping(R"({
    "": "quantir_default",
    "object_type": [["nn.conv", null], ["nn.add", null], ["nn.add", "quantir_default"]],
    "module_name_regex": [["block", "quantir_default"], ["block\\.0", null]],
    "module_name": [["block.0", null], ["block.0.conv", "quantir_default"]],
    "module_name_object_type_order": [["block.0", "nn.conv", 1, null]]})");
  REQUIRE(mapping);
  QConfigResolver resolver(mapping);
  auto decide = [&](StringRef type, StringRef path, int64_t index = 0) {
    return *resolver.resolve({{type}, path, /*isFunction=*/false, {index}}, f.loc());
  };
  CHECK(decide("nn.linear", "fc").qconfig);
  CHECK(decide("nn.linear", "fc").setting == "global");
  CHECK_FALSE(decide("nn.conv", "stem").qconfig);
  CHECK(decide("nn.add", "sum").qconfig);      // the later setting of a type replaces the earlier
  CHECK(decide("nn.conv", "block.1").qconfig); // the first expression that matches wins
  CHECK_FALSE(decide("nn.conv", "a.block").qconfig); // expressions match from the beginning
  CHECK(decide("nn.conv", "blocks").qconfig);        // but need not reach the end
  CHECK_FALSE(
      decide("nn.linear", "block.0.fc").qconfig); // a module's setting holds for what is inside
  CHECK(decide("nn.conv", "block.0.conv").qconfig);
  CHECK_FALSE(decide("nn.conv", "block.0.conv", 1).qconfig);
  CHECK(decide("nn.conv", "block.0.conv", 1).setting == "module_name_object_type_order 'block.0'");
}

TEST_CASE("errors in JSON name the place, what was expected and the nearest right name") {
  Fixture f;
  auto mappingError = [&](const char *text) {
    f.error.clear();
    CHECK_FALSE(f.mapping(text));
    return f.error;
  };
  CHECK_THAT(mappingError(R"({"module_nam": []})"),
             ContainsSubstring("unknown key 'module_nam'; did you mean 'module_name'?"));
  CHECK_THAT(mappingError(R"({"module_name": {}})"),
             ContainsSubstring("module_name: expected an array, but got an object"));
  CHECK_THAT(mappingError(R"({"module_name": [["a", null], ["b"]]})"),
             ContainsSubstring("module_name[1]: expected an array of 2 elements, but got 1"));
  CHECK_THAT(mappingError(R"({"": "quantir_defalt"})"),
             ContainsSubstring("did you mean 'quantir_default'?"));
  CHECK_THAT(mappingError(R"({"": {"activation": {"observer": "histogramm"}}})"),
             ContainsSubstring("activation") && ContainsSubstring("histogram"));
  CHECK_THAT(mappingError("7"), ContainsSubstring("expected an object, but got 7"));

  auto backendError = [&](const char *text) {
    f.error.clear();
    CHECK_FALSE(f.backend(text));
    return f.error;
  };
  CHECK_THAT(backendError(R"("onednnn")"), ContainsSubstring("expected one of"));
  CHECK_THAT(backendError(R"({"name": "x", "patterns": [{"pattern": 1}]})"),
             ContainsSubstring("patterns[0].pattern: expected a string, but got 1"));
  CHECK_THAT(
      backendError(
          R"({"name": "x", "patterns": [{"pattern": "nn.conv", "dtype_configs": [{"input_dtype": "quint9"}]}]})"),
      ContainsSubstring("patterns[0].dtype_configs[0].input_dtype"));
  CHECK_THAT(
      backendError(
          R"({"name": "x", "patterns": [{"pattern": "nn.conv", "dtype_configs": [{"input_dtype": {"dtype": "quint8", "quant_min_lower_bound": 9, "quant_max_upper_bound": 3}}]}]})"),
      ContainsSubstring("expected quant_min below quant_max"));
}

TEST_CASE("syntax errors of JSON have line and column") {
  Fixture f;
  CHECK(failed(parseJson("{\n  \"a\" 1}", f.loc())));
  CHECK_THAT(f.error, ContainsSubstring("line 2"));
}

TEST_CASE("patterns: the grammar and its errors") {
  std::string error;
  std::optional<OpPattern> tree = OpPattern::parse("nn.relu|nn.clamp( nn.add(nn.conv, =) )", error);
  REQUIRE(tree);
  CHECK(tree->numOps() == 3);
  CHECK(tree->names == std::vector<std::string>{"nn.relu", "nn.clamp"});
  CHECK(tree->operands[0].operands[1].sameType);
  for (const char *text : {"", "*", "nn.relu(", "nn.relu)", "nn.relu(nn.conv", "nn.relu(,)",
                           "nn.relu nn.conv", "|nn.add"}) {
    INFO(text);
    CHECK_FALSE(OpPattern::parse(text, error));
    CHECK_THAT(error, ContainsSubstring("at column"));
  }
  std::string deep;
  for (int i = 0; i < 100000; ++i)
    deep += "nn.relu(";
  CHECK_FALSE(OpPattern::parse(deep, error));
}
