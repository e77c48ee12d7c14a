//===- InsertObservers.cpp - Make the observers annotations ask for -------===//

#include "quantir/passes/Prepare/Passes.h"

#include "quantir/Config/Settings.h"
#include "quantir/dialects/NN/Constants.h"
#include "quantir/dialects/NN/NN.h"
#include "quantir/dialects/Quantir/Quantir.h"

#include "mlir/IR/PatternMatch.h"
#include "llvm/ADT/MapVector.h"

namespace quantir {
#define GEN_PASS_DEF_INSERTOBSERVERSPASS
#include "quantir/passes/Prepare/Passes.h.inc"
} // namespace quantir

using namespace mlir;
using namespace quantir;

namespace {

/// A place where a value is observed.
struct Site {
  Value value;
  ObserverSpecAttr spec;            ///< what is asked for here
  unsigned observer;                ///< who observes, an index of SiteMap::observers
  bool isResult;                    ///< all users of the value read what the site gives
  bool passive;                     ///< its values are seen at a site that it shares with
  SmallVector<OpOperand *, 2> uses; ///< else these
};

/// An op that joins values (#quantir.joined), with its sites.
struct Join {
  Operation *op;
  SmallVector<unsigned> operands;
  unsigned result;
  SmallVector<float> ownElements;
};

/// Whether one observer can serve both: what they quantize to is the same.
bool compatible(ObserverSpecAttr a, ObserverSpecAttr b) {
  const numerics::ObserverConfig &x = a.getConfig(), &y = b.getConfig();
  auto isAffine = [](const numerics::ObserverConfig &config) {
    return config.kind == numerics::ObserverKind::AffineMinMax;
  };
  if (isAffine(x) || isAffine(y))
    return x == y;
  return x.dtype == y.dtype && x.isDynamic == y.isDynamic && x.scheme == y.scheme &&
         x.range() == y.range() && x.chAxis == y.chAxis;
}

/// Whether PyTorch lets an operand that wants `spec` read what `site` gives: the type has to be
/// right and, but for the result of an op, the class of the observer; nothing else.
bool reusedByKind(const Site &site, ObserverSpecAttr spec) {
  const numerics::ObserverConfig &x = site.spec.getConfig(), &y = spec.getConfig();
  return x.dtype == y.dtype && x.isDynamic == y.isDynamic &&
         (site.isResult || (x.kind == y.kind && x.fakeQuantize == y.fakeQuantize));
}

/// Whether what is quantized with `a` can be quantized with `b`, whose range is another.
bool canTakeOver(ObserverSpecAttr a, ObserverSpecAttr b) {
  const numerics::ObserverConfig &x = a.getConfig(), &y = b.getConfig();
  auto isPlain = [](const numerics::ObserverConfig &config) {
    return config.kind != numerics::ObserverKind::AffineMinMax && !config.isDynamic &&
           !numerics::isPerChannel(config.scheme);
  };
  return x.dtype == y.dtype && isPlain(x) && isPlain(y);
}

bool isFixed(ObserverSpecAttr spec) {
  return spec.getConfig().kind == numerics::ObserverKind::FixedQParams;
}

/// Whether the range of a fixed observer holds `number`.
bool holds(ObserverSpecAttr fixed, float number) {
  const numerics::ObserverConfig &config = fixed.getConfig();
  numerics::QuantRange range = config.range();
  return number >= (range.min - config.fixedZeroPoint) * config.fixedScale &&
         number <= (range.max - config.fixedZeroPoint) * config.fixedScale;
}

/// Collects the sites of one function, and finds out who shares an observer with whom.
class SiteMap {
public:
  explicit SiteMap(const QuantizationRules &rules) : rules(rules) {}

  /// An observer with the sites where it stands; without any it is not made.
  struct SharedObserver {
    ObserverSpecAttr spec;
    SmallVector<unsigned, 2> sites;
  };

  const QuantizationRules &rules;
  std::vector<Site> sites;
  std::vector<SharedObserver> observers;

  unsigned add(Value value, ObserverSpecAttr spec, bool isResult, bool passive = false) {
    unsigned index = sites.size();
    sites.push_back({value, spec, unsigned(observers.size()), isResult, passive, {}});
    observers.push_back({spec, {index}});
    byValue[value].push_back(index);
    return index;
  }

  /// The site that an operand reads: one of the value that is compatible, else a new one.
  unsigned forOperand(OpOperand &operand, ObserverSpecAttr spec) {
    for (unsigned index : byValue.lookup(operand.get()))
      if (rules.reuseByKind ? reusedByKind(sites[index], spec)
                            : compatible(sites[index].spec, spec)) {
        sites[index].uses.push_back(&operand);
        return index;
      }
    unsigned index = add(operand.get(), spec, /*isResult=*/false);
    sites[index].uses.push_back(&operand);
    return index;
  }

  /// Lets `site` share the observer of `other`. PyTorch gives the site that observer, and what
  /// shared the site's own so far keeps it; here all of them share one from then on.
  LogicalResult share(unsigned site, unsigned other) {
    unsigned from = sites[site].observer, to = sites[other].observer;
    if (from == to)
      return success();
    if (rules.joinByFirst) {
      llvm::erase(observers[from].sites, site);
      observers[to].sites.push_back(site);
      sites[site].observer = to;
      return success();
    }
    // What is known of the range of one value says nothing of another's.
    ObserverSpecAttr own = observers[from].spec, others = observers[to].spec;
    if (isFixed(own) && isFixed(others) && own != others)
      return emitError(sites[site].value.getLoc())
             << "expected values that share an observer to have one range, but got " << others
             << " and " << own;
    bool takesOthers = sites[site].isResult || !isFixed(others);
    unite(from, to, takesOthers ? others : own);
    return success();
  }

  void addJoin(Join join) { joins.push_back(std::move(join)); }

  /// Decides which operands of joins take the observer of the result.
  void resolveJoins() {
    for (const Join &join : joins)
      if (ObserverSpecAttr fixed = commonFixedSpec(join))
        for (unsigned site : join.operands)
          unite(sites[site].observer, sites[join.result].observer, fixed);
    // From the end: what a join passes on to another join has its observer by then.
    for (const Join &join : llvm::reverse(joins))
      for (unsigned site : join.operands) {
        unsigned from = sites[site].observer, to = sites[join.result].observer;
        if (from == to || !canTakeOver(observers[from].spec, observers[to].spec) ||
            !isOnlyReadBy(join.op, from))
          continue;
        for (unsigned member : observers[from].sites)
          sites[member].passive = true;
        unite(from, to, observers[to].spec);
      }
  }

  /// The first site on the way up from `op` through first operands; nothing if the way ends
  /// without.
  std::optional<unsigned> upstreamOf(Operation *op) const {
    while (op && op->getNumOperands() > 0) {
      Value value = op->getOperand(0);
      auto found = byValue.find(value);
      if (found != byValue.end())
        return found->second.back();
      op = value.getDefiningOp();
    }
    return std::nullopt;
  }

private:
  void unite(unsigned from, unsigned to, ObserverSpecAttr spec) {
    if (from == to)
      return;
    for (unsigned site : observers[from].sites)
      sites[site].observer = to;
    llvm::append_range(observers[to].sites, observers[from].sites);
    observers[from].sites.clear();
    observers[to].spec = spec;
  }

  /// What all operands of `join` are fixed to, if they are and it serves the result as well.
  ObserverSpecAttr commonFixedSpec(const Join &join) const {
    if (join.operands.empty())
      return {};
    ObserverSpecAttr first = observers[sites[join.operands.front()].observer].spec;
    bool isCommon = isFixed(first) && canTakeOver(sites[join.result].spec, first) &&
                    llvm::all_of(join.operands, [&](unsigned site) {
                      return observers[sites[site].observer].spec == first;
                    });
    auto isHeld = [&](float element) { return holds(first, element); };
    return isCommon && llvm::all_of(join.ownElements, isHeld) ? first : ObserverSpecAttr();
  }

  /// Whether all that is quantized with `observer` goes into `join`, at most through ops that pass
  /// it on with the same observer.
  bool isOnlyReadBy(Operation *join, unsigned observer) const {
    return llvm::all_of(observers[observer].sites, [&](unsigned index) {
      const Site &site = sites[index];
      // The parameters of a quantized input are given from outside.
      if (isa<BlockArgument>(site.value) && isFixed(site.spec))
        return false;
      auto goesThere = [&](OpOperand &use) {
        return use.getOwner() == join || passesOn(use.getOwner(), observer);
      };
      return site.isResult
                 ? llvm::all_of(site.value.getUses(), goesThere)
                 : llvm::all_of(site.uses, [&](OpOperand *use) { return goesThere(*use); });
    });
  }

  bool passesOn(Operation *op, unsigned observer) const {
    return op->getNumResults() > 0 && llvm::all_of(op->getResults(), [&](OpResult result) {
             auto found = byValue.find(result);
             if (found == byValue.end())
               return result.use_empty();
             const Site &site = sites[found->second.front()];
             return site.isResult && site.observer == observer;
           });
  }

  std::vector<Join> joins;
  DenseMap<Value, SmallVector<unsigned, 1>> byValue;
};

class InsertObserversPass : public quantir::impl::InsertObserversPassBase<InsertObserversPass> {
public:
  void runOnOperation() override {
    ModuleOp module = getOperation();
    SymbolTable symbols(module);
    activationCount = weightCount = 0;
    columnCounts.clear();
    for (auto func : module.getOps<func::FuncOp>())
      if (failed(insert(func, symbols)))
        return signalPassFailure();
    module->setAttr(QuantirDialect::stageAttrName, StringAttr::get(&getContext(), "prepared"));
  }

private:
  LogicalResult insert(func::FuncOp func, SymbolTable &symbols) {
    FailureOr<QuantizationRules> rules = getAnalysis<Settings>().rulesOf(func);
    if (failed(rules))
      return failure();
    SiteMap map(*rules);
    for (Operation &op : func.getBody().getOps())
      if (auto annotation = op.getAttrOfType<AnnotationAttr>(QuantirDialect::annotationAttrName))
        if (failed(collect(&op, annotation, map)))
          return failure();
    map.resolveJoins();

    std::vector<ObserverOp> observers(map.observers.size());
    llvm::DenseMap<Value, Value> observedResults;
    IRRewriter rewriter(&getContext());
    for (Site &site : map.sites) {
      ObserverOp &observer = observers[site.observer];
      if (observer) {
        ++numShared;
      } else {
        FailureOr<ObserverOp> made = makeObserver(rewriter, func, symbols, map, site);
        if (failed(made))
          return failure();
        observer = *made;
      }

      // A value that its maker quantizes is quantized once more for who wants it otherwise.
      Value value = observedResults.lookup(site.value);
      if (!value)
        value = site.value;
      rewriter.setInsertionPointAfterValue(value);
      auto observe = ObserveOp::create(rewriter, value.getLoc(), value.getType(), value,
                                       observer.getSymName(), site.passive);
      if (site.isResult) {
        rewriter.replaceAllUsesExcept(value, observe.getResult(), observe);
        observedResults[site.value] = observe.getResult();
        continue;
      }
      for (OpOperand *use : site.uses)
        rewriter.modifyOpInPlace(use->getOwner(), [&] { use->set(observe.getResult()); });
    }
    for (Operation &op : func.getBody().getOps())
      if (auto annotation = op.getAttrOfType<AnnotationAttr>(QuantirDialect::annotationAttrName))
        if (annotation.getEqualization())
          observeColumns(rewriter, func, symbols, &op, annotation.getEqualization());
    return success();
  }

  /// Behind the observer of the first activation that `op` reads, one of its columns.
  void observeColumns(IRRewriter &rewriter, func::FuncOp func, SymbolTable &symbols, Operation *op,
                      ObserverSpecAttr spec) {
    auto quantizable = dyn_cast<QuantizableOpInterface>(op);
    OpOperand *operand = llvm::find_if(op->getOpOperands(), [&](OpOperand &candidate) {
      return quantizable &&
             quantizable.getOperandRole(candidate.getOperandNumber()) == OperandRole::Activation;
    });
    auto observe = operand == op->getOpOperands().end() ? ObserveOp()
                                                        : operand->get().getDefiningOp<ObserveOp>();
    if (!observe)
      return; // The verifier of the stage says so.
    // PyTorch's name.
    std::string name = (observe.getObserver() + "_equalization_process_").str();
    name += std::to_string(columnCounts[name]++);
    rewriter.setInsertionPoint(func);
    auto columns = ObserverOp::create(rewriter, op->getLoc(), name, spec, DictionaryAttr());
    symbols.insert(columns);
    ++numObservers;
    rewriter.setInsertionPoint(op);
    auto behind = ObserveOp::create(rewriter, op->getLoc(), observe.getType(), observe,
                                    columns.getSymName(), /*passive=*/false);
    rewriter.modifyOpInPlace(op, [&] { operand->set(behind); });
  }

  LogicalResult collect(Operation *op, AnnotationAttr annotation, SiteMap &map) {
    SmallVector<std::optional<unsigned>> operandSites(op->getNumOperands());
    SmallVector<std::optional<unsigned>> resultSites(op->getNumResults());
    for (OpOperand &operand : op->getOpOperands()) {
      unsigned index = operand.getOperandNumber();
      if (ObserverSpecAttr observer = annotation.observerOfOperand(index))
        operandSites[index] = map.forOperand(operand, observer);
      else if (isa<SharedSpecAttr>(annotation.getOperands()[index]))
        return op->emitError() << "expected operand " << index
                               << " to share with an edge that has an observer";
    }
    for (OpResult result : op->getResults()) {
      unsigned index = result.getResultNumber();
      Attribute spec = annotation.getResults()[index];
      if (isa<UpstreamSpecAttr>(spec)) {
        if (failed(collectUpstream(result, map)))
          return failure();
      } else if (ObserverSpecAttr observer = annotation.observerOfResult(index)) {
        resultSites[index] =
            map.add(result, observer, /*isResult=*/true,
                    /*passive=*/isa<SharedSpecAttr>(spec) && !map.rules.observeShared);
      } else if (isa<SharedSpecAttr>(spec)) {
        return op->emitError() << "expected result " << index
                               << " to share with an edge that has an observer";
      }
    }
    auto share = [&](Attribute spec, std::optional<unsigned> site) {
      auto shared = dyn_cast<SharedSpecAttr>(spec);
      if (!shared || !site)
        return success();
      std::optional<unsigned> other = shared.getKind() == EdgeKind::Operand
                                          ? operandSites[shared.getIndex()]
                                          : resultSites[shared.getIndex()];
      return other ? map.share(*site, *other) : success();
    };
    for (auto [spec, site] : llvm::zip(annotation.getOperands(), operandSites))
      if (failed(share(spec, site)))
        return failure();
    for (auto [spec, site] : llvm::zip(annotation.getResults(), resultSites)) {
      if (failed(share(spec, site)))
        return failure();
      if (isa<JoinedSpecAttr>(spec))
        addJoin(op, operandSites, *site, map);
    }
    return success();
  }

  static void addJoin(Operation *op, ArrayRef<std::optional<unsigned>> operands, unsigned result,
                      SiteMap &map) {
    Join join{op, {}, result, {}};
    for (std::optional<unsigned> site : operands)
      if (site)
        join.operands.push_back(*site);
    if (auto quantizable = dyn_cast<QuantizableOpInterface>(op))
      join.ownElements = quantizable.getOwnElements();
    map.addJoin(std::move(join));
  }

  static LogicalResult collectUpstream(OpResult result, SiteMap &map) {
    std::optional<unsigned> site = map.upstreamOf(result.getOwner());
    if (!site)
      return success();
    unsigned added = map.add(result, map.sites[*site].spec, /*isResult=*/true,
                             /*passive=*/!map.rules.observeShared);
    return map.share(added, *site);
  }

  /// A new symbol before `func` for the observer of `first` and the sites that share it. One that
  /// stands at constants alone sees them at once.
  FailureOr<ObserverOp> makeObserver(IRRewriter &rewriter, func::FuncOp func, SymbolTable &symbols,
                                     const SiteMap &map, const Site &first) {
    const SiteMap::SharedObserver &shared = map.observers[first.observer];
    auto isConstant = [&](unsigned site) { return nn::isConstant(map.sites[site].value); };
    bool isOfConstants = llvm::all_of(shared.sites, isConstant);
    rewriter.setInsertionPoint(func);
    std::string name = isOfConstants ? "weight_" + std::to_string(weightCount++)
                                     : "act_" + std::to_string(activationCount++);
    auto observer =
        ObserverOp::create(rewriter, first.value.getLoc(), name, shared.spec, DictionaryAttr());
    symbols.insert(observer);
    ++numObservers;
    for (unsigned site : shared.sites)
      if (failed(checkBlocks(map.sites[site].value, shared.spec)))
        return failure();
    if (!isOfConstants || !numerics::needsCalibration(shared.spec.getConfig()))
      return observer;

    std::unique_ptr<numerics::Observer> statistics =
        numerics::createObserver(shared.spec.getConfig());
    for (unsigned index : shared.sites) {
      const Site &site = map.sites[index];
      if (site.passive)
        continue;
      std::optional<SmallVector<float>> values = nn::getConstantFloats(site.value);
      if (!values)
        return observer.emitError("cannot read the constant that it observes");
      statistics->observe(values->data(), cast<RankedTensorType>(site.value.getType()).getShape());
      if (std::string error = statistics->error(); !error.empty())
        return emitError(site.value.getLoc()) << "cannot quantize this constant: " << error;
    }
    observer.setObserverState(statistics->state());
    return observer;
  }

  /// That the blocks of an affine_min_max observer divide the value, whatever the batch.
  static LogicalResult checkBlocks(Value value, ObserverSpecAttr spec) {
    const numerics::ObserverConfig &config = spec.getConfig();
    if (config.kind != numerics::ObserverKind::AffineMinMax)
      return success();
    shapes::Dims dims;
    for (int64_t dim : cast<RankedTensorType>(value.getType()).getShape())
      dims.push_back(ShapedType::isDynamic(dim) ? shapes::dynamicDim : dim);
    std::vector<int64_t> blocks;
    std::string error = config.isDynamic ? numerics::blockSizeOf(config.granularity(), dims, blocks)
                                         : numerics::blocksOf(config.granularity(), dims, blocks);
    if (error.empty())
      return success();
    return emitError(value.getLoc()) << "cannot quantize this value in blocks: " << error;
  }

  unsigned activationCount = 0;
  unsigned weightCount = 0;
  llvm::StringMap<unsigned> columnCounts;
};

} // namespace
