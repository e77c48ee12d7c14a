//===- Cast.cpp - Quantize, dequantize, requantize, reorder -----*- C++ -*-===//
//
// A cast that changes the layout moves codes, which are a quarter of the floats' size, and which
// for one image stay in the second-level cache.
//
//===----------------------------------------------------------------------===//

#include "runtime/kernels/Pipeline.h"
#include "runtime/kernels/native/BoxCopy.h"
#include "runtime/kernels/native/Kernels.h"
#include "runtime/kernels/native/Loops.h"
#include "runtime/threads/Team.h"

namespace quantir::runtime::native {

namespace {

/// The elements of a tensor in the order of its memory, cut into runs that share one scale and zero
/// point.
struct Runs {
  int64_t count = 1, length = 1;
  std::vector<Encoding> encodings; ///< of run r: r modulo the size

  const Encoding &of(int64_t run) const { return encodings[run % int64_t(encodings.size())]; }
};

/// Runs of `encoded`, whose parameters may be per channel: then the dimensions behind the axis make
/// up a run.
Runs runsOf(const Operand &encoded) {
  Runs runs;
  const Encoding first = Encoding::of(encoded);
  if (!encoded.quant || encoded.quant->perTensor()) {
    runs.length = encoded.numElements();
    runs.encodings = {first};
    return runs;
  }
  const size_t axis = size_t(encoded.quant->axis);
  for (size_t i = 0; i < encoded.dims.size(); ++i)
    (i <= axis ? runs.count : runs.length) *= encoded.dims[i];
  for (int64_t c = 0; c < encoded.dims[axis]; ++c) {
    runs.encodings.push_back(first);
    runs.encodings.back().scale = scaleOf(*encoded.quant, c);
    runs.encodings.back().zeroPoint = zeroPointOf(*encoded.quant, c);
  }
  return runs;
}

/// Calls body(start, length, run) on pieces that cover all elements, in parallel.
template <typename Body> void forRuns(const Runs &runs, const Body &body) {
  if (runs.count == 1) {
    parallelFor(runs.length, 1, [&](int64_t begin, int64_t end) { body(begin, end - begin, 0); });
    return;
  }
  parallelFor(runs.count, runs.length, [&](int64_t begin, int64_t end) {
    for (int64_t run = begin; run < end; ++run)
      body(run * runs.length, runs.length, run);
  });
}

class CastBuilder {
public:
  explicit CastBuilder(const KernelSpec &spec)
      : input(*spec.inputs[0]), output(*spec.outputs[0]), moves(input.strides != output.strides),
        source(inputBuffer(spec, 0)) {}

  std::unique_ptr<Kernel> quantize() {
    if (!isByte(output) || !inMemoryOrder(output))
      return nullptr;
    const Buffer codes = moves ? scratchFor(output) : Buffer::output(0);
    builder.addLoop([runs = runsOf(output), from = source, codes](const RunContext &context) {
      const auto *x = static_cast<const float *>(from.resolve(context));
      auto *y = static_cast<std::byte *>(codes.resolve(context));
      forRuns(runs, [&](int64_t start, int64_t length, int64_t run) {
        native::quantize(x + start, y + start, length, runs.of(run), ZeroPointAdd::AfterRounding);
      });
    });
    if (moves)
      addMove(output, codes, Buffer::output(0));
    return finish("quantize");
  }

  std::unique_ptr<Kernel> dequantize() {
    if (!inMemoryOrder(input))
      return nullptr;
    Buffer codes = source;
    if (moves) {
      codes = scratchFor(input);
      addMove(input, source, codes);
    }
    const size_t size = sizeOf(input.dtype);
    builder.addLoop([runs = runsOf(input), codes, size](const RunContext &context) {
      const auto *x = static_cast<const std::byte *>(codes.resolve(context));
      auto *y = static_cast<float *>(context.outputs[0]);
      forRuns(runs, [&](int64_t start, int64_t length, int64_t run) {
        native::dequantize(x + start * size, y + start, length, runs.of(run));
      });
    });
    return finish("dequantize");
  }

  std::unique_ptr<Kernel> requantize() {
    if (!isByte(input) || !isByte(output) || !input.quant->perTensor() ||
        !output.quant->perTensor())
      return nullptr;
    const Buffer codes = moves ? scratchFor(output) : Buffer::output(0);
    builder.addLoop([from = Encoding::of(input), to = Encoding::of(output), x = source, y = codes,
                     count = input.numElements()](const RunContext &context) {
      const auto *source = static_cast<const std::byte *>(x.resolve(context));
      auto *target = static_cast<std::byte *>(y.resolve(context));
      parallelFor(count, 2, [&](int64_t begin, int64_t end) {
        constexpr int64_t part = 1024;
        float values[part];
        for (int64_t i = begin; i < end; i += part) {
          const int64_t n = std::min(part, end - i);
          native::dequantize(source + i, values, n, from);
          native::quantize(values, target + i, n, to, ZeroPointAdd::AfterRounding);
        }
      });
    });
    if (moves)
      addMove(output, codes, Buffer::output(0));
    return finish("requantize");
  }

  std::unique_ptr<Kernel> reorder() {
    addMove(input, source, Buffer::output(0));
    return finish("reorder");
  }

private:
  static bool isByte(const Operand &operand) { return sizeOf(operand.dtype) == 1; }

  /// Whether runsOf describes the memory of `encoded`: always per tensor; per channel only in the
  /// logical order.
  bool inMemoryOrder(const Operand &encoded) const {
    return !encoded.quant || encoded.quant->perTensor() ||
           (!moves && (encoded.quant->axis == 0 ||
                       encoded.strides == denseStrides(encoded.dims, Layout::RowMajor)));
  }

  Buffer scratchFor(const Operand &operand) {
    return builder.scratch(operand.numElements() * sizeOf(operand.dtype));
  }

  /// Elements like those of `operand`, from the input's order to the output's.
  void addMove(const Operand &operand, Buffer from, Buffer to) {
    builder.addLoop(
        [from, to,
         copy = BoxCopy(operand.dims, sizeOf(operand.dtype), 0, input.strides, 0, output.strides)](
            const RunContext &context) { copy.run(from.resolve(context), to.resolve(context)); });
  }

  std::unique_ptr<Kernel> finish(const char *name) {
    return builder.finish(std::string("native:") + name);
  }

  PipelineBuilder builder;
  const Operand &input, &output;
  bool moves;
  Buffer source;
};

} // namespace

std::unique_ptr<Kernel> Kernels::create(const QuantizeOptions &, const KernelSpec &spec) {
  return CastBuilder(spec).quantize();
}

std::unique_ptr<Kernel> Kernels::create(const DequantizeOptions &, const KernelSpec &spec) {
  return CastBuilder(spec).dequantize();
}

std::unique_ptr<Kernel> Kernels::create(const RequantizeOptions &, const KernelSpec &spec) {
  return CastBuilder(spec).requantize();
}

std::unique_ptr<Kernel> Kernels::create(const ReorderOptions &, const KernelSpec &spec) {
  return CastBuilder(spec).reorder();
}

} // namespace quantir::runtime::native
