//===- LowerElementwiseOps.cpp - Activations and arithmetic to kernels ----===//

#include "PopulatePatterns.h"

using namespace mlir;
using namespace quantir;
using kernel::BinaryKind;
using kernel::UnaryKind;

namespace {

/// The numbers behind the kind of a unary kernel.
struct Parameters {
  APFloat alpha = APFloat(0.0f);
  APFloat beta = APFloat(0.0f);
};

Parameters getParameters(Operation *) { return {}; }
Parameters getParameters(nn::ClampOp op) { return {op.getMin(), op.getMax()}; }
Parameters getParameters(nn::LeakyReluOp op) { return {op.getNegativeSlope(), APFloat(0.0f)}; }
Parameters getParameters(nn::HardsigmoidOp op) { return {op.getAlpha(), op.getBeta()}; }
Parameters getParameters(nn::EluOp op) { return {op.getAlpha(), APFloat(0.0f)}; }
Parameters getParameters(nn::PowOp op) { return {op.getExponent(), APFloat(0.0f)}; }

template <typename SourceOp, UnaryKind kind> struct LowerUnary : public OpRewritePattern<SourceOp> {
  using OpRewritePattern<SourceOp>::OpRewritePattern;

  LogicalResult matchAndRewrite(SourceOp op, PatternRewriter &rewriter) const override {
    Parameters parameters = getParameters(op);
    lower::replaceWithKernel<kernel::UnaryOp>(rewriter, op, op.getType(), kind, op.getInput(),
                                              parameters.alpha, parameters.beta);
    return success();
  }
};

struct LowerGelu : public OpRewritePattern<nn::GeluOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(nn::GeluOp op, PatternRewriter &rewriter) const override {
    UnaryKind kind = op.getApproximate() ? UnaryKind::GeluTanh : UnaryKind::Gelu;
    lower::replaceWithKernel<kernel::UnaryOp>(rewriter, op, op.getType(), kind, op.getInput(),
                                              APFloat(0.0f), APFloat(0.0f));
    return success();
  }
};

struct LowerPRelu : public OpRewritePattern<nn::PReluOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(nn::PReluOp op, PatternRewriter &rewriter) const override {
    lower::replaceWithKernel<kernel::PReluOp>(rewriter, op, op.getType(), op.getInput(),
                                              op.getSlope());
    return success();
  }
};

template <typename SourceOp, BinaryKind kind>
struct LowerBinary : public OpRewritePattern<SourceOp> {
  using OpRewritePattern<SourceOp>::OpRewritePattern;

  LogicalResult matchAndRewrite(SourceOp op, PatternRewriter &rewriter) const override {
    lower::replaceWithKernel<kernel::BinaryOp>(rewriter, op, op.getType(), kind, op.getLhs(),
                                               op.getRhs(), kernel::ActivationAttr());
    return success();
  }
};

struct LowerSoftmax : public OpRewritePattern<nn::SoftmaxOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(nn::SoftmaxOp op, PatternRewriter &rewriter) const override {
    int64_t rank = cast<RankedTensorType>(op.getType()).getRank();
    lower::replaceWithKernel<kernel::SoftmaxOp>(rewriter, op, op.getType(), op.getInput(),
                                                lower::normalizeAxis(op.getAxis(), rank));
    return success();
  }
};

} // namespace

void lower::populateElementwisePatterns(RewritePatternSet &patterns) {
  patterns
      .add<LowerUnary<nn::ReluOp, UnaryKind::Relu>, LowerUnary<nn::ClampOp, UnaryKind::Clamp>,
           LowerUnary<nn::LeakyReluOp, UnaryKind::LeakyRelu>,
           LowerUnary<nn::SigmoidOp, UnaryKind::Sigmoid>, LowerUnary<nn::TanhOp, UnaryKind::Tanh>,
           LowerUnary<nn::HardsigmoidOp, UnaryKind::HardSigmoid>,
           LowerUnary<nn::HardswishOp, UnaryKind::HardSwish>, LowerUnary<nn::EluOp, UnaryKind::Elu>,
           LowerUnary<nn::ErfOp, UnaryKind::Erf>, LowerUnary<nn::SqrtOp, UnaryKind::Sqrt>,
           LowerUnary<nn::PowOp, UnaryKind::Pow>, LowerGelu, LowerPRelu,
           LowerBinary<nn::AddOp, BinaryKind::Add>, LowerBinary<nn::SubOp, BinaryKind::Sub>,
           LowerBinary<nn::MulOp, BinaryKind::Mul>, LowerBinary<nn::DivOp, BinaryKind::Div>,
           LowerSoftmax>(patterns.getContext());
}
