//===- Quantize.cpp - Between real numbers and codes ----------------------===//

#include "quantir/Numerics/Quantize.h"

#include "quantir/Base/TargetClones.h"
#include "quantir/Numerics/Rounding.h"
#include "quantir/Shapes/Shapes.h"

#include <limits>
#include <type_traits>
#include <vector>

namespace quantir::numerics {

//===----------------------------------------------------------------------===//
// Loops
//===----------------------------------------------------------------------===//

namespace {

/// For codes of up to 16 bits: the bounds are clamped to as floats, before rounding, which gives
/// the same result and needs no wider integers.
template <typename T>
QUANTIR_INLINE void quantizeLoop(const float *in, T *out, int64_t count, float inverse,
                                 int32_t zeroPoint, QuantRange range) {
  if constexpr (sizeof(T) == 4) {
    for (int64_t i = 0; i < count; ++i)
      out[i] = T(quantizeValue(in[i], inverse, zeroPoint, range));
  } else {
    const float low = float(range.min - zeroPoint), high = float(range.max - zeroPoint);
    for (int64_t i = 0; i < count; ++i) {
      float v = in[i] * inverse;
      v = v > low ? v : low; // also takes NaN to `low`
      v = v < high ? v : high;
      out[i] = T(roundToEven(v) + zeroPoint);
    }
  }
}

template <typename T>
QUANTIR_INLINE void dequantizeLoop(const T *in, float *out, int64_t count, float scale,
                                   int32_t zeroPoint) {
  if constexpr (sizeof(T) == 4) {
    for (int64_t i = 0; i < count; ++i)
      out[i] = dequantizeValue(in[i], scale, zeroPoint);
  } else {
    for (int64_t i = 0; i < count; ++i)
      out[i] = float(int32_t(in[i]) - zeroPoint) * scale;
  }
}

/// One row of a tensor whose channels are innermost: `inverse`, `low` and `high` per channel.
template <typename T>
QUANTIR_INLINE void quantizeRow(const float *in, T *out, int64_t channels, const float *inverse,
                                const float *low, const float *high, const int32_t *zeroPoints) {
  for (int64_t c = 0; c < channels; ++c) {
    float v = in[c] * inverse[c];
    v = v > low[c] ? v : low[c];
    v = v < high[c] ? v : high[c];
    out[c] = T(roundToEven(v) + zeroPoints[c]);
  }
}

// target_clones does not go on templates, so the instances are spelled out.
#define QUANTIR_INSTANCE(T)                                                                        \
  QUANTIR_TARGET_CLONES void runQuantize(const float *in, T *out, int64_t count, float inverse,    \
                                         int32_t zeroPoint, QuantRange range) {                    \
    quantizeLoop(in, out, count, inverse, zeroPoint, range);                                       \
  }                                                                                                \
  QUANTIR_TARGET_CLONES void runDequantize(const T *in, float *out, int64_t count, float scale,    \
                                           int32_t zeroPoint) {                                    \
    dequantizeLoop(in, out, count, scale, zeroPoint);                                              \
  }                                                                                                \
  QUANTIR_TARGET_CLONES void runQuantizeRow(const float *in, T *out, int64_t channels,             \
                                            const float *inverse, const float *low,                \
                                            const float *high, const int32_t *zeroPoints) {        \
    quantizeRow(in, out, channels, inverse, low, high, zeroPoints);                                \
  }

QUANTIR_INSTANCE(uint8_t)
QUANTIR_INSTANCE(int8_t)
QUANTIR_INSTANCE(uint16_t)
QUANTIR_INSTANCE(int16_t)
QUANTIR_INSTANCE(int32_t)
#undef QUANTIR_INSTANCE

/// Shorter runs than this are not worth a call each.
constexpr int64_t shortRun = 8;

} // namespace

//===----------------------------------------------------------------------===//
// Per tensor
//===----------------------------------------------------------------------===//

template <typename T>
void quantize(const float *in, T *out, int64_t count, float scale, int32_t zeroPoint,
              QuantRange range) {
  runQuantize(in, out, count, 1.0f / scale, zeroPoint, range);
}

template <typename T>
void dequantize(const T *in, float *out, int64_t count, float scale, int32_t zeroPoint) {
  runDequantize(in, out, count, scale, zeroPoint);
}

template <typename TIn, typename TOut>
void requantize(const TIn *in, TOut *out, int64_t count, float scale, int32_t zeroPoint,
                float outScale, int32_t outZeroPoint, QuantRange outRange) {
  static_assert(sizeof(TIn) == 1 && sizeof(TOut) == 1);
  TOut table[256];
  for (int i = 0; i < 256; ++i)
    table[i] = TOut(quantizeValue(dequantizeValue(TIn(i), scale, zeroPoint), 1.0f / outScale,
                                  outZeroPoint, outRange));
  for (int64_t i = 0; i < count; ++i)
    out[i] = table[uint8_t(in[i])];
}

//===----------------------------------------------------------------------===//
// Per channel
//===----------------------------------------------------------------------===//

std::string channelView(std::span<const int64_t> dims, int64_t axis, ChannelView &out) {
  if (axis < 0 || axis >= int64_t(dims.size()))
    return "expected a tensor with an axis " + std::to_string(axis) + ", but got " +
           shapes::formatDims(shapes::Dims(dims.begin(), dims.end()));
  if (std::string error = shapes::checkDims(shapes::Dims(dims.begin(), dims.end())); !error.empty())
    return error;
  ChannelView view;
  for (int64_t i = 0; i < int64_t(dims.size()); ++i)
    (i < axis ? view.outer : i == axis ? view.channels : view.inner) *= dims[i];
  out = view;
  return {};
}

template <typename T>
void quantizePerChannel(const float *in, T *out, ChannelView view, const float *scales,
                        const int32_t *zeroPoints, QuantRange range) {
  std::vector<float> inverse(view.channels);
  for (int64_t c = 0; c < view.channels; ++c)
    inverse[c] = 1.0f / scales[c];
  if (sizeof(T) < 4 && view.inner == 1 && view.channels >= shortRun) {
    std::vector<float> low(view.channels), high(view.channels);
    for (int64_t c = 0; c < view.channels; ++c) {
      low[c] = float(range.min - zeroPoints[c]);
      high[c] = float(range.max - zeroPoints[c]);
    }
    for (int64_t o = 0; o < view.outer; ++o, in += view.channels, out += view.channels)
      runQuantizeRow(in, out, view.channels, inverse.data(), low.data(), high.data(), zeroPoints);
    return;
  }
  for (int64_t o = 0; o < view.outer; ++o)
    for (int64_t c = 0; c < view.channels; ++c, in += view.inner, out += view.inner) {
      if (view.inner >= shortRun)
        runQuantize(in, out, view.inner, inverse[c], zeroPoints[c], range);
      else
        for (int64_t i = 0; i < view.inner; ++i)
          out[i] = T(quantizeValue(in[i], inverse[c], zeroPoints[c], range));
    }
}

template <typename T>
void dequantizePerChannel(const T *in, float *out, ChannelView view, const float *scales,
                          const int32_t *zeroPoints) {
  for (int64_t o = 0; o < view.outer; ++o)
    for (int64_t c = 0; c < view.channels; ++c, in += view.inner, out += view.inner) {
      if (view.inner >= shortRun)
        runDequantize(in, out, view.inner, scales[c], zeroPoints[c]);
      else
        for (int64_t i = 0; i < view.inner; ++i)
          out[i] = dequantizeValue(in[i], scales[c], zeroPoints[c]);
    }
}

template <typename T>
void quantizePerChannel(const float *in, T *out, ChannelView view, const float *scales,
                        const float *zeroPoints, QuantRange range) {
  for (int64_t o = 0; o < view.outer; ++o)
    for (int64_t c = 0; c < view.channels; ++c) {
      float inverse = 1.0f / scales[c];
      for (int64_t i = 0; i < view.inner; ++i)
        *out++ = T(saturate(*in++ * inverse + zeroPoints[c], range));
    }
}

template <typename T>
void dequantizePerChannel(const T *in, float *out, ChannelView view, const float *scales,
                          const float *zeroPoints) {
  for (int64_t o = 0; o < view.outer; ++o)
    for (int64_t c = 0; c < view.channels; ++c)
      for (int64_t i = 0; i < view.inner; ++i)
        *out++ = (float(*in++) - zeroPoints[c]) * scales[c];
}

//===----------------------------------------------------------------------===//
// With QParams
//===----------------------------------------------------------------------===//

namespace {

/// The checks that both directions share; `view` is the tensor's when the parameters are per
/// channel.
template <typename T>
std::string prepare(std::span<const int64_t> dims, const QParams &params, ChannelView &view,
                    int64_t &count) {
  if (std::string error = validate(params); !error.empty())
    return error;
  if (params.quantMin < std::numeric_limits<T>::min() ||
      params.quantMax > std::numeric_limits<T>::max())
    return "expected a range within [" + std::to_string(std::numeric_limits<T>::min()) + ", " +
           std::to_string(std::numeric_limits<T>::max()) + "], but got [" +
           std::to_string(params.quantMin) + ", " + std::to_string(params.quantMax) + "]";
  shapes::Dims shape(dims.begin(), dims.end());
  if (std::string error = shapes::checkDims(shape); !error.empty())
    return error;
  count = shapes::numElements(shape);
  if (params.perTensor())
    return {};
  if (std::string error = channelView(dims, params.axis, view); !error.empty())
    return error;
  if (view.channels != int64_t(params.channels()))
    return "expected " + std::to_string(params.channels()) + " channels in dimension " +
           std::to_string(params.axis) + ", but got " + shapes::formatDims(shape);
  return {};
}

} // namespace

template <typename T>
std::string quantize(const float *in, std::span<const int64_t> dims, const QParams &params,
                     T *out) {
  ChannelView view;
  int64_t count;
  if (std::string error = prepare<T>(dims, params, view, count); !error.empty())
    return error;
  QuantRange range = {params.quantMin, params.quantMax};
  if (!params.floatZeroPoint.empty())
    quantizePerChannel(in, out, params.perTensor() ? ChannelView{1, 1, count} : view,
                       params.scale.data(), params.floatZeroPoint.data(), range);
  else if (params.perTensor())
    quantize(in, out, count, params.scale[0], params.zeroPoint[0], range);
  else
    quantizePerChannel(in, out, view, params.scale.data(), params.zeroPoint.data(), range);
  return {};
}

template <typename T>
std::string dequantize(const T *in, std::span<const int64_t> dims, const QParams &params,
                       float *out) {
  ChannelView view;
  int64_t count;
  if (std::string error = prepare<T>(dims, params, view, count); !error.empty())
    return error;
  if (!params.floatZeroPoint.empty())
    dequantizePerChannel(in, out, params.perTensor() ? ChannelView{1, 1, count} : view,
                         params.scale.data(), params.floatZeroPoint.data());
  else if (params.perTensor())
    dequantize(in, out, count, params.scale[0], params.zeroPoint[0]);
  else
    dequantizePerChannel(in, out, view, params.scale.data(), params.zeroPoint.data());
  return {};
}

#define QUANTIR_INSTANTIATE(T)                                                                     \
  template void quantize(const float *, T *, int64_t, float, int32_t, QuantRange);                 \
  template void dequantize(const T *, float *, int64_t, float, int32_t);                           \
  template void quantizePerChannel(const float *, T *, ChannelView, const float *,                 \
                                   const int32_t *, QuantRange);                                   \
  template void dequantizePerChannel(const T *, float *, ChannelView, const float *,               \
                                     const int32_t *);                                             \
  template void quantizePerChannel(const float *, T *, ChannelView, const float *, const float *,  \
                                   QuantRange);                                                    \
  template void dequantizePerChannel(const T *, float *, ChannelView, const float *,               \
                                     const float *);                                               \
  template std::string quantize(const float *, std::span<const int64_t>, const QParams &, T *);    \
  template std::string dequantize(const T *, std::span<const int64_t>, const QParams &, float *);

QUANTIR_INSTANTIATE(uint8_t)
QUANTIR_INSTANTIATE(int8_t)
QUANTIR_INSTANTIATE(uint16_t)
QUANTIR_INSTANTIATE(int16_t)
QUANTIR_INSTANTIATE(int32_t)
#undef QUANTIR_INSTANTIATE

template void requantize(const uint8_t *, uint8_t *, int64_t, float, int32_t, float, int32_t,
                         QuantRange);
template void requantize(const uint8_t *, int8_t *, int64_t, float, int32_t, float, int32_t,
                         QuantRange);
template void requantize(const int8_t *, uint8_t *, int64_t, float, int32_t, float, int32_t,
                         QuantRange);
template void requantize(const int8_t *, int8_t *, int64_t, float, int32_t, float, int32_t,
                         QuantRange);

} // namespace quantir::numerics
