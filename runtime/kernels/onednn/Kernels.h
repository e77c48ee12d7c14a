//===- Kernels.h - The kernels of this backend ------------------*- C++ -*-===//
//
// Each returns null when this backend has no good kernel for the spec.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_RUNTIME_KERNELS_ONEDNN_KERNELS_H
#define QUANTIR_RUNTIME_KERNELS_ONEDNN_KERNELS_H

#include "runtime/kernels/Backend.h"
#include "runtime/plan/KernelSupport.h"

namespace quantir::runtime::onednn {

struct Kernels {
  static std::unique_ptr<Kernel> create(const ConvOptions &options, const KernelSpec &spec);
  static std::unique_ptr<Kernel> create(const ConvTransposeOptions &options,
                                        const KernelSpec &spec);
  static std::unique_ptr<Kernel> create(const MatMulOptions &options, const KernelSpec &spec);
  static std::unique_ptr<Kernel> create(const UnaryOptions &options, const KernelSpec &spec);
  static std::unique_ptr<Kernel> create(const SoftmaxOptions &options, const KernelSpec &spec);
  static std::unique_ptr<Kernel> create(const PoolOptions &options, const KernelSpec &spec);
};

} // namespace quantir::runtime::onednn

#endif // QUANTIR_RUNTIME_KERNELS_ONEDNN_KERNELS_H
