//===- AnnotateEqualization.cpp - Decide what is equalized ----------------===//
//
// The rule for branches is that of torch.ao.quantization.fx.prepare. An op whose weight is read by
// others cannot be scaled for one reader, which PyTorch does not ask.
//
//===----------------------------------------------------------------------===//

#include "quantir/passes/Equalize/Passes.h"

#include "Layers.h"

#include "quantir/Config/CustomConfig.h"
#include "quantir/dialects/NN/NN.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace quantir {
#define GEN_PASS_DEF_ANNOTATEEQUALIZATIONPASS
#include "quantir/passes/Equalize/Passes.h.inc"
} // namespace quantir

using namespace mlir;
using namespace quantir;

namespace {

/// Whether the range of a tensor is all that the observer's parameters depend on.
bool choosesFromRange(const numerics::ObserverConfig &config) {
  using Kind = numerics::ObserverKind;
  switch (config.kind) {
  case Kind::MinMax:
  case Kind::MovingAverageMinMax:
  case Kind::Histogram:
  case Kind::Percentile:
  case Kind::Entropy:
  case Kind::Mse:
  case Kind::Placeholder:
    return true;
  default:
    return false;
  }
}

/// The observer that quantizes an operand; null if there is none, or another edge decides.
ObserverSpecAttr observerOf(AnnotationAttr annotation, OpOperand &operand) {
  return dyn_cast<ObserverSpecAttr>(annotation.getOperands()[operand.getOperandNumber()]);
}

/// What columns are observed with has to see their ranges.
LogicalResult checkObservers(QConfigMappingAttr equalization, Location loc) {
  auto check = [&](QConfigAttr qconfig) -> LogicalResult {
    ObserverSpecAttr observer = qconfig ? qconfig.getActivation() : ObserverSpecAttr();
    if (!qconfig ||
        (observer && observer.getConfig().kind == numerics::ObserverKind::PerChannelMinMax))
      return success();
    return emitError(loc)
           << "expected a #quantir.per_channel_min_max as activation of each qconfig "
           << "of the equalization of " << QuantirDialect::settingsAttrName << ", but got "
           << qconfig;
  };
  if (failed(check(equalization.getGlobal())))
    return failure();
  for (MappingLevel level : mappingLevels)
    for (QConfigRuleAttr rule : rulesOf(equalization, level))
      if (failed(check(rule.getQconfig())))
        return failure();
  return success();
}

/// Decides for one function.
class FunctionEqualizer {
public:
  explicit FunctionEqualizer(const QuantizationRules &rules) : rules(rules) {}

  /// Finds out what the mappings say of each op. A failure has been reported.
  LogicalResult collect(func::FuncOp func, const QConfigResolver &mapping,
                        const QConfigResolver &equalization, const BackendPatterns &backend) {
    if (PrepareCustomConfigAttr config = boundaryConfigOf(func))
      quantizedInputs = config.getInputQuantizedIdxs();
    OpIdentifier identifier;
    for (auto unit : func.getBody().getOps<QuantizableOpInterface>()) {
      auto path = unit->getAttrOfType<StringAttr>(nn::pathAttrName);
      OpIdentity identity =
          identifier.next(backend.rootOf(unit), pathWithin(func, path ? path.getValue() : ""));
      FailureOr<ResolvedQConfig> own = mapping.resolve(identity, unit.getLoc());
      FailureOr<ResolvedQConfig> ofColumns = equalization.resolve(identity, unit.getLoc());
      if (failed(own) || failed(ofColumns))
        return failure();
      if (own->qconfig)
        quantized.insert(unit);
      if (ofColumns->qconfig)
        wanted.emplace_back(unit, ofColumns->qconfig);
    }
    return success();
  }

  /// Annotates what can be equalized; says how many there are.
  int64_t annotate() {
    int64_t count = 0;
    for (auto [unit, qconfig] : wanted) {
      auto annotation = unit->getAttrOfType<AnnotationAttr>(QuantirDialect::annotationAttrName);
      std::optional<Layer> layer = layerOf(unit);
      if (!annotation || !layer || (rules.equalizeAsFX && !layer->scalesWithOutput))
        continue;
      if (std::string reason = whyNot(*layer, annotation); !reason.empty()) {
        emitRemark(unit->getLoc(), "not equalized: ") << reason;
        continue;
      }
      numerics::ObserverConfig config = qconfig.getActivation().getConfig();
      config.chAxis = layer->inputAxis;
      unit->setAttr(QuantirDialect::annotationAttrName,
                    AnnotationAttr::get(unit->getContext(), annotation.getOperands(),
                                        annotation.getResults(),
                                        ObserverSpecAttr::get(unit->getContext(), config)));
      ++count;
    }
    return count;
  }

private:
  std::string whyNot(const Layer &layer, AnnotationAttr annotation) const {
    ObserverSpecAttr observer = observerOf(annotation, *layer.input);
    if (!observer || !choosesFromRange(observer.getConfig()))
      return "its input is not quantized with one scale that follows from a range";
    if (!isOnlyReader(*layer.weight))
      return "its weight has other readers";
    Value input = layer.input->get();
    if (auto argument = dyn_cast<BlockArgument>(input);
        argument && quantizedInputs &&
        llvm::is_contained(quantizedInputs.asArrayRef(), argument.getArgNumber()))
      return "its input comes quantized";
    for (Operation *user : input.getUsers())
      if (user != layer.unit && (quantized.contains(user) || isa<func::CallOp>(user)))
        return "it is on a branch: another op that has a qconfig reads its input";
    return {};
  }

  QuantizationRules rules;
  DenseI64ArrayAttr quantizedInputs;
  llvm::SmallPtrSet<Operation *, 16> quantized; ///< those that have a qconfig
  SmallVector<std::pair<Operation *, QConfigAttr>> wanted;
};

class AnnotateEqualizationPass
    : public quantir::impl::AnnotateEqualizationPassBase<AnnotateEqualizationPass> {
public:
  void runOnOperation() override {
    ModuleOp module = getOperation();
    auto &settings = getAnalysis<Settings>();
    QConfigMappingAttr equalization = settings.equalization();
    if (!equalization)
      return;
    FailureOr<const BackendPatterns *> backend = settings.patterns();
    if (failed(backend) || failed(checkObservers(equalization, module.getLoc())))
      return signalPassFailure();
    for (auto func : module.getOps<func::FuncOp>()) {
      // What is quantized on its own has a configuration of its own, and PyTorch no key for it
      // there.
      if (!isTraceable(func) || func->hasAttr(QuantirDialect::standaloneAttrName))
        continue;
      FunctionEqualizer equalizer((*backend)->rules());
      if (failed(equalizer.collect(func, settings.resolver(settings.mappingOf(func)),
                                   settings.resolver(equalization), **backend)))
        return signalPassFailure();
      numEqualized += equalizer.annotate();
    }
  }
};

} // namespace
