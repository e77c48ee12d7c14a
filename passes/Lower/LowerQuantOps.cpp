//===- LowerQuantOps.cpp - Casts, observers and constants to kernels ------===//

#include "PopulatePatterns.h"
#include "quantir/dialects/NN/Constants.h"
#include "quantir/dialects/Quantir/Quantir.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Quant/IR/Quant.h"

using namespace mlir;
using namespace quantir;

/// The type of the same codes with the storage that kernels have: 8 bits, or signed 32. Null if
/// there is none.
static Type widenStorage(quant::QuantizedType type) {
  // Others have no storage type, or scales that kernels do not have.
  if (!isa<quant::UniformQuantizedType, quant::UniformQuantizedPerAxisType>(type) ||
      !type.getExpressedType().isF32())
    return {};
  unsigned width = type.getStorageTypeIntegralWidth();
  if (width == 8 || (width == 32 && type.isSigned()))
    return type;
  if (width > 16)
    return {};
  unsigned flags = width < 8 ? type.getFlags() : unsigned(quant::QuantizationFlags::Signed);
  Type storage = IntegerType::get(type.getContext(), width < 8 ? 8 : 32);
  int64_t min = type.getStorageTypeMin(), max = type.getStorageTypeMax();
  if (auto perAxis = dyn_cast<quant::UniformQuantizedPerAxisType>(type))
    return quant::UniformQuantizedPerAxisType::get(flags, storage, type.getExpressedType(),
                                                   perAxis.getScales(), perAxis.getZeroPoints(),
                                                   perAxis.getQuantizedDimension(), min, max);
  auto perTensor = cast<quant::UniformQuantizedType>(type);
  return quant::UniformQuantizedType::get(flags, storage, type.getExpressedType(),
                                          perTensor.getScale(), perTensor.getZeroPoint(), min, max);
}

/// The kernel's form of a tensor type of the quant dialect; null if kernels cannot hold it.
static RankedTensorType getKernelType(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  if (!tensor)
    return {};
  Type element = tensor.getElementType();
  if (auto quantized = dyn_cast<quant::QuantizedType>(element))
    element = widenStorage(quantized);
  if (!element)
    return {};
  RankedTensorType result = tensor.clone(element);
  return kernel::isKernelTensor(result) ? result : RankedTensorType();
}

/// Integer elements with the width that `type` stores: sign- or zero-extended.
static ElementsAttr widenElements(ElementsAttr value, quant::QuantizedType from,
                                  quant::QuantizedType to) {
  unsigned width = to.getStorageTypeIntegralWidth();
  if (width == value.getElementType().getIntOrFloatBitWidth())
    return value;
  auto integers = dyn_cast<DenseIntElementsAttr>(value);
  if (!integers)
    return {};
  return integers.mapValues(to.getStorageType(), [&](const APInt &code) {
    return from.isSigned() ? code.sext(width) : code.zext(width);
  });
}

namespace {

//===----------------------------------------------------------------------===//
// Casts of the quant dialect
//===----------------------------------------------------------------------===//

/// The result may get a wider storage type. Only quant.dcast reads it, which takes any.
struct LowerQuantizeCast : public OpRewritePattern<quant::QuantizeCastOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(quant::QuantizeCastOp op,
                                PatternRewriter &rewriter) const override {
    RankedTensorType type = getKernelType(op.getType());
    if (!type)
      return rewriter.notifyMatchFailure(op, "no kernel has this quantized type");
    lower::replaceWithKernel<kernel::QuantizeOp>(rewriter, op, type, op.getInput());
    return success();
  }
};

struct LowerDequantizeCast : public OpRewritePattern<quant::DequantizeCastOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(quant::DequantizeCastOp op,
                                PatternRewriter &rewriter) const override {
    if (!kernel::isKernelTensor(op.getInput().getType()))
      return rewriter.notifyMatchFailure(op, "no kernel has this quantized type");
    lower::replaceWithKernel<kernel::DequantizeOp>(rewriter, op, op.getType(), op.getInput());
    return success();
  }
};

/// No kernel is folded away.
struct LowerKeep : public OpRewritePattern<KeepOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(KeepOp op, PatternRewriter &rewriter) const override {
    rewriter.replaceOp(op, op.getInput());
    return success();
  }
};

/// Integers that are a constant are the codes of a quantized one.
struct LowerStorageCast : public OpRewritePattern<quant::StorageCastOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(quant::StorageCastOp op, PatternRewriter &rewriter) const override {
    auto constant = op.getInput().getDefiningOp<arith::ConstantOp>();
    auto value = constant ? dyn_cast<ElementsAttr>(constant.getValue()) : ElementsAttr();
    if (!value)
      return rewriter.notifyMatchFailure(op, "the codes are not constant");
    RankedTensorType type = getKernelType(op.getType());
    if (!type)
      return rewriter.notifyMatchFailure(op, "no kernel has this quantized type");
    value = widenElements(value, kernel::getQuantizedType(op.getType()),
                          kernel::getQuantizedType(type));
    if (!value)
      return rewriter.notifyMatchFailure(op, "the codes cannot be widened to bytes");
    rewriter.replaceOpWithNewOp<kernel::ConstantOp>(op, type, value);
    return success();
  }
};

//===----------------------------------------------------------------------===//
// Constants
//===----------------------------------------------------------------------===//

struct LowerConstant : public OpRewritePattern<arith::ConstantOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(arith::ConstantOp op, PatternRewriter &rewriter) const override {
    auto value = dyn_cast<ElementsAttr>(op.getValue());
    if (!value || !kernel::isKernelTensor(op.getType()))
      return rewriter.notifyMatchFailure(op, "only f32 tensors are constants of their own");
    rewriter.replaceOpWithNewOp<kernel::ConstantOp>(op, value);
    return success();
  }
};

//===----------------------------------------------------------------------===//
// The quantir dialect
//===----------------------------------------------------------------------===//

/// What may be one kernel becomes one later, by what it is and not by the unit that it was in.
struct InlineFused : public OpRewritePattern<FusedOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(FusedOp op, PatternRewriter &rewriter) const override {
    Block *body = &op.getBody().front();
    Operation *yield = body->getTerminator();
    rewriter.inlineBlockBefore(body, op, op.getInputs());
    rewriter.replaceOp(op, yield->getOperands());
    rewriter.eraseOp(yield);
    return success();
  }
};

/// The stubs of eager mode say where, not what.
template <typename StubOp> struct LowerStub : public OpRewritePattern<StubOp> {
  using OpRewritePattern<StubOp>::OpRewritePattern;

  LogicalResult matchAndRewrite(StubOp op, PatternRewriter &rewriter) const override {
    rewriter.replaceOp(op, op.getInput());
    return success();
  }
};

/// What is passive has been seen elsewhere, and a constant that its observer has seen has nothing
/// to add at each run.
struct LowerObserve : public OpRewritePattern<ObserveOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ObserveOp op, PatternRewriter &rewriter) const override {
    if (!op.getPassive() && !isSeenConstant(op))
      lower::createKernel<kernel::ObserveOp>(rewriter, op, op.getInput(), op.getObserverAttr());
    rewriter.replaceOp(op, op.getInput());
    return success();
  }

private:
  static bool isSeenConstant(ObserveOp op) {
    if (!isa_and_nonnull<arith::ConstantOp, kernel::ConstantOp>(op.getInput().getDefiningOp()))
      return false;
    auto observer = SymbolTable::lookupNearestSymbolFrom<ObserverOp>(op, op.getObserverAttr());
    std::optional<numerics::ObserverState> state =
        observer ? observer.getObserverState() : std::nullopt;
    return state && !state->empty();
  }
};

struct LowerFakeQuantizeDynamic : public OpRewritePattern<FakeQuantizeDynamicOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(FakeQuantizeDynamicOp op,
                                PatternRewriter &rewriter) const override {
    lower::replaceWithKernel<kernel::FakeQuantizeDynamicOp>(
        rewriter, op, op.getType(), op.getInput(), op.getQuantMin(), op.getQuantMax());
    return success();
  }
};

struct LowerFakeQuantizeAffine : public OpRewritePattern<FakeQuantizeAffineOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(FakeQuantizeAffineOp op, PatternRewriter &rewriter) const override {
    lower::replaceWithKernel<kernel::FakeQuantizeAffineOp>(
        rewriter, op, op.getType(), op.getInput(), op.getSpec(), op.getScalesAttr(),
        op.getZeroPointsAttr(), op.getFloatZeroPointsAttr());
    return success();
  }
};

struct LowerRoundFloat16 : public OpRewritePattern<RoundFloat16Op> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(RoundFloat16Op op, PatternRewriter &rewriter) const override {
    lower::replaceWithKernel<kernel::RoundFloat16Op>(rewriter, op, op.getType(), op.getInput());
    return success();
  }
};

} // namespace

void lower::populateQuantPatterns(RewritePatternSet &patterns) {
  patterns.add<InlineFused, LowerFakeQuantizeAffine, LowerFakeQuantizeDynamic, LowerRoundFloat16,
               LowerConstant, LowerDequantizeCast, LowerKeep, LowerObserve, LowerStub<QuantStubOp>,
               LowerStub<DequantStubOp>, LowerQuantizeCast, LowerStorageCast>(
      patterns.getContext());
}
