//===- AnnotateBoundaries.cpp - What is quantized where functions meet ----===//

#include "quantir/passes/Modules/Passes.h"

#include "Boundaries.h"

namespace quantir {
#define GEN_PASS_DEF_ANNOTATEBOUNDARIESPASS
#include "quantir/passes/Modules/Passes.h.inc"
} // namespace quantir

using namespace mlir;
using namespace quantir;

namespace {

/// The observer that the maker of `value` is annotated with; null if it leaves the value in float.
ObserverSpecAttr specOfMaker(Value value) {
  auto result = dyn_cast<OpResult>(value);
  auto annotation =
      result ? result.getOwner()->getAttrOfType<AnnotationAttr>(QuantirDialect::annotationAttrName)
             : AnnotationAttr();
  if (!annotation)
    return {};
  return annotation.observerOfResult(result.getResultNumber());
}

bool isStatic(ObserverSpecAttr spec) {
  return spec && numerics::isQuantized(spec.getConfig().dtype) && !spec.getConfig().isDynamic;
}

class AnnotateBoundariesPass
    : public quantir::impl::AnnotateBoundariesPassBase<AnnotateBoundariesPass> {
public:
  void runOnOperation() override {
    SymbolTable symbols(getOperation());
    for (auto function : getOperation().getOps<func::FuncOp>())
      if (!function.isExternal() && isTraceable(function) &&
          (failed(annotateCalls(function, symbols)) || failed(annotateReturn(function))))
        return signalPassFailure();
  }

private:
  LogicalResult annotateCalls(func::FuncOp caller, SymbolTable &symbols) {
    auto &settings = getAnalysis<Settings>();
    for (auto call : caller.getOps<func::CallOp>()) {
      auto callee = symbols.lookup<func::FuncOp>(call.getCallee());
      if (!callee)
        continue;
      FailureOr<SmallVector<unsigned>> inputs = quantizedInputs(callee);
      if (failed(inputs))
        return failure();
      bool isCustom = callee->hasAttr(QuantirDialect::customModuleAttrName);
      if (inputs->empty() && !isCustom)
        continue;
      QConfigMappingAttr mapping = settings.mappingOf(caller);
      FailureOr<QConfigAttr> qconfig =
          qconfigOfCall(settings.resolver(mapping), caller, call, callee);
      if (failed(qconfig))
        return failure();
      ObserverSpecAttr activation = *qconfig ? qconfig->getActivation() : ObserverSpecAttr();
      if (isCustom) {
        if (isStatic(activation))
          annotateAll(call, activation);
        continue;
      }
      if (failed(annotate(call, *inputs, activation, mapping)))
        return failure();
    }
    return success();
  }

  LogicalResult annotateReturn(func::FuncOp function) {
    FailureOr<SmallVector<unsigned>> outputs = quantizedOutputs(function);
    if (failed(outputs))
      return failure();
    if (outputs->empty())
      return success();
    return annotate(function.getBody().front().getTerminator(), *outputs, ObserverSpecAttr(),
                    getAnalysis<Settings>().mappingOf(function));
  }

  /// Quantizes these operands of `op`: as their makers do, else by `activation`, else by the global
  /// qconfig.
  LogicalResult annotate(Operation *op, ArrayRef<unsigned> operands, ObserverSpecAttr activation,
                         QConfigMappingAttr mapping) {
    QConfigAttr global = mapping.getGlobal();
    SmallVector<Attribute> specs(op->getNumOperands(), UnitAttr::get(&getContext()));
    for (unsigned operand : operands) {
      ObserverSpecAttr spec = specOfMaker(op->getOperand(operand));
      if (!isStatic(spec))
        spec = activation;
      if (!isStatic(spec) && global)
        spec = global.getActivation();
      if (!isStatic(spec))
        return op->emitError()
               << "expected a qconfig whose activation is quantized statically, for operand "
               << operand << ", which is to be passed quantized";
      specs[operand] = spec;
    }
    SmallVector<Attribute> results(op->getNumResults(), UnitAttr::get(&getContext()));
    setAnnotation(op, specs, results);
    return success();
  }

  void annotateAll(func::CallOp call, ObserverSpecAttr activation) {
    SmallVector<Attribute> operands(call->getNumOperands(), activation);
    SmallVector<Attribute> results(call->getNumResults(), activation);
    setAnnotation(call, operands, results);
  }

  void setAnnotation(Operation *op, ArrayRef<Attribute> operands, ArrayRef<Attribute> results) {
    op->setAttr(QuantirDialect::annotationAttrName,
                AnnotationAttr::get(&getContext(), ArrayAttr::get(&getContext(), operands),
                                    ArrayAttr::get(&getContext(), results)));
  }
};

} // namespace
