//===- LowerPoolOps.cpp - Windows and means to kernels --------------------===//

#include "PopulatePatterns.h"

using namespace mlir;
using namespace quantir;
using kernel::PoolKind;

namespace {

struct LowerMaxPool : public OpRewritePattern<nn::MaxPoolOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(nn::MaxPoolOp op, PatternRewriter &rewriter) const override {
    lower::replaceWithKernel<kernel::PoolOp>(rewriter, op, op.getType(), PoolKind::Max,
                                             op.getInput(), op.getKernel(), op.getStrides(),
                                             op.getPadding(), op.getDilations(), op.getCeilMode(),
                                             /*count_include_pad=*/false);
    return success();
  }
};

struct LowerAvgPool : public OpRewritePattern<nn::AvgPoolOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(nn::AvgPoolOp op, PatternRewriter &rewriter) const override {
    SmallVector<int64_t> dilations(op.getKernel().size(), 1);
    lower::replaceWithKernel<kernel::PoolOp>(
        rewriter, op, op.getType(), PoolKind::Average, op.getInput(), op.getKernel(),
        op.getStrides(), op.getPadding(), dilations, op.getCeilMode(), op.getCountIncludePad());
    return success();
  }
};

struct LowerAdaptiveAvgPool : public OpRewritePattern<nn::AdaptiveAvgPoolOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(nn::AdaptiveAvgPoolOp op,
                                PatternRewriter &rewriter) const override {
    lower::replaceWithKernel<kernel::AdaptiveAvgPoolOp>(rewriter, op, op.getType(), op.getInput(),
                                                        op.getOutputSize());
    return success();
  }
};

/// The kernel wants axes counted from the front, in order.
struct LowerMean : public OpRewritePattern<nn::MeanOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(nn::MeanOp op, PatternRewriter &rewriter) const override {
    int64_t rank = op.getInput().getType().getRank();
    SmallVector<int64_t> axes;
    for (int64_t axis : op.getAxes())
      axes.push_back(lower::normalizeAxis(axis, rank));
    llvm::sort(axes);
    lower::replaceWithKernel<kernel::MeanOp>(rewriter, op, op.getType(), op.getInput(), axes,
                                             op.getKeepDims());
    return success();
  }
};

/// The names of the attribute are those of the kernel's enumerators.
struct LowerInterpolate : public OpRewritePattern<nn::InterpolateOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(nn::InterpolateOp op, PatternRewriter &rewriter) const override {
    auto mode = kernel::symbolizeResampleMode(op.getMode());
    auto coordinates = kernel::symbolizeCoordinateMode(op.getCoordinates());
    auto rounding = kernel::symbolizeNearestRounding(op.getRounding());
    if (!mode || !coordinates || !rounding)
      return rewriter.notifyMatchFailure(op, "no kernel has this mode");
    lower::replaceWithKernel<kernel::ResampleOp>(rewriter, op, op.getType(), *mode, *coordinates,
                                                 *rounding, op.getInput(), op.getScales());
    return success();
  }
};

} // namespace

void lower::populatePoolPatterns(RewritePatternSet &patterns) {
  patterns.add<LowerMaxPool, LowerAvgPool, LowerAdaptiveAvgPool, LowerMean, LowerInterpolate>(
      patterns.getContext());
}
