//===- Quantizer.cpp - Annotate by QConfigMapping and BackendConfig -------===//

#include "Quantizer.h"

#include "DTypeMatch.h"

#include "quantir/Config/CustomConfig.h"
#include "quantir/dialects/NN/Constants.h"
#include "quantir/dialects/NN/NN.h"

using namespace mlir;
using namespace quantir;

namespace {

StringRef pathOf(Operation *op) {
  auto path = op->getAttrOfType<StringAttr>(nn::pathAttrName);
  return path ? path.getValue() : StringRef();
}

/// The spec of an op whose range is known, in the dtype of `activation`.
ObserverSpecAttr fixedSpec(ObserverSpecAttr activation, ResultPolicy policy) {
  auto config = numerics::ObserverConfig::of(numerics::ObserverKind::FixedQParams);
  config.dtype = activation.getConfig().dtype;
  config.fixedScale = policy.getScale();
  config.fixedZeroPoint = policy.getZeroPoint(numerics::storageRange(config.dtype).min);
  return ObserverSpecAttr::get(activation.getContext(), config);
}

std::string quoted(StringRef text) { return ("'" + text + "'").str(); }

} // namespace

LogicalResult QConfigQuantizer::annotate(func::FuncOp func) {
  OpIdentifier identifier;
  for (Operation &op : func.getBody().getOps()) {
    auto unit = dyn_cast<QuantizableOpInterface>(op);
    if (!unit)
      continue;
    OpIdentity identity = identifier.next(backend.rootOf(&op), pathWithin(func, pathOf(&op)));
    if (op.hasAttr(QuantirDialect::annotationAttrName))
      continue;

    std::string reason;
    if (AnnotationAttr annotation = annotationFor(unit, identity, reason)) {
      op.setAttr(QuantirDialect::annotationAttrName, annotation);
      continue;
    }
    op.setAttr(QuantirDialect::floatReasonAttrName, StringAttr::get(op.getContext(), reason));
    op.emitRemark("left in float: ") << reason;
  }
  return success();
}

AnnotationAttr QConfigQuantizer::annotationFor(QuantizableOpInterface op,
                                               const OpIdentity &identity, std::string &reason) {
  ResolvedQConfig resolved = resolveQConfig(mapping, identity);
  if (!resolved.qconfig) {
    reason = "the qconfig mapping says none (" + resolved.setting + ")";
    return {};
  }
  const BackendPatterns::Entry *pattern = backend.find(op);
  if (!pattern) {
    auto fused = dyn_cast<FusedOp>(op.getOperation());
    reason = "backend config " + quoted(backend.name()) + " has no pattern for " +
             (fused ? quoted(fused.getName()) : op->getName().getStringRef().str());
    return {};
  }
  ObserverSpecAttr activation = resolved.qconfig.getActivation();
  if (!activation) {
    reason = "the qconfig (" + resolved.setting + ") has no activation observer";
    return {};
  }

  Value weight = op.getWeightOperand();
  if (weight && !nn::isConstant(weight)) {
    reason = "its weight is not a constant";
    return {};
  }
  ResultPolicy policy = op.getResultPolicy(0);
  ObserverSpecAttr resultSpec = policy.isFixed() ? fixedSpec(activation, policy) : activation;
  UnitShape shape = getUnitShape(op, backend);
  DTypeConfigAttr accepted;
  for (DTypeConfigAttr config : pattern->attr.getDtypes()) {
    std::string why = mismatch(config, resolved.qconfig, resultSpec, shape);
    if (why.empty()) {
      accepted = config;
      break;
    }
    reason += (reason.empty() ? "" : "; or ") + why;
  }
  if (!accepted) {
    reason = "backend config " + quoted(backend.name()) + " does not accept the qconfig (" +
             resolved.setting + ") for " + pattern->tree.str() + ": " +
             (reason.empty() ? "the pattern has no dtype configs" : reason);
    return {};
  }

  MLIRContext *context = op->getContext();
  bool shares = pattern->attr.getObservation() == ObservationType::Share;
  std::optional<unsigned> firstActivation, weightIndex;
  for (unsigned i = 0, e = op->getNumOperands(); i < e; ++i) {
    OperandRole role = op.getOperandRole(i);
    if (role == OperandRole::Activation && !firstActivation)
      firstActivation = i;
    if (role == OperandRole::Weight)
      weightIndex = i;
  }
  SmallVector<Attribute> operands, results;
  for (unsigned i = 0, e = op->getNumOperands(); i < e; ++i) {
    Attribute spec = UnitAttr::get(context);
    switch (op.getOperandRole(i)) {
    case OperandRole::Activation:
      if (shares && i != *firstActivation)
        spec = SharedSpecAttr::get(context, EdgeKind::Operand, *firstActivation);
      else
        spec = activation;
      break;
    case OperandRole::Weight:
      if (resolved.qconfig.getWeight())
        spec = resolved.qconfig.getWeight();
      break;
    case OperandRole::Bias:
      if (accepted.getBias() && accepted.getBias().getDtype() == numerics::QDType::QInt32 &&
          firstActivation && weightIndex)
        spec = DerivedSpecAttr::get(context, *firstActivation, *weightIndex);
      break;
    case OperandRole::None:
      break;
    }
    operands.push_back(spec);
  }
  for (unsigned i = 0, e = op->getNumResults(); i < e; ++i) {
    if (pattern->attr.getObservation() == ObservationType::NotObserved)
      results.push_back(UnitAttr::get(context));
    else if (policy.isFixed())
      results.push_back(fixedSpec(activation, op.getResultPolicy(i)));
    else if (shares && firstActivation)
      results.push_back(SharedSpecAttr::get(context, EdgeKind::Operand, *firstActivation));
    else
      results.push_back(activation);
  }
  return AnnotationAttr::get(context, ArrayAttr::get(context, operands),
                             ArrayAttr::get(context, results));
}
