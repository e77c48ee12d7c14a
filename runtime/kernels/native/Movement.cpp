//===- Movement.cpp - Ops that only move elements ---------------*- C++ -*-===//

#include "runtime/kernels/Pipeline.h"
#include "runtime/kernels/native/BoxCopy.h"
#include "runtime/kernels/native/Kernels.h"
#include "runtime/kernels/native/Loops.h"
#include "runtime/plan/Views.h"
#include "runtime/threads/Team.h"

#include <algorithm>

namespace quantir::runtime::native {

namespace {

using Dims = std::vector<int64_t>;

class MovementBuilder {
public:
  explicit MovementBuilder(const KernelSpec &spec)
      : spec(spec), input(*spec.inputs[0]), output(*spec.outputs[0]), rank(output.dims.size()) {}

  bool isSupported() const {
    return std::all_of(spec.inputs.begin(), spec.inputs.end(),
                       [&](const Operand *operand) { return sameEncoding(*operand, output); });
  }

  /// The elements keep their logical order: through a row-major form where an operand has another.
  std::unique_ptr<Kernel> reshape() {
    const Dims inputRows = denseStrides(input.dims, Layout::RowMajor);
    const Dims outputRows = denseStrides(output.dims, Layout::RowMajor);
    const bool inputMoves = input.strides != inputRows, outputMoves = output.strides != outputRows;
    Buffer rows = inputBuffer(spec, 0);
    if (inputMoves) {
      rows = outputMoves ? builder.scratch(output.numElements() * sizeOf(output.dtype))
                         : Buffer::output(0);
      copy(input.dims, inputBuffer(spec, 0), 0, input.strides, rows, 0, inputRows);
    }
    if (outputMoves || !inputMoves)
      copy(output.dims, rows, 0, outputRows, Buffer::output(0), 0, output.strides);
    return finish("reshape");
  }

  std::unique_ptr<Kernel> mapped(const char *name) {
    const ElementMap map = *elementMapOf(spec);
    copy(output.dims, inputBuffer(spec, 0), map.start, map.strides, Buffer::output(0), 0,
         output.strides);
    return finish(name);
  }

  std::unique_ptr<Kernel> concat(int64_t axis) {
    int64_t start = 0;
    for (size_t i = 0; i < spec.inputs.size(); ++i) {
      const Operand &part = *spec.inputs[i];
      copy(part.dims, inputBuffer(spec, i), 0, part.strides, Buffer::output(0), start,
           output.strides);
      start += part.dims[axis] * output.strides[axis];
    }
    return finish("concat");
  }

  std::unique_ptr<Kernel> pad(const PadOptions &options) {
    const Encoding encoding = Encoding::of(output);
    if (output.quant && !output.quant->perTensor())
      return nullptr;
    const Dims &padding = options.padding;
    int64_t start = 0;
    for (size_t i = 0; i < rank; ++i)
      start += padding[i] * output.strides[i];
    const float value = options.value;
    if (encoding.isFloat()) {
      addFill(value);
    } else {
      uint8_t code;
      quantize(&value, &code, 1, encoding, ZeroPointAdd::AfterRounding);
      addFill(code);
    }
    copy(input.dims, inputBuffer(spec, 0), 0, input.strides, Buffer::output(0), start,
         output.strides);
    return finish("pad");
  }

private:
  void copy(const Dims &dims, Buffer from, int64_t fromStart, const Dims &fromStrides, Buffer to,
            int64_t toStart, const Dims &toStrides) {
    builder.addLoop(
        [from, to,
         copy = BoxCopy(dims, sizeOf(output.dtype), fromStart, fromStrides, toStart, toStrides)](
            const RunContext &context) { copy.run(from.resolve(context), to.resolve(context)); });
  }

  std::unique_ptr<Kernel> finish(const char *name) {
    return builder.finish(std::string("native:") + name);
  }

  template <typename T> void addFill(T value) {
    builder.addLoop([value, count = output.numElements()](const RunContext &context) {
      auto *to = static_cast<T *>(context.outputs[0]);
      parallelFor(count, 1,
                  [&](int64_t begin, int64_t end) { std::fill(to + begin, to + end, value); });
    });
  }

  const KernelSpec &spec;
  PipelineBuilder builder;
  const Operand &input, &output;
  size_t rank;
};

} // namespace

std::unique_ptr<Kernel> Kernels::create(const ReshapeOptions &, const KernelSpec &spec) {
  MovementBuilder builder(spec);
  return builder.isSupported() ? builder.reshape() : nullptr;
}

std::unique_ptr<Kernel> Kernels::create(const TransposeOptions &, const KernelSpec &spec) {
  MovementBuilder builder(spec);
  return builder.isSupported() ? builder.mapped("transpose") : nullptr;
}

std::unique_ptr<Kernel> Kernels::create(const SliceOptions &, const KernelSpec &spec) {
  MovementBuilder builder(spec);
  return builder.isSupported() ? builder.mapped("slice") : nullptr;
}

std::unique_ptr<Kernel> Kernels::create(const ConcatOptions &options, const KernelSpec &spec) {
  MovementBuilder builder(spec);
  return builder.isSupported() ? builder.concat(options.axis) : nullptr;
}

std::unique_ptr<Kernel> Kernels::create(const PadOptions &options, const KernelSpec &spec) {
  MovementBuilder builder(spec);
  return builder.isSupported() ? builder.pad(options) : nullptr;
}

std::unique_ptr<Kernel> Kernels::create(const ExpandOptions &, const KernelSpec &spec) {
  MovementBuilder builder(spec);
  return builder.isSupported() ? builder.mapped("expand") : nullptr;
}

} // namespace quantir::runtime::native
