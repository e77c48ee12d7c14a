//===- FoldCasts.cpp - From float kernels between casts to integer ones ---===//

#include "PopulatePatterns.h"
#include "quantir/Numerics/Quantize.h"
#include "quantir/dialects/NN/Constants.h"
#include "quantir/dialects/Quantir/QuantirAttrs.h"

using namespace mlir;
using namespace quantir;
using namespace quantir::kernel;

static bool isCast(Operation *op) { return isa<QuantizeOp, DequantizeOp, RequantizeOp>(op); }

static bool haveSameLayout(Value a, Value b) {
  return isChannelsLast(a.getType()) == isChannelsLast(b.getType());
}

/// The type that all users quantize `value` to; null if some do something else, or there are none.
static RankedTensorType getQuantizedUse(Value value) {
  RankedTensorType common;
  for (Operation *user : value.getUsers()) {
    auto quantize = dyn_cast<QuantizeOp>(user);
    if (!quantize || !haveSameLayout(value, quantize) || (common && quantize.getType() != common))
      return {};
    common = cast<RankedTensorType>(quantize.getType());
  }
  return common;
}

/// The codes behind a dequantized value; any other value itself.
static Value lookThroughDequantize(Value value) {
  auto dequantize = value.getDefiningOp<DequantizeOp>();
  return dequantize && haveSameLayout(value, dequantize.getInput()) ? dequantize.getInput() : value;
}

namespace {

//===----------------------------------------------------------------------===//
// Kernels on integers
//===----------------------------------------------------------------------===//

/// Gives a kernel the types of what its dequantized operands were made from, and of what its result
/// is quantized to, if a kernel with these types exists. The candidates, best first:
///   1. all operands as codes, the result as codes;
///   2. without 32-bit codes: a quantized bias whose scale is not that of the products is added as
///   f32;
///   3. the data requantized to the result's type first, for kernels that need both to be the same;
///   4. and 5. as 1 and 2, but with an f32 result.
struct FoldCastsIntoKernel : public OpInterfaceRewritePattern<KernelOpInterface> {
  using OpInterfaceRewritePattern::OpInterfaceRewritePattern;

  LogicalResult matchAndRewrite(KernelOpInterface op, PatternRewriter &rewriter) const override {
    if (isCast(op) || op->getNumResults() != 1)
      return rewriter.notifyMatchFailure(op, "a cast, or without a result");
    Value result = op->getResult(0);
    RankedTensorType resultType = cast<RankedTensorType>(result.getType());
    RankedTensorType quantizedType = isFloat(resultType) ? getQuantizedUse(result) : nullptr;

    SmallVector<Value> codes, codesOf8Bits;
    for (Value operand : op->getOperands()) {
      Value code = lookThroughDequantize(operand);
      quant::QuantizedType type = getQuantizedType(code.getType());
      codes.push_back(code);
      codesOf8Bits.push_back(type && type.getStorageTypeIntegralWidth() != 8 ? operand : code);
    }

    if (quantizedType) {
      if (tryTypes(op, codes, quantizedType, rewriter) ||
          tryTypes(op, codesOf8Bits, quantizedType, rewriter) ||
          tryRequantized(op, codes, quantizedType, rewriter))
        return success();
    }
    if (tryTypes(op, codes, resultType, rewriter) ||
        tryTypes(op, codesOf8Bits, resultType, rewriter))
      return success();
    return rewriter.notifyMatchFailure(op, "no integer kernel for these types");
  }

private:
  static bool tryTypes(KernelOpInterface op, ArrayRef<Value> operands, RankedTensorType resultType,
                       PatternRewriter &rewriter) {
    bool same =
        resultType == op->getResult(0).getType() && llvm::equal(op->getOperands(), operands);
    if (same || !op.checkElementTypes(ValueRange(operands).getTypes(), resultType).empty())
      return false;
    apply(op, operands, resultType, rewriter);
    return true;
  }

  static bool tryRequantized(KernelOpInterface op, ArrayRef<Value> codes,
                             RankedTensorType resultType, PatternRewriter &rewriter) {
    SmallVector<Type> types;
    for (auto [index, code] : llvm::enumerate(codes)) {
      bool isData = !op.isParameter(index);
      if (isData && !getActivationType(code.getType()))
        return false;
      types.push_back(isData ? withElementType(code.getType(), resultType.getElementType())
                             : code.getType());
    }
    if (!op.checkElementTypes(types, resultType).empty())
      return false;
    SmallVector<Value> operands;
    rewriter.setInsertionPoint(op);
    for (auto [code, type] : llvm::zip_equal(codes, types))
      operands.push_back(code.getType() == type
                             ? code
                             : lower::createKernel<RequantizeOp>(rewriter, op, type, code));
    apply(op, operands, resultType, rewriter);
    return true;
  }

  static void apply(KernelOpInterface op, ArrayRef<Value> operands, RankedTensorType resultType,
                    PatternRewriter &rewriter) {
    bool folded = resultType != op->getResult(0).getType();
    rewriter.modifyOpInPlace(op, [&] {
      op->setOperands(operands);
      op->getResult(0).setType(resultType);
    });
    if (folded)
      for (Operation *user : llvm::make_early_inc_range(op->getUsers()))
        rewriter.replaceOp(user, op->getResult(0));
  }
};

//===----------------------------------------------------------------------===//
// Casts among themselves
//===----------------------------------------------------------------------===//

/// quantize(dequantize(q)) -> requantize(q), between types that differ.
struct FormRequantize : public OpRewritePattern<QuantizeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(QuantizeOp op, PatternRewriter &rewriter) const override {
    auto dequantize = op.getInput().getDefiningOp<DequantizeOp>();
    if (!dequantize || !getActivationType(dequantize.getInput().getType()) ||
        !getActivationType(op.getType()))
      return rewriter.notifyMatchFailure(op, "not made from 8-bit codes");
    lower::replaceWithKernel<RequantizeOp>(rewriter, op, op.getType(), dequantize.getInput());
    return success();
  }
};

/// move(dequantize(q)) -> dequantize(move(q)): fewer bytes to move, and a quantize that follows
/// meets its dequantize.
struct SinkDequantize : public OpInterfaceRewritePattern<KernelOpInterface> {
  using OpInterfaceRewritePattern::OpInterfaceRewritePattern;

  LogicalResult matchAndRewrite(KernelOpInterface op, PatternRewriter &rewriter) const override {
    if (!op.movesData() || !isFloat(op->getResult(0).getType()))
      return rewriter.notifyMatchFailure(op, "not a movement of f32");
    SmallVector<Value> codes;
    for (Value operand : op->getOperands()) {
      codes.push_back(lookThroughDequantize(operand));
      Type type = codes.back().getType();
      if (!getActivationType(type) ||
          getActivationType(type) != getActivationType(codes.front().getType()))
        return rewriter.notifyMatchFailure(op, "the operands are not dequantized from one type");
    }

    Operation *moved = rewriter.clone(*op);
    rewriter.modifyOpInPlace(moved, [&] {
      moved->setOperands(codes);
      moved->getResult(0).setType(
          withElementType(op->getResult(0).getType(), getActivationType(codes.front().getType())));
    });
    lower::replaceWithKernel<DequantizeOp>(rewriter, op, op->getResult(0).getType(),
                                           moved->getResult(0));
    return success();
  }
};

//===----------------------------------------------------------------------===//
// Casts of constants
//===----------------------------------------------------------------------===//

constexpr int64_t maxConstantElements = int64_t(1) << 31;

numerics::QParams getQParams(quant::QuantizedType type) {
  numerics::QParams params;
  SmallVector<float> scales = getScales(type);
  SmallVector<int32_t> zeroPoints = getZeroPoints(type);
  params.scale.assign(scales.begin(), scales.end());
  params.zeroPoint.assign(zeroPoints.begin(), zeroPoints.end());
  params.axis = getQuantizedAxis(type);
  params.quantMin = int32_t(type.getStorageTypeMin());
  params.quantMax = int32_t(type.getStorageTypeMax());
  bool wide = type.getStorageTypeIntegralWidth() == 32;
  params.dtype = wide              ? numerics::QDType::QInt32
                 : type.isSigned() ? numerics::QDType::QInt8
                                   : numerics::QDType::QUInt8;
  return params;
}

/// Calls `function` with a null pointer to the C++ type of the codes.
template <typename Function> auto dispatchStorage(quant::QuantizedType type, Function function) {
  if (type.getStorageTypeIntegralWidth() == 32)
    return function(static_cast<int32_t *>(nullptr));
  return type.isSigned() ? function(static_cast<int8_t *>(nullptr))
                         : function(static_cast<uint8_t *>(nullptr));
}

/// quantize(constant) and dequantize(constant) -> constant, unless that takes more bytes: a session
/// dequantizes the codes of a constant once, when it is created.
template <typename CastOp> struct FoldConstantCast : public OpRewritePattern<CastOp> {
  using OpRewritePattern<CastOp>::OpRewritePattern;

  LogicalResult matchAndRewrite(CastOp op, PatternRewriter &rewriter) const override {
    auto constant = op.getInput().template getDefiningOp<ConstantOp>();
    if (!constant || constant.getValue().getNumElements() > maxConstantElements)
      return rewriter.notifyMatchFailure(op, "not a cast of a constant of a sane size");
    constexpr bool quantizing = std::is_same_v<CastOp, QuantizeOp>;
    auto resultType = cast<RankedTensorType>(op.getType());
    quant::QuantizedType type =
        getQuantizedType(quantizing ? Type(resultType) : constant.getType());
    if (!quantizing && type.getStorageTypeIntegralWidth() < 32)
      return rewriter.notifyMatchFailure(op, "the codes are smaller than the numbers");

    SmallVector<char> storage;
    std::optional<ArrayRef<char>> raw = nn::getRawData(constant.getValue(), storage);
    if (!raw)
      return rewriter.notifyMatchFailure(op, "the constant has no values");
    shapes::Dims dims = getDims(resultType);
    numerics::QParams params = getQParams(type);
    Type storageType = quantizing ? type.getStorageType() : rewriter.getF32Type();
    SmallVector<char> result(resultType.getNumElements() *
                             (storageType.getIntOrFloatBitWidth() / 8));
    std::string error = dispatchStorage(type, [&](auto *null) {
      using Code = std::remove_pointer_t<decltype(null)>;
      if constexpr (quantizing)
        return numerics::quantize(reinterpret_cast<const float *>(raw->data()), dims, params,
                                  reinterpret_cast<Code *>(result.data()));
      else
        return numerics::dequantize(reinterpret_cast<const Code *>(raw->data()), dims, params,
                                    reinterpret_cast<float *>(result.data()));
    });
    if (!error.empty())
      return rewriter.notifyMatchFailure(op, error);
    ElementsAttr value =
        nn::makeElementsAttr(RankedTensorType::get(resultType.getShape(), storageType), result,
                             nn::getNameHint(constant.getValue()));
    rewriter.replaceOpWithNewOp<ConstantOp>(op, resultType, value);
    return success();
  }
};

/// fake_quantize_affine(constant) -> constant, when its parameters are known.
struct FoldConstantFakeQuantize : public OpRewritePattern<FakeQuantizeAffineOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(FakeQuantizeAffineOp op, PatternRewriter &rewriter) const override {
    auto constant = op.getInput().getDefiningOp<ConstantOp>();
    auto spec = cast<ObserverSpecAttr>(op.getSpec());
    if (!constant || spec.getConfig().isDynamic ||
        constant.getValue().getNumElements() > maxConstantElements)
      return rewriter.notifyMatchFailure(op, "not of a constant of a sane size");
    auto type = cast<RankedTensorType>(op.getType());
    SmallVector<char> storage;
    std::optional<ArrayRef<char>> raw = nn::getRawData(constant.getValue(), storage);
    numerics::AffineQParams params;
    std::string error = readAffineQParams(type, spec, op.getScalesAttr(), op.getZeroPointsAttr(),
                                          op.getFloatZeroPointsAttr(), params);
    if (!raw || !error.empty())
      return rewriter.notifyMatchFailure(op, raw ? error : "the constant has no values");
    SmallVector<char> result(raw->size());
    error =
        numerics::fakeQuantizeAffine(reinterpret_cast<const float *>(raw->data()), getDims(type),
                                     params, reinterpret_cast<float *>(result.data()));
    if (!error.empty())
      return rewriter.notifyMatchFailure(op, error);
    auto plain = RankedTensorType::get(type.getShape(), type.getElementType());
    rewriter.replaceOpWithNewOp<ConstantOp>(
        op, type, nn::makeElementsAttr(plain, result, nn::getNameHint(constant.getValue())));
    return success();
  }
};

} // namespace

void lower::populateSinkDequantizePatterns(RewritePatternSet &patterns) {
  // Before it is asked for an integer kernel: a requantize is cheaper behind the movement.
  patterns.add<SinkDequantize>(patterns.getContext(), /*benefit=*/2);
}

void lower::populateFoldCastPatterns(RewritePatternSet &patterns) {
  patterns.add<FoldCastsIntoKernel, FormRequantize>(patterns.getContext());
  populateSinkDequantizePatterns(patterns);
}

void lower::populateConstantCastPatterns(RewritePatternSet &patterns) {
  patterns
      .add<FoldConstantCast<QuantizeOp>, FoldConstantCast<DequantizeOp>, FoldConstantFakeQuantize>(
          patterns.getContext());
}
