//===- Resample.cpp - Images of another size --------------------*- C++ -*-===//

#include "quantir/Shapes/Resample.h"

#include "runtime/kernels/Pipeline.h"
#include "runtime/kernels/native/Kernels.h"
#include "runtime/kernels/native/Loops.h"
#include "runtime/threads/Team.h"

#include <algorithm>
#include <cstring>

namespace quantir::runtime::native {
namespace {

using shapes::LinearTap;

/// Both tensors as images of pixels: [images, rows, columns, pixel], where a pixel is the channels
/// when they are last, else one element, the channels being images then.
struct Images {
  int64_t images, inRows, inColumns, outRows, outColumns, pixel;
};

/// Axis `d` of two, rows and columns; a single spatial dimension is the columns.
shapes::ResampleAxis axisOf(const ResampleOptions &options, const KernelSpec &spec, size_t d) {
  const std::vector<int64_t> &in = spec.inputs[0]->dims, &out = spec.outputs[0]->dims;
  if (d == 0 && in.size() == 3)
    return {1, 1, 0};
  const size_t dim = in.size() == 3 ? 2 : d + 2;
  return {in[dim], out[dim], options.scales.empty() ? 0.0f : options.scales[dim - 2]};
}

/// Calls fn(image, row) for all rows of the result.
template <typename Fn> void forEachRow(const Images &shape, int64_t work, const Fn &fn) {
  parallelFor(shape.images * shape.outRows, work, [&](int64_t begin, int64_t end) {
    for (int64_t unit = begin; unit < end; ++unit)
      fn(unit / shape.outRows, unit % shape.outRows);
  });
}

/// Copies pixels. T is as large as an element.
template <typename T> struct NearestLoop {
  Images shape;
  int64_t pixelSize; ///< in T
  std::vector<int64_t> rows, columns;

  void run(const T *x, T *y) const {
    const int64_t inRow = shape.inColumns * pixelSize, outRow = shape.outColumns * pixelSize;
    forEachRow(shape, outRow, [&](int64_t image, int64_t row) {
      const T *from = x + (image * shape.inRows + rows[row]) * inRow;
      T *to = y + (image * shape.outRows + row) * outRow;
      if (pixelSize == 1)
        for (int64_t c = 0; c < shape.outColumns; ++c)
          to[c] = from[columns[c]];
      else
        for (int64_t c = 0; c < shape.outColumns; ++c)
          std::memcpy(to + c * pixelSize, from + columns[c] * pixelSize, pixelSize * sizeof(T));
    });
  }
};

template <typename T>
std::unique_ptr<Kernel> createNearest(const KernelSpec &spec, NearestLoop<T> loop) {
  PipelineBuilder builder;
  builder.addLoop([loop = std::move(loop), x = inputBuffer(spec, 0)](const RunContext &context) {
    loop.run(static_cast<const T *>(x.resolve(context)), static_cast<T *>(context.outputs[0]));
  });
  return builder.finish("native:nearest");
}

/// The four pixels around a position, and their weights.
struct Neighbours {
  int64_t offsets[4];
  float weights[4];
};

/// Mixes the elements themselves, codes as numbers, and applies scale and zero point afterwards.
template <typename T> struct LinearLoop {
  Images shape;
  Encoding from, to;
  std::vector<LinearTap> rows, columns;
  bool isLine; ///< of one spatial dimension

  static constexpr int64_t part = 512;

  Neighbours around(const LinearTap &row, const LinearTap &column) const {
    const int64_t low = row.low * shape.inColumns, high = row.high * shape.inColumns;
    const float up = 1.0f - row.weight, left = 1.0f - column.weight;
    return {{(low + column.low) * shape.pixel, (low + column.high) * shape.pixel,
             (high + column.low) * shape.pixel, (high + column.high) * shape.pixel},
            {up * left, up * column.weight, row.weight * left, row.weight * column.weight}};
  }

  /// Where there are no rows to mix, a product with their weight of 0 would make NaN of infinity.
  float mix(const T *x, const Neighbours &at) const {
    const float row =
        float(x[at.offsets[0]]) * at.weights[0] + float(x[at.offsets[1]]) * at.weights[1];
    if (isLine)
      return row;
    return row +
           (float(x[at.offsets[2]]) * at.weights[2] + float(x[at.offsets[3]]) * at.weights[3]);
  }

  /// Writes n numbers at `at`.
  void finish(float *values, std::byte *y, int64_t at, int64_t n) const {
    if (!from.isFloat())
      for (int64_t i = 0; i < n; ++i)
        values[i] = (values[i] - float(from.zeroPoint)) * from.scale;
    if (to.isFloat())
      std::copy_n(values, n, reinterpret_cast<float *>(y) + at);
    else
      quantize(values, y + at, n, to, ZeroPointAdd::AfterRounding);
  }

  void row(const T *x, std::byte *y, int64_t first, const LinearTap &row) const {
    float values[part];
    if (shape.pixel == 1) {
      for (int64_t c = 0; c < shape.outColumns; c += part) {
        const int64_t n = std::min(part, shape.outColumns - c);
        for (int64_t i = 0; i < n; ++i)
          values[i] = mix(x, around(row, columns[c + i]));
        finish(values, y, first + c, n);
      }
      return;
    }
    for (int64_t c = 0; c < shape.outColumns; ++c) {
      const Neighbours at = around(row, columns[c]);
      for (int64_t p = 0; p < shape.pixel; p += part) {
        const int64_t n = std::min(part, shape.pixel - p);
        for (int64_t i = 0; i < n; ++i)
          values[i] = mix(x + p + i, at);
        finish(values, y, first + c * shape.pixel + p, n);
      }
    }
  }

  void run(const T *x, std::byte *y) const {
    const int64_t inImage = shape.inRows * shape.inColumns * shape.pixel;
    const int64_t outRow = shape.outColumns * shape.pixel;
    forEachRow(shape, 4 * outRow, [&](int64_t image, int64_t r) {
      row(x + image * inImage, y, (image * shape.outRows + r) * outRow, rows[r]);
    });
  }
};

template <typename T>
std::unique_ptr<Kernel> createLinear(const ResampleOptions &options, const KernelSpec &spec,
                                     Images shape) {
  const shapes::CoordinateMode mode = options.coordinates;
  LinearLoop<T> loop{shape,
                     Encoding::of(*spec.inputs[0]),
                     Encoding::of(*spec.outputs[0]),
                     shapes::linearTaps(axisOf(options, spec, 0), mode),
                     shapes::linearTaps(axisOf(options, spec, 1), mode),
                     spec.inputs[0]->dims.size() == 3};
  PipelineBuilder builder;
  builder.addLoop([loop = std::move(loop), x = inputBuffer(spec, 0)](const RunContext &context) {
    loop.run(static_cast<const T *>(x.resolve(context)),
             static_cast<std::byte *>(context.outputs[0]));
  });
  return builder.finish("native:linear");
}

} // namespace

std::unique_ptr<Kernel> Kernels::create(const ResampleOptions &options, const KernelSpec &spec) {
  const Operand &input = *spec.inputs[0], &output = *spec.outputs[0];
  const std::vector<int64_t> &in = input.dims;
  if (in.size() > 4 || input.layout != output.layout || input.dtype == DType::Int32 ||
      input.numElements() == 0)
    return nullptr;
  const shapes::ResampleAxis rows = axisOf(options, spec, 0), columns = axisOf(options, spec, 1);
  const bool channelsLast = input.layout == Layout::ChannelsLast;
  const Images shape{channelsLast ? in[0] : in[0] * in[1],
                     rows.inputSize,
                     columns.inputSize,
                     rows.outputSize,
                     columns.outputSize,
                     channelsLast ? in[1] : 1};
  if (options.mode == plan::ResampleMode::Linear) {
    switch (input.dtype) {
    case DType::UInt8:
      return createLinear<uint8_t>(options, spec, shape);
    case DType::Int8:
      return createLinear<int8_t>(options, spec, shape);
    default:
      return createLinear<float>(options, spec, shape);
    }
  }
  const shapes::CoordinateMode mode = options.coordinates;
  const shapes::NearestRounding rounding = options.rounding;
  std::vector<int64_t> rowIndices = shapes::nearestIndices(rows, mode, rounding),
                       columnIndices = shapes::nearestIndices(columns, mode, rounding);
  if (sizeOf(input.dtype) == sizeof(float))
    return createNearest<float>(spec, {shape, shape.pixel, rowIndices, columnIndices});
  return createNearest<uint8_t>(spec, {shape, shape.pixel, rowIndices, columnIndices});
}

} // namespace quantir::runtime::native
