//===- Equalize.cpp - Scale columns to like ranges ------------------------===//
//
// Follows torch.ao.quantization.fx._equalize, but for what would change the model's function: where
// that drops the scale (a relu that no linear op stands before, a maker that is not equalized
// itself), it is folded or multiplied here, and readers of the unscaled value keep it.
//
//===----------------------------------------------------------------------===//

#include "quantir/passes/Equalize/Passes.h"

#include "Layers.h"

#include "quantir/Config/CustomConfig.h"
#include "quantir/Config/Settings.h"
#include "quantir/Numerics/Equalization.h"
#include "quantir/dialects/NN/Constants.h"
#include "quantir/dialects/NN/NN.h"

#include "mlir/IR/PatternMatch.h"

namespace quantir {
#define GEN_PASS_DEF_EQUALIZEPASS
#include "quantir/passes/Equalize/Passes.h.inc"
} // namespace quantir

using namespace mlir;
using namespace quantir;

namespace {

/// An op to be equalized.
struct Target {
  Layer layer;
  ObserveOp columns;  ///< observes the columns of the input
  ObserveOp observed; ///< before it: the observer that the input is quantized by
  std::vector<float> scale;
  numerics::ScaledRange range; ///< of the scaled input
};

AnnotationAttr annotationOf(Operation *op) {
  return op->getAttrOfType<AnnotationAttr>(QuantirDialect::annotationAttrName);
}

/// Gives an observer that chooses from a range this one. A histogram keeps its counts, as in
/// PyTorch: they stand for the new range then. Those that merge exactly have bins at fixed places,
/// and become the range alone.
void setRange(ObserverOp observer, numerics::ScaledRange range) {
  numerics::ObserverConfig config = observer.getSpec().getConfig();
  std::optional<numerics::ObserverState> state = observer.getObserverState();
  if (!numerics::needsCalibration(config) || !state || state->empty())
    return;
  state->minVal.assign(1, range.min);
  state->maxVal.assign(1, range.max);
  if (!state->counts.empty()) {
    state->counts.clear();
    auto minMax = numerics::ObserverConfig::of(numerics::ObserverKind::MinMax);
    minMax.dtype = config.dtype;
    minMax.scheme = config.scheme;
    minMax.quantMin = config.quantMin;
    minMax.quantMax = config.quantMax;
    minMax.reduceRange = config.reduceRange;
    minMax.eps = config.eps;
    observer.setSpecAttr(ObserverSpecAttr::get(observer.getContext(), minMax));
  }
  observer.setObserverState(*state);
}

class EqualizePass : public quantir::impl::EqualizePassBase<EqualizePass> {
public:
  void runOnOperation() override {
    SymbolTable table(getOperation());
    symbols = &table;
    useCounts.clear();
    if (auto uses = SymbolTable::getSymbolUses(&getOperation().getBodyRegion()))
      for (SymbolTable::SymbolUse use : *uses)
        ++useCounts[use.getSymbolRef().getRootReference()];
    for (auto func : getOperation().getOps<func::FuncOp>())
      if (isTraceable(func) && failed(equalize(func)))
        return signalPassFailure();
  }

private:
  LogicalResult equalize(func::FuncOp func) {
    SmallVector<Target> targets;
    for (Operation &op : func.getBody().getOps())
      if (AnnotationAttr annotation = annotationOf(&op); annotation && annotation.getEqualization())
        if (failed(collect(&op, targets)))
          return failure();
    if (targets.empty())
      return success();
    FailureOr<QuantizationRules> rules = getAnalysis<Settings>().rulesOf(func);
    if (failed(rules))
      return failure();
    // All scales are those of the weights as they were.
    for (Target &target : targets)
      if (failed(apply(target, *rules)))
        return failure();
    return success();
  }

  ObserverOp observerOf(ObserveOp observe) {
    return symbols->lookup<ObserverOp>(observe.getObserver());
  }

  LogicalResult collect(Operation *op, SmallVectorImpl<Target> &targets) {
    std::optional<Layer> layer = layerOf(op);
    if (!layer || !isOnlyReader(*layer->weight))
      return op->emitError("expected a linear or convolution with a constant weight of its own, "
                           "since its annotation asks for equalization");
    auto columns = layer->input->get().getDefiningOp<ObserveOp>();
    auto observed = columns ? columns.getInput().getDefiningOp<ObserveOp>() : ObserveOp();
    if (!observed)
      return op->emitError("expected an input whose columns are observed, since its annotation "
                           "asks for equalization");
    std::optional<numerics::ObserverState> state = observerOf(columns).getObserverState();
    if (!state || state->empty())
      return observerOf(columns).emitError("has no state; calibrate the prepared model first");
    Target target = {*layer, columns, observed, {}, {}};
    numerics::ChannelRanges activation = {state->minVal, state->maxVal};
    numerics::ChannelRanges weight = numerics::inputChannelRanges(
        *nn::getConstantFloats(constantBehind(*layer->weight)), layer->shape);
    if (std::string error = numerics::equalizationScale(activation, weight, target.scale);
        !error.empty())
      return op->emitError("cannot be equalized: ") << error;
    target.range = numerics::scaledRange(activation, target.scale);
    targets.push_back(std::move(target));
    return success();
  }

  LogicalResult apply(Target &target, const QuantizationRules &rules) {
    Layer &layer = target.layer;
    std::vector<float> inverse = numerics::reciprocals(target.scale);
    rewriteConstant(*layer.weight, [&](MutableArrayRef<float> values) {
      numerics::scaleInputChannels(values, layer.shape, inverse);
    });
    if (std::optional<Layer> maker = makerToScale(target)) {
      scaleMaker(*maker, target.scale);
      if (!rules.equalizeAsFX)
        setRange(ownObserver(target), target.range);
    } else {
      if (failed(multiply(target)))
        return failure();
      setRange(rules.equalizeAsFX ? observerOf(target.observed) : ownObserver(target),
               target.range);
    }
    removeColumns(target);
    ++numEqualized;
    return success();
  }

  /// The op that makes the input, if it can take the scale and the input is all that its result is
  /// used for.
  std::optional<Layer> makerToScale(const Target &target) {
    Value input = ObserveOp(target.observed).getInput();
    if (!input.hasOneUse() || !target.observed->hasOneUse())
      return std::nullopt;
    std::optional<Layer> maker = layerOf(input.getDefiningOp());
    if (!maker || !maker->scalesWithOutput || !isOnlyReader(*maker->weight) ||
        maker->outputAxis != target.layer.inputAxis ||
        maker->shape.outputs() != static_cast<int64_t>(target.scale.size()))
      return std::nullopt;
    return maker;
  }

  static void scaleMaker(Layer &maker, ArrayRef<float> scale) {
    rewriteConstant(*maker.weight, [&](MutableArrayRef<float> values) {
      numerics::scaleOutputChannels(values, maker.shape, scale);
    });
    if (!maker.bias)
      return;
    rewriteConstant(*maker.bias, [&](MutableArrayRef<float> values) {
      for (auto [value, factor] : llvm::zip_equal(values, scale))
        value *= factor;
    });
  }

  /// Puts a multiplication before the observer. Who else reads what that observes keeps its
  /// observer.
  LogicalResult multiply(Target &target) {
    ObserveOp observed = target.observed;
    OpBuilder builder(observed);
    if (!observed->hasOneUse()) {
      builder.setInsertionPoint(target.columns);
      observed =
          ObserveOp::create(builder, observed.getLoc(), observed.getType(), observed.getInput(),
                            observed.getObserver(), observed.getPassive());
      ++useCounts[observed.getObserverAttr().getAttr()];
      target.columns.getInputMutable().assign(observed);
      target.observed = observed;
      builder.setInsertionPoint(observed);
    }
    Value input = observed.getInput();
    Location loc = input.getLoc();
    SmallVector<int64_t> shape(observed.getType().getRank(), 1);
    shape[target.layer.inputAxis] = target.scale.size();
    Value scale = nn::createConstant(builder, loc, shape, target.scale, "equalization_scale");
    auto product = nn::createChecked<nn::MulOp>(builder, loc, {input, scale});
    if (!product)
      return failure();
    product->setAttr(QuantirDialect::floatReasonAttrName,
                     builder.getStringAttr("it multiplies with the scale of an equalization"));
    observed.getInputMutable().assign(product);
    ++numMultiplied;
    return success();
  }

  /// The observer of the input, which nothing else has: a copy of it, if something does.
  ObserverOp ownObserver(Target &target) {
    ObserverOp observer = observerOf(target.observed);
    unsigned &uses = useCounts[observer.getSymNameAttr()];
    if (uses == 1)
      return observer;
    --uses;
    OpBuilder builder(observer);
    builder.setInsertionPointAfter(observer);
    auto copy = cast<ObserverOp>(builder.clone(*observer));
    StringAttr name = symbols->insert(copy);
    useCounts[name] = 1;
    target.observed.setObserver(name);
    target.observed.setPassive(false);
    return copy;
  }

  void removeColumns(Target &target) {
    Operation *unit = target.layer.unit;
    ObserverOp observer = observerOf(target.columns);
    target.columns.replaceAllUsesWith(target.observed.getResult());
    target.columns.erase();
    if (--useCounts[observer.getSymNameAttr()] == 0)
      symbols->erase(observer);
    AnnotationAttr annotation = annotationOf(unit);
    unit->setAttr(
        QuantirDialect::annotationAttrName,
        AnnotationAttr::get(unit->getContext(), annotation.getOperands(), annotation.getResults()));
  }

  SymbolTable *symbols = nullptr;
  llvm::DenseMap<StringAttr, unsigned> useCounts; ///< how often each symbol is named
};

} // namespace
