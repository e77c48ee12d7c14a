//===- Price.h - What kernels cost ------------------------------*- C++ -*-===//
//
// Before a kernel is built, its cost can only be estimated: from how much the op has to do, and
// from rates, which are constants of the implementation. They were measured on one machine, and are
// scaled by what is known of this one: its vectors' width, and how many threads there are.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_RUNTIME_KERNELS_PRICE_H
#define QUANTIR_RUNTIME_KERNELS_PRICE_H

#include "runtime/kernels/Work.h"

namespace quantir::runtime {

/// Nanoseconds that one thread takes for one element read or written, and for one multiply-add
/// (Work), in vectors of 32 bytes where the implementation has vectors.
struct Rates {
  double element;
  double multiplyAdd;
};

/// The width of the vectors for which loops are compiled, and libraries make code, on this
/// machine: 16, 32 or 64 bytes.
int vectorBytes();

/// Estimated nanoseconds of plain loops in one thread.
double priceOfPlainLoops(const Work &work, const Rates &rates);

/// Estimated nanoseconds of vector code on `threads` threads, if there is enough to do for them.
double priceOfVectors(const Work &work, const Rates &rates, int threads);

} // namespace quantir::runtime

#endif // QUANTIR_RUNTIME_KERNELS_PRICE_H
