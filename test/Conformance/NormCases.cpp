//===- NormCases.cpp - Random normalizations and resampled images ----------===//

#include "Cases.h"

namespace quantir::test {

/// An op with a result of its input's dims, its layout mostly too.
static void setInputAndResult(Random &random, OpCase &test, bool quantized, const Dims &dims) {
  TensorSpec input = randomSpec(random, quantized, dims);
  setResult(random, test, quantized, dims);
  if (random.between(0, 2))
    test.result.layout = input.layout;
  test.inputs.push_back(randomInput(random, std::move(input)));
}

/// Float parameters, mostly constant.
static void addParameters(Random &random, OpCase &test, const Dims &dims, int64_t count) {
  bool constant = random.between(0, 2);
  for (int64_t i = 0; i < count; ++i)
    test.inputs.push_back(randomInput(random, TensorSpec::floats(dims), constant));
}

OpCase layerNormCase(Random &random, bool quantized) {
  OpCase test;
  Dims dims;
  for (int64_t d = random.between(1, 4); d > 0; --d)
    dims.push_back(random.between(1, 12));
  dims.push_back(random.oneIn(4) ? random.between(500, 1100) : random.between(2, 70));
  plan::LayerNormT options;
  options.axis = static_cast<int32_t>(random.between(0, static_cast<int64_t>(dims.size()) - 1));
  options.epsilon = random.pick({1e-5f, 1e-12f, 0.1f});
  setInputAndResult(random, test, quantized, dims);
  addParameters(random, test, Dims(dims.begin() + options.axis, dims.end()),
                random.oneIn(3) ? 1 : 2);
  test.options.Set(options);
  return test;
}

OpCase groupNormCase(Random &random, bool quantized) {
  OpCase test;
  Dims dims = randomImage(random, random.between(0, 3), 2, 12);
  plan::GroupNormT options;
  options.epsilon = random.pick({1e-5f, 0.1f});
  do
    options.groups = random.coin() ? dims[1] : random.between(1, dims[1]);
  while (dims[1] % options.groups);
  // With one element in a group nothing but the bias is left.
  if (dims.size() == 2 && options.groups == dims[1])
    options.groups = 1;
  setInputAndResult(random, test, quantized, dims);
  addParameters(random, test, {dims[1]}, random.oneIn(3) ? 1 : 2);
  test.options.Set(options);
  return test;
}

OpCase preluCase(Random &random, bool quantized) {
  OpCase test;
  test.options.Set(plan::PReluT());
  Dims dims = randomImage(random, random.between(0, 3), 1, 12);
  setInputAndResult(random, test, quantized, dims);
  addParameters(random, test, {random.coin() ? dims[1] : 1}, 1);
  return test;
}

/// The two sizes and the modes; the result's dims.
static Dims randomResample(Random &random, const Dims &image, plan::ResampleT &options) {
  options.coordinates =
      static_cast<plan::CoordinateMode>(random.between(0, int64_t(plan::CoordinateMode::MAX)));
  options.rounding =
      static_cast<plan::NearestRounding>(random.between(0, int64_t(plan::NearestRounding::MAX)));
  Dims result = {image[0], image[1]};
  bool scaled = random.coin();
  for (size_t d = 2; d < image.size(); ++d) {
    float scale = random.oneIn(3) ? 2.0f : random.real(0.4f, 3.0f);
    result.push_back(std::max<int64_t>(1, static_cast<int64_t>(image[d] * scale)));
    if (scaled)
      options.scales.push_back(scale);
  }
  return result;
}

OpCase nearestCase(Random &random, bool quantized) {
  OpCase test;
  plan::ResampleT options;
  Dims image = randomImage(random, random.between(1, 3), 1, 9);
  Dims result = randomResample(random, image, options);
  test.options.Set(std::move(options));
  TensorSpec input = randomSpec(random, quantized, image);
  test.result = specLike(random, input, result);
  if (random.between(0, 2))
    test.result.layout = input.layout;
  test.inputs.push_back(randomInput(random, std::move(input)));
  return test;
}

OpCase linearResampleCase(Random &random, bool quantized) {
  OpCase test;
  plan::ResampleT options;
  options.mode = plan::ResampleMode::Linear;
  Dims image = randomImage(random, random.between(1, 3), 1, 9);
  Dims result = randomResample(random, image, options);
  test.options.Set(std::move(options));
  TensorSpec input = randomSpec(random, quantized, image);
  setResult(random, test, quantized, result);
  if (random.between(0, 2))
    test.result.layout = input.layout;
  test.inputs.push_back(randomInput(random, std::move(input)));
  return test;
}

} // namespace quantir::test
