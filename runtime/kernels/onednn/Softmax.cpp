//===- Softmax.cpp - Softmax ------------------------------------*- C++ -*-===//

#include "runtime/kernels/Backend.h"
#include "runtime/kernels/native/Loops.h"
#include "runtime/kernels/onednn/Kernels.h"
#include "runtime/kernels/onednn/Primitive.h"
#include "runtime/plan/KernelSupport.h"
#include "runtime/threads/Team.h"

#include <cmath>
#include <limits>

namespace quantir::runtime::onednn {

/// Where a NaN or an infinity is among the elements, oneDNN's quotient there is NaN, but those
/// beside it are numbers. The sum is NaN for all of them.
///
/// Memory is [outer, count, inner], and softmax along `count`.
static void spreadNaN(float *values, int64_t outer, int64_t count, int64_t inner) {
  constexpr float largest = std::numeric_limits<float>::max();
  constexpr float nan = std::numeric_limits<float>::quiet_NaN();
  parallelFor(outer, count * inner, [=](int64_t begin, int64_t end) {
    for (int64_t o = begin; o < end; ++o) {
      float *block = values + o * count * inner;
      if (!native::exceeds(block, count * inner, largest))
        continue;
      for (int64_t i = 0; i < inner; ++i) {
        bool found = false;
        for (int64_t k = 0; k < count; ++k)
          found |= !std::isfinite(block[k * inner + i]);
        for (int64_t k = 0; found && k < count; ++k)
          block[k * inner + i] = nan;
      }
    }
  });
}

std::unique_ptr<Kernel> Kernels::create(const SoftmaxOptions &options, const KernelSpec &spec) {
  const Operand &input = *spec.inputs[0], &output = *spec.outputs[0];
  if (input.dtype != DType::Float32 || output.dtype != DType::Float32 || input.dims.empty() ||
      input.dims.size() > DNNL_MAX_NDIMS || input.numElements() == 0)
    return nullptr;
  dnnl::primitive_attr attr;
  attr.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  const dnnl::memory::desc source = descOf(input), result = descOf(output);
  const auto desc = describePrimitive<dnnl::softmax_forward::primitive_desc>(
      dnnl::prop_kind::forward_inference, dnnl::algorithm::softmax_accurate, source, result,
      options.axis, attr);
  if (!isUsable(desc))
    return nullptr;
  PipelineBuilder builder;
  PrimitiveStage &stage = addPrimitive<dnnl::softmax_forward>(desc, builder);
  stage.bind(DNNL_ARG_SRC, source, inputBuffer(spec, 0));
  stage.bind(DNNL_ARG_DST, result, Buffer::output(0));
  const size_t axis = options.axis;
  const int64_t count = output.dims[axis], inner = output.strides[axis];
  builder.addLoop([=, outer = output.numElements() / (count * inner)](const RunContext &context) {
    spreadNaN(static_cast<float *>(context.outputs[0]), outer, count, inner);
  });
  return builder.finish(implementationName(desc));
}

} // namespace quantir::runtime::onednn
