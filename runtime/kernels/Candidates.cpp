//===- Candidates.cpp - What could execute an op ---------------------------===//

#include "runtime/kernels/Dispatch.h"
#include "runtime/plan/KernelSupport.h"

#include <algorithm>

namespace quantir::runtime {

std::vector<Candidate> candidatesFor(const KernelSpec &spec, const Backend &backend) {
  std::vector<Candidate> candidates;
  for (const Backend *asked = &backend; asked; asked = asked->next())
    asked->offer(spec, candidates);
  std::stable_sort(
      candidates.begin(), candidates.end(),
      [](const Candidate &a, const Candidate &b) { return a.nanoseconds < b.nanoseconds; });
  return candidates;
}

int inPlaceIfAlike(const KernelSpec &spec, size_t index) {
  const Operand *input = optionalInput(spec, index), &output = *spec.outputs[0];
  return input && !input->constant && sizeOf(input->dtype) == sizeOf(output.dtype) &&
                 input->dims == output.dims && input->strides == output.strides
             ? static_cast<int>(index)
             : -1;
}

} // namespace quantir::runtime
