//===- ElementwiseCases.cpp - Random functions and encodings ---------------===//

#include "Cases.h"

namespace quantir::test {

/// Dims of rank 1 to 5.
static Dims randomDims(Random &random) {
  if (random.between(0, 2))
    return randomImage(random, random.between(1, 3), 1, 9);
  Dims dims;
  for (int64_t d = random.between(1, 3); d > 0; --d)
    dims.push_back(random.between(1, 40));
  return dims;
}

OpCase unaryCase(Random &random, bool quantized) {
  OpCase test;
  plan::UnaryT options;
  options.kind = static_cast<plan::UnaryKind>(random.between(0, int64_t(plan::UnaryKind::MAX)));
  options.alpha = random.real(0.01f, 0.4f);
  options.beta = random.real(0.5f, 2);
  if (options.kind == plan::UnaryKind::Pow && random.coin()) // those that a root can compute
    options.alpha = 0.5f * float(random.between(-1, 4));
  test.options.Set(options);
  Dims dims = randomDims(random);
  TensorSpec input = randomSpec(random, quantized, dims);
  setResult(random, test, quantized, dims);
  if (random.coin()) // the usual: same layout, and where the function allows it same encoding
    test.result.layout = input.layout;
  test.inputs.push_back(randomInput(random, input));
  return test;
}

OpCase binaryCase(Random &random, bool quantized) {
  OpCase test;
  plan::BinaryT options;
  options.kind = static_cast<plan::BinaryKind>(random.between(0, int64_t(plan::BinaryKind::MAX)));
  options.activation = randomActivation(random);
  Dims result = randomDims(random), left = result, right = result;
  if (random.coin()) // broadcast one side, in some dimensions, maybe leading ones left out
    for (int64_t &dim : random.coin() ? left : right)
      dim = random.coin() ? 1 : dim;
  if (random.oneIn(3)) {
    Dims &side = left == result ? right : left;
    while (side.size() > 1 && (side[0] == 1 || random.coin()) &&
           (left == result || right == result))
      side.erase(side.begin());
  }
  setResult(random, test, quantized, result);
  CaseInput a = randomInput(random, randomSpec(random, quantized, left));
  CaseInput b = randomInput(random, randomSpec(random, quantized, right), random.oneIn(4));
  if (!random.oneIn(4)) {
    a.spec.layout = left.size() < 3 ? plan::Layout::RowMajor : test.result.layout;
    if (!b.constant)
      b.spec.layout = right.size() < 3 ? plan::Layout::RowMajor : test.result.layout;
  }
  if (options.kind == plan::BinaryKind::Div && !quantized)
    for (float &value : b.data.as<float>())
      value = value < 0 ? value - 0.5f : value + 0.5f;
  if (options.kind == plan::BinaryKind::Div && quantized)
    for (uint8_t &code : b.data.as<uint8_t>()) // not zero, nor near it
      code = static_cast<uint8_t>(
          b.spec.zeroPoints[0] +
          (b.spec.zeroPoints[0] > (b.spec.dtype == DType::Int8 ? 0 : 128) ? -1 : 1) *
              (20 + code % 100));
  test.options.Set(std::move(options));
  test.inputs.push_back(std::move(a));
  test.inputs.push_back(std::move(b));
  return test;
}

OpCase softmaxCase(Random &random, bool quantized) {
  OpCase test;
  Dims dims = randomDims(random);
  plan::SoftmaxT options;
  options.axis = static_cast<int32_t>(random.between(0, static_cast<int64_t>(dims.size()) - 1));
  test.options.Set(options);
  setResult(random, test, quantized, dims);
  test.inputs.push_back(randomInput(random, randomSpec(random, quantized, dims)));
  return test;
}

/// Codes of any type; sometimes with a scale per index of an axis.
static TensorSpec anyCodes(Random &random, const Dims &dims, int axis) {
  TensorSpec spec = randomSpec(random, true, dims);
  if (random.oneIn(8)) {
    spec.dtype = DType::Int32;
    spec.zeroPoints = {0};
    spec.scales = {random.real(1e-4f, 1e-3f)};
  }
  if (axis < 0)
    return spec;
  spec.axis = axis;
  spec.scales.resize(dims[axis]);
  for (float &scale : spec.scales)
    scale = random.real(0.005f, 0.1f);
  spec.zeroPoints.resize(dims[axis], spec.zeroPoints[0]);
  return spec;
}

static int anyAxis(Random &random, const Dims &dims) {
  return random.between(0, 2)
             ? -1
             : static_cast<int>(random.between(0, static_cast<int64_t>(dims.size()) - 1));
}

OpCase quantizeCase(Random &random) {
  OpCase test;
  test.options.Set(plan::QuantizeT());
  Dims dims = randomDims(random);
  test.result = anyCodes(random, dims, anyAxis(random, dims));
  test.inputs.push_back(randomInput(random, randomSpec(random, false, dims)));
  test.agreement = Agreement::OneStep;
  return test;
}

OpCase dequantizeCase(Random &random) {
  OpCase test;
  test.options.Set(plan::DequantizeT());
  Dims dims = randomDims(random);
  test.result = randomSpec(random, false, dims);
  test.inputs.push_back(randomInput(random, anyCodes(random, dims, anyAxis(random, dims))));
  test.agreement = Agreement::Close;
  return test;
}

OpCase requantizeCase(Random &random) {
  OpCase test;
  test.options.Set(plan::RequantizeT());
  Dims dims = randomDims(random);
  int axis = anyAxis(random, dims);
  test.inputs.push_back(randomInput(random, anyCodes(random, dims, random.coin() ? axis : -1)));
  test.result = anyCodes(random, dims, random.coin() ? axis : -1);
  test.agreement = Agreement::OneStep;
  return test;
}

} // namespace quantir::test
