//===- QuantizedInputsTests.cpp - Float data for quantized inputs ---------===//

#include "runtime/data/QuantizedInputs.h"

#include <catch2/catch_test_macros.hpp>

#include <array>

using namespace quantir;
using namespace quantir::runtime;

static TensorInfo input(DType dtype, std::optional<QuantInfo> quant) {
  TensorInfo info;
  info.name = "x";
  info.dtype = dtype;
  info.dims = {-1, 4};
  info.quant = std::move(quant);
  return info;
}

/// Gives -1, 0.25, 0.75 and 1000 in every row.
static Status fillFloats(int64_t, int64_t count, std::span<const TensorView> inputs) {
  for (const TensorView &view : inputs) {
    REQUIRE(view.dtype == DType::Float32);
    float *to = static_cast<float *>(view.data);
    for (int64_t n = 0; n < count; ++n)
      for (float value : {-1.0f, 0.25f, 0.75f, 1000.0f})
        *to++ = value;
  }
  return Status();
}

TEST_CASE("float data are quantized as the plan's input says") {
  std::array inputs = {input(DType::UInt8, QuantInfo{{0.5f}, {7}, -1, 0, 255}),
                       input(DType::Int8, QuantInfo{{0.5f}, {-3}, -1, -128, 127}),
                       input(DType::Float32, std::nullopt)};
  std::vector<TensorInfo> data = dataInputs(inputs);
  for (const TensorInfo &info : data) {
    CHECK(info.dtype == DType::Float32);
    CHECK_FALSE(info.quant);
  }

  Tensor bytes(DType::UInt8, {2, 4}), codes(DType::Int8, {2, 4}), floats(DType::Float32, {2, 4});
  SampleSource source = quantizingSource(inputs, fillFloats);
  REQUIRE(source(0, 2, std::array{bytes.view(), codes.view(), floats.view()}));
  // Ties go to even: 0.25 / 0.5 is 0, 0.75 / 0.5 is 2.
  CHECK(std::vector<uint8_t>(bytes.as<uint8_t>().begin(), bytes.as<uint8_t>().end()) ==
        std::vector<uint8_t>{5, 7, 9, 255, 5, 7, 9, 255});
  CHECK(std::vector<int8_t>(codes.as<int8_t>().begin(), codes.as<int8_t>().end()) ==
        std::vector<int8_t>{-5, -3, -1, 127, -5, -3, -1, 127});
  CHECK(floats.as<float>()[3] == 1000.0f);
}

TEST_CASE("a source's error is passed on") {
  std::array inputs = {input(DType::UInt8, QuantInfo{{0.5f}, {7}, -1, 0, 255})};
  SampleSource source = quantizingSource(inputs, [](int64_t, int64_t, std::span<const TensorView>) {
    return Status::invalidData("no data");
  });
  Tensor bytes(DType::UInt8, {1, 4});
  Status status = source(0, 1, std::array{bytes.view()});
  CHECK_FALSE(status);
  CHECK(status.message() == "no data");
}
