//===- PoolCases.cpp - Random pools and means ------------------------------===//

#include "Cases.h"

namespace quantir::test {

/// Mostly a small one. Some are so large, and so far from zero, that a sum in float32 is wrong.
static Dims imageToAverage(Random &random, int64_t spatial) {
  if (random.oneIn(20) && spatial > 0)
    return {1, random.between(2, 3), random.between(300, 400), random.between(300, 400)};
  return randomImage(random, spatial, 1, 9);
}

static CaseInput inputToAverage(Random &random, const TensorSpec &spec) {
  CaseInput input = randomInput(random, spec);
  if (spec.dtype == DType::Float32 && input.data.numElements() > 100000)
    for (float &value : input.data.as<float>())
      value += 100;
  return input;
}

/// A window over `image`, of which the result's spatial dims are appended to `result`.
static plan::PoolT randomPool(Random &random, const Dims &image, Dims &result) {
  plan::PoolT options;
  options.ceil_mode = random.oneIn(3);
  options.count_include_pad = random.coin();
  Dims ends;
  for (size_t d = 2; d < image.size(); ++d) {
    int64_t in = image[d];
    int64_t kernel = random.between(1, std::min<int64_t>(in, 4)), stride = random.between(1, 3);
    int64_t dilation = random.oneIn(5) && 2 * (kernel - 1) < in ? 2 : 1;
    int64_t extent = dilation * (kernel - 1) + 1;
    int64_t begin = random.between(0, kernel / 2), end = random.oneIn(3) ? 0 : begin;
    int64_t span = in + begin + end - extent;
    int64_t size = span / stride + 1;
    if (options.ceil_mode && span % stride && size * stride < in + begin)
      ++size;
    options.kernel.push_back(kernel);
    options.strides.push_back(stride);
    options.dilations.push_back(dilation);
    options.padding.push_back(begin);
    ends.push_back(end);
    result.push_back(size);
  }
  options.padding.insert(options.padding.end(), ends.begin(), ends.end());
  return options;
}

OpCase maxPoolCase(Random &random, bool quantized) {
  OpCase test;
  Dims image = randomImage(random, random.between(1, 3), 1, 9), result = {image[0], image[1]};
  test.options.Set(randomPool(random, image, result));
  TensorSpec input = randomSpec(random, quantized, image);
  test.result = specLike(random, input, result);
  if (random.coin())
    test.result.layout = input.layout;
  test.inputs.push_back(randomInput(random, input));
  return test;
}

OpCase averagePoolCase(Random &random, bool quantized) {
  OpCase test;
  Dims image = randomImage(random, random.between(1, 3), 1, 9), result = {image[0], image[1]};
  plan::PoolT options = randomPool(random, image, result);
  options.kind = plan::PoolKind::Average;
  test.options.Set(std::move(options));
  TensorSpec input = randomSpec(random, quantized, image);
  setResult(random, test, quantized, result);
  if (quantized && random.coin()) { // usually the encoding stays
    test.result = specLike(random, input, result);
    test.fitResult = false;
    test.agreement = Agreement::OneStep;
  }
  if (random.coin())
    test.result.layout = input.layout;
  test.inputs.push_back(randomInput(random, input));
  return test;
}

OpCase adaptivePoolCase(Random &random, bool quantized) {
  OpCase test;
  Dims image = imageToAverage(random, random.between(1, 3)), result = {image[0], image[1]};
  plan::AdaptiveAveragePoolT options;
  bool global = random.coin();
  for (size_t d = 2; d < image.size(); ++d)
    options.output_size.push_back(global ? 1 : random.between(1, 5));
  result.insert(result.end(), options.output_size.begin(), options.output_size.end());
  test.options.Set(std::move(options));
  TensorSpec input = randomSpec(random, quantized, image);
  setResult(random, test, quantized, result);
  if (quantized && random.coin()) {
    test.result = specLike(random, input, result);
    test.fitResult = false;
    test.agreement = Agreement::OneStep;
  }
  test.inputs.push_back(inputToAverage(random, input));
  return test;
}

OpCase meanCase(Random &random, bool quantized) {
  OpCase test;
  Dims image = imageToAverage(random, random.between(0, 3)), result;
  plan::MeanT options;
  options.keep_dims = random.coin();
  bool spatial = random.coin();
  for (size_t d = 0; d < image.size(); ++d) {
    bool reduced = spatial ? d >= 2 : random.coin();
    if (d + 1 == image.size() && options.axes.empty())
      reduced = true;
    if (reduced)
      options.axes.push_back(static_cast<int64_t>(d));
    if (!reduced || options.keep_dims)
      result.push_back(reduced ? 1 : image[d]);
  }
  test.options.Set(std::move(options));
  setResult(random, test, quantized, result);
  test.inputs.push_back(inputToAverage(random, randomSpec(random, quantized, image)));
  return test;
}

} // namespace quantir::test
