//===- ReferencePoolTests.cpp - Pooling and reductions ---------------------===//

#include "Support.h"

#include <cmath>
#include <limits>
#include <random>

using namespace quantir;
using namespace quantir::test;

namespace {

using Random = std::mt19937;

int64_t between(Random &random, int64_t low, int64_t high) {
  return std::uniform_int_distribution<int64_t>(low, high)(random);
}

TensorSpec codes(Dims dims, float scale = 0.1f, int32_t zeroPoint = 30) {
  return TensorSpec::codes(DType::UInt8, std::move(dims), scale, zeroPoint);
}

Tensor randomCodes(Random &random, Dims dims) {
  Tensor tensor(DType::UInt8, std::move(dims));
  for (uint8_t &value : tensor.as<uint8_t>())
    value = static_cast<uint8_t>(random());
  return tensor;
}

/// The size of a pooled dimension, as PyTorch computes it.
int64_t pooledSize(int64_t in, int64_t kernel, int64_t stride, int64_t begin, int64_t end,
                   int64_t dilation, bool ceilMode) {
  int64_t span = in + begin + end - dilation * (kernel - 1) - 1;
  if (span < 0)
    return 0;
  int64_t size = (ceilMode ? (span + stride - 1) / stride : span / stride) + 1;
  if (ceilMode && (size - 1) * stride >= in + begin)
    --size;
  return size;
}

} // namespace

TEST_CASE("max and average pooling are what their definitions say") {
  for (unsigned seed = 0; seed < 200; ++seed) {
    INFO("seed " << seed);
    Random random(seed);
    int64_t in[2], out[2], kernel[2], stride[2], begin[2], end[2], dilation[2];
    bool ceilMode = between(random, 0, 1), average = between(random, 0, 1);
    bool includePad = between(random, 0, 1), last = between(random, 0, 1);
    for (int d = 0; d < 2; ++d) {
      in[d] = between(random, 3, 8);
      kernel[d] = between(random, 1, 3);
      stride[d] = between(random, 1, 3);
      dilation[d] = between(random, 1, 2);
      begin[d] = between(random, 0, dilation[d] * (kernel[d] - 1));
      end[d] = between(random, 0, dilation[d] * (kernel[d] - 1));
      out[d] = pooledSize(in[d], kernel[d], stride[d], begin[d], end[d], dilation[d], ceilMode);
    }
    if (out[0] < 1 || out[1] < 1)
      continue;
    plan::PoolT options;
    options.kind = average ? plan::PoolKind::Average : plan::PoolKind::Max;
    options.kernel = {kernel[0], kernel[1]};
    options.strides = {stride[0], stride[1]};
    options.padding = {begin[0], begin[1], end[0], end[1]};
    options.dilations = {dilation[0], dilation[1]};
    options.ceil_mode = ceilMode;
    options.count_include_pad = includePad;
    Dims xDims = {2, 3, in[0], in[1]}, yDims = {2, 3, out[0], out[1]};
    Tensor x = randomCodes(random, xDims);
    std::vector<uint8_t> values = valuesOf<uint8_t>(x);
    std::vector<Tensor> inputs;
    inputs.push_back(std::move(x));
    TensorSpec input = codes(xDims), output = codes(yDims), real = TensorSpec::floats(yDims);
    Tensor y = runOp(options, {last ? input.channelsLast() : input}, inputs,
                     last ? output.channelsLast() : output);
    Tensor z;
    if (average)
      z = runOp(options, {last ? input.channelsLast() : input}, inputs, real);
    for (int64_t i = 0; i < y.numElements(); ++i) {
      int64_t ow = i % out[1], oh = i / out[1] % out[0], plane = i / out[1] / out[0];
      int best = 0;
      int64_t sum = 0, valid = 0, padded = 0;
      for (int64_t kh = 0; kh < kernel[0]; ++kh)
        for (int64_t kw = 0; kw < kernel[1]; ++kw) {
          int64_t h = oh * stride[0] - begin[0] + kh * dilation[0];
          int64_t w = ow * stride[1] - begin[1] + kw * dilation[1];
          padded += h < in[0] + end[0] && w < in[1] + end[1];
          if (h < 0 || h >= in[0] || w < 0 || w >= in[1])
            continue;
          int value = values[(plane * in[0] + h) * in[1] + w];
          best = std::max(best, value);
          sum += value - 30;
          ++valid;
        }
      if (!average) {
        CHECK(y.as<uint8_t>()[i] == best);
        continue;
      }
      double count = std::max<double>(includePad ? padded : valid, 1);
      CHECK(std::abs(y.as<uint8_t>()[i] - std::clamp(sum / count + 30, 0.0, 255.0)) <= 0.5001);
      CHECK(std::abs(z.as<float>()[i] - sum / count * double(0.1f)) <= 1e-4);
    }
  }
}

TEST_CASE("pooling over one and three dimensions") {
  plan::PoolT options;
  options.kernel = {2};
  options.strides = {2};
  Tensor y = runOp(options, {TensorSpec::floats({1, 1, 4})},
                   {floatTensor({1, 1, 4}, {1, 5, -3, -4})}, TensorSpec::floats({1, 1, 2}));
  CHECK(valuesOf<float>(y) == std::vector<float>{5, -3});
  options.kind = plan::PoolKind::Average;
  options.kernel = {2, 2, 2};
  options.strides = {2, 2, 2};
  y = runOp(options, {TensorSpec::floats({1, 1, 2, 2, 2}).channelsLast()},
            {floatTensor({1, 1, 2, 2, 2}, {1, 2, 3, 4, 5, 6, 7, 8})},
            TensorSpec::floats({1, 1, 1, 1, 1}));
  CHECK(valuesOf<float>(y) == std::vector<float>{4.5f});
}

TEST_CASE("a maximum keeps NaN, and of nothing is the least value") {
  float nan = std::numeric_limits<float>::quiet_NaN();
  plan::PoolT options;
  options.kernel = {3};
  options.strides = {3};
  Tensor y = runOp(options, {TensorSpec::floats({1, 1, 6})},
                   {floatTensor({1, 1, 6}, {nan, 5, 1, 2, nan, 3})}, TensorSpec::floats({1, 1, 2}));
  CHECK(std::isnan(y.as<float>()[0]));
  CHECK(std::isnan(y.as<float>()[1]));
  // Two taps, two apart, around the only element: both are padding.
  options.kernel = {2};
  options.strides = {1};
  options.dilations = {2};
  options.padding = {1, 1};
  Tensor q = runOp(options, {codes({1, 1, 1})}, {byteTensor({1, 1, 1}, {9})}, codes({1, 1, 1}));
  CHECK(q.as<uint8_t>()[0] == 0);
  options.kind = plan::PoolKind::Average;
  q = runOp(options, {codes({1, 1, 1})}, {byteTensor({1, 1, 1}, {9})}, codes({1, 1, 1}));
  CHECK(q.as<uint8_t>()[0] == 30);
}

TEST_CASE("adaptive pooling averages PyTorch's bins") {
  Random random(3);
  for (int64_t size = 1; size <= 9; ++size) {
    Tensor x = randomCodes(random, {1, 2, 7, 5});
    std::vector<uint8_t> values = valuesOf<uint8_t>(x);
    std::vector<Tensor> inputs;
    inputs.push_back(std::move(x));
    plan::AdaptiveAveragePoolT options;
    options.output_size = {size, 3};
    Tensor y = runOp(options, {codes({1, 2, 7, 5}).channelsLast()}, inputs, codes({1, 2, size, 3}));
    for (int64_t c = 0; c < 2; ++c)
      for (int64_t i = 0; i < size; ++i)
        for (int64_t j = 0; j < 3; ++j) {
          double sum = 0, count = 0;
          for (int64_t h = i * 7 / size; h < std::ceil(double(i + 1) * 7 / size); ++h)
            for (int64_t w = j * 5 / 3; w < std::ceil((j + 1) * 5 / 3.0); ++w, ++count)
              sum += values[(c * 7 + h) * 5 + w];
          CHECK(std::abs(y.as<uint8_t>()[(c * size + i) * 3 + j] - sum / count) <= 0.5001);
        }
  }
}

TEST_CASE("averages of equal encodings round half to even around the zero point") {
  plan::PoolT options;
  options.kind = plan::PoolKind::Average;
  options.kernel = {2};
  options.strides = {2};
  // Sums of q - 10: 1, 3, -1, -3; halves 0.5, 1.5, -0.5, -1.5.
  Tensor y =
      runOp(options, {codes({1, 1, 8}, 0.3f, 10)},
            {byteTensor({1, 1, 8}, {10, 11, 11, 12, 10, 9, 9, 8})}, codes({1, 1, 4}, 0.3f, 10));
  CHECK(valuesOf<uint8_t>(y) == std::vector<uint8_t>{10, 12, 10, 8});
}

TEST_CASE("mean over any axes, kept or dropped, in both layouts") {
  Random random(4);
  std::vector<float> x(2 * 3 * 4 * 2);
  for (float &value : x)
    value = static_cast<float>(between(random, -100, 100));
  Dims dims = {2, 3, 4, 2};
  for (int mask = 1; mask < 16; ++mask)
    for (bool keep : {false, true})
      for (bool last : {false, true}) {
        plan::MeanT options;
        options.keep_dims = keep;
        Dims kept, result;
        double count = 1;
        for (int d = 0; d < 4; ++d) {
          bool reduced = mask >> d & 1;
          kept.push_back(reduced ? 1 : dims[d]);
          if (reduced) {
            options.axes.push_back(d);
            count *= dims[d];
          }
          if (!reduced || keep)
            result.push_back(kept.back());
        }
        TensorSpec input = TensorSpec::floats(dims);
        Tensor y = runOp(options, {last ? input.channelsLast() : input}, {floatTensor(dims, x)},
                         TensorSpec::floats(result));
        std::vector<double> sums(numElements(kept));
        for (int64_t i = 0; i < 48; ++i) {
          int64_t index[] = {i / 24, i / 8 % 3, i / 2 % 4, i % 2}, offset = 0;
          for (int d = 0; d < 4; ++d)
            offset = offset * kept[d] + (kept[d] == 1 ? 0 : index[d]);
          sums[offset] += x[i];
        }
        REQUIRE(y.numElements() == static_cast<int64_t>(sums.size()));
        for (size_t i = 0; i < sums.size(); ++i)
          CHECK(std::abs(y.as<float>()[i] - sums[i] / count) <= 1e-4);
      }
}

TEST_CASE("mean of codes is quantized with the result's parameters") {
  plan::MeanT options;
  options.axes = {1};
  Tensor y = runOp(options, {codes({2, 3}, 0.5f, 4)}, {byteTensor({2, 3}, {4, 6, 8, 0, 0, 1})},
                   TensorSpec::codes(DType::Int8, {2}, 0.25f, 1));
  CHECK(valuesOf<int8_t>(y) == std::vector<int8_t>{5, -6}); // 1.0; -1.8333 / 0.25 + 1 = -6.33
}
