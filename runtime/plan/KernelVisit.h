//===- KernelVisit.h - From an op to the code for its kind ------*- C++ -*-===//
//
// What differs from kernel to kernel is said by functions overloaded by the kernels' options, and
// called through these: there is no other switch over all kernels.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_RUNTIME_PLAN_KERNELVISIT_H
#define QUANTIR_RUNTIME_PLAN_KERNELVISIT_H

#include "runtime/plan/KernelOptions.h"

#include <concepts>
#include <cstdlib>

namespace quantir::runtime {

/// Calls fn.operator()<Options>(), with ConvOptions if `op` is a Conv, and so on. The options are
/// not read: `readOptions<Options>(op)` does so where they are needed. The op is of a known kind.
template <typename Fn> decltype(auto) visitKind(const plan::Op &op, const Fn &fn) {
  switch (op.kind_type()) {
#define QUANTIR_KERNEL(name, ...)                                                                  \
  case plan::OpKind::name:                                                                         \
    return fn.template operator()<name##Options>();
    QUANTIR_FOR_EACH_KERNEL(QUANTIR_KERNEL)
#undef QUANTIR_KERNEL
  case plan::OpKind::NONE:
    break;
  }
  std::abort(); // no op of a validated plan
}

/// For a function that does the same for several kinds: is `T` one of them?
template <typename T, typename... Options>
concept OneOf = (std::same_as<T, Options> || ...);

} // namespace quantir::runtime

#endif // QUANTIR_RUNTIME_PLAN_KERNELVISIT_H
