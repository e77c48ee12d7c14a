//===- Norm.h - Loops of normalizations -------------------------*- C++ -*-===//
//
// On rows of floats next to each other; as Loops.h. x and y may be the same memory.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_RUNTIME_KERNELS_NATIVE_NORM_H
#define QUANTIR_RUNTIME_KERNELS_NATIVE_NORM_H

#include <cstdint>

namespace quantir::runtime::native {

/// By how many entries statistics and parameters go on from element to element: 1, or 0 for what
/// all elements share.
struct NormSteps {
  int64_t statistics, parameters;
};

float sumRow(const float *x, int64_t n);
/// The sum of (x - mean)^2.
float sumSquares(const float *x, int64_t n, float mean);

/// y = (x - mean) * factor * weight + bias; no bias when it is null.
void normalizeRow(const float *x, float *y, int64_t n, const float *mean, const float *factor,
                  const float *weight, const float *bias, NormSteps steps);

/// y[i] = x[i] > 0 ? x[i] : slope[i * step] * x[i]
void preluRow(const float *x, float *y, int64_t n, const float *slope, int64_t step);

/// sums[i] += x[i] - mean[i], or its square; without a mean it counts as 0.
void addColumns(const float *x, int64_t n, const float *mean, bool squares, float *sums);

} // namespace quantir::runtime::native

#endif // QUANTIR_RUNTIME_KERNELS_NATIVE_NORM_H
