//===- BuiltinTests.cpp - The configurations that have a name -------------===//
//
// Held against PyTorch's own (recorded in $QUANTIR_SHARED/goldens/config, or ../shared; skipped
// without), and against builtins.txt, which says all of them in short lines.
//
//===----------------------------------------------------------------------===//

#include "Fixture.h"

#include "quantir/Serialization/ObserverJson.h"

#include "test/Unit/Support/Shared.h"

#include <catch2/catch_test_macros.hpp>

#include <fstream>
#include <sstream>

using namespace mlir;
using namespace quantir;

using Json = nlohmann::json;
using numerics::ObserverConfig;
using numerics::ObserverKind;

namespace {

/// The effective fields of an observer, as the goldens have them.
Json effective(const ObserverConfig &config) {
  Json json = {{"dtype", std::string(toText(config.dtype))}, {"is_dynamic", config.isDynamic}};
  bool calibrated = needsCalibration(config);
  bool fixed = config.kind == ObserverKind::FixedQParams;
  bool placeholder = config.kind == ObserverKind::Placeholder;
  json["eps"] = calibrated || placeholder ? Json(config.eps) : Json();
  if (calibrated || fixed || placeholder) {
    json["qscheme"] = std::string(toText(config.scheme));
    bool ranged = !placeholder || config.quantMin;
    json["quant_min"] = ranged ? Json(config.range().min) : Json();
    json["quant_max"] = ranged ? Json(config.range().max) : Json();
  }
  if (calibrated)
    json["reduce_range"] = config.reduceRange;
  if (config.kind == ObserverKind::Histogram)
    json["bins"] = config.bins;
  if (isPerChannel(config.kind))
    json["ch_axis"] = config.chAxis;
  if (config.kind == ObserverKind::MovingAverageMinMax ||
      config.kind == ObserverKind::MovingAveragePerChannelMinMax)
    json["averaging_constant"] = config.averagingConstant;
  if (fixed) {
    json["scale"] = {config.fixedScale};
    json["zero_point"] = {config.fixedZeroPoint};
  }
  return json;
}

/// Numbers as float32, which 0.01 is not in JSON.
Json asFloats(Json json) {
  for (auto &[key, value] : json.items())
    if (value.is_number_float())
      value = float(value.get<double>());
    else if (key == "averaging_constant")
      value = float(value.get<int>());
  return json;
}

/// What stands around the observer, by the class that the golden names.
numerics::FakeQuantize fakeQuantizeOf(const Json &golden) {
  std::string name = golden["cls"];
  numerics::FakeQuantize result = numerics::FakeQuantize::None;
  if (golden["kwargs"].contains("observer"))
    REQUIRE(parseText(name, result).empty());
  return result;
}

void checkObserver(ObserverSpecAttr spec, const Json &golden, const Json &goldenEffective) {
  if (golden["cls"] == "Identity") {
    CHECK_FALSE(spec);
    return;
  }
  REQUIRE(spec);
  CHECK(asFloats(effective(spec.getConfig())) == asFloats(goldenEffective));
  CHECK(spec.getConfig().fakeQuantize == fakeQuantizeOf(golden));
  const Json *inner = &golden;
  while (inner->at("kwargs").contains("observer"))
    inner = &inner->at("kwargs").at("observer");
  ObserverKind kind;
  REQUIRE(parseText(inner->at("cls").get<std::string>(), kind).empty());
  CHECK((spec.getConfig().kind == kind || !inner->at("cls").is_string()));
}

Json readGolden(const std::string &name) {
  std::optional<std::filesystem::path> shared = test::sharedFolder();
  if (!shared || !std::filesystem::exists(*shared / "goldens" / "config" / name))
    SKIP("no goldens: QUANTIR_SHARED names no folder that has them, nor is there ../shared");
  std::ifstream file(*shared / "goldens" / "config" / name);
  return Json::parse(file);
}

/// "histogram quint8 per_tensor_affine [0, 127] reduce_range".
std::string describe(ObserverSpecAttr spec) {
  if (!spec)
    return "none";
  const ObserverConfig &config = spec.getConfig();
  Json fields = numerics::toJson(config);
  std::ostringstream text;
  text << toText(config.kind) << " " << toText(config.dtype);
  if (config.quantMin || needsCalibration(config))
    text << " " << toText(config.scheme) << " [" << config.range().min << ", " << config.range().max
         << "]";
  for (const auto &[key, value] : fields.items())
    if (key != "observer" && key != "dtype" && key != "qscheme" && key != "quant_min" &&
        key != "quant_max")
      text << " " << key << "=" << value.dump();
  return text.str();
}

std::string describe(QConfigAttr qconfig) {
  return describe(qconfig.getActivation()) + " | " + describe(qconfig.getWeight());
}

std::string describeBuiltins(ConfigFixture &f) {
  std::ostringstream text;
  for (StringRef name : builtinObserverNames())
    text << name.str() << ": " << describe(f.observer(f.quoted(name.str()))) << "\n";
  for (StringRef name : builtinQConfigNames())
    text << name.str() << ": " << describe(f.qconfig(f.quoted(name.str()))) << "\n";
  for (StringRef name : builtinQConfigMappingNames()) {
    QConfigMappingAttr mapping = f.mapping(f.quoted(name.str()));
    REQUIRE(mapping);
    text << "mapping " << name.str() << ": " << describe(mapping.getGlobal()) << "\n";
    for (QConfigRuleAttr rule : mapping.getObjectType())
      text << "  " << rule.getKey().str() << ": " << describe(rule.getQconfig()) << "\n";
  }
  return text.str();
}

} // namespace

TEST_CASE("all that has a name is what builtins.txt says") {
  ConfigFixture f;
  std::string actual = describeBuiltins(f);
  std::ifstream file(QUANTIR_SOURCE_DIR "/test/Unit/Config/builtins.txt");
  std::string expected((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  bool same = actual == expected;
  if (!same)
    std::ofstream("builtins.actual.txt") << actual;
  INFO("what there is stands in builtins.actual.txt in the working directory");
  CHECK(same);
}

TEST_CASE("PyTorch's default observers, fake-quants and qconfigs", "[shared]") {
  Json goldens = readGolden("defaults.json");
  REQUIRE(goldens.size() == 54);
  for (const auto &[name, golden] : goldens.items()) {
    INFO(name);
    ConfigFixture f;
    if (golden.contains("ctor")) {
      ObserverSpecAttr spec = f.observer(f.quoted(name));
      REQUIRE(spec);
      checkObserver(spec, golden["ctor"], golden["effective"]);
      continue;
    }
    QConfigAttr qconfig = f.qconfig(f.quoted(name));
    REQUIRE(qconfig);
    checkObserver(qconfig.getActivation(), golden["activation"], golden["activation_effective"]);
    checkObserver(qconfig.getWeight(), golden["weight"], golden["weight_effective"]);
  }
}

TEST_CASE("PyTorch's default mappings, and the text that it prints for them", "[shared]") {
  Json goldens = readGolden("default_mappings.json");
  REQUIRE(goldens.size() == 8);
  for (const auto &[name, golden] : goldens.items()) {
    INFO(name);
    std::string backend = name.substr(0, name.find('_'));
    bool qat = name.ends_with("_qat");
    ConfigFixture f;
    // Every field, in order: the recorded dictionary reads as the built-in mapping.
    QConfigMappingAttr recorded = f.mapping(golden["mapping"].dump());
    REQUIRE(recorded);
    QConfigMappingAttr builtin = f.mapping(f.quoted(qat ? backend + "_qat" : backend));
    REQUIRE(builtin);
    CHECK(toJson(recorded) == toJson(builtin));
    CHECK(recorded == builtin);
    CHECK(builtin.getObjectType().size() == golden["mapping"]["object_type"].size());

    std::string call = qat ? "get_default_qat_qconfig_mapping" : "get_default_qconfig_mapping";
    CHECK(f.mapping(f.quoted(call + "('" + backend + "')")) == builtin);
    QConfigAttr global = builtin.getGlobal();
    CHECK(asFloats(effective(global.getActivation().getConfig())) ==
          asFloats(golden["global_activation_effective"]));
    CHECK(asFloats(effective(global.getWeight().getConfig())) ==
          asFloats(golden["global_weight_effective"]));
  }
}

TEST_CASE("the default qconfigs of backends, by PyTorch's calls") {
  ConfigFixture f;
  auto activation = [&](const char *call) {
    QConfigAttr qconfig = f.qconfig(f.quoted(call));
    REQUIRE(qconfig);
    return qconfig.getActivation().getConfig();
  };
  CHECK(activation("get_default_qconfig()").range().max == 127);
  CHECK(activation("get_default_qconfig('onednn')").range().max == 255);
  CHECK(
      activation("torch.ao.quantization.get_default_qconfig(backend='qnnpack', version=0)").kind ==
      ObserverKind::Histogram);
  CHECK(activation("get_default_qat_qconfig('x86')").fakeQuantize == numerics::FakeQuantize::Fused);
  CHECK(activation("get_default_qat_qconfig('x86', 0)").fakeQuantize ==
        numerics::FakeQuantize::Module);
  CHECK(f.qconfig(R"json("get_default_qconfig('qnnpack')")json").getWeight().getConfig().scheme ==
        numerics::QScheme::PerTensorSymmetric);
}

TEST_CASE("a default mapping around a qconfig of one's own") {
  ConfigFixture f;
  QConfigMappingAttr mapping = f.mapping(
      R"({"default_mapping_of": "default_symmetric_qnnpack_qconfig", "backend": "qnnpack"})");
  REQUIRE(mapping);
  CHECK(mapping == f.mapping(R"("symmetric_qnnpack")"));
  CHECK(
      mapping ==
      f.mapping(
          R"json("_get_default_qconfig_mapping_with_default_qconfig(False, 'qnnpack', default_symmetric_qnnpack_qconfig)")json"));
  // PyTorch gives all types the qconfig, but those of known range.
  for (QConfigRuleAttr rule : mapping.getObjectType()) {
    INFO(rule.getKey().str());
    bool fixed = rule.getQconfig().getActivation().getConfig().kind == ObserverKind::FixedQParams;
    CHECK(fixed != (rule.getQconfig() == mapping.getGlobal()));
  }
  CHECK(f.mapping(R"({"default_mapping_of": null})"));
}

TEST_CASE("a mapping that builds on another") {
  ConfigFixture f;
  SettingPaths paths;
  QConfigMappingAttr base = f.mapping(R"("x86")");
  QConfigMappingAttr mapping = f.mapping(
      R"({"base": "x86", "object_type": [["torch.nn.Linear", null], ["torch.nn.Tanh", null]], "module_name": [["fc", null]]})",
      &paths);
  REQUIRE(mapping);
  CHECK(mapping.getGlobal() == base.getGlobal());
  // A new type comes last; one that is there already keeps its place.
  CHECK(mapping.getObjectType().size() == base.getObjectType().size() + 1);
  CHECK(mapping.getObjectType().back().getKey() == "torch.nn.Linear");
  for (auto [i, rule] : llvm::enumerate(mapping.getObjectType()))
    if (rule.getKey() == "torch.nn.Tanh") {
      CHECK_FALSE(rule.getQconfig());
      CHECK(paths[0][i] == "object_type[1]");
    } else if (rule.getKey() != "torch.nn.Linear") {
      CHECK(paths[0][i] == "");
    }
  CHECK(paths[2] == std::vector<std::string>{"module_name[0]"});
  QConfigMappingAttr off = f.mapping(R"({"base": "x86", "": null})");
  REQUIRE(off);
  CHECK_FALSE(off.getGlobal());
}
