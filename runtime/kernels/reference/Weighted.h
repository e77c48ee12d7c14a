//===- Weighted.h - What convolutions and matrix products share -*- C++ -*-===//

#ifndef QUANTIR_RUNTIME_KERNELS_REFERENCE_WEIGHTED_H
#define QUANTIR_RUNTIME_KERNELS_REFERENCE_WEIGHTED_H

#include "runtime/kernels/reference/Reference.h"

namespace quantir::runtime::reference {

/// From sums of products to results.
///
/// Integers: v = f32(sum + s32 bias) * f32(s_x * s_w[c]) + f32 bias + addend, then the activation,
/// then clamp(rne(v * f32(1 / s_out) + z_out)); everything but the sum in float32.
/// Floats: v = sum + bias + addend, summed in double and rounded once.
class Epilogue {
public:
  Epilogue(const Operand &input, const Operand &weight, const Operand *bias, const Operand *addend,
           const Operand &output, ActivationInfo activation)
      : bias(bias), addend(addend), activation(activation), outputType(output.dtype) {
    if (input.dtype != DType::Float32) {
      size_t channels = weight.quant->scales.size();
      for (size_t c = 0; c < channels; ++c)
        multipliers.push_back(scaleOf(*input.quant) * weight.quant->scales[c]);
    }
    if (output.quant) {
      inverse = 1.0f / scaleOf(*output.quant);
      zeroPoint = static_cast<float>(zeroPointOf(*output.quant));
      range = rangeOf(*output.quant);
    }
  }

  /// The pointers that one run works on; null where there is no such operand.
  struct Pointers {
    const void *bias = nullptr, *addend = nullptr;
    void *output = nullptr;
  };

  /// `channel` indexes the bias, `weightChannel` the weight's scales if there are several; the
  /// offsets are in elements.
  template <typename Sum>
  void store(Sum sum, int64_t channel, int64_t addendOffset, int64_t outputOffset,
             const Pointers &pointers) const {
    float value;
    if constexpr (std::is_floating_point_v<Sum>) {
      if (bias)
        sum += static_cast<const float *>(pointers.bias)[channel];
      if (addend)
        sum += static_cast<const float *>(pointers.addend)[addendOffset];
      value = static_cast<float>(sum);
    } else {
      int64_t whole = sum;
      if (bias && bias->dtype == DType::Int32)
        whole += static_cast<const int32_t *>(pointers.bias)[channel];
      value = static_cast<float>(whole) * multipliers[multipliers.size() == 1 ? 0 : channel];
      if (bias && bias->dtype == DType::Float32)
        value += static_cast<const float *>(pointers.bias)[channel];
      if (addend)
        value += addendAt(pointers.addend, addendOffset);
    }
    value = activation(value);
    switch (outputType) {
    case DType::UInt8:
      static_cast<uint8_t *>(pointers.output)[outputOffset] = encode(value);
      break;
    case DType::Int8:
      static_cast<int8_t *>(pointers.output)[outputOffset] = encode(value);
      break;
    default:
      static_cast<float *>(pointers.output)[outputOffset] = value;
    }
  }

private:
  int32_t encode(float value) const {
    return numerics::saturate(value * inverse + zeroPoint, range);
  }

  float addendAt(const void *data, int64_t offset) const {
    return withValueType(addend->dtype, [&](auto type) {
      using T = decltype(type);
      return Decoder<T>(*addend)(static_cast<const T *>(data)[offset]);
    });
  }

  const Operand *bias, *addend;
  ActivationInfo activation;
  DType outputType;
  std::vector<float> multipliers;
  float inverse = 1, zeroPoint = 0;
  numerics::QuantRange range;
};

/// Types to multiply and sum with: int16 holds a code minus its zero point.
template <typename In> struct ProductTypes {
  using Weight = int16_t;
};
template <> struct ProductTypes<float> {
  using Weight = float;
};

/// Calls fn(In(), Sum()) with the element type of `input` and a type that holds the sum of `terms`
/// products exactly (for floats: better than float does).
template <typename Fn> KernelPtr withProductTypes(const Operand &input, int64_t terms, Fn &&fn) {
  return withValueType(input.dtype, [&](auto in) {
    if constexpr (std::is_same_v<decltype(in), float>)
      return fn(in, double());
    else if (terms <= INT32_MAX / (255 * 255))
      return fn(in, int32_t());
    else
      return fn(in, int64_t());
  });
}

/// Codes minus their zero point, or floats as they are.
template <typename To, typename From> To centered(From value, int32_t zeroPoint) {
  if constexpr (std::is_same_v<From, float>)
    return value;
  else
    return static_cast<To>(value - zeroPoint);
}

inline int32_t inputZeroPoint(const Operand &operand) {
  return operand.quant ? zeroPointOf(*operand.quant) : 0;
}

/// The dot product of two strided vectors; the zero point belongs to `a`.
template <typename Sum, typename A, typename B>
Sum dotProduct(const A *a, int64_t strideA, int32_t zeroPointA, const B *b, int64_t strideB,
               int64_t count) {
  Sum sum = 0;
  if (strideA == 1 && strideB == 1)
    for (int64_t i = 0; i < count; ++i)
      sum += centered<Sum>(a[i], zeroPointA) * static_cast<Sum>(b[i]);
  else
    for (int64_t i = 0; i < count; ++i)
      sum += centered<Sum>(a[i * strideA], zeroPointA) * static_cast<Sum>(b[i * strideB]);
  return sum;
}

} // namespace quantir::runtime::reference

#endif // QUANTIR_RUNTIME_KERNELS_REFERENCE_WEIGHTED_H
