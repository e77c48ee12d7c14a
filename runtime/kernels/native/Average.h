//===- Average.h - Average pooling ------------------------------*- C++ -*-===//

#ifndef QUANTIR_RUNTIME_KERNELS_NATIVE_AVERAGE_H
#define QUANTIR_RUNTIME_KERNELS_NATIVE_AVERAGE_H

#include "runtime/kernels/Backend.h"
#include "runtime/plan/KernelSupport.h"

namespace quantir::runtime::native {

std::unique_ptr<Kernel> createAveragePool(const KernelSpec &spec, const PoolInfo &info);

} // namespace quantir::runtime::native

#endif // QUANTIR_RUNTIME_KERNELS_NATIVE_AVERAGE_H
