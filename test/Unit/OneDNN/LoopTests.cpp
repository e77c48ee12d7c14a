//===- LoopTests.cpp - The onednn backend's own loops against the reference's ---------===//
//
// Each problem is large enough to be shared between threads, and of a size that no vector width
// divides.
//
//===----------------------------------------------------------------------===//

#include "Support.h"

#include <catch2/generators/catch_generators_all.hpp>

#include <limits>

using namespace quantir;
using namespace quantir::runtime;
using namespace quantir::runtime::test;

namespace {

using Dims = std::vector<int64_t>;
constexpr Layout rowMajor = Layout::RowMajor, channelsLast = Layout::ChannelsLast;

/// The backend has a kernel, and its bits are the reference's.
void checkExact(const OpBuffer &op, const std::vector<Value *> &inputs, Value &output,
                int inPlaceInput = -1) {
  const Difference difference = compare(op, inputs, output, inPlaceInput);
  INFO(difference.implementation);
  CHECK(difference.implementation.starts_with("native"));
  CHECK(difference.inexact == 0);
}

DType anyCode(Random &random) { return random.among({DType::UInt8, DType::Int8}); }

} // namespace

TEST_CASE("casts, with and without a change of layout", "[loops]") {
  Random random(GENERATE(range(0u, 4u)));
  const Layout from = GENERATE(rowMajor, channelsLast), to = GENERATE(rowMajor, channelsLast);
  const Dims dims = GENERATE(Dims{2, 3, 37, 41}, Dims{1, 35, 9, 67}, Dims{2, 1, 5, 7});
  Value floats(DType::Float32, dims, from), codes(anyCode(random), dims, to),
      others(anyCode(random), dims, from), back(DType::Float32, dims, from);
  floats.fill(random.engine);
  floats.data<float>()[0] = std::numeric_limits<float>::quiet_NaN();
  floats.data<float>()[1] = std::numeric_limits<float>::infinity();
  floats.data<float>()[2] = -1e30f;
  floats.data<float>()[3] = 0.125f; // halfway between codes, if the scale is a power of two
  random.quantize(codes, 0.03);
  random.quantize(others, 0.03);
  if (random.pick(0, 1))
    codes.quant.scales[0] = 0.25f;
  checkExact(OpBuffer(plan::QuantizeT()), {&floats}, codes);
  checkExact(OpBuffer(plan::RequantizeT()), {&codes}, others);
  checkExact(OpBuffer(plan::DequantizeT()), {&others}, back);
  Value moved(codes.operand.dtype, dims, from), movedFloats(DType::Float32, dims, to);
  moved.operand.quant = &codes.quant;
  checkExact(OpBuffer(plan::ReorderT()), {&codes}, moved);
  checkExact(OpBuffer(plan::ReorderT()), {&floats}, movedFloats);
}

TEST_CASE("dequantizing weights per channel", "[loops]") {
  Random random(1);
  const int axis = GENERATE(0, 1, 3);
  const DType dtype = GENERATE(DType::Int8, DType::Int32);
  Value weight(dtype, {20, 30, 3, 17}), floats(DType::Float32, {20, 30, 3, 17});
  weight.fill(random.engine, -128, 127);
  std::vector<float> scales(weight.operand.dims[axis]);
  for (float &s : scales)
    s = random.real(0.001, 0.1);
  weight.setQuant(scales, std::vector<int32_t>(scales.size(), 0), axis);
  weight.makeConstant();
  checkExact(OpBuffer(plan::DequantizeT()), {&weight}, floats);
}

TEST_CASE("unary functions of codes are tables", "[loops]") {
  Random random(GENERATE(range(0u, 6u)));
  const auto kind =
      GENERATE(plan::UnaryKind::Relu, plan::UnaryKind::Clamp, plan::UnaryKind::LeakyRelu,
               plan::UnaryKind::Sigmoid, plan::UnaryKind::Tanh, plan::UnaryKind::HardSigmoid,
               plan::UnaryKind::HardSwish);
  Value x(anyCode(random), {3, 5, 1201}), y(anyCode(random), {3, 5, 1201});
  x.fill(random.engine);
  random.quantize(x, 0.05);
  random.quantize(y, 0.05);
  const bool sameParameters = random.pick(0, 1);
  if (sameParameters && x.operand.dtype == y.operand.dtype)
    y.quant = x.quant;
  plan::UnaryT unary;
  unary.kind = kind;
  unary.alpha = kind == plan::UnaryKind::HardSigmoid ? 1.0f / 6 : -0.5f;
  unary.beta = 0.5f;
  checkExact(OpBuffer(std::move(unary)), {&x}, y, random.pick(0, 1) ? 0 : -1);
}

TEST_CASE("unary functions of floats", "[loops]") {
  Random random(1);
  const auto kind = plan::UnaryKind(GENERATE(range(0, 7)));
  Value x(DType::Float32, {3, 5, 1201}), y(DType::Float32, {3, 5, 1201});
  x.fill(random.engine);
  plan::UnaryT unary;
  unary.kind = kind;
  unary.alpha = kind == plan::UnaryKind::HardSigmoid ? 1.0f / 6 : -0.5f;
  unary.beta = 0.5f;
  const Difference difference = compare(OpBuffer(std::move(unary)), {&x}, y);
  INFO(difference.implementation);
  CHECK(difference.elements == 3 * 5 * 1201);
  CHECK(difference.wrong == 0);
}

TEST_CASE("binary ops, broadcast or not", "[loops]") {
  Random random(GENERATE(range(0u, 8u)));
  const auto kind = plan::BinaryKind(GENERATE(range(0, 4)));
  const bool integer = GENERATE(true, false);
  struct Case {
    Dims a, b;
  };
  const Case shapes =
      GENERATE(Case{{2, 19, 31, 33}, {2, 19, 31, 33}}, Case{{2, 19, 31, 33}, {2, 19, 1, 1}},
               Case{{2, 19, 31, 33}, {1}}, Case{{1, 19, 1, 1}, {2, 19, 31, 33}});
  const auto layoutOf = [](const Dims &dims) { return dims.size() > 2 ? channelsLast : rowMajor; };
  const auto typeOf = [&] { return integer ? anyCode(random) : DType::Float32; };
  Value a(typeOf(), shapes.a, layoutOf(shapes.a)), b(typeOf(), shapes.b, layoutOf(shapes.b));
  Value y(integer && random.pick(0, 3) == 0 ? DType::Float32 : typeOf(), {2, 19, 31, 33},
          channelsLast);
  a.fill(random.engine);
  b.fill(random.engine);
  if (integer) {
    random.quantize(a, 0.02);
    random.quantize(b, 0.02);
    if (y.operand.dtype != DType::Float32)
      random.quantize(y, 0.04);
  }
  plan::BinaryT binary;
  binary.kind = kind;
  binary.activation = makeActivation(plan::ActivationKind(random.pick(0, 3)));
  const bool canTakeOver =
      shapes.a == y.operand.dims && sizeOf(a.operand.dtype) == sizeOf(y.operand.dtype);
  checkExact(OpBuffer(std::move(binary)), {&a, &b}, y, canTakeOver && random.pick(0, 1) ? 0 : -1);
}

TEST_CASE("channel affine", "[loops]") {
  Random random(GENERATE(range(0u, 6u)));
  const Layout layout = GENERATE(rowMajor, channelsLast);
  const DType type = random.among({DType::Float32, DType::UInt8, DType::Int8});
  Value x(type, {2, 37, 21, 13}, layout), y(type, {2, 37, 21, 13}, layout);
  Value scale(DType::Float32, {37}), shift(DType::Float32, {37});
  for (Value *value : {&x, &scale, &shift})
    value->fill(random.engine);
  scale.makeConstant();
  shift.makeConstant();
  if (type != DType::Float32) {
    random.quantize(x, 0.02);
    random.quantize(y, 0.02);
  }
  plan::ChannelAffineT affine;
  affine.activation = makeActivation(plan::ActivationKind(random.pick(0, 3)));
  checkExact(OpBuffer(std::move(affine)), {&x, &scale, &shift}, y, random.pick(0, 1) ? 0 : -1);
}

TEST_CASE("pooling", "[loops]") {
  Random random(GENERATE(range(0u, 12u)));
  const auto kind = GENERATE(plan::PoolKind::Max, plan::PoolKind::Average);
  const bool ceil = GENERATE(true, false), countPad = GENERATE(true, false);
  const DType type = random.among({DType::UInt8, DType::Int8, DType::Float32});
  plan::PoolT pool;
  pool.kind = kind;
  pool.kernel = {random.pick(1, 3), random.pick(2, 4)};
  pool.strides = {random.pick(1, 3), random.pick(1, 2)};
  for (int i = 0; i < 4; ++i)
    pool.padding.push_back(random.pick(0, pool.kernel[i % 2] / 2));
  pool.dilations = {1, 1};
  pool.ceil_mode = ceil;
  pool.count_include_pad = countPad;
  const Dims size{23, 30};
  Dims outputDims{2, 37};
  for (int i = 0; i < 2; ++i) {
    const int64_t reach = size[i] + pool.padding[i] + pool.padding[2 + i] - pool.kernel[i];
    int64_t count = (reach + (ceil ? pool.strides[i] - 1 : 0)) / pool.strides[i] + 1;
    if ((count - 1) * pool.strides[i] >= size[i] + pool.padding[i])
      --count;
    outputDims.push_back(count);
  }
  Value x(type, {2, 37, 23, 30}, channelsLast), y(type, outputDims, channelsLast);
  x.fill(random.engine);
  if (type != DType::Float32) {
    random.quantize(x, 0.02);
    y.setQuant(x.quant.scales, x.quant.zeroPoints);
    if (kind == plan::PoolKind::Average && random.pick(0, 1))
      random.quantize(y, 0.02);
  }
  const Difference difference = compare(OpBuffer(std::move(pool)), {&x}, y);
  INFO(difference.implementation);
  CHECK(difference.elements > 0);
  CHECK(difference.inexact == 0);
}

TEST_CASE("adaptive pooling and means", "[loops]") {
  Random random(GENERATE(range(0u, 12u)));
  const DType type = random.among({DType::UInt8, DType::Int8, DType::Float32});
  const DType resultType = type == DType::Float32 || random.pick(0, 3) == 0 ? DType::Float32 : type;
  Value x(type, {2, 301, 9, 7}, channelsLast);
  x.fill(random.engine);
  const auto prepare = [&](Value &y) {
    if (type == DType::Float32)
      return;
    random.quantize(x, 0.02);
    if (resultType != DType::Float32)
      random.pick(0, 1) ? random.quantize(y, 0.02) : y.setQuant(x.quant.scales, x.quant.zeroPoints);
  };
  const auto check = [&](const OpBuffer &op, Value &y) {
    const Difference difference = compare(op, {&x}, y);
    CHECK(difference.implementation == "native:average");
    CHECK(difference.inexact == 0);
  };
  SECTION("adaptive") {
    Value y(resultType, {2, 301, random.pick(1, 5), random.pick(1, 8)}, channelsLast);
    prepare(y);
    plan::AdaptiveAveragePoolT pool;
    pool.output_size = {y.operand.dims[2], y.operand.dims[3]};
    check(OpBuffer(std::move(pool)), y);
  }
  SECTION("mean of all positions") {
    const bool keep = random.pick(0, 1);
    Value y(resultType, keep ? Dims{2, 301, 1, 1} : Dims{2, 301}, keep ? channelsLast : rowMajor);
    prepare(y);
    plan::MeanT mean;
    mean.axes = {2, 3};
    mean.keep_dims = keep;
    check(OpBuffer(std::move(mean)), y);
  }
}

TEST_CASE("movement of elements", "[loops]") {
  Random random(GENERATE(range(0u, 6u)));
  const Layout in = GENERATE(rowMajor, channelsLast), out = GENERATE(rowMajor, channelsLast);
  const DType type = random.among({DType::UInt8, DType::Int8, DType::Float32});
  QuantInfo quant{{0.02f},
                  {type == DType::UInt8 ? 100 : 3},
                  -1,
                  type == DType::UInt8 ? 0 : -128,
                  type == DType::UInt8 ? 255 : 127};
  const auto make = [&](Dims dims, Layout layout) {
    auto value = std::make_unique<Value>(type, std::move(dims), layout);
    value->fill(random.engine);
    if (type != DType::Float32)
      value->operand.quant = &quant;
    return value;
  };
  const auto x = make({2, 19, 31, 33}, in);
  SECTION("transpose") {
    const auto y = make({33, 2, 19, 31}, out);
    plan::TransposeT op;
    op.permutation = {3, 0, 1, 2};
    checkExact(OpBuffer(std::move(op)), {x.get()}, *y);
  }
  SECTION("slice") {
    const auto y = make({1, 9, 16, 11}, out);
    plan::SliceT op;
    op.starts = {1, 18, 1, 0};
    op.steps = {1, -2, 1, 3};
    checkExact(OpBuffer(std::move(op)), {x.get()}, *y);
  }
  SECTION("concat") {
    const auto z = make({2, 5, 31, 33}, out), y = make({2, 43, 31, 33}, out);
    plan::ConcatT op;
    op.axis = 1;
    checkExact(OpBuffer(std::move(op)), {x.get(), z.get(), x.get()}, *y);
  }
  SECTION("pad") {
    const auto y = make({2, 20, 33, 36}, out);
    plan::PadT op;
    op.padding = {0, 1, 0, 2, 0, 0, 2, 1};
    op.value = -0.5f;
    checkExact(OpBuffer(std::move(op)), {x.get()}, *y);
  }
  SECTION("expand") {
    const auto one = make({19, 1, 33}, in), y = make({2, 19, 31, 33}, out);
    checkExact(OpBuffer(plan::ExpandT()), {one.get()}, *y);
  }
  SECTION("reshape") {
    const auto y = make({19, 62, 33}, out);
    checkExact(OpBuffer(plan::ReshapeT()), {x.get()}, *y);
  }
}

TEST_CASE("softmax of floats", "[loops]") {
  Random random(1);
  const int axis = GENERATE(0, 1, 2);
  Value x(DType::Float32, {7, 30, 101}), y(DType::Float32, {7, 30, 101});
  x.fill(random.engine);
  plan::SoftmaxT softmax;
  softmax.axis = axis;
  const Difference difference = compare(OpBuffer(std::move(softmax)), {&x}, y);
  INFO(difference.implementation);
  CHECK(difference.elements > 0);
  CHECK(difference.wrong == 0);
}
