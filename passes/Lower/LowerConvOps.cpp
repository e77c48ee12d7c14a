//===- LowerConvOps.cpp - Convolutions to kernels -------------------------===//

#include "PopulatePatterns.h"

using namespace mlir;
using namespace quantir;

namespace {

struct LowerConv : public OpRewritePattern<nn::ConvOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(nn::ConvOp op, PatternRewriter &rewriter) const override {
    lower::replaceWithKernel<kernel::ConvOp>(
        rewriter, op, op.getType(), op.getInput(), op.getWeight(), op.getBias(),
        /*addend=*/Value(), op.getStrides(), op.getPadding(), op.getDilations(), op.getGroups(),
        kernel::ActivationAttr());
    return success();
  }
};

struct LowerConvTranspose : public OpRewritePattern<nn::ConvTransposeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(nn::ConvTransposeOp op, PatternRewriter &rewriter) const override {
    lower::replaceWithKernel<kernel::ConvTransposeOp>(
        rewriter, op, op.getType(), op.getInput(), op.getWeight(), op.getBias(), op.getStrides(),
        op.getPadding(), op.getOutputPadding(), op.getDilations(), op.getGroups(),
        kernel::ActivationAttr());
    return success();
  }
};

} // namespace

void lower::populateConvPatterns(RewritePatternSet &patterns) {
  patterns.add<LowerConv, LowerConvTranspose>(patterns.getContext());
}
