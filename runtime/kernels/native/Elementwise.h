//===- Elementwise.h - Functions of single numbers --------------*- C++ -*-===//

#ifndef QUANTIR_RUNTIME_KERNELS_NATIVE_ELEMENTWISE_H
#define QUANTIR_RUNTIME_KERNELS_NATIVE_ELEMENTWISE_H

#include "runtime/plan/KernelSupport.h"

#include <cstdint>

namespace quantir::runtime::native {

/// y[i] = the op's function of x[i], in double precision where it is not exact in float32, one by
/// one and in parallel. x and y may be the same memory.
void evaluateAll(const UnaryOptions &unary, const float *x, float *y, int64_t count);

} // namespace quantir::runtime::native

#endif // QUANTIR_RUNTIME_KERNELS_NATIVE_ELEMENTWISE_H
