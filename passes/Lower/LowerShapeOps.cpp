//===- LowerShapeOps.cpp - Data movement to kernels -----------------------===//

#include "PopulatePatterns.h"

using namespace mlir;
using namespace quantir;

namespace {

/// Ops whose result has the input's elements in row-major order: the result's type says everything.
template <typename SourceOp> struct LowerView : public OpRewritePattern<SourceOp> {
  using OpRewritePattern<SourceOp>::OpRewritePattern;

  LogicalResult matchAndRewrite(SourceOp op, PatternRewriter &rewriter) const override {
    lower::replaceWithKernel<kernel::ReshapeOp>(rewriter, op, op.getType(), op.getInput());
    return success();
  }
};

struct LowerTranspose : public OpRewritePattern<nn::TransposeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(nn::TransposeOp op, PatternRewriter &rewriter) const override {
    lower::replaceWithKernel<kernel::TransposeOp>(rewriter, op, op.getType(), op.getInput(),
                                                  op.getPermutation());
    return success();
  }
};

struct LowerSlice : public OpRewritePattern<nn::SliceOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(nn::SliceOp op, PatternRewriter &rewriter) const override {
    shapes::ResolvedSlice slice = op.getResolved();
    lower::replaceWithKernel<kernel::SliceOp>(rewriter, op, op.getType(), op.getInput(),
                                              slice.starts, slice.steps);
    return success();
  }
};

struct LowerSplit : public OpRewritePattern<nn::SplitOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(nn::SplitOp op, PatternRewriter &rewriter) const override {
    int64_t rank = op.getInput().getType().getRank();
    int64_t axis = lower::normalizeAxis(op.getAxis(), rank);
    SmallVector<int64_t> starts(rank, 0), steps(rank, 1);
    SmallVector<Value> pieces;
    for (auto [type, size] : llvm::zip_equal(op.getResultTypes(), op.getSizes())) {
      pieces.push_back(
          lower::createKernel<kernel::SliceOp>(rewriter, op, type, op.getInput(), starts, steps));
      starts[axis] += size;
    }
    rewriter.replaceOp(op, pieces);
    return success();
  }
};

struct LowerCat : public OpRewritePattern<nn::CatOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(nn::CatOp op, PatternRewriter &rewriter) const override {
    int64_t rank = cast<RankedTensorType>(op.getType()).getRank();
    lower::replaceWithKernel<kernel::ConcatOp>(rewriter, op, op.getType(), op.getInputs(),
                                               lower::normalizeAxis(op.getAxis(), rank));
    return success();
  }
};

struct LowerPad : public OpRewritePattern<nn::PadOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(nn::PadOp op, PatternRewriter &rewriter) const override {
    lower::replaceWithKernel<kernel::PadOp>(rewriter, op, op.getType(), op.getInput(),
                                            op.getPadding(), op.getValue());
    return success();
  }
};

struct LowerExpand : public OpRewritePattern<nn::ExpandOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(nn::ExpandOp op, PatternRewriter &rewriter) const override {
    lower::replaceWithKernel<kernel::ExpandOp>(rewriter, op, op.getType(), op.getInput());
    return success();
  }
};

} // namespace

void lower::populateShapePatterns(RewritePatternSet &patterns) {
  patterns.add<LowerView<nn::FlattenOp>, LowerView<nn::ReshapeOp>, LowerView<nn::SqueezeOp>,
               LowerView<nn::UnsqueezeOp>, LowerTranspose, LowerSlice, LowerSplit, LowerCat,
               LowerPad, LowerExpand>(patterns.getContext());
}
