//===- AffineTests.cpp - Blocks, their parameters and observers -----------===//

#include "quantir/Numerics/Affine.h"
#include "quantir/Numerics/Observer.h"
#include "quantir/Serialization/ObserverJson.h"

#include <catch2/catch_test_macros.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>

using namespace quantir;
using namespace quantir::numerics;
using Dims = std::vector<int64_t>;

namespace {

Granularity granularity(GranularityKind kind, int64_t number = 0, Dims sizes = {}) {
  Granularity result;
  result.kind = kind;
  (kind == GranularityKind::PerAxis ? result.axis : result.groupSize) = number;
  result.blockSize = std::move(sizes);
  return result;
}

Dims sizeOf(const Granularity &granularity, Dims dims) {
  Dims size;
  REQUIRE(blockSizeOf(granularity, dims, size) == "");
  return size;
}

std::string sizeError(const Granularity &granularity, Dims dims) {
  Dims size = {77};
  std::string error = blockSizeOf(granularity, dims, size);
  CHECK(size == Dims{77});
  return error;
}

AffineSpec specOf(MappingType mapping, QDType dtype = QDType::Int8,
                  ZeroPointDomain domain = ZeroPointDomain::Int) {
  AffineSpec spec;
  spec.mapping = mapping;
  spec.dtype = dtype;
  spec.domain = domain;
  spec.preserveZero = domain != ZeroPointDomain::Float;
  spec.range = storageRange(dtype);
  return spec;
}

AffineQParams choose(float min, float max, const AffineSpec &spec) {
  AffineQParams params;
  REQUIRE(chooseAffineQParams({&min, 1}, {&max, 1}, spec, params) == "");
  return params;
}

ObserverConfig affineConfig(const char *settings) {
  nlohmann::json json = nlohmann::json::parse(settings);
  json["observer"] = "affine_min_max";
  ObserverConfig config;
  REQUIRE(fromJson(json, config) == "");
  // The text says it all.
  ObserverConfig back;
  REQUIRE(fromJson(toJson(config), back) == "");
  REQUIRE(back == config);
  return config;
}

std::string configError(const char *settings) {
  nlohmann::json json = nlohmann::json::parse(settings);
  if (!json.contains("observer"))
    json["observer"] = "affine_min_max";
  ObserverConfig config;
  return fromJson(json, config);
}

/// 0, 1, ..., with a minus for odd ones.
std::vector<float> alternating(const Dims &dims) {
  int64_t count = 1;
  for (int64_t dim : dims)
    count *= dim;
  std::vector<float> values(count);
  for (int64_t i = 0; i < count; ++i)
    values[i] = i % 2 ? -float(i) : float(i);
  return values;
}

std::unique_ptr<Observer> observed(const ObserverConfig &config, const Dims &dims) {
  std::unique_ptr<Observer> observer = createObserver(config);
  REQUIRE(observer);
  std::vector<float> values = alternating(dims);
  observer->observe(values.data(), dims);
  return observer;
}

} // namespace

TEST_CASE("block sizes of granularities", "[affine]") {
  using Kind = GranularityKind;
  const Dims dims = {4, 6, 10};
  CHECK(sizeOf(granularity(Kind::PerTensor), dims) == dims);
  CHECK(sizeOf(granularity(Kind::PerTensor), {}).empty());
  CHECK(sizeOf(granularity(Kind::PerAxis, 1), dims) == Dims{4, 1, 10});
  CHECK(sizeOf(granularity(Kind::PerAxis, -1), dims) == Dims{4, 6, 1});
  CHECK(sizeOf(granularity(Kind::PerGroup, 5), dims) == Dims{1, 1, 5});
  CHECK(sizeOf(granularity(Kind::PerRow), dims) == Dims{1, 1, 10});
  CHECK(sizeOf(granularity(Kind::PerToken), dims) == Dims{1, 1, 10});
  CHECK(sizeOf(granularity(Kind::PerBlock, 0, {2, -1, 5}), dims) == Dims{2, 6, 5});
  CHECK(sizeError(granularity(Kind::PerAxis, 3), dims) ==
        "expected a tensor with an axis 3, but got [4x6x10]");
  CHECK(sizeError(granularity(Kind::PerAxis, -4), dims) ==
        "expected a tensor with an axis -4, but got [4x6x10]");
  CHECK(sizeError(granularity(Kind::PerGroup, 3), dims) ==
        "expected a last dimension that group_size 3 divides, but got [4x6x10] (nearest: 2)");
  CHECK(sizeError(granularity(Kind::PerToken), {}) ==
        "expected a tensor with a last dimension for granularity per_token, but got a scalar");
  CHECK(sizeError(granularity(Kind::PerBlock, 0, {2, 2}), dims) ==
        "expected a tensor of as many dimensions as block_size [2x2] has, but got [4x6x10]");
  CHECK(sizeError(granularity(Kind::PerBlock, 0, {3, 1, 1}), dims) ==
        "expected dimensions that block_size [3x1x1] divides, but got [4x6x10]");
}

TEST_CASE("names of granularities, mappings and domains", "[affine]") {
  GranularityKind kind;
  CHECK(parseText("PerGroup", kind) == "");
  CHECK(kind == GranularityKind::PerGroup);
  CHECK(parseText("per_groups", kind).ends_with("but got 'per_groups' (nearest: 'per_group')"));
  MappingType mapping;
  CHECK(parseText("SYMMETRIC_NO_CLIPPING_ERR", mapping) == "");
  CHECK(mapping == MappingType::SymmetricNoClippingErr);
  CHECK(parseText("affine", mapping).starts_with("expected one of symmetric, "));
  ZeroPointDomain domain;
  CHECK(parseText("NONE", domain) == "");
  CHECK(domain == ZeroPointDomain::None);
  QDType dtype;
  CHECK(parseText("TorchAODType.INT4", dtype) == "");
  CHECK(dtype == QDType::Int4);
  CHECK(parseText("torch.uint3", dtype) == "");
  CHECK(dtype == QDType::UInt3);
  CHECK(parseText("TorchAODType.INT9", dtype) != "");
}

TEST_CASE("affine parameters of a range", "[affine]") {
  using Mapping = MappingType;
  AffineQParams params = choose(-1, 3, specOf(Mapping::Symmetric));
  CHECK(params.scale[0] == 3.0f / 127.5f);
  CHECK(params.zeroPoint[0] == 0);
  CHECK(choose(-1, 3, specOf(Mapping::Symmetric, QDType::UInt8)).zeroPoint[0] == 128);
  CHECK(choose(-1, 3, specOf(Mapping::Symmetric, QDType::Int4)).scale[0] == 3.0f / 7.5f);
  CHECK(choose(-1, 3, specOf(Mapping::SymmetricNoClippingErr)).scale[0] == 3.0f / 127);
  CHECK(choose(-4, 3, specOf(Mapping::SymmetricNoClippingErr)).scale[0] == 4.0f / 128);
  params = choose(-1, 3, specOf(Mapping::Asymmetric, QDType::UInt8));
  CHECK(params.scale[0] == 4.0f / 255);
  CHECK(params.zeroPoint[0] == 64); // 63.75
  CHECK(choose(1, 3, specOf(Mapping::Asymmetric)).scale[0] == 3.0f / 255);
  CHECK(choose(1, 3, specOf(Mapping::Asymmetric)).zeroPoint[0] == -128);
  CHECK(choose(-3, -1, specOf(Mapping::Asymmetric)).zeroPoint[0] == 127);
  // Without a zero to keep: tinygemm's int4.
  AffineSpec tinygemm = specOf(Mapping::Asymmetric, QDType::UInt4, ZeroPointDomain::Float);
  params = choose(1, 16, tinygemm);
  CHECK(params.scale[0] == 1);
  CHECK(params.floatZeroPoint[0] == 9);
  CHECK(params.zeroPoint.empty());
  params = choose(-1, 3, specOf(Mapping::Symmetric, QDType::Int8, ZeroPointDomain::None));
  CHECK(params.zeroPoint.empty());
  CHECK(params.floatZeroPoint.empty());
  // 8-bit floats: by the greatest magnitude.
  CHECK(choose(-1, 3, specOf(Mapping::Symmetric, QDType::Float8E4M3)).scale[0] == 3.0f / 448);
  CHECK(choose(-1, 3, specOf(Mapping::Symmetric, QDType::Float8E5M2)).scale[0] == 3.0f / 57344);
  // The least scale, and all widths.
  CHECK(choose(0, 0, specOf(Mapping::Symmetric)).scale[0] == 0x1p-23f);
  for (QDType dtype : {QDType::UInt1, QDType::UInt7, QDType::Int2, QDType::Int7}) {
    params = choose(-2, 2, specOf(Mapping::Asymmetric, dtype));
    CHECK(params.scale[0] == 4.0f / float((1 << bitWidth(dtype)) - 1));
  }
}

TEST_CASE("affine parameters that make no sense", "[affine]") {
  using Mapping = MappingType;
  CHECK(validate(specOf(Mapping::Asymmetric, QDType::Float8E4M3)) ==
        "expected mapping_type symmetric for float8_e4m3fn, but got asymmetric");
  CHECK(validate(specOf(Mapping::Symmetric, QDType::Int4, ZeroPointDomain::Float)) ==
        "expected preserve_zero with mapping_type symmetric, but got false");
  AffineSpec spec = specOf(Mapping::Symmetric);
  spec.domain = ZeroPointDomain::Float;
  CHECK(validate(spec) ==
        "expected zero_point_domain int or none with mapping_type symmetric, but got float");
  spec = specOf(Mapping::SymmetricNoClippingErr, QDType::UInt8);
  CHECK(validate(spec) == "expected quant_min < 0 < quant_max with mapping_type "
                          "symmetric_no_clipping_err, but got 0 and 255");
  spec = specOf(Mapping::Asymmetric);
  spec.preserveZero = false;
  CHECK(validate(spec) == "expected zero_point_domain float without preserve_zero, but got int");
  spec.preserveZero = true;
  spec.domain = ZeroPointDomain::Float;
  CHECK(validate(spec) ==
        "expected zero_point_domain int or none with preserve_zero, but got float");
  const std::vector<float> min = {0, 2}, max = {1, 1};
  AffineQParams params;
  CHECK(chooseAffineQParams(min, max, specOf(Mapping::Asymmetric), params) ==
        "block 1: expected a finite range with min <= max, but got [2, 1]");
  const std::vector<float> nan = {NAN, 0};
  CHECK(chooseAffineQParams(nan, max, specOf(Mapping::Asymmetric), params) != "");
  CHECK(chooseAffineQParams({}, {}, specOf(Mapping::Asymmetric), params) != "");
}

TEST_CASE("8-bit floats", "[affine]") {
  auto e4m3 = [](float v) { return roundToFloat8(v, QDType::Float8E4M3); };
  auto e5m2 = [](float v) { return roundToFloat8(v, QDType::Float8E5M2); };
  for (float v : {0.0f, 1.0f, 1.125f, 448.0f, -240.0f, 0x1p-9f, 0x7p-9f, 0x1p-6f})
    CHECK(e4m3(v) == v);
  CHECK(e4m3(1.0625f) == 1.0f); // half to even
  CHECK(e4m3(1.1875f) == 1.25f);
  CHECK(e4m3(15.9f) == 16.0f);
  CHECK(e4m3(0x1p-10f) == 0.0f);
  CHECK(e4m3(0x1.8p-9f) == 0x1p-8f);
  CHECK(std::signbit(e4m3(-0x1p-11f)));
  CHECK(e4m3(464.0f) == 448.0f);
  CHECK(std::isnan(e4m3(465.0f)));
  CHECK(std::isnan(e4m3(INFINITY)));
  for (float v : {1.25f, 57344.0f, -0x1p-16f, 0x3p-16f, 0x1p-14f})
    CHECK(e5m2(v) == v);
  CHECK(e5m2(1.125f) == 1.0f);
  CHECK(e5m2(61439.0f) == 57344.0f);
  CHECK(e5m2(-61440.0f) == -INFINITY);
  CHECK(e5m2(0x1p-17f) == 0.0f);
  CHECK(std::isnan(e5m2(NAN)));
}

TEST_CASE("blocks are quantized by their own parameters", "[affine]") {
  // Two rows of two groups of two.
  const Dims dims = {2, 4};
  const std::vector<float> x = {1, -1, 10, 5, 0.5f, 0.25f, 100, -7};
  AffineQParams params;
  params.blocks = {2, 2};
  params.scale = {0.5f, 5, 0.25f, 50};
  params.zeroPoint = {0, 1, -2, 3};
  std::vector<int8_t> q(8);
  REQUIRE(quantizeAffine(x.data(), dims, params, q.data()) == "");
  CHECK(q == std::vector<int8_t>{2, -2, 3, 2, 0, -1, 5, 3});
  std::vector<float> back(8);
  REQUIRE(dequantizeAffine(q.data(), dims, params, back.data()) == "");
  CHECK(back == std::vector<float>{1, -1, 10, 5, 0.5f, 0.25f, 100, 0});
  // The same codes as floats.
  std::vector<float> codes(8);
  REQUIRE(quantizeAffine(x.data(), dims, params, codes.data()) == "");
  CHECK(std::equal(codes.begin(), codes.end(), q.begin()));

  params.domain = ZeroPointDomain::None;
  params.zeroPoint.clear();
  REQUIRE(quantizeAffine(x.data(), dims, params, q.data()) == "");
  CHECK(q == std::vector<int8_t>{2, -2, 2, 1, 2, 1, 2, 0});

  params.domain = ZeroPointDomain::Float;
  params.range = {0, 15};
  params.floatZeroPoint = {0, 5, 1, 0};
  REQUIRE(quantizeAffine(x.data(), dims, params, q.data()) == "");
  CHECK(q == std::vector<int8_t>{10, 6, 9, 8, 6, 5, 10, 8});
  REQUIRE(dequantizeAffine(q.data(), dims, params, back.data()) == "");
  CHECK(back == std::vector<float>{1, -1, 10, 5, 0.5f, 0.25f, 100, 0});

  params.range = {-448, 448};
  params.dtype = QDType::Float8E4M3;
  params.domain = ZeroPointDomain::None;
  params.floatZeroPoint.clear();
  CHECK(quantizeAffine(x.data(), dims, params, q.data()) ==
        "expected codes of type float for float8_e4m3fn, but got integers");
  params.scale = {1, 0.01f, 1, 100};
  REQUIRE(quantizeAffine(x.data(), dims, params, codes.data()) == "");
  CHECK(codes == std::vector<float>{1, -1, 448, 448, 0.5f, 0.25f, 1, -0.0703125f});
}

TEST_CASE("blocks that do not fit are refused", "[affine]") {
  AffineQParams params;
  params.blocks = {2, 3};
  params.scale.assign(6, 1);
  params.zeroPoint.assign(6, 0);
  const std::vector<float> x(16);
  std::vector<int8_t> q(16);
  CHECK(quantizeAffine(x.data(), Dims{4, 4}, params, q.data()) ==
        "expected dimensions that can be cut into [2x3] blocks, but got [4x4]");
  CHECK(quantizeAffine(x.data(), Dims{16}, params, q.data()) != "");
  params.blocks = {2, 2};
  CHECK(quantizeAffine(x.data(), Dims{4, 4}, params, q.data()) ==
        "expected a scale and a zero point (int) for each of 4 blocks, but got 6 and 6");
  params.blocks = {};
  params.scale.resize(1);
  params.zeroPoint.resize(1);
  CHECK(quantizeAffine(x.data(), Dims{4, 4}, params, q.data()) == "");
  params.range = {0, 255};
  CHECK(quantizeAffine(x.data(), Dims{4, 4}, params, q.data()) ==
        "expected a range within [-128, 127], but got [0, 255]");
}

TEST_CASE("affine observers keep the extremes of blocks", "[affine]") {
  auto observer = observed(affineConfig(R"({"granularity": "per_group", "group_size": 2,
                                             "target_dtype": "int4"})"),
                           {2, 4});
  CHECK(observer->state().blocks == Dims{2, 2});
  CHECK(observer->state().minVal == std::vector<float>{-1, -3, -5, -7});
  CHECK(observer->state().maxVal == std::vector<float>{0, 2, 4, 6});
  AffineQParams params;
  REQUIRE(observer->calculateAffineQParams(params) == "");
  CHECK(params.blocks == Dims{2, 2});
  CHECK(params.scale[3] == 7.0f / 7.5f);
  CHECK(params.range == QuantRange{-8, 7});
  QParams whole;
  CHECK(observer->calculateQParams(whole).starts_with(
      "expected granularity per_tensor or per_axis and zero_point_domain int "
      "or none, but got per_group and int"));

  observer = observed(affineConfig(R"({"granularity": "per_axis", "ch_axis": -2,
                                       "mapping_type": "asymmetric", "dtype": "uint8"})"),
                      {3, 2, 2});
  CHECK(observer->state().blocks == Dims{1, 2, 1});
  CHECK(observer->state().minVal == std::vector<float>{-9, -11});
  CHECK(observer->state().maxVal == std::vector<float>{8, 10});
  REQUIRE(observer->calculateQParams(whole) == "");
  CHECK(whole.axis == 1);
  CHECK(whole.scale == std::vector<float>{17.0f / 255, 21.0f / 255});
  // Other dimensions may change, the number of blocks may not.
  std::vector<float> more = alternating({5, 2, 3});
  observer->observe(more.data(), Dims{5, 2, 3});
  CHECK(observer->error() == "");
  CHECK(observer->state().maxVal[0] == 26);
  observer->observe(more.data(), Dims{2, 5, 3});
  CHECK(observer->error() == "expected [1x2x1] blocks as before, but got [1x5x1]");

  observer = observed(affineConfig("{}"), {2, 3});
  CHECK(observer->state().blocks.empty());
  std::vector<float> other = alternating({30});
  observer->observe(other.data(), Dims{30});
  CHECK(observer->error() == "");
  REQUIRE(observer->calculateQParams(whole) == "");
  CHECK(whole.axis == -1);
  CHECK(whole.scale[0] == 29.0f / 127.5f);

  observer = observed(affineConfig(R"({"granularity": "per_token", "is_dynamic": true})"), {2, 3});
  CHECK(observer->state() == ObserverState()); // its parameters are chosen at run time
  observer =
      observed(affineConfig(R"({"granularity": "per_block", "block_size": [-1, 2]})"), {2, 4});
  CHECK(observer->state().maxVal == std::vector<float>{4, 6});
  observer = observed(affineConfig(R"({"granularity": "per_group", "group_size": 4})"), {2, 6});
  CHECK(observer->error() ==
        "expected a last dimension that group_size 4 divides, but got [2x6] (nearest: 3)");
  CHECK(createObserver(ObserverConfig::of(ObserverKind::MinMax))->calculateAffineQParams(params) ==
        "expected an affine_min_max observer, but got a min_max observer");
}

TEST_CASE("NaN in a block is counted and refused", "[affine]") {
  auto observer = createObserver(affineConfig(R"({"granularity": "per_token"})"));
  std::vector<float> values = {1, 2, NAN, 4};
  observer->observe(values.data(), Dims{2, 2});
  AffineQParams params;
  CHECK(observer->calculateAffineQParams(params) == "expected numbers, but got NaN 1 time");
}

TEST_CASE("states of affine observers are merged and loaded", "[affine]") {
  const ObserverConfig config = affineConfig(R"({"granularity": "per_group", "group_size": 4})");
  for (unsigned seed = 1; seed <= 20; ++seed) {
    INFO("seed " << seed);
    std::mt19937 random(seed);
    std::normal_distribution<float> normal;
    auto whole = createObserver(config);
    std::vector<std::unique_ptr<Observer>> parts;
    for (int i = 0; i < 4; ++i)
      parts.push_back(createObserver(config));
    for (int i = 0; i < 9; ++i) {
      std::vector<float> values(24);
      for (float &v : values)
        v = normal(random);
      whole->observe(values.data(), Dims{3, 8});
      parts[random() % 4]->observe(values.data(), Dims{3, 8});
    }
    std::shuffle(parts.begin(), parts.end(), random);
    for (int i = 1; i < 4; ++i) {
      ObserverState state;
      REQUIRE(fromJson(toJson(parts[i]->state()), state) == "");
      REQUIRE(parts[0]->merge(state) == "");
    }
    CHECK(parts[0]->state() == whole->state());
  }
  auto a = observed(config, {2, 4}), b = observed(config, {1, 8});
  CHECK(a->merge(b->state()) == "expected [2x1] blocks, but got [1x2]");
  ObserverState state = a->state();
  state.blocks = {2, 2};
  CHECK(a->load(state) == "expected a minimum for each of 4 blocks, but got 2");
  state.blocks = {-1, -2};
  CHECK(a->load(state) == "expected numbers of blocks that are positive, but got -1");
  state.blocks = {int64_t(1) << 62, int64_t(1) << 62};
  CHECK(a->load(state) != "");
  CHECK(createObserver(affineConfig("{}"))->load(a->state()) ==
        "expected no numbers of blocks, but got 2");
  CHECK(createObserver(ObserverConfig::of(ObserverKind::PerChannelMinMax))->load(a->state()) ==
        "expected no numbers of blocks, but got 2");
}

TEST_CASE("affine configurations that make no sense", "[affine]") {
  CHECK(configError(R"({"dtype": "float16"})") ==
        "expected a quantized dtype for an affine_min_max observer, but got float16");
  CHECK(configError(R"({"qscheme": "per_tensor_symmetric"})") ==
        "expected mapping_type and granularity for an affine_min_max observer, but got qscheme "
        "per_tensor_symmetric");
  CHECK(configError(R"({"reduce_range": true})") ==
        "expected quant_min and quant_max for an "
        "affine_min_max observer, but got reduce_range");
  CHECK(configError(R"({"granularity": "per_group"})") ==
        "expected a group_size above 0 with granularity per_group, but got 0");
  CHECK(configError(R"({"group_size": 3})") ==
        "expected a group_size of 0 with granularity per_tensor, but got 3");
  CHECK(configError(R"({"granularity": "per_block"})") ==
        "expected a block_size with granularity per_block, but got 0 sizes");
  CHECK(configError(R"({"block_size": [1]})") ==
        "expected no block_size with granularity per_tensor, but got 1 sizes");
  CHECK(configError(R"({"granularity": "per_block", "block_size": [1, 0]})") ==
        "expected a block_size of positive numbers or -1, but got 0");
  CHECK(configError(R"({"granularity": "per_block", "block_size": [1, "x"]})") ==
        "block_size[1]: expected an integer between -9223372036854775808 and 9223372036854775807, "
        "but got \"x\"");
  CHECK(configError(R"({"granularity": "per_axis", "is_dynamic": true})") ==
        "expected a granularity other than per_axis with is_dynamic, but got per_axis");
  CHECK(configError(R"({"dtype": "int4", "quant_min": -9, "quant_max": 7})") ==
        "expected quant_min and quant_max within [-8, 7] (int4), but got [-9, 7]");
  CHECK(configError(R"({"dtype": "float8_e5m2", "mapping_type": "asymmetric"})") ==
        "expected mapping_type symmetric for float8_e5m2, but got asymmetric");
  CHECK(configError(R"({"eps": 0})") == "expected a positive, finite eps, but got 0");
  // What only this kind takes.
  CHECK(configError(R"({"observer": "min_max", "dtype": "int3"})") ==
        "expected quint4x2, qint4, an integer of 8, 16 or 32 bits or a float as the dtype of a "
        "min_max observer (affine_min_max takes any width), but got int3");
  CHECK(configError(R"({"observer": "min_max", "mapping_type": "asymmetric"})")
            .ends_with("only for an affine_min_max observer, but got a min_max observer"));
}
