//===- MatMulTests.cpp - The onednn backend's matrix products against the reference's ---------===//

#include "Support.h"

#include <cstdio>
#include <map>

using namespace quantir;
using namespace quantir::runtime;
using namespace quantir::runtime::test;

namespace {

using Dims = std::vector<int64_t>;

struct Shapes {
  Dims lhs, rhs, output;
};

Shapes randomShapes(Random &random, bool transposeB) {
  const int64_t m = random.among<int64_t>({1, 2, 7, 33}), k = random.pick(1, 150),
                n = random.among<int64_t>({1, 3, 16, 65, 100});
  Shapes shapes{{m, k}, transposeB ? Dims{n, k} : Dims{k, n}, {m, n}};
  const auto prepend = [](Dims &dims, const Dims &batch) {
    dims.insert(dims.begin(), batch.begin(), batch.end());
  };
  switch (random.pick(0, 4)) {
  case 0: // a stack of rows by one matrix
    prepend(shapes.lhs, {2, 3});
    prepend(shapes.output, {2, 3});
    break;
  case 1: // matrix by matrix
    prepend(shapes.lhs, {2, 3});
    prepend(shapes.rhs, {2, 3});
    prepend(shapes.output, {2, 3});
    break;
  case 2: // both broadcast
    prepend(shapes.lhs, {2, 1});
    prepend(shapes.rhs, {3});
    prepend(shapes.output, {2, 3});
    break;
  default:
    break;
  }
  return shapes;
}

Difference checkRandom(uint32_t seed, bool &exact) {
  Random random(seed);
  const bool transposeB = random.pick(0, 1);
  const Shapes shapes = randomShapes(random, transposeB);
  const DType input = random.among({DType::UInt8, DType::UInt8, DType::Int8, DType::Float32});
  const bool integer = input != DType::Float32;
  const bool constant = random.pick(0, 2) > 0;
  const DType output =
      integer ? random.among({DType::UInt8, DType::Int8, DType::Float32}) : DType::Float32;
  const DType addend =
      integer ? random.among({DType::UInt8, DType::Int8, DType::Float32}) : DType::Float32;
  const bool s32Bias = integer && random.pick(0, 2) == 0, hasBias = random.pick(0, 2) > 0;

  Value a(input, shapes.lhs), y(output, shapes.output), c(addend, shapes.output);
  Value b(integer ? constant ? DType::Int8 : random.among({DType::Int8, DType::UInt8})
                  : DType::Float32,
          shapes.rhs);
  Value bias(s32Bias ? DType::Int32 : DType::Float32, {shapes.output.back()});
  for (Value *value : {&a, &b, &c})
    value->fill(random.engine);
  bias.fill(random.engine, -20000, 20000);
  bias.makeConstant();
  if (constant)
    b.makeConstant();
  if (integer) {
    random.quantize(a, 0.02);
    random.quantize(b, 0.01);
    if (constant && shapes.rhs.size() == 2) {
      b.quant.zeroPoints[0] = 0;
      if (random.pick(0, 1)) {
        std::vector<float> scales(shapes.output.back());
        for (float &s : scales)
          s = random.real(0.002, 0.01);
        b.setQuant(scales, std::vector<int32_t>(scales.size(), 0), transposeB ? 0 : 1);
      }
    }
    if (output != DType::Float32)
      random.quantize(y, 0.2);
    if (addend != DType::Float32)
      random.quantize(c, 0.05);
  }
  const bool hasAddend = random.pick(0, 1);
  const bool inPlace = hasAddend && sizeOf(addend) == sizeOf(output) && random.pick(0, 1);
  exact = integer && !(hasBias && s32Bias);

  plan::MatMulT matmul;
  matmul.transpose_b = transposeB;
  matmul.activation = makeActivation(plan::ActivationKind(random.pick(0, 3)));
  return compare(OpBuffer(std::move(matmul)),
                 {&a, &b, hasBias ? &bias : nullptr, hasAddend ? &c : nullptr}, y,
                 inPlace ? 3 : -1);
}

} // namespace

TEST_CASE("random matrix products equal the reference's", "[matmul]") {
  const char *count = std::getenv("QUANTIR_TEST_COUNT");
  std::map<std::string, std::array<int64_t, 4>> totals;
  for (uint32_t seed = 0; seed < (count ? std::stoul(count) : 300); ++seed) {
    bool exact = false;
    const Difference difference = checkRandom(seed, exact);
    INFO("seed " << seed << ": " << difference.implementation);
    CHECK(difference.wrong == 0);
    if (exact)
      CHECK(difference.inexact * 1000 <= difference.elements);
    auto &total = totals[difference.implementation + (exact ? "" : " (inexact)")];
    total[0] += 1;
    total[1] += difference.elements;
    total[2] += difference.inexact;
    total[3] += difference.wrong;
  }
  if (std::getenv("QUANTIR_TEST_VERBOSE"))
    for (const auto &[name, total] : totals)
      std::printf("%-70s %4ld problems %8ld elements %6ld inexact %6ld wrong\n", name.c_str(),
                  total[0], total[1], total[2], total[3]);
}
