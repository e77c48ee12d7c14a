//===- Shapes.h - Shape rules of the operators ------------------*- C++ -*-===//
//
// One function per operator: from the operands' dimensions and the attributes to the result's
// dimensions. The nn dialect's shape inference, the kernel dialect's verifiers and the runtime's
// plan validation all call these, so that a shape means the same everywhere.
//
// Conventions
//  - Dimensions are in logical order (N, C, spatial...). One of them, wherever it stands, may be
//    `dynamicDim`: the batch, not known yet. Two dynamic dimensions that meet are taken to be
//    equal; a dynamic and a known one never are. A rule that would make a second dynamic dimension
//    reports an error instead.
//  - Every function returns the error as text, in the form "expected X, but got Y"; the empty
//  string is success. `out`
//    is written on success only.
//  - Nothing is trusted: attributes of any length and value give an error, never undefined
//  behaviour. A successful
//    result has at most `maxElements` elements (the dynamic dimension counting as one).
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_SHAPES_SHAPES_H
#define QUANTIR_SHAPES_SHAPES_H

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace quantir::shapes {

using Dims = std::vector<int64_t>;

inline constexpr int64_t dynamicDim = -1;

/// Far above any tensor that fits in memory, far below where a byte offset could overflow.
inline constexpr int64_t maxElements = int64_t(1) << 48;

/// "[2x3x4]", with "?" for the dynamic dimension; "[]" is a scalar.
std::string formatDims(const Dims &dims);

/// Checks that `dims` could be a tensor's: no negative size but one dynamic dimension, and a
/// countable product.
[[nodiscard]] std::string checkDims(const Dims &dims);

/// The index of the dynamic dimension; the rank if there is none.
size_t findDynamicDim(const Dims &dims);

/// Product of the dimensions; a dynamic one counts as 1. Only for dims that passed `checkDims`.
int64_t numElements(const Dims &dims);

/// Turns a possibly negative axis into 0 <= axis < rank.
[[nodiscard]] std::string normalizeAxis(int64_t axis, int64_t rank, int64_t &out);

/// The same for a list; an axis given twice is an error. The result is in the order given.
[[nodiscard]] std::string normalizeAxes(std::span<const int64_t> axes, int64_t rank, Dims &out);

/// Attributes of a convolution over S spatial dimensions.
struct ConvGeometry {
  Dims strides;   ///< S, positive
  Dims padding;   ///< 2*S: begins, then ends; not negative
  Dims dilations; ///< S, positive
  int64_t groups = 1;
};

/// Attributes of a pooling window over S spatial dimensions.
struct PoolGeometry {
  Dims kernel;    ///< S, positive
  Dims strides;   ///< S, positive
  Dims padding;   ///< 2*S: begins, then ends; less than the (dilated) window
  Dims dilations; ///< S, positive
  bool ceilMode = false;
};

/// x [N, C, in...], weight [O, C/groups, k...] -> [N, O, out...] with
/// out = floor((in + begin + end - dilation*(k-1) - 1) / stride) + 1.
[[nodiscard]] std::string inferConv(const Dims &x, const Dims &weight, const ConvGeometry &geometry,
                                    Dims &out);

/// x [N, C, in...], weight [C, O/groups, k...] -> [N, O, out...] with
/// out = (in-1)*stride - begin - end + dilation*(k-1) + outputPadding + 1.
[[nodiscard]] std::string inferConvTranspose(const Dims &x, const Dims &weight,
                                             const ConvGeometry &geometry,
                                             const Dims &outputPadding, Dims &out);

/// x [N, C, in...] -> [N, C, out...], `out` as for a convolution; in ceil mode rounded up, unless
/// the last window would start in the padding at the end.
[[nodiscard]] std::string inferPool(const Dims &x, const PoolGeometry &geometry, Dims &out);

/// x [N, C, in...] -> [N, C, outputSize...].
[[nodiscard]] std::string inferAdaptivePool(const Dims &x, const Dims &outputSize, Dims &out);

/// x [..., I], weight [O, I] -> [..., O].
[[nodiscard]] std::string inferLinear(const Dims &x, const Dims &weight, Dims &out);

/// numpy's matmul: the last two dimensions are multiplied, the others broadcast; a 1-D operand is a
/// row on the left, a column on the right, and that dimension is dropped from the result. With
/// `transposeB`, b is [..., N, K].
[[nodiscard]] std::string inferMatMul(const Dims &a, const Dims &b, bool transposeB, Dims &out);

/// indices [...], table [V, D] -> [..., D].
[[nodiscard]] std::string inferEmbedding(const Dims &indices, const Dims &table, Dims &out);

/// indices [N], offsets [B], table [V, D] -> [B, D]; [B - 1, D] if the last offset is the end of
/// the last bag. The number of indices or that of offsets may be dynamic, not both.
[[nodiscard]] std::string inferEmbeddingBag(const Dims &indices, const Dims &offsets,
                                            const Dims &table, bool includeLastOffset, Dims &out);

/// The results of a recurrent layer.
struct LstmShapes {
  Dims output; ///< [T, N, D * H]
  Dims state;  ///< [D, N, H], of h and c after the last step
};

/// x [T, N, I]; `parameters`, for each of D directions: weightIh [4 * H, I], weightHh [4 * H, H],
/// bias [4 * H], then h and c before the first step, [D, N, H], or nothing.
[[nodiscard]] std::string inferLstm(const Dims &x, std::span<const Dims> parameters,
                                    LstmShapes &out);

/// numpy's broadcasting of two shapes.
[[nodiscard]] std::string inferBroadcast(const Dims &a, const Dims &b, Dims &out);

/// `shape` entries: a size; 0, the input's dimension at that index; one -1, whatever is left. A
/// dynamic dimension stays where a 0 takes it over, and is in the -1 otherwise, where it must
/// divide for every batch size.
[[nodiscard]] std::string inferReshape(const Dims &x, const Dims &shape, Dims &out);

/// out[i] = x[permutation[i]].
[[nodiscard]] std::string inferTranspose(const Dims &x, const Dims &permutation, Dims &out);

/// A slice with every dimension spelled out: result index i reads start + i*step.
struct ResolvedSlice {
  Dims starts; ///< one per dimension, inside the dimension unless its size is 0
  Dims steps;  ///< one per dimension; the step's magnitude is cut to what can matter
  Dims sizes;  ///< the result's dimensions
};

/// ONNX's rule: negative starts and ends count from the end, both are clamped, steps may be
/// negative; `axes` empty means the leading ones, `steps` empty means ones.
[[nodiscard]] std::string inferSlice(const Dims &x, const Dims &starts, const Dims &ends,
                                     const Dims &axes, const Dims &steps, ResolvedSlice &out);

[[nodiscard]] std::string inferConcat(std::span<const Dims> inputs, int64_t axis, Dims &out);

/// `padding`: begins of every dimension, then ends; not negative.
[[nodiscard]] std::string inferPad(const Dims &x, const Dims &padding, Dims &out);

/// Reduction over `axes` (none: all of them).
[[nodiscard]] std::string inferMean(const Dims &x, const Dims &axes, bool keepDims, Dims &out);

/// Broadcasts x to `shape`, aligned at the last dimension; -1 keeps x's dimension, and so does 1.
[[nodiscard]] std::string inferExpand(const Dims &x, const Dims &shape, Dims &out);

/// Merges dimensions startAxis..endAxis (inclusive, negative allowed); a scalar becomes [1].
[[nodiscard]] std::string inferFlatten(const Dims &x, int64_t startAxis, int64_t endAxis,
                                       Dims &out);

/// Drops the dimensions `axes`, which must be 1 (none given: all that are).
[[nodiscard]] std::string inferSqueeze(const Dims &x, const Dims &axes, Dims &out);

/// Inserts dimensions of 1 so that they stand at `axes` of the result.
[[nodiscard]] std::string inferUnsqueeze(const Dims &x, const Dims &axes, Dims &out);

/// Cuts x along `axis` into pieces of the given positive sizes, which must add up.
[[nodiscard]] std::string inferSplit(const Dims &x, int64_t axis, const Dims &sizes,
                                     std::vector<Dims> &out);

} // namespace quantir::shapes

#endif // QUANTIR_SHAPES_SHAPES_H
