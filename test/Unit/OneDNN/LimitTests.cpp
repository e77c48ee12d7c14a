//===- LimitTests.cpp - Numbers that 32 bits do not hold ---------===//
//
// Each is computed by both backends, and is known beforehand.
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
constexpr Layout channelsLast = Layout::ChannelsLast;
constexpr int32_t least = std::numeric_limits<int32_t>::min(),
                  largest = std::numeric_limits<int32_t>::max();

/// Calls check(implementation) after each backend has computed `output`.
template <typename Check>
void onBoth(const OpBuffer &op, const std::vector<Value *> &inputs, Value &output, Check check) {
  for (const Backend *backend : {&referenceBackend(), &onednnBackend()}) {
    INFO(backend->name());
    std::memset(output.memory.get(), 0xA5, output.bytes());
    const std::string implementation = run(*backend, op, inputs, output);
    INFO(implementation);
    check(implementation);
  }
}

OpBuffer meanOf(Dims axes) {
  plan::MeanT mean;
  mean.axes = std::move(axes);
  return OpBuffer(std::move(mean));
}

} // namespace

TEST_CASE("averages of more codes than int32 can sum", "[limits]") {
  const bool isSigned = GENERATE(true, false);
  const int64_t count = 10 << 20;
  // Two channels, so that the positions of one are apart from each other.
  Value x(isSigned ? DType::Int8 : DType::UInt8, {1, 2, count / 4, 4}, channelsLast);
  std::memset(x.memory.get(), isSigned ? 0x80 : 0xFF, x.bytes());
  x.setQuant({0.5f}, {isSigned ? 127 : 0});
  const double expected = isSigned ? -127.5 : 127.5;
  SECTION("mean") {
    Value y(DType::Float32, {1, 2});
    onBoth(meanOf({2, 3}), {&x}, y, [&](const std::string &) {
      CHECK(y[0] == expected);
      CHECK(y[1] == expected);
    });
  }
  Value y(DType::Float32, {1, 2, 1, 1}, channelsLast);
  SECTION("adaptive pool") {
    plan::AdaptiveAveragePoolT pool;
    pool.output_size = {1, 1};
    onBoth(OpBuffer(std::move(pool)), {&x}, y, [&](const std::string &) {
      CHECK(y[0] == expected);
      CHECK(y[1] == expected);
    });
  }
  SECTION("pool") {
    plan::PoolT pool;
    pool.kind = plan::PoolKind::Average;
    pool.kernel = {count / 4, 4};
    onBoth(OpBuffer(std::move(pool)), {&x}, y, [&](const std::string &) {
      CHECK(y[0] == expected);
      CHECK(y[1] == expected);
    });
  }
}

TEST_CASE("averages of many floats far from zero", "[limits]") {
  Value x(DType::Float32, {1, 2, 2048, 1024}, channelsLast), y(DType::Float32, {1, 2});
  for (int64_t i = 0; i < x.operand.numElements(); ++i)
    x.data<float>()[i] = 100.0f + float(i % 4) * 0.25f + float(i % 2) * 0.5f;
  onBoth(meanOf({2, 3}), {&x}, y, [&](const std::string &) {
    CHECK(y[0] == 100.25);
    CHECK(y[1] == 101.0);
  });
}

TEST_CASE("a 32-bit code less its zero point may need 33 bits", "[limits]") {
  Value x(DType::Int32, {40}), y(DType::Float32, {40});
  const int32_t zeroPoint = GENERATE(0, 1, -1, least, largest);
  for (int64_t i = 0; i < 40; ++i)
    x.data<int32_t>()[i] = i % 4 == 0 ? least : i % 4 == 1 ? largest : int32_t(i);
  x.setQuant({0.25f}, {zeroPoint});
  onBoth(OpBuffer(plan::DequantizeT()), {&x}, y, [&](const std::string &) {
    for (int64_t i = 0; i < 40; ++i)
      CHECK(y[i] == float(int64_t(x[i]) - zeroPoint) * 0.25f);
  });
}

TEST_CASE("a sum of products that int32 does not hold", "[limits]") {
  // Small enough for every CPU's integer products; 2.4e9 in all.
  const int64_t terms = 300000;
  const bool isConv = GENERATE(true, false), negative = GENERATE(true, false);
  const int code = negative ? -63 : 63;
  Value x(DType::UInt8, isConv ? Dims{1, terms, 1} : Dims{1, terms},
          isConv ? channelsLast : Layout::RowMajor);
  Value w(DType::Int8, isConv ? Dims{3, terms, 1} : Dims{terms, 3});
  Value y(DType::Float32, isConv ? Dims{1, 3, 1} : Dims{1, 3},
          isConv ? channelsLast : Layout::RowMajor);
  std::memset(x.memory.get(), 127, x.bytes());
  std::memset(w.memory.get(), code, w.bytes());
  w.makeConstant();
  x.setQuant({1.0f}, {0});
  x.quant.quantMax = 127;
  w.setQuant({1.0f}, {0});
  const double expected = float(terms * 127 * code);
  onBoth(isConv ? OpBuffer(plan::ConvT()) : OpBuffer(plan::MatMulT()), {&x, &w, nullptr, nullptr},
         y, [&](const std::string &implementation) {
           if (implementation.empty()) // left to the reference
             return;
           for (int64_t i = 0; i < 3; ++i)
             CHECK(y[i] == expected);
         });
  // Small weights, of which there are as many, are the backend's own business.
  for (int64_t i = 0; i < w.operand.numElements(); ++i)
    w.data<int8_t>()[i] = int8_t(i % 3 - 1);
  onBoth(isConv ? OpBuffer(plan::ConvT()) : OpBuffer(plan::MatMulT()), {&x, &w, nullptr, nullptr},
         y, [&](const std::string &implementation) { CHECK(implementation != ""); });
}

TEST_CASE("windows that oneDNN has no numbers for", "[limits]") {
  const int64_t far = int64_t(1) << 40;
  SECTION("strides") {
    Value x(DType::Float32, {1, 3, 2, 2}, channelsLast),
        y(DType::Float32, {1, 3, 1, 1}, channelsLast);
    for (int64_t i = 0; i < 12; ++i)
      x.data<float>()[i] = float(i);
    plan::PoolT pool;
    pool.kernel = {1, 1};
    pool.strides = {far, far};
    onBoth(OpBuffer(std::move(pool)), {&x}, y, [&](const std::string &implementation) {
      CHECK(implementation != "");
      CHECK(y[1] == 1);
    });
  }
  SECTION("padding and dilations") {
    for (const DType type : {DType::UInt8, DType::Float32}) {
      Value x(type, {1, 3, 2}, channelsLast), y(type, {1, 3, 2}, channelsLast);
      Random random(1);
      x.fill(random.engine, 1, 9);
      if (type == DType::UInt8)
        x.setQuant({1.0f}, {0}), y.setQuant({1.0f}, {0});
      plan::PoolT pool;
      pool.kernel = {2};
      pool.dilations = {far};
      pool.padding = {far, 0}; // the second of two positions is the input's own
      const OpBuffer op(std::move(pool));
      const Difference difference = compare(op, {&x}, y);
      CHECK((difference.implementation == "" || difference.wrong == 0));
      REQUIRE(run(referenceBackend(), op, {&x}, y) == "reference");
      for (int64_t i = 0; i < 6; ++i)
        CHECK(y[i] == x[i]);
    }
  }
  SECTION("convolutions") {
    Value x(DType::Float32, {1, 3, 2}, channelsLast), w(DType::Float32, {1, 3, 1}),
        y(DType::Float32, {1, 1, 1}, channelsLast);
    plan::ConvT conv;
    conv.strides = {far};
    CHECK(run(onednnBackend(), OpBuffer(std::move(conv)), {&x, &w}, y) == "");
  }
}

TEST_CASE("the step of a slice of one element may be any number", "[limits]") {
  const int64_t step = GENERATE(std::numeric_limits<int64_t>::min(), 1);
  Value x(DType::Float32, {3, 4}), y(DType::Float32, {1, 4});
  Random random(1);
  x.fill(random.engine);
  plan::SliceT slice;
  slice.starts = {2, 0};
  slice.steps = {step, 1};
  onBoth(OpBuffer(std::move(slice)), {&x}, y, [&](const std::string &implementation) {
    CHECK(implementation != "");
    for (int64_t i = 0; i < 4; ++i)
      CHECK(y[i] == x[8 + i]);
  });
}
