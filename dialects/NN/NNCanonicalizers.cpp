//===- NNCanonicalizers.cpp - Canonicalization of the nn dialect -----------===//
//
// Patterns that bring what exporters write into the form that later passes look for. An op made
// from two keeps the location and the attributes of the one that does the work.
//
//===----------------------------------------------------------------------===//

#include "quantir/dialects/NN/Constants.h"
#include "quantir/dialects/NN/NN.h"

#include "mlir/IR/PatternMatch.h"

#include <algorithm>
#include <limits>

using namespace mlir;
using namespace quantir;
using namespace quantir::nn;

/// Replaces `op` by a new op of its results' types that keeps its location and discardable
/// attributes.
template <typename NewOp, typename... Args>
static void replaceWith(PatternRewriter &rewriter, Operation *op, Args &&...args) {
  auto replacement =
      NewOp::create(rewriter, op->getLoc(), op->getResultTypes(), std::forward<Args>(args)...);
  replacement->setDiscardableAttrs(op->getDiscardableAttrDictionary());
  rewriter.replaceOp(op, replacement);
}

//===----------------------------------------------------------------------===//
// Clipping
//===----------------------------------------------------------------------===//

namespace {
/// Two clipping ops, one after the other, are one. Where the ranges do not meet, the result is the
/// bound that the outer one gives to every value.
template <typename OuterOp> struct ComposeClipping : OpRewritePattern<OuterOp> {
  using OpRewritePattern<OuterOp>::OpRewritePattern;

  LogicalResult matchAndRewrite(OuterOp op, PatternRewriter &rewriter) const override {
    Operation *producer = op.getInput().getDefiningOp();
    std::optional<Bounds> inner = getClippingBounds(producer);
    if (!inner)
      return rewriter.notifyMatchFailure(op, "the input is not clipped");
    if (!producer->hasOneUse())
      return rewriter.notifyMatchFailure(op, "the inner result has other uses");
    Bounds outer = *getClippingBounds(op);
    float min = std::clamp(inner->min, outer.min, outer.max);
    float max = std::clamp(inner->max, outer.min, outer.max);
    replaceWith<ClampOp>(rewriter, op, producer->getOperand(0), rewriter.getF32FloatAttr(min),
                         rewriter.getF32FloatAttr(max));
    return success();
  }
};

/// clamp(0, inf) is relu.
struct ClampToRelu : OpRewritePattern<ClampOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ClampOp op, PatternRewriter &rewriter) const override {
    Bounds bounds = *getClippingBounds(op);
    if (bounds.min != 0.0f || bounds.max != std::numeric_limits<float>::infinity())
      return rewriter.notifyMatchFailure(op, "the range is not [0, inf]");
    replaceWith<ReluOp>(rewriter, op, op.getInput());
    return success();
  }
};
} // namespace

void ReluOp::getCanonicalizationPatterns(RewritePatternSet &patterns, MLIRContext *context) {
  patterns.add<ComposeClipping<ReluOp>>(context);
}

void ClampOp::getCanonicalizationPatterns(RewritePatternSet &patterns, MLIRContext *context) {
  patterns.add<ComposeClipping<ClampOp>, ClampToRelu>(context);
}

//===----------------------------------------------------------------------===//
// Data movement
//===----------------------------------------------------------------------===//

/// An op that only changes the shape.
static bool isView(Operation *op) {
  return isa_and_present<FlattenOp, ReshapeOp, SqueezeOp, UnsqueezeOp>(op);
}

/// The `shape` that reshapes `from` to `to`, which has as many elements; nothing if there is none,
/// for tensors without elements.
static std::optional<Dims> getReshapeTo(RankedTensorType from, RankedTensorType to) {
  Dims shape = getDims(to), result;
  // A batch that stays is better said to stay.
  size_t batch = shapes::findDynamicDim(shape);
  if (batch != shape.size() && batch == shapes::findDynamicDim(getDims(from)) &&
      shapes::numElements(getDims(from)) == shapes::numElements(shape))
    shape[batch] = 0;
  if (!shapes::inferReshape(getDims(from), shape, result).empty() || result != getDims(to))
    return std::nullopt;
  return shape;
}

namespace {
/// A view of a view is one reshape, or nothing.
template <typename OuterOp> struct ComposeViews : OpRewritePattern<OuterOp> {
  using OpRewritePattern<OuterOp>::OpRewritePattern;

  LogicalResult matchAndRewrite(OuterOp op, PatternRewriter &rewriter) const override {
    Operation *producer = op.getInput().getDefiningOp();
    if (!isView(producer))
      return rewriter.notifyMatchFailure(op, "the input is not a view");
    Value source = producer->getOperand(0);
    if (source.getType() == op.getType()) {
      rewriter.replaceOp(op, source);
      return success();
    }
    if (!producer->hasOneUse())
      return rewriter.notifyMatchFailure(op, "the inner view has other uses");
    std::optional<Dims> shape =
        getReshapeTo(cast<RankedTensorType>(source.getType()), op.getType());
    if (!shape)
      return rewriter.notifyMatchFailure(op, "there is no such reshape");
    replaceWith<ReshapeOp>(rewriter, op, source, rewriter.getDenseI64ArrayAttr(*shape));
    return success();
  }
};

/// A transposed transpose is one.
struct ComposeTransposes : OpRewritePattern<TransposeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(TransposeOp op, PatternRewriter &rewriter) const override {
    auto inner = op.getInput().getDefiningOp<TransposeOp>();
    if (!inner)
      return rewriter.notifyMatchFailure(op, "the input is not transposed");
    SmallVector<int64_t> permutation;
    for (int64_t axis : op.getPermutation())
      permutation.push_back(inner.getPermutation()[axis]);
    rewriter.modifyOpInPlace(op, [&] {
      op.setPermutation(permutation);
      op.getInputMutable().assign(inner.getInput());
    });
    return success();
  }
};

/// A slice of a slice is one.
struct ComposeSlices : OpRewritePattern<SliceOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(SliceOp op, PatternRewriter &rewriter) const override {
    auto producer = op.getInput().getDefiningOp<SliceOp>();
    if (!producer)
      return rewriter.notifyMatchFailure(op, "the input is not a slice");
    if (!producer->hasOneUse())
      return rewriter.notifyMatchFailure(op, "the inner slice has other uses");
    RankedTensorType source = producer.getInput().getType();
    shapes::ResolvedSlice inner = producer.getResolved(), outer = op.getResolved();
    Dims starts, ends, axes, steps;
    for (int64_t d = 0; d < source.getRank(); ++d) {
      int64_t start = inner.starts[d] + inner.steps[d] * outer.starts[d];
      int64_t step = inner.steps[d] * outer.steps[d];
      int64_t size = outer.sizes[d];
      if (step == 1 && size == getDims(source)[d])
        continue;
      int64_t last = start + (size - 1) * step;
      starts.push_back(start);
      // An end before the first element cannot be said by its index: -1 is the last one.
      ends.push_back(step > 0   ? last + 1
                     : last > 0 ? last - 1
                                : std::numeric_limits<int64_t>::min());
      axes.push_back(d);
      steps.push_back(step);
    }
    replaceWith<SliceOp>(rewriter, op, producer.getInput(), rewriter.getDenseI64ArrayAttr(starts),
                         rewriter.getDenseI64ArrayAttr(ends), rewriter.getDenseI64ArrayAttr(axes),
                         rewriter.getDenseI64ArrayAttr(steps));
    return success();
  }
};
} // namespace

void FlattenOp::getCanonicalizationPatterns(RewritePatternSet &patterns, MLIRContext *context) {
  patterns.add<ComposeViews<FlattenOp>>(context);
}

void ReshapeOp::getCanonicalizationPatterns(RewritePatternSet &patterns, MLIRContext *context) {
  patterns.add<ComposeViews<ReshapeOp>>(context);
}

void SqueezeOp::getCanonicalizationPatterns(RewritePatternSet &patterns, MLIRContext *context) {
  patterns.add<ComposeViews<SqueezeOp>>(context);
}

void UnsqueezeOp::getCanonicalizationPatterns(RewritePatternSet &patterns, MLIRContext *context) {
  patterns.add<ComposeViews<UnsqueezeOp>>(context);
}

void SliceOp::getCanonicalizationPatterns(RewritePatternSet &patterns, MLIRContext *context) {
  patterns.add<ComposeSlices>(context);
}

void TransposeOp::getCanonicalizationPatterns(RewritePatternSet &patterns, MLIRContext *context) {
  patterns.add<ComposeTransposes>(context);
}

//===----------------------------------------------------------------------===//
// Layers out of their parts
//===----------------------------------------------------------------------===//

namespace {
/// A product with a constant matrix is a linear layer. Exporters write it that way for inputs of
/// rank 3 and more.
struct MatMulToLinear : OpRewritePattern<MatMulOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(MatMulOp op, PatternRewriter &rewriter) const override {
    if (op.getRhs().getType().getRank() != 2 || !isConstant(op.getRhs()))
      return rewriter.notifyMatchFailure(op, "the right operand is not a constant matrix");
    Value weight = rewriter.createOrFold<TransposeOp>(op.getLoc(), op.getRhs(),
                                                      rewriter.getDenseI64ArrayAttr({1, 0}));
    replaceWith<LinearOp>(rewriter, op, op.getLhs(), weight, /*bias=*/Value());
    return success();
  }
};

/// The addition of a constant per output channel to a layer without bias is its bias.
struct AddToBias : OpRewritePattern<AddOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(AddOp op, PatternRewriter &rewriter) const override {
    Operation *layer = op.getLhs().getDefiningOp();
    if (!isa_and_present<ConvOp, ConvTransposeOp, LinearOp>(layer) || layer->getNumOperands() != 2)
      return rewriter.notifyMatchFailure(op, "the left operand is not a layer without bias");
    if (!layer->hasOneUse() || op.getLhs().getType() != op.getType())
      return rewriter.notifyMatchFailure(op, "the layer has other uses, or is broadcast");
    if (!isConstant(op.getRhs()))
      return rewriter.notifyMatchFailure(op, "the right operand is not constant");

    RankedTensorType type = op.getType();
    int64_t channelAxis = isa<LinearOp>(layer) ? type.getRank() - 1 : 1;
    int64_t channels = type.getDimSize(channelAxis);
    Dims dims = getDims(op.getRhs());
    int64_t lead = type.getRank() - static_cast<int64_t>(dims.size());
    if (channelAxis < lead || dims[channelAxis - lead] != channels ||
        shapes::numElements(dims) != channels)
      return rewriter.notifyMatchFailure(op, "the constant is not one value per output channel");

    Value bias = rewriter.createOrFold<ReshapeOp>(op.getLoc(), op.getRhs(),
                                                  rewriter.getDenseI64ArrayAttr(channels));
    Operation *biased = rewriter.clone(*layer);
    rewriter.modifyOpInPlace(biased, [&] { biased->insertOperands(2, bias); });
    rewriter.replaceOp(op, biased);
    return success();
  }
};

/// A border of zeros before a convolution is its padding.
struct PadToConv : OpRewritePattern<ConvOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ConvOp op, PatternRewriter &rewriter) const override {
    auto pad = op.getInput().getDefiningOp<PadOp>();
    if (!pad || !pad.getValue().isZero())
      return rewriter.notifyMatchFailure(op, "the input is not padded with zeros");
    int64_t rank = pad.getType().getRank(), spatial = rank - 2;
    ArrayRef<int64_t> begins = pad.getPadding().take_front(rank);
    ArrayRef<int64_t> ends = pad.getPadding().take_back(rank);
    if (begins[0] != 0 || begins[1] != 0 || ends[0] != 0 || ends[1] != 0)
      return rewriter.notifyMatchFailure(op, "the batch or the channels are padded");

    SmallVector<int64_t> padding(op.getPadding());
    for (int64_t i = 0; i < spatial; ++i) {
      padding[i] += begins[i + 2];
      padding[spatial + i] += ends[i + 2];
    }
    if (llvm::any_of(padding, [](int64_t p) { return p > std::numeric_limits<int32_t>::max(); }))
      return rewriter.notifyMatchFailure(op, "the padding is too large");
    rewriter.modifyOpInPlace(op, [&] {
      op.setPadding(padding);
      op.getInputMutable().assign(pad.getInput());
    });
    return success();
  }
};
} // namespace

void MatMulOp::getCanonicalizationPatterns(RewritePatternSet &patterns, MLIRContext *context) {
  patterns.add<MatMulToLinear>(context);
}

void AddOp::getCanonicalizationPatterns(RewritePatternSet &patterns, MLIRContext *context) {
  patterns.add<AddToBias>(context);
}

void ConvOp::getCanonicalizationPatterns(RewritePatternSet &patterns, MLIRContext *context) {
  patterns.add<PadToConv>(context);
}
