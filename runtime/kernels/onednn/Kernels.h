//===- Kernels.h - One entry point per group of ops -------------*- C++ -*-===//
//
// Each returns null when this backend has no good kernel for the spec.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_RUNTIME_KERNELS_ONEDNN_KERNELS_H
#define QUANTIR_RUNTIME_KERNELS_ONEDNN_KERNELS_H

#include "runtime/kernels/Backend.h"

namespace quantir::runtime::onednn {

std::unique_ptr<Kernel> createConv(const KernelSpec &spec); ///< Conv, ConvTranspose
std::unique_ptr<Kernel> createMatMul(const KernelSpec &spec);
std::unique_ptr<Kernel> createPool(const KernelSpec &spec);
std::unique_ptr<Kernel> createUnary(const KernelSpec &spec);
std::unique_ptr<Kernel> createSoftmax(const KernelSpec &spec);

} // namespace quantir::runtime::onednn

#endif // QUANTIR_RUNTIME_KERNELS_ONEDNN_KERNELS_H
