//===- Backend.cpp - The backend that defines what is right ----------------===//

#include "runtime/kernels/reference/Reference.h"

#include "runtime/kernels/Backends.h"

namespace quantir::runtime {
namespace reference {

bool sameMemoryOrder(const Operand &a, const Operand &b) {
  return sizeOf(a.dtype) == sizeOf(b.dtype) && a.dims == b.dims && a.strides == b.strides;
}

static KernelPtr create(const KernelSpec &spec) {
  switch (spec.op->kind_type()) {
  case plan::OpKind::Quantize:
    return createQuantize(spec);
  case plan::OpKind::Dequantize:
    return createDequantize(spec);
  case plan::OpKind::Requantize:
    return createRequantize(spec);
  case plan::OpKind::Reorder:
    return createReorder(spec);
  case plan::OpKind::Conv:
  case plan::OpKind::ConvTranspose:
    return createConv(spec);
  case plan::OpKind::MatMul:
    return createMatMul(spec);
  case plan::OpKind::ChannelAffine:
    return createChannelAffine(spec);
  case plan::OpKind::Unary:
    return createUnary(spec);
  case plan::OpKind::Binary:
    return createBinary(spec);
  case plan::OpKind::Softmax:
    return createSoftmax(spec);
  case plan::OpKind::Pool:
    return createPool(spec);
  case plan::OpKind::AdaptiveAveragePool:
    return createAdaptiveAveragePool(spec);
  case plan::OpKind::Mean:
    return createMean(spec);
  case plan::OpKind::Reshape:
    return createReshape(spec);
  case plan::OpKind::Transpose:
    return createTranspose(spec);
  case plan::OpKind::Slice:
    return createSlice(spec);
  case plan::OpKind::Concat:
    return createConcat(spec);
  case plan::OpKind::Pad:
    return createPad(spec);
  case plan::OpKind::Expand:
    return createExpand(spec);
  case plan::OpKind::LayerNorm:
    return createLayerNorm(spec);
  case plan::OpKind::GroupNorm:
    return createGroupNorm(spec);
  case plan::OpKind::PRelu:
    return createPRelu(spec);
  case plan::OpKind::Resample:
    return createResample(spec);
  case plan::OpKind::Embedding:
    return createEmbedding(spec);
  case plan::OpKind::EmbeddingBag:
    return createEmbeddingBag(spec);
  case plan::OpKind::Lstm:
    return createLstm(spec);
  case plan::OpKind::FakeQuantizeDynamic:
    return createFakeQuantizeDynamic(spec);
  case plan::OpKind::FakeQuantizeAffine:
    return createFakeQuantizeAffine(spec);
  case plan::OpKind::RoundFloat16:
    return createRoundFloat16(spec);
  case plan::OpKind::Observe: // the session's
  case plan::OpKind::NONE:
    break;
  }
  return nullptr;
}

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
    return create(spec);
  }
};

} // namespace
} // namespace reference

const Backend &referenceBackend() {
  static const reference::ReferenceBackend backend;
  return backend;
}

} // namespace quantir::runtime
