//===- Cases.h - Random ops -------------------------------------*- C++ -*-===//

#ifndef QUANTIR_TEST_CONFORMANCE_CASES_H
#define QUANTIR_TEST_CONFORMANCE_CASES_H

#include "test/Support/PlanBuilder.h"

#include <optional>
#include <random>

namespace quantir::test {

using runtime::Tensor;

class Random {
public:
  explicit Random(uint64_t seed) : engine(seed) {}

  int64_t between(int64_t low, int64_t high) {
    return std::uniform_int_distribution<int64_t>(low, high)(engine);
  }
  float real(float low, float high) {
    return std::uniform_real_distribution<float>(low, high)(engine);
  }
  /// True once in `n` times.
  bool oneIn(int64_t n) { return between(0, n - 1) == 0; }
  bool coin() { return oneIn(2); }
  uint64_t bits() { return engine(); }
  template <typename T> T pick(std::initializer_list<T> values) {
    return *(values.begin() + between(0, static_cast<int64_t>(values.size()) - 1));
  }

private:
  std::mt19937_64 engine;
};

/// How a backend's result may differ from the reference's.
enum class Agreement {
  Exact,   ///< not at all: data is moved, or compared
  OneStep, ///< by one code, and rarely: a float on the way may round the other way
  Close,   ///< by the rounding errors of float sums
};

/// One input of an op.
struct CaseInput {
  TensorSpec spec;
  Tensor data;
  bool constant = false;
};

/// One op on random operands.
struct OpCase {
  plan::OpKindUnion options;
  std::vector<std::optional<CaseInput>> inputs; ///< in the op's order
  TensorSpec result;
  std::vector<TensorSpec> moreResults = {}; ///< float32 and row-major, of an op with several
  Agreement agreement = Agreement::Exact;
  /// Whether the scale and zero point of a result of codes are still to be chosen: so that what the
  /// op computes spreads over the codes.
  bool fitResult = false;
};

// Each makes one case of a kind of op.
OpCase convCase(Random &random, bool quantized);
OpCase depthwiseConvCase(Random &random, bool quantized);
OpCase convTransposeCase(Random &random, bool quantized);
OpCase matMulCase(Random &random, bool quantized);
OpCase channelAffineCase(Random &random, bool quantized);
OpCase unaryCase(Random &random, bool quantized);
OpCase binaryCase(Random &random, bool quantized);
OpCase softmaxCase(Random &random, bool quantized);
OpCase quantizeCase(Random &random);
OpCase dequantizeCase(Random &random);
OpCase requantizeCase(Random &random);
OpCase maxPoolCase(Random &random, bool quantized);
OpCase averagePoolCase(Random &random, bool quantized);
OpCase adaptivePoolCase(Random &random, bool quantized);
OpCase meanCase(Random &random, bool quantized);
OpCase reorderCase(Random &random, bool quantized);
OpCase reshapeCase(Random &random, bool quantized);
OpCase transposeCase(Random &random, bool quantized);
OpCase sliceCase(Random &random, bool quantized);
OpCase concatCase(Random &random, bool quantized);
OpCase padCase(Random &random, bool quantized);
OpCase expandCase(Random &random, bool quantized);
OpCase layerNormCase(Random &random, bool quantized);
OpCase groupNormCase(Random &random, bool quantized);
OpCase preluCase(Random &random, bool quantized);
OpCase nearestCase(Random &random, bool quantized);
OpCase linearResampleCase(Random &random, bool quantized);
OpCase embeddingCase(Random &random);
OpCase embeddingBagCase(Random &random);
OpCase lstmCase(Random &random);
OpCase fakeQuantizeDynamicCase(Random &random);
OpCase fakeQuantizeAffineCase(Random &random);
OpCase roundFloat16Case(Random &random);

//===----------------------------------------------------------------------===//
// Pieces of cases (Harness.cpp)
//===----------------------------------------------------------------------===//

/// float32, or codes of a random type, scale and zero point; any layout that the rank allows.
TensorSpec randomSpec(Random &random, bool quantized, Dims dims);

/// The same dims and layout freedom, and the same encoding.
TensorSpec specLike(Random &random, const TensorSpec &spec, Dims dims);

/// A result: float32 for floats; for codes mostly codes that `fitResult` shall adapt.
void setResult(Random &random, OpCase &test, bool quantized, Dims dims);

/// Values over the whole range of the type; floats in [-3, 3].
CaseInput randomInput(Random &random, TensorSpec spec, bool constant = false);

/// Makes of some floats that are not constants NaN and infinities, once in a while.
void strewSpecials(Random &random, OpCase &test);

/// None, Relu, Clamp or LeakyRelu.
std::unique_ptr<plan::ActivationT> randomActivation(Random &random);

/// Dims [N, C, spatial...] with `spatial` dimensions of low to high.
Dims randomImage(Random &random, int64_t spatial, int64_t low, int64_t high);

} // namespace quantir::test

#endif // QUANTIR_TEST_CONFORMANCE_CASES_H
