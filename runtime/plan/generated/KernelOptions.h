//===- KernelOptions.h - The options of each kernel --------------*- C++ -*-===//
//
// Written by scripts/generate-kernels.py from include/quantir/dialects/Kernel/Kernel*Ops.td.
//
// What a backend reads of an op besides its operands. Those of a validated plan are in range.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_RUNTIME_PLAN_GENERATED_KERNELOPTIONS_H
#define QUANTIR_RUNTIME_PLAN_GENERATED_KERNELOPTIONS_H

#include "runtime/plan/OptionValues.h"

// clang-format off
namespace quantir::runtime {

/// real numbers to codes
struct QuantizeOptions {
  /// Whether each element of the result is one of an input.
  static constexpr bool moves = false;
  /// Of an op of this kind, which outlives them.
  static QuantizeOptions read(const plan::Op &op);
};

/// codes to the real numbers that they stand for
struct DequantizeOptions {
  /// Whether each element of the result is one of an input.
  static constexpr bool moves = false;
  /// Of an op of this kind, which outlives them.
  static DequantizeOptions read(const plan::Op &op);
};

/// codes to codes with other quantization parameters
struct RequantizeOptions {
  /// Whether each element of the result is one of an input.
  static constexpr bool moves = false;
  /// Of an op of this kind, which outlives them.
  static RequantizeOptions read(const plan::Op &op);
};

/// the same values in another physical order
struct ReorderOptions {
  /// Whether each element of the result is one of an input.
  static constexpr bool moves = false;
  /// Of an op of this kind, which outlives them.
  static ReorderOptions read(const plan::Op &op);
};

/// convolution, with a bias, a residual and an activation
struct ConvOptions {
  std::vector<int64_t> strides;
  std::vector<int64_t> padding;
  std::vector<int64_t> dilations;
  int64_t groups{};
  ActivationInfo activation;

  /// Whether each element of the result is one of an input.
  static constexpr bool moves = false;
  /// Of an op of this kind, which outlives them.
  static ConvOptions read(const plan::Op &op);
};

/// transposed convolution, with a bias and an activation
struct ConvTransposeOptions {
  std::vector<int64_t> strides;
  std::vector<int64_t> padding;
  std::vector<int64_t> outputPadding;
  std::vector<int64_t> dilations;
  int64_t groups{};
  ActivationInfo activation;

  /// Whether each element of the result is one of an input.
  static constexpr bool moves = false;
  /// Of an op of this kind, which outlives them.
  static ConvTransposeOptions read(const plan::Op &op);
};

/// matrix product, with a bias, a residual and an activation
struct MatMulOptions {
  bool transposeB{};
  ActivationInfo activation;

  /// Whether each element of the result is one of an input.
  static constexpr bool moves = false;
  /// Of an op of this kind, which outlives them.
  static MatMulOptions read(const plan::Op &op);
};

/// a scale and a shift for each channel
struct ChannelAffineOptions {
  ActivationInfo activation;

  /// Whether each element of the result is one of an input.
  static constexpr bool moves = false;
  /// Of an op of this kind, which outlives them.
  static ChannelAffineOptions read(const plan::Op &op);
};

/// a function of each number
struct UnaryOptions {
  plan::UnaryKind kind{};
  float alpha{};
  float beta{};

  /// Whether each element of the result is one of an input.
  static constexpr bool moves = false;
  /// Of an op of this kind, which outlives them.
  static UnaryOptions read(const plan::Op &op);
};

/// a function of two numbers, with an activation
struct BinaryOptions {
  plan::BinaryKind kind{};
  ActivationInfo activation;

  /// Whether each element of the result is one of an input.
  static constexpr bool moves = false;
  /// Of an op of this kind, which outlives them.
  static BinaryOptions read(const plan::Op &op);
};

/// softmax along one dimension
struct SoftmaxOptions {
  int64_t axis{};

  /// Whether each element of the result is one of an input.
  static constexpr bool moves = false;
  /// Of an op of this kind, which outlives them.
  static SoftmaxOptions read(const plan::Op &op);
};

/// the maximum or the average of each window
struct PoolOptions {
  plan::PoolKind kind{};
  std::vector<int64_t> kernel;
  std::vector<int64_t> strides;
  std::vector<int64_t> padding;
  std::vector<int64_t> dilations;
  bool ceilMode{};
  bool countIncludePad{};

  /// Whether each element of the result is one of an input.
  static constexpr bool moves = false;
  /// Of an op of this kind, which outlives them.
  static PoolOptions read(const plan::Op &op);
};

/// averages over as many windows as asked for
struct AdaptiveAveragePoolOptions {
  std::vector<int64_t> outputSize;

  /// Whether each element of the result is one of an input.
  static constexpr bool moves = false;
  /// Of an op of this kind, which outlives them.
  static AdaptiveAveragePoolOptions read(const plan::Op &op);
};

/// mean over some dimensions
struct MeanOptions {
  std::vector<int64_t> axes;
  bool keepDims{};

  /// Whether each element of the result is one of an input.
  static constexpr bool moves = false;
  /// Of an op of this kind, which outlives them.
  static MeanOptions read(const plan::Op &op);
};

/// the same elements under other dimensions
struct ReshapeOptions {
  /// Whether each element of the result is one of an input.
  static constexpr bool moves = true;
  /// Of an op of this kind, which outlives them.
  static ReshapeOptions read(const plan::Op &op);
};

/// permuted dimensions
struct TransposeOptions {
  std::vector<int64_t> permutation;

  /// Whether each element of the result is one of an input.
  static constexpr bool moves = true;
  /// Of an op of this kind, which outlives them.
  static TransposeOptions read(const plan::Op &op);
};

/// every so-many-th element of a range
struct SliceOptions {
  std::vector<int64_t> starts;
  std::vector<int64_t> steps;

  /// Whether each element of the result is one of an input.
  static constexpr bool moves = true;
  /// Of an op of this kind, which outlives them.
  static SliceOptions read(const plan::Op &op);
};

/// tensors one behind the other
struct ConcatOptions {
  int64_t axis{};

  /// Whether each element of the result is one of an input.
  static constexpr bool moves = true;
  /// Of an op of this kind, which outlives them.
  static ConcatOptions read(const plan::Op &op);
};

/// a frame of one value
struct PadOptions {
  std::vector<int64_t> padding;
  float value{};

  /// Whether each element of the result is one of an input.
  static constexpr bool moves = false;
  /// Of an op of this kind, which outlives them.
  static PadOptions read(const plan::Op &op);
};

/// broadcast to the result's dimensions, also to the batch
struct ExpandOptions {
  /// Whether each element of the result is one of an input.
  static constexpr bool moves = true;
  /// Of an op of this kind, which outlives them.
  static ExpandOptions read(const plan::Op &op);
};

/// adds a value to an observer's statistics
struct ObserveOptions {
  uint32_t observer{};

  /// Whether each element of the result is one of an input.
  static constexpr bool moves = false;
  /// Of an op of this kind, which outlives them.
  static ObserveOptions read(const plan::Op &op);
};

/// normalization over the last dimensions
struct LayerNormOptions {
  int64_t axis{};
  float epsilon{};

  /// Whether each element of the result is one of an input.
  static constexpr bool moves = false;
  /// Of an op of this kind, which outlives them.
  static LayerNormOptions read(const plan::Op &op);
};

/// normalization over groups of channels
struct GroupNormOptions {
  int64_t groups{};
  float epsilon{};

  /// Whether each element of the result is one of an input.
  static constexpr bool moves = false;
  /// Of an op of this kind, which outlives them.
  static GroupNormOptions read(const plan::Op &op);
};

/// leaky relu with a slope for each channel
struct PReluOptions {
  /// Whether each element of the result is one of an input.
  static constexpr bool moves = false;
  /// Of an op of this kind, which outlives them.
  static PReluOptions read(const plan::Op &op);
};

/// images of another size
struct ResampleOptions {
  plan::ResampleMode mode{};
  plan::CoordinateMode coordinates{};
  plan::NearestRounding rounding{};
  std::vector<float> scales;

  /// Whether each element of the result is one of an input.
  static constexpr bool moves = false;
  /// Of an op of this kind, which outlives them.
  static ResampleOptions read(const plan::Op &op);
};

/// rows of a table
struct EmbeddingOptions {
  /// Whether each element of the result is one of an input.
  static constexpr bool moves = false;
  /// Of an op of this kind, which outlives them.
  static EmbeddingOptions read(const plan::Op &op);
};

/// long short-term memory
struct LstmOptions {
  /// Whether each element of the result is one of an input.
  static constexpr bool moves = false;
  /// Of an op of this kind, which outlives them.
  static LstmOptions read(const plan::Op &op);
};

/// real numbers rounded to codes of a scale chosen from them
struct FakeQuantizeDynamicOptions {
  int32_t quantMin{};
  int32_t quantMax{};

  /// Whether each element of the result is one of an input.
  static constexpr bool moves = false;
  /// Of an op of this kind, which outlives them.
  static FakeQuantizeDynamicOptions read(const plan::Op &op);
};

/// real numbers rounded to half precision
struct RoundFloat16Options {
  /// Whether each element of the result is one of an input.
  static constexpr bool moves = false;
  /// Of an op of this kind, which outlives them.
  static RoundFloat16Options read(const plan::Op &op);
};

/// sums of rows of a table
struct EmbeddingBagOptions {
  plan::BagMode mode{};
  bool includeLastOffset{};

  /// Whether each element of the result is one of an input.
  static constexpr bool moves = false;
  /// Of an op of this kind, which outlives them.
  static EmbeddingBagOptions read(const plan::Op &op);
};

/// real numbers rounded to the codes of their blocks
struct FakeQuantizeAffineOptions {
  std::string_view config;
  std::optional<std::vector<float>> scales;
  std::optional<std::vector<int32_t>> zeroPoints;
  std::optional<std::vector<float>> floatZeroPoints;

  /// Whether each element of the result is one of an input.
  static constexpr bool moves = false;
  /// Of an op of this kind, which outlives them.
  static FakeQuantizeAffineOptions read(const plan::Op &op);
};

} // namespace quantir::runtime
// clang-format on

#endif // QUANTIR_RUNTIME_PLAN_GENERATED_KERNELOPTIONS_H
