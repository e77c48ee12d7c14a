//===- Pool.cpp - Max pooling -----------------------------------*- C++ -*-===//
//
// Average pooling is in Average.cpp: oneDNN's knows neither zero points nor windows that reach past
// the padding.
//
//===----------------------------------------------------------------------===//

#include "runtime/kernels/onednn/Average.h"
#include "runtime/kernels/onednn/Kernels.h"
#include "runtime/kernels/onednn/Pipeline.h"
#include "runtime/session/KernelSupport.h"

namespace quantir::runtime::onednn {

std::unique_ptr<Kernel> createPool(const KernelSpec &spec) {
  const PoolInfo info = poolInfo(spec);
  if (info.average)
    return createAveragePool(spec, info);
  const Operand &input = *spec.inputs[0], &output = *spec.outputs[0];
  const WindowInfo &window = info.window;
  if (window.rank() > 3 || input.numElements() == 0 || output.numElements() == 0 ||
      !sameEncoding(input, output) || input.layout != output.layout)
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
  const dnnl::pooling_forward::primitive_desc desc(
      cpuEngine(), dnnl::prop_kind::forward_inference, dnnl::algorithm::pooling_max, source, result,
      window.strides, window.kernel, dilations, window.padBegin, padEnd, attr,
      /*allow_empty=*/true);
  if (!isUsable(desc))
    return nullptr;
  PipelineBuilder builder;
  PrimitiveStage &stage = builder.addPrimitive(dnnl::pooling_forward(desc), desc.scratchpad_desc());
  stage.bind(DNNL_ARG_SRC, source, inputBuffer(spec, 0));
  stage.bind(DNNL_ARG_DST, result, Buffer::output(0));
  return builder.finish(implementationName(desc));
}

} // namespace quantir::runtime::onednn
