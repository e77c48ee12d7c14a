//===- KernelOptions.h - The options of each kernel --------------*- C++ -*-===//
//
// Written by scripts/generate-kernels.py from include/quantir/dialects/Kernel/Kernel*Ops.td.
//
// What a backend reads of an op besides its operands. Those of a validated plan are in range.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_KERNELRULES_GENERATED_KERNELOPTIONS_H
#define QUANTIR_KERNELRULES_GENERATED_KERNELOPTIONS_H

#include "quantir/KernelRules/Activation.h"
#include "quantir/KernelRules/KernelInfo.h"

#include <optional>
#include <string>
#include <vector>

// clang-format off
namespace quantir::rules {

/// real numbers to codes
struct QuantizeOptions {
  static constexpr KernelInfo info{"Quantize", 1, 1, 1, false, LayoutRule::Cast, 0x0, false};

  bool operator==(const QuantizeOptions &) const = default;
};

/// codes to the real numbers that they stand for
struct DequantizeOptions {
  static constexpr KernelInfo info{"Dequantize", 1, 1, 1, false, LayoutRule::Cast, 0x0, false};

  bool operator==(const DequantizeOptions &) const = default;
};

/// codes to codes with other quantization parameters
struct RequantizeOptions {
  static constexpr KernelInfo info{"Requantize", 1, 1, 1, false, LayoutRule::Cast, 0x0, false};

  bool operator==(const RequantizeOptions &) const = default;
};

/// the same values in another physical order
struct ReorderOptions {
  static constexpr KernelInfo info{"Reorder", 1, 1, 1, false, LayoutRule::Any, 0x0, false};

  bool operator==(const ReorderOptions &) const = default;
};

/// convolution, with a bias, a residual and an activation
struct ConvOptions {
  static constexpr KernelInfo info{"Conv", 2, 4, 1, false, LayoutRule::Spatial, 0x6, false};
  std::vector<int64_t> strides;
  std::vector<int64_t> padding;
  std::vector<int64_t> dilations;
  int64_t groups{};
  ActivationInfo activation;

  bool operator==(const ConvOptions &) const = default;
};

/// transposed convolution, with a bias and an activation
struct ConvTransposeOptions {
  static constexpr KernelInfo info{"ConvTranspose", 2, 3, 1, false, LayoutRule::Spatial, 0x6, false};
  std::vector<int64_t> strides;
  std::vector<int64_t> padding;
  std::vector<int64_t> outputPadding;
  std::vector<int64_t> dilations;
  int64_t groups{};
  ActivationInfo activation;

  bool operator==(const ConvTransposeOptions &) const = default;
};

/// matrix product, with a bias, a residual and an activation
struct MatMulOptions {
  static constexpr KernelInfo info{"MatMul", 2, 4, 1, false, LayoutRule::RowMajor, 0x4, false};
  bool transposeB{};
  ActivationInfo activation;

  bool operator==(const MatMulOptions &) const = default;
};

/// a scale and a shift for each channel
struct ChannelAffineOptions {
  static constexpr KernelInfo info{"ChannelAffine", 3, 3, 1, false, LayoutRule::Elementwise, 0x6, false};
  ActivationInfo activation;

  bool operator==(const ChannelAffineOptions &) const = default;
};

/// a function of each number
struct UnaryOptions {
  static constexpr KernelInfo info{"Unary", 1, 1, 1, false, LayoutRule::Elementwise, 0x0, false};
  plan::UnaryKind kind{};
  float alpha{};
  float beta{};

  bool operator==(const UnaryOptions &) const = default;
};

/// a function of two numbers, with an activation
struct BinaryOptions {
  static constexpr KernelInfo info{"Binary", 2, 2, 1, false, LayoutRule::Elementwise, 0x0, false};
  plan::BinaryKind kind{};
  ActivationInfo activation;

  bool operator==(const BinaryOptions &) const = default;
};

/// softmax along one dimension
struct SoftmaxOptions {
  static constexpr KernelInfo info{"Softmax", 1, 1, 1, false, LayoutRule::RowMajor, 0x0, false};
  int64_t axis{};

  bool operator==(const SoftmaxOptions &) const = default;
};

/// the maximum or the average of each window
struct PoolOptions {
  static constexpr KernelInfo info{"Pool", 1, 1, 1, false, LayoutRule::Spatial, 0x0, false};
  plan::PoolKind kind{};
  std::vector<int64_t> kernel;
  std::vector<int64_t> strides;
  std::vector<int64_t> padding;
  std::vector<int64_t> dilations;
  bool ceilMode{};
  bool countIncludePad{};

  bool operator==(const PoolOptions &) const = default;
};

/// averages over as many windows as asked for
struct AdaptiveAveragePoolOptions {
  static constexpr KernelInfo info{"AdaptiveAveragePool", 1, 1, 1, false, LayoutRule::Spatial, 0x0, false};
  std::vector<int64_t> outputSize;

  bool operator==(const AdaptiveAveragePoolOptions &) const = default;
};

/// mean over some dimensions
struct MeanOptions {
  static constexpr KernelInfo info{"Mean", 1, 1, 1, false, LayoutRule::Elementwise, 0x0, false};
  std::vector<int64_t> axes;
  bool keepDims{};

  bool operator==(const MeanOptions &) const = default;
};

/// the same elements under other dimensions
struct ReshapeOptions {
  static constexpr KernelInfo info{"Reshape", 1, 1, 1, false, LayoutRule::RowMajor, 0x0, true};

  bool operator==(const ReshapeOptions &) const = default;
};

/// permuted dimensions
struct TransposeOptions {
  static constexpr KernelInfo info{"Transpose", 1, 1, 1, false, LayoutRule::Any, 0x0, true};
  std::vector<int64_t> permutation;

  bool operator==(const TransposeOptions &) const = default;
};

/// every so-many-th element of a range
struct SliceOptions {
  static constexpr KernelInfo info{"Slice", 1, 1, 1, false, LayoutRule::Elementwise, 0x0, true};
  std::vector<int64_t> starts;
  std::vector<int64_t> steps;

  bool operator==(const SliceOptions &) const = default;
};

/// tensors one behind the other
struct ConcatOptions {
  static constexpr KernelInfo info{"Concat", 1, maxOperands, 1, true, LayoutRule::Elementwise, 0x0, true};
  int64_t axis{};

  bool operator==(const ConcatOptions &) const = default;
};

/// a frame of one value
struct PadOptions {
  static constexpr KernelInfo info{"Pad", 1, 1, 1, false, LayoutRule::Elementwise, 0x0, false};
  std::vector<int64_t> padding;
  float value{};

  bool operator==(const PadOptions &) const = default;
};

/// broadcast to the result's dimensions, also to the batch
struct ExpandOptions {
  static constexpr KernelInfo info{"Expand", 1, 1, 1, false, LayoutRule::RowMajor, 0x0, true};

  bool operator==(const ExpandOptions &) const = default;
};

/// adds a value to an observer's statistics
struct ObserveOptions {
  static constexpr KernelInfo info{"Observe", 1, 1, 0, false, LayoutRule::Elementwise, 0x0, false};
  uint32_t observer{};

  bool operator==(const ObserveOptions &) const = default;
};

/// normalization over the last dimensions
struct LayerNormOptions {
  static constexpr KernelInfo info{"LayerNorm", 2, 3, 1, false, LayoutRule::RowMajor, 0x6, false};
  int64_t axis{};
  float epsilon{};

  bool operator==(const LayerNormOptions &) const = default;
};

/// normalization over groups of channels
struct GroupNormOptions {
  static constexpr KernelInfo info{"GroupNorm", 2, 3, 1, false, LayoutRule::Elementwise, 0x6, false};
  int64_t groups{};
  float epsilon{};

  bool operator==(const GroupNormOptions &) const = default;
};

/// leaky relu with a slope for each channel
struct PReluOptions {
  static constexpr KernelInfo info{"PRelu", 2, 2, 1, false, LayoutRule::Elementwise, 0x2, false};

  bool operator==(const PReluOptions &) const = default;
};

/// images of another size
struct ResampleOptions {
  static constexpr KernelInfo info{"Resample", 1, 1, 1, false, LayoutRule::Elementwise, 0x0, false};
  plan::ResampleMode mode{};
  plan::CoordinateMode coordinates{};
  plan::NearestRounding rounding{};
  std::vector<float> scales;

  bool operator==(const ResampleOptions &) const = default;
};

/// rows of a table
struct EmbeddingOptions {
  static constexpr KernelInfo info{"Embedding", 2, 2, 1, false, LayoutRule::RowMajor, 0x2, false};

  bool operator==(const EmbeddingOptions &) const = default;
};

/// long short-term memory
struct LstmOptions {
  static constexpr KernelInfo info{"Lstm", 4, 9, 3, true, LayoutRule::RowMajor, 0x2, false};

  bool operator==(const LstmOptions &) const = default;
};

/// real numbers rounded to codes of a scale chosen from them
struct FakeQuantizeDynamicOptions {
  static constexpr KernelInfo info{"FakeQuantizeDynamic", 1, 1, 1, false, LayoutRule::Elementwise, 0x0, false};
  int32_t quantMin{};
  int32_t quantMax{};

  bool operator==(const FakeQuantizeDynamicOptions &) const = default;
};

/// real numbers rounded to half precision
struct RoundFloat16Options {
  static constexpr KernelInfo info{"RoundFloat16", 1, 1, 1, false, LayoutRule::Elementwise, 0x0, false};

  bool operator==(const RoundFloat16Options &) const = default;
};

/// sums of rows of a table
struct EmbeddingBagOptions {
  static constexpr KernelInfo info{"EmbeddingBag", 3, 3, 1, false, LayoutRule::RowMajor, 0x4, false};
  plan::BagMode mode{};
  bool includeLastOffset{};

  bool operator==(const EmbeddingBagOptions &) const = default;
};

/// real numbers rounded to the codes of their blocks
struct FakeQuantizeAffineOptions {
  static constexpr KernelInfo info{"FakeQuantizeAffine", 1, 1, 1, false, LayoutRule::RowMajor, 0x0, false};
  std::string config;
  std::optional<std::vector<float>> scales;
  std::optional<std::vector<int32_t>> zeroPoints;
  std::optional<std::vector<float>> floatZeroPoints;

  bool operator==(const FakeQuantizeAffineOptions &) const = default;
};

} // namespace quantir::rules
// clang-format on

#endif // QUANTIR_KERNELRULES_GENERATED_KERNELOPTIONS_H
