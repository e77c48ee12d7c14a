//===- Conv.cpp - Convolution and its transpose ----------------------------===//

#include "runtime/kernels/Loops.h"
#include "runtime/kernels/reference/Weighted.h"

namespace quantir::runtime::reference {
namespace {

/// One position of the window that falls on the input.
struct Tap {
  int64_t inputOffset;
  int64_t index; ///< among all positions of the window
};

/// Both directions: a result is a sum over the window's taps of products over the input channels.
/// They differ in where a tap reads the input, and in how the weight is stored.
template <typename In, typename Sum> class ConvKernel final : public Kernel {
  using Weight = typename ProductTypes<In>::Weight;

public:
  ConvKernel(const KernelSpec &spec, bool transposed)
      : info(convInfo(spec)), transposed(transposed), taps(numElements(info.window.kernel)),
        zeroPoint(inputZeroPoint(*info.input)),
        epilogue(*info.input, *info.weight, info.bias, info.addend, *info.output, info.activation) {
    if (info.weight->constant) {
      packed.resize(packedCount());
      withWeights(info.weight->constant, packed.data());
    }
  }

  size_t scratchBytes() const override {
    return taps * sizeof(Tap) + (packed.empty() ? packedCount() * sizeof(Weight) : 0);
  }
  size_t packedBytes() const override { return packed.size() * sizeof(Weight); }
  std::string_view implementation() const override { return "reference"; }

  void run(const void *const *inputs, void *const *outputs, void *scratch) override {
    Tap *list = static_cast<Tap *>(scratch);
    const Weight *weights = packed.data();
    if (packed.empty()) {
      auto *unpacked = reinterpret_cast<Weight *>(list + taps);
      withWeights(inputs[1], unpacked);
      weights = unpacked;
    }
    Epilogue::Pointers pointers{info.bias ? inputs[2] : nullptr, info.addend ? inputs[3] : nullptr,
                                outputs[0]};
    for (int64_t n = 0; n < info.batch; ++n)
      forEachIndex(info.window.output, [&](std::span<const int64_t> position) {
        int64_t count = collectTaps(position, list);
        computePixel(static_cast<const In *>(inputs[0]) + n * info.input->strides[0], n, position,
                     std::span<const Tap>(list, count), weights, pointers);
      });
  }

private:
  size_t packedCount() const { return info.outChannels * taps * info.inPerGroup(); }

  /// Lists the taps of one result position; returns how many there are.
  int64_t collectTaps(std::span<const int64_t> position, Tap *list) const {
    const WindowInfo &window = info.window;
    int64_t count = 0, index = 0;
    forEachIndex(window.kernel, [&](std::span<const int64_t> k) {
      int64_t offset = 0;
      bool inside = true;
      for (size_t d = 0; inside && d < k.size(); ++d) {
        int64_t at;
        if (transposed) {
          at = position[d] + window.padBegin[d] - k[d] * window.dilations[d];
          inside = at >= 0 && at % window.strides[d] == 0;
          at /= window.strides[d];
        } else {
          at = position[d] * window.strides[d] - window.padBegin[d] + k[d] * window.dilations[d];
        }
        inside = inside && at >= 0 && at < window.input[d];
        offset += at * info.input->strides[d + 2];
      }
      if (inside)
        list[count++] = {offset, index};
      ++index;
    });
    return count;
  }

  void computePixel(const In *input, int64_t n, std::span<const int64_t> position,
                    std::span<const Tap> list, const Weight *weights,
                    const Epilogue::Pointers &pointers) const {
    int64_t inPerGroup = info.inPerGroup(), outPerGroup = info.outPerGroup();
    int64_t channelStride = info.input->strides[1];
    int64_t outputBase = offsetOf(*info.output, n, position);
    int64_t addendBase = info.addend ? offsetOf(*info.addend, n, position) : 0;
    for (int64_t o = 0; o < info.outChannels; ++o) {
      const In *group = input + o / outPerGroup * inPerGroup * channelStride;
      const Weight *row = weights + o * taps * inPerGroup;
      Sum sum = 0;
      for (const Tap &tap : list)
        sum += dotProduct<Sum>(group + tap.inputOffset, channelStride, zeroPoint,
                               row + tap.index * inPerGroup, 1, inPerGroup);
      epilogue.store(sum, o, info.addend ? addendBase + o * info.addend->strides[1] : 0,
                     outputBase + o * info.output->strides[1], pointers);
    }
  }

  static int64_t offsetOf(const Operand &operand, int64_t n, std::span<const int64_t> position) {
    int64_t offset = n * operand.strides[0];
    for (size_t d = 0; d < position.size(); ++d)
      offset += position[d] * operand.strides[d + 2];
    return offset;
  }

  /// Writes the weights as [O][tap][I/groups], zero points taken off.
  void withWeights(const void *data, Weight *to) const {
    if constexpr (std::is_same_v<In, float>)
      pack(static_cast<const float *>(data), to);
    else if (info.weight->dtype == DType::UInt8)
      pack(static_cast<const uint8_t *>(data), to);
    else
      pack(static_cast<const int8_t *>(data), to);
  }

  template <typename From> void pack(const From *from, Weight *to) const {
    const Operand &weight = *info.weight;
    int64_t inPerGroup = info.inPerGroup();
    // [O, I / groups, kernel], transposed [I / groups, O, kernel].
    int64_t outStride = weight.strides[transposed ? 1 : 0];
    int64_t inStride = weight.strides[transposed ? 0 : 1];
    for (int64_t o = 0; o < info.outChannels; ++o) {
      int32_t weightZero = weight.quant ? zeroPointOf(*weight.quant, o) : 0;
      forEachIndex(info.window.kernel, [&](std::span<const int64_t> k) {
        int64_t offset = 0;
        for (size_t d = 0; d < k.size(); ++d)
          offset += k[d] * weight.strides[d + 2];
        for (int64_t i = 0; i < inPerGroup; ++i)
          *to++ = centered<Weight>(from[offset + o * outStride + i * inStride], weightZero);
      });
    }
  }

  ConvInfo info;
  bool transposed;
  int64_t taps;
  int32_t zeroPoint;
  Epilogue epilogue;
  std::vector<Weight> packed; ///< empty when the weight is not a constant
};

} // namespace

static KernelPtr createConv(const KernelSpec &spec, bool transposed) {
  ConvInfo info = convInfo(spec);
  int64_t terms = numElements(info.window.kernel) * info.inPerGroup();
  return withProductTypes(*info.input, terms, [&](auto in, auto sum) -> KernelPtr {
    return std::make_unique<ConvKernel<decltype(in), decltype(sum)>>(spec, transposed);
  });
}

KernelPtr Kernels::create(const ConvOptions &, const KernelSpec &spec) {
  return createConv(spec, false);
}

KernelPtr Kernels::create(const ConvTransposeOptions &, const KernelSpec &spec) {
  return createConv(spec, true);
}

} // namespace quantir::runtime::reference
