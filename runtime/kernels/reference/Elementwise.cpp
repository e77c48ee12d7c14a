//===- Elementwise.cpp - Functions of single elements ----------------------===//

#include "runtime/kernels/Loops.h"
#include "runtime/kernels/reference/Reference.h"

#include <cmath>

namespace quantir::runtime::reference {
namespace {

/// Real values of codes as the elementwise functions below see them when their result is a code
/// too: fma(scale, q, -scale * zeroPoint), as PyTorch's vector kernels compute it. It differs from
/// (q - zeroPoint) * scale by at most one unit in the last place, which only shows where a result
/// lies halfway between two codes. A float result and the operands of a division (`exactZero`) get
/// the exact zeros of the second form.
template <typename In, typename Out>
float elementwiseValue(const Operand &operand, In q, bool exactZero = false) {
  if (std::is_same_v<Out, float> || exactZero) {
    return Decoder<In>(operand)(q);
  } else {
    float scale = scaleOf(*operand.quant);
    float offset = -(scale * static_cast<float>(zeroPointOf(*operand.quant)));
    return std::fma(scale, static_cast<float>(q), offset);
  }
}

float applyUnary(const UnaryOptions &options, float x) {
  float alpha = options.alpha, beta = options.beta;
  switch (options.kind) {
  case plan::UnaryKind::Relu:
    return x < 0.0f ? 0.0f : x;
  case plan::UnaryKind::Clamp:
    return x < alpha ? alpha : x > beta ? beta : x;
  case plan::UnaryKind::LeakyRelu:
    return x > 0.0f ? x : alpha * x;
  case plan::UnaryKind::Sigmoid:
    return static_cast<float>(1.0 / (1.0 + std::exp(-static_cast<double>(x))));
  case plan::UnaryKind::Tanh:
    return static_cast<float>(std::tanh(static_cast<double>(x)));
  case plan::UnaryKind::HardSigmoid:
    return std::min(std::max(alpha * x + beta, 0.0f), 1.0f);
  case plan::UnaryKind::HardSwish:
    return x * std::min(std::max(x + 3.0f, 0.0f), 6.0f) / 6.0f;
  case plan::UnaryKind::Elu:
    return x > 0.0f ? x : alpha * static_cast<float>(std::expm1(static_cast<double>(x)));
  case plan::UnaryKind::Gelu:
    return gelu(x);
  case plan::UnaryKind::GeluTanh:
    return geluTanh(x);
  case plan::UnaryKind::Erf:
    return static_cast<float>(std::erf(static_cast<double>(x)));
  case plan::UnaryKind::Sqrt:
    return std::sqrt(x);
  case plan::UnaryKind::Pow:
    return static_cast<float>(std::pow(static_cast<double>(x), static_cast<double>(alpha)));
  }
  return x;
}

float applyBinary(plan::BinaryKind kind, float a, float b) {
  switch (kind) {
  case plan::BinaryKind::Add:
    return a + b;
  case plan::BinaryKind::Sub:
    return a - b;
  case plan::BinaryKind::Mul:
    return a * b;
  case plan::BinaryKind::Div:
    return a / b;
  }
  return a;
}

/// Applies `function` to every element of one operand.
template <typename In, typename Out, typename Fn>
KernelPtr createMap(const Operand &input, const Operand &output, Fn function) {
  return makeKernel([=, nest = LoopNest<2>(output.dims, {output.strides, input.strides})](
                        const void *const *inputs, void *const *outputs, void *) {
    auto *source = static_cast<const In *>(inputs[0]);
    auto *result = static_cast<Out *>(outputs[0]);
    nest.forEachRun([&](const auto &offsets, const auto &strides, int64_t count) {
      for (int64_t i = 0; i < count; ++i)
        result[offsets[0] + i * strides[0]] = function(source[offsets[1] + i * strides[1]]);
    });
  });
}

/// Applies function(a, b) to every pair of elements.
template <typename In, typename In2, typename Out, typename Fn>
KernelPtr createZip(const KernelSpec &spec, Fn function) {
  const Operand &a = *spec.inputs[0], &b = *spec.inputs[1], &output = *spec.outputs[0];
  std::vector<int64_t> stridesA = broadcastStrides(a, output.dims);
  std::vector<int64_t> stridesB = broadcastStrides(b, output.dims);
  return makeKernel([=, nest = LoopNest<3>(output.dims, {output.strides, stridesA, stridesB})](
                        const void *const *inputs, void *const *outputs, void *) {
    auto *left = static_cast<const In *>(inputs[0]);
    auto *right = static_cast<const In2 *>(inputs[1]);
    auto *result = static_cast<Out *>(outputs[0]);
    nest.forEachRun([&](const auto &offsets, const auto &strides, int64_t count) {
      for (int64_t i = 0; i < count; ++i)
        result[offsets[0] + i * strides[0]] =
            function(left[offsets[1] + i * strides[1]], right[offsets[2] + i * strides[2]]);
    });
  });
}

/// A product of codes is exact as an integer: rne((a - z_a)(b - z_b) * f32(s_a s_b / s_out)) +
/// z_out, Relu at z_out.
template <typename In, typename In2, typename Out>
KernelPtr createCodeProduct(const KernelSpec &spec, bool relu) {
  const QuantInfo &a = *spec.inputs[0]->quant, &b = *spec.inputs[1]->quant;
  const QuantInfo &output = *spec.outputs[0]->quant;
  auto multiplier = static_cast<float>(static_cast<double>(scaleOf(a)) * scaleOf(b) *
                                       (1.0 / static_cast<double>(scaleOf(output))));
  numerics::QuantRange range = rangeOf(output);
  int32_t zeroA = zeroPointOf(a), zeroB = zeroPointOf(b), zeroOut = zeroPointOf(output);
  if (relu)
    range.min = zeroOut;
  return createZip<In, In2, Out>(spec, [=](In x, In2 y) {
    auto product = static_cast<float>((x - zeroA) * (y - zeroB));
    return static_cast<Out>(numerics::quantizeValue(product, multiplier, zeroOut, range));
  });
}

template <typename In, typename In2, typename Out>
KernelPtr createTypedBinary(const BinaryOptions &options, const KernelSpec &spec) {
  plan::BinaryKind kind = options.kind;
  ActivationInfo activation = options.activation;
  const Operand &a = *spec.inputs[0], &b = *spec.inputs[1];
  Encoder<Out> encode(*spec.outputs[0]);
  if constexpr (std::is_same_v<In, float>) {
    return createZip<In, In2, Out>(
        spec, [=](float x, float y) { return encode(activation(applyBinary(kind, x, y))); });
  } else {
    bool relu = activation.kind == plan::ActivationKind::Relu;
    if constexpr (!std::is_same_v<Out, float>)
      if (kind == plan::BinaryKind::Mul && (activation.isNone() || relu))
        return createCodeProduct<In, In2, Out>(spec, relu);
    bool division = kind == plan::BinaryKind::Div;
    CodeTable<In, float> left([&](In q) { return elementwiseValue<In, Out>(a, q, division); });
    CodeTable<In2, float> right([&](In2 q) { return elementwiseValue<In2, Out>(b, q, division); });
    return createZip<In, In2, Out>(spec, [=](In x, In2 y) {
      return encode(activation(applyBinary(kind, left(x), right(y))));
    });
  }
}

template <typename In, typename Out>
KernelPtr createTypedUnary(const UnaryOptions &options, const KernelSpec &spec) {
  const Operand &input = *spec.inputs[0], &output = *spec.outputs[0];
  Encoder<Out> encode(output);
  if constexpr (std::is_same_v<In, float>) {
    return createMap<In, Out>(input, output,
                              [=](float x) { return encode(applyUnary(options, x)); });
  } else {
    CodeTable<In, Out> table(
        [&](In q) { return encode(applyUnary(options, elementwiseValue<In, Out>(input, q))); });
    return createMap<In, Out>(input, output, table);
  }
}

template <typename In, typename Out>
KernelPtr createTypedAffine(ActivationInfo activation, const KernelSpec &spec) {
  const Operand &input = *spec.inputs[0], &output = *spec.outputs[0];
  std::vector<int64_t> channelDims = output.dims;
  channelDims[1] = 1;
  LoopNest<2> nest(channelDims, {output.strides, input.strides});
  return makeKernel([=, &input, &output](const void *const *inputs, void *const *outputs, void *) {
    auto *source = static_cast<const In *>(inputs[0]);
    auto *result = static_cast<Out *>(outputs[0]);
    Decoder<In> decode(input);
    Encoder<Out> encode(output);
    for (int64_t c = 0; c < output.dims[1]; ++c) {
      float scale = static_cast<const float *>(inputs[1])[c];
      float shift = static_cast<const float *>(inputs[2])[c];
      const In *from = source + c * input.strides[1];
      Out *to = result + c * output.strides[1];
      nest.forEachRun([&](const auto &offsets, const auto &strides, int64_t count) {
        for (int64_t i = 0; i < count; ++i) {
          float x = decode(from[offsets[1] + i * strides[1]]);
          to[offsets[0] + i * strides[0]] = encode(activation(x * scale + shift));
        }
      });
    }
  });
}

/// Calls fn(In(), Out()) for the types of an op whose float input has a float result.
template <typename Fn> KernelPtr withTypes(const KernelSpec &spec, Fn &&fn) {
  return withValueType(spec.inputs[0]->dtype, [&](auto in) {
    if constexpr (std::is_same_v<decltype(in), float>)
      return fn(in, float());
    else
      return withValueType(spec.outputs[0]->dtype, [&](auto out) { return fn(in, out); });
  });
}

} // namespace

KernelPtr Kernels::create(const UnaryOptions &options, const KernelSpec &spec) {
  return withTypes(spec, [&](auto in, auto out) {
    return createTypedUnary<decltype(in), decltype(out)>(options, spec);
  });
}

KernelPtr Kernels::create(const BinaryOptions &options, const KernelSpec &spec) {
  return withTypes(spec, [&](auto in, auto out) {
    using In = decltype(in);
    using Out = decltype(out);
    if constexpr (std::is_same_v<In, float>)
      return createTypedBinary<float, float, float>(options, spec);
    else if (spec.inputs[1]->dtype == DType::UInt8)
      return createTypedBinary<In, uint8_t, Out>(options, spec);
    else
      return createTypedBinary<In, int8_t, Out>(options, spec);
  });
}

KernelPtr Kernels::create(const ChannelAffineOptions &options, const KernelSpec &spec) {
  return withTypes(spec, [&](auto in, auto out) {
    return createTypedAffine<decltype(in), decltype(out)>(options.activation, spec);
  });
}

} // namespace quantir::runtime::reference
