//===- Work.cpp - How much an op computes ----------------------------------===//

#include "runtime/session/Work.h"

#include "runtime/plan/KernelSupport.h"

#include <algorithm>

namespace quantir::runtime {

/// How many input positions one result of a pool covers at most.
static double windowOf(const KernelSpec &spec) {
  const std::vector<int64_t> &in = spec.inputs[0]->dims, &out = spec.outputs[0]->dims;
  const plan::Pool *pool = spec.op->kind_as_Pool();
  const std::vector<int64_t> kernel = toVector(pool ? pool->kernel() : nullptr);
  double window = 1;
  for (size_t d = 2; d < in.size(); ++d)
    window *= static_cast<double>(pool ? std::min(in[d], kernel[d - 2]) : in[d] / out[d] + 2);
  return window;
}

double multiplyAdds(const KernelSpec &spec) {
  const auto elements = [](const Operand *operand) {
    return operand ? static_cast<double>(operand->numElements()) : 0.0;
  };
  double all = 0;
  for (const Operand *input : spec.inputs)
    all += elements(input);
  for (const Operand *output : spec.outputs)
    all += elements(output);
  const double results = elements(spec.outputs[0]);
  switch (spec.op->kind_type()) {
  case plan::OpKind::Conv:
    return all + results * elements(spec.inputs[1]) / static_cast<double>(spec.inputs[1]->dims[0]);
  case plan::OpKind::ConvTranspose: // the window at every result, though not all of it is there
    return all + results * elements(spec.inputs[1]) / static_cast<double>(spec.inputs[1]->dims[1]);
  case plan::OpKind::MatMul:
    return all + results * static_cast<double>(spec.inputs[0]->dims.back());
  case plan::OpKind::Pool:
  case plan::OpKind::AdaptiveAveragePool:
    return all + results * windowOf(spec);
  case plan::OpKind::EmbeddingBag: // indices by columns
    return all + elements(spec.inputs[0]) * static_cast<double>(spec.inputs[2]->dims[1]);
  case plan::OpKind::Lstm: { // each weight at each step of each sample
    const std::vector<int64_t> &x = spec.inputs[0]->dims;
    return all + static_cast<double>(x[0]) * static_cast<double>(x[1]) *
                     (all - elements(spec.inputs[0]) - results);
  }
  default:
    return all;
  }
}

} // namespace quantir::runtime
