//===- Conv.cpp - Convolutions and transposed convolutions ------*- C++ -*-===//

#include "runtime/kernels/native/BoxCopy.h"
#include "runtime/kernels/onednn/Kernels.h"
#include "runtime/kernels/onednn/ThroughFloat.h"
#include "runtime/kernels/onednn/Weighted.h"

using dnnl::memory;

namespace quantir::runtime::onednn {

namespace {

/// The window in oneDNN's terms.
struct Geometry {
  memory::dims strides, dilations, padBegin, padEnd;
};

Geometry geometryOf(const WindowInfo &window, bool transposed) {
  Geometry g{window.strides, window.dilations, window.padBegin, window.padEnd};
  for (size_t i = 0; i < window.rank(); ++i) {
    const int64_t extent = window.dilations[i] * (window.kernel[i] - 1) + 1;
    g.dilations[i] = window.dilations[i] - 1;
    // The end padding that makes the sizes agree exactly: less than the plan's when the last stride
    // does not fit, or when a transposed convolution has output padding; negative then, perhaps.
    const auto [wide, narrow] = transposed ? std::pair(window.output[i], window.input[i])
                                           : std::pair(window.input[i], window.output[i]);
    g.padEnd[i] = (narrow - 1) * window.strides[i] + extent - wide - window.padBegin[i];
  }
  return g;
}

/// The weight as oneDNN's [groups,] out, in, window. A plan has [O, I/groups, window], transposed
/// [I/groups, O, window].
memory::desc weightDesc(const ConvInfo &info, bool transposed, memory::data_type type) {
  const int64_t out = info.outPerGroup(), in = info.inPerGroup();
  memory::dims dims{info.groups, out, in}, strides(3);
  dims.insert(dims.end(), info.window.kernel.begin(), info.window.kernel.end());
  strides.resize(dims.size());
  int64_t next = 1;
  for (size_t i = dims.size(); i-- > 3; next *= dims[i])
    strides[i] = next;
  strides[1] = transposed ? next : next * in;
  strides[2] = transposed ? next * out * info.groups : next;
  strides[0] = strides[1] * out;
  if (info.groups == 1) {
    dims.erase(dims.begin());
    strides.erase(strides.begin());
  }
  return memory::desc(dims, type, strides);
}

memory::desc anyLayout(const memory::desc &desc) {
  return memory::desc(desc.get_dims(), desc.get_data_type(), memory::format_tag::any);
}

/// Builds one convolution. `Primitive` is convolution_forward or deconvolution_forward, which are
/// made alike.
template <typename Primitive> class ConvBuilder {
public:
  ConvBuilder(const KernelSpec &spec, const ConvInfo &info, WeightedOp op,
              dnnl::algorithm algorithm)
      : info(info), op(op), algorithm(algorithm),
        transposed(std::is_same_v<Primitive, dnnl::deconvolution_forward>) {
    geometry = geometryOf(info.window, transposed);
  }

  /// One primitive that does everything.
  std::unique_ptr<Kernel> buildFused() {
    const Division division(op);
    const WeightedOp &first = division.primitive();
    const memory::desc source = channelsLast(*info.input), result = channelsLast(*first.output);
    const Fusion fusion = fuse(first, info.groups == 1 ? 1 : 3, result, builder);
    const memory::desc weight = weightDesc(info, transposed, dataType(info.weight->dtype));
    const memory::desc bias =
        info.bias ? vectorDesc(info.outChannels, memory::data_type::f32) : memory::desc();
    const auto desc = describe(source, weight, bias, result, fusion.attr);
    if (!isUsable(desc))
      return nullptr;

    const bool movesResult = !isChannelsLast(*info.output);
    if (movesResult && info.addend)
      return nullptr;
    const Buffer x = moved(*info.input, op.buffer(WeightedOp::inputIndex));
    const std::optional<Buffer> w =
        packWeights({*op.spec, WeightedOp::weightIndex, weight}, desc.weights_desc(), builder);
    if (!w)
      return nullptr;
    const Buffer y = movesResult
                         ? builder.scratch(info.output->numElements() * sizeOf(info.output->dtype))
                         : Buffer::output(0);
    const Buffer value = division.primitiveResult(y, builder);
    const std::optional<Buffer> b = biasBuffer(op, builder);
    const auto addPrimitive = [&](const auto &primitive, const Fusion &fused) {
      PrimitiveStage &stage = onednn::addPrimitive<Primitive>(primitive, builder);
      stage.bind(DNNL_ARG_SRC, source, x);
      stage.bind(DNNL_ARG_WEIGHTS, primitive.weights_desc(), *w);
      if (b)
        stage.bind(DNNL_ARG_BIAS, bias, *b);
      stage.bind(DNNL_ARG_DST, result, value);
      fused.bindTo(stage);
    };
    const size_t begin = builder.numStages();
    if (fusion.copiesAddend)
      addAddendCopy(first, value, builder);
    addPrimitive(desc, fusion);
    division.addRest(value, y, builder);
    if (std::optional<FiniteCheck> check =
            division.isOfFloats() ? FiniteCheck::of(op) : std::nullopt) {
      const Fusion all = fuse(op, info.groups == 1 ? 1 : 3, result, builder);
      const auto whole = describe(source, weight, bias, result, all.attr);
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
    if (movesResult)
      addCopy(*info.output, y, denseStrides(info.output->dims, Layout::ChannelsLast),
              Buffer::output(0), info.output->strides);
    return builder.finish(implementationName(desc));
  }

  /// Integers multiplied as floats, and finished by a loop.
  std::unique_ptr<Kernel> buildThroughFloat() {
    if (!info.weight->constant || !isChannelsLast(*info.output) || !isChannelsLast(*info.input))
      return nullptr;
    const auto floats = memory::data_type::f32;
    const memory::desc source(info.input->dims, floats, info.input->strides);
    const memory::desc result(info.output->dims, floats, info.output->strides);
    const memory::desc weight = weightDesc(info, transposed, floats);
    dnnl::primitive_attr attr;
    attr.set_scratchpad_mode(dnnl::scratchpad_mode::user);
    const auto desc = describe(source, weight, memory::desc(), result, attr);
    if (!isUsable(desc))
      return nullptr;

    const std::optional<Buffer> w = packWeights({*op.spec, WeightedOp::weightIndex, weight, true},
                                                desc.weights_desc(), builder);
    if (!w)
      return nullptr;
    const Buffer x = addCentring(*info.input, op.buffer(WeightedOp::inputIndex), builder);
    const Buffer sums = builder.scratch(result.get_size());
    PrimitiveStage &stage = onednn::addPrimitive<Primitive>(desc, builder);
    stage.bind(DNNL_ARG_SRC, source, x);
    stage.bind(DNNL_ARG_WEIGHTS, desc.weights_desc(), *w);
    stage.bind(DNNL_ARG_DST, result, sums);
    addFinish(op, sums, builder);
    return builder.finish(std::string("onednn:through_float:") + desc.impl_info_str());
  }

private:
  /// The best implementation that is right, or an empty descriptor.
  typename Primitive::primitive_desc describe(const memory::desc &source,
                                              const memory::desc &weight, const memory::desc &bias,
                                              const memory::desc &result,
                                              const dnnl::primitive_attr &attr) const {
    auto desc = describePrimitive<typename Primitive::primitive_desc>(
        dnnl::prop_kind::forward_inference, algorithm, source, anyLayout(weight), bias, result,
        geometry.strides, geometry.dilations, geometry.padBegin, geometry.padEnd, attr);
    while (isUsable(desc) && isFaulty(desc.impl_info_str()))
      if (!desc.next_impl())
        return {};
    return desc;
  }

  /// Integer implementations of oneDNN 3.7 that were found to give wrong sums (test/Unit/OneDNN
  /// keeps cases of each): BRGEMM's, whose groups after the first can get a wrong compensation for
  /// zero points, and which without AVX-512 writes nothing if the last block of 32 input channels
  /// lacks one to three; with AMX, a result one pixel wide whose stride is not one; and by GEMM,
  /// some depthwise windows in three dimensions.
  bool isFaulty(std::string_view implementation) const {
    const auto has = [&](std::string_view part) {
      return implementation.find(part) != implementation.npos;
    };
    if (!op.isInteger())
      return false;
    return (info.groups > 1 && (has("brg_conv_fwd") || has("amx"))) ||
           (info.inChannels % 32 > 28 && has("brg_conv_fwd:avx2")) ||
           (info.window.output.back() == 1 && info.window.strides.back() > 1 && has("amx")) ||
           (!transposed && has("gemm_s8"));
  }

  static memory::desc channelsLast(const Operand &operand) {
    return descOf(operand, Layout::ChannelsLast);
  }
  static bool isChannelsLast(const Operand &operand) {
    return operand.strides == denseStrides(operand.dims, Layout::ChannelsLast);
  }

  /// `from`, put channels-last if it is not.
  Buffer moved(const Operand &operand, Buffer from) {
    if (isChannelsLast(operand))
      return from;
    const Buffer to = builder.scratch(operand.numElements() * sizeOf(operand.dtype));
    addCopy(operand, from, operand.strides, to, denseStrides(operand.dims, Layout::ChannelsLast));
    return to;
  }

  void addCopy(const Operand &operand, Buffer from, const std::vector<int64_t> &fromStrides,
               Buffer to, const std::vector<int64_t> &toStrides) {
    builder.addLoop(
        [from, to,
         copy = BoxCopy(operand.dims, sizeOf(operand.dtype), 0, fromStrides, 0, toStrides)](
            const RunContext &context) { copy.run(from.resolve(context), to.resolve(context)); });
  }

  const ConvInfo &info;
  WeightedOp op;
  dnnl::algorithm algorithm;
  PipelineBuilder builder;
  bool transposed;
  Geometry geometry;
};

/// A Conv or ConvTranspose in both of the forms that ConvBuilder wants.
struct Convolution {
  ConvInfo info;
  WeightedOp op;

  Convolution(const KernelSpec &spec, bool transposed) : info(convInfo(spec)) {
    op.spec = &spec;
    op.input = info.input;
    op.weight = info.weight;
    op.bias = info.bias;
    op.addend = info.addend;
    op.output = info.output;
    op.activation = info.activation;
    op.channels = info.outChannels;
    op.channelAxis = transposed ? 1 : 0;
    op.terms = info.weight->numElements() / info.outChannels;
    op.addsInPlace = spec.inPlaceInput == int(WeightedOp::addendIndex);
  }

  bool isSupported() const {
    return info.window.rank() <= 3 && fitsPrimitive(info.window) && onednn::isSupported(op);
  }
};

enum class Way { Fused, ThroughFloat };

template <typename Primitive>
std::unique_ptr<Kernel> build(const KernelSpec &spec, dnnl::algorithm algorithm, Way way) {
  constexpr bool transposed = std::is_same_v<Primitive, dnnl::deconvolution_forward>;
  const Convolution conv(spec, transposed);
  if (!conv.isSupported())
    return nullptr;
  ConvBuilder<Primitive> builder(spec, conv.info, conv.op, algorithm);
  return way == Way::Fused ? builder.buildFused() : builder.buildThroughFloat();
}

std::unique_ptr<Kernel> buildConv(const KernelSpec &spec, Way way) {
  return build<dnnl::convolution_forward>(spec, dnnl::algorithm::convolution_direct, way);
}

std::unique_ptr<Kernel> buildConvTranspose(const KernelSpec &spec, Way way) {
  return build<dnnl::deconvolution_forward>(spec, dnnl::algorithm::deconvolution_direct, way);
}

} // namespace

std::unique_ptr<Kernel> Kernels::create(const ConvOptions &, const KernelSpec &spec) {
  return buildConv(spec, Way::Fused);
}
std::unique_ptr<Kernel> Kernels::create(const ConvTransposeOptions &, const KernelSpec &spec) {
  return buildConvTranspose(spec, Way::Fused);
}
std::unique_ptr<Kernel> ThroughFloatKernels::create(const ConvOptions &, const KernelSpec &spec) {
  return buildConv(spec, Way::ThroughFloat);
}
std::unique_ptr<Kernel> ThroughFloatKernels::create(const ConvTransposeOptions &,
                                                    const KernelSpec &spec) {
  return buildConvTranspose(spec, Way::ThroughFloat);
}

bool Kernels::accepts(const ConvOptions &, const KernelSpec &spec) {
  return multipliesExactly(*spec.inputs[WeightedOp::inputIndex],
                           *spec.inputs[WeightedOp::weightIndex]);
}

/// oneDNN 3.7's integer deconvolutions give wrong sums for some windows, with every instruction set
/// (the conformance suite finds them); its float ones are right.
bool Kernels::accepts(const ConvTransposeOptions &, const KernelSpec &spec) {
  return spec.inputs[WeightedOp::inputIndex]->dtype == DType::Float32;
}

} // namespace quantir::runtime::onednn
