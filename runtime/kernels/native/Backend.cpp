//===- Backend.cpp - The native backend -------------------------*- C++ -*-===//
//
// Loops of our own, on tensors of any layout, best channels-last.
//
//===----------------------------------------------------------------------===//

#include "runtime/kernels/Backends.h"
#include "runtime/kernels/Dispatch.h"
#include "runtime/kernels/native/Kernels.h"
#include "runtime/plan/KernelSupport.h"

#include <algorithm>

namespace quantir::runtime {
namespace native {
namespace {

/// Indices are moved by the reference backend.
bool hasIndices(const KernelSpec &spec) {
  return std::any_of(spec.inputs.begin(), spec.inputs.end(), [](const Operand *operand) {
    return operand && operand->dtype == DType::Int64;
  });
}

/// Whether an input lies in memory as the result does, element by element.
bool sameMemory(const KernelSpec &spec, size_t index) {
  const Operand &input = *spec.inputs[index], &output = *spec.outputs[0];
  return !input.constant && sizeOf(input.dtype) == sizeOf(output.dtype) &&
         input.dims == output.dims && input.strides == output.strides;
}

class NativeBackend final : public Backend {
public:
  std::string_view name() const override { return "native"; }
  const Backend *next() const override { return &referenceBackend(); }

  int inPlaceInput(const KernelSpec &spec) const override {
    switch (spec.op->kind_type()) {
    case plan::OpKind::Unary:
    case plan::OpKind::ChannelAffine:
    case plan::OpKind::PRelu:
    case plan::OpKind::Requantize:
      return sameMemory(spec, 0) ? 0 : -1;
    case plan::OpKind::Binary:
      return sameMemory(spec, 0) ? 0 : sameMemory(spec, 1) ? 1 : -1;
    default:
      return -1;
    }
  }

  Result<std::unique_ptr<Kernel>> createKernel(const KernelSpec &spec) const override {
    return hasIndices(spec) ? nullptr : createFrom<Kernels>(spec);
  }
};

} // namespace
} // namespace native

const Backend &nativeBackend() {
  static const native::NativeBackend backend;
  return backend;
}

} // namespace quantir::runtime
