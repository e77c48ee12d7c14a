//===- Weighted.h - What convolutions and matrix products share -*- C++ -*-===//
//
// result = activation(scale[c] * sum(x * w) + bias[c] + addend), c the output channel; requantized
// when the result is an integer. For integers this is, step by step:
//   - an exact int32 sum, zero points compensated in int32;
//   - one float32 product s_x * s_w[c], the sum times it, plus the float bias, plus the addend;
//   - the activation;
//   - times 1/s_o, plus the zero point, and one rounding, half to even, that saturates.
// oneDNN 3.7's implementations for AMX, AVX-512 VNNI, AVX-VNNI, AVX-512, AVX2 and SSE4.1 were all
// found to do just that, with no fused multiply-add that would show: results are the reference's
// bit for bit (test/Unit/OneDNN). With one exception, which is ours: an int32 bias, which the
// reference adds to the sum, is given to oneDNN multiplied out, as floats. That may change v in its
// last bit, and so a code by one where v/s_o + z_o lies within a millionth or so of a half.
//
// CPUs without VNNI multiply u8 by s8 with vpmaddubsw, which adds two products in *saturating*
// int16, and halve the weights of s8 inputs. Neither gives the sum above. There, an integer
// primitive is used only when no two products can saturate: x of at most 127 and moderate weights
// do it (`reduce_range`). Everything else multiplies in float32 (ThroughFloat.h).
//
// oneDNN's ReLU and clip make a number of NaN, and its int8 results can be any code for it. Where v
// may be NaN, a primitive therefore does the op up to v, and a loop the rest (Division). Of floats
// every v may be, but hardly ever is: a look at the operands' magnitudes before each run mostly
// tells that none can be, and then the primitive does it all (FiniteCheck).
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_RUNTIME_KERNELS_ONEDNN_WEIGHTED_H
#define QUANTIR_RUNTIME_KERNELS_ONEDNN_WEIGHTED_H

#include "runtime/kernels/native/Loops.h"
#include "runtime/kernels/onednn/Primitive.h"

#include <optional>

namespace quantir::runtime::onednn {

using namespace native; // loops that finish what a primitive begins

/// The operands of a Conv, ConvTranspose or MatMul in one form. Indices are the schema's: x,
/// weight, bias, addend.
struct WeightedOp {
  const KernelSpec *spec = nullptr;
  const Operand *input = nullptr, *weight = nullptr, *bias = nullptr, *addend = nullptr;
  const Operand *output = nullptr;
  ActivationInfo activation;
  int64_t channels = 0;   ///< of the output
  size_t channelAxis = 0; ///< of the weight: the one that per-channel scales may have
  int64_t terms = 0;      ///< products in a sum

  bool addsInPlace = false; ///< whether the addend is in the result's memory

  static constexpr size_t inputIndex = 0, weightIndex = 1, biasIndex = 2, addendIndex = 3;

  bool isInteger() const { return input->dtype != DType::Float32; }

  /// Where an operand's values are.
  Buffer buffer(size_t index) const;

  /// s_x * s_w[c], one per channel.
  std::vector<float> channelScales() const;
  /// The bias in real numbers, one per channel: an int32 one, which counts in s_x * s_w[c], is
  /// multiplied out. Empty when there is none. Only for a constant bias.
  std::vector<float> channelBias() const;
};

/// Whether types, parameters and constness are among those that this backend handles, and sums are
/// no longer than oneDNN's accumulators hold; not yet whether oneDNN has a primitive.
bool isSupported(const WeightedOp &op);

/// What of an op a primitive does, and what a loop behind it.
class Division {
public:
  explicit Division(const WeightedOp &op);
  Division(const Division &) = delete;

  /// The op itself, or its v as a float32 tensor.
  const WeightedOp &primitive() const { return first; }

  /// Where the primitive writes, if the op's result is to be at `result`. For a row-major or
  /// channels-last result alike.
  Buffer primitiveResult(Buffer result, PipelineBuilder &builder) const;

  /// Whether there is a loop, and what it does the primitive could do just as well for finite v.
  bool isOfFloats() const { return isDivided && whole.output->dtype == DType::Float32; }

  /// The loop, if there is one: activation and codes.
  void addRest(Buffer from, Buffer to, PipelineBuilder &builder) const;

private:
  WeightedOp whole, first;
  Operand value; ///< v
  bool isDivided;
};

/// Tells before a run of floats that no v, nor a part of its sum, can be infinite or NaN, and says
/// of the result what is known by that (Operand::magnitude).
class FiniteCheck {
public:
  /// Nothing if the weights are not known, or not all finite.
  static std::optional<FiniteCheck> of(const WeightedOp &op);

  /// Looks at the values of operands of which not enough is known.
  bool operator()(const RunContext &context) const;

  /// The same without looking at values.
  bool isKnown() const;

private:
  struct Part {
    Buffer values;
    int64_t count;
    double factor;    ///< what a value is multiplied with at most
    float *magnitude; ///< Operand::magnitude
  };
  bool holds(double most) const;

  std::vector<Part> parts;
  double ofConstants = 0; ///< what constants add to a sum at most
  double rounding = 1;    ///< by what factor rounding may make a sum larger
  ActivationInfo activation;
  float *magnitude = nullptr; ///< of the result
};

/// Behind the stages of an op of floats without a FiniteCheck of its own: hands on what is known
/// of magnitudes.
void addMagnitude(const WeightedOp &op, PipelineBuilder &builder);

/// Runs `whole` when `check` holds, else `divided`.
void addChoice(FiniteCheck check, std::vector<std::unique_ptr<Stage>> whole,
               std::vector<std::unique_ptr<Stage>> divided, PipelineBuilder &builder);

/// True when this CPU's primitives give the exact sum for these operands; or they are floats.
bool multipliesExactly(const Operand &input, const Operand &weight);

/// The attributes of a primitive that does all of `op`, and the arguments that belong to them.
struct Fusion {
  struct Argument {
    int index;
    dnnl::memory::desc desc;
    Buffer buffer;
  };
  dnnl::primitive_attr attr;
  std::vector<Argument> arguments;
  bool copiesAddend = false; ///< into the result, before the primitive

  void bindTo(PrimitiveStage &stage) const;
};

/// `weightScaleMask`: oneDNN's mask of a per-channel scale. `result`: the primitive's result, for
/// an addend like it.
Fusion fuse(const WeightedOp &op, int weightScaleMask, const dnnl::memory::desc &result,
            PipelineBuilder &builder);

/// The stage that `copiesAddend` asks for; `to` is where the primitive writes.
void addAddendCopy(const WeightedOp &op, Buffer to, PipelineBuilder &builder);

/// The bias as a float vector, or nothing.
std::optional<Buffer> biasBuffer(const WeightedOp &op, PipelineBuilder &builder);

} // namespace quantir::runtime::onednn

#endif // QUANTIR_RUNTIME_KERNELS_ONEDNN_WEIGHTED_H
