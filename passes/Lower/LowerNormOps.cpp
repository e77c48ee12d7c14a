//===- LowerNormOps.cpp - Normalizations to kernels -----------------------===//

#include "PopulatePatterns.h"
#include "quantir/Numerics/WeightChannels.h"
#include "quantir/dialects/NN/Constants.h"

#include <cmath>

using namespace mlir;
using namespace quantir;

namespace {

/// With constant statistics a batch normalization is a scale and a shift for each channel:
///   scale' = scale / sqrt(variance + epsilon), shift = bias - mean * scale'
/// computed in double precision, and rounded once.
struct LowerBatchNorm : public OpRewritePattern<nn::BatchNormOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(nn::BatchNormOp op, PatternRewriter &rewriter) const override {
    auto scale = nn::getConstantFloats(op.getScale());
    auto bias = nn::getConstantFloats(op.getBias());
    auto mean = nn::getConstantFloats(op.getMean());
    auto variance = nn::getConstantFloats(op.getVariance());
    if (!scale || !bias || !mean || !variance)
      return rewriter.notifyMatchFailure(op, "scale, bias, mean and variance are not all constant");

    if (std::optional<size_t> bad =
            numerics::findBadVariance(*variance, op.getEpsilon().convertToFloat()))
      return rewriter.notifyMatchFailure(op, [&](Diagnostic &reason) {
        reason << "expected variances that are above 0 with epsilon, but that of channel " << *bad
               << " is " << (*variance)[*bad];
      });

    double epsilon = op.getEpsilon().convertToFloat();
    SmallVector<float> factors, shifts;
    for (auto [s, b, m, v] : llvm::zip_equal(*scale, *bias, *mean, *variance)) {
      double factor = s / std::sqrt(v + epsilon);
      factors.push_back(float(factor));
      shifts.push_back(float(b - m * factor));
    }
    int64_t channels = factors.size();
    Value factor = nn::createConstant(rewriter, op.getLoc(), {channels}, factors, "bn_scale");
    Value shift = nn::createConstant(rewriter, op.getLoc(), {channels}, shifts, "bn_shift");
    lower::replaceWithKernel<kernel::ChannelAffineOp>(rewriter, op, op.getType(), op.getInput(),
                                                      factor, shift, kernel::ActivationAttr());
    return success();
  }
};

struct LowerLayerNorm : public OpRewritePattern<nn::LayerNormOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(nn::LayerNormOp op, PatternRewriter &rewriter) const override {
    lower::replaceWithKernel<kernel::LayerNormOp>(
        rewriter, op, op.getType(), op.getInput(), op.getWeight(), op.getBias(),
        lower::normalizeAxis(op.getAxis(), op.getInput().getType().getRank()), op.getEpsilon());
    return success();
  }
};

struct LowerGroupNorm : public OpRewritePattern<nn::GroupNormOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(nn::GroupNormOp op, PatternRewriter &rewriter) const override {
    lower::replaceWithKernel<kernel::GroupNormOp>(rewriter, op, op.getType(), op.getInput(),
                                                  op.getWeight(), op.getBias(), op.getGroups(),
                                                  op.getEpsilon());
    return success();
  }
};

/// Each channel is a group.
struct LowerInstanceNorm : public OpRewritePattern<nn::InstanceNormOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(nn::InstanceNormOp op, PatternRewriter &rewriter) const override {
    int64_t channels = op.getInput().getType().getDimSize(1);
    lower::replaceWithKernel<kernel::GroupNormOp>(rewriter, op, op.getType(), op.getInput(),
                                                  op.getWeight(), op.getBias(), channels,
                                                  op.getEpsilon());
    return success();
  }
};

} // namespace

void lower::populateNormPatterns(RewritePatternSet &patterns) {
  patterns.add<LowerBatchNorm, LowerGroupNorm, LowerInstanceNorm, LowerLayerNorm>(
      patterns.getContext());
}
