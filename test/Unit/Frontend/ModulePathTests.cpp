//===- ModulePathTests.cpp - From ONNX names to module paths ---------------===//

#include "lib/Frontend/ONNX/ModulePath.h"

#include <catch2/catch_test_macros.hpp>

using namespace quantir::importer;

TEST_CASE("scope names of the exporter lead to module paths", "[path]") {
  CHECK(parseScopeName("/conv1/Conv") == "conv1");
  CHECK(parseScopeName("/layer1/layer1.0/conv1/Conv") == "layer1.0.conv1");
  CHECK(parseScopeName("/features/features.1/conv/conv.0/conv.0.0/Conv") == "features.1.conv.0.0");
  CHECK(parseScopeName("/b1/at/q/MatMul") == "b1.at.q");
  CHECK(parseScopeName("/layer1/layer1.0/Relu_1") == "layer1.0");
  CHECK(parseScopeName("/Relu") == "");
  // A name that starts alike is no child.
  CHECK(parseScopeName("/layer1/layer10/Conv") == "layer1.layer10");
  CHECK(parseScopeName("/features_1/features.0/Conv") == "features.0");
  CHECK(parseScopeName("Conv_0") == std::nullopt);
  CHECK(parseScopeName("") == std::nullopt);
  CHECK(parseScopeName("/") == "");
}

TEST_CASE("the newer exporter's metadata leads to module paths", "[path]") {
  CHECK(parseNameScopes("['', 'layer1', 'layer1.0', 'layer1.0.conv1', 'conv2d']") ==
        "layer1.0.conv1");
  CHECK(parseNameScopes("[\"\", \"relu\"]") == "");
  CHECK(parseNameScopes("['conv2d']") == std::nullopt);
  CHECK(parseNameScopes("[]") == std::nullopt);
  CHECK(parseNameScopes("") == std::nullopt);
  CHECK(parseNameScopes("[',']") == std::nullopt);
  CHECK(parseNameScopes("[a, b]") == std::nullopt);
}

TEST_CASE("parameter names lead to module paths", "[path]") {
  CHECK(parseParameterName("layer1.0.conv1.weight") == "layer1.0.conv1");
  CHECK(parseParameterName("bn.running_var") == "bn");
  CHECK(parseParameterName("lstm.weight_ih_l0") == "lstm");
  CHECK(parseParameterName("weight") == std::nullopt);
  CHECK(parseParameterName("onnx::Conv_17") == std::nullopt);
  CHECK(parseParameterName("model.table") == std::nullopt);
}
