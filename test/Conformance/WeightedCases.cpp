//===- WeightedCases.cpp - Random convolutions and matrix products ---------===//

#include "Cases.h"

namespace quantir::test {
namespace {

/// Weights: floats, or int8 with a scale per channel, sometimes one.
TensorSpec weightSpec(Random &random, bool quantized, Dims dims, int axis) {
  if (!quantized)
    return TensorSpec::floats(std::move(dims));
  if (random.oneIn(4))
    return TensorSpec::codes(DType::Int8, std::move(dims), random.real(0.002f, 0.02f), 0);
  std::vector<float> scales(dims[axis]);
  for (float &scale : scales)
    scale = random.real(0.002f, 0.02f);
  return TensorSpec::channelCodes(DType::Int8, std::move(dims), axis, scales);
}

/// Absent, float32 or int32.
std::optional<CaseInput> randomBias(Random &random, bool quantized, int64_t channels) {
  if (random.oneIn(4))
    return std::nullopt;
  DType dtype = quantized && random.oneIn(3) ? DType::Int32 : DType::Float32;
  return randomInput(random, {dtype, {channels}}, true);
}

/// Absent, or of the result's shape.
std::optional<CaseInput> randomAddend(Random &random, bool quantized, const Dims &dims,
                                      const TensorSpec &result) {
  if (random.between(0, 2))
    return std::nullopt;
  TensorSpec spec = randomSpec(random, quantized && !random.oneIn(6), dims);
  if (random.coin()) // as in a network where everything has one layout
    spec.layout = result.layout;
  return randomInput(random, spec);
}

struct Shape {
  Dims image;
  int64_t outChannels, groups;
  Dims kernel, strides, padding, dilations, outputPadding, result;
};

/// Rarely other than symmetric padding and no dilation, as in real models.
Shape randomWindow(Random &random, bool transposed) {
  Shape shape;
  int64_t spatial = random.pick<int64_t>({1, 2, 2, 2, 2, 3});
  int64_t size = spatial == 3 ? 6 : 14;
  Dims begins, ends;
  shape.image = randomImage(random, spatial, 1, size);
  shape.groups = 1;
  shape.outChannels = random.oneIn(3) ? random.pick<int64_t>({16, 32, 64}) : random.between(1, 40);
  for (int64_t d = 0; d < spatial; ++d) {
    int64_t kernel = random.pick<int64_t>({1, 2, 3, 3, 5});
    int64_t stride = random.between(1, 3), dilation = random.oneIn(4) ? 2 : 1;
    int64_t begin = random.between(0, kernel - 1), end = random.oneIn(4) ? 0 : begin;
    int64_t extent = dilation * (kernel - 1) + 1;
    int64_t &in = shape.image[d + 2];
    int64_t outputPadding = transposed ? random.between(0, std::max(stride, dilation) - 1) : 0;
    if (transposed) {
      while ((in - 1) * stride + extent - begin - end + outputPadding < 1)
        ++in;
    } else {
      in = std::max(in, extent - begin - end);
    }
    shape.kernel.push_back(kernel);
    shape.strides.push_back(stride);
    shape.dilations.push_back(dilation);
    shape.outputPadding.push_back(outputPadding);
    begins.push_back(begin);
    ends.push_back(end);
    shape.result.push_back(transposed ? (in - 1) * stride + extent - begin - end + outputPadding
                                      : (in + begin + end - extent) / stride + 1);
  }
  shape.padding = begins;
  shape.padding.insert(shape.padding.end(), ends.begin(), ends.end());
  return shape;
}

Dims join(std::initializer_list<int64_t> front, const Dims &back) {
  Dims dims = front;
  dims.insert(dims.end(), back.begin(), back.end());
  return dims;
}

OpCase makeConv(Random &random, bool quantized, const Shape &shape) {
  OpCase test;
  plan::ConvT options;
  options.strides = shape.strides;
  options.padding = shape.padding;
  options.dilations = shape.dilations;
  options.groups = shape.groups;
  options.activation = randomActivation(random);
  test.options.Set(std::move(options));
  Dims weight = join({shape.outChannels, shape.image[1] / shape.groups}, shape.kernel);
  Dims result = join({shape.image[0], shape.outChannels}, shape.result);
  setResult(random, test, quantized, result);
  TensorSpec input = randomSpec(random, quantized, shape.image);
  if (!random.oneIn(4))
    input.layout = test.result.layout;
  test.inputs.push_back(randomInput(random, input));
  test.inputs.push_back(
      randomInput(random, weightSpec(random, quantized, weight, 0), !random.oneIn(10)));
  test.inputs.push_back(randomBias(random, quantized, shape.outChannels));
  test.inputs.push_back(randomAddend(random, quantized, result, test.result));
  return test;
}

/// Puts groups into a shape whose channels allow it.
void setGroups(Random &random, Shape &shape) {
  shape.groups = random.pick<int64_t>({2, 3, 4});
  shape.image[1] = shape.groups * random.between(1, 9);
  shape.outChannels = shape.groups * random.between(1, 9);
}

} // namespace

OpCase convCase(Random &random, bool quantized) {
  Shape shape = randomWindow(random, false);
  if (random.oneIn(4))
    setGroups(random, shape);
  return makeConv(random, quantized, shape);
}

OpCase depthwiseConvCase(Random &random, bool quantized) {
  Shape shape = randomWindow(random, false);
  shape.groups = shape.image[1];
  shape.outChannels = shape.groups * (random.oneIn(4) ? 2 : 1);
  return makeConv(random, quantized, shape);
}

OpCase convTransposeCase(Random &random, bool quantized) {
  Shape shape = randomWindow(random, true);
  if (random.oneIn(3))
    setGroups(random, shape);
  OpCase test;
  plan::ConvTransposeT options;
  options.strides = shape.strides;
  options.padding = shape.padding;
  options.output_padding = shape.outputPadding;
  options.dilations = shape.dilations;
  options.groups = shape.groups;
  options.activation = randomActivation(random);
  test.options.Set(std::move(options));
  Dims weight = join({shape.image[1] / shape.groups, shape.outChannels}, shape.kernel);
  setResult(random, test, quantized, join({shape.image[0], shape.outChannels}, shape.result));
  test.inputs.push_back(randomInput(random, randomSpec(random, quantized, shape.image)));
  test.inputs.push_back(
      randomInput(random, weightSpec(random, quantized, weight, 1), !random.oneIn(10)));
  test.inputs.push_back(randomBias(random, quantized, shape.outChannels));
  return test;
}

OpCase matMulCase(Random &random, bool quantized) {
  int64_t m = random.between(1, 20), n = random.between(1, 70), k = random.between(1, 130);
  bool layer = random.coin(); // activations times a constant matrix
  Dims batch, left, right;
  for (int64_t d = random.between(0, 2); d > 0; --d) {
    batch.push_back(random.between(1, 4));
    left.push_back(layer || random.between(0, 3) ? batch.back() : 1);
    right.push_back(left.back() == batch.back() && random.oneIn(4) ? 1 : batch.back());
  }
  if (layer)
    right.clear();
  OpCase test;
  plan::MatMulT options;
  options.transpose_b = layer ? !random.oneIn(4) : random.coin();
  options.activation = randomActivation(random);
  auto matrix = [](Dims dims, int64_t rows, int64_t columns) {
    dims.push_back(rows);
    dims.push_back(columns);
    return dims;
  };
  Dims rightDims = options.transpose_b ? matrix(right, n, k) : matrix(right, k, n);
  int axis = static_cast<int>(right.size()) + (options.transpose_b ? 0 : 1);
  test.options.Set(std::move(options));
  Dims result = matrix(batch, m, n);
  setResult(random, test, quantized, result);
  auto plainSpec = [&](Dims dims) { // matrices are row-major
    return randomSpec(random, quantized, std::move(dims)).rowMajor();
  };
  if (!random.oneIn(8))
    test.result.layout = plan::Layout::RowMajor;
  test.inputs.push_back(randomInput(random, plainSpec(matrix(left, m, k))));
  test.inputs.push_back(
      layer ? randomInput(random, weightSpec(random, quantized, rightDims, axis), true)
            : randomInput(random, plainSpec(rightDims)));
  test.inputs.push_back(randomBias(random, quantized, n));
  test.inputs.push_back(randomAddend(random, quantized, result, test.result));
  return test;
}

OpCase channelAffineCase(Random &random, bool quantized) {
  OpCase test;
  plan::ChannelAffineT options;
  options.activation = randomActivation(random);
  test.options.Set(std::move(options));
  Dims dims = randomImage(random, random.between(0, 3), 1, 9);
  setResult(random, test, quantized, dims);
  test.inputs.push_back(randomInput(random, randomSpec(random, quantized, dims)));
  for (int i = 0; i < 2; ++i)
    test.inputs.push_back(randomInput(random, TensorSpec::floats({dims[1]}), !random.oneIn(4)));
  return test;
}

} // namespace quantir::test
