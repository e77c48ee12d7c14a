//===- LowerLinearOps.cpp - Matrix products to kernels --------------------===//

#include "PopulatePatterns.h"

using namespace mlir;
using namespace quantir;

/// The same elements with another shape.
static Value reshape(PatternRewriter &rewriter, Operation *source, Value value,
                     ArrayRef<int64_t> shape) {
  auto type = cast<RankedTensorType>(value.getType());
  if (type.getShape() == shape)
    return value;
  return lower::createKernel<kernel::ReshapeOp>(
      rewriter, source, RankedTensorType::get(shape, type.getElementType()), value);
}

namespace {

/// The kernel's operands are matrices: a single row goes in and comes out under another shape.
struct LowerLinear : public OpRewritePattern<nn::LinearOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(nn::LinearOp op, PatternRewriter &rewriter) const override {
    auto inputType = op.getInput().getType();
    auto resultType = cast<RankedTensorType>(op.getType());
    if (inputType.getRank() == 1 && inputType.isDynamicDim(0))
      return rewriter.notifyMatchFailure(op, "the sum is over the dynamic dimension");
    SmallVector<int64_t> inputShape(inputType.getShape()), resultShape(resultType.getShape());
    if (inputType.getRank() == 1) {
      inputShape.insert(inputShape.begin(), 1);
      resultShape.insert(resultShape.begin(), 1);
    }
    Value input = reshape(rewriter, op, op.getInput(), inputShape);
    Value product = lower::createKernel<kernel::MatMulOp>(
        rewriter, op, resultType.clone(resultShape), input, op.getWeight(), op.getBias(),
        /*addend=*/Value(), /*transpose_b=*/true, kernel::ActivationAttr());
    rewriter.replaceOp(op, reshape(rewriter, op, product, resultType.getShape()));
    return success();
  }
};

struct LowerMatMul : public OpRewritePattern<nn::MatMulOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(nn::MatMulOp op, PatternRewriter &rewriter) const override {
    auto lhsType = op.getLhs().getType(), rhsType = op.getRhs().getType();
    auto resultType = cast<RankedTensorType>(op.getType());
    SmallVector<int64_t> lhs(lhsType.getShape()), rhs(rhsType.getShape()),
        result(resultType.getShape());
    if ((lhs.size() == 1 && lhsType.isDynamicDim(0)) ||
        (rhs.size() == 1 && rhsType.isDynamicDim(0)))
      return rewriter.notifyMatchFailure(op, "the sum is over the dynamic dimension");
    if (rhs.size() == 1) {
      rhs.push_back(1);
      result.push_back(1);
    }
    if (lhs.size() == 1) {
      lhs.insert(lhs.begin(), 1);
      result.insert(result.end() - 1, 1);
    }
    Value product = lower::createKernel<kernel::MatMulOp>(
        rewriter, op, resultType.clone(result), reshape(rewriter, op, op.getLhs(), lhs),
        reshape(rewriter, op, op.getRhs(), rhs), /*bias=*/Value(), /*addend=*/Value(),
        /*transpose_b=*/false, kernel::ActivationAttr());
    rewriter.replaceOp(op, reshape(rewriter, op, product, resultType.getShape()));
    return success();
  }
};

} // namespace

void lower::populateLinearPatterns(RewritePatternSet &patterns) {
  patterns.add<LowerLinear, LowerMatMul>(patterns.getContext());
}
