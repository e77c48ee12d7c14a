//===- Resample.cpp - Images of another size -------------------------------===//

#include "quantir/Shapes/Resample.h"
#include "runtime/kernels/Loops.h"
#include "runtime/kernels/reference/Reference.h"

namespace quantir::runtime::reference {
namespace {

using shapes::LinearTap;

shapes::ResampleAxis axisOf(const ResampleOptions &options, const KernelSpec &spec, size_t d) {
  return {spec.inputs[0]->dims[d], spec.outputs[0]->dims[d],
          options.scales.empty() ? 0.0f : options.scales[d - 2]};
}

shapes::CoordinateMode coordinatesOf(const ResampleOptions &options) { return options.coordinates; }

/// Moves elements: one offset in the input for each position of each dimension.
template <typename T>
KernelPtr createNearest(const ResampleOptions &options, const KernelSpec &spec) {
  const Operand &input = *spec.inputs[0], &output = *spec.outputs[0];
  const shapes::NearestRounding rounding = options.rounding;
  std::vector<std::vector<int64_t>> offsets;
  for (size_t d = 2; d < input.dims.size(); ++d) {
    offsets.push_back(
        shapes::nearestIndices(axisOf(options, spec, d), coordinatesOf(options), rounding));
    for (int64_t &offset : offsets.back())
      offset *= input.strides[d];
  }
  std::vector<int64_t> spatial(output.dims.begin() + 2, output.dims.end());
  LoopNest<2> planes(std::span(output.dims).first(2),
                     {std::span(output.strides).first(2), std::span(input.strides).first(2)});
  return makeKernel(
      [=, strides = output.strides](const void *const *inputs, void *const *outputs, void *) {
        forEachIndex(spatial, [&](std::span<const int64_t> position) {
          auto *source = static_cast<const T *>(inputs[0]);
          auto *result = static_cast<T *>(outputs[0]);
          for (size_t d = 0; d < position.size(); ++d) {
            source += offsets[d][position[d]];
            result += position[d] * strides[d + 2];
          }
          planes.forEachRun([&](const auto &at, const auto &steps, int64_t count) {
            for (int64_t i = 0; i < count; ++i)
              result[at[0] + i * steps[0]] = source[at[1] + i * steps[1]];
          });
        });
      });
}

/// The input's elements around one position, and their weights.
struct Corners {
  std::vector<int64_t> offsets;
  std::vector<float> weights;

  /// All combinations of the neighbours along each dimension.
  void set(const std::vector<std::vector<LinearTap>> &taps, std::span<const int64_t> position,
           std::span<const int64_t> strides) {
    offsets.assign(1, 0);
    weights.assign(1, 1.0f);
    for (size_t d = 0; d < position.size(); ++d) {
      const LinearTap &tap = taps[d][position[d]];
      for (size_t i = 0, count = offsets.size(); i < count; ++i) {
        offsets.push_back(offsets[i] + tap.high * strides[d]);
        weights.push_back(weights[i] * tap.weight);
        offsets[i] += tap.low * strides[d];
        weights[i] *= 1.0f - tap.weight;
      }
    }
  }
};

/// Sums in double of the real numbers, whatever the elements are.
template <typename In, typename Out>
KernelPtr createLinear(const ResampleOptions &options, const KernelSpec &spec) {
  const Operand &input = *spec.inputs[0], &output = *spec.outputs[0];
  std::vector<std::vector<LinearTap>> taps;
  for (size_t d = 2; d < input.dims.size(); ++d)
    taps.push_back(shapes::linearTaps(axisOf(options, spec, d), coordinatesOf(options)));
  std::vector<int64_t> spatial(output.dims.begin() + 2, output.dims.end());
  LoopNest<2> planes(std::span(output.dims).first(2),
                     {std::span(output.strides).first(2), std::span(input.strides).first(2)});
  Decoder<In> decode(input);
  Encoder<Out> encode(output);
  return makeKernel([=, &input, &output](const void *const *inputs, void *const *outputs, void *) {
    Corners corners;
    forEachIndex(spatial, [&](std::span<const int64_t> position) {
      corners.set(taps, position, std::span(input.strides).subspan(2));
      auto *source = static_cast<const In *>(inputs[0]);
      auto *result = static_cast<Out *>(outputs[0]);
      for (size_t d = 0; d < position.size(); ++d)
        result += position[d] * output.strides[d + 2];
      planes.forEachRun([&](const auto &at, const auto &steps, int64_t count) {
        for (int64_t i = 0; i < count; ++i) {
          double sum = 0;
          for (size_t c = 0; c < corners.offsets.size(); ++c)
            sum += static_cast<double>(corners.weights[c]) *
                   decode(source[at[1] + i * steps[1] + corners.offsets[c]]);
          result[at[0] + i * steps[0]] = encode(static_cast<float>(sum));
        }
      });
    });
  });
}

} // namespace

KernelPtr Kernels::create(const ResampleOptions &options, const KernelSpec &spec) {
  if (options.mode == plan::ResampleMode::Nearest)
    return withValueType(spec.inputs[0]->dtype,
                         [&](auto type) { return createNearest<decltype(type)>(options, spec); });
  return withValueType(spec.inputs[0]->dtype, [&](auto in) {
    using In = decltype(in);
    if constexpr (std::is_same_v<In, float>)
      return createLinear<float, float>(options, spec);
    else
      return withValueType(spec.outputs[0]->dtype, [&](auto out) {
        return createLinear<In, decltype(out)>(options, spec);
      });
  });
}

} // namespace quantir::runtime::reference
