//===- LowerBatchNorm.cpp - Batch normalization to a kernel ---------------===//

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

} // namespace

void lower::populateBatchNormPatterns(RewritePatternSet &patterns) {
  patterns.add<LowerBatchNorm>(patterns.getContext());
}
