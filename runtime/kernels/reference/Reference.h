//===- Reference.h - The backend that defines what is right -----*- C++ -*-===//
//
// Every op of the schema, for every layout and every combination of types that a plan may hold, in
// plain loops. What these compute is what the ops mean (docs/PlanFormat.md); other backends are
// tested against it. Ops that compute may be slow; ops that move data are also what a session falls
// back to, and are not.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_RUNTIME_KERNELS_REFERENCE_REFERENCE_H
#define QUANTIR_RUNTIME_KERNELS_REFERENCE_REFERENCE_H

#include "quantir/Numerics/Rounding.h"
#include "runtime/kernels/Dispatch.h"
#include "runtime/plan/KernelSupport.h"

#include <array>
#include <memory>
#include <utility>

namespace quantir::runtime::reference {

using KernelPtr = std::unique_ptr<Kernel>;

/// Whether a Reshape leaves the bytes as they are.
bool isReshapeInPlace(const Operand &input, const Operand &output);

/// A kernel for each kind of op. One that is not defined does not link.
struct Kernels {
  static constexpr std::string_view implementation = "reference";

#define QUANTIR_KERNEL(name, ...)                                                                  \
  static KernelPtr create(const name##Options &options, const KernelSpec &spec);
  QUANTIR_FOR_EACH_KERNEL(QUANTIR_KERNEL)
#undef QUANTIR_KERNEL

  // These go element by element: each is read before it is written.
  template <OneOf<RequantizeOptions, ReorderOptions, ChannelAffineOptions, UnaryOptions,
                  FakeQuantizeDynamicOptions, FakeQuantizeAffineOptions, RoundFloat16Options>
                Options>
  static int inPlaceInput(const Options &, const KernelSpec &spec) {
    return inPlaceIfAlike(spec, 0);
  }
  static int inPlaceInput(const BinaryOptions &, const KernelSpec &spec) {
    return inPlaceIfAlike(spec, 0) == 0 ? 0 : inPlaceIfAlike(spec, 1);
  }
  template <OneOf<ConvOptions, MatMulOptions> Options>
  static int inPlaceInput(const Options &, const KernelSpec &spec) {
    return inPlaceIfAlike(spec, 3); // the addend
  }
  static int inPlaceInput(const ReshapeOptions &, const KernelSpec &spec) {
    return isReshapeInPlace(*spec.inputs[0], *spec.outputs[0]) ? 0 : -1;
  }

  template <typename Options> static double price(const Options &, const KernelSpec &spec) {
    return priceOf(spec);
  }
  static double priceOf(const KernelSpec &spec);
};

//===----------------------------------------------------------------------===//
// Kernels from functions
//===----------------------------------------------------------------------===//

/// A kernel that calls fn(inputs, outputs, scratch).
template <typename Fn> class FunctionKernel final : public Kernel {
public:
  FunctionKernel(Fn fn, size_t scratch) : fn(std::move(fn)), scratch(scratch) {}
  void run(const void *const *inputs, void *const *outputs, void *memory) override {
    fn(inputs, outputs, memory);
  }
  size_t scratchBytes() const override { return scratch; }
  std::string_view implementation() const override { return "reference"; }

private:
  Fn fn;
  size_t scratch;
};

template <typename Fn> KernelPtr makeKernel(Fn fn, size_t scratchBytes = 0) {
  return std::make_unique<FunctionKernel<Fn>>(std::move(fn), scratchBytes);
}

//===----------------------------------------------------------------------===//
// Elements as real numbers
//===----------------------------------------------------------------------===//

/// Calls fn with a value of the element type: float, uint8_t or int8_t.
template <typename Fn> decltype(auto) withValueType(DType dtype, Fn &&fn) {
  switch (dtype) {
  case DType::UInt8:
    return fn(uint8_t());
  case DType::Int8:
    return fn(int8_t());
  default:
    return fn(float());
  }
}

/// The same for the integer types.
template <typename Fn> decltype(auto) withIntegerType(DType dtype, Fn &&fn) {
  switch (dtype) {
  case DType::UInt8:
    return fn(uint8_t());
  case DType::Int8:
    return fn(int8_t());
  default:
    return fn(int32_t());
  }
}

inline numerics::QuantRange rangeOf(const QuantInfo &quant) {
  return {quant.quantMin, quant.quantMax};
}

/// From elements to real numbers.
template <typename T> struct Decoder {
  float scale;
  int32_t zeroPoint;

  explicit Decoder(const Operand &operand, int64_t channel = 0)
      : scale(scaleOf(*operand.quant, channel)), zeroPoint(zeroPointOf(*operand.quant, channel)) {}
  float operator()(T q) const { return numerics::dequantizeValue(q, scale, zeroPoint); }
};
template <> struct Decoder<float> {
  explicit Decoder(const Operand &, int64_t = 0) {}
  float operator()(float x) const { return x; }
};

/// From real numbers to elements: clamp(rne(x * (1 / scale)) + zeroPoint). NaN gives quantMin.
template <typename T> struct Encoder {
  float inverse;
  int32_t zeroPoint;
  numerics::QuantRange range;

  explicit Encoder(const Operand &operand, int64_t channel = 0)
      : inverse(1.0f / scaleOf(*operand.quant, channel)),
        zeroPoint(zeroPointOf(*operand.quant, channel)), range(rangeOf(*operand.quant)) {}
  T operator()(float x) const {
    return static_cast<T>(numerics::quantizeValue(x, inverse, zeroPoint, range));
  }
};
template <> struct Encoder<float> {
  explicit Encoder(const Operand &, int64_t = 0) {}
  float operator()(float x) const { return x; }
};

/// What a function of one 8-bit element gives for each of its codes.
template <typename In, typename Out> class CodeTable {
public:
  template <typename Fn> explicit CodeTable(const Fn &fn) {
    for (int i = 0; i < 256; ++i)
      entries[i] = fn(static_cast<In>(i));
  }
  Out operator()(In code) const { return entries[static_cast<uint8_t>(code)]; }

private:
  std::array<Out, 256> entries;
};

} // namespace quantir::runtime::reference

#endif // QUANTIR_RUNTIME_KERNELS_REFERENCE_REFERENCE_H
