//===- Harness.h - One op on two backends -----------------------*- C++ -*-===//

#ifndef QUANTIR_TEST_CONFORMANCE_HARNESS_H
#define QUANTIR_TEST_CONFORMANCE_HARNESS_H

#include "Cases.h"

#include "quantir/Runtime/Session.h"

#include <string>
#include <string_view>

namespace quantir::test {

/// What running one case gave.
struct CaseResult {
  std::vector<Tensor> values;                       ///< of each result
  std::string implementation;                       ///< of the op's kernel
  std::vector<runtime::KernelCandidate> candidates; ///< what could have executed it
};

/// Runs a case on one backend. Operands that are not row-major, and some that are, come out of a
/// Reorder; so does the result. With `plainLayouts` everything is row-major.
Result<CaseResult> runCase(const OpCase &test, std::string_view backend, bool plainLayouts);

/// Chooses scale and zero point of a result of codes from what the reference computes in float.
/// The codes spread over most of the range, and sometimes a little beyond.
Status fitResult(OpCase &test, Random &random);

/// How two results differ.
struct Difference {
  int64_t count = 0;     ///< elements
  int64_t different = 0; ///< of them not equal
  double largest = 0;    ///< codes: in steps; floats: relative to the largest value
};
Difference compare(const Tensor &expected, const Tensor &actual);

/// How many different values a tensor of 8-bit codes holds.
int64_t countCodes(const Tensor &tensor);

/// "Conv uint8[1, 8, 5, 5]:last, int8[4, 8, 3, 3] const -> uint8[1, 4, 3, 3]"
std::string describe(const OpCase &test);

} // namespace quantir::test

#endif // QUANTIR_TEST_CONFORMANCE_HARNESS_H
