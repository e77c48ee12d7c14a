//===- Kernels.h - The kernels of this backend ------------------*- C++ -*-===//
//
// Each returns null when this backend has no kernel for the spec.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_RUNTIME_KERNELS_NATIVE_KERNELS_H
#define QUANTIR_RUNTIME_KERNELS_NATIVE_KERNELS_H

#include "runtime/kernels/Backend.h"
#include "runtime/plan/KernelSupport.h"

namespace quantir::runtime::native {

struct Kernels {
  static std::unique_ptr<Kernel> create(const QuantizeOptions &options, const KernelSpec &spec);
  static std::unique_ptr<Kernel> create(const DequantizeOptions &options, const KernelSpec &spec);
  static std::unique_ptr<Kernel> create(const RequantizeOptions &options, const KernelSpec &spec);
  static std::unique_ptr<Kernel> create(const ReorderOptions &options, const KernelSpec &spec);
  static std::unique_ptr<Kernel> create(const ChannelAffineOptions &options,
                                        const KernelSpec &spec);
  static std::unique_ptr<Kernel> create(const UnaryOptions &options, const KernelSpec &spec);
  static std::unique_ptr<Kernel> create(const BinaryOptions &options, const KernelSpec &spec);
  static std::unique_ptr<Kernel> create(const PoolOptions &options, const KernelSpec &spec);
  static std::unique_ptr<Kernel> create(const AdaptiveAveragePoolOptions &options,
                                        const KernelSpec &spec);
  static std::unique_ptr<Kernel> create(const MeanOptions &options, const KernelSpec &spec);
  static std::unique_ptr<Kernel> create(const LayerNormOptions &options, const KernelSpec &spec);
  static std::unique_ptr<Kernel> create(const GroupNormOptions &options, const KernelSpec &spec);
  static std::unique_ptr<Kernel> create(const PReluOptions &options, const KernelSpec &spec);
  static std::unique_ptr<Kernel> create(const ResampleOptions &options, const KernelSpec &spec);
  static std::unique_ptr<Kernel> create(const ReshapeOptions &options, const KernelSpec &spec);
  static std::unique_ptr<Kernel> create(const TransposeOptions &options, const KernelSpec &spec);
  static std::unique_ptr<Kernel> create(const SliceOptions &options, const KernelSpec &spec);
  static std::unique_ptr<Kernel> create(const ConcatOptions &options, const KernelSpec &spec);
  static std::unique_ptr<Kernel> create(const PadOptions &options, const KernelSpec &spec);
  static std::unique_ptr<Kernel> create(const ExpandOptions &options, const KernelSpec &spec);
};

} // namespace quantir::runtime::native

#endif // QUANTIR_RUNTIME_KERNELS_NATIVE_KERNELS_H
