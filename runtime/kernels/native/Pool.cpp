//===- Pool.cpp - Max pooling -----------------------------------*- C++ -*-===//
//
// A NaN is greater than all numbers, and of a window that covers nothing the maximum is the least
// number of the type. Average pooling is in Average.cpp.
//
//===----------------------------------------------------------------------===//

#include "runtime/kernels/Backend.h"
#include "runtime/kernels/Pipeline.h"
#include "runtime/kernels/native/Average.h"
#include "runtime/kernels/native/Kernels.h"
#include "runtime/kernels/native/Loops.h"
#include "runtime/plan/KernelSupport.h"
#include "runtime/threads/Team.h"

#include <algorithm>
#include <array>
#include <limits>

namespace quantir::runtime::native {
namespace {

/// The input positions first, first + step, ... that one window covers along one dimension.
struct Reach {
  int64_t first = 0, count = 0, step = 1;
};

std::vector<Reach> reachesOf(const WindowInfo &window, size_t d) {
  const int64_t step = window.dilations[d], kernel = window.kernel[d];
  const auto stepsTo = [step](int64_t distance) { // at least 0
    return distance <= 0 ? 0 : (distance + step - 1) / step;
  };
  std::vector<Reach> reaches;
  for (int64_t i = 0; i < window.output[d]; ++i) {
    const int64_t start = i * window.strides[d] - window.padBegin[d];
    const int64_t before = std::min(kernel, stepsTo(-start)),
                  inside = std::min(kernel, stepsTo(window.input[d] - start));
    reaches.push_back({start + before * step, std::max<int64_t>(inside - before, 0), step});
  }
  return reaches;
}

/// Memory is images of pixels: a pixel is all channels where these are last, else one element, the
/// channels being images then.
template <typename T> struct MaxLoop {
  T least; ///< of a window that covers nothing
  int64_t images, pixel;
  std::array<int64_t, 3> sizes{1, 1, 1};
  std::array<std::vector<Reach>, 3> reaches{{{{0, 1, 1}}, {{0, 1, 1}}, {{0, 1, 1}}}};

  void run(const T *x, T *y) const {
    const int64_t depth = reaches[0].size(), height = reaches[1].size(), width = reaches[2].size();
    const int64_t rows = images * depth * height;
    const int64_t inImage = sizes[0] * sizes[1] * sizes[2] * pixel;
    const int64_t window = reaches[0][0].count * reaches[1][0].count * reaches[2][0].count;
    parallelFor(
        rows, width * pixel * std::max<int64_t>(window, 1), [&](int64_t begin, int64_t end) {
          for (int64_t row = begin; row < end; ++row) {
            const int64_t image = row / (depth * height);
            const Reach &z = reaches[0][row / height % depth], &v = reaches[1][row % height];
            for (int64_t i = 0; i < width; ++i)
              pixelMax(x + image * inImage, z, v, reaches[2][i], y + (row * width + i) * pixel);
          }
        });
  }

  void pixelMax(const T *image, const Reach &z, const Reach &y, const Reach &x, T *result) const {
    std::fill_n(result, pixel, least);
    for (int64_t i = 0; i < z.count; ++i)
      for (int64_t j = 0; j < y.count; ++j) {
        const int64_t line = (z.first + i * z.step) * sizes[1] + y.first + j * y.step;
        if (x.count)
          maximum(image + (line * sizes[2] + x.first) * pixel, x.count, x.step * pixel, result,
                  pixel);
      }
  }
};

template <typename T>
std::unique_ptr<Kernel> createLoop(const KernelSpec &spec, const PoolInfo &info, T least) {
  const bool channelsLast = spec.inputs[0]->layout == Layout::ChannelsLast;
  MaxLoop<T> loop;
  loop.least = least;
  loop.images = channelsLast ? info.batch : info.batch * info.channels;
  loop.pixel = channelsLast ? info.channels : 1;
  const size_t rank = info.window.rank();
  for (size_t d = 0; d < rank; ++d) {
    loop.sizes[3 - rank + d] = info.window.input[d];
    loop.reaches[3 - rank + d] = reachesOf(info.window, d);
  }
  PipelineBuilder builder;
  builder.addLoop([loop = std::move(loop), x = inputBuffer(spec, 0)](const RunContext &context) {
    loop.run(static_cast<const T *>(x.resolve(context)), static_cast<T *>(context.outputs[0]));
  });
  return builder.finish("native:max_pool");
}

} // namespace

std::unique_ptr<Kernel> Kernels::create(const PoolOptions &, const KernelSpec &spec) {
  const PoolInfo info = poolInfo(spec);
  if (info.average)
    return createAveragePool(spec, info);
  const Operand &input = *spec.inputs[0], &output = *spec.outputs[0];
  if (info.window.rank() > 3 || input.numElements() == 0 || output.numElements() == 0 ||
      !sameEncoding(input, output) || input.layout != output.layout)
    return nullptr;
  switch (input.dtype) {
  case DType::Float32:
    return createLoop<float>(spec, info, -std::numeric_limits<float>::infinity());
  case DType::UInt8:
    return createLoop<uint8_t>(spec, info, uint8_t(output.quant->quantMin));
  case DType::Int8:
    return createLoop<int8_t>(spec, info, int8_t(output.quant->quantMin));
  default:
    return nullptr;
  }
}

} // namespace quantir::runtime::native
