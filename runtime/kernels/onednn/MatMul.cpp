//===- MatMul.cpp - Matrix products -----------------------------*- C++ -*-===//

#include "runtime/kernels/onednn/Kernels.h"
#include "runtime/kernels/onednn/ThroughFloat.h"
#include "runtime/kernels/onednn/Weighted.h"

#include <algorithm>

using dnnl::memory;

namespace quantir::runtime::onednn {

namespace {

/// Dims and strides of one matrix, or of a stack of them.
struct View {
  memory::dims dims, strides;

  memory::desc desc(memory::data_type type) const { return memory::desc(dims, type, strides); }
};

/// With ones in front up to `rank` dimensions.
View viewOf(const Operand &operand, size_t rank) {
  View view{operand.dims, operand.strides};
  const size_t missing = rank - operand.dims.size();
  view.dims.insert(view.dims.begin(), missing, 1);
  view.strides.insert(view.strides.begin(), missing, operand.numElements());
  return view;
}

/// Whether an operand is one matrix, with or without dimensions of 1 in front.
bool isOneMatrix(const Operand &operand) {
  return std::all_of(operand.dims.begin(), operand.dims.end() - 2,
                     [](int64_t d) { return d == 1; });
}

/// Whether a stack of matrices on one side is met by fewer on the other, which are then repeated.
bool broadcastsStacks(const Operand &a, const Operand &b) {
  return a.dims.size() != b.dims.size() ||
         !std::equal(a.dims.begin(), a.dims.end() - 2, b.dims.begin());
}

/// All dimensions but the last as one: a stack of matrices by one matrix is one product.
View flattened(const Operand &operand) {
  const int64_t columns = operand.dims.back();
  return {{operand.numElements() / columns, columns}, {columns, 1}};
}

/// The matrix of an operand for which isOneMatrix holds.
View lastTwo(const Operand &operand) {
  return {{operand.dims.end() - 2, operand.dims.end()},
          {operand.strides.end() - 2, operand.strides.end()}};
}

class MatMulBuilder {
public:
  MatMulBuilder(const MatMulInfo &info, WeightedOp op) : info(info), op(op) {
    const bool flat = isOneMatrix(*info.rhs);
    const size_t rank = flat ? 2 : info.output->dims.size();
    lhs = flat ? flattened(*info.lhs) : viewOf(*info.lhs, rank);
    output = flat ? flattened(*info.output) : viewOf(*info.output, rank);
    rhs = flat ? lastTwo(*info.rhs) : viewOf(*info.rhs, rank);
    if (info.transposeB) {
      std::swap(rhs.dims[rank - 1], rhs.dims[rank - 2]);
      std::swap(rhs.strides[rank - 1], rhs.strides[rank - 2]);
    }
    channelMask = 1 << (rank - 1);
  }

  std::unique_ptr<Kernel> buildFused() {
    const memory::desc left = lhs.desc(dataType(info.lhs->dtype));
    const memory::desc right = rhs.desc(dataType(info.rhs->dtype));
    const Division division(op);
    const WeightedOp &first = division.primitive();
    const memory::desc result = output.desc(dataType(first.output->dtype));
    const Fusion fusion = fuse(first, channelMask, result, builder);
    const auto desc = describe(left, right, biasDesc(), result, fusion.attr);
    if (!isUsable(desc))
      return nullptr;
    const std::optional<Buffer> b =
        packWeights({*op.spec, WeightedOp::weightIndex, right}, desc.weights_desc(), builder);
    if (!b)
      return nullptr;
    const Buffer value = division.primitiveResult(Buffer::output(0), builder);
    const std::optional<Buffer> bias = biasBuffer(op, builder);
    const auto addPrimitive = [&](const dnnl::matmul::primitive_desc &primitive,
                                  const Fusion &fused) {
      PrimitiveStage &stage = onednn::addPrimitive<dnnl::matmul>(primitive, builder);
      stage.bind(DNNL_ARG_SRC, left, op.buffer(WeightedOp::inputIndex));
      stage.bind(DNNL_ARG_WEIGHTS, primitive.weights_desc(), *b);
      if (bias)
        stage.bind(DNNL_ARG_BIAS, biasDesc(), *bias);
      stage.bind(DNNL_ARG_DST, result, value);
      fused.bindTo(stage);
    };
    const size_t begin = builder.numStages();
    if (fusion.copiesAddend)
      addAddendCopy(first, value, builder);
    addPrimitive(desc, fusion);
    division.addRest(value, Buffer::output(0), builder);
    if (std::optional<FiniteCheck> check =
            division.isOfFloats() ? FiniteCheck::of(op) : std::nullopt) {
      const Fusion all = fuse(op, channelMask, result, builder);
      const auto whole = describe(left, right, biasDesc(), result, all.attr);
      // The same implementation, so that a number does not depend on what else the batch holds.
      if (isUsable(whole) && whole.weights_desc() == desc.weights_desc() &&
          std::string_view(whole.impl_info_str()) == desc.impl_info_str()) {
        auto divided = builder.takeFrom(begin);
        addPrimitive(whole, all);
        auto fused = builder.takeFrom(begin);
        addChoice(*std::move(check), std::move(fused), std::move(divided), builder);
      }
    } else {
      addMagnitude(op, builder);
    }
    return builder.finish(implementationName(desc));
  }

  std::unique_ptr<Kernel> buildThroughFloat() {
    const auto floats = memory::data_type::f32;
    const memory::desc left = lhs.desc(floats), right = rhs.desc(floats),
                       sums = output.desc(floats);
    dnnl::primitive_attr attr;
    attr.set_scratchpad_mode(dnnl::scratchpad_mode::user);
    const auto desc = describe(left, right, memory::desc(), sums, attr);
    if (!isUsable(desc))
      return nullptr;
    const std::optional<Buffer> b =
        packWeights({*op.spec, WeightedOp::weightIndex, right, true}, desc.weights_desc(), builder);
    if (!b)
      return nullptr;
    const Buffer a = addCentring(*info.lhs, op.buffer(WeightedOp::inputIndex), builder);
    const Buffer y = builder.scratch(sums.get_size());
    PrimitiveStage &stage = onednn::addPrimitive<dnnl::matmul>(desc, builder);
    stage.bind(DNNL_ARG_SRC, left, a);
    stage.bind(DNNL_ARG_WEIGHTS, desc.weights_desc(), *b);
    stage.bind(DNNL_ARG_DST, sums, y);
    addFinish(op, y, builder);
    return builder.finish(std::string("onednn:through_float:") + desc.impl_info_str());
  }

private:
  /// A constant right side is packed as the primitive likes it.
  dnnl::matmul::primitive_desc describe(const memory::desc &left, const memory::desc &right,
                                        const memory::desc &bias, const memory::desc &result,
                                        const dnnl::primitive_attr &attr) const {
    const memory::desc weights =
        info.rhs->constant
            ? memory::desc(right.get_dims(), right.get_data_type(), memory::format_tag::any)
            : right;
    return describePrimitive<dnnl::matmul::primitive_desc>(left, weights, bias, result, attr);
  }

  memory::desc biasDesc() const {
    if (!info.bias)
      return memory::desc();
    memory::dims dims(output.dims.size(), 1), strides(output.dims.size(), info.n);
    dims.back() = info.n;
    strides.back() = 1;
    return memory::desc(dims, memory::data_type::f32, strides);
  }

  const MatMulInfo &info;
  WeightedOp op;
  PipelineBuilder builder;
  View lhs, rhs, output;
  int channelMask;
};

bool isRowMajor(const Operand &operand) {
  return operand.strides == denseStrides(operand.dims, Layout::RowMajor);
}

template <typename Build>
std::unique_ptr<Kernel> buildMatMul(const KernelSpec &spec, const Build &build) {
  for (const Operand *operand : {spec.inputs[0], spec.inputs[1], spec.outputs[0]})
    if (operand->dims.size() < 2 || !isRowMajor(*operand))
      return nullptr;
  const MatMulInfo info = matMulInfo(spec);
  WeightedOp op;
  op.spec = &spec;
  op.input = info.lhs;
  op.weight = info.rhs;
  op.bias = info.bias;
  op.addend = info.addend;
  op.output = info.output;
  op.activation = info.activation;
  op.channels = info.n;
  op.terms = info.k;
  op.addsInPlace = spec.inPlaceInput == int(WeightedOp::addendIndex);
  const size_t rank = info.rhs->dims.size();
  op.channelAxis = info.transposeB ? rank - 2 : rank - 1;
  if (!isSupported(op) || info.output->dims.size() > DNNL_MAX_NDIMS ||
      (rank > 2 && op.isInteger() && !info.rhs->quant->perTensor()))
    return nullptr;
  // oneDNN 3.7 adds the bias wrongly when it repeats matrices.
  if (info.bias && !isOneMatrix(*info.rhs) && broadcastsStacks(*info.lhs, *info.rhs))
    return nullptr;
  return build(MatMulBuilder(info, op));
}

} // namespace

std::unique_ptr<Kernel> Kernels::create(const MatMulOptions &, const KernelSpec &spec) {
  return buildMatMul(spec, [](MatMulBuilder builder) { return builder.buildFused(); });
}

std::unique_ptr<Kernel> ThroughFloatKernels::create(const MatMulOptions &, const KernelSpec &spec) {
  return buildMatMul(spec, [](MatMulBuilder builder) { return builder.buildThroughFloat(); });
}

bool Kernels::accepts(const MatMulOptions &, const KernelSpec &spec) {
  return multipliesExactly(*spec.inputs[WeightedOp::inputIndex],
                           *spec.inputs[WeightedOp::weightIndex]);
}

} // namespace quantir::runtime::onednn
