//===- Observe.cpp - The kernel that feeds an observer ---------------------===//

#include "runtime/session/Observe.h"

#include "quantir/Numerics/Parallel.h"
#include "runtime/kernels/reference/StridedCopy.h"
#include "runtime/session/KernelSupport.h"

#include <fmt/format.h>

namespace quantir::runtime {

ObserveKernel::ObserveKernel(const Operand &input, numerics::Observer &observer,
                             std::string_view observerName, const Backend &backend, int threads)
    : input(input), observer(observer), observerName(observerName), backend(backend),
      threads(threads), reorders(input.layout != Layout::RowMajor &&
                                 numerics::dependsOnOrder(observer.config().kind)) {}

void ObserveKernel::run(const void *const *inputs, void *const *, void *scratch) {
  const void *data = inputs[0];
  if (reorders) {
    StridedCopy toRowMajor(sizeof(float), input.dims, input.strides,
                           denseStrides(input.dims, Layout::RowMajor));
    toRowMajor.run(data, scratch);
    data = scratch;
  }
  numerics::ParallelScope scope(threads, [this](int parts, const auto &body) {
    backend.runParallel(parts, body);
  });
  observer.observe(static_cast<const float *>(data), input.dims);
}

size_t ObserveKernel::scratchBytes() const {
  return reorders ? input.numElements() * sizeof(float) : 0;
}

Status ObserveKernel::status() const {
  std::string error = observer.error();
  if (error.empty())
    return {};
  return Status::error(
      fmt::format("value '{}' (observer '{}'): {}", input.name, observerName, error));
}

} // namespace quantir::runtime
