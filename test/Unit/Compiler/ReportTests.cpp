//===- ReportTests.cpp - The report of a quantization ---------------------===//

#include "quantir/Report.h"

#include <catch2/catch_test_macros.hpp>
#include <nlohmann/json.hpp>

using namespace quantir;

static OpReport floatOp(std::string name, std::string op, std::string reason) {
  OpReport row;
  row.name = std::move(name);
  row.op = std::move(op);
  row.reason = std::move(reason);
  return row;
}

static QuantizationReport example() {
  QuantizationReport report;
  report.model = "net";
  report.calibrationSamples = 256;
  report.comparedSamples = 256;
  report.floatBytes = 4 << 20;
  report.planBytes = 1 << 20;
  report.outputs = {{"logits", 28.93, 0.984}, {"boxes", 20.5, std::nullopt}};
  OpReport conv;
  conv.name = "stem.conv";
  conv.op = "conv_relu";
  conv.mode = OpMode::Static;
  conv.inputs = {{"uint8", {0.5f}, {128}}};
  conv.weight = ValueReport{"int8", {0.25f, 0.125f}, {0, 0}};
  conv.outputs = {{}};
  report.ops = {conv, floatOp("a.pad", "nn.pad", "no pattern"),
                floatOp("head", "nn.softmax", "none"), floatOp("b.pad", "nn.pad", "no pattern"),
                floatOp("c", "nn.div", "no pattern")};
  return report;
}

TEST_CASE("reasons are counted, the most frequent first") {
  auto reasons = example().floatReasons();
  REQUIRE(reasons.size() == 2);
  CHECK(reasons[0].first == "no pattern");
  CHECK(reasons[0].second == std::vector<size_t>{1, 3, 4});
  CHECK(reasons[1].second == std::vector<size_t>{2});
}

TEST_CASE("the summary names what stayed float and why") {
  CHECK(example().toText() == "net: 1 of 5 ops quantized\n"
                              "  3 left in float: no pattern\n"
                              "    nn.pad (a.pad, b.pad), nn.div (c)\n"
                              "  1 left in float: none\n"
                              "    nn.softmax (head)\n"
                              "size 4.0 MiB -> 1.0 MiB (4.0 times smaller)\n"
                              "on the 256 calibration samples, against float:\n"
                              "  logits: SQNR 28.9 dB, same class for 98.4%\n"
                              "  boxes: SQNR 20.5 dB\n");
}

TEST_CASE("the JSON form has every op") {
  QuantizationReport report = example();
  report.model = "bad \xff utf-8";
  nlohmann::json json = nlohmann::json::parse(report.toJson());
  CHECK(json["quantir_report"] == 1);
  CHECK(json["totals"]["quantized"] == 1);
  CHECK(json["totals"]["float"] == 4);
  CHECK(json["preprocessing"].is_null());
  REQUIRE(json["ops"].size() == 5);
  const nlohmann::json &conv = json["ops"][0];
  CHECK(conv["inputs"][0] ==
        nlohmann::json({{"dtype", "uint8"}, {"scale", 0.5}, {"zero_point", 128}}));
  CHECK(conv["weight"]["scale"] == nlohmann::json({0.25, 0.125}));
  CHECK(conv["outputs"][0] == nlohmann::json({{"dtype", "float32"}}));
  CHECK_FALSE(conv.contains("reason"));
  CHECK(json["ops"][1]["reason"] == "no pattern");
  CHECK(json["float_reasons"][0]["ops"] == 3);
  CHECK(json["outputs"][1]["agreement"].is_null());
}
