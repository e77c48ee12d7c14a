//===- Dispatch.h - From an op to a backend's kernel ------------*- C++ -*-===//

#ifndef QUANTIR_RUNTIME_KERNELS_DISPATCH_H
#define QUANTIR_RUNTIME_KERNELS_DISPATCH_H

#include "runtime/kernels/Backend.h"
#include "runtime/plan/KernelVisit.h"

namespace quantir::runtime {

/// Adds the kernel that `Kernels` has for an op, if any, to what `backend` could build. `Kernels`
/// is a struct of static functions, overloaded by the options of the kinds of op:
///
///   create(const ConvOptions &, const KernelSpec &)        for each kind that it implements, and
///                                                          none for the others: a kernel, or null
///   price(const ConvOptions &, const KernelSpec &)         of all of them: Candidate::nanoseconds
///   accepts(const ConvOptions &, const KernelSpec &)       if there is one: false where `create`
///                                                          is not to be asked
///   inPlaceInput(const ConvOptions &, const KernelSpec &)  if there is one: as the Candidate's
///
/// and a constant `implementation`: Candidate::implementation. A backend that has several ways to
/// execute an op has a struct for each.
template <typename Kernels>
void offerFrom(const Backend &backend, const KernelSpec &spec, std::vector<Candidate> &candidates) {
  visitKind(*spec.op, [&]<typename Options>() {
    if constexpr (requires(const Options &options) { Kernels::create(options, spec); }) {
      const Options options = readOptions<Options>(*spec.op);
      if constexpr (requires { Kernels::accepts(options, spec); })
        if (!Kernels::accepts(options, spec))
          return;
      Candidate candidate;
      candidate.backend = &backend;
      candidate.implementation = Kernels::implementation;
      candidate.nanoseconds = Kernels::price(options, spec);
      if constexpr (requires { Kernels::inPlaceInput(options, spec); })
        candidate.inPlaceInput = Kernels::inPlaceInput(options, spec);
      candidate.create = [](const KernelSpec &spec) {
        return Kernels::create(readOptions<Options>(*spec.op), spec);
      };
      candidates.push_back(candidate);
    }
  });
}

/// `index` if that input lies in memory as the result does, element by element, so that a kernel
/// which reads each element before it writes it may work in place; else -1.
int inPlaceIfAlike(const KernelSpec &spec, size_t index);

} // namespace quantir::runtime

#endif // QUANTIR_RUNTIME_KERNELS_DISPATCH_H
