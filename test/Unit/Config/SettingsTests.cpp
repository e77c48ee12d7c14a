//===- SettingsTests.cpp - The settings of a mapping and a model ----------===//

#include "Fixture.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

using namespace mlir;
using namespace quantir;

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::StartsWith;

namespace {

constexpr const char *modelText = R"(
func.func @main(%x: tensor<1x4x8x8xf32>, %w: tensor<4x4x1x1xf32>) -> tensor<1x4x8x8xf32> {
  %0 = nn.conv %x, %w {strides = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, nn.path = "layer1.0.conv1", nn.call = "module"} : (tensor<1x4x8x8xf32>, tensor<4x4x1x1xf32>) -> tensor<1x4x8x8xf32>
  %1 = nn.relu %0 {nn.path = "layer1.0", nn.call = "function"} : (tensor<1x4x8x8xf32>) -> tensor<1x4x8x8xf32>
  %2 = nn.conv %1, %w {strides = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, nn.path = "layer1.0.conv2", nn.call = "module"} : (tensor<1x4x8x8xf32>, tensor<4x4x1x1xf32>) -> tensor<1x4x8x8xf32>
  %3 = nn.relu %2 {nn.path = "act"} : (tensor<1x4x8x8xf32>) -> tensor<1x4x8x8xf32>
  return %3 : tensor<1x4x8x8xf32>
}
)";

struct ModelFixture : ConfigFixture {
  ModelFixture() : module(parseSourceString<ModuleOp>(modelText, &context)) {
    INFO(takeError());
    REQUIRE(module);
    OpIdentifier identifier;
    module->walk([&](Operation *op) {
      if (auto path = op->getAttrOfType<StringAttr>(nn::pathAttrName))
        ops.push_back(identifier.next(op, path.getValue()));
    });
    REQUIRE(ops.size() == 4);
  }

  /// The setting that decides for each of the four ops.
  std::vector<std::string> decide(const std::string &text) {
    QConfigMappingAttr attr = mapping(text);
    INFO(takeError());
    REQUIRE(attr);
    QConfigResolver resolver(attr);
    std::vector<std::string> settings;
    for (const OpIdentity &op : ops)
      settings.push_back(resolver.resolve(op, loc())->setting);
    return settings;
  }

  /// The warnings that a mapping's settings give.
  std::vector<std::string> check(const std::string &text) {
    SettingPaths paths;
    QConfigMappingAttr attr = mapping(text, &paths);
    INFO(takeError());
    REQUIRE(attr);
    warnings.clear();
    CHECK(succeeded(checkSettings(attr, *module, loc(), &paths)));
    return std::exchange(warnings, {});
  }

  OwningOpRef<ModuleOp> module;
  std::vector<OpIdentity> ops;
};

using Strings = std::vector<std::string>;

} // namespace

TEST_CASE("object types tell the calls of modules from those of functions") {
  ModelFixture f;
  CHECK(f.decide(R"({"object_type": [["Conv2d", null], ["F.relu", null]]})") ==
        Strings{"object_type 'torch.nn.Conv2d'", "object_type 'torch.nn.functional.relu'",
                "object_type 'torch.nn.Conv2d'", "object_type 'torch.nn.functional.relu'"});
  // The op "act" may be either, and is a module rather than a function.
  CHECK(
      f.decide(
          R"({"object_type": [["nn.relu", null], ["F.relu", null], ["nn.ReLU", null], ["conv2d", null]]})") ==
      Strings{"global", "object_type 'torch.nn.functional.relu'", "global",
              "object_type 'torch.nn.ReLU'"});
}

TEST_CASE("the order of types counts in the module, each type by itself") {
  ModelFixture f;
  CHECK(
      f.decide(
          R"({"module_name_object_type_order": [["layer1.0", "Conv2d", 1, null], ["", "nn.relu", 0, null], ["layer1.0", "F.relu", 0, null]]})") ==
      Strings{"global", "module_name_object_type_order 'layer1.0'",
              "module_name_object_type_order 'layer1.0'", "module_name_object_type_order ''"});
  // As in PyTorch, methods are not counted.
  CHECK(f.decide(R"({"module_name_object_type_order": [["layer1.0", "relu", 0, null]]})") ==
        Strings(4, "global"));
}

TEST_CASE("expressions see the module that a function is called in") {
  ModelFixture f;
  CHECK(f.decide(R"({"module_name_regex": [["layer1\\.0$", null]]})") ==
        Strings{"global", "module_name_regex 'layer1\\.0$'", "global", "global"});
}

TEST_CASE("expressions are Python's") {
  ModelFixture f;
  for (const char *pattern :
       {R"((?P<stage>layer\\d)\\.(?P<block>\\d).*)", R"(\\Alayer1)", R"((?i)LAYER1)",
        R"(.*\\.0(?=.)\\.conv)", R"(.*(?<=0\\.)conv\\d\\Z)", R"(la(?:y)er[^2])"}) {
    INFO(pattern);
    QConfigMappingAttr mapping =
        f.mapping(R"({"module_name_regex": [[")" + std::string(pattern) + R"(", null]]})");
    INFO(f.takeError());
    REQUIRE(mapping);
    QConfigResolver resolver(mapping);
    CHECK(resolver.resolve(f.ops[0], f.loc())->setting != "global");
    CHECK(resolver.resolve(f.ops[3], f.loc())->setting == "global");
  }
}

TEST_CASE("an expression that backtracks without end is an error") {
  ModelFixture f;
  QConfigMappingAttr mapping = f.mapping(R"({"module_name_regex": [["(?:a+)+[b-d]", null]]})");
  REQUIRE(mapping);
  f.module->walk([&](Operation *op) {
    if (op->hasAttr(nn::pathAttrName))
      op->setAttr(nn::pathAttrName, StringAttr::get(&f.context, std::string(60, 'a')));
  });
  CHECK(failed(checkSettings(mapping, *f.module, f.loc())));
  CHECK_THAT(f.takeError(), ContainsSubstring("module_name_regex[0]") &&
                                ContainsSubstring("backtracks too long on 'aaaa"));
}

TEST_CASE("settings that match nothing are warnings with the place and the nearest names") {
  ModelFixture f;
  CHECK(
      f.check(R"({"object_type": [["Conv2d", null], ["Linear", null], ["nn.linear", null]]})") ==
      Strings{
          "object_type[1]: this setting matches nothing: the model has no op of type "
          "'torch.nn.Linear'; "
          "it has 'torch.nn.Conv2d', 'torch.nn.ReLU', 'torch.nn.functional.relu'",
          "object_type[2]: this setting matches nothing: the model has no op of type 'nn.linear'; "
          "it has 'nn.conv', 'nn.relu'"});
  CHECK(f.check(R"({"module_name": [["layer1", null], ["layer1.0.conv3", null]]})") ==
        Strings{"module_name[1]: this setting matches nothing: the model has no module "
                "'layer1.0.conv3'; it has "
                "'layer1.0.conv1', 'layer1.0.conv2', 'layer1.0', 'layer1', 'act'"});
  CHECK_THAT(f.check(R"({"module_name_regex": [["lyer.*", null]]})").at(0),
             StartsWith("module_name_regex[0]: this setting matches nothing: no module path of the "
                        "model begins with "
                        "'lyer.*'; it has 'layer1.0', 'layer1', "));
  CHECK_THAT(f.check(R"({"module_name_object_type_order": [["layer2", "Conv2d", 0, null]]})").at(0),
             StartsWith("module_name_object_type_order[0]: this setting matches nothing: the model "
                        "has no module 'layer2'"));
  CHECK_THAT(
      f.check(R"({"module_name_object_type_order": [["layer1.0", "Linear", 0, null]]})").at(0),
      ContainsSubstring("the model has no op of type 'torch.nn.Linear'"));
  CHECK_THAT(
      f.check(R"({"module_name_object_type_order": [["layer1.0", "Conv2d", 2, null]]})").at(0),
      ContainsSubstring("module 'layer1.0' has 2 ops of type 'torch.nn.Conv2d' directly in it, so "
                        "that none has the number 2"));
  CHECK_THAT(
      f.check(R"({"module_name_object_type_order": [["layer1.0", "relu", 0, null]]})").at(0),
      ContainsSubstring("methods such as 'relu' are not counted; name the op by its module"));
}

TEST_CASE("a number that no op has in its function matches nothing") {
  ConfigFixture f;
  // Two functions with an op each in the same module, a unit whose activation counts no more, and
  // two modules of the author's class, which have no numbers.
  OwningOpRef<ModuleOp> module = parseSourceString<ModuleOp>(R"(
    func.func @main(%x: tensor<1x4xf32>, %w: tensor<4x4xf32>) -> tensor<1x4xf32> {
      %0 = quantir.fused "linear_relu"(%x, %w) {
      ^bb0(%a: tensor<1x4xf32>, %b: tensor<4x4xf32>):
        %linear = nn.linear %a, %b {nn.path = "block.fc"} : (tensor<1x4xf32>, tensor<4x4xf32>) -> tensor<1x4xf32>
        %relu = nn.relu %linear {nn.path = "block.act"} : (tensor<1x4xf32>) -> tensor<1x4xf32>
        quantir.yield %relu : tensor<1x4xf32>
      } : (tensor<1x4xf32>, tensor<4x4xf32>) -> tensor<1x4xf32>
      %1 = nn.relu %0 {nn.path = "block.act2"} : (tensor<1x4xf32>) -> tensor<1x4xf32>
      %2 = func.call @a(%1) {nn.path = "a"} : (tensor<1x4xf32>) -> tensor<1x4xf32>
      %3 = func.call @b(%2) {nn.path = "b"} : (tensor<1x4xf32>) -> tensor<1x4xf32>
      return %3 : tensor<1x4xf32>
    }
    func.func private @a(%x: tensor<1x4xf32>) -> tensor<1x4xf32> attributes {quantir.module_class = "net.Part"} {
      %0 = nn.tanh %x {nn.path = "part.act"} : (tensor<1x4xf32>) -> tensor<1x4xf32>
      return %0 : tensor<1x4xf32>
    }
    func.func private @b(%x: tensor<1x4xf32>) -> tensor<1x4xf32> attributes {quantir.module_class = "net.Part"} {
      %0 = nn.tanh %x {nn.path = "part.act2"} : (tensor<1x4xf32>) -> tensor<1x4xf32>
      return %0 : tensor<1x4xf32>
    })",
                                                             &f.context);
  INFO(f.takeError());
  REQUIRE(module);
  auto check = [&](const std::string &order) {
    QConfigMappingAttr mapping = f.mapping(R"({"module_name_object_type_order": [)" + order + "]}");
    REQUIRE(mapping);
    f.warnings.clear();
    CHECK(succeeded(checkSettings(mapping, *module, f.loc())));
    return f.warnings.empty() ? "" : f.warnings.front();
  };
  CHECK(check(R"(["part", "nn.tanh", 0, null])") == "");
  CHECK_THAT(check(R"(["part", "nn.tanh", 1, null])"),
             ContainsSubstring("module 'part' has 1 ops of type 'nn.tanh' directly in it, so that "
                               "none has the number 1"));
  CHECK(check(R"(["block", "nn.relu", 0, null])") == "");
  CHECK_THAT(check(R"(["block", "nn.relu", 1, null])"),
             ContainsSubstring("module 'block' has 1 ops of type 'nn.relu'"));
  CHECK(check(R"(["", "net.Part", 0, null])") == "");
  CHECK_THAT(check(R"(["", "net.Part", 1, null])"),
             ContainsSubstring("modules of a class of the model's author, such as 'net.Part', are "
                               "not counted; name the module"));
}

TEST_CASE("a setting that a stronger one overrides matches all the same") {
  ModelFixture f;
  CHECK(
      f.check(R"({"object_type": [["Conv2d", null]], "module_name": [["layer1", null]]})").empty());
}

TEST_CASE("settings of PyTorch's default mappings are no warnings") {
  ModelFixture f;
  for (StringRef name : builtinQConfigMappingNames()) {
    INFO(name.str());
    QConfigMappingAttr mapping = f.mapping(f.quoted(name.str()));
    REQUIRE(mapping);
    // By name, written out as PyTorch's dictionary, and as the attribute of a module.
    CHECK(f.check(f.quoted(name.str())).empty());
    CHECK(f.check(toJson(mapping).dump()).empty());
    CHECK(succeeded(checkSettings(mapping, *f.module, f.loc())));
    CHECK(f.warnings.empty());
  }
  // What is not the default's is the user's.
  CHECK(f.check(R"({"base": "x86", "object_type": [["torch.nn.Sigmoid", null]]})").size() == 1);
  CHECK_THAT(f.check(R"({"base": "x86", "object_type": [["torch.nn.Linear", null]]})").at(0),
             StartsWith("object_type[0]: "));
}

TEST_CASE("classes of the model's author are object types") {
  ConfigFixture f;
  QConfigMappingAttr mapping =
      f.mapping(R"({"object_type": [["<class '__main__.Net'>", null], ["models.Block", null]]})");
  REQUIRE(mapping);
  CHECK(mapping.getObjectType()[0].getKey() == "__main__.Net");
  CHECK_FALSE(f.mapping(R"({"object_type": [["trch.nn.Conv2d", null]]})"));
  CHECK_THAT(f.takeError(), ContainsSubstring("did you mean 'torch.nn.Conv2d'?"));
}

TEST_CASE("errors in configurations name the place, what was expected and the nearest right name") {
  struct Case {
    const char *json;
    const char *error;
  };
  const Case cases[] = {
      {R"({"object_type": [["torch.nn.Conv2", null]]})",
       "object_type[0][0]: no object type is called 'torch.nn.Conv2'; did you mean "
       "'torch.nn.Conv2d'?"},
      {R"({"object_type": [["<class 'torch.nn.modules.conv.Conv9d'>", null]]})",
       "object_type[0][0]: no object type is called '<class 'torch.nn.modules.conv.Conv9d'>'; did "
       "you mean 'torch.nn.Conv1d'?"},
      {R"({"object_type": [["nn.cnov", null]]})", "did you mean 'nn.conv'?"},
      {R"({"object_type": [["Conv", null]]})", "object_type[0][0]: no object type is called "
                                               "'Conv'; 'Conv' is an operator of ONNX, which is "
                                               "imported as 'nn.conv'"},
      {R"({"object_type": [["Gemm", null]]})", "which is imported as 'nn.linear'"},
      {R"({"object_type": [["MatMul", null]]})", "which is imported as 'nn.linear' or 'nn.matmul'"},
      {R"({"object_type": [[7, null]]})", "object_type[0][0]: expected a string, but got 7"},
      {R"({"object_type": [["Conv2d", 7]]})", "object_type[0][1]: expected an object, but got 7"},
      {R"({"object_type": [["Conv2d", "default_qconfg"]]})",
       "object_type[0][1]: no qconfig is called 'default_qconfg'; did you mean 'default_qconfig'?"},
      {R"({"module_name_regex": [["layer(", null]]})",
       "module_name_regex[0][0]: expected a regular expression, but got 'layer(': missing closing "
       "parenthesis at position 6"},
      {R"({"module_name_object_type_order": [["a", "Conv2d", -1, null]]})",
       "module_name_object_type_order[0]: expected an index of at least 0, but got -1"},
      {R"({"module_name_object_type_order": [["a", "Conv2d", "0", null]]})",
       "module_name_object_type_order[0][2]: expected an integer, but got \"0\""},
      {R"({"module_name_object_type_order": [["a", "Conv2d", 18446744073709551615, null]]})",
       "module_name_object_type_order[0][2]: expected an integer of at most 64 bits with its sign"},
      {R"({"": {"activaton": "default_observer"}})",
       "\"\": unknown key 'activaton'; did you mean 'activation'?"},
      {R"({"": {"activation": {"observer": "min_max", "quant_min": 5, "quant_max": 5}}})",
       "\"\".activation: expected quant_min < quant_max, but got [5, 5]"},
      {R"({"": {"activation": {"observer": "min_max", "dtype": "quint9"}}})",
       "\"\".activation.dtype: expected one of"},
      {R"({"": {"activation": {"observer": "min_max", "eps": "small"}}})",
       "\"\".activation.eps: expected a number, but got \"small\""},
      {R"({"": {"weight": {"observr": "min_max"}}})", "\"\".weight.observr: "},
      {R"json({"": {"weight": "MinMaxObserver.with_args(dtype=torch.qint9)"}})json",
       "\"\".weight.dtype: expected one of"},
      {R"json({"": {"weight": "FusedMovingAvgObsFakeQuantize.with_args(observer=HistogramObserver)"}})json",
       "\"\".weight: expected moving_average_min_max or moving_average_per_channel_min_max with "
       "fake_quantize 'fused'"},
      {R"({"": ["default_observer"]})", "\"\": expected an array of 2 elements, but got 1"},
      {R"json({"": "get_default_qconfig('x87')"})json",
       "\"\": no backend with default qconfigs is called 'x87'; did you mean 'x86'?"},
      {R"json({"": "get_default_qconfig('x86', 1)"})json",
       "\"\": expected version 0 of the qconfig of 'x86', but got '1'"},
      {R"json({"": "get_default_qat_qconfig('x86', version=2)"})json",
       "\"\": expected version 0 or 1 of the QAT qconfig of 'x86', but got '2'"},
      {R"("x87")", "no qconfig mapping is called 'x87'; did you mean 'x86'?"},
      {R"json("get_default_qconfig_maping('x86')")json",
       "did you mean 'get_default_qconfig_mapping'?"},
      {R"({"base": 7})",
       "base: expected the name of a mapping or an object with 'default_mapping_of', but got 7"},
      {R"({"base": {"default_mapping_of": null, "backend": "x87"}})",
       "base.backend: expected one of \"x86\", \"fbgemm\", \"onednn\", \"qnnpack\", but got "
       "\"x87\""},
  };
  ConfigFixture f;
  for (const Case &c : cases) {
    INFO(c.json);
    CHECK_FALSE(f.mapping(c.json));
    CHECK_THAT(f.takeError(), StartsWith(c.error) || ContainsSubstring(c.error));
  }
}

TEST_CASE("many and long settings that match nothing are told briefly") {
  ModelFixture f;
  std::string text;
  for (int i = 0; i < 30000; ++i)
    text += (i ? ", [\"m" : "[\"m") + std::to_string(i) + "\", null]";
  std::vector<std::string> warnings = f.check(R"({"module_name": [)" + text + "]}");
  REQUIRE(warnings.size() == 21);
  CHECK(warnings.back() == "29980 more settings match nothing");

  f.module->walk([&](Operation *op) {
    if (op->hasAttr(nn::pathAttrName))
      op->setAttr(nn::pathAttrName, StringAttr::get(&f.context, std::string(20000, 'a')));
  });
  warnings = f.check(R"({"module_name": [[")" + std::string(20000, 'b') + R"(", null]]})");
  REQUIRE(warnings.size() == 1);
  CHECK(warnings[0].size() < 500);
}

TEST_CASE("a runaway expression of a function's own mapping is an error, too") {
  ModelFixture f;
  QConfigMappingAttr mapping = f.mapping(R"({"module_name_regex": [["(?:a+)+[b-d]", null]]})");
  REQUIRE(mapping);
  QConfigResolver resolver(mapping);
  OpIdentity op{{"nn.relu"}, "layer", /*isFunction=*/false, {0}};
  CHECK(resolver.resolve(op, f.loc())->setting == "global");
  std::string path(60, 'a');
  op.modulePath = path;
  CHECK(failed(resolver.resolve(op, f.loc())));
  CHECK_THAT(f.takeError(), ContainsSubstring("backtracks too long on 'aaaa"));
}

TEST_CASE("there are at most so many expressions") {
  ModelFixture f;
  std::string text;
  for (int i = 0; i < 4097; ++i)
    text += (i ? ", [\"m" : "[\"m") + std::to_string(i) + "\", null]";
  CHECK_FALSE(f.mapping(R"({"module_name_regex": [)" + text + "]}"));
  CHECK(f.takeError() == "expected at most 4096 expressions in module_name_regex, but got 4097");
}
