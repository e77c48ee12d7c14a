//===- Backend.cpp - The backend that defines what is right ----------------===//

#include "runtime/kernels/reference/Reference.h"

#include "runtime/kernels/Backends.h"
#include "runtime/kernels/Dispatch.h"

namespace quantir::runtime {
namespace reference {

bool sameMemoryOrder(const Operand &a, const Operand &b) {
  return sizeOf(a.dtype) == sizeOf(b.dtype) && a.dims == b.dims && a.strides == b.strides;
}

/// The session's.
KernelPtr Kernels::create(const ObserveOptions &, const KernelSpec &) { return nullptr; }

/// Kernels that may write where they read do so element by element: each is read before it is
/// written.
static int inPlaceInput(const KernelSpec &spec) {
  auto sameOrder = [&](size_t index) {
    const Operand *input = optionalInput(spec, index);
    return input && sameMemoryOrder(*input, *spec.outputs[0]) ? static_cast<int>(index) : -1;
  };
  switch (spec.op->kind_type()) {
  case plan::OpKind::Requantize:
  case plan::OpKind::Reorder:
  case plan::OpKind::ChannelAffine:
  case plan::OpKind::Unary:
  case plan::OpKind::FakeQuantizeDynamic:
  case plan::OpKind::FakeQuantizeAffine:
  case plan::OpKind::RoundFloat16:
    return sameOrder(0);
  case plan::OpKind::Binary:
    return sameOrder(0) == 0 ? 0 : sameOrder(1);
  case plan::OpKind::Conv:
  case plan::OpKind::MatMul:
    return sameOrder(3);
  case plan::OpKind::Reshape:
    return isReshapeInPlace(*spec.inputs[0], *spec.outputs[0]) ? 0 : -1;
  default:
    return -1;
  }
}

namespace {

class ReferenceBackend final : public Backend {
public:
  std::string_view name() const override { return "reference"; }
  const Backend *next() const override { return nullptr; }
  int inPlaceInput(const KernelSpec &spec) const override { return reference::inPlaceInput(spec); }
  Result<std::unique_ptr<Kernel>> createKernel(const KernelSpec &spec) const override {
    return createFrom<Kernels>(spec);
  }
};

} // namespace
} // namespace reference

const Backend &referenceBackend() {
  static const reference::ReferenceBackend backend;
  return backend;
}

} // namespace quantir::runtime
