//===- AbsorbPostOps.cpp - Activations and residuals into kernels ---------===//

#include "PopulatePatterns.h"

using namespace mlir;
using namespace quantir;
using namespace quantir::kernel;

/// The activation that a unary kernel is; null if kernels cannot have it behind them.
static ActivationAttr getAsActivation(UnaryOp op) {
  MLIRContext *context = op.getContext();
  float alpha = op.getAlpha().convertToFloat(), beta = op.getBeta().convertToFloat();
  switch (op.getKind()) {
  case UnaryKind::Relu:
    return ActivationAttr::get(context, ActivationKind::Relu);
  case UnaryKind::Clamp:
    return ActivationAttr::get(context, ActivationKind::Clamp, alpha, beta);
  case UnaryKind::LeakyRelu:
    return ActivationAttr::get(context, ActivationKind::LeakyRelu, alpha);
  default: // no kernel can have another function behind it
    return {};
  }
}

namespace {

/// unary(kernel(x)) -> kernel(x) {activation}, on f32.
struct AbsorbActivation : public OpRewritePattern<UnaryOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(UnaryOp op, PatternRewriter &rewriter) const override {
    auto producer = op.getInput().getDefiningOp<ActivationOpInterface>();
    if (!producer || producer.getActivationAttr())
      return rewriter.notifyMatchFailure(op, "no kernel before it takes an activation");
    if (!op.getInput().hasOneUse())
      return rewriter.notifyMatchFailure(op, "the input is used elsewhere");
    ActivationAttr activation = getAsActivation(op);
    if (!activation || !isFloat(op.getType()) || !isFloat(op.getInput().getType()))
      return rewriter.notifyMatchFailure(op, "the function is not one of the activations");

    rewriter.modifyOpInPlace(producer, [&] {
      producer.setActivationAttr(activation);
      producer->setLoc(rewriter.getFusedLoc({producer->getLoc(), op.getLoc()}));
    });
    rewriter.replaceOp(op, op.getInput());
    return success();
  }
};

/// add(kernel(x), y) -> kernel(x) addend(y), on f32. If both operands are such kernels, the later
/// one takes the sum, so that the other is there when it runs.
template <typename ProducerOp> struct AbsorbAddend : public OpRewritePattern<BinaryOp> {
  using OpRewritePattern<BinaryOp>::OpRewritePattern;

  LogicalResult matchAndRewrite(BinaryOp op, PatternRewriter &rewriter) const override {
    if (op.getKind() != BinaryKind::Add || !isFloat(op.getType()))
      return rewriter.notifyMatchFailure(op, "not a sum of f32");
    ProducerOp lhs = getProducer(op.getLhs(), op.getRhs(), op.getType());
    ProducerOp rhs = getProducer(op.getRhs(), op.getLhs(), op.getType());
    if (!lhs && !rhs)
      return rewriter.notifyMatchFailure(op, "no kernel before it takes an addend");
    bool takeLhs = lhs && (!rhs || rhs->isBeforeInBlock(lhs));
    ProducerOp producer = takeLhs ? lhs : rhs;
    Value addend = takeLhs ? op.getRhs() : op.getLhs();

    // In the place of the sum, where the addend is known to exist.
    rewriter.setInsertionPoint(op);
    auto fused = cast<ProducerOp>(rewriter.clone(*producer));
    rewriter.modifyOpInPlace(fused, [&] {
      fused.getAddendMutable().assign(addend);
      fused.setActivationAttr(op.getActivationAttr());
      fused->setLoc(rewriter.getFusedLoc({producer->getLoc(), op.getLoc()}));
    });
    rewriter.replaceOp(op, fused);
    rewriter.eraseOp(producer);
    return success();
  }

private:
  /// The kernel that makes `value`, if it can add `addend`.
  static ProducerOp getProducer(Value value, Value addend, Type resultType) {
    auto producer = value.getDefiningOp<ProducerOp>();
    if (!producer || !value.hasOneUse() || producer.getActivationAttr() || producer.getAddend())
      return {};
    if (value.getType() != resultType || addend.getType() != resultType)
      return {};
    return producer;
  }
};

} // namespace

void lower::populateAbsorbPatterns(RewritePatternSet &patterns) {
  patterns.add<AbsorbActivation, AbsorbAddend<ConvOp>, AbsorbAddend<MatMulOp>>(
      patterns.getContext());
}
