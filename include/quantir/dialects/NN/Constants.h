//===- Constants.h - Constant tensors -----------------------------*- C++ -*-===//
//
// Constants are `arith.constant` ops. Small ones and those of one repeated value are `dense`
// attributes, which read well; larger ones are `dense_resource` blobs, which are neither hashed nor
// printed in the middle of the code. The functions here make and read both.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_DIALECTS_NN_CONSTANTS_H
#define QUANTIR_DIALECTS_NN_CONSTANTS_H

#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"

#include <optional>

namespace quantir::nn {

/// Constants of more elements than this are stored as blobs, unless all are equal.
inline constexpr int64_t maxDenseElements = 16;

/// The bytes of one element of a constant of this type: of an integer or float type of whole bytes.
/// Nothing for others.
std::optional<int64_t> getElementBytes(mlir::ShapedType type);

/// An attribute with these row-major values. `raw` has all elements in the machine's byte order.
/// `nameHint` names the blob, if there is one. Null if the size of `raw` is not the type's, or the
/// type has no byte size.
mlir::ElementsAttr makeElementsAttr(mlir::RankedTensorType type, llvm::ArrayRef<char> raw,
                                    llvm::StringRef nameHint);

/// The row-major values of `attr`, in the machine's byte order: a view of the attribute, or of
/// `storage` when one repeated value had to be written out. Nothing if the attribute has no values:
/// a blob that is missing or of a wrong size, an element type without a byte size.
std::optional<llvm::ArrayRef<char>> getRawData(mlir::ElementsAttr attr,
                                               llvm::SmallVectorImpl<char> &storage);

/// The name of the attribute's blob, else `fallback`: a hint for naming a constant made from it.
llvm::StringRef getNameHint(mlir::Attribute attr, llvm::StringRef fallback = "constant");

/// The same values under another shape; no copy is made of a blob.
mlir::ElementsAttr reshapeElements(mlir::ElementsAttr attr, mlir::RankedTensorType type);

/// The elements of `attr` at `offset + sum(index[i] * strides[i])`, for each index of `type` in
/// row-major order; offset and strides count elements. Null if `attr` has no values. The caller
/// sees to it that all are inside.
mlir::ElementsAttr gatherElements(mlir::ElementsAttr attr, mlir::RankedTensorType type,
                                  int64_t offset, llvm::ArrayRef<int64_t> strides);

/// True if `attr` holds f32 values that all equal `value` (0 equals -0).
bool isFilledWith(mlir::Attribute attr, float value);

/// The attribute of the constant that `value` is; null if it is none.
mlir::ElementsAttr getConstantElements(mlir::Value value);

/// True if `value` is the result of a constant op.
bool isConstant(mlir::Value value);

/// The f32 values of a constant, row-major; nothing if `value` is not a constant of f32 values.
std::optional<llvm::SmallVector<float>> getConstantFloats(mlir::Value value);

/// Creates an f32 constant. `values` has all elements of `shape`, row-major.
mlir::Value createConstant(mlir::OpBuilder &builder, mlir::Location location,
                           llvm::ArrayRef<int64_t> shape, llvm::ArrayRef<float> values,
                           llvm::StringRef nameHint = "constant");

} // namespace quantir::nn

#endif // QUANTIR_DIALECTS_NN_CONSTANTS_H
