//===- FoldBatchNorm.cpp - Fold batch normalization into weights ----------===//

#include "quantir/passes/Fuse/Passes.h"

#include "quantir/Config/CustomConfig.h"
#include "quantir/Numerics/WeightChannels.h"
#include "quantir/dialects/NN/Constants.h"
#include "quantir/dialects/NN/NN.h"

#include "mlir/IR/PatternMatch.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace quantir {
#define GEN_PASS_DEF_FOLDBATCHNORMPASS
#include "quantir/passes/Fuse/Passes.h.inc"
} // namespace quantir

using namespace mlir;
using namespace quantir;

namespace {

struct FoldBatchNorm : public OpRewritePattern<nn::BatchNormOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(nn::BatchNormOp norm, PatternRewriter &rewriter) const override {
    auto weighted = norm.getInput().getDefiningOp<QuantizableOpInterface>();
    Value weight = weighted ? weighted.getWeightOperand() : nullptr;
    std::optional<int64_t> axis = weighted ? weighted.getWeightChannelAxis() : std::nullopt;
    if (!weight || !axis || *axis > 1 || weighted->getNumResults() != 1)
      return rewriter.notifyMatchFailure(norm, "the input is not made by an op with a weight");
    if (!norm.getInput().hasOneUse())
      return rewriter.notifyMatchFailure(norm, "the input has other users");
    // Normalization is along dimension 1. A linear op on more than two dimensions has its channels
    // elsewhere.
    if (weighted.getResultChannelAxis() != 1)
      return rewriter.notifyMatchFailure(norm, "the op's channels are not in dimension 1");
    auto weightType = cast<RankedTensorType>(weight.getType());

    std::optional<SmallVector<float>> weights = nn::getConstantFloats(weight);
    std::optional<SmallVector<float>> gamma = nn::getConstantFloats(norm.getScale());
    std::optional<SmallVector<float>> beta = nn::getConstantFloats(norm.getBias());
    std::optional<SmallVector<float>> mean = nn::getConstantFloats(norm.getMean());
    std::optional<SmallVector<float>> variance = nn::getConstantFloats(norm.getVariance());
    if (!weights || !gamma || !beta || !mean || !variance)
      return rewriter.notifyMatchFailure(norm, "a parameter is not a constant");
    if (numerics::findBadVariance(*variance, norm.getEpsilon().convertToFloat()))
      return rewriter.notifyMatchFailure(norm, "a variance is not above 0 with epsilon");
    SmallVector<float> bias(gamma->size(), 0.0f);
    Value oldBias = weighted.getBiasOperand();
    if (oldBias) {
      std::optional<SmallVector<float>> values = nn::getConstantFloats(oldBias);
      if (!values)
        return rewriter.notifyMatchFailure(norm, "the bias is not a constant");
      bias = std::move(*values);
    }

    numerics::foldBatchNorm(
        {*gamma, *beta, *mean, *variance, norm.getEpsilon().convertToFloat()},
        {weightType.getShape().vec(), weighted.getChannelGroups(), /*transposed=*/*axis == 1},
        *weights, bias);

    Location loc = weighted->getLoc();
    rewriter.setInsertionPoint(weighted);
    Value newWeight =
        nn::createConstant(rewriter, weight.getLoc(), weightType.getShape(), *weights);
    Value newBias = nn::createConstant(rewriter, loc, {static_cast<int64_t>(bias.size())}, bias);
    rewriter.modifyOpInPlace(weighted, [&] {
      // By role: one constant may be several operands.
      for (OpOperand &operand : weighted->getOpOperands()) {
        OperandRole role = weighted.getOperandRole(operand.getOperandNumber());
        if (role == OperandRole::Weight)
          operand.set(newWeight);
        else if (role == OperandRole::Bias)
          operand.set(newBias);
      }
      if (!oldBias)
        weighted->insertOperands(weighted->getNumOperands(), newBias);
    });
    rewriter.replaceOp(norm, weighted->getResult(0));
    return success();
  }
};

class FoldBatchNormPass : public quantir::impl::FoldBatchNormPassBase<FoldBatchNormPass> {
public:
  LogicalResult initialize(MLIRContext *context) override {
    RewritePatternSet set(context);
    populateFoldBatchNormPatterns(set);
    patterns = FrozenRewritePatternSet(std::move(set));
    return success();
  }

  void runOnOperation() override {
    if (!isTraceable(getOperation()))
      return;
    auto countNorms = [&] {
      int64_t count = 0;
      getOperation().walk([&](nn::BatchNormOp) { ++count; });
      return count;
    };
    int64_t before = countNorms();
    // Each match takes a normalization away. In a chain that may take more turns than there usually
    // are.
    GreedyRewriteConfig config;
    config.setMaxIterations(GreedyRewriteConfig::kNoLimit);
    if (failed(applyPatternsGreedily(getOperation(), patterns, config))) {
      getOperation().emitError(
          "batch normalizations still fold after the greatest number of turns");
      return signalPassFailure();
    }
    numFolded += before - countNorms();
  }

private:
  FrozenRewritePatternSet patterns;
};

} // namespace

void quantir::populateFoldBatchNormPatterns(RewritePatternSet &patterns) {
  patterns.add<FoldBatchNorm>(patterns.getContext());
}
