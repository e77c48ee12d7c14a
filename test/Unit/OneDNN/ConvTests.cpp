//===- ConvTests.cpp - The onednn backend's convolutions against the reference's ---------===//
//
// The conformance suite runs every op of every backend. Here are many more convolutions, for oneDNN
// has some forty implementations of them, not all of which are right (onednn/Conv.cpp).
//
//===----------------------------------------------------------------------===//

#include "Support.h"

#include <catch2/generators/catch_generators_all.hpp>

#include <cstdio>
#include <map>

using namespace quantir;
using namespace quantir::runtime;
using namespace quantir::runtime::test;

namespace {

using Dims = std::vector<int64_t>;

struct Problem {
  int64_t batch = 1, in = 4, out = 4, groups = 1;
  Dims size, kernel, strides, dilations, padding;
  DType input = DType::UInt8, output = DType::UInt8, addend = DType::Float32;
  DType bias = DType::Float32;
  bool hasBias = true, hasAddend = false, inPlace = false, perChannel = true, transposed = false;
  bool reducedRange = false; ///< codes of at most 127: what CPUs without VNNI can multiply
  plan::ActivationKind activation = plan::ActivationKind::None;

  size_t rank() const { return size.size(); }
  bool isInteger() const { return input != DType::Float32; }

  Dims outputSize() const {
    Dims result;
    for (size_t i = 0; i < rank(); ++i) {
      const int64_t extent = dilations[i] * (kernel[i] - 1) + 1;
      const int64_t pads = padding[i] + padding[rank() + i];
      result.push_back(transposed ? (size[i] - 1) * strides[i] + extent - pads
                                  : (size[i] + pads - extent) / strides[i] + 1);
    }
    return result;
  }
};

Dims concat(Dims a, const Dims &b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

template <typename Attributes> OpBuffer makeOp(const Problem &p) {
  Attributes conv;
  conv.strides = p.strides;
  conv.padding = p.padding;
  conv.dilations = p.dilations;
  conv.groups = p.groups;
  conv.activation = makeActivation(p.activation);
  return OpBuffer(std::move(conv));
}

Difference check(const Problem &p, uint32_t seed) {
  Random random(seed);
  Value x(p.input, concat({p.batch, p.in}, p.size), Layout::ChannelsLast);
  const Dims weightDims =
      p.transposed ? Dims{p.in / p.groups, p.out} : Dims{p.out, p.in / p.groups};
  Value w(p.isInteger() ? DType::Int8 : DType::Float32, concat(weightDims, p.kernel));
  Value b(p.bias, {p.out});
  Value y(p.output, concat({p.batch, p.out}, p.outputSize()), Layout::ChannelsLast);
  Value a(p.addend, y.operand.dims, Layout::ChannelsLast);
  x.fill(random.engine, p.reducedRange ? 0 : x.codes().first,
         p.reducedRange ? 127 : x.codes().second);
  w.fill(random.engine);
  b.fill(random.engine, -20000, 20000);
  a.fill(random.engine);
  w.makeConstant();
  b.makeConstant();
  if (p.isInteger()) {
    random.quantize(x, 0.02);
    if (p.reducedRange)
      x.quant.quantMax = 127;
    const int axis = p.transposed ? 1 : 0;
    std::vector<float> scales(p.perChannel ? w.operand.dims[axis] : 1);
    for (float &s : scales)
      s = random.real(0.002, 0.01);
    w.setQuant(scales, std::vector<int32_t>(scales.size(), 0), p.perChannel ? axis : -1);
    const int64_t taps = w.operand.numElements() / p.out;
    if (p.output != DType::Float32)
      random.quantize(y, 0.02 * std::sqrt(double(taps)));
    if (p.addend != DType::Float32)
      random.quantize(a, 0.05);
  }
  return compare(p.transposed ? makeOp<plan::ConvTransposeT>(p) : makeOp<plan::ConvT>(p),
                 {&x, &w, p.hasBias ? &b : nullptr, p.hasAddend ? &a : nullptr}, y,
                 p.inPlace ? 3 : -1);
}

Problem randomProblem(uint32_t seed) {
  Random random(seed);
  Problem p;
  const int64_t rank = random.pick(1, 3);
  p.batch = random.pick(1, 2);
  const int64_t style = random.pick(0, 3);
  if (style == 0) { // depthwise
    p.groups = random.pick(1, 40);
    p.in = p.out = p.groups;
  } else {
    p.groups = style == 1 ? random.pick(2, 4) : 1;
    p.in = p.groups * random.pick(1, 20);
    p.out = p.groups * random.pick(1, 40);
  }
  p.transposed = random.pick(0, 4) == 0;
  for (int64_t d = 0; d < rank; ++d) {
    p.kernel.push_back(random.pick(1, 4));
    p.strides.push_back(random.pick(1, 2));
    p.dilations.push_back(random.pick(0, 3) ? 1 : 2);
    p.size.push_back((p.kernel[d] - 1) * p.dilations[d] + 1 + random.pick(0, rank == 3 ? 4 : 10));
  }
  for (int64_t i = 0; i < 2 * rank; ++i)
    p.padding.push_back(
        std::min(random.pick(0, 2), p.dilations[i % rank] * (p.kernel[i % rank] - 1)));
  p.input = random.among({DType::UInt8, DType::UInt8, DType::Int8, DType::Float32});
  const bool integer = p.isInteger();
  p.reducedRange = p.input == DType::UInt8 && random.pick(0, 3) == 0;
  p.output = integer ? random.among({DType::UInt8, DType::Int8, DType::Float32}) : DType::Float32;
  p.hasBias = random.pick(0, 3) > 0;
  p.bias = integer && random.pick(0, 1) ? DType::Int32 : DType::Float32;
  p.hasAddend = !p.transposed && random.pick(0, 1);
  p.addend = integer ? random.among({DType::UInt8, DType::Int8, DType::Float32}) : DType::Float32;
  p.inPlace = p.hasAddend && sizeOf(p.addend) == sizeOf(p.output) && random.pick(0, 1);
  p.perChannel = random.pick(0, 2) > 0;
  p.activation = plan::ActivationKind(random.pick(0, 3));
  return p;
}

} // namespace

// QUANTIR_TEST_VERBOSE lists what was run, by implementation.
TEST_CASE("random convolutions equal the reference's", "[conv]") {
  const char *count = std::getenv("QUANTIR_TEST_COUNT");
  std::map<std::string, std::array<int64_t, 4>> totals;
  for (uint32_t seed = 0; seed < (count ? std::stoul(count) : 300); ++seed) {
    const Problem p = randomProblem(seed);
    const Difference difference = check(p, seed);
    INFO("seed " << seed << ": " << difference.implementation);
    CHECK(difference.wrong == 0);
    // Bit for bit, but where an int32 bias is multiplied out.
    const bool exact = p.isInteger() && !(p.hasBias && p.bias == DType::Int32);
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

TEST_CASE("convolutions that oneDNN 3.7 gets wrong are right", "[conv]") {
  Problem p;
  SECTION("BRGEMM: groups and a zero point") {
    p = {.in = 42,
         .out = 132,
         .groups = 3,
         .size = {11, 9},
         .kernel = {3, 4},
         .strides = {1, 1},
         .dilations = {2, 1},
         .padding = {1, 2, 2, 0}};
  }
  SECTION("BRGEMM without AVX-512: a last block of 31 input channels") {
    p = {.in = 63,
         .out = 63,
         .size = {7},
         .kernel = {3},
         .strides = {2},
         .dilations = {1},
         .padding = {1, 1}};
  }
  SECTION("AMX: one column of results, stride 2") {
    p = {.batch = 2,
         .in = 9,
         .out = 37,
         .size = {4, 4, 2},
         .kernel = {1, 1, 2},
         .strides = {2, 1, 2},
         .dilations = {1, 1, 1},
         .padding = {0, 0, 0, 0, 0, 1}};
  }
  SECTION("GEMM: depthwise in three dimensions") {
    p = {.in = 21,
         .out = 21,
         .groups = 21,
         .size = {8, 7, 6},
         .kernel = {4, 4, 4},
         .strides = {1, 1, 2},
         .dilations = {2, 1, 1},
         .padding = {0, 2, 2, 2, 1, 1}};
  }
  SECTION("no VNNI: products that overflow int16 in pairs") {
    p = {.in = 64,
         .out = 64,
         .size = {7, 7},
         .kernel = {3, 3},
         .strides = {1, 1},
         .dilations = {1, 1},
         .padding = {1, 1, 1, 1}};
  }
  for (DType input : {DType::UInt8, DType::Int8})
    for (DType output : {DType::UInt8, DType::Float32}) {
      p.input = input;
      p.output = output;
      const Difference difference = check(p, 1);
      INFO(difference.implementation);
      CHECK(difference.elements > 0);
      CHECK(difference.wrong == 0);
    }
}

// But for transposed ones (docs/CommandLine.md): a calibration on more workers gives each fewer
// threads.
TEST_CASE("sums of floats do not depend on the number of threads", "[conv]") {
  Random random(GENERATE(range(0u, 20u)));
  const bool isProduct = random.pick(0, 2) == 0;
  const int64_t groups = random.among<int64_t>({1, 1, 1, 4, 32}), in = groups * random.pick(1, 12),
                out = groups * random.pick(1, 12);
  const int64_t size = random.pick(5, 40), kernel = random.pick(1, 3);
  Value x(DType::Float32,
          isProduct ? Dims{random.pick(1, 300), random.pick(1, 2000)} : Dims{2, in, size, size},
          isProduct ? Layout::RowMajor : Layout::ChannelsLast);
  Value w(DType::Float32, isProduct ? Dims{x.operand.dims[1], random.pick(1, 300)}
                                    : Dims{out, in / groups, kernel, kernel});
  const Dims result = isProduct ? Dims{x.operand.dims[0], w.operand.dims[1]}
                                : Dims{2, out, size - kernel + 1, size - kernel + 1};
  x.fill(random.engine);
  w.fill(random.engine);
  w.makeConstant();
  plan::ConvT conv;
  conv.groups = groups;
  const OpBuffer op = isProduct ? OpBuffer(plan::MatMulT()) : OpBuffer(std::move(conv));
  Value one(DType::Float32, result, x.operand.layout),
      many(DType::Float32, result, x.operand.layout);
  REQUIRE(run(onednnBackend(), op, {&x, &w}, one, -1, 1) != "");
  for (int threads : {2, 3, 4, 8}) {
    const std::string implementation = run(onednnBackend(), op, {&x, &w}, many, -1, threads);
    INFO(implementation << " with " << threads << " threads");
    if (implementation.starts_with("onednn:gemm")) // AVX2's products: documented there, too
      continue;
    CHECK(std::memcmp(one.memory.get(), many.memory.get(), one.bytes()) == 0);
  }
}
