//===- Pool.cpp - Max pooling of codes --------------------------*- C++ -*-===//
//
// Of floats oneDNN's maximum loses a NaN and takes nothing to be less than -FLT_MAX. Its averages
// know neither zero points nor windows that reach past the padding. So both are `native`.
//
//===----------------------------------------------------------------------===//

#include "runtime/kernels/onednn/Kernels.h"
#include "runtime/kernels/onednn/Primitive.h"
#include "runtime/plan/KernelSupport.h"

namespace quantir::runtime::onednn {

std::unique_ptr<Kernel> Kernels::create(const PoolOptions &, const KernelSpec &spec) {
  const PoolInfo info = poolInfo(spec);
  const WindowInfo &window = info.window;
  const Operand &input = *spec.inputs[0], &output = *spec.outputs[0];
  if (info.average || window.rank() > 3 || !fitsPrimitive(window) || input.numElements() == 0 ||
      output.numElements() == 0 || !sameEncoding(input, output) || input.layout != output.layout ||
      input.dtype == DType::Float32)
    return nullptr;
  // oneDNN starts from the least number of the type, which may not be a code in use.
  if (output.quant->quantMin != (output.dtype == DType::UInt8 ? 0 : -128))
    return nullptr;
  dnnl::memory::dims dilations(window.rank()), padEnd(window.rank());
  for (size_t i = 0; i < window.rank(); ++i) {
    const int64_t extent = window.dilations[i] * (window.kernel[i] - 1) + 1;
    dilations[i] = window.dilations[i] - 1;
    // What the last window reaches, in ceil mode too.
    padEnd[i] =
        (window.output[i] - 1) * window.strides[i] + extent - window.input[i] - window.padBegin[i];
  }
  dnnl::primitive_attr attr;
  attr.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  const dnnl::memory::desc source = descOf(input), result = descOf(output);
  const auto desc = describePrimitive<dnnl::pooling_forward::primitive_desc>(
      dnnl::prop_kind::forward_inference, dnnl::algorithm::pooling_max, source, result,
      window.strides, window.kernel, dilations, window.padBegin, padEnd, attr);
  if (!isUsable(desc))
    return nullptr;
  PipelineBuilder builder;
  PrimitiveStage &stage = addPrimitive<dnnl::pooling_forward>(desc, builder);
  stage.bind(DNNL_ARG_SRC, source, inputBuffer(spec, 0));
  stage.bind(DNNL_ARG_DST, result, Buffer::output(0));
  return builder.finish(implementationName(desc));
}

} // namespace quantir::runtime::onednn
