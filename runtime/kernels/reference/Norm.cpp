//===- Norm.cpp - Normalizations by statistics of the data; PReLU ----------===//

#include "runtime/kernels/Loops.h"
#include "runtime/kernels/reference/Reference.h"

#include <cmath>

namespace quantir::runtime::reference {
namespace {

/// The elements that are normalized together, as loops over input, result and parameters, and the
/// loops over all such sets.
struct NormLoops {
  std::vector<int64_t> outerDims, innerDims;
  std::vector<int64_t> outerInput, outerResult, outerParameter;
  std::vector<int64_t> innerInput, innerResult, innerParameter;

  void outer(int64_t size, int64_t input, int64_t result, int64_t parameter) {
    outerDims.push_back(size);
    outerInput.push_back(input);
    outerResult.push_back(result);
    outerParameter.push_back(parameter);
  }
  void inner(int64_t size, int64_t input, int64_t result, int64_t parameter) {
    innerDims.push_back(size);
    innerInput.push_back(input);
    innerResult.push_back(result);
    innerParameter.push_back(parameter);
  }
};

/// Mean and variance in double; then (x - mean) * (1 / sqrt(variance + epsilon)) * weight + bias in
/// float. Of codes the real numbers that they stand for are normalized.
template <typename In, typename Out>
KernelPtr createNorm(const KernelSpec &spec, const NormLoops &loops, double epsilon) {
  const Operand &input = *spec.inputs[0], &output = *spec.outputs[0];
  LoopNest<3> outer(loops.outerDims, {loops.outerResult, loops.outerInput, loops.outerParameter});
  LoopNest<3> inner(loops.innerDims, {loops.innerResult, loops.innerInput, loops.innerParameter});
  Decoder<In> decode(input);
  Encoder<Out> encode(output);
  bool hasBias = optionalInput(spec, 2) != nullptr;
  auto normalize = [=, count = static_cast<double>(numElements(loops.innerDims))](
                       const In *x, Out *y, const float *weight, const float *bias) {
    auto sumOf = [&](auto &&term) {
      double sum = 0;
      inner.forEachRun([&](const auto &offsets, const auto &strides, int64_t n) {
        for (int64_t i = 0; i < n; ++i)
          sum += term(static_cast<double>(decode(x[offsets[1] + i * strides[1]])));
      });
      return sum;
    };
    double mean = sumOf([](double value) { return value; }) / count;
    double variance = sumOf([&](double v) { return (v - mean) * (v - mean); }) / count;
    auto centre = static_cast<float>(mean);
    auto factor = static_cast<float>(1.0 / std::sqrt(variance + epsilon));
    inner.forEachRun([&](const auto &offsets, const auto &strides, int64_t n) {
      for (int64_t i = 0; i < n; ++i) {
        int64_t p = offsets[2] + i * strides[2];
        float value = (decode(x[offsets[1] + i * strides[1]]) - centre) * factor * weight[p];
        y[offsets[0] + i * strides[0]] = encode(bias ? value + bias[p] : value);
      }
    });
  };
  return makeKernel([=](const void *const *inputs, void *const *outputs, void *) {
    outer.forEachRun([&](const auto &offsets, const auto &strides, int64_t n) {
      for (int64_t i = 0; i < n; ++i) {
        int64_t p = offsets[2] + i * strides[2];
        normalize(static_cast<const In *>(inputs[0]) + offsets[1] + i * strides[1],
                  static_cast<Out *>(outputs[0]) + offsets[0] + i * strides[0],
                  static_cast<const float *>(inputs[1]) + p,
                  hasBias ? static_cast<const float *>(inputs[2]) + p : nullptr);
      }
    });
  });
}

template <typename In, typename Out> KernelPtr createTypedPRelu(const KernelSpec &spec) {
  const Operand &input = *spec.inputs[0], &output = *spec.outputs[0];
  std::vector<int64_t> slopeStrides(input.dims.size(), 0);
  if (spec.inputs[1]->dims[0] != 1)
    slopeStrides[1] = 1;
  LoopNest<3> nest(output.dims, {output.strides, input.strides, slopeStrides});
  Decoder<In> decode(input);
  Encoder<Out> encode(output);
  return makeKernel([=](const void *const *inputs, void *const *outputs, void *) {
    auto *source = static_cast<const In *>(inputs[0]);
    auto *slopes = static_cast<const float *>(inputs[1]);
    auto *result = static_cast<Out *>(outputs[0]);
    nest.forEachRun([&](const auto &offsets, const auto &strides, int64_t count) {
      for (int64_t i = 0; i < count; ++i) {
        float x = decode(source[offsets[1] + i * strides[1]]);
        float slope = slopes[offsets[2] + i * strides[2]];
        result[offsets[0] + i * strides[0]] = encode(x > 0.0f ? x : slope * x);
      }
    });
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

KernelPtr createNormOfTypes(const KernelSpec &spec, const NormLoops &loops, float epsilon) {
  return withTypes(spec, [&](auto in, auto out) {
    return createNorm<decltype(in), decltype(out)>(spec, loops, epsilon);
  });
}

} // namespace

KernelPtr Kernels::create(const LayerNormOptions &options, const KernelSpec &spec) {
  const Operand &input = *spec.inputs[0], &output = *spec.outputs[0];
  NormLoops loops;
  for (size_t d = 0; d < input.dims.size(); ++d) {
    if (d < static_cast<size_t>(options.axis))
      loops.outer(input.dims[d], input.strides[d], output.strides[d], 0);
    else
      loops.inner(input.dims[d], input.strides[d], output.strides[d],
                  spec.inputs[1]->strides[d - options.axis]);
  }
  return createNormOfTypes(spec, loops, options.epsilon);
}

KernelPtr Kernels::create(const GroupNormOptions &options, const KernelSpec &spec) {
  const Operand &input = *spec.inputs[0], &output = *spec.outputs[0];
  int64_t groups = options.groups, size = input.dims[1] / groups;
  NormLoops loops;
  loops.outer(input.dims[0], input.strides[0], output.strides[0], 0);
  loops.outer(groups, size * input.strides[1], size * output.strides[1], size);
  loops.inner(size, input.strides[1], output.strides[1], 1);
  for (size_t d = 2; d < input.dims.size(); ++d)
    loops.inner(input.dims[d], input.strides[d], output.strides[d], 0);
  return createNormOfTypes(spec, loops, options.epsilon);
}

KernelPtr Kernels::create(const PReluOptions &, const KernelSpec &spec) {
  return withTypes(
      spec, [&](auto in, auto out) { return createTypedPRelu<decltype(in), decltype(out)>(spec); });
}

} // namespace quantir::runtime::reference
