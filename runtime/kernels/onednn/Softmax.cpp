//===- Softmax.cpp - Softmax ------------------------------------*- C++ -*-===//

#include "runtime/kernels/onednn/Kernels.h"
#include "runtime/kernels/onednn/Pipeline.h"
#include "runtime/session/KernelSupport.h"

namespace quantir::runtime::onednn {

std::unique_ptr<Kernel> createSoftmax(const KernelSpec &spec) {
  const Operand &input = *spec.inputs[0], &output = *spec.outputs[0];
  if (input.dtype != DType::Float32 || output.dtype != DType::Float32 || input.dims.empty() ||
      input.dims.size() > DNNL_MAX_NDIMS || input.numElements() == 0)
    return nullptr;
  dnnl::primitive_attr attr;
  attr.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  const dnnl::memory::desc source = descOf(input), result = descOf(output);
  const dnnl::softmax_forward::primitive_desc desc(
      cpuEngine(), dnnl::prop_kind::forward_inference, dnnl::algorithm::softmax_accurate, source,
      result, spec.op->kind_as_Softmax()->axis(), attr, /*allow_empty=*/true);
  if (!isUsable(desc))
    return nullptr;
  PipelineBuilder builder;
  PrimitiveStage &stage = builder.addPrimitive(dnnl::softmax_forward(desc), desc.scratchpad_desc());
  stage.bind(DNNL_ARG_SRC, source, inputBuffer(spec, 0));
  stage.bind(DNNL_ARG_DST, result, Buffer::output(0));
  return builder.finish(implementationName(desc));
}

} // namespace quantir::runtime::onednn
