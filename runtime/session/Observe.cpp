//===- Observe.cpp - The kernel that feeds an observer ---------------------===//

#include "runtime/session/Observe.h"

#include "quantir/Base/Parallel.h"
#include "runtime/kernels/StridedCopy.h"
#include "runtime/plan/KernelSupport.h"
#include "runtime/threads/Team.h"

#include <fmt/format.h>

namespace quantir::runtime {

ObserveKernel::ObserveKernel(const Operand &input, const ObserveTarget &target)
    : input(input), target(target),
      reorders(input.layout != Layout::RowMajor &&
               numerics::dependsOnOrder(target.observer.config().kind)) {}

void ObserveKernel::run(const void *const *inputs, void *const *, void *scratch) {
  const void *data = inputs[0];
  if (reorders) {
    StridedCopy toRowMajor(sizeof(float), input.dims, input.strides,
                           denseStrides(input.dims, Layout::RowMajor));
    toRowMajor.run(data, scratch);
    data = scratch;
  }
  if (target.order && !target.order->enter(target.index)) {
    lastStatus = Status::interrupted("the run was ended");
    return;
  }
  ParallelScope scope(teamThreads(), [](int parts, const std::function<void(int part)> &body) {
    parallelFor(parts, minParallelWork, [&](int64_t begin, int64_t end) {
      for (int64_t part = begin; part < end; ++part)
        body(int(part));
    });
  });
  target.observer.observe(static_cast<const float *>(data), input.dims);
  lastStatus = describeError();
  if (target.order && target.isLast && lastStatus)
    target.order->leave(target.index);
}

size_t ObserveKernel::scratchBytes() const {
  return reorders ? input.numElements() * sizeof(float) : 0;
}

Status ObserveKernel::describeError() const {
  std::string error = target.observer.error();
  if (error.empty())
    return {};
  return Status::invalidData(
      fmt::format("value '{}' (observer '{}'): {}", input.name, target.name, error));
}

} // namespace quantir::runtime
