//===- SpecialValueTests.cpp - NaN and infinities through every kernel of floats ---------===//
//
// What an op makes of NaN and infinities is what the reference makes of them: an observer behind it
// counts them, and none may become a number on the way.
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
constexpr float notANumber = std::numeric_limits<float>::quiet_NaN();
constexpr float infinity = std::numeric_limits<float>::infinity();

/// Strews `special` over a tensor.
void strew(Random &random, Value &value, std::initializer_list<float> special, int64_t count) {
  for (int64_t i = 0; i < count; ++i)
    value.data<float>()[random.pick(0, value.operand.numElements() - 1)] = random.among(special);
}

/// Both give the same NaNs, infinities and zeros, and nearly the same numbers.
void checkSame(const OpBuffer &op, const std::vector<Value *> &inputs, Value &output,
               int inPlaceInput = -1) {
  const Difference difference = compare(op, inputs, output, inPlaceInput);
  INFO(difference.implementation);
  CHECK(difference.elements > 0);
  CHECK(difference.wrong == 0);
}

plan::ActivationKind anyActivation() {
  return GENERATE(plan::ActivationKind::None, plan::ActivationKind::Relu,
                  plan::ActivationKind::Clamp, plan::ActivationKind::LeakyRelu);
}

} // namespace

TEST_CASE("unary functions of NaN, infinities and the largest numbers", "[special]") {
  const auto kind = plan::UnaryKind(GENERATE(range(0, int(plan::UnaryKind::MAX) + 1)));
  INFO(plan::EnumNameUnaryKind(kind));
  Value x(DType::Float32, {7, 1201}), y(DType::Float32, {7, 1201});
  Random random(1);
  x.fill(random.engine);
  strew(random, x,
        {notANumber, -notANumber, infinity, -infinity, 3e37f, -3e38f, 0.0f, -0.0f, 1e-40f}, 300);
  if (kind == plan::UnaryKind::Gelu)
    x.data<float>()[5] = 3e38f;
  plan::UnaryT unary;
  unary.kind = kind;
  unary.alpha = kind == plan::UnaryKind::HardSigmoid ? 1.0f / 6 : -0.5f;
  unary.beta = 0.5f;
  const OpBuffer op(std::move(unary));
  const std::string implementation = run(onednnBackend(), op, {&x}, y);
  Value expected(DType::Float32, {7, 1201});
  run(referenceBackend(), op, {&x}, expected);
  int64_t wrong = 0;
  for (int64_t i = 0; i < x.operand.numElements(); ++i) {
    const double a = y[i], b = expected[i];
    const bool same = a == b || (std::isnan(a) && std::isnan(b));
    if (!same && !(std::abs(a - b) <= 1e-4 * std::max(1.0, std::abs(b)))) {
      UNSCOPED_INFO(x[i] << " gives " << a << " for " << b);
      ++wrong;
    }
  }
  INFO(implementation);
  CHECK(wrong == 0);
}

TEST_CASE("powers of NaN, infinities and zeros are those of std::pow", "[special]") {
  const float exponent =
      GENERATE(0.5f, -0.5f, 1.5f, -1.5f, 2.5f, -2.5f, 0.0f, 1.0f, -1.0f, 2.0f, -3.0f, 0.25f);
  const std::vector<float> numbers{notANumber, infinity, -infinity, 0.0f,
                                   -0.0f,      4.0f,     -4.0f,     1e-40f};
  plan::UnaryT unary;
  unary.kind = plan::UnaryKind::Pow;
  unary.alpha = exponent;
  const OpBuffer op(std::move(unary));
  for (const Backend *backend : {&referenceBackend(), &onednnBackend()}) {
    const auto count = int64_t(numbers.size());
    Value x(DType::Float32, {count}), y(DType::Float32, {count});
    std::copy(numbers.begin(), numbers.end(), x.data<float>());
    REQUIRE(run(*backend, op, {&x}, y) != "");
    for (size_t i = 0; i < numbers.size(); ++i) {
      INFO(backend->name() << ": " << numbers[i] << " to the power of " << exponent);
      const float expected = std::pow(numbers[i], exponent), got = y.data<float>()[i];
      if (std::isnan(expected) || std::isinf(expected) || expected == 0) {
        CHECK((std::isnan(expected) ? std::isnan(got) : got == expected));
        if (!std::isnan(expected))
          CHECK(std::signbit(got) == std::signbit(expected));
      } else {
        CHECK(std::abs(got - expected) <= 1e-6f * std::abs(expected));
      }
    }
  }
}

TEST_CASE("softmax of a row with NaN or infinity is NaN", "[special]") {
  const int axis = GENERATE(0, 1, 2);
  const Layout layout = GENERATE(rowMajor, channelsLast);
  Random random(7);
  Value x(DType::Float32, {9, 31, 67}, layout), y(DType::Float32, {9, 31, 67}, layout);
  x.fill(random.engine);
  // Masks are of -infinity: such elements are 0 as long as there is another one.
  strew(random, x, {-infinity}, 4000);
  strew(random, x, {notANumber, infinity}, 9);
  for (int64_t i = 0; i < 67; ++i) // along each axis a line of nothing else
    x.data<float>()[i] = -infinity;
  for (int64_t i = 0; i < 31; ++i)
    x.data<float>()[i * x.operand.strides[1]] = -infinity;
  plan::SoftmaxT softmax;
  softmax.axis = axis;
  checkSame(OpBuffer(std::move(softmax)), {&x}, y);
}

TEST_CASE("the maximum of floats is NaN where there is one, and may be infinite", "[special]") {
  Random random(GENERATE(range(0u, 8u)));
  const Layout layout = GENERATE(rowMajor, channelsLast);
  const bool three = GENERATE(true, false);
  plan::PoolT pool;
  Dims size = three ? Dims{5, 9, 11} : Dims{23, 30}, dims{2, random.pick(1, 70)}, result = dims;
  for (size_t i = 0; i < size.size(); ++i) {
    const int64_t kernel = random.pick(1, 3), dilation = random.pick(1, 2);
    pool.kernel.push_back(kernel);
    pool.dilations.push_back(dilation);
    pool.strides.push_back(random.pick(1, 3));
    // Up to where the first window covers nothing but padding.
    pool.padding.push_back(random.pick(0, dilation * (kernel - 1)));
    dims.push_back(size[i]);
  }
  for (size_t i = 0; i < size.size(); ++i) {
    pool.padding.push_back(pool.padding[i]);
    const int64_t extent = pool.dilations[i] * (pool.kernel[i] - 1) + 1;
    result.push_back((size[i] + 2 * pool.padding[i] - extent) / pool.strides[i] + 1);
  }
  Value x(DType::Float32, dims, layout), y(DType::Float32, result, layout);
  x.fill(random.engine);
  strew(random, x, {notANumber, infinity}, x.operand.numElements() / 50);
  strew(random, x, {-infinity}, x.operand.numElements());
  const Difference difference = compare(OpBuffer(std::move(pool)), {&x}, y);
  CHECK(difference.implementation == "native:max_pool");
  CHECK(difference.inexact == 0);
}

TEST_CASE("a maximum by its definition", "[special]") {
  plan::PoolT pool;
  pool.kernel = pool.strides = {4};
  const OpBuffer op(std::move(pool));
  for (const Backend *backend : {&referenceBackend(), &onednnBackend()}) {
    INFO(backend->name());
    Value x(DType::Float32, {1, 1, 12}), y(DType::Float32, {1, 1, 3});
    const float values[] = {notANumber, 1,         4,         5, -infinity, -infinity,
                            -infinity,  -infinity, -infinity, 1, infinity,  2};
    std::copy_n(values, 12, x.data<float>());
    REQUIRE(run(*backend, op, {&x}, y) != "");
    CHECK(std::isnan(y[0]));
    CHECK(y[1] == -infinity);
    CHECK(y[2] == infinity);
  }
}

TEST_CASE("a maximum of codes of a reduced range", "[special]") {
  const Layout layout = GENERATE(rowMajor, channelsLast);
  plan::PoolT pool;
  pool.kernel = {2, 2};
  pool.dilations = {2, 1};
  pool.padding = {1, 0, 1, 0};
  Value x(DType::Int8, {1, 19, 1, 8}, layout), y(DType::Int8, {1, 19, 1, 7}, layout);
  Random random(3);
  x.fill(random.engine, -127, 127);
  for (Value *value : {&x, &y}) {
    value->setQuant({0.5f}, {0});
    value->quant.quantMin = -127;
  }
  // All windows are beside the only row.
  const OpBuffer op(std::move(pool));
  for (const Backend *backend : {&referenceBackend(), &onednnBackend()}) {
    REQUIRE(run(*backend, op, {&x}, y) != "");
    for (int64_t i = 0; i < y.operand.numElements(); ++i)
      REQUIRE(y[i] == -127);
  }
}

TEST_CASE("float convolutions let NaN and infinities through", "[special]") {
  const auto activation = anyActivation();
  const bool withoutSlope = GENERATE(false, true); // of a leaky ReLU
  const int addend = GENERATE(0, 1, 2);            // none, one, one in place
  const bool transposed = GENERATE(true, false);
  const int64_t groups = GENERATE(1, 24);
  const bool inWeights = GENERATE(false, true); // a NaN there and nowhere else
  if (transposed && addend)
    return; // there is no such op
  Random random(5);
  const Dims dims{2, 24, 14, 13}; // before and after
  const Dims weight = transposed ? Dims{24 / groups, 24, 3, 3} : Dims{24, 24 / groups, 3, 3};
  Value x(DType::Float32, dims, channelsLast), w(DType::Float32, weight), b(DType::Float32, {24}),
      y(DType::Float32, dims, channelsLast), a(DType::Float32, dims, channelsLast);
  for (Value *value : {&x, &w, &b, &a})
    value->fill(random.engine);
  if (inWeights) {
    w.data<float>()[w.operand.numElements() - 1] = notANumber;
  } else {
    strew(random, x, {notANumber, infinity, -infinity}, 12);
    strew(random, a, {notANumber, infinity, -infinity}, 30);
  }
  w.makeConstant();
  b.makeConstant();
  const auto set = [&](auto conv) {
    conv.padding = {1, 1, 1, 1};
    conv.groups = groups;
    conv.activation = makeActivation(activation);
    if (withoutSlope && activation == plan::ActivationKind::LeakyRelu)
      conv.activation->alpha = 0;
    return OpBuffer(std::move(conv));
  };
  checkSame(transposed ? set(plan::ConvTransposeT()) : set(plan::ConvT()),
            {&x, &w, &b, addend ? &a : nullptr}, y, addend == 2 ? 3 : -1);
}

TEST_CASE("float matrix products let NaN and infinities through", "[special]") {
  const auto activation = anyActivation();
  const bool withoutSlope = GENERATE(false, true); // of a leaky ReLU
  const bool constant = GENERATE(true, false);
  const int addend = GENERATE(0, 1, 2);
  const bool inWeights = GENERATE(false, true); // a NaN there and nowhere else
  Random random(5);
  Value x(DType::Float32, {33, 70}), w(DType::Float32, {70, 45}), y(DType::Float32, {33, 45}),
      a(DType::Float32, {33, 45});
  for (Value *value : {&x, &w, &a})
    value->fill(random.engine);
  if (inWeights) {
    w.data<float>()[w.operand.numElements() - 1] = notANumber;
  } else {
    strew(random, x, {notANumber, infinity, -infinity}, 4);
    strew(random, w, {notANumber, infinity, -infinity}, 3);
    strew(random, a, {notANumber, infinity, -infinity}, 30);
  }
  if (constant)
    w.makeConstant();
  plan::MatMulT matmul;
  matmul.activation = makeActivation(activation);
  if (withoutSlope && activation == plan::ActivationKind::LeakyRelu)
    matmul.activation->alpha = 0;
  checkSame(OpBuffer(std::move(matmul)), {&x, &w, nullptr, addend ? &a : nullptr}, y,
            addend == 2 ? 3 : -1);
}

TEST_CASE("a NaN that is added to integer sums is the least code", "[special]") {
  const auto activation = anyActivation();
  const DType result = GENERATE(DType::UInt8, DType::Int8, DType::Float32);
  const bool isBias = GENERATE(true, false), reduced = GENERATE(true, false);
  const bool isConv = GENERATE(true, false);
  Random random(11);
  const Dims dims = isConv ? Dims{2, 24, 14, 13} : Dims{28, 24};
  const Layout layout = isConv ? channelsLast : rowMajor;
  Value x(DType::UInt8, dims, layout), w(DType::Int8, isConv ? Dims{24, 24, 1, 1} : Dims{24, 24}),
      y(result, dims, layout), a(DType::Float32, dims, layout), b(DType::Float32, {24});
  x.fill(random.engine, 0, 127);
  w.fill(random.engine, reduced ? -60 : -128, reduced ? 60 : 127);
  a.fill(random.engine);
  b.fill(random.engine);
  strew(random, isBias ? b : a, {notANumber, infinity, -infinity}, isBias ? 3 : 100);
  w.makeConstant();
  b.makeConstant();
  random.quantize(x, 0.02);
  x.quant.quantMax = 127;
  w.setQuant({0.005f}, {0});
  if (result != DType::Float32) {
    y.setQuant({0.05f}, {result == DType::UInt8 ? 100 : 20});
    y.quant.quantMax = 100;
    y.quant.quantMin = result == DType::UInt8 ? 3 : -90;
  }
  const auto set = [&](auto op) {
    op.activation = makeActivation(activation);
    return OpBuffer(std::move(op));
  };
  checkSame(isConv ? set(plan::ConvT()) : set(plan::MatMulT()), {&x, &w, &b, isBias ? nullptr : &a},
            y);
}

TEST_CASE("averages, norms and mixtures of NaN and infinities", "[special]") {
  const Layout layout = GENERATE(rowMajor, channelsLast);
  Random random(13);
  Value x(DType::Float32, {2, 24, 14, 13}, layout), same(DType::Float32, {2, 24, 14, 13}, layout);
  Value w(DType::Float32, {24}), b(DType::Float32, {24});
  for (Value *value : {&x, &w, &b})
    value->fill(random.engine);
  strew(random, x, {notANumber, infinity, -infinity}, 40);
  SECTION("mean") {
    Value y(DType::Float32, {2, 24});
    plan::MeanT mean;
    mean.axes = {2, 3};
    if (layout == channelsLast)
      checkSame(OpBuffer(std::move(mean)), {&x}, y);
  }
  SECTION("average") {
    plan::PoolT pool;
    pool.kind = plan::PoolKind::Average;
    pool.kernel = {3, 3};
    pool.padding = {1, 1, 1, 1};
    if (layout == channelsLast)
      checkSame(OpBuffer(std::move(pool)), {&x}, same);
  }
  SECTION("group norm") {
    plan::GroupNormT norm;
    norm.groups = 12;
    checkSame(OpBuffer(std::move(norm)), {&x, &w, &b}, same);
  }
  SECTION("slopes") { checkSame(OpBuffer(plan::PReluT()), {&x, &w}, same); }
  SECTION("channel affine") {
    plan::ChannelAffineT affine;
    affine.activation = makeActivation(anyActivation());
    checkSame(OpBuffer(std::move(affine)), {&x, &w, &b}, same);
  }
  SECTION("binary") {
    plan::BinaryT binary;
    binary.kind = plan::BinaryKind(GENERATE(range(0, 4)));
    binary.activation = makeActivation(anyActivation());
    checkSame(OpBuffer(std::move(binary)), {&x, &x}, same);
  }
  SECTION("linear resampling") {
    Value y(DType::Float32, {2, 24, 20, 31}, layout);
    plan::ResampleT resample;
    resample.mode = plan::ResampleMode::Linear;
    checkSame(OpBuffer(plan::ResampleT(resample)), {&x}, y);
    Value line(DType::Float32, {2, 24, 40}, layout), longer(DType::Float32, {2, 24, 57}, layout);
    line.fill(random.engine);
    strew(random, line, {infinity, -infinity}, 40);
    checkSame(OpBuffer(std::move(resample)), {&line}, longer);
  }
}

TEST_CASE("layer normalization of rows with NaN or infinity", "[special]") {
  Random random(17);
  Value x(DType::Float32, {40, 601}), y(DType::Float32, {40, 601}), w(DType::Float32, {601});
  x.fill(random.engine);
  w.fill(random.engine);
  strew(random, x, {notANumber, infinity, -infinity}, 12);
  plan::LayerNormT norm;
  norm.axis = 1;
  norm.epsilon = 1e-5f;
  checkSame(OpBuffer(std::move(norm)), {&x, &w}, y);
}
