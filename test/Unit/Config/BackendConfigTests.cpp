//===- BackendConfigTests.cpp - The built-in tables, and the JSON form ----===//

#include "lib/Config/BackendConfigParts.h"
#include "quantir/Config/BackendConfig.h"
#include "quantir/Vocabulary/ObjectTypes.h"
#include "quantir/dialects/NN/NN.h"
#include "test/Unit/Support/Shared.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Parser/Parser.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <fstream>

using namespace mlir;
using namespace quantir;

using Catch::Matchers::ContainsSubstring;
using Json = nlohmann::json;

namespace {

struct Fixture {
  Fixture() : context(MLIRContext::Threading::DISABLED) {
    context.loadDialect<func::FuncDialect, nn::NNDialect, QuantirDialect>();
    context.getDiagEngine().registerHandler([this](Diagnostic &diagnostic) {
      error = diagnostic.str();
      return success();
    });
  }

  Location loc() { return UnknownLoc::get(&context); }

  BackendConfigAttr read(const char *text) {
    error.clear();
    Json json = Json::parse(text);
    FailureOr<BackendConfigAttr> attr = readBackendConfig(JsonReader(json, loc()));
    return succeeded(attr) ? *attr : BackendConfigAttr();
  }

  std::string errorOf(const char *text) {
    CHECK_FALSE(read(text));
    return error;
  }

  BackendConfigAttr builtin(StringRef name) {
    FailureOr<BackendConfigAttr> config =
        resolveBackendConfig(BackendConfigAttr::get(&context, name, {}), loc());
    REQUIRE(succeeded(config));
    return *config;
  }

  MLIRContext context;
  std::string error;
};

std::vector<const BackendPatterns::Entry *> entriesOf(const BackendPatterns &patterns) {
  std::vector<const BackendPatterns::Entry *> entries;
  for (const auto &list : {patterns.multiOpPatterns(), patterns.singleOpPatterns()})
    for (const BackendPatterns::Entry &entry : list)
      entries.push_back(&entry);
  return entries;
}

const BackendPatterns::Entry *findEntry(const BackendPatterns &patterns, StringRef pattern) {
  std::string error;
  std::optional<OpPattern> tree = OpPattern::parse(pattern, error);
  REQUIRE(tree);
  for (const BackendPatterns::Entry *entry : entriesOf(patterns))
    if (entry->tree.str() == tree->str())
      return entry;
  return nullptr;
}

//===----------------------------------------------------------------------===//
// PyTorch's tables
//===----------------------------------------------------------------------===//

/// PyTorch's pools of 1, 2 and 3 dimensions are three functions of one name.
constexpr StringLiteral pool = "torch.nn.functional.boolean_dispatch.<locals>.fn";

std::string withPool(std::string key) {
  for (const char *name : {"torch.nn.functional.max_pool1d", "torch.nn.functional.max_pool2d",
                           "torch.nn.functional.max_pool3d"})
    if (key == name)
      return pool.str();
  return key;
}

/// "(nn.ReLU, (nn.BatchNorm2d, nn.Conv2d))" as "nn.ReLU(nn.BatchNorm2d(nn.Conv2d))".
std::string fromTuple(StringRef &text) {
  text = text.ltrim(" ,");
  if (!text.consume_front("(")) {
    StringRef name = text.take_until([](char c) { return c == ',' || c == ')'; });
    text = text.drop_front(name.size());
    return name.str();
  }
  std::string op = fromTuple(text), operands;
  for (text = text.ltrim(" ,"); !text.consume_front(")"); text = text.ltrim(" ,"))
    operands += (operands.empty() ? "" : ", ") + fromTuple(text);
  return op + "(" + operands + ")";
}

std::string keyOf(const Json &golden) {
  std::string tuple = golden.at("pattern_complex_format"), error;
  StringRef rest = tuple;
  std::optional<OpPattern> tree = OpPattern::parse(fromTuple(rest), error);
  INFO(tuple << ": " << error);
  REQUIRE(tree);
  return tree->str();
}

/// The fields of a pattern in one form for both sides.
Json fieldsOf(const Json &golden) {
  auto dtype = [](const Json &value) {
    Json result = Json::object();
    if (value.is_string())
      result["dtype"] = value;
    else if (value.is_object())
      for (const auto &[key, constraint] : value.items())
        if (!constraint.is_null())
          result[key] = constraint;
    return result;
  };
  auto member = [](const Json &object, const char *key) {
    return object.contains(key) ? object.at(key) : Json();
  };
  auto className = [&](const char *key) {
    Json name = member(golden, key);
    return name.is_null() ? "" : canonicalObjectType(name.get<std::string>());
  };
  Json dtypes = Json::array();
  for (const Json &config : golden.at("dtype_configs"))
    dtypes.push_back({dtype(member(config, "input")), dtype(member(config, "output")),
                      dtype(member(config, "weight")), dtype(member(config, "bias")),
                      member(config, "is_dynamic") == true});
  return {{"observation", golden.at("observation_type")},
          {"tensor_args", golden.at("num_tensor_args_to_observation_type")},
          {"indices", golden.at("input_type_to_index")},
          {"dtypes", dtypes},
          {"fuser", golden.at("fuser_method")},
          {"root", className("root_module")},
          {"qat", className("qat_module")},
          {"reference", className("reference_quantized_module")},
          {"fused", className("fused_module")}};
}

/// Our pattern as the golden file writes its own.
Json asGolden(const BackendPatterns::Entry &entry) {
  constexpr const char *observations[] = {"OUTPUT_USE_DIFFERENT_OBSERVER_AS_INPUT",
                                          "OUTPUT_SHARE_OBSERVER_WITH_INPUT",
                                          "INPUT_OUTPUT_NOT_OBSERVED"};
  BackendPatternAttr attr = entry.attr;
  Json ours = toJson(BackendConfigAttr::get(attr.getContext(), "one", {attr})).at("patterns").at(0);
  Json golden = {{"observation_type", observations[uint32_t(attr.getObservation())]},
                 {"num_tensor_args_to_observation_type", Json::object()},
                 {"input_type_to_index", ours.value("input_type_to_index", Json::object())},
                 {"dtype_configs", Json::array()},
                 {"fuser_method", attr.getFuser()},
                 {"root_module", attr.getRootModule().str()},
                 {"qat_module", attr.getQatModule().str()},
                 {"reference_quantized_module", attr.getReferenceModule().str()},
                 {"fused_module", attr.getFusedModule().str()}};
  for (auto [count, type] : attr.getTensorArgs())
    golden["num_tensor_args_to_observation_type"][std::to_string(count)] =
        observations[uint32_t(type)];
  for (const Json &dtype : ours.at("dtype_configs")) {
    Json config = Json::object();
    for (const auto &[key, value] : dtype.items())
      config[StringRef(key).consume_back("_dtype") ? key.substr(0, key.find('_')) : key] = value;
    golden["dtype_configs"].push_back(config);
  }
  return golden;
}

} // namespace

TEST_CASE("the built-in tables of PyTorch's names are PyTorch's, field by field", "[shared]") {
  std::optional<std::filesystem::path> shared = test::sharedFolder();
  std::filesystem::path file =
      shared ? *shared / "goldens" / "config" / "backend_configs.json" : std::filesystem::path();
  if (!std::filesystem::exists(file))
    SKIP("no goldens: QUANTIR_SHARED names no folder that has them, nor is there ../shared");
  Fixture f;
  Json goldens = Json::parse(std::ifstream(file));
  for (StringRef name : {"native", "fbgemm", "x86", "onednn", "qnnpack", "executorch", "tensorrt",
                         "native_and_fp16"}) {
    const Json &golden = goldens.at(name == "native_and_fp16" ? "_" + name.str() : name.str());
    BackendPatterns patterns(f.builtin(name));
    std::vector<const BackendPatterns::Entry *> ours = entriesOf(patterns);
    CHECK(ours.size() == golden.size());
    for (const Json &expected : golden) {
      std::string key = keyOf(expected);
      INFO(name.str() << ": " << key);
      auto entry = llvm::find_if(ours, [&](const BackendPatterns::Entry *candidate) {
        return withPool(candidate->tree.str()) == key;
      });
      REQUIRE(entry != ours.end());
      CHECK(fieldsOf(asGolden(**entry)) == fieldsOf(expected));
    }

    // Only patterns with `*` can match the same op of one name: which of them is tried first
    // counts.
    std::map<bool, std::vector<std::string>> expectedOrder, order;
    auto append = [](auto &lists, const std::string &key) {
      if (StringRef(key).contains('*'))
        lists[StringRef(key).contains("operator.add")].push_back(key);
    };
    for (const Json &expected : golden)
      append(expectedOrder, keyOf(expected));
    for (BackendPatternAttr attr : f.builtin(name).getPatterns()) {
      std::string error;
      for (const OpPattern &tree : OpPattern::parse(attr.getPattern(), error)->alternatives())
        append(order, tree.str());
    }
    CHECK(order == expectedOrder);
  }
}

TEST_CASE("built-in backend configs: whose rules, and how many patterns") {
  Fixture f;
  const std::map<std::string, std::pair<Rules, size_t>> expected = {
      {"native", {Rules::PyTorch, 194}},   {"fbgemm", {Rules::PyTorch, 192}},
      {"x86", {Rules::PyTorch, 192}},      {"onednn", {Rules::PyTorch, 221}},
      {"qnnpack", {Rules::PyTorch, 190}},  {"executorch", {Rules::PyTorch, 84}},
      {"tensorrt", {Rules::PyTorch, 149}}, {"native_and_fp16", {Rules::PyTorch, 194}},
      {"quantir", {Rules::Quantir, 65}},   {"xnnpack", {Rules::Quantir, 35}},
      {"affine", {Rules::Quantir, 11}},
  };
  CHECK(builtinBackendConfigNames().size() == expected.size());
  for (const auto &[name, counts] : expected) {
    INFO(name);
    BackendPatterns patterns(f.builtin(name));
    CHECK(f.builtin(name).getRules() == counts.first);
    CHECK(entriesOf(patterns).size() == counts.second);
  }
}

TEST_CASE("what sets the tables of PyTorch's names apart") {
  Fixture f;
  BackendPatterns native(f.builtin("native")), x86(f.builtin("x86")), onednn(f.builtin("onednn")),
      qnnpack(f.builtin("qnnpack"));
  auto inputOf = [](const BackendPatterns &patterns, StringRef pattern, unsigned config) {
    const BackendPatterns::Entry *entry = findEntry(patterns, pattern);
    REQUIRE(entry);
    REQUIRE(config < entry->attr.getDtypes().size());
    return entry->attr.getDtypes()[config].getInput();
  };
  CHECK(findEntry(native, "torch.nn.LayerNorm"));
  CHECK_FALSE(findEntry(x86, "torch.nn.LayerNorm"));
  CHECK_FALSE(findEntry(native, "flatten"));
  CHECK(findEntry(onednn, "torch.nn.ReLU(torch.add(*, torch.nn.Conv2d))")->attr.getFuser());
  CHECK_FALSE(findEntry(native, "torch.nn.ReLU(torch.add(*, torch.nn.Conv2d))"));
  CHECK(inputOf(qnnpack, "torch.nn.Conv2d", 0).getScaleMin().getValueAsDouble() == 0x1p-12);
  CHECK(inputOf(qnnpack, "torch.nn.Conv2d", 1).getDtype() == numerics::QDType::QUInt8);
  CHECK(inputOf(native, "torch.tanh", 0).getZeroPointExact() == 128);
  BackendPatternAttr add = findEntry(native, "operator.add")->attr;
  CHECK(add.getObservation(1) == ObservationType::Share);
  CHECK(add.getObservation(2) == ObservationType::Different);
  BackendPatternAttr norm = findEntry(native, "F.layer_norm")->attr;
  CHECK(norm.getIndex(OperandRole::Weight) == 2u);
  CHECK_FALSE(norm.getIndex(OperandRole::Activation));
  // PyTorch's later entry replaces the earlier one, which had more fields.
  CHECK(findEntry(native, "nni.ConvReLU2d")->attr.getRootModule().empty());
}

//===----------------------------------------------------------------------===//
// The JSON form
//===----------------------------------------------------------------------===//

TEST_CASE("every field of PyTorch's dictionary is read, and written the same") {
  Fixture f;
  BackendConfigAttr config = f.read(R"json({"name": "mine", "rules": "pytorch", "configs": [
    {"pattern": ["torch.nn.Conv2d", "torch.nn.ReLU"], "observation_type": "OUTPUT_SHARE_OBSERVER_WITH_INPUT",
     "dtype_configs": [{"input_dtype": {"dtype": "torch.quint8", "quant_min_lower_bound": 0, "quant_max_upper_bound": 127,
                                        "scale_min_lower_bound": 0.125, "scale_max_upper_bound": 0.5},
                        "output_dtype": "quint8", "weight_dtype": "qint8", "bias_dtype": "float32", "is_dynamic": null}],
     "fuser_method": "fuse_conv_relu", "root_module": "torch.nn.modules.conv.Conv2d", "qat_module": "my.ConvReLU2d",
     "reference_quantized_module_for_root": "nnqr.Conv2d", "fused_module": "nni.ConvReLU2d"},
    {"pattern_complex_format": ["nn.ReLU", ["operator.add", "MatchAllNode", "nn.Conv2d"]], "root_node_getter": "torch.nn.Conv2d",
     "observation_type": 2},
    {"pattern": "F.linear", "num_tensor_args_to_observation_type": {"0": 0, "1": "share"},
     "input_type_to_index": {"input": 0, "weight": 1, "bias": 2}}]})json");
  INFO(f.error);
  REQUIRE(config);
  CHECK(config.getRules() == Rules::PyTorch);
  BackendPatternAttr conv = config.getPatterns()[0], add = config.getPatterns()[1],
                     linear = config.getPatterns()[2];
  CHECK(conv.getPattern() == "torch.nn.ReLU(torch.nn.Conv2d)");
  CHECK(conv.getObservation() == ObservationType::Share);
  CHECK(conv.getDtypes()[0].getInput().getScaleMax().getValueAsDouble() == 0.5);
  CHECK(conv.getFuser());
  CHECK(conv.getRootModule() == "torch.nn.Conv2d");
  CHECK(conv.getQatModule() == "my.ConvReLU2d");
  CHECK(conv.getReferenceModule() == "torch.ao.nn.quantized.reference.Conv2d");
  CHECK(conv.getFusedModule() == "torch.ao.nn.intrinsic.ConvReLU2d");
  CHECK(add.getPattern() == "nn.ReLU(operator.add(MatchAllNode, nn.Conv2d))");
  CHECK(add.getObservation() == ObservationType::NotObserved);
  CHECK(add.getRoot() == "torch.nn.Conv2d");
  CHECK(linear.getObservation(1) == ObservationType::Share);
  CHECK(linear.getIndex(OperandRole::Bias) == 2u);
  CHECK(f.read(toJson(config).dump().c_str()) == config);
}

TEST_CASE("dtype configs with names, alternatives, and entries that repeat") {
  Fixture f;
  BackendConfigAttr config =
      f.read(R"json({"name": "mine", "dtype_configs": {"a8": {"input_dtype": "quint8"}},
    "patterns": [{"pattern": "F.relu|torch.nn.ReLU(torch.nn.Conv{})", "for": ["1d", "2d"], "dtype_configs": ["a8"],
                  "root_module": "torch.nn.Conv{}"}]})json");
  INFO(f.error);
  REQUIRE(config);
  BackendPatterns patterns(config);
  std::vector<std::string> texts;
  for (const BackendPatterns::Entry &entry : patterns.multiOpPatterns())
    texts.push_back(entry.unitName + ": " + entry.tree.str());
  CHECK(texts == std::vector<std::string>{
                     "conv1d_relu: torch.nn.functional.relu(torch.nn.Conv1d)",
                     "conv1d_relu: torch.nn.ReLU(torch.nn.Conv1d)",
                     "conv2d_relu: torch.nn.functional.relu(torch.nn.Conv2d)",
                     "conv2d_relu: torch.nn.ReLU(torch.nn.Conv2d)",
                 });
  CHECK(config.getPatterns()[1].getRootModule() == "torch.nn.Conv2d");
}

TEST_CASE("a later entry takes the place of an earlier one of the same pattern") {
  Fixture f;
  BackendPatterns patterns(f.read(R"json({"name": "mine", "patterns": [
    {"pattern": "torch.add|operator.add", "observation_type": "share"}, {"pattern": "torch.mul"},
    {"pattern": "torch.nn.modules.activation.ReLU"}, {"pattern": "torchClass.add"}]})json"));
  std::vector<std::pair<std::string, ObservationType>> found;
  for (const BackendPatterns::Entry &entry : patterns.singleOpPatterns())
    found.emplace_back(entry.tree.str(), entry.attr.getObservation());
  CHECK(found == std::vector<std::pair<std::string, ObservationType>>{
                     {"torch.add", ObservationType::Different},
                     {"operator.add", ObservationType::Share},
                     {"torch.mul", ObservationType::Different},
                     {"torch.nn.ReLU", ObservationType::Different}});
}

TEST_CASE("single rules are set on top of a family") {
  Fixture f;
  using Overrides = std::vector<std::pair<Rule, bool>>;
  auto overridesOf = [](BackendConfigAttr config) {
    return Overrides(config.getOverrides().begin(), config.getOverrides().end());
  };
  const std::string patterns = R"json("patterns": [{"pattern": "nn.relu"}])json";

  SECTION("with patterns") {
    BackendConfigAttr config = f.read(
        (R"json({"name": "x", "rules": {"base": "pytorch", "observe_shared": false, "prune": false}, )json" +
         patterns + "}")
            .c_str());
    REQUIRE(config);
    CHECK(config.getRules() == Rules::PyTorch);
    // PyTorch does not prune anyway.
    CHECK(overridesOf(config) == Overrides{{Rule::ObserveShared, false}});
    QuantizationRules rules = QuantizationRules::of(config),
                      pyTorch = QuantizationRules::of(Rules::PyTorch);
    CHECK_FALSE(rules.observeShared);
    rules.observeShared = true;
    for (uint32_t rule = 0; rule <= getMaxEnumValForRule(); ++rule)
      CHECK(rules[Rule(rule)] == pyTorch[Rule(rule)]);
    CHECK(toJson(config).at("rules") == Json({{"base", "pytorch"}, {"observe_shared", false}}));
    CHECK(f.read(toJson(config).dump().c_str()) == config);
  }
  SECTION("of Quantir's, which is the base that is not named") {
    BackendConfigAttr config = f.read(
        (R"json({"name": "x", "rules": {"reuse_by_kind": true}, )json" + patterns + "}").c_str());
    REQUIRE(config);
    CHECK(config.getRules() == Rules::Quantir);
    CHECK(toJson(config).at("rules") == Json({{"reuse_by_kind", true}}));
  }
  SECTION("of a built-in config, whose family is the base") {
    BackendConfigAttr config =
        f.read(R"json({"name": "native", "rules": {"observe_shared": false}})json");
    REQUIRE(config);
    CHECK(config.getPatterns().empty());
    CHECK(toJson(config) == Json({{"name", "native"}, {"rules", {{"observe_shared", false}}}}));
    FailureOr<BackendConfigAttr> resolved = resolveBackendConfig(config, f.loc());
    REQUIRE(succeeded(resolved));
    CHECK(resolved->getPatterns() == f.builtin("native").getPatterns());
    QuantizationRules rules = BackendPatterns(*resolved).rules();
    CHECK_FALSE(rules.observeShared);
    CHECK(rules.fusersFirst);
  }
  SECTION("all of them, for a built-in config of the other family") {
    BackendConfigAttr config = f.read(R"json({"name": "native", "rules": "quantir"})json");
    REQUIRE(config);
    CHECK(overridesOf(config).size() == getMaxEnumValForRule() + 1);
    CHECK(f.read(R"json({"name": "native", "rules": "pytorch"})json").getOverrides().empty());
    CHECK(toJson(f.read(R"json({"name": "native"})json")) == Json("native"));
  }
}

TEST_CASE("errors in a backend config name the place and the nearest right name") {
  Fixture f;
  CHECK_THAT(
      f.errorOf(R"json({"name": "x", "patterns": [{"pattern": ["nn.conv", "nn.rellu"]}]})json"),
      ContainsSubstring("patterns[0]: expected the name of an op at column 1 of pattern "
                        "'nn.rellu(nn.conv)', but got 'nn.rellu'; did you mean 'nn.relu'?"));
  CHECK_THAT(f.errorOf(R"json({"name": "x", "patterns": [{"pattern": "torch.nn.Conv2D"}]})json"),
             ContainsSubstring("did you mean 'torch.nn.Conv2d'?"));
  CHECK_THAT(f.errorOf(R"json({"name": "x", "patterns": [{"pattern": "Conv"}]})json"),
             ContainsSubstring("'Conv' is an operator of ONNX, which is imported as 'nn.conv'"));
  CHECK_THAT(f.errorOf(R"json({"name": "x", "patterns": [{}]})json"),
             ContainsSubstring("patterns[0]: expected the key 'pattern'"));
  CHECK_THAT(f.errorOf(R"json({"name": "x", "patterns": [{"pattern": []}]})json"),
             ContainsSubstring("patterns[0].pattern: expected at least one op"));
  CHECK_THAT(f.errorOf(R"json({"name": "x", "rules": "tensorflow"})json"),
             ContainsSubstring("rules: expected pytorch or quantir"));
  CHECK_THAT(f.errorOf(R"json({"name": "native", "rules": {"observe_share": false}})json"),
             ContainsSubstring("rules: ") && ContainsSubstring("did you mean 'observe_shared'?"));
  CHECK_THAT(f.errorOf(R"json({"name": "native", "rules": {"prune": 1}})json"),
             ContainsSubstring("rules.prune: expected"));
  CHECK_THAT(f.errorOf(R"json({"name": "native", "rules": {"base": "onnx"}})json"),
             ContainsSubstring("rules.base: expected pytorch or quantir, but got"));
  CHECK_THAT(f.errorOf(R"json({"name": "nativ", "rules": {"prune": true}})json"),
             ContainsSubstring("no built-in backend config is called 'nativ'"));
  CHECK_THAT(
      f.errorOf(
          R"json({"name": "x", "dtype_configs": {"a8": {}}, "patterns": [{"pattern": "nn.relu", "dtype_configs": ["a9"]}]})json"),
      ContainsSubstring("patterns[0].dtype_configs[0]") && ContainsSubstring("did you mean 'a8'?"));
  CHECK_THAT(
      f.errorOf(
          R"json({"name": "x", "patterns": [{"pattern": "nn.relu", "observation_type": 3}]})json"),
      ContainsSubstring("expected different, share or not_observed, but got 3"));
  CHECK_THAT(
      f.errorOf(
          R"json({"name": "x", "patterns": [{"pattern": "nn.add", "num_tensor_args_to_observation_type": {"3": 0}}]})json"),
      ContainsSubstring("num_tensor_args_to_observation_type"));
  CHECK_THAT(
      f.errorOf(
          R"json({"name": "x", "patterns": [{"pattern": "nn.add", "input_type_to_index": {"weight": -1}}]})json"),
      ContainsSubstring("input_type_to_index.weight: expected the index of an operand"));
  CHECK_THAT(
      f.errorOf(
          R"json({"name": "x", "patterns": [{"pattern": "nn.relu(nn.conv)", "root_node_getter": "nn.add"}]})json"),
      ContainsSubstring("expected the root to be an op of pattern"));
}

//===----------------------------------------------------------------------===//
// Inheritance
//===----------------------------------------------------------------------===//

namespace {

/// A config that others inherit from.
constexpr const char *baseText =
    R"json({"name": "base", "rules": {"base": "pytorch", "prune": true},
  "dtype_configs": {"a8": {"input_dtype": "quint8"}, "w8": {"weight_dtype": "qint8"}, "linear": ["w8", "a8"]},
  "patterns": [{"pattern": "nn.linear|nn.matmul", "dtype_configs": ["linear"]},
               {"pattern": "nn.relu", "dtype_configs": ["a8"]},
               {"pattern": "nn.relu(nn.linear)", "dtype_configs": ["w8", "linear"]}]})json";

/// Configs by name, for `base`.
struct Inheriting : Fixture {
  Inheriting() { configs["base"] = Json::parse(baseText); }

  BackendConfigAttr read(const char *text) {
    error.clear();
    Json json = Json::parse(text);
    FailureOr<BackendConfigAttr> attr =
        backend_json::readBackendConfig(JsonReader(json, loc()), [&](StringRef name) {
          auto it = configs.find(name.str());
          return it == configs.end() ? nullptr : &it->second;
        });
    return succeeded(attr) ? *attr : BackendConfigAttr();
  }

  /// "pattern: input weight, input weight" for each of the config's patterns.
  std::vector<std::string> patternsOf(const char *text) {
    BackendConfigAttr config = read(text);
    INFO(error);
    REQUIRE(config);
    auto dtype = [](DTypeSpecAttr spec) {
      return spec ? std::string(numerics::toText(spec.getDtype())) : "-";
    };
    std::vector<std::string> result;
    for (BackendPatternAttr pattern : config.getPatterns()) {
      std::string line = pattern.getPattern().str() + ":";
      for (DTypeConfigAttr config : pattern.getDtypes())
        line += " " + dtype(config.getInput()) + "/" + dtype(config.getWeight());
      result.push_back(line);
    }
    return result;
  }

  std::string errorOf(const char *text) {
    CHECK_FALSE(read(text));
    return error;
  }

  std::map<std::string, Json> configs;
};

using Lines = std::vector<std::string>;

} // namespace

TEST_CASE("a config has all of its base, and what it says itself") {
  Inheriting f;
  CHECK(f.patternsOf(R"json({"name": "x", "base": "base"})json") ==
        Lines{"nn.linear|nn.matmul: -/qint8 quint8/-", "nn.relu: quint8/-",
              "nn.relu(nn.linear): -/qint8 -/qint8 quint8/-"});
  BackendConfigAttr config = f.read(R"json({"name": "x", "base": "base"})json");
  CHECK(config.getName() == "x");
  CHECK(config.getRules() == Rules::PyTorch);
  CHECK(QuantizationRules::of(config).prune);

  // A dtype config has another meaning wherever the base uses it, also in the base's lists.
  CHECK(
      f.patternsOf(
          R"json({"name": "x", "base": "base", "dtype_configs": {"w8": {"weight_dtype": "quint8"}}})json") ==
      Lines{"nn.linear|nn.matmul: -/quint8 quint8/-", "nn.relu: quint8/-",
            "nn.relu(nn.linear): -/quint8 -/quint8 quint8/-"});
  CHECK(f.patternsOf(
            R"json({"name": "x", "base": "base", "dtype_configs": {"linear": ["a8"]}})json") ==
        Lines{"nn.linear|nn.matmul: quint8/-", "nn.relu: quint8/-",
              "nn.relu(nn.linear): -/qint8 quint8/-"});
  // Entries: one replaced, one left out, one in between, two behind another, one last.
  CHECK(f.patternsOf(
            R"json({"name": "x", "base": "base", "without": ["nn.relu(nn.linear)"], "patterns": [
          {"pattern": "nn.relu"}, {"pattern": "nn.tanh"}, {"pattern": "nn.add", "after": "nn.linear"},
          {"pattern": "nn.mul", "after": "nn.linear|nn.matmul", "dtype_configs": ["a8"]}]})json") ==
        Lines{"nn.linear|nn.matmul: -/qint8 quint8/-", "nn.add:", "nn.mul: quint8/-",
              "nn.relu:", "nn.tanh:"});
  // One is moved as it is, and keeps its place among those behind the same entry.
  CHECK(f.patternsOf(
            R"json({"name": "x", "base": "base", "patterns": [
          {"pattern": "nn.add", "after": "nn.relu(nn.linear)"}, {"moved": "nn.linear", "after": "nn.relu(nn.linear)"},
          {"pattern": "nn.mul", "after": "nn.relu(nn.linear)"}]})json") ==
        Lines{"nn.relu: quint8/-", "nn.relu(nn.linear): -/qint8 -/qint8 quint8/-",
              "nn.add:", "nn.linear|nn.matmul: -/qint8 quint8/-", "nn.mul:"});
  // One that is left out may be written anew elsewhere.
  CHECK(
      f.patternsOf(
          R"json({"name": "x", "base": "base", "without": ["nn.relu"], "patterns": [{"pattern": "nn.relu"}]})json") ==
      Lines{"nn.linear|nn.matmul: -/qint8 quint8/-", "nn.relu(nn.linear): -/qint8 -/qint8 quint8/-",
            "nn.relu:"});
}

TEST_CASE("rules are set over those of the base, unless a family is named") {
  Inheriting f;
  auto rulesOf = [&](const char *text) {
    BackendConfigAttr config = f.read(text);
    INFO(f.error);
    REQUIRE(config);
    return QuantizationRules::of(config);
  };
  QuantizationRules single =
      rulesOf(R"json({"name": "x", "base": "base", "rules": {"tie_weights": true}})json");
  CHECK(single.prune);
  CHECK(single.tieWeights);
  CHECK(single.fusersFirst);
  QuantizationRules family =
      rulesOf(R"json({"name": "x", "base": "base", "rules": "pytorch"})json");
  CHECK_FALSE(family.prune);
  CHECK_FALSE(rulesOf(R"json({"name": "x", "base": "base", "rules": "quantir"})json").fusersFirst);
}

TEST_CASE("a base may have a base, which is read first") {
  Inheriting f;
  f.configs["middle"] =
      Json::parse(R"json({"name": "middle", "base": "base", "without": ["nn.relu"],
    "patterns": [{"pattern": "nn.tanh"}]})json");
  CHECK(
      f.patternsOf(
          R"json({"name": "x", "base": "middle", "patterns": [{"pattern": "nn.add", "after": "nn.tanh"},
          {"pattern": "nn.relu"}]})json") == Lines{"nn.linear|nn.matmul: -/qint8 quint8/-",
                                                   "nn.relu(nn.linear): -/qint8 -/qint8 quint8/-",
                                                   "nn.tanh:", "nn.add:", "nn.relu:"});
}

TEST_CASE("a config that is inherited is written out in full") {
  Inheriting f;
  BackendConfigAttr config =
      f.read(R"json({"name": "x", "base": "base", "without": ["nn.relu"]})json");
  REQUIRE(config);
  Json json = toJson(config);
  CHECK_FALSE(json.contains("base"));
  CHECK(f.read(json.dump().c_str()) == config);
}

TEST_CASE("what cannot be inherited is an error at its place") {
  Inheriting f;
  CHECK_THAT(
      f.errorOf(R"json({"name": "x", "base": "bsae"})json"),
      ContainsSubstring("base: no built-in backend config is called 'bsae'; expected one of"));
  CHECK_THAT(f.errorOf(R"json({"name": "x", "base": {"name": "base"}})json"),
             ContainsSubstring("base: expected a string"));
  f.configs["a"] = Json::parse(R"json({"name": "a", "base": "b"})json");
  f.configs["b"] = Json::parse(R"json({"name": "b", "base": "a"})json");
  CHECK_THAT(f.errorOf(R"json({"name": "x", "base": "a"})json"),
             ContainsSubstring("base: a config cannot inherit from itself: a -> b -> a"));
  CHECK_THAT(
      f.errorOf(R"json({"name": "x", "base": "base", "without": ["nn.rellu"]})json"),
      ContainsSubstring("without[0]: the base has no entry with the pattern 'nn.rellu'; did you "
                        "mean 'nn.relu'?"));
  CHECK_THAT(
      f.errorOf(R"json({"name": "x", "base": "base", "without": ["nn.relu", "nn.relu"]})json"),
      ContainsSubstring("without[1]: the pattern is left out twice"));
  CHECK_THAT(
      f.errorOf(
          R"json({"name": "x", "base": "base", "without": ["nn.linear", "nn.relu", "nn.relu(nn.linear)"]})json"),
      ContainsSubstring("expected a pattern, but 'without' leaves out all of the base's"));
  CHECK_THAT(f.errorOf(R"json({"name": "x", "base": "base", "without": ["nn.relu"],
                         "patterns": [{"pattern": "nn.add", "after": "nn.relu"}]})json"),
             ContainsSubstring(
                 "patterns[0].after: the pattern is one of those that 'without' leaves out or "
                 "that are moved"));
  CHECK_THAT(
      f.errorOf(
          R"json({"name": "x", "base": "base", "patterns": [{"pattern": "nn.relu", "after": "nn.linear"}]})json"),
      ContainsSubstring("patterns[0].after: the entry takes the place of the base's entry"));
  CHECK_THAT(
      f.errorOf(R"json({"name": "x", "base": "base", "patterns": [{"moved": "nn.relu"}]})json"),
      ContainsSubstring("patterns[0]: expected the key 'after'"));
  CHECK_THAT(
      f.errorOf(
          R"json({"name": "x", "base": "base", "patterns": [{"moved": "nn.relu", "after": "nn.relu"}]})json"),
      ContainsSubstring("patterns[0].after: the pattern is one of those that 'without' leaves out "
                        "or that are moved"));
  CHECK_THAT(f.errorOf(R"json({"name": "x", "base": "base", "without": ["nn.relu"],
                        "patterns": [{"moved": "nn.relu", "after": "nn.linear"}]})json"),
             ContainsSubstring("patterns[0].moved: the pattern cannot be moved: it is left out"));
  // Whatever the order of the entries.
  CHECK_THAT(f.errorOf(R"json({"name": "x", "base": "base", "patterns": [
                         {"moved": "nn.relu", "after": "nn.linear"}, {"pattern": "nn.relu"}]})json"),
             ContainsSubstring("patterns[1]: the entry replaces one that is moved"));
  CHECK_THAT(f.errorOf(R"json({"name": "x", "base": "base", "patterns": [
                         {"pattern": "nn.relu"}, {"moved": "nn.relu", "after": "nn.linear"}]})json"),
             ContainsSubstring("patterns[1].moved: the pattern cannot be moved: it is replaced"));
  CHECK_THAT(
      f.errorOf(R"json({"name": "x", "base": "base", "patterns": [
                  {"pattern": "nn.add", "after": "nn.relu"}, {"moved": "nn.relu", "after": "nn.linear"}]})json"),
      ContainsSubstring("patterns[1].moved: the pattern cannot be moved: an 'after' names it"));
  CHECK_THAT(f.errorOf(R"json({"name": "x", "base": "base", "patterns": [
                         {"moved": "nn.relu", "after": "nn.linear"},
                         {"pattern": "nn.add", "after": "nn.relu"}]})json"),
             ContainsSubstring("patterns[1].after: the pattern is one of those"));
  CHECK_THAT(
      f.errorOf(R"json({"name": "x", "base": "base", "patterns": [
                  {"moved": "nn.relu", "after": "nn.linear"}, {"moved": "nn.relu", "after": "nn.linear"}]})json"),
      ContainsSubstring("patterns[1].moved: the pattern cannot be moved: it has been moved"));
  CHECK_THAT(f.errorOf(R"json({"name": "x", "patterns": [{"moved": "nn.relu"}]})json"),
             ContainsSubstring(
                 "patterns[0].moved: names an entry of the base, but the config has no 'base'"));
  CHECK_THAT(f.errorOf(R"json({"name": "x", "base": "base", "patterns": [7]})json"),
             ContainsSubstring("patterns[0]: expected an object, but got 7"));
  CHECK_THAT(f.errorOf(R"json({"name": "x", "base": "base", "dtype_configs": {"w9": {}}})json"),
             ContainsSubstring("dtype_configs.w9: no pattern uses 'w9'; did you mean 'w8'?"));
  CHECK_THAT(
      f.errorOf(
          R"json({"name": "x", "without": ["nn.relu"], "patterns": [{"pattern": "nn.relu"}]})json"),
      ContainsSubstring("without: names an entry of the base, but the config has no 'base'"));
  CHECK_THAT(
      f.errorOf(
          R"json({"name": "x", "patterns": [{"pattern": "nn.relu", "after": "nn.add"}]})json"),
      ContainsSubstring(
          "patterns[0].after: names an entry of the base, but the config has no 'base'"));
  CHECK_THAT(
      f.errorOf(
          R"json({"name": "x", "dtype_configs": {"a": ["b"], "b": [{}]}, "patterns": [{"pattern": "nn.relu"}]})json"),
      ContainsSubstring("dtype_configs.a[0]: expected a dtype config, but 'b' is a list of them"));
  CHECK_THAT(
      f.errorOf(
          R"json({"name": "x", "dtype_configs": {"a": null}, "patterns": [{"pattern": "nn.relu"}]})json"),
      ContainsSubstring("dtype_configs: expected a dtype config for 'a', but got null"));
  f.configs["two"] = Json::parse(
      R"json({"name": "two", "patterns": [{"pattern": "nn.relu|nn.tanh"}, {"pattern": "nn.relu|nn.clamp"}]})json");
  CHECK_THAT(f.errorOf(R"json({"name": "x", "base": "two", "without": ["nn.relu"]})json"),
             ContainsSubstring("without[0]: the base has 2 entries whose patterns begin with "
                               "'nn.relu'; give the whole pattern"));
  // What is wrong in the base is said of the base.
  f.configs["bad"] =
      Json::parse(R"json({"name": "bad", "patterns": [{"pattern": "nn.rellu"}]})json");
  CHECK_THAT(f.errorOf(R"json({"name": "x", "base": "bad"})json"), ContainsSubstring("'nn.rellu'"));
}

//===----------------------------------------------------------------------===//
// Patterns
//===----------------------------------------------------------------------===//

TEST_CASE("the root of a pattern is where PyTorch's default finds it, or the op that is named") {
  std::string error;
  auto rootOf = [&](StringRef pattern, StringRef root = "") {
    return OpPattern::parse(pattern, error)->rootIndex(root);
  };
  CHECK(rootOf("nn.conv") == 0u);
  CHECK(rootOf("nn.relu(nn.batch_norm(nn.conv))") == 0u);
  CHECK(rootOf("nn.relu(nn.add(*, nn.conv))") == 0u);
  CHECK(rootOf("nn.add(nn.mul, nn.relu(nn.conv))") == 1u);
  CHECK(rootOf("nn.add(nn.mul, nn.relu(nn.conv))", "nn.mul") == 0u);
  CHECK(rootOf("nn.add(nn.mul, nn.relu(nn.conv))", "nn.add") == 3u);
  CHECK_FALSE(rootOf("nn.add(nn.mul, nn.relu(nn.conv))", "nn.sub"));
}

TEST_CASE("an op is found by the strongest of its object types, a unit by its body") {
  Fixture f;
  OwningOpRef<ModuleOp> module = parseSourceString<ModuleOp>(R"mlir(
    func.func @ops(%x: tensor<2x4xf32>) -> (tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>) {
      %0 = nn.relu %x : (tensor<2x4xf32>) -> tensor<2x4xf32>
      %1 = quantir.fused "tanh_sigmoid" (%x) {
      ^bb0(%a: tensor<2x4xf32>):
        %t = nn.tanh %a : (tensor<2x4xf32>) -> tensor<2x4xf32>
        %s = nn.sigmoid %t : (tensor<2x4xf32>) -> tensor<2x4xf32>
        quantir.yield %s : tensor<2x4xf32>
      } : (tensor<2x4xf32>) -> tensor<2x4xf32>
      %2 = quantir.fused "tanh_sigmoid" (%x) {
      ^bb0(%a: tensor<2x4xf32>):
        %s = nn.sigmoid %a : (tensor<2x4xf32>) -> tensor<2x4xf32>
        quantir.yield %s : tensor<2x4xf32>
      } : (tensor<2x4xf32>) -> tensor<2x4xf32>
      return %0, %1, %2 : tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>
    })mlir",
                                                             &f.context);
  INFO(f.error);
  REQUIRE(module);
  BackendPatterns patterns(f.read(R"json({"name": "mine", "patterns": [
    {"pattern": "nn.relu"}, {"pattern": "relu"}, {"pattern": "torch.nn.ReLU"},
    {"pattern": "torch.nn.Sigmoid(torch.nn.Tanh)"}]})json"));
  std::vector<std::string> found;
  for (Operation &op :
       cast<func::FuncOp>(module->getBody()->front()).getBody().front().without_terminator()) {
    const BackendPatterns::Entry *entry = patterns.find(&op);
    found.push_back(entry ? entry->tree.str() : "");
  }
  CHECK(found == std::vector<std::string>{"torch.nn.ReLU", "torch.nn.Sigmoid(torch.nn.Tanh)", ""});

  Operation *unit = nullptr;
  module->walk([&](FusedOp fused) { unit = unit ? unit : fused; });
  CHECK(isa<nn::TanhOp>(patterns.rootOf(unit)));
  BackendPatterns named(f.read(R"json({"name": "mine", "patterns": [
    {"pattern": "nn.sigmoid(nn.tanh)", "root_node_getter": "nn.sigmoid"}]})json"));
  CHECK(isa<nn::SigmoidOp>(named.rootOf(unit)));
}
