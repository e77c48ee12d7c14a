//===- ShapeCases.cpp - Random movements of data ---------------------------===//

#include "Cases.h"

#include <algorithm>
#include <numeric>

namespace quantir::test {

/// An input of 1 to 5 dimensions.
static CaseInput randomSource(Random &random, bool quantized) {
  Dims dims;
  if (random.between(0, 2))
    dims = randomImage(random, random.between(1, 3), 1, 9);
  else
    for (int64_t d = random.between(1, 3); d > 0; --d)
      dims.push_back(random.between(1, 30));
  return randomInput(random, randomSpec(random, quantized, dims));
}

/// Finishes a case of one input whose result has the same encoding.
template <typename Options>
static OpCase makeMove(Random &random, Options options, CaseInput input, Dims result) {
  OpCase test;
  test.options.Set(std::move(options));
  test.result = specLike(random, input.spec, std::move(result));
  if (random.coin() && test.result.dims.size() >= 3)
    test.result.layout = input.spec.layout;
  test.inputs.push_back(std::move(input));
  return test;
}

OpCase reorderCase(Random &random, bool quantized) {
  CaseInput input = randomSource(random, quantized);
  Dims dims = input.spec.dims;
  return makeMove(random, plan::ReorderT(), std::move(input), dims);
}

OpCase reshapeCase(Random &random, bool quantized) {
  CaseInput input = randomSource(random, quantized);
  int64_t rest = input.data.numElements();
  Dims result;
  if (random.oneIn(3) && input.spec.dims.size() > 2) {
    result = {input.spec.dims[0], rest / input.spec.dims[0]}; // flatten
  } else {
    for (int64_t d = random.between(0, 4); d > 0; --d) {
      int64_t divisor = random.between(1, 8);
      if (rest % divisor == 0) {
        result.push_back(divisor);
        rest /= divisor;
      }
    }
    result.insert(result.begin() + random.between(0, static_cast<int64_t>(result.size())), rest);
  }
  return makeMove(random, plan::ReshapeT(), std::move(input), result);
}

OpCase transposeCase(Random &random, bool quantized) {
  CaseInput input = randomSource(random, quantized);
  plan::TransposeT options;
  options.permutation.resize(input.spec.dims.size());
  std::iota(options.permutation.begin(), options.permutation.end(), int64_t(0));
  for (size_t d = options.permutation.size(); d > 1; --d)
    std::swap(options.permutation[d - 1],
              options.permutation[random.between(0, static_cast<int64_t>(d) - 1)]);
  Dims result;
  for (int64_t axis : options.permutation)
    result.push_back(input.spec.dims[axis]);
  return makeMove(random, std::move(options), std::move(input), result);
}

OpCase sliceCase(Random &random, bool quantized) {
  CaseInput input = randomSource(random, quantized);
  plan::SliceT options;
  Dims result;
  for (int64_t dim : input.spec.dims) {
    int64_t start = 0, step = 1, size = dim;
    if (random.coin()) {
      start = random.between(0, dim - 1);
      step = random.oneIn(3) ? random.pick<int64_t>({-3, -2, -1, 2, 3}) : 1;
      int64_t room = step > 0 ? (dim - 1 - start) / step + 1 : start / -step + 1;
      size = random.between(1, room);
    }
    options.starts.push_back(start);
    options.steps.push_back(step);
    result.push_back(size);
  }
  return makeMove(random, std::move(options), std::move(input), result);
}

OpCase concatCase(Random &random, bool quantized) {
  OpCase test;
  CaseInput first = randomSource(random, quantized);
  plan::ConcatT options;
  Dims result = first.spec.dims;
  options.axis = static_cast<int32_t>(random.between(0, static_cast<int64_t>(result.size()) - 1));
  TensorSpec like = first.spec;
  bool otherScales = quantized && random.coin();
  test.inputs.push_back(std::move(first));
  for (int64_t i = random.between(0, 3); i > 0; --i) {
    Dims dims = like.dims;
    dims[options.axis] = random.between(1, 12);
    result[options.axis] += dims[options.axis];
    test.inputs.push_back(randomInput(random, otherScales ? randomSpec(random, true, dims)
                                                          : specLike(random, like, dims)));
  }
  test.options.Set(options);
  test.result = otherScales ? randomSpec(random, true, result) : specLike(random, like, result);
  test.agreement = otherScales ? Agreement::OneStep : Agreement::Exact;
  return test;
}

OpCase padCase(Random &random, bool quantized) {
  CaseInput input = randomSource(random, quantized);
  plan::PadT options;
  options.value = random.coin() ? 0 : random.real(-3, 3);
  size_t rank = input.spec.dims.size();
  for (size_t i = 0; i < 2 * rank; ++i)
    options.padding.push_back(random.coin() ? 0 : random.between(0, 3));
  Dims result;
  for (size_t d = 0; d < rank; ++d)
    result.push_back(input.spec.dims[d] + options.padding[d] + options.padding[d + rank]);
  return makeMove(random, std::move(options), std::move(input), result);
}

OpCase expandCase(Random &random, bool quantized) {
  CaseInput input = randomSource(random, quantized);
  Dims dims = input.spec.dims;
  for (int64_t &dim : dims)
    dim = random.coin() ? 1 : dim;
  input = randomInput(random, specLike(random, input.spec, dims));
  Dims result = dims;
  for (int64_t &dim : result)
    dim = dim == 1 ? random.between(1, 7) : dim;
  if (result.size() < 5 && random.oneIn(3))
    result.insert(result.begin(), random.between(1, 4));
  return makeMove(random, plan::ExpandT(), std::move(input), result);
}

} // namespace quantir::test
