//===- Loops.h - Elementwise loops on dense rows ----------------*- C++ -*-===//
//
// What oneDNN has no exact, or no fast, primitive for. All take `n` elements that lie next to each
// other, run on the calling thread, and are compiled for several vector widths, every one of which
// gives the same bits. The formulas are those of the reference backend.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_RUNTIME_KERNELS_NATIVE_LOOPS_H
#define QUANTIR_RUNTIME_KERNELS_NATIVE_LOOPS_H

#include "runtime/kernels/Backend.h"
#include "runtime/plan/KernelSupport.h"

#include <cstdint>
#include <limits>

namespace quantir::runtime::native {

/// Element type of a tensor and, for integers, its per-tensor parameters.
struct Encoding {
  DType dtype = DType::Float32;
  float scale = 1;
  int32_t zeroPoint = 0;
  int32_t min = 0, max = 0;

  /// Of an operand whose parameters, if any, are per tensor.
  static Encoding of(const Operand &operand);
  bool isFloat() const { return dtype == DType::Float32; }
  bool operator==(const Encoding &) const = default;
};

/// x > 0 ? x : slope * x, then cut to [low, high]: every ActivationInfo in one form.
struct LoopActivation {
  float slope = 1;
  float low = -std::numeric_limits<float>::infinity();
  float high = std::numeric_limits<float>::infinity();

  static LoopActivation of(const ActivationInfo &info);
  bool isNone() const;
};

/// When the zero point is added: after rounding (every quantize op), or before it, in float32
/// (integer ops with a requantized result). They differ only where x/scale lies halfway and the
/// zero point is odd, or large.
enum class ZeroPointAdd { AfterRounding, BeforeRounding };

/// y = clamp(rne(x * (1/scale)) + zeroPoint); not a number gives the least code. 8-bit results
/// only.
void quantize(const float *x, void *y, int64_t n, const Encoding &to, ZeroPointAdd order);
/// y = clamp(rne(x * multiplier) + zeroPoint): the scale of `to` is not used.
void quantizeBy(float multiplier, const float *x, void *y, int64_t n, const Encoding &to);

/// y = (x - zeroPoint) * scale. 8-bit and 32-bit inputs.
void dequantize(const void *x, float *y, int64_t n, const Encoding &from);

/// y = fma(scale, x, -(scale * zeroPoint)), as elementwise functions of codes see them. 8-bit
/// inputs.
void dequantizeFused(const void *x, float *y, int64_t n, const Encoding &from);

/// y = x - zeroPoint, exactly, as a number. 8-bit inputs.
void centre(const void *x, float *y, int64_t n, const Encoding &from);

/// y[i] = activation(x[i]); x and y may be the same memory.
void activate(const float *x, float *y, int64_t n, const LoopActivation &activation);

/// y[i] = min(max(alpha * x[i] + beta, 0), 1); x and y may be the same memory.
void hardSigmoid(const float *x, float *y, int64_t n, float alpha, float beta);

/// The largest magnitude; infinity where there is a NaN.
float largestMagnitude(const float *x, int64_t n);

/// Whether an x[i] is NaN, infinite, or larger than `limit` in magnitude.
bool exceeds(const float *x, int64_t n, float limit);

/// y[i] = x[i] * scale[i] + bias[i]; no bias when it is null.
void scaleAndShift(const float *x, float *y, int64_t n, const float *scale, const float *bias);

/// y[i] += x[i]
void accumulate(const float *x, float *y, int64_t n);
void accumulate(const float *x, double *y, int64_t n);
/// sums[i] += x[i], exactly. 8-bit inputs.
void accumulate(const void *x, DType dtype, int32_t *sums, int64_t n);
/// The sum of x[0], ..., x[n - 1], exactly. 8-bit inputs, at most 2^23 of them.
int32_t sum(const void *x, DType dtype, int64_t n);

/// y[i] = the greatest of y[i] and x[i], x[step + i], ..., `count` of them; NaN is greater than
/// all.
void maximum(const float *x, int64_t count, int64_t step, float *y, int64_t n);
void maximum(const uint8_t *x, int64_t count, int64_t step, uint8_t *y, int64_t n);
void maximum(const int8_t *x, int64_t count, int64_t step, int8_t *y, int64_t n);

enum class BinaryOp { Add, Sub, Mul, Div };
/// y[i] = a[i] op b[i]; `aStep` and `bStep` are 1, or 0 for a value that all elements share.
void binary(BinaryOp op, const float *a, int64_t aStep, const float *b, int64_t bStep, float *y,
            int64_t n);

/// y[i] = table[code of x[i]], codes counted from the least; 8-bit in and out.
void lookUp(const void *x, void *y, int64_t n, const uint8_t *table, DType from);

/// y[i] = x[i] cut to [low, high]; 8-bit in and out of one type.
void clampCodes(const void *x, void *y, int64_t n, DType dtype, int32_t low, int32_t high);

} // namespace quantir::runtime::native

#endif // QUANTIR_RUNTIME_KERNELS_NATIVE_LOOPS_H
