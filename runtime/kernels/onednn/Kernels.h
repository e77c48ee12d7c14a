//===- Kernels.h - The kernels of this backend ------------------*- C++ -*-===//
//
// Each returns null when this backend has no good kernel for the spec.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_RUNTIME_KERNELS_ONEDNN_KERNELS_H
#define QUANTIR_RUNTIME_KERNELS_ONEDNN_KERNELS_H

#include "runtime/kernels/Dispatch.h"
#include "runtime/plan/KernelSupport.h"

namespace quantir::runtime::onednn {

/// One primitive does all of it, or nearly.
struct Kernels {
  static constexpr std::string_view implementation = "onednn";

  static std::unique_ptr<Kernel> create(const ConvOptions &options, const KernelSpec &spec);
  static std::unique_ptr<Kernel> create(const ConvTransposeOptions &options,
                                        const KernelSpec &spec);
  static std::unique_ptr<Kernel> create(const MatMulOptions &options, const KernelSpec &spec);
  static std::unique_ptr<Kernel> create(const UnaryOptions &options, const KernelSpec &spec);
  static std::unique_ptr<Kernel> create(const SoftmaxOptions &options, const KernelSpec &spec);
  static std::unique_ptr<Kernel> create(const PoolOptions &options, const KernelSpec &spec);

  static bool accepts(const ConvOptions &options, const KernelSpec &spec);
  static bool accepts(const ConvTransposeOptions &options, const KernelSpec &spec);
  static bool accepts(const MatMulOptions &options, const KernelSpec &spec);

  template <OneOf<ConvOptions, MatMulOptions> Options>
  static int inPlaceInput(const Options &, const KernelSpec &spec) {
    return addendInPlace(spec);
  }
  static int inPlaceInput(const UnaryOptions &, const KernelSpec &spec) {
    return inPlaceIfAlike(spec, 0);
  }

  template <typename Options> static double price(const Options &, const KernelSpec &spec) {
    return priceOf(spec, /*throughFloat=*/false);
  }

  /// The addend's index if its memory can become the result's, else -1.
  static int addendInPlace(const KernelSpec &spec);
  static double priceOf(const KernelSpec &spec, bool throughFloat);
};

/// Integers are multiplied as floats (ThroughFloat.h), where that is right and a primitive of
/// integers is not.
struct ThroughFloatKernels {
  static constexpr std::string_view implementation = "onednn:through_float";

  static std::unique_ptr<Kernel> create(const ConvOptions &options, const KernelSpec &spec);
  static std::unique_ptr<Kernel> create(const ConvTransposeOptions &options,
                                        const KernelSpec &spec);
  static std::unique_ptr<Kernel> create(const MatMulOptions &options, const KernelSpec &spec);

  template <typename Options> static bool accepts(const Options &, const KernelSpec &spec) {
    return spec.inputs[0]->dtype != DType::Float32;
  }
  template <OneOf<ConvOptions, MatMulOptions> Options>
  static int inPlaceInput(const Options &, const KernelSpec &spec) {
    return Kernels::addendInPlace(spec);
  }
  template <typename Options> static double price(const Options &, const KernelSpec &spec) {
    return Kernels::priceOf(spec, /*throughFloat=*/true);
  }
};

} // namespace quantir::runtime::onednn

#endif // QUANTIR_RUNTIME_KERNELS_ONEDNN_KERNELS_H
