//===- VerifyPrepared.cpp - The contract of the prepared stage ------------===//

#include "quantir/passes/Prepare/Passes.h"

#include "quantir/dialects/Quantir/Quantir.h"

namespace quantir {
#define GEN_PASS_DEF_VERIFYPREPAREDPASS
#include "quantir/passes/Prepare/Passes.h.inc"
} // namespace quantir

using namespace mlir;
using namespace quantir;

namespace {

bool isObserved(Attribute spec) {
  return isa<ObserverSpecAttr, SharedSpecAttr, JoinedSpecAttr>(spec);
}

bool isObservedTwice(Value value) {
  auto observe = value.getDefiningOp<ObserveOp>();
  return observe && observe.getInput().getDefiningOp<ObserveOp>();
}

class VerifyPreparedPass : public quantir::impl::VerifyPreparedPassBase<VerifyPreparedPass> {
public:
  void runOnOperation() override {
    ModuleOp module = getOperation();
    llvm::DenseSet<StringAttr> used;
    for (auto func : module.getOps<func::FuncOp>()) {
      func.walk([&](ObserveOp observe) { used.insert(observe.getObserverAttr().getAttr()); });
      // The quantized form of a custom module may be there already.
      if (func->hasAttr(QuantirDialect::customModuleAttrName))
        continue;
      if (func.walk([&](Operation *op) { return WalkResult(verify(op)); }).wasInterrupted())
        return signalPassFailure();
    }
    for (auto observer : module.getOps<ObserverOp>())
      if (!used.contains(observer.getSymNameAttr())) {
        observer.emitOpError("observes nothing");
        return signalPassFailure();
      }
  }

private:
  LogicalResult verify(Operation *op) {
    for (Type type : op->getResultTypes())
      if (isa<quant::QuantizedType>(getElementTypeOrSelf(type)))
        return op->emitError() << "expected float types before convert, but got " << type;
    auto annotation = op->getAttrOfType<AnnotationAttr>(QuantirDialect::annotationAttrName);
    if (!annotation)
      return success();
    if (isa<FusedOp>(op->getParentOp()))
      return op->emitError("expected no annotation inside quantir.fused");
    for (OpOperand &operand : op->getOpOperands())
      if (isObserved(annotation.getOperands()[operand.getOperandNumber()]) &&
          !operand.get().getDefiningOp<ObserveOp>())
        return op->emitError() << "expected operand " << operand.getOperandNumber()
                               << " to be observed, as its annotation says";
    if (annotation.getEqualization() && !llvm::any_of(op->getOperands(), isObservedTwice))
      return op->emitError() << "expected an operand whose columns are observed for equalization, "
                                "as its annotation says";
    for (OpResult value : op->getResults())
      if (isObserved(annotation.getResults()[value.getResultNumber()]) &&
          !llvm::all_of(value.getUsers(), [](Operation *user) { return isa<ObserveOp>(user); }))
        return op->emitError() << "expected all users of result " << value.getResultNumber()
                               << " to read what is observed, as its annotation says";
    return success();
  }
};

} // namespace
