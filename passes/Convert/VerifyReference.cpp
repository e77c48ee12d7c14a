//===- VerifyReference.cpp - The contract of the reference stage ----------===//

#include "quantir/passes/Convert/Passes.h"

#include "quantir/dialects/Quantir/Quantir.h"

namespace quantir {
#define GEN_PASS_DEF_VERIFYREFERENCEPASS
#include "quantir/passes/Convert/Passes.h.inc"
} // namespace quantir

using namespace mlir;
using namespace quantir;

namespace {

bool isQuantized(Type type) { return isa<quant::QuantizedType>(getElementTypeOrSelf(type)); }

class VerifyReferencePass : public quantir::impl::VerifyReferencePassBase<VerifyReferencePass> {
public:
  void runOnOperation() override {
    WalkResult result =
        getOperation().walk([&](Operation *op) -> WalkResult { return verify(op); });
    if (result.wasInterrupted())
      signalPassFailure();
  }

private:
  static LogicalResult verify(Operation *op) {
    if (isa<ObserveOp, ObserverOp>(op))
      return op->emitOpError("expected no observers after convert");
    if (op->hasAttr(QuantirDialect::annotationAttrName))
      return op->emitError("expected no annotations after convert");
    if (isa<quant::QuantizeCastOp, quant::StorageCastOp, KeepOp>(op)) {
      for (Operation *user : op->getUsers())
        if (!isa<quant::DequantizeCastOp, KeepOp>(user)) {
          InFlightDiagnostic diagnostic =
              op->emitError("expected only quant.dcast to read quantized values");
          diagnostic.attachNote(user->getLoc()) << "but this op does";
          return diagnostic;
        }
      return success();
    }
    if (isa<quant::DequantizeCastOp>(op))
      return success();
    auto isQuantizedValue = [](Value value) { return isQuantized(value.getType()); };
    if (llvm::any_of(op->getOperands(), isQuantizedValue) ||
        llvm::any_of(op->getResults(), isQuantizedValue))
      return op->emitError("expected float operands and results around quant.qcast and quant.dcast");
    return success();
  }
};

} // namespace
