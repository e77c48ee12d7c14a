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

  std::unique_ptr<Kernel> build() {
    for (const Operand *operand : spec.inputs)
      if (!sameEncoding(*operand, output))
        return nullptr;
    switch (spec.op->kind_type()) {
    case plan::OpKind::Reshape:
      return reshape();
    case plan::OpKind::Transpose:
      return mapped("transpose");
    case plan::OpKind::Slice:
      return mapped("slice");
    case plan::OpKind::Concat:
      return concat();
    case plan::OpKind::Pad:
      return pad();
    case plan::OpKind::Expand:
      return mapped("expand");
    default:
      return nullptr;
    }
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

  std::unique_ptr<Kernel> concat() {
    const int64_t axis = spec.op->kind_as_Concat()->axis();
    int64_t start = 0;
    for (size_t i = 0; i < spec.inputs.size(); ++i) {
      const Operand &part = *spec.inputs[i];
      copy(part.dims, inputBuffer(spec, i), 0, part.strides, Buffer::output(0), start,
           output.strides);
      start += part.dims[axis] * output.strides[axis];
    }
    return finish("concat");
  }

  std::unique_ptr<Kernel> pad() {
    const plan::Pad *pad = spec.op->kind_as_Pad();
    const Encoding encoding = Encoding::of(output);
    if (output.quant && !output.quant->perTensor())
      return nullptr;
    const Dims padding = toVector(pad->padding());
    int64_t start = 0;
    for (size_t i = 0; i < rank; ++i)
      start += padding[i] * output.strides[i];
    const float value = pad->value();
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

std::unique_ptr<Kernel> createMovement(const KernelSpec &spec) {
  return MovementBuilder(spec).build();
}

} // namespace quantir::runtime::native
