//===- UnifyObservers.cpp - One scale for joined values of like ranges ----===//
//
// A join (#quantir.joined) works on integers of one scale. A value with a scale s of its own that
// is quantized once more, to the scale t of the result, has errors of about s^2 / 12 and then t^2 /
// 12 there, and s^2 / 12 for everybody else who reads it. With t from the start it has t^2 / 12
// everywhere. The latter is no worse where the factor that it costs the others, (t / s)^2, is at
// most the factor that it saves the join, 1 + (s / t)^2: where (s / t)^2 is at least 0.618.
//
//===----------------------------------------------------------------------===//

#include "quantir/passes/Convert/Passes.h"

#include "quantir/Config/ObserverLoader.h"

#include "llvm/ADT/MapVector.h"

namespace quantir {
#define GEN_PASS_DEF_UNIFYOBSERVERSPASS
#include "quantir/passes/Convert/Passes.h.inc"
} // namespace quantir

using namespace mlir;
using namespace quantir;

namespace {

/// The least ratio of the scale of a value to that of the join that it goes into.
constexpr double leastScaleRatio = 0.786;
/// How much of a value's range may lie outside of that of the join, which may have cut off rare
/// values.
constexpr double mostOutside = 0.02;

/// The range that an observer has chosen.
struct Range {
  double scale, min, max;
};

/// Nothing for observers that have no range of real numbers for the whole tensor, or no statistics
/// yet.
std::optional<Range> rangeOf(ObserverOp observer, const ObserverLoader &loader) {
  const numerics::ObserverConfig config = loader.configOf(observer);
  if (!numerics::needsCalibration(config) || config.isDynamic ||
      config.kind == numerics::ObserverKind::AffineMinMax)
    return std::nullopt;
  std::string error;
  std::unique_ptr<numerics::Observer> statistics = loader.load(observer, error);
  numerics::QParams params;
  if (!statistics || !statistics->calculateQParams(params).empty() || !params.perTensor() ||
      !params.floatZeroPoint.empty())
    return std::nullopt;
  double scale = params.scale[0], zeroPoint = params.zeroPoint[0];
  numerics::QuantRange codes = config.range();
  return Range{scale, (codes.min - zeroPoint) * scale, (codes.max - zeroPoint) * scale};
}

/// Whether a value of range `value` can be quantized with the scale of `join` at no loss.
bool isServedBy(const Range &value, const Range &join) {
  double outside = mostOutside * (value.max - value.min);
  return value.scale >= leastScaleRatio * join.scale && value.min >= join.min - outside &&
         value.max <= join.max + outside;
}

class UnifyObserversPass : public quantir::impl::UnifyObserversPassBase<UnifyObserversPass> {
public:
  void runOnOperation() override {
    ModuleOp module = getOperation();
    SymbolTable symbols(module);
    FailureOr<ObserverLoader> loader = ObserverLoader::create(module, getAnalysis<Settings>());
    if (failed(loader))
      return signalPassFailure();
    Unifier unifier(symbols, *loader);
    for (auto func : module.getOps<func::FuncOp>())
      func.walk([&](Operation *op) { unifier.visit(op); });
    numUnified += unifier.apply(module);
  }

private:
  class Unifier {
  public:
    Unifier(SymbolTable &symbols, const ObserverLoader &loader)
        : symbols(symbols), loader(loader) {}

    void visit(Operation *op) {
      auto annotation = op->getAttrOfType<AnnotationAttr>(QuantirDialect::annotationAttrName);
      if (!annotation)
        return;
      for (OpResult result : op->getResults()) {
        if (!isa<JoinedSpecAttr>(annotation.getResults()[result.getResultNumber()]))
          continue;
        for (Operation *user : result.getUsers())
          if (auto observe = dyn_cast<ObserveOp>(user))
            join(op, observe.getObserverAttr().getAttr());
      }
    }

    /// Gives the values that an observer was taken over of their new one.
    unsigned apply(ModuleOp module) {
      if (takenBy.empty())
        return 0;
      auto take = [&](ObserveOp observe) {
        StringAttr name = observe.getObserverAttr().getAttr(), last = current(name);
        if (name == last)
          return;
        observe.setObserver(last.getValue());
        observe.setPassive(true);
      };
      for (auto func : module.getOps<func::FuncOp>())
        func.walk(take);
      for (auto [name, last] : takenBy)
        symbols.erase(symbols.lookup(name));
      return takenBy.size();
    }

  private:
    void join(Operation *op, StringAttr resultName) {
      resultName = current(resultName);
      auto joined = symbols.lookup<ObserverOp>(resultName);
      std::optional<Range> range = joined ? rangeOf(joined) : std::nullopt;
      if (!range)
        return;
      for (Value operand : op->getOperands()) {
        auto observe = operand.getDefiningOp<ObserveOp>();
        StringAttr name = observe ? current(observe.getObserverAttr().getAttr()) : StringAttr();
        auto own = name && name != resultName ? symbols.lookup<ObserverOp>(name) : ObserverOp();
        if (!own || own.getSpec().getConfig().dtype != joined.getSpec().getConfig().dtype ||
            !rangeOf(own) || !canAllTake(name, *range))
          continue;
        takenBy[name] = resultName;
        llvm::append_range(taken[resultName], taken[name]);
        taken[resultName].push_back(name);
      }
    }

    /// Whether `name`, and all that it has taken over, can be quantized with the range of a join:
    /// in a chain of joins each step may be small.
    bool canAllTake(StringAttr name, const Range &range) {
      auto fits = [&](StringAttr member) {
        std::optional<Range> own = rangeOf(symbols.lookup<ObserverOp>(member));
        return own && isServedBy(*own, range);
      };
      return fits(name) && llvm::all_of(taken[name], fits);
    }

    StringAttr current(StringAttr name) const {
      for (auto it = takenBy.find(name); it != takenBy.end(); it = takenBy.find(name))
        name = it->second;
      return name;
    }

    /// The range of an observer, which is computed once: a histogram's takes a search.
    std::optional<Range> rangeOf(ObserverOp observer) {
      auto [known, isNew] = ranges.try_emplace(observer.getSymNameAttr());
      if (isNew)
        known->second = ::rangeOf(observer, loader);
      return known->second;
    }

    SymbolTable &symbols;
    const ObserverLoader &loader;
    llvm::DenseMap<StringAttr, std::optional<Range>> ranges;
    llvm::MapVector<StringAttr, StringAttr> takenBy;
    llvm::DenseMap<StringAttr, SmallVector<StringAttr>> taken;
  };
};

} // namespace
