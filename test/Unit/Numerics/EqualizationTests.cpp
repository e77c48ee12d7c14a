//===- EqualizationTests.cpp ----------------------------------------------===//

#include "quantir/Numerics/Equalization.h"

#include <catch2/catch_test_macros.hpp>

#include <limits>

using namespace quantir;
using namespace quantir::numerics;

using Floats = std::vector<float>;

TEST_CASE("channels of weights", "[equalization]") {
  const Floats weight = {1, -2, 3, 4, -5, 6, 7, 8};
  SECTION("of a plain one") {
    WeightShape shape = {{2, 2, 2}};
    CHECK(shape.inputs() == 2);
    CHECK(inputChannelRanges(weight, shape).min == Floats{-5, 3});
    CHECK(inputChannelRanges(weight, shape).max == Floats{6, 8});
    CHECK(outputChannelRanges(weight, shape).min == Floats{-2, -5});
    CHECK(outputChannelRanges(weight, shape).max == Floats{4, 8});
  }
  SECTION("of groups, each of which has inputs of its own") {
    WeightShape shape = {{4, 2}, 2};
    CHECK(shape.inputs() == 4);
    CHECK(shape.outputs() == 4);
    CHECK(inputChannelRanges(weight, shape).min == Floats{1, -2, -5, 6});
    CHECK(inputChannelRanges(weight, shape).max == Floats{3, 4, 7, 8});
    Floats scaled = weight;
    scaleInputChannels(scaled, shape, Floats{1, 2, 3, 4});
    CHECK(scaled == Floats{1, -4, 3, 8, -15, 24, 21, 32});
  }
  SECTION("of a transposed convolution, each of whose groups has inputs of its own") {
    WeightShape shape = {{2, 4}, 2, /*transposed=*/true};
    CHECK(shape.inputs() == 4);
    CHECK(shape.outputs() == 4);
    CHECK(outputChannelRanges(weight, shape).max == Floats{1, 6, 7, 8});
    CHECK(inputChannelRanges(weight, shape).max == Floats{1, 6, 4, 8});
    Floats scaled = weight;
    scaleOutputChannels(scaled, shape, Floats{1, 2, 3, 4});
    CHECK(scaled == Floats{1, -4, 9, 16, -5, 12, 21, 32});
    scaled = weight;
    scaleInputChannels(scaled, shape, Floats{1, 2, 3, 4});
    CHECK(scaled == Floats{1, -2, 9, 12, -10, 12, 28, 32});
  }
}

TEST_CASE("a batch norm is folded with the output channels", "[equalization]") {
  const Floats gamma = {2, 1}, beta = {1, 0}, mean = {3, 0}, variance = {4, 1};
  Floats weight = {1, 2, 3, 4}, bias = {5, 6};
  foldBatchNorm({gamma, beta, mean, variance, 0.0f}, {{2, 2}}, weight, bias);
  CHECK(weight == Floats{1, 2, 3, 4});
  CHECK(bias == Floats{3, 6});
  // By outputs of a transposed convolution: its columns.
  foldBatchNorm({gamma, beta, mean, Floats{1, 1}, 0.0f}, {{2, 2}, 1, true}, weight, bias);
  CHECK(weight == Floats{2, 2, 6, 4});
}

TEST_CASE("input-weight equalization", "[equalization]") {
  constexpr float infinity = std::numeric_limits<float>::infinity();
  // A ratio of 4, a weight of 0, an activation that never changes, both, and values without end.
  const ChannelRanges x = {{-1, 0, 2, 2, 0}, {1, 1, 2, 2, infinity}};
  const ChannelRanges w = {{-4, 0, 0, 0, 0}, {4, 0, 1, 0, 1}};
  Floats scale;
  REQUIRE(equalizationScale(x, w, scale) == "");
  CHECK(scale == Floats{2, 1, 1, 1, 1});
  CHECK(reciprocals(scale)[0] == 0.5f);
  ScaledRange range = scaledRange({{-1, 3}, {2, 4}}, Floats{4, 1});
  CHECK(range.min == -4);
  CHECK(range.max == 8);
  CHECK(equalizationScale({{0}, {1}}, w, scale) ==
        "expected as many channels of the activation as of the weight's input, but got 1 and 5");
}

namespace {
void addLayer(std::vector<EqualizedLayer> &layers, const shapes::Dims &dims, const Floats &weight,
              const Floats &bias) {
  EqualizedLayer &layer = layers.emplace_back();
  layer.shape.dims = dims;
  layer.weight = weight;
  layer.bias = bias;
}
} // namespace

TEST_CASE("cross-layer equalization", "[equalization]") {
  std::vector<EqualizedLayer> layers;
  addLayer(layers, {2, 2}, {-8, 8, 0, 1}, {4, 1});
  addLayer(layers, {2, 2}, {-2, 0, 2, 4}, {});
  addLayer(layers, {1, 3}, {1, 2, 3}, {});
  const LayerPair flat[] = {{0, 1}}, uneven[] = {{0, 2}};
  CHECK(equalizeCrossLayer(layers, uneven, 1e-4f) ==
        "expected as many output channels of the first layer as input channels of the second, but "
        "got 2 and 3");
  REQUIRE(equalizeCrossLayer(layers, flat, 1e-4f) == "");
  // sqrt(16 / 4) = 2 and sqrt(1 / 4) = 0.5.
  CHECK(layers[0].weight == Floats{-4, 4, 0, 2});
  CHECK(layers[0].bias == Floats{2, 2});
  CHECK(layers[1].weight == Floats{-4, 0, 4, 2});
  CHECK(equalizeCrossLayer(layers, flat, 0.0f, 3) ==
        "the weights still change by 0.000000 or more after 3 turns");
  // A channel of one value stays as it is.
  layers[0].weight = {-8, 8, 1, 1};
  layers[0].bias = {4, 1};
  layers[1].weight = {-2, 0, 2, 4};
  REQUIRE(equalizeCrossLayer(layers, flat, 1e-4f) == "");
  CHECK(layers[0].weight == Floats{-4, 4, 1, 1});
  CHECK(layers[0].bias == Floats{2, 1});
  CHECK(layers[1].weight == Floats{-4, 0, 4, 4});
  layers[0].weight = {-8, 8, 1, std::numeric_limits<float>::infinity()};
  CHECK(equalizeCrossLayer(layers, flat, 1e-4f) ==
        "expected weights of finite ranges, but output channel 1 of the first layer and what reads "
        "it have the ranges inf and 4");
}
