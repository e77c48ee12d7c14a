//===- ConformanceTests.cpp - Every backend against the reference ----------===//
//
// Random ops, each run by `reference` on row-major operands (what is expected) and by every backend
// of the build, `reference` included, in the layouts drawn. Prints how many results differed.
//
//   QUANTIR_CONFORMANCE_CASES=N   cases of each kind (default 60)
//   QUANTIR_CONFORMANCE_SEED=N    first random seed (default 1)
//
//===----------------------------------------------------------------------===//

#include "Harness.h"

#include "quantir/Runtime/Session.h"
#include "runtime/kernels/Backends.h"

#include <catch2/catch_test_macros.hpp>
#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <functional>
#include <set>

using namespace quantir::test;
namespace plan = quantir::plan;
using quantir::Result;
using quantir::Status;
using quantir::runtime::Backend;
using quantir::runtime::KernelCandidate;

namespace {

/// Sums of float products: relative to the largest result of the op.
constexpr double floatTolerance = 5e-5;
/// The part of a kind's codes that may be one step off.
constexpr double oneStepPart = 0.005;

int64_t setting(const char *name, int64_t fallback) {
  const char *text = std::getenv(name);
  return text && *text ? std::atoll(text) : fallback;
}

/// What all cases of one kind gave on one backend.
struct Tally {
  int64_t cases = 0, native = 0, results = 0, different = 0;
  double largest = 0;
};

/// The backend that has a candidate or kernel of that name.
const Backend *backendOf(std::string_view implementation) {
  return quantir::runtime::findBackend(implementation.substr(0, implementation.find(':')));
}

/// The kernel is of the cheapest candidate that was not declined; and by their prices, each backend
/// comes before those that it leaves the rest to, as it does where it has the better kernels.
void checkCandidates(const CaseResult &result) {
  const KernelCandidate *chosen = nullptr;
  for (size_t i = 0; i < result.candidates.size(); ++i) {
    const KernelCandidate &candidate = result.candidates[i];
    INFO("candidate " << candidate.implementation << ", " << candidate.estimatedMs << " ms");
    CHECK(candidate.estimatedMs >= 0);
    CHECK(candidate.estimatedMs < 1e3); // of these small ops
    if (!chosen && !candidate.declined)
      chosen = &candidate;
    if (i == 0)
      continue;
    CHECK(candidate.estimatedMs >= result.candidates[i - 1].estimatedMs);
    const Backend *before = backendOf(result.candidates[i - 1].implementation);
    while (before && before != backendOf(candidate.implementation))
      before = before->next();
    INFO("prices rank the backend of " << result.candidates[i - 1].implementation
                                       << " before this one, which it asks first");
    CHECK(before);
  }
  if (result.implementation == "view" || result.implementation == "folded") {
    CHECK(result.candidates.empty());
    return;
  }
  REQUIRE(chosen);
  INFO("built: " << result.implementation);
  CHECK(result.implementation.starts_with(chosen->implementation));
}

void checkCase(const OpCase &test, const std::vector<Tensor> &expected, std::string_view backend,
               Tally &tally) {
  Result<CaseResult> actual = runCase(test, backend, false);
  INFO("backend " << backend << ": " << (actual ? actual->implementation : actual.message()));
  REQUIRE(actual);
  checkCandidates(*actual);
  Difference difference;
  for (size_t i = 0; i < expected.size(); ++i) {
    Difference one = compare(expected[i], actual->values[i]);
    difference.count += one.count;
    difference.different += one.different;
    difference.largest = std::max(difference.largest, one.largest);
  }
  INFO(difference.different << " of " << difference.count << " differ, by at most "
                            << difference.largest);
  switch (test.agreement) {
  case Agreement::Exact:
    CHECK(difference.different == 0);
    break;
  case Agreement::OneStep:
    CHECK(difference.largest <= 1);
    break;
  case Agreement::Close:
    CHECK(difference.largest <= floatTolerance);
    break;
  }
  ++tally.cases;
  tally.native += backend == "reference" || actual->implementation != "reference";
  if (test.agreement != Agreement::Close) {
    tally.results += difference.count;
    tally.different += difference.different;
  }
  tally.largest = std::max(tally.largest, difference.largest);
}

void report(std::string_view kind, std::string_view backend, const Tally &tally) {
  std::string text = fmt::format("{:<28} {:<10} {:>5} cases, {:>5} on the backend itself", kind,
                                 backend, tally.cases, tally.native);
  if (tally.results)
    text += fmt::format("; {} of {} results differ", tally.different, tally.results);
  else
    text += fmt::format("; largest relative difference {:.1e}", tally.largest);
  std::puts(text.c_str());
}

void checkKind(const std::string &kind, const std::function<OpCase(Random &)> &makeCase,
               bool takesSpecials = true) {
  std::vector<std::string_view> backends = quantir::runtime::backendNames();
  std::vector<Tally> tallies(backends.size());
  int64_t firstSeed = setting("QUANTIR_CONFORMANCE_SEED", 1);
  int64_t codes = 0, codeCases = 0;
  for (int64_t i = 0; i < setting("QUANTIR_CONFORMANCE_CASES", 60); ++i) {
    Random random(static_cast<uint64_t>(firstSeed + i));
    OpCase test = makeCase(random);
    INFO("seed " << firstSeed + i << ": " << describe(test));
    if (test.fitResult) {
      Status status = fitResult(test, random);
      INFO(status.message());
      REQUIRE(status);
    }
    if (takesSpecials)
      strewSpecials(random, test);
    Result<CaseResult> expected = runCase(test, "reference", true);
    INFO((expected ? "" : expected.message()));
    REQUIRE(expected);
    if (test.fitResult && expected->values[0].numElements() >= 500) {
      codes += countCodes(expected->values[0]);
      ++codeCases;
    }
    for (size_t b = 0; b < backends.size(); ++b)
      checkCase(test, expected->values, backends[b], tallies[b]);
  }
  // The data must be such that a wrong result shows.
  if (codeCases)
    CHECK(codes / codeCases >= 30);
  for (size_t b = 0; b < backends.size(); ++b) {
    report(kind, backends[b], tallies[b]);
    CHECK(static_cast<double>(tallies[b].different) <=
          oneStepPart * static_cast<double>(tallies[b].results));
  }
}

/// Kinds of op that a test case below is of.
std::set<plan::OpKind> &kindsWithCases() {
  static std::set<plan::OpKind> kinds;
  return kinds;
}
struct HasCases {
  explicit HasCases(plan::OpKind kind) { kindsWithCases().insert(kind); }
};

using CaseOfBoth = OpCase (*)(Random &, bool);
using CaseOfOne = OpCase (*)(Random &);

void check(plan::OpKind kind, const std::string &variant, CaseOfBoth makeCase) {
  for (bool codes : {true, false})
    checkKind(plan::EnumNameOpKind(kind) + variant + (codes ? " of codes" : " of floats"),
              [&](Random &random) {
                OpCase test = makeCase(random, codes);
                REQUIRE(test.options.type == kind);
                return test;
              });
}

void check(plan::OpKind kind, const std::string &variant, CaseOfOne makeCase) {
  // These refuse to choose a scale for what is not finite.
  bool takesSpecials =
      kind != plan::OpKind::FakeQuantizeDynamic && kind != plan::OpKind::FakeQuantizeAffine;
  checkKind(
      plan::EnumNameOpKind(kind) + variant,
      [&](Random &random) {
        OpCase test = makeCase(random);
        REQUIRE(test.options.type == kind);
        return test;
      },
      takesSpecials);
}

} // namespace

/// A test of one kind of op. `variant` says which cases of it, if there are several tests.
#define QUANTIR_CONFORMANCE(title, kind, variant, makeCase)                                        \
  static const HasCases has_##makeCase(plan::OpKind::kind);                                        \
  TEST_CASE(title) { check(plan::OpKind::kind, variant, makeCase); }

QUANTIR_CONFORMANCE("convolutions", Conv, "", convCase)
QUANTIR_CONFORMANCE("depthwise convolutions", Conv, ", depthwise", depthwiseConvCase)
QUANTIR_CONFORMANCE("transposed convolutions", ConvTranspose, "", convTransposeCase)
QUANTIR_CONFORMANCE("matrix products", MatMul, "", matMulCase)
QUANTIR_CONFORMANCE("channel affine", ChannelAffine, "", channelAffineCase)
QUANTIR_CONFORMANCE("unary functions", Unary, "", unaryCase)
QUANTIR_CONFORMANCE("binary operators", Binary, "", binaryCase)
QUANTIR_CONFORMANCE("softmax", Softmax, "", softmaxCase)
QUANTIR_CONFORMANCE("layer normalization", LayerNorm, "", layerNormCase)
QUANTIR_CONFORMANCE("group normalization", GroupNorm, "", groupNormCase)
QUANTIR_CONFORMANCE("slopes per channel", PRelu, "", preluCase)
QUANTIR_CONFORMANCE("nearest resampling", Resample, ", nearest", nearestCase)
QUANTIR_CONFORMANCE("linear resampling", Resample, ", linear", linearResampleCase)
QUANTIR_CONFORMANCE("quantize", Quantize, "", quantizeCase)
QUANTIR_CONFORMANCE("dequantize", Dequantize, "", dequantizeCase)
QUANTIR_CONFORMANCE("requantize", Requantize, "", requantizeCase)
QUANTIR_CONFORMANCE("max pools", Pool, ", maximum", maxPoolCase)
QUANTIR_CONFORMANCE("average pools", Pool, ", average", averagePoolCase)
QUANTIR_CONFORMANCE("adaptive pools", AdaptiveAveragePool, "", adaptivePoolCase)
QUANTIR_CONFORMANCE("means", Mean, "", meanCase)
QUANTIR_CONFORMANCE("reorders", Reorder, "", reorderCase)
QUANTIR_CONFORMANCE("reshapes", Reshape, "", reshapeCase)
QUANTIR_CONFORMANCE("transpositions", Transpose, "", transposeCase)
QUANTIR_CONFORMANCE("slices", Slice, "", sliceCase)
QUANTIR_CONFORMANCE("concatenations", Concat, "", concatCase)
QUANTIR_CONFORMANCE("pads", Pad, "", padCase)
QUANTIR_CONFORMANCE("expansions", Expand, "", expandCase)
QUANTIR_CONFORMANCE("embeddings", Embedding, "", embeddingCase)
QUANTIR_CONFORMANCE("embedding bags", EmbeddingBag, "", embeddingBagCase)
QUANTIR_CONFORMANCE("recurrences", Lstm, "", lstmCase)
QUANTIR_CONFORMANCE("dynamic rounding", FakeQuantizeDynamic, "", fakeQuantizeDynamicCase)
QUANTIR_CONFORMANCE("rounding of blocks", FakeQuantizeAffine, "", fakeQuantizeAffineCase)
QUANTIR_CONFORMANCE("half precision", RoundFloat16, "", roundFloat16Case)

TEST_CASE("every kind of op has cases") {
  for (plan::OpKind kind : plan::EnumValuesOpKind()) {
    INFO(plan::EnumNameOpKind(kind) << ": write a case for it, and a line above");
    // A session's own matter, not a backend's: test/Unit/Runtime/CalibrationTests.cpp.
    bool isBackends = kind != plan::OpKind::NONE && kind != plan::OpKind::Observe;
    CHECK(kindsWithCases().contains(kind) == isBackends);
  }
}
