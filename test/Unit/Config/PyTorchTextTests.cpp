//===- PyTorchTextTests.cpp - What PyTorch prints, and JSON made of it ----===//

#include "Fixture.h"

#include "quantir/Serialization/ObserverJson.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

using namespace quantir;

using numerics::FakeQuantize;
using numerics::ObserverConfig;
using numerics::ObserverKind;

namespace {

/// The JSON form of what a text stands for.
std::string observerJson(ConfigFixture &f, const std::string &text) {
  ObserverSpecAttr spec = f.observer(f.quoted(text));
  INFO(text);
  REQUIRE(spec);
  return numerics::toJson(spec.getConfig()).dump();
}

} // namespace

TEST_CASE("the ways to write one observer are the same observer") {
  ConfigFixture f;
  std::string expected =
      numerics::toJson(
          f.observer(
               R"({"observer": "min_max", "dtype": "qint8", "qscheme": "per_tensor_symmetric"})")
              .getConfig())
          .dump();
  for (const char *text : {
           "default_weight_observer",
           "functools.partial(<class 'torch.ao.quantization.observer.MinMaxObserver'>, "
           "dtype=torch.qint8, qscheme=torch.per_tensor_symmetric){}",
           "functools.partial(<class 'torch.ao.quantization.observer.MinMaxObserver'>, "
           "qscheme=torch.per_tensor_symmetric, dtype=torch.qint8)",
           "functools.partial(functools.partial(<class "
           "'torch.ao.quantization.observer.MinMaxObserver'>, dtype=torch.quint8){}, "
           "dtype=torch.qint8, qscheme=torch.per_tensor_symmetric){}",
           "functools.partial(<class 'torch.ao.quantization.observer.MinMaxObserver'>, "
           "dtype=torch.qint8, qscheme=torch.per_tensor_symmetric, quant_min=None, quant_max=None, "
           "factory_kwargs=None){'factory_kwargs': <function "
           "_add_module_to_qconfig_obs_ctr.<locals>.get_factory_kwargs at 0x7f5b1c0>}",
           "MinMaxObserver.with_args(dtype=torch.qint8, qscheme=torch.per_tensor_symmetric)",
           "torch.ao.quantization.MinMaxObserver.with_args(dtype=torch.qint8, "
           "qscheme=torch.per_tensor_symmetric)",
           "MinMaxObserver{'dtype': 'torch.qint8', 'qscheme': 'torch.per_tensor_symmetric'}",
           "default_observer.with_args(dtype=torch.qint8, qscheme=torch.per_tensor_symmetric, "
           "quant_min=None, quant_max=None)",
       })
    CHECK(observerJson(f, text) == expected);

  // Python's numbers are not all JSON's.
  expected =
      numerics::toJson(f.observer(R"({"observer": "min_max", "eps": 1.0})").getConfig()).dump();
  for (const char *number : {"1", "1.0", "1.", "+1.", "1.e0", "01", ".1e1"})
    CHECK(observerJson(f, "MinMaxObserver.with_args(eps=" + std::string(number) + ")") == expected);

  for (const char *text : {"histogram", "HistogramObserver",
                           "<class 'torch.ao.quantization.observer.HistogramObserver'>"})
    CHECK(observerJson(f, text) ==
          numerics::toJson(ObserverConfig::of(ObserverKind::Histogram)).dump());
}

TEST_CASE("fake-quantizes hand their arguments to the observer in them") {
  ConfigFixture f;
  CHECK(observerJson(f, "FusedMovingAvgObsFakeQuantize{'observer': 'MovingAverageMinMaxObserver', "
                        "'quant_min': '0', 'quant_max': '255', 'reduce_range': 'True'}") ==
        observerJson(
            f, "functools.partial(<class "
               "'torch.ao.quantization.fake_quantize.FusedMovingAvgObsFakeQuantize'>, "
               "observer=<class 'torch.ao.quantization.observer.MovingAverageMinMaxObserver'>, "
               "quant_min=0, quant_max=255, reduce_range=True){}"));
  CHECK(observerJson(f, "functools.partial(<class "
                        "'torch.ao.quantization.fake_quantize.FixedQParamsFakeQuantize'>, "
                        "observer=functools.partial(<class "
                        "'torch.ao.quantization.observer.FixedQParamsObserver'>, scale=0.00390625, "
                        "zero_point=0, dtype=torch.quint8, quant_min=0, quant_max=255){}){}") ==
        observerJson(f, "default_fixed_qparams_range_0to1_fake_quant"));
  CHECK(observerJson(f, "FixedQParamsFakeQuantize{'observer': \"functools.partial(<class "
                        "'torch.ao.quantization.observer.FixedQParamsObserver'>, scale=0.0078125, "
                        "zero_point=128, dtype=torch.quint8, quant_min=0, quant_max=255){}\"}") ==
        observerJson(f, "default_fixed_qparams_range_neg1to1_fake_quant"));
  CHECK(observerJson(f,
                     "FakeQuantize.with_args(observer=MovingAverageMinMaxObserver, quant_min=0, "
                     "quant_max=255, reduce_range=True)") == observerJson(f, "default_fake_quant"));
  // The class's own arguments are what the observer of a partial gives way to.
  CHECK(
      observerJson(f, "FakeQuantize.with_args(observer=HistogramObserver.with_args(bins=64), "
                      "quant_min=0, quant_max=127)") ==
      R"({"bins":64,"dtype":"quint8","fake_quantize":"module","observer":"histogram","qscheme":"per_tensor_affine","quant_max":127,"quant_min":0})");
  // Without arguments they have PyTorch's.
  CHECK(f.observer(R"("FakeQuantize")").getConfig().kind == ObserverKind::MovingAverageMinMax);
  CHECK(f.observer(R"("FusedMovingAvgObsFakeQuantize")").getConfig().fakeQuantize ==
        FakeQuantize::Fused);
}

TEST_CASE("nn.Identity observes nothing") {
  ConfigFixture f;
  QConfigAttr qconfig = f.qconfig(
      R"({"activation": "<class 'torch.nn.modules.linear.Identity'>", "weight": "default_weight_observer"})");
  REQUIRE(qconfig);
  CHECK_FALSE(qconfig.getActivation());
  CHECK(qconfig == f.qconfig(R"({"activation": null, "weight": "default_weight_observer"})"));
}

TEST_CASE("the ways to write one qconfig are the same qconfig") {
  ConfigFixture f;
  QConfigAttr expected = f.qconfig(R"("default_dynamic_qconfig")");
  REQUIRE(expected);
  for (
      const char *text : {
          R"({"activation": "default_dynamic_quant_observer", "weight": "default_weight_observer"})",
          R"(["default_dynamic_quant_observer", "default_weight_observer"])",
          R"json("QConfig(activation=default_dynamic_quant_observer, weight=default_weight_observer)")json",
          R"json("QConfig(activation=functools.partial(<class 'torch.ao.quantization.observer.PlaceholderObserver'>, dtype=torch.quint8, quant_min=0, quant_max=255, is_dynamic=True){}, weight=functools.partial(<class 'torch.ao.quantization.observer.MinMaxObserver'>, dtype=torch.qint8, qscheme=torch.per_tensor_symmetric){})")json",
      }) {
    INFO(text);
    CHECK(f.qconfig(text) == expected);
  }
}

TEST_CASE("json.dumps(mapping.to_dict(), default=str) is read") {
  ConfigFixture f;
  QConfigMappingAttr mapping = f.mapping(R"({
    "": ["functools.partial(<class 'torch.ao.quantization.observer.HistogramObserver'>, reduce_range=True){}",
         "functools.partial(<class 'torch.ao.quantization.observer.PerChannelMinMaxObserver'>, dtype=torch.qint8, qscheme=torch.per_channel_symmetric){}"],
    "object_type": [
      ["reshape", ["<class 'torch.ao.quantization.observer.ReuseInputObserver'>", "<class 'torch.ao.quantization.observer.NoopObserver'>"]],
      ["<class 'torch.nn.modules.conv.Conv2d'>", null],
      ["<built-in method conv_transpose1d of type object at 0x7f21>", null],
      ["<function hardsigmoid at 0x7f21>", null],
      ["<built-in function add>", null],
      ["<method 'relu' of 'torch._C.TensorBase' objects>", null],
      ["<built-in function linear>", null]],
    "module_name_regex": [["(?P<block>layer\\d)\\..*", null]],
    "module_name": [["fc", null]],
    "module_name_object_type_order": [["layer1", "<class 'torch.nn.modules.linear.Linear'>", 1, null]]})");
  INFO(f.takeError());
  REQUIRE(mapping);
  CHECK(mapping.getGlobal() == f.mapping(R"("x86")").getGlobal());
  std::vector<std::string> types;
  for (QConfigRuleAttr rule : mapping.getObjectType())
    types.push_back(rule.getKey().str());
  CHECK(types == std::vector<std::string>{"reshape", "torch.nn.Conv2d", "torch.conv_transpose1d",
                                          "torch.nn.functional.hardsigmoid", "operator.add", "relu",
                                          "torch.nn.functional.linear"});
  CHECK(mapping.getModuleNameObjectTypeOrder()[0].getObjectType() == "torch.nn.Linear");
}

TEST_CASE("errors in what PyTorch prints have the place in the text") {
  struct Case {
    const char *text;
    const char *error;
  };
  const Case cases[] = {
      {"functools.partial(<class 'torch.ao.quantization.observer.MinMaxObserver'>, "
       "dtype=torch.qint8",
       "expected ')' at column 93"},
      {"MinMaxObserver{'dtype' 'x'}", "expected ':' at column 24"},
      {"MinMaxObserver.with_args(dtype=)", "expected a value, but got ')' at column 32"},
      {"MinMaxObserver.with_args(eps=1.2.3)", "expected a number, but got '1.2.3' at column 30"},
      {"<class 'x'", "expected '>' at column 11"},
      {"MinMaxObserver 7", "expected the end of the text at column 16"},
      {"'x", "expected a closing quote at column 3"},
      {"functools.partial()",
       "expected one observer without keyword in the partial at column 1, but got 0"},
      {"[1]", "expected an observer at column 1"},
      {"MinMaxObserver.with_args(dtype=[1])",
       "expected a number, a name, True, False or None at column 32"},
      {"default_obsrver",
       "no observer is called 'default_obsrver'; did you mean 'default_observer'?"},
      {"FakeQuantise", "no observer is called 'FakeQuantise'; did you mean 'FakeQuantize'?"},
      {"histogramm", "(nearest: 'histogram')"},
      {"FakeQuantize.with_args(observer=torch.nn.Identity)",
       "expected an observer at column 33, but got one that observes nothing"},
  };
  ConfigFixture f;
  for (const Case &c : cases) {
    INFO(c.text);
    CHECK_FALSE(f.observer(f.quoted(c.text)));
    CHECK_THAT(f.takeError(), Catch::Matchers::ContainsSubstring(c.error));
  }
  std::string deep(100000, '[');
  CHECK_FALSE(f.observer(f.quoted(deep)));
  CHECK_THAT(f.takeError(), Catch::Matchers::StartsWith("expected fewer levels of nesting"));
}

TEST_CASE("the ways to ask for equalization, and not to") {
  ConfigFixture f;
  QConfigAttr expected = f.equalization(R"("default_equalization_qconfig")");
  REQUIRE(expected);
  CHECK(expected.getActivation().getConfig().kind == ObserverKind::PerChannelMinMax);
  CHECK(expected.getActivation().getConfig().chAxis == 1);
  for (
      const char *text : {
          R"("torch.ao.quantization.fx._equalize.default_equalization_qconfig")",
          R"json("EqualizationQConfig(input_activation=functools.partial(<class 'torch.ao.quantization.fx._equalize._InputEqualizationObserver'>, dtype=torch.quint8, qscheme=torch.per_tensor_symmetric){}, weight=functools.partial(<class 'torch.ao.quantization.fx._equalize._WeightEqualizationObserver'>, dtype=torch.qint8, qscheme=torch.per_tensor_symmetric){})")json",
          R"json(["_InputEqualizationObserver", "_WeightEqualizationObserver.with_args(dtype=torch.qint8)"])json",
      }) {
    INFO(text);
    CHECK(f.equalization(text) == expected);
  }
  CHECK_FALSE(f.equalization("null"));
  CHECK_FALSE(f.equalization(R"("None")"));
}
