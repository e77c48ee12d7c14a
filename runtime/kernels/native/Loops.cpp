//===- Loops.cpp - Elementwise loops on dense rows --------------*- C++ -*-===//

#include "runtime/kernels/native/Loops.h"

#include "quantir/Base/TargetClones.h"
#include "runtime/kernels/native/Select.h"

#include <bit>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace quantir::runtime::native {

// A float of magnitude below 2^22 plus this number is rounded to an integer, half to even, whose
// two's complement stands in the low bits of the sum. It needs no rounding instruction, so that all
// vector widths do the same.
static constexpr float roundingBias = 12582912.0f; // 1.5 * 2^23
static constexpr int32_t roundingBits = 0x4B400000;

Encoding Encoding::of(const Operand &operand) {
  Encoding encoding;
  encoding.dtype = operand.dtype;
  if (operand.quant) {
    encoding.scale = scaleOf(*operand.quant);
    encoding.zeroPoint = zeroPointOf(*operand.quant);
    encoding.min = operand.quant->quantMin;
    encoding.max = operand.quant->quantMax;
  }
  return encoding;
}

LoopActivation LoopActivation::of(const ActivationInfo &info) {
  LoopActivation result;
  switch (info.kind) {
  case plan::ActivationKind::Relu:
    result.low = 0;
    break;
  case plan::ActivationKind::Clamp:
    result.low = info.alpha;
    result.high = info.beta;
    break;
  case plan::ActivationKind::LeakyRelu:
    result.slope = info.alpha;
    break;
  case plan::ActivationKind::None:
    break;
  }
  return result;
}

bool LoopActivation::isNone() const {
  return slope == 1 && low == -std::numeric_limits<float>::infinity() &&
         high == std::numeric_limits<float>::infinity();
}

namespace {

// The bodies, inlined into each clone. "ivdep" where x and y may be the same memory: element i then
// depends on nothing but element i, which "restrict" would not allow to be said. `x > low ? x :
// low` with x first makes not-a-number the least code.
template <typename T, bool addBefore>
QUANTIR_INLINE void quantizeBody(const float *__restrict x, T *__restrict y, int64_t n,
                                 float inverse, int32_t zeroPoint, float low, float high) {
  const float shift = addBefore ? float(zeroPoint) : 0.0f;
  const int32_t base = addBefore ? roundingBits : roundingBits - zeroPoint;
  for (int64_t i = 0; i < n; ++i) {
    float v = x[i] * inverse;
    if (addBefore)
      v = v + shift;
    v = v > low ? v : low;
    v = v < high ? v : high;
    y[i] = T(std::bit_cast<int32_t>(v + roundingBias) - base);
  }
}

template <typename T>
QUANTIR_INLINE void dequantizeBody(const T *__restrict x, float *__restrict y, int64_t n,
                                   float scale, int32_t zeroPoint) {
  for (int64_t i = 0; i < n; ++i)
    y[i] = float(int32_t(x[i]) - zeroPoint) * scale;
}

template <typename T>
QUANTIR_INLINE void accumulateBody(const T *__restrict x, int32_t *__restrict sums, int64_t n) {
  for (int64_t i = 0; i < n; ++i)
    sums[i] += x[i];
}

template <typename T> QUANTIR_INLINE int32_t sumBody(const T *x, int64_t n) {
  int32_t sum = 0;
  for (int64_t i = 0; i < n; ++i)
    sum += x[i];
  return sum;
}

/// In the reference's order: of equal values the first one stays, and each NaN wins.
template <typename T>
QUANTIR_INLINE void maximumBody(const T *__restrict x, int64_t count, int64_t step, T *__restrict y,
                                int64_t n) {
  for (int64_t k = 0; k < count; ++k)
    for (int64_t i = 0; i < n; ++i) {
      const T value = x[k * step + i];
      const bool isNaN = value != value;
      y[i] = value > y[i] || isNaN ? value : y[i];
    }
}

template <typename T> QUANTIR_INLINE void clampBody(const T *x, T *y, int64_t n, T low, T high) {
  QUANTIR_INDEPENDENT
  for (int64_t i = 0; i < n; ++i) {
    const T v = x[i] < low ? low : x[i];
    y[i] = v > high ? high : v;
  }
}

template <typename Function>
QUANTIR_INLINE void binaryBody(const float *a, int64_t aStep, const float *b, int64_t bStep,
                               float *y, int64_t n, Function f) {
  if (aStep && bStep) {
    QUANTIR_INDEPENDENT
    for (int64_t i = 0; i < n; ++i)
      y[i] = f(a[i], b[i]);
  } else if (aStep) {
    QUANTIR_INDEPENDENT
    for (int64_t i = 0; i < n; ++i)
      y[i] = f(a[i], b[0]);
  } else {
    QUANTIR_INDEPENDENT
    for (int64_t i = 0; i < n; ++i)
      y[i] = f(a[0], bStep ? b[i] : b[0]);
  }
}

QUANTIR_TARGET_CLONES void quantizeU8(const float *x, uint8_t *y, int64_t n, float inverse,
                                      int32_t zeroPoint, float low, float high) {
  quantizeBody<uint8_t, false>(x, y, n, inverse, zeroPoint, low, high);
}
QUANTIR_TARGET_CLONES void quantizeS8(const float *x, int8_t *y, int64_t n, float inverse,
                                      int32_t zeroPoint, float low, float high) {
  quantizeBody<int8_t, false>(x, y, n, inverse, zeroPoint, low, high);
}
QUANTIR_TARGET_CLONES void requantizeU8(const float *x, uint8_t *y, int64_t n, float inverse,
                                        int32_t zeroPoint, float low, float high) {
  quantizeBody<uint8_t, true>(x, y, n, inverse, zeroPoint, low, high);
}
QUANTIR_TARGET_CLONES void requantizeS8(const float *x, int8_t *y, int64_t n, float inverse,
                                        int32_t zeroPoint, float low, float high) {
  quantizeBody<int8_t, true>(x, y, n, inverse, zeroPoint, low, high);
}

QUANTIR_TARGET_CLONES void dequantizeU8(const uint8_t *x, float *y, int64_t n, float scale,
                                        int32_t zeroPoint) {
  dequantizeBody(x, y, n, scale, zeroPoint);
}
QUANTIR_TARGET_CLONES void dequantizeS8(const int8_t *x, float *y, int64_t n, float scale,
                                        int32_t zeroPoint) {
  dequantizeBody(x, y, n, scale, zeroPoint);
}
QUANTIR_TARGET_CLONES void scaleS32(const int32_t *x, float *y, int64_t n, float scale) {
  dequantizeBody(x, y, n, scale, 0);
}
// 32 bits do not hold every difference of 32-bit codes.
QUANTIR_TARGET_CLONES void dequantizeS32(const int32_t *__restrict x, float *__restrict y,
                                         int64_t n, float scale, int64_t zeroPoint) {
  for (int64_t i = 0; i < n; ++i)
    y[i] = float(x[i] - zeroPoint) * scale;
}

template <typename T>
QUANTIR_INLINE void dequantizeFusedBody(const T *__restrict x, float *__restrict y, int64_t n,
                                        float scale, float offset) {
  for (int64_t i = 0; i < n; ++i)
    y[i] = __builtin_fmaf(scale, float(x[i]), offset);
}
QUANTIR_TARGET_CLONES void dequantizeFusedU8(const uint8_t *x, float *y, int64_t n, float scale,
                                             float offset) {
  dequantizeFusedBody(x, y, n, scale, offset);
}
QUANTIR_TARGET_CLONES void dequantizeFusedS8(const int8_t *x, float *y, int64_t n, float scale,
                                             float offset) {
  dequantizeFusedBody(x, y, n, scale, offset);
}

QUANTIR_TARGET_CLONES void accumulateU8(const uint8_t *x, int32_t *sums, int64_t n) {
  accumulateBody(x, sums, n);
}
QUANTIR_TARGET_CLONES void accumulateS8(const int8_t *x, int32_t *sums, int64_t n) {
  accumulateBody(x, sums, n);
}

QUANTIR_TARGET_CLONES int32_t sumU8(const uint8_t *x, int64_t n) { return sumBody(x, n); }
QUANTIR_TARGET_CLONES int32_t sumS8(const int8_t *x, int64_t n) { return sumBody(x, n); }

QUANTIR_TARGET_CLONES void accumulateDoubles(const float *__restrict x, double *__restrict y,
                                             int64_t n) {
  for (int64_t i = 0; i < n; ++i)
    y[i] += double(x[i]);
}

QUANTIR_TARGET_CLONES void maximumF32(const float *x, int64_t count, int64_t step, float *y,
                                      int64_t n) {
  maximumBody(x, count, step, y, n);
}
QUANTIR_TARGET_CLONES void maximumU8(const uint8_t *x, int64_t count, int64_t step, uint8_t *y,
                                     int64_t n) {
  maximumBody(x, count, step, y, n);
}
QUANTIR_TARGET_CLONES void maximumS8(const int8_t *x, int64_t count, int64_t step, int8_t *y,
                                     int64_t n) {
  maximumBody(x, count, step, y, n);
}

QUANTIR_TARGET_CLONES void clampU8(const uint8_t *x, uint8_t *y, int64_t n, uint8_t low,
                                   uint8_t high) {
  clampBody(x, y, n, low, high);
}
QUANTIR_TARGET_CLONES void clampS8(const int8_t *x, int8_t *y, int64_t n, int8_t low, int8_t high) {
  clampBody(x, y, n, low, high);
}

QUANTIR_TARGET_CLONES void addFloats(const float *a, int64_t aStep, const float *b, int64_t bStep,
                                     float *y, int64_t n) {
  binaryBody(a, aStep, b, bStep, y, n, [](float p, float q) { return p + q; });
}
QUANTIR_TARGET_CLONES void subFloats(const float *a, int64_t aStep, const float *b, int64_t bStep,
                                     float *y, int64_t n) {
  binaryBody(a, aStep, b, bStep, y, n, [](float p, float q) { return p - q; });
}
QUANTIR_TARGET_CLONES void mulFloats(const float *a, int64_t aStep, const float *b, int64_t bStep,
                                     float *y, int64_t n) {
  binaryBody(a, aStep, b, bStep, y, n, [](float p, float q) { return p * q; });
}
QUANTIR_TARGET_CLONES void divFloats(const float *a, int64_t aStep, const float *b, int64_t bStep,
                                     float *y, int64_t n) {
  binaryBody(a, aStep, b, bStep, y, n, [](float p, float q) { return p / q; });
}

QUANTIR_TARGET_CLONES void activateLoop(const float *x, float *y, int64_t n, float slope, float low,
                                        float high) {
  QUANTIR_INDEPENDENT
  for (int64_t i = 0; i < n; ++i) {
    float v = x[i];
    v *= select(v > 0.0f, 1.0f, slope); // x or slope * x
    v = v < low ? low : v;
    y[i] = v > high ? high : v;
  }
}

QUANTIR_TARGET_CLONES void hardSigmoidLoop(const float *x, float *y, int64_t n, float alpha,
                                           float beta) {
  QUANTIR_INDEPENDENT
  for (int64_t i = 0; i < n; ++i) {
    float v = alpha * x[i] + beta;
    v = v < 0.0f ? 0.0f : v;
    y[i] = v > 1.0f ? 1.0f : v;
  }
}

/// Magnitudes are in the order of their bits, NaN behind infinity.
QUANTIR_TARGET_CLONES int32_t magnitudeLoop(const float *x, int64_t n) {
  int32_t largest = 0;
  for (int64_t i = 0; i < n; ++i) {
    const int32_t bits = std::bit_cast<int32_t>(x[i]) & 0x7FFFFFFF;
    largest = bits > largest ? bits : largest;
  }
  return largest;
}

QUANTIR_TARGET_CLONES bool exceedsLoop(const float *x, int64_t n, float limit) {
  int32_t found = 0;
  for (int64_t i = 0; i < n; ++i)
    found |= !(__builtin_fabsf(x[i]) <= limit);
  return found != 0;
}

QUANTIR_TARGET_CLONES void scaleLoop(const float *__restrict x, float *__restrict y, int64_t n,
                                     const float *__restrict scale) {
  for (int64_t i = 0; i < n; ++i)
    y[i] = x[i] * scale[i];
}

QUANTIR_TARGET_CLONES void scaleAndShiftLoop(const float *__restrict x, float *__restrict y,
                                             int64_t n, const float *__restrict scale,
                                             const float *__restrict bias) {
  for (int64_t i = 0; i < n; ++i)
    y[i] = x[i] * scale[i] + bias[i];
}

} // namespace

void quantize(const float *x, void *y, int64_t n, const Encoding &to, ZeroPointAdd order) {
  const float inverse = 1.0f / to.scale;
  if (order == ZeroPointAdd::AfterRounding)
    return quantizeBy(inverse, x, y, n, to);
  const float low = float(to.min), high = float(to.max);
  if (to.dtype == DType::UInt8)
    requantizeU8(x, static_cast<uint8_t *>(y), n, inverse, to.zeroPoint, low, high);
  else
    requantizeS8(x, static_cast<int8_t *>(y), n, inverse, to.zeroPoint, low, high);
}

void quantizeBy(float multiplier, const float *x, void *y, int64_t n, const Encoding &to) {
  const float low = float(to.min - to.zeroPoint), high = float(to.max - to.zeroPoint);
  if (to.dtype == DType::UInt8)
    quantizeU8(x, static_cast<uint8_t *>(y), n, multiplier, to.zeroPoint, low, high);
  else
    quantizeS8(x, static_cast<int8_t *>(y), n, multiplier, to.zeroPoint, low, high);
}

void dequantize(const void *x, float *y, int64_t n, const Encoding &from) {
  if (from.dtype == DType::UInt8)
    dequantizeU8(static_cast<const uint8_t *>(x), y, n, from.scale, from.zeroPoint);
  else if (from.dtype == DType::Int8)
    dequantizeS8(static_cast<const int8_t *>(x), y, n, from.scale, from.zeroPoint);
  else if (from.zeroPoint == 0)
    scaleS32(static_cast<const int32_t *>(x), y, n, from.scale);
  else
    dequantizeS32(static_cast<const int32_t *>(x), y, n, from.scale, from.zeroPoint);
}

void dequantizeFused(const void *x, float *y, int64_t n, const Encoding &from) {
  const float offset = -(from.scale * float(from.zeroPoint));
  if (from.dtype == DType::UInt8)
    dequantizeFusedU8(static_cast<const uint8_t *>(x), y, n, from.scale, offset);
  else
    dequantizeFusedS8(static_cast<const int8_t *>(x), y, n, from.scale, offset);
}

void centre(const void *x, float *y, int64_t n, const Encoding &from) {
  Encoding unit = from;
  unit.scale = 1;
  dequantize(x, y, n, unit);
}

void activate(const float *x, float *y, int64_t n, const LoopActivation &activation) {
  if (!activation.isNone())
    activateLoop(x, y, n, activation.slope, activation.low, activation.high);
  else if (x != y)
    std::copy_n(x, n, y);
}

void hardSigmoid(const float *x, float *y, int64_t n, float alpha, float beta) {
  hardSigmoidLoop(x, y, n, alpha, beta);
}

float largestMagnitude(const float *x, int64_t n) {
  constexpr int32_t infinity = 0x7F800000;
  return std::bit_cast<float>(std::min(magnitudeLoop(x, n), infinity));
}

bool exceeds(const float *x, int64_t n, float limit) { return exceedsLoop(x, n, limit); }

void scaleAndShift(const float *x, float *y, int64_t n, const float *scale, const float *bias) {
  if (bias)
    scaleAndShiftLoop(x, y, n, scale, bias);
  else
    scaleLoop(x, y, n, scale);
}

void accumulate(const float *x, float *y, int64_t n) { addFloats(y, 1, x, 1, y, n); }

void accumulate(const float *x, double *y, int64_t n) { accumulateDoubles(x, y, n); }

void accumulate(const void *x, DType dtype, int32_t *sums, int64_t n) {
  if (dtype == DType::UInt8)
    accumulateU8(static_cast<const uint8_t *>(x), sums, n);
  else
    accumulateS8(static_cast<const int8_t *>(x), sums, n);
}

int32_t sum(const void *x, DType dtype, int64_t n) {
  return dtype == DType::UInt8 ? sumU8(static_cast<const uint8_t *>(x), n)
                               : sumS8(static_cast<const int8_t *>(x), n);
}

void maximum(const float *x, int64_t count, int64_t step, float *y, int64_t n) {
  maximumF32(x, count, step, y, n);
}
void maximum(const uint8_t *x, int64_t count, int64_t step, uint8_t *y, int64_t n) {
  maximumU8(x, count, step, y, n);
}
void maximum(const int8_t *x, int64_t count, int64_t step, int8_t *y, int64_t n) {
  maximumS8(x, count, step, y, n);
}

void binary(BinaryOp op, const float *a, int64_t aStep, const float *b, int64_t bStep, float *y,
            int64_t n) {
  switch (op) {
  case BinaryOp::Add:
    return addFloats(a, aStep, b, bStep, y, n);
  case BinaryOp::Sub:
    return subFloats(a, aStep, b, bStep, y, n);
  case BinaryOp::Mul:
    return mulFloats(a, aStep, b, bStep, y, n);
  case BinaryOp::Div:
    return divFloats(a, aStep, b, bStep, y, n);
  }
}

// With AVX-512 VBMI a table of 256 bytes is four registers: two permutations look up 64 codes in
// each half, and the codes' top bits choose between them.
#if defined(__x86_64__) && defined(__GNUC__)
__attribute__((target("avx512f,avx512bw,avx512vbmi"))) static int64_t
lookUpVectors(const uint8_t *x, uint8_t *y, int64_t n, const uint8_t *table, uint8_t flip) {
  const __m512i t0 = _mm512_loadu_si512(table), t1 = _mm512_loadu_si512(table + 64);
  const __m512i t2 = _mm512_loadu_si512(table + 128), t3 = _mm512_loadu_si512(table + 192);
  const __m512i flips = _mm512_set1_epi8(char(flip));
  int64_t i = 0;
  for (; i + 64 <= n; i += 64) {
    const __m512i codes = _mm512_xor_si512(_mm512_loadu_si512(x + i), flips);
    const __m512i low = _mm512_permutex2var_epi8(t0, codes, t1);
    const __m512i high = _mm512_permutex2var_epi8(t2, codes, t3);
    _mm512_storeu_si512(y + i, _mm512_mask_blend_epi8(_mm512_movepi8_mask(codes), low, high));
  }
  return i;
}
static bool hasVectorLookUp() {
  static const bool has =
      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vbmi");
  return has;
}
#else
static int64_t lookUpVectors(const uint8_t *, uint8_t *, int64_t, const uint8_t *, uint8_t) {
  return 0;
}
static bool hasVectorLookUp() { return false; }
#endif

void lookUp(const void *x, void *y, int64_t n, const uint8_t *table, DType from) {
  const auto *source = static_cast<const uint8_t *>(x);
  auto *target = static_cast<uint8_t *>(y);
  const uint8_t flip = from == DType::Int8 ? 0x80 : 0; // counts int8 codes from -128
  int64_t i = hasVectorLookUp() ? lookUpVectors(source, target, n, table, flip) : 0;
  for (; i < n; ++i)
    target[i] = table[source[i] ^ flip];
}

void clampCodes(const void *x, void *y, int64_t n, DType dtype, int32_t low, int32_t high) {
  if (dtype == DType::UInt8)
    clampU8(static_cast<const uint8_t *>(x), static_cast<uint8_t *>(y), n, uint8_t(low),
            uint8_t(high));
  else
    clampS8(static_cast<const int8_t *>(x), static_cast<int8_t *>(y), n, int8_t(low), int8_t(high));
}

} // namespace quantir::runtime::native
