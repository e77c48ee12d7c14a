//===- Quantizer.cpp - Annotate by QConfigMapping and BackendConfig -------===//

#include "Quantizer.h"

#include "DTypeMatch.h"
#include "Padding.h"

#include "quantir/Config/CustomConfig.h"
#include "quantir/Vocabulary/ObjectTypes.h"
#include "quantir/dialects/NN/Constants.h"
#include "quantir/dialects/NN/NN.h"

#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace quantir;

namespace {

StringRef pathOf(Operation *op) {
  auto path = op->getAttrOfType<StringAttr>(nn::pathAttrName);
  return path ? path.getValue() : StringRef();
}

/// The spec of an op whose range is known, in the dtype of `activation`. Codes of up to 8 bits are
/// all in use, whatever the observer's range is, as in PyTorch; of wider types its range is what a
/// kernel takes.
ObserverSpecAttr fixedSpec(ObserverSpecAttr activation, ResultPolicy policy) {
  auto config = numerics::ObserverConfig::of(numerics::ObserverKind::FixedQParams);
  const numerics::ObserverConfig &given = activation.getConfig();
  config.dtype = given.dtype;
  numerics::QuantRange range = numerics::storageRange(given.dtype);
  if (numerics::bitWidth(given.dtype) > 8) {
    range = numerics::effectiveRange(given.dtype, given.quantMin, given.quantMax, false);
    config.quantMin = given.quantMin;
    config.quantMax = given.quantMax;
  }
  // A power of two, so that the scale is exact; of a range like [-32767, 32767] the larger one.
  const auto codes = int64_t(llvm::PowerOf2Ceil(uint64_t(int64_t(range.max) - range.min)));
  config.fixedScale = policy.getScale(codes);
  config.fixedZeroPoint = policy.getZeroPoint(range.min, codes);
  return ObserverSpecAttr::get(activation.getContext(), config);
}

std::string quoted(StringRef text) { return ("'" + text + "'").str(); }

/// Whether values are observed for `spec`: a float32 placeholder only says that they stay as they
/// are.
bool isObserved(ObserverSpecAttr spec) {
  if (!spec)
    return false;
  const numerics::ObserverConfig &config = spec.getConfig();
  return config.kind != numerics::ObserverKind::Noop && config.dtype != numerics::QDType::Float32;
}

bool isScalar(Value value) {
  return cast<RankedTensorType>(value.getType()).getRank() == 0 && nn::isConstant(value);
}

/// What `object_type` says for modules of one of `types`, the last one of several; null if nothing.
QConfigAttr qconfigOfType(QConfigMappingAttr mapping, ArrayRef<StringRef> types) {
  for (QConfigRuleAttr rule : llvm::reverse(mapping.getObjectType()))
    if (llvm::is_contained(types, canonicalObjectType(rule.getKey())))
      return rule.getQconfig();
  return {};
}

/// The operands of a call that hold tensors: PyTorch observes `x + 1` otherwise than `x + y`.
unsigned countTensorOperands(Operation *unit, Operation *root) {
  return llvm::count_if(root->getOperands(), [unit](Value value) {
    auto argument = dyn_cast<BlockArgument>(value);
    bool entersUnit = argument && argument.getOwner()->getParentOp() == unit;
    return !isScalar(entersUnit ? unit->getOperand(argument.getArgNumber()) : value);
  });
}

/// Makes the annotation of a unit whose qconfig the backend accepts.
class AnnotationBuilder {
public:
  AnnotationBuilder(QuantizableOpInterface op, QConfigAttr qconfig, ObservationType observation,
                    const QuantizationRules &rules)
      : op(op), context(op->getContext()), activation(qconfig.getActivation()),
        weight(qconfig.getWeight()), observation(observation), rules(rules),
        unit(UnitAttr::get(context)) {
    unsigned numActivations = 0;
    for (unsigned i = 0, e = op->getNumOperands(); i < e; ++i) {
      OperandRole role = op.getOperandRole(i);
      if (role == OperandRole::Activation && takesPart(i)) {
        ++numActivations;
        if (!firstActivation)
          firstActivation = i;
      }
      if (role == OperandRole::Weight && !weightIndex)
        weightIndex = i;
    }
    joins = observation == ObservationType::Share && !rules.joinByFirst &&
            op.commutesWithQuantization() && (numActivations > 1 || showsOwnElements());
  }

  AnnotationAttr build(bool quantizeBias) {
    SmallVector<Attribute> operands, results;
    for (unsigned i = 0, e = op->getNumOperands(); i < e; ++i)
      operands.push_back(specOfOperand(i, quantizeBias));
    for (unsigned i = 0, e = op->getNumResults(); i < e; ++i)
      results.push_back(specOfResult(i));
    return AnnotationAttr::get(context, ArrayAttr::get(context, operands),
                               ArrayAttr::get(context, results));
  }

private:
  bool takesPart(unsigned operand) {
    return !rules.scalarsShare || !isScalar(op->getOperand(operand));
  }

  bool is(numerics::ObserverKind kind) const {
    return activation && activation.getConfig().kind == kind;
  }

  /// Whether numbers of the op's own matter to the range of its result.
  bool showsOwnElements() { return !op.getOwnElements().empty() && !isPaddingHidden(op); }

  Attribute specOfOperand(unsigned operand, bool quantizeBias) {
    switch (op.getOperandRole(operand)) {
    case OperandRole::Activation:
      return specOfActivation(operand);
    case OperandRole::Weight:
      return isObserved(weight) ? Attribute(weight.alongChannels(op.getWeightChannelAxis())) : unit;
    case OperandRole::Bias:
      if (quantizeBias && firstActivation && weightIndex)
        return DerivedSpecAttr::get(context, *firstActivation, *weightIndex);
      return unit;
    case OperandRole::None:
      return unit;
    }
    return unit;
  }

  Attribute specOfActivation(unsigned operand) {
    if (!isObserved(activation) || is(numerics::ObserverKind::ReuseInput) || !takesPart(operand) ||
        observation == ObservationType::NotObserved)
      return unit;
    // Parameters that are chosen at run time are chosen for the first activation alone.
    if (activation.getConfig().isDynamic && operand != *firstActivation)
      return unit;
    if (observation == ObservationType::Share && operand != *firstActivation && !joins)
      return SharedSpecAttr::get(context, EdgeKind::Operand, *firstActivation);
    // What is known of an op's result says nothing of what it reads.
    if (is(numerics::ObserverKind::FixedQParams) && op.getResultPolicy(0).isFixed() &&
        !rules.fixedFromQConfig)
      return specAsMade(op->getOperand(operand));
    return activation;
  }

  /// The spec that the maker of `value` has for it, if it is of the activation's dtype; else a
  /// histogram of that dtype.
  ObserverSpecAttr specAsMade(Value value) const {
    numerics::QDType dtype = activation.getConfig().dtype;
    if (auto result = dyn_cast<OpResult>(value))
      if (auto annotation =
              result.getOwner()->getAttrOfType<AnnotationAttr>(QuantirDialect::annotationAttrName))
        if (ObserverSpecAttr made = annotation.observerOfResult(result.getResultNumber()))
          if (made.getConfig().dtype == dtype && !made.getConfig().isDynamic)
            return made;
    auto config = numerics::ObserverConfig::of(numerics::ObserverKind::Histogram);
    config.dtype = dtype;
    return ObserverSpecAttr::get(context, config);
  }

  Attribute specOfResult(unsigned result) {
    if (!isObserved(activation) || activation.getConfig().isDynamic ||
        observation == ObservationType::NotObserved)
      return unit;
    if (is(numerics::ObserverKind::ReuseInput))
      return UpstreamSpecAttr::get(context);
    ResultPolicy policy = op.getResultPolicy(result);
    if (policy.isFixed() && !rules.fixedFromQConfig)
      return fixedSpec(activation, policy);
    if (joins)
      return JoinedSpecAttr::get(context, activation);
    if (observation == ObservationType::Share && firstActivation)
      return SharedSpecAttr::get(context, EdgeKind::Operand, *firstActivation);
    return activation;
  }

  QuantizableOpInterface op;
  MLIRContext *context;
  ObserverSpecAttr activation, weight;
  ObservationType observation;
  const QuantizationRules &rules;
  Attribute unit;
  std::optional<unsigned> firstActivation, weightIndex;
  bool joins = false; ///< values, or numbers of its own, under one scale
};

} // namespace

/// Quantizes the weights of `units`, which stay float, that other ops have quantized.
static void tieWeights(func::FuncOp func, ArrayRef<QuantizableOpInterface> units) {
  llvm::DenseMap<Value, ObserverSpecAttr> quantized;
  if (units.empty())
    return;
  auto indexOfWeight = [](QuantizableOpInterface unit) {
    unsigned index = 0;
    while (unit.getOperandRole(index) != OperandRole::Weight)
      ++index;
    return index;
  };
  for (auto unit : func.getBody().getOps<QuantizableOpInterface>()) {
    auto annotation = unit->getAttrOfType<AnnotationAttr>(QuantirDialect::annotationAttrName);
    if (!annotation || !unit.getWeightOperand())
      continue;
    if (ObserverSpecAttr spec = annotation.observerOfOperand(indexOfWeight(unit)))
      quantized.try_emplace(unit.getWeightOperand(), spec);
  }
  for (QuantizableOpInterface unit : units) {
    ObserverSpecAttr spec = quantized.lookup(unit.getWeightOperand());
    if (!spec)
      continue;
    Attribute none = UnitAttr::get(func.getContext());
    auto unitsFor = [&](size_t count) {
      return ArrayAttr::get(func.getContext(), SmallVector<Attribute>(count, none));
    };
    unit->setAttr(QuantirDialect::annotationAttrName,
                  AnnotationAttr::get(func.getContext(), unitsFor(unit->getNumOperands()),
                                      unitsFor(unit->getNumResults()))
                      .withOperand(indexOfWeight(unit), spec));
  }
}

LogicalResult QConfigQuantizer::annotate(func::FuncOp func) {
  if (!backend.rules().joinByFirst)
    raisePaddings(func);
  OpIdentifier identifier;
  SmallVector<QuantizableOpInterface> withoutPattern;
  for (Operation &op : func.getBody().getOps()) {
    auto unit = dyn_cast<QuantizableOpInterface>(op);
    if (!unit)
      continue;
    OpIdentity identity = identifier.next(backend.rootOf(&op), pathWithin(func, pathOf(&op)));
    if (op.hasAttr(QuantirDialect::annotationAttrName))
      continue;

    if (failed(checkFusedTypes(&op)))
      return failure();
    std::string reason;
    bool isWanted = true;
    FailureOr<AnnotationAttr> annotation = annotationFor(unit, identity, reason, isWanted);
    if (failed(annotation))
      return failure();
    if (*annotation) {
      op.setAttr(QuantirDialect::annotationAttrName, *annotation);
      continue;
    }
    if (Value weight = unit.getWeightOperand(); isWanted && weight && nn::isConstant(weight))
      withoutPattern.push_back(unit);
    op.setAttr(QuantirDialect::floatReasonAttrName, StringAttr::get(op.getContext(), reason));
    emitRemark(op.getLoc(), "left in float: ") << reason;
  }
  if (backend.rules().tieWeights)
    tieWeights(func, withoutPattern);
  return success();
}

LogicalResult QConfigQuantizer::checkFusedTypes(Operation *unit) {
  auto fused = dyn_cast<FusedOp>(unit);
  if (!fused || !backend.rules().checkFusedTypes || !backend.isFusedModule(fused))
    return success();
  StringRef firstType;
  QConfigAttr firstQConfig;
  for (Operation &op : fused.getBody().front().without_terminator()) {
    SmallVector<StringRef> types = moduleTypesOf(&op);
    if (types.empty())
      continue;
    QConfigAttr qconfig = qconfigOfType(mapping, types);
    if (firstType.empty()) {
      firstType = types.front();
      firstQConfig = qconfig;
    } else if (qconfig != firstQConfig) {
      return fused.emitError() << "cannot fuse " << firstType << " and " << types.front()
                               << ": expected object_type to have the same qconfig for both, or "
                                  "none for either";
    }
  }
  return success();
}

FailureOr<AnnotationAttr> QConfigQuantizer::annotationFor(QuantizableOpInterface op,
                                                          const OpIdentity &identity,
                                                          std::string &reason, bool &isWanted) {
  FailureOr<ResolvedQConfig> found = resolver.resolve(identity, op.getLoc());
  if (failed(found))
    return failure();
  const ResolvedQConfig &resolved = *found;
  isWanted = bool(resolved.qconfig);
  if (!isWanted) {
    reason = "the qconfig mapping says none (" + resolved.setting + ")";
    return AnnotationAttr();
  }
  const BackendPatterns::Entry *pattern = backend.find(op);
  if (!pattern) {
    auto fused = dyn_cast<FusedOp>(op.getOperation());
    reason = "backend config " + quoted(backend.name()) + " has no pattern for " +
             (fused ? quoted(fused.getName()) : op->getName().getStringRef().str());
    return AnnotationAttr();
  }
  if (Value weight = op.getWeightOperand(); weight && !nn::isConstant(weight)) {
    reason = "its weight is not a constant";
    return AnnotationAttr();
  }
  QuantizationRules rules = backend.rules();
  DTypeConfigAttr accepted = findDTypes(op, *pattern, resolved, reason);
  if (!accepted)
    return AnnotationAttr();
  bool quantizeBias =
      accepted.getBias() && accepted.getBias().getDtype() == numerics::QDType::QInt32;
  ObservationType observation = pattern->attr.getObservation();
  if (rules.scalarsShare)
    observation = pattern->attr.getObservation(countTensorOperands(op, backend.rootOf(op)));
  QConfigAttr qconfig = resolved.qconfig;
  if (rules.moduleWeightsAtConvert && op.getWeightOperand() &&
      !getUnitShape(op, backend).hasWeight) {
    std::string why = convertMismatch(pattern->attr.getDtypes(), qconfig);
    if (!why.empty()) {
      emitRemark(op.getLoc(), "its weight is left in float: ") << why;
      qconfig = QConfigAttr::get(op->getContext(), qconfig.getActivation(), {});
    }
  }
  return AnnotationBuilder(op, qconfig, observation, rules).build(quantizeBias);
}

DTypeConfigAttr QConfigQuantizer::findDTypes(QuantizableOpInterface op,
                                             const BackendPatterns::Entry &pattern,
                                             const ResolvedQConfig &resolved, std::string &reason) {
  ObserverSpecAttr result = resolved.qconfig.getActivation();
  ResultPolicy policy = op.getResultPolicy(0);
  if (result && policy.isFixed() && !backend.rules().fixedFromQConfig)
    result = fixedSpec(result, policy);
  UnitShape shape = getUnitShape(op, backend);
  std::string reasons;
  for (DTypeConfigAttr config : pattern.attr.getDtypes()) {
    std::string why = mismatch(config, resolved.qconfig, result, shape);
    if (why.empty())
      return config;
    reasons += (reasons.empty() ? "" : "; or ") + why;
  }
  reason = "backend config " + quoted(backend.name()) + " does not accept the qconfig (" +
           resolved.setting + ") for " + pattern.tree.str() + ": " +
           (reasons.empty() ? "the pattern has no dtype configs" : reasons);
  return {};
}
