//===- ReferenceQuantizeTests.cpp - Changing the encoding ------------------===//

#include "Support.h"

#include <limits>

using namespace quantir;
using namespace quantir::test;

namespace {

const float inf = std::numeric_limits<float>::infinity();
const float nan = std::numeric_limits<float>::quiet_NaN();

TensorSpec bytes(Dims dims, float scale, int32_t zeroPoint) {
  return TensorSpec::codes(DType::UInt8, std::move(dims), scale, zeroPoint);
}

} // namespace

TEST_CASE("quantize rounds half to even, before the zero point is added, and saturates") {
  std::vector<float> x = {0,    0.25f, 0.75f, 1.25f, -0.25f, -0.75f,
                          1000, -1000, inf,   -inf,  1e38f,  nan};
  int64_t n = static_cast<int64_t>(x.size());
  Tensor q = runOp(plan::QuantizeT(), {TensorSpec::floats({n})}, {floatTensor({n}, x)},
                   bytes({n}, 0.5f, 11));
  CHECK(valuesOf<uint8_t>(q) ==
        std::vector<uint8_t>{11, 11, 13, 13, 11, 9, 255, 0, 255, 0, 255, 0});
  q = runOp(plan::QuantizeT(), {TensorSpec::floats({n})}, {floatTensor({n}, x)},
            TensorSpec::codes(DType::Int8, {n}, 0.5f, -1));
  CHECK(valuesOf<int8_t>(q) ==
        std::vector<int8_t>{-1, -1, 1, 1, -1, -3, 127, -128, 127, -128, 127, -128});
}

TEST_CASE("quantize multiplies by the reciprocal") {
  // 0.1f is such that x / s and x * (1 / s) round to different integers for this x.
  float scale = 0.1f, x = 0.05f;
  float byReciprocal = x * (1.0f / scale);
  Tensor q = runOp(plan::QuantizeT(), {TensorSpec::floats({1})}, {floatTensor({1}, {x})},
                   bytes({1}, scale, 0));
  CHECK(valuesOf<uint8_t>(q)[0] == (byReciprocal > 0.5f ? 1 : 0));
}

TEST_CASE("quantize keeps to the quantized range") {
  PlanBuilder builder;
  int32_t x = builder.input("x", TensorSpec::floats({3}));
  int32_t q = builder.value("q", bytes({3}, 1, 10));
  builder.graph.tensors[q]->quant->quant_min = 5;
  builder.graph.tensors[q]->quant->quant_max = 127;
  builder.output(builder.op(plan::QuantizeT(), {x}, q));
  std::vector<Tensor> outputs = runPlan(builder, {floatTensor({3}, {-100, 3, 1000})});
  CHECK(valuesOf<uint8_t>(outputs[0]) == std::vector<uint8_t>{5, 13, 127});
}

TEST_CASE("int32 quantization saturates") {
  Tensor q = runOp(plan::QuantizeT(), {TensorSpec::floats({4})},
                   {floatTensor({4}, {3e9f, -3e9f, 2.5f, -7})},
                   TensorSpec::codes(DType::Int32, {4}, 1, 0));
  CHECK(valuesOf<int32_t>(q) == std::vector<int32_t>{INT32_MAX, INT32_MIN, 2, -7});
}

TEST_CASE("quantize and dequantize per channel, in both layouts") {
  TensorSpec spec{DType::Int8, {1, 3, 2}, plan::Layout::RowMajor, {1, 0.5f, 0.25f}, {0, 1, -1}, 1};
  Tensor x = floatTensor({1, 3, 2}, {1, -2, 1, -2, 1, -2});
  std::vector<int8_t> codes = {1, -2, 3, -3, 3, -9};
  for (const TensorSpec &result : {spec, spec.channelsLast()})
    CHECK(valuesOf<int8_t>(
              runOp(plan::QuantizeT(), {TensorSpec::floats({1, 3, 2})}, {x}, result)) == codes);
  Tensor q = makeTensor(DType::Int8, {1, 3, 2}, codes);
  for (const TensorSpec &input : {spec, spec.channelsLast()})
    CHECK(valuesOf<float>(runOp(plan::DequantizeT(), {input}, {q},
                                TensorSpec::floats({1, 3, 2}).channelsLast())) ==
          valuesOf<float>(x));
}

TEST_CASE("requantize goes through real numbers") {
  std::vector<uint8_t> codes(256);
  for (int i = 0; i < 256; ++i)
    codes[i] = static_cast<uint8_t>(i);
  Tensor result = runOp(plan::RequantizeT(), {bytes({256}, 0.5f, 128)}, {byteTensor({256}, codes)},
                        TensorSpec::codes(DType::Int8, {256}, 0.75f, 3));
  std::vector<int8_t> values = valuesOf<int8_t>(result);
  for (int i = 0; i < 256; ++i) {
    double exact = (i - 128) * 0.5 / 0.75 + 3;
    CHECK(std::abs(values[i] - std::clamp(exact, -128.0, 127.0)) <= 0.5 + 1e-4);
  }
}

TEST_CASE("reorder changes the order and nothing else") {
  Tensor x = byteTensor({1, 2, 1, 3}, {1, 2, 3, 4, 5, 6});
  PlanBuilder builder;
  int32_t a = builder.input("x", bytes({1, 2, 1, 3}, 1, 0));
  int32_t b = builder.op(plan::ReorderT(), {a},
                         builder.value("b", bytes({1, 2, 1, 3}, 1, 0).channelsLast()));
  // The bytes of the channels-last value, seen as they lie.
  int32_t flat = builder.op(plan::ReshapeT(), {b}, builder.value("flat", bytes({6}, 1, 0)));
  int32_t c = builder.op(plan::ReorderT(), {b}, builder.value("c", bytes({1, 2, 1, 3}, 1, 0)));
  builder.output(flat);
  builder.output(c);
  std::vector<Tensor> outputs = runPlan(builder, {x});
  // A reshape is of logical order, so it undoes the layout as well.
  CHECK(valuesOf<uint8_t>(outputs[0]) == valuesOf<uint8_t>(x));
  CHECK(valuesOf<uint8_t>(outputs[1]) == valuesOf<uint8_t>(x));
}
