//===- LowerSplit.cpp - Split to slices -----------------------------------===//

#include "PopulatePatterns.h"

using namespace mlir;
using namespace quantir;

namespace {

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

} // namespace

void lower::populateSplitPatterns(RewritePatternSet &patterns) {
  patterns.add<LowerSplit>(patterns.getContext());
}
