//===- InsertObservers.cpp - Make the observers annotations ask for -------===//

#include "quantir/passes/Prepare/Passes.h"

#include "quantir/Config/BackendConfig.h"
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

/// A place where a value is observed. Sites that share their observer form a tree by `parent`,
/// whose root is the first of them in program order.
struct Site {
  Value value;
  ObserverSpecAttr spec;
  unsigned parent;
  bool isResult;                    ///< all users of the value read what the site gives
  bool passive;                     ///< its values have been seen at a site that it shares with
  SmallVector<OpOperand *, 2> uses; ///< else these
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

/// Collects the sites of one function.
class SiteMap {
public:
  explicit SiteMap(const QuantizationRules &rules) : rules(rules) {}

  const QuantizationRules &rules;
  std::vector<Site> sites;

  unsigned root(unsigned site) const {
    while (sites[site].parent != site)
      site = sites[site].parent;
    return site;
  }

  void share(unsigned a, unsigned b) {
    a = root(a);
    b = root(b);
    if (a != b)
      sites[std::max(a, b)].parent = std::min(a, b);
  }

  unsigned add(Value value, ObserverSpecAttr spec, bool isResult, bool passive = false) {
    unsigned index = sites.size();
    sites.push_back({value, spec, index, isResult, passive, {}});
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
  DenseMap<Value, SmallVector<unsigned, 1>> byValue;
};

/// The observer spec that an annotation gives an edge, following `shared`; null if it is not
/// observed.
ObserverSpecAttr specOf(AnnotationAttr annotation, Attribute spec) {
  for (size_t steps = 0; steps <= annotation.getOperands().size() + annotation.getResults().size();
       ++steps) {
    auto shared = dyn_cast<SharedSpecAttr>(spec);
    if (!shared)
      return dyn_cast<ObserverSpecAttr>(spec);
    spec = shared.getKind() == EdgeKind::Operand ? annotation.getOperands()[shared.getIndex()]
                                                 : annotation.getResults()[shared.getIndex()];
  }
  return {}; // The edges share with each other in a ring.
}

class InsertObserversPass : public quantir::impl::InsertObserversPassBase<InsertObserversPass> {
public:
  void runOnOperation() override {
    ModuleOp module = getOperation();
    SymbolTable symbols(module);
    for (auto func : module.getOps<func::FuncOp>())
      if (failed(insert(func, symbols)))
        return signalPassFailure();
    module->setAttr(QuantirDialect::stageAttrName, StringAttr::get(&getContext(), "prepared"));
  }

private:
  LogicalResult insert(func::FuncOp func, SymbolTable &symbols) {
    FailureOr<QuantizationRules> rules = getQuantizationRules(func);
    if (failed(rules))
      return failure();
    SiteMap map(*rules);
    for (Operation &op : func.getBody().getOps())
      if (auto annotation = op.getAttrOfType<AnnotationAttr>(QuantirDialect::annotationAttrName))
        if (failed(collect(&op, annotation, map)))
          return failure();

    llvm::SmallDenseMap<unsigned, ObserverOp> observers;
    llvm::DenseMap<Value, Value> observedResults;
    IRRewriter rewriter(&getContext());
    for (unsigned index = 0, e = map.sites.size(); index < e; ++index) {
      Site &site = map.sites[index];
      unsigned root = map.root(index);
      ObserverOp &observer = observers[root];
      if (!observer) {
        FailureOr<ObserverOp> made = makeObserver(rewriter, func, symbols, site);
        if (failed(made))
          return failure();
        observer = *made;
      }
      numShared += root != index;

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
      Attribute spec = annotation.getOperands()[operand.getOperandNumber()];
      if (ObserverSpecAttr observer = specOf(annotation, spec))
        operandSites[operand.getOperandNumber()] = map.forOperand(operand, observer);
      else if (isa<SharedSpecAttr>(spec))
        return op->emitError() << "expected operand " << operand.getOperandNumber()
                               << " to share with an edge that has an observer";
    }
    for (OpResult result : op->getResults()) {
      Attribute spec = annotation.getResults()[result.getResultNumber()];
      if (isa<UpstreamSpecAttr>(spec))
        collectUpstream(result, map);
      else if (ObserverSpecAttr observer = specOf(annotation, spec))
        resultSites[result.getResultNumber()] =
            map.add(result, observer, /*isResult=*/true,
                    /*passive=*/isa<SharedSpecAttr>(spec) && !map.rules.observeShared);
      else if (isa<SharedSpecAttr>(spec))
        return op->emitError() << "expected result " << result.getResultNumber()
                               << " to share with an edge that has an observer";
    }
    auto share = [&](Attribute spec, std::optional<unsigned> site) {
      auto shared = dyn_cast<SharedSpecAttr>(spec);
      if (!shared || !site)
        return;
      std::optional<unsigned> other = shared.getKind() == EdgeKind::Operand
                                          ? operandSites[shared.getIndex()]
                                          : resultSites[shared.getIndex()];
      if (other)
        map.share(*site, *other);
    };
    for (auto [spec, site] : llvm::zip(annotation.getOperands(), operandSites))
      share(spec, site);
    for (auto [spec, site] : llvm::zip(annotation.getResults(), resultSites))
      share(spec, site);
    return success();
  }

  void collectUpstream(OpResult result, SiteMap &map) {
    std::optional<unsigned> site = map.upstreamOf(result.getOwner());
    if (!site)
      return;
    unsigned added = map.add(result, map.sites[*site].spec, /*isResult=*/true,
                             /*passive=*/!map.rules.observeShared);
    map.share(*site, added);
  }

  /// A new symbol before `func`. The observer of a constant sees it at once.
  FailureOr<ObserverOp> makeObserver(IRRewriter &rewriter, func::FuncOp func, SymbolTable &symbols,
                                     const Site &site) {
    bool isConstant = nn::isConstant(site.value);
    rewriter.setInsertionPoint(func);
    std::string name = isConstant ? "weight_" + std::to_string(weightCount++)
                                  : "act_" + std::to_string(activationCount++);
    auto observer =
        ObserverOp::create(rewriter, site.value.getLoc(), name, site.spec, DictionaryAttr());
    symbols.insert(observer);
    ++numObservers;
    if (failed(checkBlocks(site)))
      return failure();
    if (!isConstant || !numerics::needsCalibration(site.spec.getConfig()))
      return observer;

    std::optional<SmallVector<float>> values = nn::getConstantFloats(site.value);
    if (!values)
      return observer.emitError("cannot read the constant that it observes");
    std::unique_ptr<numerics::Observer> statistics =
        numerics::createObserver(site.spec.getConfig());
    statistics->observe(values->data(), cast<RankedTensorType>(site.value.getType()).getShape());
    if (std::string error = statistics->error(); !error.empty())
      return emitError(site.value.getLoc()) << "cannot quantize this constant: " << error;
    observer.setObserverState(statistics->state());
    return observer;
  }

  /// That the blocks of an affine_min_max observer divide the value, whatever the batch.
  static LogicalResult checkBlocks(const Site &site) {
    const numerics::ObserverConfig &config = site.spec.getConfig();
    if (config.kind != numerics::ObserverKind::AffineMinMax)
      return success();
    numerics::Dims dims;
    for (int64_t dim : cast<RankedTensorType>(site.value.getType()).getShape())
      dims.push_back(ShapedType::isDynamic(dim) ? numerics::dynamicDim : dim);
    std::vector<int64_t> blocks;
    std::string error = config.isDynamic ? numerics::blockSizeOf(config.granularity(), dims, blocks)
                                         : numerics::blocksOf(config.granularity(), dims, blocks);
    if (error.empty())
      return success();
    return emitError(site.value.getLoc()) << "cannot quantize this value in blocks: " << error;
  }

  unsigned activationCount = 0;
  unsigned weightCount = 0;
  llvm::StringMap<unsigned> columnCounts;
};

} // namespace
