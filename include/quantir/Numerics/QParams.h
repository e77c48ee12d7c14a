//===- QParams.h - Quantization parameters and how to choose them -*- C++ -*-===//
//
// A quantized number is an integer q that stands for (q - zeroPoint) * scale. This file has the
// types of that mapping, their names, and the formulas that choose scale and zero point for an
// observed range. The formulas are those of PyTorch's observers, bit for bit
// (docs/QuantizationSpec.md).
//
// Functions that can fail return the error as text; the empty string is success.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_NUMERICS_QPARAMS_H
#define QUANTIR_NUMERICS_QPARAMS_H

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace quantir::numerics {

/// Element types a tensor can be asked to have. The `Q` ones are PyTorch's quantized types, the
/// others its plain ones; the arithmetic is the same, but the names (and thus configurations)
/// differ.
enum class QDType : uint8_t {
  QUInt8,
  QInt8,
  QInt32,
  QUInt4,
  QInt4,
  UInt8,
  Int8,
  UInt16,
  Int16,
  Int32,
  UInt1, ///< these, which PyTorch has as placeholders (TorchAODType), only for affine_min_max
  UInt2,
  UInt3,
  UInt4,
  UInt5,
  UInt6,
  UInt7,
  Int1,
  Int2,
  Int3,
  Int4,
  Int5,
  Int6,
  Int7,
  Float8E4M3,
  Float8E5M2,
  Float16,
  BFloat16,
  Float32,
};

enum class QScheme : uint8_t {
  PerTensorAffine,
  PerTensorSymmetric,
  PerChannelAffine,
  PerChannelSymmetric,
  PerChannelAffineFloatQParams,
};

/// PyTorch's names: "quint8", "quint4x2", "float8_e4m3fn", "per_tensor_affine", ...
std::string_view toText(QDType dtype);
std::string_view toText(QScheme scheme);

/// Accepts what `toText` writes, and "torch." before it; "TorchAODType.INT4" is int4. On an unknown
/// name the error lists the nearest one.
[[nodiscard]] std::string parseText(std::string_view text, QDType &out);
[[nodiscard]] std::string parseText(std::string_view text, QScheme &out);

/// Integers, and the 8-bit floats, which are scaled like integers. Not float16, bfloat16, float32.
bool isQuantized(QDType dtype);
bool isFloat8(QDType dtype);
/// int1 to int7 and uint1 to uint7. (Not quint4x2 and qint4.)
bool isSubByte(QDType dtype);
bool isSigned(QDType dtype);
int bitWidth(QDType dtype);

inline bool isPerChannel(QScheme scheme) { return scheme >= QScheme::PerChannelAffine; }
inline bool isSymmetric(QScheme scheme) {
  return scheme == QScheme::PerTensorSymmetric || scheme == QScheme::PerChannelSymmetric;
}

struct QuantRange {
  int32_t min = 0;
  int32_t max = 255;
  bool operator==(const QuantRange &) const = default;
};

/// What the type can hold: [0, 255], [-8, 7], [-448, 448] for float8_e4m3fn.
QuantRange storageRange(QDType dtype);

/// The range an observer uses: the one given, or the type's default; half of either with
/// `reduceRange`. The defaults are PyTorch's, where every type but the 8-, 16- and 32-bit integers
/// has [0, 15] (ours, qint4, has [-8, 7]).
QuantRange effectiveRange(QDType dtype, std::optional<int32_t> quantMin,
                          std::optional<int32_t> quantMax, bool reduceRange);

/// The parameters of one tensor: one scale and zero point, or one pair per index of `axis`.
struct QParams {
  std::vector<float> scale;
  std::vector<int32_t> zeroPoint;
  /// The zero points of PerChannelAffineFloatQParams, which are real numbers; `zeroPoint` is then
  /// empty.
  std::vector<float> floatZeroPoint;
  int axis = -1;
  int32_t quantMin = 0;
  int32_t quantMax = 255;
  QDType dtype = QDType::QUInt8;

  bool perTensor() const { return axis < 0; }
  size_t channels() const { return scale.size(); }
  bool operator==(const QParams &) const = default;
};

/// Checks that lengths agree, scales are positive and finite and zero points lie in the quantized
/// range.
[[nodiscard]] std::string validate(const QParams &params);

/// How `chooseQParams` shall map a range.
struct QParamsSpec {
  QDType dtype = QDType::QUInt8;
  QScheme scheme = QScheme::PerTensorAffine;
  QuantRange range;
  /// Whether `range` was given rather than the type's default: moves the zero point of symmetric
  /// unsigned types from 128 to the middle of the range.
  bool customRange = false;
  /// The least scale.
  float eps = 0x1p-23f;
  int axis = -1;
};

/// Scale and zero point for ranges min[i]..max[i] (float32 arithmetic throughout):
///  - affine: the range is widened to hold 0, scale = (max - min) / (qmax - qmin),
///    zeroPoint = qmin - rne(min / scale), clamped;
///  - symmetric: scale = max(-min, max) / ((qmax - qmin) / 2), a fixed zero point;
///  - float qparams: scale = (max - min) / (qmax - qmin), floatZeroPoint = -min / scale.
/// Fails on a range that is NaN, infinite or upside down.
[[nodiscard]] std::string chooseQParams(std::span<const float> min, std::span<const float> max,
                                        const QParamsSpec &spec, QParams &out);

/// The same for one range, without float qparams.
[[nodiscard]] std::string chooseQParams(float min, float max, const QParamsSpec &spec, float &scale,
                                        int32_t &zeroPoint);

/// The choice made at run time by dynamic quantization and inside fused fake-quantize (float64
/// arithmetic, a floor of 6.1e-5 instead of eps, the zero point nudged to the end of the range that
/// loses less). `preserveSparsity` makes it symmetric when the range has both signs.
[[nodiscard]] std::string chooseDynamicQParams(float min, float max, QuantRange range,
                                               bool preserveSparsity, double &scale,
                                               int32_t &zeroPoint);

} // namespace quantir::numerics

#endif // QUANTIR_NUMERICS_QPARAMS_H
