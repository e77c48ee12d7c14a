//===- NNNormPatterns.cpp - Norms and GELU out of their parts --------------===//
//
// What exporters write for an operator that ONNX did not have yet. An op made of many keeps the
// location and the attributes of the last.
//
//===----------------------------------------------------------------------===//

#include "quantir/dialects/NN/Constants.h"
#include "quantir/dialects/NN/NN.h"

#include "mlir/IR/PatternMatch.h"

#include <cmath>
#include <cstring>

using namespace mlir;
using namespace quantir;
using namespace quantir::nn;

/// Creates an op at `last`, in whose place it comes.
template <typename NewOp, typename... Args>
static NewOp createAt(PatternRewriter &rewriter, Operation *last, Args &&...args) {
  rewriter.setInsertionPoint(last);
  auto op =
      NewOp::create(rewriter, last->getLoc(), last->getResultTypes(), std::forward<Args>(args)...);
  op->setDiscardableAttrs(last->getDiscardableAttrDictionary());
  return op;
}

/// The number that all elements of a constant are.
static std::optional<float> getNumber(Value value) {
  ElementsAttr elements = getConstantElements(value);
  if (!elements || !elements.getElementType().isF32())
    return std::nullopt;
  if (auto dense = dyn_cast<DenseElementsAttr>(elements))
    return dense.isSplat() ? std::optional(dense.getSplatValue<float>()) : std::nullopt;
  // A blob of one element calls itself a splat, but has no getSplatValue().
  SmallVector<char> storage;
  std::optional<ArrayRef<char>> raw = getRawData(elements, storage);
  if (!raw || raw->empty())
    return std::nullopt;
  float number;
  std::memcpy(&number, raw->data(), sizeof(number));
  if (!isFilledWith(elements, number))
    return std::nullopt;
  return number;
}

static bool isNumber(Value value, double expected) {
  std::optional<float> number = getNumber(value);
  return number && std::abs(*number - expected) <= 1e-6 * std::abs(expected);
}

/// The other operand of a commutative op of two.
static Value getOther(Operation *op, Value operand) {
  return op->getOperand(0) == operand ? op->getOperand(1) : op->getOperand(0);
}

/// The one op that reads `value`, if it is an OpT.
template <typename OpT> static OpT getOnlyUser(Value value) {
  return value.hasOneUse() ? dyn_cast<OpT>(*value.user_begin()) : OpT();
}

/// A constant with the same elements under another shape.
static Value reshapeConstant(PatternRewriter &rewriter, Value constant, const Dims &shape) {
  return rewriter.createOrFold<ReshapeOp>(constant.getLoc(), constant,
                                          rewriter.getDenseI64ArrayAttr(shape));
}

static Value createFilled(PatternRewriter &rewriter, Location location, const Dims &dims,
                          float value) {
  auto type = RankedTensorType::get(dims, rewriter.getF32Type());
  return arith::ConstantOp::create(rewriter, location, DenseElementsAttr::get(type, value));
}

namespace {

//===----------------------------------------------------------------------===//
// GELU
//===----------------------------------------------------------------------===//

/// x * 0.5 * (1 + erf(x / sqrt(2))), the three factors in any order.
struct ErfToGelu : OpRewritePattern<ErfOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ErfOp erf, PatternRewriter &rewriter) const override {
    Value x = getScaled(erf.getInput());
    auto sum = getOnlyUser<AddOp>(erf.getResult());
    if (!x || !sum || !isNumber(getOther(sum, erf.getResult()), 1.0))
      return rewriter.notifyMatchFailure(erf, "not 1 + erf(x / sqrt(2))");
    Value product = sum.getResult();
    while (auto mul = getOnlyUser<MulOp>(product)) {
      product = mul.getResult();
      SmallVector<Value> factors;
      addFactors(product, factors);
      if (factors.size() == 3 && llvm::is_contained(factors, x) &&
          llvm::is_contained(factors, sum.getResult()) &&
          llvm::any_of(factors, [](Value value) { return isNumber(value, 0.5); }) &&
          product.getType() == x.getType()) {
        rewriter.replaceOp(mul, createAt<GeluOp>(rewriter, mul, x, rewriter.getBoolAttr(false)));
        return success();
      }
    }
    return rewriter.notifyMatchFailure(erf, "not multiplied by x and 0.5");
  }

private:
  /// x of x / sqrt(2) or x * (1 / sqrt(2)).
  static Value getScaled(Value value) {
    if (auto div = value.getDefiningOp<DivOp>(); div && isNumber(div.getRhs(), M_SQRT2))
      return div.getLhs();
    if (auto mul = value.getDefiningOp<MulOp>())
      for (Value operand : {mul.getLhs(), mul.getRhs()})
        if (isNumber(operand, M_SQRT1_2))
          return getOther(mul, operand);
    return {};
  }

  /// The factors of a product; a product that is used elsewhere is a factor of its own.
  static void addFactors(Value value, SmallVectorImpl<Value> &factors, bool outermost = true) {
    auto mul = value.getDefiningOp<MulOp>();
    if (!mul || factors.size() > 3 || (!outermost && !value.hasOneUse()))
      return factors.push_back(value);
    addFactors(mul.getLhs(), factors, /*outermost=*/false);
    addFactors(mul.getRhs(), factors, /*outermost=*/false);
  }
};

//===----------------------------------------------------------------------===//
// Layer normalization
//===----------------------------------------------------------------------===//

bool isSquareRoot(SqrtOp) { return true; }
bool isSquareRoot(PowOp op) { return op.getExponent().convertToFloat() == 0.5f; }

/// d / sqrt(mean(d * d) + epsilon) of d = x - mean(x), over the last dimensions.
template <typename RootOp> struct RootToLayerNorm : OpRewritePattern<RootOp> {
  using OpRewritePattern<RootOp>::OpRewritePattern;

  LogicalResult matchAndRewrite(RootOp root, PatternRewriter &rewriter) const override {
    if (!isSquareRoot(root))
      return rewriter.notifyMatchFailure(root, "no square root");
    // As values of known types, for which no template keywords are needed.
    Value result = root.getResult(), input = root.getInput();
    auto quotient = getOnlyUser<DivOp>(result);
    auto sum = input.getDefiningOp<AddOp>();
    auto difference = quotient ? quotient.getLhs().getDefiningOp<SubOp>() : SubOp();
    auto mean = difference ? difference.getRhs().getDefiningOp<MeanOp>() : MeanOp();
    if (!sum || !mean || mean.getInput() != difference.getLhs())
      return rewriter.notifyMatchFailure(root, "no difference from a mean is divided by it");
    auto variance = sum.getLhs().getDefiningOp<MeanOp>();
    std::optional<float> epsilon = getNumber(sum.getRhs());
    auto square = variance ? variance.getInput().getDefiningOp<MulOp>() : MulOp();
    if (!square || !epsilon || square.getLhs() != difference || square.getRhs() != difference)
      return rewriter.notifyMatchFailure(root, "not of a variance and a number");
    RankedTensorType type = difference.getType();
    std::optional<int64_t> axis = getFirstAxis(mean, type.getRank());
    if (!axis || axis != getFirstAxis(variance, type.getRank()) || quotient.getType() != type ||
        mean.getInput().getType() != type || *epsilon < 0)
      return rewriter.notifyMatchFailure(root, "not over the last dimensions");

    Dims dims = getDims(type);
    Value weight =
        createFilled(rewriter, quotient.getLoc(), Dims(dims.begin() + *axis, dims.end()), 1.0f);
    rewriter.replaceOp(quotient,
                       createAt<LayerNormOp>(rewriter, quotient, mean.getInput(), weight,
                                             /*bias=*/Value(),
                                             rewriter.getI64IntegerAttr(*axis - type.getRank()),
                                             rewriter.getF32FloatAttr(*epsilon)));
    return success();
  }

private:
  /// The first of the axes, if they are all from there on, and kept.
  static std::optional<int64_t> getFirstAxis(MeanOp op, int64_t rank) {
    Dims axes;
    if (!op.getKeepDims() || !shapes::normalizeAxes(op.getAxes(), rank, axes).empty())
      return std::nullopt;
    int64_t first = rank - static_cast<int64_t>(axes.size());
    return llvm::all_of(axes, [&](int64_t axis) { return axis >= first; }) ? std::optional(first)
                                                                           : std::nullopt;
  }
};

//===----------------------------------------------------------------------===//
// Group normalization
//===----------------------------------------------------------------------===//

/// reshape(instance_norm(reshape(x to [N, groups, -1]), ones, zeros) to x's shape).
struct InstanceToGroupNorm : OpRewritePattern<InstanceNormOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(InstanceNormOp op, PatternRewriter &rewriter) const override {
    auto from = op.getInput().getDefiningOp<ReshapeOp>();
    auto to = getOnlyUser<ReshapeOp>(op.getResult());
    if (!from || !to || from.getInput().getType() != to.getType())
      return rewriter.notifyMatchFailure(op, "not between a reshape and its inverse");
    if (getNumber(op.getWeight()) != 1.0f || (op.getBias() && getNumber(op.getBias()) != 0.0f))
      return rewriter.notifyMatchFailure(op, "it has parameters of its own");
    Dims outer = getDims(to.getType()), inner = getDims(op.getType());
    if (outer.size() < 2 || inner.size() != 3 || inner[0] != outer[0] || outer[1] % inner[1] != 0)
      return rewriter.notifyMatchFailure(op, "the reshape does not group channels");

    Value weight = createFilled(rewriter, op.getLoc(), {outer[1]}, 1.0f);
    rewriter.replaceOp(to,
                       createAt<GroupNormOp>(rewriter, to, from.getInput(), weight,
                                             /*bias=*/Value(), rewriter.getI64IntegerAttr(inner[1]),
                                             op.getEpsilonAttr()));
    return success();
  }
};

//===----------------------------------------------------------------------===//
// Parameters
//===----------------------------------------------------------------------===//

/// The dimensions of the input that the parameters of a norm run along: [first, end).
std::pair<int64_t, int64_t> getParameterAxes(LayerNormOp op) {
  int64_t rank = op.getType().getRank(), axis = op.getAxis();
  return {axis < 0 ? axis + rank : axis, rank};
}
template <typename OpT> std::pair<int64_t, int64_t> getParameterAxes(OpT) { return {1, 2}; }

/// `operand` in the shape of the norm's parameters, if it is a constant that runs along the same
/// dimensions.
template <typename NormOp>
Value getAsParameter(NormOp op, Value operand, PatternRewriter &rewriter) {
  if (!isConstant(operand))
    return {};
  Dims dims = getDims(operand), wanted = getDims(op.getWeight());
  auto [first, end] = getParameterAxes(op);
  int64_t lead = op.getType().getRank() - static_cast<int64_t>(dims.size());
  for (int64_t axis = lead; axis < op.getType().getRank(); ++axis) {
    bool inside = axis >= first && axis < end;
    if (axis < 0 || dims[axis - lead] != (inside ? wanted[axis - first] : 1))
      return {};
  }
  return lead <= first ? reshapeConstant(rewriter, operand, wanted) : Value();
}

/// norm(x) * w of a norm without parameters: w is its weight.
template <typename NormOp> struct MulToWeight : OpRewritePattern<NormOp> {
  using OpRewritePattern<NormOp>::OpRewritePattern;

  LogicalResult matchAndRewrite(NormOp op, PatternRewriter &rewriter) const override {
    auto mul = getOnlyUser<MulOp>(op.getResult());
    bool plain =
        getNumber(op.getWeight()) == 1.0f && (!op.getBias() || getNumber(op.getBias()) == 0.0f);
    if (!mul || !plain || mul.getType() != op.getType())
      return rewriter.notifyMatchFailure(op, "not multiplied, or it has parameters");
    rewriter.setInsertionPoint(mul);
    Value weight = getAsParameter(op, getOther(mul, op.getResult()), rewriter);
    if (!weight)
      return rewriter.notifyMatchFailure(op, "the factor is not one number per parameter");
    replaceWithClone(op, mul, {op.getInput(), weight}, rewriter);
    return success();
  }

  /// A norm with other parameters in the place of `last`.
  static void replaceWithClone(NormOp op, Operation *last, ValueRange operands,
                               PatternRewriter &rewriter) {
    rewriter.setInsertionPoint(last);
    Operation *clone = rewriter.clone(*op);
    rewriter.modifyOpInPlace(clone, [&] { clone->setOperands(operands); });
    rewriter.replaceOp(last, clone);
  }
};

/// norm(x) + b of a norm without bias: b is its bias.
template <typename NormOp> struct AddToNormBias : OpRewritePattern<NormOp> {
  using OpRewritePattern<NormOp>::OpRewritePattern;

  LogicalResult matchAndRewrite(NormOp op, PatternRewriter &rewriter) const override {
    auto add = getOnlyUser<AddOp>(op.getResult());
    bool plain = !op.getBias() || getNumber(op.getBias()) == 0.0f;
    if (!add || !plain || add.getType() != op.getType())
      return rewriter.notifyMatchFailure(op, "not added to, or it has a bias");
    rewriter.setInsertionPoint(add);
    Value bias = getAsParameter(op, getOther(add, op.getResult()), rewriter);
    if (!bias)
      return rewriter.notifyMatchFailure(op, "the addend is not one number per parameter");
    MulToWeight<NormOp>::replaceWithClone(op, add, {op.getInput(), op.getWeight(), bias}, rewriter);
    return success();
  }
};

} // namespace

void ErfOp::getCanonicalizationPatterns(RewritePatternSet &patterns, MLIRContext *context) {
  patterns.add<ErfToGelu>(context);
}

void SqrtOp::getCanonicalizationPatterns(RewritePatternSet &patterns, MLIRContext *context) {
  patterns.add<RootToLayerNorm<SqrtOp>>(context);
}

void PowOp::getCanonicalizationPatterns(RewritePatternSet &patterns, MLIRContext *context) {
  patterns.add<RootToLayerNorm<PowOp>>(context);
}

void LayerNormOp::getCanonicalizationPatterns(RewritePatternSet &patterns, MLIRContext *context) {
  patterns.add<MulToWeight<LayerNormOp>, AddToNormBias<LayerNormOp>>(context);
}

void GroupNormOp::getCanonicalizationPatterns(RewritePatternSet &patterns, MLIRContext *context) {
  patterns.add<MulToWeight<GroupNormOp>, AddToNormBias<GroupNormOp>>(context);
}

void InstanceNormOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                                 MLIRContext *context) {
  patterns.add<InstanceToGroupNorm, MulToWeight<InstanceNormOp>, AddToNormBias<InstanceNormOp>>(
      context);
}
