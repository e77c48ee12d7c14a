//===- AffineRounderTests.cpp - Quantized and dequantized in blocks -------===//

#include "lib/Numerics/Decomposed.h"
#include "quantir/Numerics/AffineRounder.h"
#include "quantir/Numerics/Observer.h"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

using namespace quantir;
using namespace quantir::numerics;
using Dims = std::vector<int64_t>;

namespace {

std::vector<float> randomValues(int64_t count, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal(0.5f, 2.0f);
  std::vector<float> values(count);
  for (float &value : values)
    value = normal(random);
  return values;
}

/// The block of element `i` of a tensor [d0, d1, d2] with blocks of `size`.
int64_t blockOf(int64_t i, const Dims &dims, const Dims &size) {
  int64_t index[3] = {i / (dims[1] * dims[2]), i / dims[2] % dims[1], i % dims[2]}, block = 0;
  for (int d = 0; d < 3; ++d)
    block = block * (dims[d] / size[d]) + index[d] / size[d];
  return block;
}

/// What the specification says, for one number and the ends of its block; integers only.
float roundTrip(float x, float min, float max, const ObserverConfig &c) {
  const float low = c.preserveZero ? std::min(min, 0.0f) : min;
  const float high = c.preserveZero ? std::max(max, 0.0f) : max;
  const float qmin = float(c.range().min), qmax = float(c.range().max);
  const float middle = (qmax + qmin + 1) / 2;
  float scale = (high - low) / (qmax - qmin), zero = std::trunc(middle);
  if (c.mappingType == MappingType::Symmetric)
    scale = std::max(-low, high) / ((qmax - qmin) / 2);
  if (c.mappingType == MappingType::SymmetricNoClippingErr)
    scale = std::max(low / qmin, high / qmax);
  scale = std::max(scale, c.eps);
  if (c.mappingType == MappingType::Asymmetric)
    zero = std::clamp(qmin - std::nearbyint(low / scale), qmin, qmax);
  switch (c.zeroPointDomain) {
  case ZeroPointDomain::Int:
    return (std::clamp(std::nearbyint(x * (1 / scale)) + zero, qmin, qmax) - zero) * scale;
  case ZeroPointDomain::Float:
    zero = low + scale * middle;
    return (std::clamp(std::nearbyint((x - (zero - scale * middle)) / scale), qmin, qmax) -
            middle) *
               scale +
           zero;
  case ZeroPointDomain::None:
    break;
  }
  return std::clamp(std::nearbyint(x / scale), qmin, qmax) * scale;
}

/// Each form that a configuration can have for integers.
std::vector<ObserverConfig> someConfigs() {
  std::vector<ObserverConfig> configs;
  for (GranularityKind kind :
       {GranularityKind::PerTensor, GranularityKind::PerAxis, GranularityKind::PerGroup,
        GranularityKind::PerToken, GranularityKind::PerBlock})
    for (MappingType mapping :
         {MappingType::Symmetric, MappingType::SymmetricNoClippingErr, MappingType::Asymmetric})
      for (ZeroPointDomain domain :
           {ZeroPointDomain::Int, ZeroPointDomain::Float, ZeroPointDomain::None})
        for (QDType dtype : {QDType::Int3, QDType::Int4, QDType::UInt4, QDType::Int8}) {
          ObserverConfig config = ObserverConfig::of(ObserverKind::AffineMinMax);
          config.granularityKind = kind;
          config.chAxis = 1;
          config.groupSize = kind == GranularityKind::PerGroup ? 4 : 0;
          if (kind == GranularityKind::PerBlock)
            config.blockSize = {-1, 3, 4};
          config.mappingType = mapping;
          config.zeroPointDomain = domain;
          config.preserveZero = domain != ZeroPointDomain::Float;
          config.dtype = dtype;
          if (config.validate().empty())
            configs.push_back(config);
        }
  return configs;
}

AffineQParams chosen(const ObserverConfig &config, const std::vector<float> &values,
                     const Dims &dims) {
  std::unique_ptr<Observer> observer = createObserver(config);
  REQUIRE(observer);
  observer->observe(values.data(), dims);
  AffineQParams params;
  REQUIRE(observer->calculateAffineQParams(params) == "");
  return params;
}

} // namespace

TEST_CASE("values rounded in blocks are those of a plain loop", "[affine]") {
  const Dims dims = {2, 6, 8};
  const std::vector<float> values = randomValues(96, 1);
  const std::vector<ObserverConfig> configs = someConfigs();
  REQUIRE(configs.size() > 80);
  for (const ObserverConfig &config : configs) {
    Dims size;
    REQUIRE(blockSizeOf(config.granularity(), dims, size) == "");
    std::vector<float> want(values.size());
    for (size_t i = 0; i < values.size(); ++i) {
      float min = values[i], max = values[i];
      for (size_t j = 0; j < values.size(); ++j)
        if (blockOf(int64_t(j), dims, size) == blockOf(int64_t(i), dims, size)) {
          min = std::min(min, values[j]);
          max = std::max(max, values[j]);
        }
      want[i] = roundTrip(values[i], min, max, config);
    }
    const AffineQParams params = chosen(config, values, dims);
    std::vector<float> got(values.size());
    REQUIRE(fakeQuantizeAffine(values.data(), dims, params, got.data()) == "");
    INFO(toText(config.granularityKind)
         << " " << toText(config.mappingType) << " " << toText(config.zeroPointDomain) << " "
         << toText(config.dtype));
    CHECK(got == want);

    // The codes say the same, and so do parameters that are chosen again at each call.
    std::vector<int32_t> codes(values.size());
    std::vector<float> numbers(values.size());
    REQUIRE(quantizeAffine(values.data(), dims, params, codes.data()) == "");
    REQUIRE(dequantizeAffine(codes.data(), dims, params, numbers.data()) == "");
    CHECK(numbers == got);
    AffineRounder rounder;
    REQUIRE(rounder.prepareDynamic(dims, config.granularity(), config.affineSpec()) == "");
    std::vector<float> inPlace = values;
    REQUIRE(rounder.run(inPlace.data(), inPlace.data()));
    CHECK(inPlace == got);
  }
}

TEST_CASE("long rows are rounded as their codes say", "[affine]") {
  for (QDType dtype : {QDType::Int8, QDType::Int16, QDType::UInt5}) {
    ObserverConfig config = ObserverConfig::of(ObserverKind::AffineMinMax);
    config.dtype = dtype;
    config.granularityKind = GranularityKind::PerRow;
    const Dims dims = {2, 1300};
    const std::vector<float> values = randomValues(2600, 3);
    const AffineQParams params = chosen(config, values, dims);
    std::vector<int32_t> codes(values.size());
    std::vector<float> want(values.size()), got(values.size());
    REQUIRE(quantizeAffine(values.data(), dims, params, codes.data()) == "");
    REQUIRE(dequantizeAffine(codes.data(), dims, params, want.data()) == "");
    REQUIRE(fakeQuantizeAffine(values.data(), dims, params, got.data()) == "");
    CHECK(got == want);
  }
}

TEST_CASE("8-bit floats are rounded in blocks", "[affine]") {
  ObserverConfig config = ObserverConfig::of(ObserverKind::AffineMinMax);
  config.dtype = QDType::Float8E4M3;
  config.granularityKind = GranularityKind::PerGroup;
  config.groupSize = 2;
  const std::vector<float> values = {448, 33, -44.8f, 1.7f};
  const Dims dims = {1, 4};
  std::vector<float> got(4);
  REQUIRE(fakeQuantizeAffine(values.data(), dims, chosen(config, values, dims), got.data()) == "");
  const float scale = 44.8f / 448.0f;
  CHECK(got == std::vector<float>{448, 32, -448 * scale,
                                  roundToFloat8(1.7f / scale, config.dtype) * scale});
}

TEST_CASE("dynamic parameters follow each tensor", "[affine]") {
  ObserverConfig config = ObserverConfig::of(ObserverKind::AffineMinMax);
  config.granularityKind = GranularityKind::PerToken;
  config.isDynamic = true;
  REQUIRE(config.validate() == "");
  CHECK_FALSE(needsCalibration(config));
  AffineRounder rounder;
  const Dims dims = {2, 3};
  REQUIRE(rounder.prepareDynamic(dims, config.granularity(), config.affineSpec()) == "");
  for (unsigned seed : {5, 6}) {
    const std::vector<float> values = randomValues(6, seed);
    std::vector<float> got(6), want(6);
    REQUIRE(rounder.run(values.data(), got.data()));
    ObserverConfig still = config;
    still.isDynamic = false;
    REQUIRE(fakeQuantizeAffine(values.data(), dims, chosen(still, values, dims), want.data()) ==
            "");
    CHECK(got == want);
  }
  std::vector<float> bad = {1, 2, 3, NAN, 5, 6}, out(6, 7.0f);
  CHECK_FALSE(rounder.run(bad.data(), out.data()));
  CHECK(out == std::vector<float>(6, 7.0f));
}

TEST_CASE("numbers of blocks where a dimension is unknown", "[affine]") {
  Granularity granularity;
  Dims blocks;
  CHECK(blocksOf(granularity, Dims{-1, 8}, blocks) == "");
  CHECK(blocks.empty());
  granularity.kind = GranularityKind::PerBlock;
  granularity.blockSize = {-1, 4};
  CHECK(blocksOf(granularity, Dims{-1, 8}, blocks) == "");
  CHECK(blocks == Dims{1, 2});
  granularity.blockSize = {1, 4};
  CHECK(blocksOf(granularity, Dims{-1, 8}, blocks) ==
        "expected one block along the dimension of unknown size of [?x8], but got granularity "
        "per_block, whose blocks depend on it; use is_dynamic, per_tensor, or a block_size of -1 "
        "there");
  granularity = {};
  granularity.kind = GranularityKind::PerToken;
  CHECK(blocksOf(granularity, Dims{-1, 8}, blocks).find("per_token") != std::string::npos);
  granularity.kind = GranularityKind::PerAxis;
  granularity.axis = 1;
  CHECK(blocksOf(granularity, Dims{-1, 8}, blocks) == "");
  CHECK(blocks == Dims{1, 8});
  granularity.axis = 0;
  CHECK(blocksOf(granularity, Dims{-1, 8}, blocks).find("per_axis") != std::string::npos);
}

TEST_CASE("parameters of blocks as a model holds them are checked", "[affine]") {
  ObserverConfig config = ObserverConfig::of(ObserverKind::AffineMinMax);
  config.granularityKind = GranularityKind::PerGroup;
  config.groupSize = 2;
  const Dims dims = {1, 4};
  const float nan = std::numeric_limits<float>::quiet_NaN();
  AffineQParams params;
  auto error = [&](std::vector<float> scale, std::vector<int32_t> zero, std::vector<float> real) {
    return makeAffineQParams(config, dims, scale, zero, real, params);
  };
  CHECK(error({1, 2}, {0, 0}, {}) == "");
  CHECK(params.blocks == Dims{1, 2});
  CHECK(error({1}, {0}, {}) ==
        "expected a scale and a zero point (int) for each of 2 blocks, but got 1 and 1");
  CHECK(error({1, 2}, {}, {0, 0}) ==
        "expected a scale and a zero point (int) for each of 2 blocks, but got 2 and 2");
  CHECK(error({1, 0}, {0, 0}, {}) == "expected positive, finite scales, but got 0");
  CHECK(error({1, nan}, {0, 0}, {}) == "expected positive, finite scales, but got nan");
  CHECK(error({1, 2}, {0, 128}, {}) == "expected zero points within [-128, 127], but got 128");
  config.zeroPointDomain = ZeroPointDomain::None;
  CHECK(error({1, 2}, {}, {}) == "");
  config.mappingType = MappingType::Asymmetric;
  config.zeroPointDomain = ZeroPointDomain::Float;
  config.preserveZero = false;
  CHECK(error({1, 2}, {}, {0, nan}) == "expected finite zero points, but got nan");
  CHECK(error({1, 2}, {}, {0, 1}) == "");
  config.groupSize = 3;
  CHECK(error({1, 2}, {}, {0, 1}) ==
        "expected a last dimension that group_size 3 divides, but got [1x4] (nearest: 4)");
}

TEST_CASE("the symmetric rounding of tokens is the decomposed operators', scale apart",
          "[affine]") {
  // Those divide by 127 where torchao divides by 127.5.
  ObserverConfig config = ObserverConfig::of(ObserverKind::AffineMinMax);
  config.granularityKind = GranularityKind::PerToken;
  const Dims dims = {3, 16};
  const std::vector<float> values = randomValues(48, 9);
  AffineQParams params = chosen(config, values, dims);
  RunQParams runs;
  REQUIRE(chooseRunsSymmetric(values, 16, runs) == "");
  params.scale = runs.scale;
  std::vector<int8_t> codes(48);
  std::vector<float> got(48), want(48);
  REQUIRE(quantizeRuns(values, 16, runs, {-128, 127}, codes.data()) == "");
  REQUIRE(dequantizeRuns(codes, 16, runs, want.data()) == "");
  REQUIRE(fakeQuantizeAffine(values.data(), dims, params, got.data()) == "");
  CHECK(got == want);
}
