//===- Kernels.h - One entry point per group of ops -------------*- C++ -*-===//
//
// Each returns null when this backend has no kernel for the spec.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_RUNTIME_KERNELS_NATIVE_KERNELS_H
#define QUANTIR_RUNTIME_KERNELS_NATIVE_KERNELS_H

#include "runtime/kernels/Backend.h"

namespace quantir::runtime::native {

/// Quantize, Dequantize, Requantize, Reorder
std::unique_ptr<Kernel> createCast(const KernelSpec &spec);
std::unique_ptr<Kernel> createChannelAffine(const KernelSpec &spec);
std::unique_ptr<Kernel> createUnary(const KernelSpec &spec);
std::unique_ptr<Kernel> createBinary(const KernelSpec &spec);
std::unique_ptr<Kernel> createPool(const KernelSpec &spec);
/// AdaptiveAveragePool, Mean
std::unique_ptr<Kernel> createAverage(const KernelSpec &spec);
std::unique_ptr<Kernel> createLayerNorm(const KernelSpec &spec);
std::unique_ptr<Kernel> createGroupNorm(const KernelSpec &spec);
std::unique_ptr<Kernel> createPRelu(const KernelSpec &spec);
std::unique_ptr<Kernel> createResample(const KernelSpec &spec);
/// Reshape, Transpose, Slice, Concat, Pad, Expand
std::unique_ptr<Kernel> createMovement(const KernelSpec &spec);

} // namespace quantir::runtime::native

#endif // QUANTIR_RUNTIME_KERNELS_NATIVE_KERNELS_H
