//===- Average.cpp - Averages over windows and dimensions -------*- C++ -*-===//
//
// Average pooling, adaptive average pooling and mean are one loop: memory is [outer, positions,
// channels], and each result row of channels is the mean of the rows at a box of positions.
// Integers are summed exactly, floats in double precision and in the reference's order.
//
//===----------------------------------------------------------------------===//

#include "runtime/kernels/native/Average.h"
#include "runtime/kernels/Pipeline.h"
#include "runtime/kernels/native/BoxCopy.h"
#include "runtime/kernels/native/Kernels.h"
#include "runtime/kernels/native/Loops.h"
#include "runtime/threads/Team.h"

#include <algorithm>
#include <array>
#include <limits>
#include <numeric>

namespace quantir::runtime::native {

namespace {

/// What one result position averages along one dimension.
struct Span {
  int64_t begin, end; ///< positions that exist
  int64_t count;      ///< positions that the mean counts, which padding may be among
};

class Averager {
public:
  /// A pooling divides by the count first, and a result with the input's parameters is that
  /// quotient rounded; a mean multiplies by the scale first. (The reference's rules, which are
  /// PyTorch's.)
  enum class Rule { Pool, Mean };

  Averager(Rule rule, int64_t outer, int64_t channels, const Encoding &from, const Encoding &to)
      : rule(rule), outer(outer), channels(channels), from(from), to(to) {
    dims.fill({{0, 1, 1}});
  }

  /// The slowest dimension first; at most three.
  void addDimension(int64_t inputSize, std::vector<Span> spans) {
    std::rotate(sizes.begin(), sizes.begin() + 1, sizes.end());
    std::rotate(dims.begin(), dims.begin() + 1, dims.end());
    sizes.back() = inputSize;
    dims.back() = std::move(spans);
  }

  void run(const void *input, void *output) const {
    const int64_t positions = dims[0].size() * dims[1].size() * dims[2].size();
    const int64_t blocks = (channels + block - 1) / block;
    const int64_t window = std::min(dims[0][0].count * dims[1][0].count * dims[2][0].count,
                                    minParallelWork); // more makes no difference
    parallelFor(outer * positions * blocks, window * std::min(block, channels),
                [&](int64_t begin, int64_t end) {
                  for (int64_t unit = begin; unit < end; ++unit) {
                    const int64_t row = unit / blocks, first = unit % blocks * block;
                    average(static_cast<const std::byte *>(input), static_cast<std::byte *>(output),
                            row / positions, row % positions, first,
                            std::min(block, channels - first));
                  }
                });
  }

private:
  static constexpr int64_t block = 256; ///< channels that one thread sums at a time

  void average(const std::byte *input, std::byte *output, int64_t n, int64_t position,
               int64_t firstChannel, int64_t count) const {
    const int64_t width = dims[2].size(), height = dims[1].size();
    const Span &z = dims[0][position / width / height], &y = dims[1][position / width % height],
               &x = dims[2][position % width];
    const size_t size = sizeOf(from.dtype);
    const int64_t present = (z.end - z.begin) * (y.end - y.begin) * (x.end - x.begin);
    const int64_t resultRow = n * dims[0].size() * height * width + position;
    std::byte *result = output + (resultRow * channels + firstChannel) * sizeOf(to.dtype);
    Sums sums(from.isFloat(), count);
    for (int64_t i = z.begin; i < z.end; ++i)
      for (int64_t j = y.begin; j < y.end; ++j) {
        const int64_t line = ((n * sizes[0] + i) * sizes[1] + j) * sizes[2];
        if (channels == 1) { // the positions lie next to each other
          sums.addRun(input + (line + x.begin) * size, from, x.end - x.begin);
          continue;
        }
        for (int64_t k = x.begin; k < x.end; ++k) {
          const std::byte *row = input + ((line + k) * channels + firstChannel) * size;
          if (from.isFloat())
            accumulate(reinterpret_cast<const float *>(row), sums.floats, count);
          else
            sums.addCodes(row, from.dtype, count);
        }
      }
    const int64_t divisor = z.count * y.count * x.count;
    if (from.isFloat()) {
      auto *means = reinterpret_cast<float *>(result);
      for (int64_t c = 0; c < count; ++c)
        means[c] = float(sums.floats[c] / double(divisor));
      return;
    }
    float values[block];
    sums.centre(values, present * from.zeroPoint, count);
    finish(values, float(divisor), result, count);
  }

  /// The sums of one row of channels.
  struct Sums {
    double floats[block];
    int32_t codes[block];
    int64_t whole[block]; ///< what `codes` could not hold any more
    int64_t rows = 0;     ///< in `codes`
    bool isLong = false;  ///< whether `whole` is used

    Sums(bool ofFloats, int64_t count) {
      if (ofFloats)
        std::fill_n(floats, count, 0.0);
      else
        std::fill_n(codes, count, 0);
    }

    void addCodes(const void *row, DType dtype, int64_t count) {
      if (rows == std::numeric_limits<int32_t>::max() / 255)
        flush(count);
      accumulate(row, dtype, codes, count);
      ++rows;
    }

    /// Of one channel.
    void addRun(const std::byte *run, const Encoding &from, int64_t length) {
      if (from.isFloat()) {
        for (int64_t i = 0; i < length; ++i)
          floats[0] += double(reinterpret_cast<const float *>(run)[i]);
        return;
      }
      constexpr int64_t most = std::numeric_limits<int32_t>::max() / 255;
      for (int64_t i = 0; i < length;) {
        if (rows == most)
          flush(1);
        const int64_t n = std::min(length - i, most - rows);
        codes[0] += sum(run + i, from.dtype, n);
        rows += n;
        i += n;
      }
    }

    void flush(int64_t count) {
      if (!isLong)
        std::fill_n(whole, count, 0);
      for (int64_t c = 0; c < count; ++c)
        whole[c] += codes[c];
      std::fill_n(codes, count, 0);
      rows = 0;
      isLong = true;
    }

    /// The sums less `zeroPoints`, which is as many zero points as there were rows.
    void centre(float *values, int64_t zeroPoints, int64_t count) {
      if (isLong) {
        flush(count);
        for (int64_t c = 0; c < count; ++c)
          values[c] = float(whole[c] - zeroPoints);
        return;
      }
      const auto zero = int32_t(zeroPoints);
      for (int64_t c = 0; c < count; ++c)
        values[c] = float(codes[c] - zero);
    }
  };

  /// Sums of centred codes become results.
  void finish(float *values, float divisor, std::byte *result, int64_t count) const {
    if (rule == Rule::Mean)
      binary(BinaryOp::Mul, values, 1, &from.scale, 0, values, count);
    binary(BinaryOp::Div, values, 1, &divisor, 0, values, count);
    if (rule == Rule::Pool && from == to)
      return quantizeBy(1, values, result, count, to);
    if (rule == Rule::Pool)
      binary(BinaryOp::Mul, values, 1, &from.scale, 0, values, count);
    if (to.isFloat())
      std::copy_n(values, count, reinterpret_cast<float *>(result));
    else
      quantize(values, result, count, to, ZeroPointAdd::AfterRounding);
  }

  Rule rule;
  int64_t outer, channels;
  Encoding from, to;
  std::array<int64_t, 3> sizes{1, 1, 1};
  std::array<std::vector<Span>, 3> dims;
};

std::unique_ptr<Kernel> makeKernel(const KernelSpec &spec, Averager averager) {
  PipelineBuilder builder;
  builder.addLoop([averager = std::move(averager)](const RunContext &context) {
    averager.run(context.inputs[0], context.outputs[0]);
  });
  return builder.finish("native:average");
}

/// Types, parameters and layouts that the loop is written for.
bool isSupported(const KernelSpec &spec) {
  const Operand &input = *spec.inputs[0], &output = *spec.outputs[0];
  for (const Operand *operand : {&input, &output})
    if (operand->constant || operand->numElements() == 0 || operand->dtype == DType::Int32 ||
        (operand->quant && !operand->quant->perTensor()))
      return false;
  return input.dtype != DType::Float32 || output.dtype == DType::Float32;
}

bool isChannelsLast(const Operand &operand) {
  return operand.dims.size() >= 3 && operand.dims.size() <= 5 &&
         operand.strides == denseStrides(operand.dims, Layout::ChannelsLast);
}

} // namespace

std::unique_ptr<Kernel> createAveragePool(const KernelSpec &spec, const PoolInfo &info) {
  if (!isSupported(spec) || !isChannelsLast(*spec.inputs[0]) || !isChannelsLast(*spec.outputs[0]))
    return nullptr;
  const WindowInfo &window = info.window;
  Averager averager(Averager::Rule::Pool, info.batch, info.channels, Encoding::of(*spec.inputs[0]),
                    Encoding::of(*spec.outputs[0]));
  for (size_t d = 0; d < window.rank(); ++d) {
    if (window.dilations[d] != 1)
      return nullptr;
    std::vector<Span> spans;
    for (int64_t i = 0; i < window.output[d]; ++i) {
      const int64_t start = i * window.strides[d] - window.padBegin[d];
      // The padding counts, but not what a window of ceil mode reaches beyond it.
      const int64_t stop = std::min(start + window.kernel[d], window.input[d] + window.padEnd[d]);
      Span span{std::max<int64_t>(start, 0), std::min(stop, window.input[d]), stop - start};
      span.end = std::max(span.begin, span.end);
      if (!info.countIncludePad)
        span.count = span.end - span.begin;
      if (span.count <= 0)
        return nullptr;
      spans.push_back(span);
    }
    averager.addDimension(window.input[d], std::move(spans));
  }
  return makeKernel(spec, std::move(averager));
}

static std::unique_ptr<Kernel> createAdaptive(const KernelSpec &spec) {
  const Operand &input = *spec.inputs[0], &output = *spec.outputs[0];
  if (!isChannelsLast(input) || !isChannelsLast(output))
    return nullptr;
  Averager averager(Averager::Rule::Pool, input.dims[0], input.dims[1], Encoding::of(input),
                    Encoding::of(output));
  for (size_t d = 2; d < input.dims.size(); ++d) {
    const int64_t in = input.dims[d], out = output.dims[d];
    std::vector<Span> spans;
    for (int64_t i = 0; i < out; ++i) {
      const int64_t begin = i * in / out, end = ((i + 1) * in + out - 1) / out;
      spans.push_back({begin, end, end - begin});
    }
    averager.addDimension(in, std::move(spans));
  }
  return makeKernel(spec, std::move(averager));
}

/// Means over dimensions that are neighbours in memory.
static std::unique_ptr<Kernel> createMean(const MeanOptions &options, const KernelSpec &spec) {
  const Operand &input = *spec.inputs[0], &output = *spec.outputs[0];
  const size_t rank = input.dims.size();
  std::vector<bool> reduced(rank);
  for (int64_t axis : options.axes)
    reduced[axis] = true;

  std::vector<size_t> order; // of memory, without dimensions of 1
  for (size_t dim = 0; dim < rank; ++dim)
    if (input.dims[dim] != 1)
      order.push_back(dim);
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return input.strides[a] > input.strides[b]; });
  const auto isReduced = [&](size_t dim) { return reduced[dim]; };
  const auto first = std::find_if(order.begin(), order.end(), isReduced);
  const auto last = std::find_if_not(first, order.end(), isReduced);
  if (std::find_if(last, order.end(), isReduced) != order.end())
    return nullptr;
  const auto product = [&](auto begin, auto end) {
    return std::accumulate(begin, end, int64_t(1),
                           [&](int64_t n, size_t dim) { return n * input.dims[dim]; });
  };
  const int64_t outer = product(order.begin(), first), positions = product(first, last),
                channels = product(last, order.end());
  Averager averager(Averager::Rule::Mean, outer, channels, Encoding::of(input),
                    Encoding::of(output));
  averager.addDimension(positions, {{0, positions, positions}});

  // The loop leaves the kept dimensions in the order of the input's memory.
  std::vector<int64_t> dims, strides, loopStrides;
  for (size_t dim : order)
    if (!reduced[dim]) {
      const size_t at =
          options.keepDims ? dim : dim - std::count(reduced.begin(), reduced.begin() + dim, true);
      dims.push_back(input.dims[dim]);
      strides.push_back(output.strides[at]);
    }
  loopStrides = denseStrides(dims, Layout::RowMajor);
  if (loopStrides == strides)
    return makeKernel(spec, std::move(averager));
  PipelineBuilder builder;
  const Buffer means = builder.scratch(output.numElements() * sizeOf(output.dtype));
  builder.addLoop([averager = std::move(averager), means](const RunContext &context) {
    averager.run(context.inputs[0], means.resolve(context));
  });
  builder.addLoop(
      [means, copy = BoxCopy(dims, sizeOf(output.dtype), 0, loopStrides, 0, strides)](
          const RunContext &context) { copy.run(means.resolve(context), context.outputs[0]); });
  return builder.finish("native:average");
}

std::unique_ptr<Kernel> Kernels::create(const MeanOptions &options, const KernelSpec &spec) {
  return isSupported(spec) ? createMean(options, spec) : nullptr;
}

std::unique_ptr<Kernel> Kernels::create(const AdaptiveAveragePoolOptions &,
                                        const KernelSpec &spec) {
  return isSupported(spec) ? createAdaptive(spec) : nullptr;
}

} // namespace quantir::runtime::native
