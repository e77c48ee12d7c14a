//===- SequenceCases.cpp - Random lookups, recurrences and roundings -------===//

#include "Cases.h"

#include <algorithm>

namespace quantir::test {

/// Integers from `least` to `most`, of either type, sometimes a constant.
static CaseInput randomIndices(Random &random, Dims dims, int64_t least, int64_t most) {
  const DType dtype = random.coin() ? DType::Int64 : DType::Int32;
  Tensor tensor(dtype, dims);
  for (int64_t i = 0; i < tensor.numElements(); ++i) {
    const int64_t value = random.between(least, most);
    if (dtype == DType::Int64)
      tensor.as<int64_t>()[i] = value;
    else
      tensor.as<int32_t>()[i] = static_cast<int32_t>(value);
  }
  return {{dtype, std::move(dims)}, std::move(tensor), false};
}

static CaseInput randomFloats(Random &random, Dims dims, bool constant = false) {
  return randomInput(random, TensorSpec::floats(std::move(dims)), constant);
}

OpCase embeddingCase(Random &random) {
  OpCase test;
  test.options.Set(plan::EmbeddingT());
  const int64_t rows = random.between(1, 50), width = random.between(1, 40);
  Dims dims;
  for (int64_t d = random.between(1, 3); d > 0; --d)
    dims.push_back(random.between(1, 9));
  Dims result = dims;
  result.push_back(width);
  test.result = TensorSpec::floats(result);
  test.inputs.push_back(randomIndices(random, dims, -rows, rows - 1));
  test.inputs.push_back(randomFloats(random, {rows, width}, !random.oneIn(4)));
  return test;
}

OpCase embeddingBagCase(Random &random) {
  OpCase test;
  plan::EmbeddingBagT options;
  options.mode = static_cast<plan::BagMode>(random.between(0, int64_t(plan::BagMode::MAX)));
  options.include_last_offset = random.coin();
  const int64_t rows = random.between(1, 50), width = random.between(1, 40);
  const int64_t count = random.between(1, 60), bags = random.between(1, 9);
  CaseInput offsets =
      randomIndices(random, {bags + (options.include_last_offset ? 1 : 0)}, 0, count);
  if (offsets.spec.dtype == DType::Int64)
    std::ranges::sort(offsets.data.as<int64_t>());
  else
    std::ranges::sort(offsets.data.as<int32_t>());
  test.result = TensorSpec::floats({bags, width});
  test.inputs.push_back(randomIndices(random, {count}, -rows, rows - 1));
  test.inputs.push_back(std::move(offsets));
  test.inputs.push_back(randomFloats(random, {rows, width}, !random.oneIn(4)));
  test.options.Set(options);
  return test;
}

OpCase lstmCase(Random &random) {
  OpCase test;
  test.options.Set(plan::LstmT());
  const int64_t steps = random.between(1, 6), batch = random.between(1, 4);
  const int64_t features = random.between(1, 20), hidden = random.between(1, 20);
  const int64_t directions = random.between(1, 2);
  const Dims state = {directions, batch, hidden};
  test.inputs.push_back(randomFloats(random, {steps, batch, features}));
  for (int64_t d = 0; d < directions; ++d)
    for (const Dims &dims :
         {Dims{4 * hidden, features}, Dims{4 * hidden, hidden}, Dims{4 * hidden}})
      test.inputs.push_back(randomFloats(random, dims, !random.oneIn(8)));
  if (random.coin())
    for (int i = 0; i < 2; ++i)
      test.inputs.push_back(randomFloats(random, state));
  test.result = TensorSpec::floats({steps, batch, directions * hidden});
  test.moreResults = {TensorSpec::floats(state), TensorSpec::floats(state)};
  test.agreement = Agreement::Close;
  return test;
}

/// Floats of any rank whose result is like them.
static void setLikeInput(Random &random, OpCase &test, bool rowMajor) {
  Dims dims = randomImage(random, random.between(0, 3), 1, 9);
  TensorSpec spec = randomSpec(random, false, dims);
  if (rowMajor)
    spec = spec.rowMajor();
  test.result = spec;
  test.inputs.push_back(randomInput(random, spec));
}

OpCase fakeQuantizeDynamicCase(Random &random) {
  OpCase test;
  plan::FakeQuantizeDynamicT options;
  options.quant_min = random.coin() ? 0 : -128;
  options.quant_max = options.quant_min + (random.coin() ? 255 : 127);
  test.options.Set(options);
  setLikeInput(random, test, /*rowMajor=*/false);
  return test;
}

OpCase fakeQuantizeAffineCase(Random &random) {
  OpCase test;
  plan::FakeQuantizeAffineT options;
  setLikeInput(random, test, /*rowMajor=*/true);
  if (random.coin()) {
    options.config =
        R"({"observer": "affine_min_max", "granularity": "per_token", "is_dynamic": true})";
  } else {
    options.config =
        R"({"observer": "affine_min_max", "dtype": "int4", "granularity": "per_group", "group_size": 1})";
    for (int64_t i = test.inputs[0]->data.numElements(); i > 0; --i) {
      options.scales.push_back(random.real(0.1f, 0.5f));
      options.zero_points.push_back(static_cast<int32_t>(random.between(-8, 7)));
    }
  }
  test.options.Set(std::move(options));
  return test;
}

OpCase roundFloat16Case(Random &random) {
  OpCase test;
  test.options.Set(plan::RoundFloat16T());
  setLikeInput(random, test, /*rowMajor=*/false);
  return test;
}

} // namespace quantir::test
