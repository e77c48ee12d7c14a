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

#include <catch2/catch_test_macros.hpp>
#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <functional>

using namespace quantir::test;
using quantir::runtime::Result;
using quantir::runtime::Status;

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

void checkCase(const OpCase &test, const Tensor &expected, std::string_view backend, Tally &tally) {
  Result<CaseResult> actual = runCase(test, backend, false);
  INFO("backend " << backend << ": " << (actual ? actual->implementation : actual.message()));
  REQUIRE(actual);
  Difference difference = compare(expected, actual->values);
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

void checkKind(const std::string &kind, const std::function<OpCase(Random &)> &makeCase) {
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
    Result<CaseResult> expected = runCase(test, "reference", true);
    INFO((expected ? "" : expected.message()));
    REQUIRE(expected);
    if (test.fitResult && expected->values.numElements() >= 500) {
      codes += countCodes(expected->values);
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

void checkBoth(const std::string &kind, OpCase (*makeCase)(Random &, bool)) {
  checkKind(kind + " of codes", [&](Random &random) { return makeCase(random, true); });
  checkKind(kind + " of floats", [&](Random &random) { return makeCase(random, false); });
}

} // namespace

TEST_CASE("convolutions") { checkBoth("Conv", convCase); }
TEST_CASE("depthwise convolutions") { checkBoth("Conv, depthwise", depthwiseConvCase); }
TEST_CASE("transposed convolutions") { checkBoth("ConvTranspose", convTransposeCase); }
TEST_CASE("matrix products") { checkBoth("MatMul", matMulCase); }
TEST_CASE("channel affine") { checkBoth("ChannelAffine", channelAffineCase); }
TEST_CASE("unary functions") { checkBoth("Unary", unaryCase); }
TEST_CASE("binary operators") { checkBoth("Binary", binaryCase); }
TEST_CASE("softmax") { checkBoth("Softmax", softmaxCase); }
TEST_CASE("layer normalization") { checkBoth("LayerNorm", layerNormCase); }
TEST_CASE("group normalization") { checkBoth("GroupNorm", groupNormCase); }
TEST_CASE("slopes per channel") { checkBoth("PRelu", preluCase); }
TEST_CASE("nearest resampling") { checkBoth("Resample, nearest", nearestCase); }
TEST_CASE("linear resampling") { checkBoth("Resample, linear", linearResampleCase); }
TEST_CASE("quantize") { checkKind("Quantize", quantizeCase); }
TEST_CASE("dequantize") { checkKind("Dequantize", dequantizeCase); }
TEST_CASE("requantize") { checkKind("Requantize", requantizeCase); }
TEST_CASE("max pools") { checkBoth("Pool, maximum", maxPoolCase); }
TEST_CASE("average pools") { checkBoth("Pool, average", averagePoolCase); }
TEST_CASE("adaptive pools") { checkBoth("AdaptiveAveragePool", adaptivePoolCase); }
TEST_CASE("means") { checkBoth("Mean", meanCase); }
TEST_CASE("reorders") { checkBoth("Reorder", reorderCase); }
TEST_CASE("reshapes") { checkBoth("Reshape", reshapeCase); }
TEST_CASE("transpositions") { checkBoth("Transpose", transposeCase); }
TEST_CASE("slices") { checkBoth("Slice", sliceCase); }
TEST_CASE("concatenations") { checkBoth("Concat", concatCase); }
TEST_CASE("pads") { checkBoth("Pad", padCase); }
TEST_CASE("expansions") { checkBoth("Expand", expandCase); }
