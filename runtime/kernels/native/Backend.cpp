//===- Backend.cpp - The native backend -------------------------*- C++ -*-===//
//
// Loops of our own, on tensors of any layout, best channels-last.
//
//===----------------------------------------------------------------------===//

#include "runtime/kernels/Backends.h"
#include "runtime/kernels/Dispatch.h"
#include "runtime/kernels/native/Kernels.h"

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

class NativeBackend final : public Backend {
public:
  std::string_view name() const override { return "native"; }
  const Backend *next() const override { return &referenceBackend(); }

  void offer(const KernelSpec &spec, std::vector<Candidate> &candidates) const override {
    if (!hasIndices(spec))
      offerFrom<Kernels>(*this, spec, candidates);
  }
};

} // namespace
} // namespace native

const Backend &nativeBackend() {
  static const native::NativeBackend backend;
  return backend;
}

} // namespace quantir::runtime
