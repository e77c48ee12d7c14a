//===- Dispatch.h - From an op to a backend's kernel ------------*- C++ -*-===//

#ifndef QUANTIR_RUNTIME_KERNELS_DISPATCH_H
#define QUANTIR_RUNTIME_KERNELS_DISPATCH_H

#include "runtime/kernels/Backend.h"
#include "runtime/plan/generated/KernelList.h"
#include "runtime/plan/generated/KernelOptions.h"

namespace quantir::runtime {

/// The kernel that a backend has for an op, or null. `Kernels` is the backend's struct of static
/// functions `create(const ConvOptions &, const KernelSpec &)`: one for each kind of op that it
/// implements, and none for the others.
template <typename Kernels> std::unique_ptr<Kernel> createFrom(const KernelSpec &spec) {
  switch (spec.op->kind_type()) {
#define QUANTIR_KERNEL(name, ...)                                                                  \
  case plan::OpKind::name:                                                                         \
    if constexpr (requires(const name##Options &options) { Kernels::create(options, spec); })      \
      return Kernels::create(name##Options::read(*spec.op), spec);                                 \
    else                                                                                           \
      return nullptr;
    QUANTIR_FOR_EACH_KERNEL(QUANTIR_KERNEL)
#undef QUANTIR_KERNEL
  case plan::OpKind::NONE:
    break;
  }
  return nullptr;
}

} // namespace quantir::runtime

#endif // QUANTIR_RUNTIME_KERNELS_DISPATCH_H
