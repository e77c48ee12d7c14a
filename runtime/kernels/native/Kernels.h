//===- Kernels.h - The kernels of this backend ------------------*- C++ -*-===//
//
// Each returns null when this backend has no kernel for the spec.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_RUNTIME_KERNELS_NATIVE_KERNELS_H
#define QUANTIR_RUNTIME_KERNELS_NATIVE_KERNELS_H

#include "runtime/kernels/Dispatch.h"
#include "runtime/kernels/Price.h"
#include "runtime/plan/KernelSupport.h"

namespace quantir::runtime::native {

struct Kernels {
  static constexpr std::string_view implementation = "native";

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

  template <OneOf<UnaryOptions, ChannelAffineOptions, PReluOptions, RequantizeOptions> Options>
  static int inPlaceInput(const Options &, const KernelSpec &spec) {
    return inPlaceIfAlike(spec, 0);
  }
  static int inPlaceInput(const BinaryOptions &, const KernelSpec &spec) {
    return inPlaceIfAlike(spec, 0) == 0 ? 0 : inPlaceIfAlike(spec, 1);
  }

  template <typename Options> static double price(const Options &options, const KernelSpec &spec) {
    return priceOfVectors(workOf(spec), rates(options, spec), spec.threads);
  }

private:
  /// Loops that move or compute what memory brings.
  template <typename Options> static Rates rates(const Options &, const KernelSpec &) {
    return {0.3, 0.3};
  }
  static Rates rates(const UnaryOptions &options, const KernelSpec &spec);
};

} // namespace quantir::runtime::native

#endif // QUANTIR_RUNTIME_KERNELS_NATIVE_KERNELS_H
