//===- Shape.cpp - Moving data ---------------------------------------------===//

#include "runtime/kernels/StridedCopy.h"
#include "runtime/kernels/reference/Reference.h"
#include "runtime/plan/Views.h"

#include <cstring>

namespace quantir::runtime::reference {
namespace {

/// A kernel that is one copy of dims `dims`, from `sourceOffset` on (in elements).
KernelPtr createCopy(const Operand &input, const Operand &output,
                     std::span<const int64_t> sourceStrides, int64_t sourceOffset = 0) {
  size_t elementBytes = sizeOf(output.dtype);
  StridedCopy copy(elementBytes, output.dims, sourceStrides, output.strides);
  return makeKernel([copy, skip = sourceOffset * static_cast<int64_t>(elementBytes)](
                        const void *const *inputs, void *const *outputs, void *) {
    auto *source = static_cast<const uint8_t *>(inputs[0]) + skip;
    if (source != outputs[0]) // in place there is nothing to do
      copy.run(source, outputs[0]);
  });
}

/// The code of a real number, or the number itself, as the element's bytes.
uint32_t encodedBytes(const Operand &operand, float value) {
  uint32_t bytes = 0;
  if (operand.dtype == DType::Float32) {
    std::memcpy(&bytes, &value, sizeof(value));
    return bytes;
  }
  static const QuantInfo plain{{1.0f}, {0}, -1, 0, 0};
  const QuantInfo &quant = operand.quant ? *operand.quant : plain;
  numerics::QuantRange range = rangeOf(quant);
  if (!operand.quant)
    range = operand.dtype == DType::UInt8  ? numerics::QuantRange{0, 255}
            : operand.dtype == DType::Int8 ? numerics::QuantRange{-128, 127}
                                           : numerics::QuantRange{INT32_MIN, INT32_MAX};
  int32_t code = numerics::quantizeValue(value, 1.0f / quant.scales[0], quant.zeroPoints[0], range);
  std::memcpy(&bytes, &code, sizeof(code));
  return bytes;
}

void fill(void *memory, int64_t count, size_t elementBytes, uint32_t value) {
  if (elementBytes == 1)
    std::memset(memory, static_cast<int>(value & 0xff), count);
  else if (elementBytes == 4)
    std::fill_n(static_cast<uint32_t *>(memory), count, value);
  else
    std::fill_n(static_cast<int64_t *>(memory), count, static_cast<int32_t>(value));
}

/// Requantizes one input of a Concat through real numbers.
template <typename In, typename Out>
void requantize(const CodeTable<In, Out> &table, const LoopNest<2> &nest, const void *source,
                void *result) {
  nest.forEachRun([&](const auto &offsets, const auto &strides, int64_t count) {
    const In *from = static_cast<const In *>(source) + offsets[1];
    Out *to = static_cast<Out *>(result) + offsets[0];
    for (int64_t i = 0; i < count; ++i)
      to[i * strides[0]] = table(from[i * strides[1]]);
  });
}

/// A kernel that moves one input of a Concat to its place in the result, where its output points.
KernelPtr createPart(const Operand &input, const Operand &output) {
  if (sameEncoding(input, output)) {
    StridedCopy copy(sizeOf(input.dtype), input.dims, input.strides, output.strides);
    return makeKernel([copy](const void *const *inputs, void *const *outputs, void *) {
      copy.run(inputs[0], outputs[0]);
    });
  }
  LoopNest<2> nest(input.dims, {output.strides, input.strides});
  return withValueType(input.dtype, [&](auto in) {
    return withValueType(output.dtype, [&](auto out) -> KernelPtr {
      using In = decltype(in);
      using Out = decltype(out);
      if constexpr (std::is_same_v<In, float> || std::is_same_v<Out, float>) {
        return nullptr; // floats have one encoding
      } else {
        Decoder<In> decode(input);
        Encoder<Out> encode(output);
        CodeTable<In, Out> table([&](In q) { return encode(decode(q)); });
        return makeKernel([=](const void *const *inputs, void *const *outputs, void *) {
          requantize(table, nest, inputs[0], outputs[0]);
        });
      }
    });
  });
}

} // namespace

bool isReshapeInPlace(const Operand &input, const Operand &output) {
  return isInRowMajorOrder(input) && isInRowMajorOrder(output);
}

KernelPtr Kernels::create(const ReorderOptions &, const KernelSpec &spec) {
  return createCopy(*spec.inputs[0], *spec.outputs[0], spec.inputs[0]->strides);
}

/// The elements in row-major order of the input's dims become those in row-major order of the
/// result's. Where neither side is stored so, they pass through scratch.
KernelPtr Kernels::create(const ReshapeOptions &, const KernelSpec &spec) {
  const Operand &input = *spec.inputs[0], &output = *spec.outputs[0];
  size_t bytes = static_cast<size_t>(input.numElements()) * sizeOf(input.dtype);
  bool plainInput = isInRowMajorOrder(input), plainOutput = isInRowMajorOrder(output);
  StridedCopy gather(sizeOf(input.dtype), input.dims, input.strides,
                     denseStrides(input.dims, Layout::RowMajor));
  StridedCopy scatter(sizeOf(input.dtype), output.dims, denseStrides(output.dims, Layout::RowMajor),
                      output.strides);
  bool throughScratch = !plainInput && !plainOutput;
  return makeKernel(
      [=](const void *const *inputs, void *const *outputs, void *scratch) {
        if (throughScratch) {
          gather.run(inputs[0], scratch);
          scatter.run(scratch, outputs[0]);
        } else if (!plainInput) {
          gather.run(inputs[0], outputs[0]);
        } else if (!plainOutput) {
          scatter.run(inputs[0], outputs[0]);
        } else if (inputs[0] != outputs[0]) {
          std::memcpy(outputs[0], inputs[0], bytes);
        }
      },
      throughScratch ? bytes : 0);
}

KernelPtr Kernels::create(const TransposeOptions &options, const KernelSpec &spec) {
  const Operand &input = *spec.inputs[0];
  std::vector<int64_t> strides;
  for (int64_t axis : options.permutation)
    strides.push_back(input.strides[axis]);
  return createCopy(input, *spec.outputs[0], strides);
}

KernelPtr Kernels::create(const SliceOptions &options, const KernelSpec &spec) {
  const Operand &input = *spec.inputs[0], &output = *spec.outputs[0];
  const std::vector<int64_t> starts = options.starts, steps = options.steps;
  std::vector<int64_t> strides;
  int64_t offset = 0;
  for (size_t i = 0; i < input.dims.size(); ++i) {
    // The step of a single element means nothing, and may be any number.
    strides.push_back(output.dims[i] == 1 ? 0 : input.strides[i] * steps[i]);
    offset += input.strides[i] * starts[i];
  }
  return createCopy(input, output, strides, offset);
}

KernelPtr Kernels::create(const ExpandOptions &, const KernelSpec &spec) {
  const Operand &input = *spec.inputs[0], &output = *spec.outputs[0];
  return createCopy(input, output, broadcastStrides(input, output.dims));
}

KernelPtr Kernels::create(const ConcatOptions &options, const KernelSpec &spec) {
  const Operand &output = *spec.outputs[0];
  int64_t axis = options.axis;
  std::vector<std::shared_ptr<Kernel>> parts;
  std::vector<int64_t> places; // of the parts in the result, in bytes
  int64_t at = 0;
  for (const Operand *input : spec.inputs) {
    parts.push_back(createPart(*input, output));
    places.push_back(at * output.strides[axis] * static_cast<int64_t>(sizeOf(output.dtype)));
    at += input->dims[axis];
  }
  return makeKernel([=](const void *const *inputs, void *const *outputs, void *scratch) {
    for (size_t i = 0; i < parts.size(); ++i) {
      void *place = static_cast<uint8_t *>(outputs[0]) + places[i];
      parts[i]->run(&inputs[i], &place, scratch);
    }
  });
}

KernelPtr Kernels::create(const PadOptions &options, const KernelSpec &spec) {
  const Operand &input = *spec.inputs[0], &output = *spec.outputs[0];
  size_t elementBytes = sizeOf(output.dtype);
  StridedCopy copy(elementBytes, input.dims, input.strides, output.strides);
  const std::vector<int64_t> padding = options.padding;
  int64_t offset = 0;
  for (size_t i = 0; i < input.dims.size(); ++i)
    offset += padding[i] * output.strides[i];
  uint32_t value = encodedBytes(output, options.value);
  return makeKernel(
      [=, count = output.numElements()](const void *const *inputs, void *const *outputs, void *) {
        fill(outputs[0], count, elementBytes, value);
        copy.run(inputs[0],
                 static_cast<uint8_t *>(outputs[0]) + offset * static_cast<int64_t>(elementBytes));
      });
}

} // namespace quantir::runtime::reference
