//===- Work.cpp - How much an op computes ----------------------------------===//

#include "runtime/kernels/Work.h"

#include "runtime/plan/KernelSupport.h"
#include "runtime/plan/KernelVisit.h"

#include <algorithm>

namespace quantir::runtime {
namespace {

double elementsOf(const Operand *operand) {
  return operand ? static_cast<double>(operand->numElements()) : 0.0;
}

double elementsOf(std::span<const Operand *const> operands) {
  double sum = 0;
  for (const Operand *operand : operands)
    sum += elementsOf(operand);
  return sum;
}

double resultsOf(const KernelSpec &spec) { return elementsOf(spec.outputs[0]); }

/// The elements of an input behind one of its results.
double perResult(const KernelSpec &spec, size_t input, size_t channelAxis) {
  return elementsOf(spec.inputs[input]) /
         static_cast<double>(spec.inputs[input]->dims[channelAxis]);
}

/// Multiply-adds, for the kernels that do more than look at each element.
double multiplyAdds(const ConvOptions &, const KernelSpec &spec) {
  return resultsOf(spec) * perResult(spec, 1, 0);
}
double multiplyAdds(const ConvTransposeOptions &, const KernelSpec &spec) {
  return resultsOf(spec) * perResult(spec, 1, 1); // the window at every result: not all is there
}
double multiplyAdds(const MatMulOptions &, const KernelSpec &spec) {
  return resultsOf(spec) * static_cast<double>(spec.inputs[0]->dims.back());
}
double multiplyAdds(const PoolOptions &options, const KernelSpec &spec) {
  double window = 1;
  for (size_t d = 0; d < options.kernel.size(); ++d)
    window *= static_cast<double>(std::min(spec.inputs[0]->dims[d + 2], options.kernel[d]));
  return resultsOf(spec) * window;
}
double multiplyAdds(const AdaptiveAveragePoolOptions &, const KernelSpec &spec) {
  const std::vector<int64_t> &in = spec.inputs[0]->dims, &out = spec.outputs[0]->dims;
  double window = 1; // at most
  for (size_t d = 2; d < in.size(); ++d)
    window *= static_cast<double>(in[d] / out[d] + 2);
  return resultsOf(spec) * window;
}
double multiplyAdds(const EmbeddingBagOptions &, const KernelSpec &spec) {
  return elementsOf(spec.inputs[0]) * static_cast<double>(spec.inputs[2]->dims[1]);
}
double multiplyAdds(const LstmOptions &, const KernelSpec &spec) {
  // Each weight at each step of each sample.
  const Operand &x = *spec.inputs[0];
  const double weights =
      elementsOf(spec.inputs) + elementsOf(spec.outputs) - elementsOf(&x) - resultsOf(spec);
  return static_cast<double>(x.dims[0]) * static_cast<double>(x.dims[1]) * weights;
}

} // namespace

Work workOf(const KernelSpec &spec) {
  Work work;
  work.elements = elementsOf(spec.inputs) + elementsOf(spec.outputs);
  work.multiplyAdds = visitKind(*spec.op, [&]<typename Options>() {
    if constexpr (requires(const Options &options) { multiplyAdds(options, spec); })
      return multiplyAdds(readOptions<Options>(*spec.op), spec);
    else
      return 0.0;
  });
  return work;
}

} // namespace quantir::runtime
