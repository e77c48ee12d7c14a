//===- CancelRedundantCasts.cpp - Remove casts that change nothing --------===//

#include "quantir/passes/Convert/Passes.h"

#include "mlir/IR/Dominance.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Transforms/CSE.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace quantir {
#define GEN_PASS_DEF_CANCELREDUNDANTCASTSPASS
#include "quantir/passes/Convert/Passes.h.inc"
} // namespace quantir

using namespace mlir;
using namespace quantir;

namespace {

struct CancelQuantizeOfDequantize : public OpRewritePattern<quant::QuantizeCastOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(quant::QuantizeCastOp op,
                                PatternRewriter &rewriter) const override {
    auto dequantize = op.getInput().getDefiningOp<quant::DequantizeCastOp>();
    if (!dequantize)
      return rewriter.notifyMatchFailure(op, "the input is not dequantized");
    if (dequantize.getInput().getType() != op.getType())
      return rewriter.notifyMatchFailure(op, "the scales or zero points differ");
    Value codes = dequantize.getInput();
    if (auto keep = codes.getDefiningOp<KeepOp>())
      codes = keep.getInput();
    rewriter.replaceOp(op, codes);
    return success();
  }
};

int64_t countCasts(Operation *root) {
  int64_t count = 0;
  root->walk(
      [&](Operation *op) { count += isa<quant::QuantizeCastOp, quant::DequantizeCastOp>(op); });
  return count;
}

class CancelRedundantCastsPass
    : public quantir::impl::CancelRedundantCastsPassBase<CancelRedundantCastsPass> {
public:
  LogicalResult initialize(MLIRContext *context) override {
    RewritePatternSet set(context);
    populateCancelRedundantCastsPatterns(set);
    patterns = FrozenRewritePatternSet(std::move(set));
    return success();
  }

  void runOnOperation() override {
    int64_t before = countCasts(getOperation());
    // Without folding: upstream folds dcast(qcast(x)) to x, rounding and all.
    GreedyRewriteConfig config;
    config.enableFolding(false).enableConstantCSE(false);
    // Each match takes a cast away.
    config.setMaxIterations(GreedyRewriteConfig::kNoLimit);
    if (failed(applyPatternsGreedily(getOperation(), patterns, config))) {
      getOperation().emitError("casts still cancel each other after the greatest number of turns");
      return signalPassFailure();
    }
    IRRewriter rewriter(&getContext());
    DominanceInfo dominance(getOperation());
    eliminateCommonSubExpressions(rewriter, dominance, getOperation());
    numCancelled += before - countCasts(getOperation());
  }

private:
  FrozenRewritePatternSet patterns;
};

} // namespace

void quantir::populateCancelRedundantCastsPatterns(RewritePatternSet &patterns) {
  patterns.add<CancelQuantizeOfDequantize>(patterns.getContext());
}
