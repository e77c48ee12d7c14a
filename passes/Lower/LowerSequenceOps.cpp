//===- LowerSequenceOps.cpp - Lookups and recurrences to kernels ----------===//

#include "PopulatePatterns.h"

using namespace mlir;
using namespace quantir;

namespace {

struct LowerEmbedding : public OpRewritePattern<nn::EmbeddingOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(nn::EmbeddingOp op, PatternRewriter &rewriter) const override {
    lower::replaceWithKernel<kernel::EmbeddingOp>(rewriter, op, op.getType(), op.getIndices(),
                                                  op.getWeight());
    return success();
  }
};

struct LowerEmbeddingBag : public OpRewritePattern<nn::EmbeddingBagOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(nn::EmbeddingBagOp op, PatternRewriter &rewriter) const override {
    auto mode = kernel::symbolizeBagMode(op.getMode());
    if (!mode)
      return rewriter.notifyMatchFailure(op, "no kernel has this mode");
    lower::replaceWithKernel<kernel::EmbeddingBagOp>(rewriter, op, op.getType(), *mode,
                                                     op.getIndices(), op.getOffsets(),
                                                     op.getWeight(), op.getIncludeLastOffset());
    return success();
  }
};

struct LowerLstm : public OpRewritePattern<nn::LstmOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(nn::LstmOp op, PatternRewriter &rewriter) const override {
    lower::replaceWithKernel<kernel::LstmOp>(rewriter, op, op.getResultTypes(), op.getInput(),
                                             op.getParameters());
    return success();
  }
};

} // namespace

void lower::populateSequencePatterns(RewritePatternSet &patterns) {
  patterns.add<LowerEmbedding, LowerEmbeddingBag, LowerLstm>(patterns.getContext());
}
