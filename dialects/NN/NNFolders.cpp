//===- NNFolders.cpp - Folders of the nn dialect ---------------------------===//
//
// What an op is without creating other ops: one of its operands, or a constant.
//
//===----------------------------------------------------------------------===//

#include "quantir/dialects/NN/Constants.h"
#include "quantir/dialects/NN/NN.h"

#include "llvm/ADT/STLExtras.h"

#include <cmath>

using namespace mlir;
using namespace quantir;
using namespace quantir::nn;

/// Moving the elements of a constant is done at compile time up to this size, 1 GiB: weights are
/// meant to fold, results that could not be held are not.
static constexpr int64_t maxFoldedElements = int64_t(1) << 28;

/// An op that repeats elements folds up to this size only: the file would grow.
static constexpr int64_t maxExpandedElements = int64_t(1) << 16;

//===----------------------------------------------------------------------===//
// Arithmetic with a neutral constant
//===----------------------------------------------------------------------===//

/// `value` if it has the type of the op's result: the other operand may have broadcast it.
template <typename OpT> static OpFoldResult ifWhole(OpT op, Value value) {
  return value.getType() == op.getType() ? OpFoldResult(value) : OpFoldResult();
}

// Constants of commutative ops are at the right: the Commutative trait moves them there.

OpFoldResult AddOp::fold(FoldAdaptor adaptor) {
  return isFilledWith(adaptor.getRhs(), 0.0f) ? ifWhole(*this, getLhs()) : OpFoldResult();
}

OpFoldResult SubOp::fold(FoldAdaptor adaptor) {
  return isFilledWith(adaptor.getRhs(), 0.0f) ? ifWhole(*this, getLhs()) : OpFoldResult();
}

OpFoldResult MulOp::fold(FoldAdaptor adaptor) {
  return isFilledWith(adaptor.getRhs(), 1.0f) ? ifWhole(*this, getLhs()) : OpFoldResult();
}

OpFoldResult DivOp::fold(FoldAdaptor adaptor) {
  return isFilledWith(adaptor.getRhs(), 1.0f) ? ifWhole(*this, getLhs()) : OpFoldResult();
}

//===----------------------------------------------------------------------===//
// Clipping
//===----------------------------------------------------------------------===//

OpFoldResult ReluOp::fold(FoldAdaptor) {
  std::optional<Bounds> inner = getClippingBounds(getInput().getDefiningOp());
  return inner && inner->min >= 0.0f ? OpFoldResult(getInput()) : OpFoldResult();
}

OpFoldResult ClampOp::fold(FoldAdaptor) {
  Bounds outer = *getClippingBounds(*this);
  if (std::isinf(outer.min) && std::isinf(outer.max) && outer.min < outer.max)
    return getInput();
  std::optional<Bounds> inner = getClippingBounds(getInput().getDefiningOp());
  if (inner && inner->min >= outer.min && inner->max <= outer.max)
    return getInput();
  return {};
}

//===----------------------------------------------------------------------===//
// Data movement
//===----------------------------------------------------------------------===//

/// The values of a constant operand, if there are not too many for a constant of type `result` to
/// be made.
static ElementsAttr getFoldable(Attribute operand, RankedTensorType result,
                                int64_t maxElements = maxFoldedElements) {
  auto elements = dyn_cast_if_present<ElementsAttr>(operand);
  return result.hasStaticShape() && result.getNumElements() <= maxElements ? elements
                                                                           : ElementsAttr();
}

/// How many elements lie between neighbours in each dimension of a row-major tensor of static
/// shape.
static Dims getStrides(RankedTensorType type) {
  Dims strides(type.getRank(), 1);
  for (int64_t d = type.getRank() - 2; d >= 0; --d)
    strides[d] = strides[d + 1] * type.getDimSize(d + 1);
  return strides;
}

/// Folds an op that only changes the shape.
template <typename OpT> static OpFoldResult foldView(OpT op, Attribute input) {
  if (op.getInput().getType() == op.getType())
    return op.getInput();
  if (ElementsAttr elements = getFoldable(input, op.getType()))
    return reshapeElements(elements, op.getType());
  return {};
}

OpFoldResult FlattenOp::fold(FoldAdaptor adaptor) { return foldView(*this, adaptor.getInput()); }
OpFoldResult ReshapeOp::fold(FoldAdaptor adaptor) { return foldView(*this, adaptor.getInput()); }
OpFoldResult SqueezeOp::fold(FoldAdaptor adaptor) { return foldView(*this, adaptor.getInput()); }
OpFoldResult UnsqueezeOp::fold(FoldAdaptor adaptor) { return foldView(*this, adaptor.getInput()); }

OpFoldResult TransposeOp::fold(FoldAdaptor adaptor) {
  if (llvm::is_sorted(getPermutation()))
    return getInput();
  ElementsAttr elements = getFoldable(adaptor.getInput(), getType());
  if (!elements)
    return {};
  Dims from = getStrides(getInput().getType()), strides;
  for (int64_t axis : getPermutation())
    strides.push_back(from[axis]);
  return gatherElements(elements, getType(), /*offset=*/0, strides);
}

OpFoldResult SliceOp::fold(FoldAdaptor adaptor) {
  shapes::ResolvedSlice slice = getResolved();
  if (getInput().getType() == getType() &&
      llvm::all_of(slice.steps, [](int64_t step) { return step == 1; }))
    return getInput();
  ElementsAttr elements = getFoldable(adaptor.getInput(), getType());
  if (!elements || !getInput().getType().hasStaticShape())
    return {};
  Dims strides = getStrides(getInput().getType());
  int64_t offset = 0;
  for (size_t d = 0; d < strides.size(); ++d) {
    offset += slice.starts[d] * strides[d];
    strides[d] *= slice.steps[d];
  }
  return gatherElements(elements, getType(), offset, strides);
}

OpFoldResult ExpandOp::fold(FoldAdaptor adaptor) {
  if (getInput().getType() == getType())
    return getInput();
  ElementsAttr elements = getFoldable(adaptor.getInput(), getType(), maxExpandedElements);
  if (!elements)
    return {};
  RankedTensorType input = getInput().getType();
  Dims strides = getStrides(input);
  for (size_t d = 0; d < strides.size(); ++d)
    if (input.getDimSize(d) == 1)
      strides[d] = 0;
  strides.insert(strides.begin(), getType().getRank() - input.getRank(), 0);
  return gatherElements(elements, getType(), /*offset=*/0, strides);
}

OpFoldResult PadOp::fold(FoldAdaptor) {
  return getInput().getType() == getType() ? OpFoldResult(getInput()) : OpFoldResult();
}

OpFoldResult CatOp::fold(FoldAdaptor) {
  return getInputs().size() == 1 ? OpFoldResult(getInputs().front()) : OpFoldResult();
}

LogicalResult SplitOp::fold(FoldAdaptor, SmallVectorImpl<OpFoldResult> &results) {
  if (getNumResults() != 1)
    return failure();
  results.push_back(getInput());
  return success();
}
