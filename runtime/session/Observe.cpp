//===- Observe.cpp - The kernel that feeds an observer ---------------------===//

#include "runtime/session/Observe.h"

#include "runtime/kernels/reference/StridedCopy.h"
#include "runtime/session/KernelSupport.h"

#include <fmt/format.h>

namespace quantir::runtime {

ObserveKernel::ObserveKernel(const Operand &input, numerics::Observer &observer,
                             std::string_view observerName)
    : input(input), observer(observer), observerName(observerName) {}

void ObserveKernel::run(const void *const *inputs, void *const *, void *scratch) {
  const void *data = inputs[0];
  if (input.layout != Layout::RowMajor) {
    StridedCopy toRowMajor(sizeof(float), input.dims, input.strides,
                           denseStrides(input.dims, Layout::RowMajor));
    toRowMajor.run(data, scratch);
    data = scratch;
  }
  observer.observe(static_cast<const float *>(data), input.dims);
}

size_t ObserveKernel::scratchBytes() const {
  return input.layout == Layout::RowMajor ? 0 : input.numElements() * sizeof(float);
}

Status ObserveKernel::status() const {
  std::string error = observer.error();
  if (error.empty())
    return {};
  return Status::error(
      fmt::format("value '{}' (observer '{}'): {}", input.name, observerName, error));
}

} // namespace quantir::runtime
