//===- Unary.cpp - Functions of floats --------------------------*- C++ -*-===//
//
// Functions of codes are tables, and piecewise linear ones loops: both are `native`.
//
//===----------------------------------------------------------------------===//

#include "runtime/kernels/native/Elementwise.h"
#include "runtime/kernels/native/Loops.h"
#include "runtime/kernels/onednn/Kernels.h"
#include "runtime/kernels/onednn/Primitive.h"
#include "runtime/threads/Team.h"

#include <atomic>
#include <optional>

namespace quantir::runtime::onednn {
namespace {

bool exceedsAnywhere(const float *x, int64_t count, float limit) {
  std::atomic<bool> found = false;
  parallelFor(count, 1, [&](int64_t begin, int64_t end) {
    if (native::exceeds(x + begin, end - begin, limit))
      found = true;
  });
  return found;
}

/// oneDNN's functions of NaN and infinities are right (test/Unit/OneDNN), but for
/// those of numbers larger than `limit`, if there is one. With such a number among them all are
/// computed one by one.
std::unique_ptr<Kernel> createEltwise(const UnaryOptions &unary, const KernelSpec &spec,
                                      dnnl::algorithm algorithm, float alpha, float beta,
                                      std::optional<float> limit = std::nullopt) {
  dnnl::primitive_attr attr;
  attr.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  const dnnl::memory::desc flat =
      vectorDesc(spec.inputs[0]->numElements(), dnnl::memory::data_type::f32);
  const auto desc = describePrimitive<dnnl::eltwise_forward::primitive_desc>(
      dnnl::prop_kind::forward_inference, algorithm, flat, flat, alpha, beta, attr);
  if (!isUsable(desc))
    return nullptr;
  PipelineBuilder builder;
  const Buffer source = inputBuffer(spec, 0);
  auto primitive = makePrimitive<dnnl::eltwise_forward>(desc, builder);
  primitive->bind(DNNL_ARG_SRC, flat, source);
  primitive->bind(DNNL_ARG_DST, flat, Buffer::output(0));
  if (!limit) {
    builder.add(std::move(primitive));
    return builder.finish(implementationName(desc));
  }
  builder.addLoop([=, primitive = std::move(primitive),
                   count = spec.inputs[0]->numElements()](const RunContext &context) {
    const auto *x = static_cast<const float *>(source.resolve(context));
    if (!exceedsAnywhere(x, count, *limit))
      return primitive->run(context);
    native::evaluateAll(unary, x, static_cast<float *>(context.outputs[0]), count);
  });
  return builder.finish(implementationName(desc));
}

} // namespace

std::unique_ptr<Kernel> Kernels::create(const UnaryOptions &options, const KernelSpec &spec) {
  const Operand &input = *spec.inputs[0], &output = *spec.outputs[0];
  if (input.strides != output.strides || input.numElements() == 0 ||
      input.dtype != DType::Float32 || output.dtype != DType::Float32)
    return nullptr;
  // Not here: HardSigmoid, since oneDNN's makes a number of NaN; Pow, which is a root where the
  // exponent is 0.5; Erf, which oneDNN has only as a part of GELU.
  switch (options.kind) {
  case plan::UnaryKind::Sigmoid:
    return createEltwise(options, spec, dnnl::algorithm::eltwise_logistic, 0, 0);
  case plan::UnaryKind::Tanh:
    return createEltwise(options, spec, dnnl::algorithm::eltwise_tanh, 0, 0);
  case plan::UnaryKind::HardSwish:
    return createEltwise(options, spec, dnnl::algorithm::eltwise_hardswish, 1.0f / 6.0f, 0.5f);
  case plan::UnaryKind::Elu:
    return createEltwise(options, spec, dnnl::algorithm::eltwise_elu, options.alpha, 0);
  case plan::UnaryKind::Gelu:
    // Of numbers above 1.7e38 oneDNN's makes infinities, and of infinity NaN.
    return createEltwise(options, spec, dnnl::algorithm::eltwise_gelu_erf, 0, 0, 1e38f);
  case plan::UnaryKind::GeluTanh:
    return createEltwise(options, spec, dnnl::algorithm::eltwise_gelu_tanh, 0, 0);
  case plan::UnaryKind::Sqrt:
    return createEltwise(options, spec, dnnl::algorithm::eltwise_sqrt, 0, 0);
  default:
    return nullptr;
  }
}

} // namespace quantir::runtime::onednn
