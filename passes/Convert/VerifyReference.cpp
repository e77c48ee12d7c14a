//===- VerifyReference.cpp - The contract of the reference stage ----------===//

#include "quantir/passes/Convert/Passes.h"

#include "quantir/Config/CustomConfig.h"
#include "quantir/dialects/Quantir/Quantir.h"

namespace quantir {
#define GEN_PASS_DEF_VERIFYREFERENCEPASS
#include "quantir/passes/Convert/Passes.h.inc"
} // namespace quantir

using namespace mlir;
using namespace quantir;

namespace {

bool isQuantized(Type type) { return isa<quant::QuantizedType>(getElementTypeOrSelf(type)); }

/// Whether a use is a cast, or passes the value to or out of a function.
bool mayReadQuantized(OpOperand &use) {
  if (!isa<func::ReturnOp>(use.getOwner()))
    return isa<quant::DequantizeCastOp, KeepOp, func::CallOp>(use.getOwner());
  PrepareCustomConfigAttr config =
      boundaryConfigOf(use.getOwner()->getParentOfType<func::FuncOp>());
  DenseI64ArrayAttr outputs = config ? config.getOutputQuantizedIdxs() : DenseI64ArrayAttr();
  return outputs && llvm::is_contained(outputs.asArrayRef(), use.getOperandNumber());
}

class VerifyReferencePass : public quantir::impl::VerifyReferencePassBase<VerifyReferencePass> {
public:
  void runOnOperation() override {
    ModuleOp module = getOperation();
    // What nested modules hold is theirs, and what a custom module does inside is its own.
    auto isWrong = [](func::FuncOp func) {
      return !func->hasAttr(QuantirDialect::customModuleAttrName) &&
             func.walk([](Operation *op) { return WalkResult(verify(op)); }).wasInterrupted();
    };
    auto isObserver = [](ObserverOp observer) { return failed(verify(observer)); };
    if (llvm::any_of(module.getOps<ObserverOp>(), isObserver) ||
        llvm::any_of(module.getOps<func::FuncOp>(), isWrong))
      signalPassFailure();
  }

private:
  static LogicalResult verify(Operation *op) {
    if (isa<ObserveOp, ObserverOp>(op))
      return op->emitOpError("expected no observers after convert");
    if (op->hasAttr(QuantirDialect::annotationAttrName))
      return op->emitError("expected no annotations after convert");
    if (isa<quant::QuantizeCastOp, quant::StorageCastOp, KeepOp>(op)) {
      for (OpOperand &use : op->getUses())
        if (Operation *user = use.getOwner(); !mayReadQuantized(use)) {
          InFlightDiagnostic diagnostic =
              op->emitError("expected only quant.dcast to read quantized values");
          diagnostic.attachNote(user->getLoc()) << "but this op does";
          return diagnostic;
        }
      return success();
    }
    if (isa<quant::DequantizeCastOp, func::CallOp, func::ReturnOp>(op))
      return success();
    auto isQuantizedValue = [](Value value) { return isQuantized(value.getType()); };
    if (llvm::any_of(op->getOperands(), isQuantizedValue) ||
        llvm::any_of(op->getResults(), isQuantizedValue))
      return op->emitError(
          "expected float operands and results around quant.qcast and quant.dcast");
    return success();
  }
};

} // namespace
