//===- Affine.h - Parameters for blocks of a tensor -------------*- C++ -*-===//
//
// The affine family of torchao and of torch.ao.quantization from 2.7 on: a tensor is cut into equal
// blocks, each of which has a scale and a zero point. Per tensor, per axis, per token and per group
// are blocks of certain shapes.
//
// Functions that can fail return the error as text; the empty string is success.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_NUMERICS_AFFINE_H
#define QUANTIR_NUMERICS_AFFINE_H

#include "quantir/Numerics/QParams.h"

namespace quantir::numerics {

//===----------------------------------------------------------------------===//
// Blocks
//===----------------------------------------------------------------------===//

enum class GranularityKind : uint8_t {
  PerTensor, ///< one block
  PerAxis,   ///< a block for each index of an axis
  PerGroup,  ///< a block for every `groupSize` neighbours in the last dimension
  PerRow,    ///< a block for each row: index of all dimensions but the last
  PerToken,  ///< the same; a token is a row
  PerBlock,  ///< blocks of a given size
};

/// "per_tensor", "per_axis", ...
std::string_view toText(GranularityKind kind);
/// Accepts what `toText` writes and PyTorch's class names ("PerGroup").
[[nodiscard]] std::string parseText(std::string_view text, GranularityKind &out);

struct Granularity {
  GranularityKind kind = GranularityKind::PerTensor;
  int64_t axis = 0;               ///< PerAxis; from the end, if negative
  int64_t groupSize = 0;          ///< PerGroup
  std::vector<int64_t> blockSize; ///< PerBlock: for each dimension; -1 is the whole of it
  bool operator==(const Granularity &) const = default;
};

/// The size of a block of a tensor of dimensions `dims` in each dimension (PyTorch's
/// get_block_size). Error: no such axis, sizes that do not divide the dimensions.
[[nodiscard]] std::string blockSizeOf(const Granularity &granularity, std::span<const int64_t> dims,
                                      std::vector<int64_t> &out);

/// How many blocks there are in each dimension; empty for PerTensor. A dimension may be unknown
/// (-1): it has one block, or it is an error, for then the number would depend on the batch.
[[nodiscard]] std::string blocksOf(const Granularity &granularity, std::span<const int64_t> dims,
                                   std::vector<int64_t> &out);

//===----------------------------------------------------------------------===//
// Parameters
//===----------------------------------------------------------------------===//

enum class MappingType : uint8_t {
  Symmetric,              ///< the greatest magnitude decides, against half the range
  SymmetricNoClippingErr, ///< both ends are representable, each against its own end of the range
  Asymmetric,
};

/// What a zero point is.
enum class ZeroPointDomain : uint8_t {
  Int,   ///< a code: x = (q - zeroPoint) * scale
  Float, ///< a real number: x = (q - middle) * scale + zeroPoint
  None,  ///< nothing: x = q * scale
};

std::string_view toText(MappingType mapping);
std::string_view toText(ZeroPointDomain domain);
/// In capitals too: "SYMMETRIC".
[[nodiscard]] std::string parseText(std::string_view text, MappingType &out);
[[nodiscard]] std::string parseText(std::string_view text, ZeroPointDomain &out);

/// How `chooseAffineQParams` shall map a range.
struct AffineSpec {
  MappingType mapping = MappingType::Symmetric;
  ZeroPointDomain domain = ZeroPointDomain::Int;
  bool preserveZero = true; ///< the range is widened to hold 0, which gets a code
  QDType dtype = QDType::Int8;
  QuantRange range = {-128, 127};
  float eps = 0x1p-23f; ///< the least scale
};

/// Why no parameters can be chosen so, or empty.
[[nodiscard]] std::string validate(const AffineSpec &spec);

struct AffineQParams {
  /// How many blocks in each dimension; empty: one block, whatever the rank.
  std::vector<int64_t> blocks;
  std::vector<float> scale;          ///< for each block, as the others
  std::vector<int32_t> zeroPoint;    ///< domain Int
  std::vector<float> floatZeroPoint; ///< domain Float
  ZeroPointDomain domain = ZeroPointDomain::Int;
  QDType dtype = QDType::Int8;
  QuantRange range = {-128, 127};
  bool operator==(const AffineQParams &) const = default;
};

/// Checks that there are as many scales and zero points (of the domain) as blocks, positive finite
/// scales, and zero points within the range, or finite.
[[nodiscard]] std::string validate(const AffineQParams &params);

/// PyTorch's choose_qparams_affine_with_min_max, in float32. With neg = min(min, 0) and pos =
/// max(max, 0), or min and max themselves without preserveZero:
///  - Symmetric: scale = max(-neg, pos) / ((qmax - qmin) / 2);
///  - SymmetricNoClippingErr: scale = max(neg / qmin, pos / qmax);
///    both with zero point int((qmax + qmin + 1) / 2);
///  - Asymmetric: scale = (pos - neg) / (qmax - qmin); zero point qmin - rne(neg / scale), clamped,
///    or, in the float domain, neg + scale * (qmax + qmin + 1) / 2.
/// A scale is at least eps. Fails on a range that is NaN, infinite or upside down.
[[nodiscard]] std::string chooseAffineQParams(std::span<const float> min,
                                              std::span<const float> max, const AffineSpec &spec,
                                              AffineQParams &out);

/// The codes of `in`, with middle = (qmax + qmin + 1) / 2:
///  - Int: clamp(rne(x * (1 / scale)) + zeroPoint);
///  - Float: clamp(rne((x - (zeroPoint - scale * middle)) / scale));
///  - None: clamp(rne(x / scale));
///  - 8-bit floats: clamp(x / scale), rounded to one.
/// T is an integer type that holds the range, or float, which also holds the 8-bit floats. Errors:
/// blocks that do not divide `dims`, a T that does not hold the codes.
template <typename T>
[[nodiscard]] std::string quantizeAffine(const float *in, std::span<const int64_t> dims,
                                         const AffineQParams &params, T *out);

/// The numbers that the codes stand for.
template <typename T>
[[nodiscard]] std::string dequantizeAffine(const T *in, std::span<const int64_t> dims,
                                           const AffineQParams &params, float *out);

/// The numbers that the codes of `in` stand for; `in` and `out` may be the same. Errors: as
/// `validate`, blocks that do not divide `dims`.
[[nodiscard]] std::string fakeQuantizeAffine(const float *in, std::span<const int64_t> dims,
                                             const AffineQParams &params, float *out);

/// The nearest number, half to even, of float8_e4m3fn or float8_e5m2. Above the greatest finite one
/// and NaN: NaN for e4m3fn, which has no infinity; infinity for e5m2, from half a step above on.
float roundToFloat8(float value, QDType dtype);

} // namespace quantir::numerics

#endif // QUANTIR_NUMERICS_AFFINE_H
