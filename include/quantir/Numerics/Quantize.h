//===- Quantize.h - Between real numbers and codes --------------*- C++ -*-===//
//
//   quantize:   q = clamp(rne(x * (1.0f / scale)) + zeroPoint, range)   float32, rounding before
//   the zero point is added dequantize: x = (q - zeroPoint) * scale requantize:
//   quantize(dequantize(q))
//
// Infinities and values beyond the range saturate; NaN becomes range.min. All functions exist for
// codes of type uint8_t, int8_t, uint16_t, int16_t and int32_t. Types of 4 bits are handled
// unpacked, a code per byte. The loops are compiled for several vector instruction sets, and give
// the same bits with each.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_NUMERICS_QUANTIZE_H
#define QUANTIR_NUMERICS_QUANTIZE_H

#include "quantir/Numerics/QParams.h"

#include <cstdint>
#include <span>
#include <string>

namespace quantir::numerics {

//===----------------------------------------------------------------------===//
// Per tensor
//===----------------------------------------------------------------------===//

/// `range` must lie within what T holds, and the zero point within `range`.
template <typename T>
void quantize(const float *in, T *out, int64_t count, float scale, int32_t zeroPoint,
              QuantRange range);

template <typename T>
void dequantize(const T *in, float *out, int64_t count, float scale, int32_t zeroPoint);

/// From (scale, zeroPoint) to (outScale, outZeroPoint, outRange); both types of 8 bits. In place is
/// allowed.
template <typename TIn, typename TOut>
void requantize(const TIn *in, TOut *out, int64_t count, float scale, int32_t zeroPoint,
                float outScale, int32_t outZeroPoint, QuantRange outRange);

//===----------------------------------------------------------------------===//
// Per channel
//===----------------------------------------------------------------------===//

/// A dense row-major tensor seen as [outer, channels, inner].
struct ChannelView {
  int64_t outer = 1;
  int64_t channels = 1;
  int64_t inner = 1;
};

/// The view in which `axis` of `dims` is the channels.
[[nodiscard]] std::string channelView(std::span<const int64_t> dims, int64_t axis,
                                      ChannelView &out);

/// One scale and zero point per channel.
template <typename T>
void quantizePerChannel(const float *in, T *out, ChannelView view, const float *scales,
                        const int32_t *zeroPoints, QuantRange range);

template <typename T>
void dequantizePerChannel(const T *in, float *out, ChannelView view, const float *scales,
                          const int32_t *zeroPoints);

/// Real zero points are added before rounding: q = clamp(rne(x * (1.0f / scale) + zeroPoint)).
template <typename T>
void quantizePerChannel(const float *in, T *out, ChannelView view, const float *scales,
                        const float *zeroPoints, QuantRange range);

template <typename T>
void dequantizePerChannel(const T *in, float *out, ChannelView view, const float *scales,
                          const float *zeroPoints);

//===----------------------------------------------------------------------===//
// With QParams
//===----------------------------------------------------------------------===//

/// Checks the parameters and picks one of the above. Fails when they are not valid, do not fit T,
/// or do not have as many channels as the tensor.
template <typename T>
[[nodiscard]] std::string quantize(const float *in, std::span<const int64_t> dims,
                                   const QParams &params, T *out);

template <typename T>
[[nodiscard]] std::string dequantize(const T *in, std::span<const int64_t> dims,
                                     const QParams &params, float *out);

} // namespace quantir::numerics

#endif // QUANTIR_NUMERICS_QUANTIZE_H
