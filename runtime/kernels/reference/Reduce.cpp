//===- Reduce.cpp - Mean and softmax ---------------------------------------===//

#include "runtime/kernels/Loops.h"
#include "runtime/kernels/reference/Reference.h"

#include <cmath>

namespace quantir::runtime::reference {
namespace {

/// The result's dims and strides with the reduced dimensions still there, as 1.
struct KeptDims {
  std::vector<int64_t> dims, strides;
  int64_t count = 1; ///< how many elements make one result

  KeptDims(const Operand &input, const Operand &output, const MeanOptions &options) {
    std::vector<bool> reduced(input.dims.size());
    for (int64_t axis : options.axes)
      reduced[axis] = true;
    size_t next = 0;
    for (size_t i = 0; i < input.dims.size(); ++i) {
      dims.push_back(reduced[i] ? 1 : input.dims[i]);
      strides.push_back(reduced[i] ? 0 : output.strides[next]);
      count *= reduced[i] ? input.dims[i] : 1;
      next += !reduced[i] || options.keepDims;
    }
  }
};

/// Integers: clamp(rne(f32(sum) * scale / f32(count) * f32(1 / s_out)) + z_out), the sum being that
/// of q - zero point.
template <typename In, typename Out>
KernelPtr createTypedMean(const MeanOptions &options, const KernelSpec &spec) {
  using Sum = std::conditional_t<std::is_same_v<In, float>, double, int64_t>;
  const Operand &input = *spec.inputs[0], &output = *spec.outputs[0];
  KeptDims kept(input, output, options);
  // Sums are kept in scratch, in the order of row-major kept dims.
  std::vector<int64_t> sumStrides = denseStrides(kept.dims, Layout::RowMajor);
  for (size_t i = 0; i < sumStrides.size(); ++i)
    if (kept.dims[i] == 1)
      sumStrides[i] = 0;
  LoopNest<2> accumulate(input.dims, {input.strides, sumStrides});
  LoopNest<2> finish(kept.dims, {kept.strides, sumStrides});
  int64_t results = numElements(kept.dims);
  float scale = input.quant ? scaleOf(*input.quant) : 1.0f;
  int32_t zeroPoint = input.quant ? zeroPointOf(*input.quant) : 0;
  Encoder<Out> encode(output);
  auto run = [=, count = kept.count](const void *const *inputs, void *const *outputs,
                                     void *scratch) {
    auto *source = static_cast<const In *>(inputs[0]);
    auto *result = static_cast<Out *>(outputs[0]);
    auto *sums = static_cast<Sum *>(scratch);
    std::fill_n(sums, results, Sum(0));
    accumulate.forEachRun([&](const auto &offsets, const auto &strides, int64_t length) {
      for (int64_t i = 0; i < length; ++i)
        sums[offsets[1] + i * strides[1]] +=
            static_cast<Sum>(source[offsets[0] + i * strides[0]]) - zeroPoint;
    });
    finish.forEachRun([&](const auto &offsets, const auto &strides, int64_t length) {
      for (int64_t i = 0; i < length; ++i) {
        Sum sum = sums[offsets[1] + i * strides[1]];
        float mean;
        if constexpr (std::is_same_v<In, float>)
          mean = static_cast<float>(sum / static_cast<double>(count));
        else
          mean = static_cast<float>(sum) * scale / static_cast<float>(count);
        result[offsets[0] + i * strides[0]] = encode(mean);
      }
    });
  };
  return makeKernel(std::move(run), results * sizeof(Sum));
}

/// exp(x - max) / sum of them, computed in double.
template <typename In, typename Out>
KernelPtr createTypedSoftmax(size_t axis, const KernelSpec &spec) {
  const Operand &input = *spec.inputs[0], &output = *spec.outputs[0];
  int64_t size = input.dims[axis];
  std::vector<int64_t> lines = input.dims;
  lines[axis] = 1;
  LoopNest<2> nest(lines, {output.strides, input.strides});
  return makeKernel([=, &input, &output](const void *const *inputs, void *const *outputs, void *) {
    Decoder<In> decode(input);
    Encoder<Out> encode(output);
    int64_t from = input.strides[axis], to = output.strides[axis];
    auto softmaxLine = [&](const In *source, Out *result) {
      float largest = decode(source[0]);
      for (int64_t i = 1; i < size; ++i)
        largest = std::max(largest, decode(source[i * from]));
      double sum = 0;
      for (int64_t i = 0; i < size; ++i)
        sum += std::exp(static_cast<double>(decode(source[i * from]) - largest));
      for (int64_t i = 0; i < size; ++i) {
        double power = std::exp(static_cast<double>(decode(source[i * from]) - largest));
        result[i * to] = encode(static_cast<float>(power / sum));
      }
    };
    nest.forEachRun([&](const auto &offsets, const auto &strides, int64_t count) {
      for (int64_t i = 0; i < count; ++i)
        softmaxLine(static_cast<const In *>(inputs[0]) + offsets[1] + i * strides[1],
                    static_cast<Out *>(outputs[0]) + offsets[0] + i * strides[0]);
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

} // namespace

KernelPtr Kernels::create(const MeanOptions &options, const KernelSpec &spec) {
  return withTypes(spec, [&](auto in, auto out) {
    return createTypedMean<decltype(in), decltype(out)>(options, spec);
  });
}

KernelPtr Kernels::create(const SoftmaxOptions &options, const KernelSpec &spec) {
  return withTypes(spec, [&](auto in, auto out) {
    return createTypedSoftmax<decltype(in), decltype(out)>(options.axis, spec);
  });
}

} // namespace quantir::runtime::reference
