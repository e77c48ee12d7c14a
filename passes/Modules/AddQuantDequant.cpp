//===- AddQuantDequant.cpp - Wrap each op that has a qconfig in stubs -----===//

#include "quantir/passes/Modules/Passes.h"

#include "quantir/Config/CustomConfig.h"
#include "quantir/dialects/NN/NN.h"

namespace quantir {
#define GEN_PASS_DEF_ADDQUANTDEQUANTPASS
#include "quantir/passes/Modules/Passes.h.inc"
} // namespace quantir

using namespace mlir;
using namespace quantir;

namespace {

class AddQuantDequantPass : public quantir::impl::AddQuantDequantPassBase<AddQuantDequantPass> {
public:
  void runOnOperation() override {
    func::FuncOp function = getOperation();
    if (function.isExternal() || !isTraceable(function))
      return;
    SmallVector<QuantizableOpInterface> ops(function.getBody().getOps<QuantizableOpInterface>());
    for (QuantizableOpInterface op : ops)
      if (auto qconfig = op->getAttrOfType<QConfigAttr>(QuantirDialect::qconfigAttrName))
        wrap(op, qconfig);
  }

private:
  void wrap(QuantizableOpInterface op, QConfigAttr qconfig) {
    OpBuilder builder(op);
    llvm::SmallDenseMap<Value, Value> stubs;
    for (OpOperand &operand : op->getOpOperands()) {
      if (op.getOperandRole(operand.getOperandNumber()) != OperandRole::Activation)
        continue;
      Value &stub = stubs[operand.get()];
      if (!stub) {
        stub = QuantStubOp::create(builder, op->getLoc(), operand.get());
        describe(stub.getDefiningOp(), op, "quant");
        stub.getDefiningOp()->setAttr(QuantirDialect::qconfigAttrName, qconfig);
      }
      operand.set(stub);
    }
    builder.setInsertionPointAfter(op);
    for (OpResult result : op->getResults()) {
      auto stub = DequantStubOp::create(builder, op->getLoc(), result);
      describe(stub, op, "dequant");
      result.replaceAllUsesExcept(stub.getResult(), stub);
    }
    ++numWrapped;
  }

  /// The stubs of a QuantWrapper are its modules `quant` and `dequant`.
  static void describe(Operation *stub, Operation *op, StringRef name) {
    if (auto path = op->getAttrOfType<StringAttr>(nn::pathAttrName))
      stub->setAttr(nn::pathAttrName,
                    StringAttr::get(op->getContext(), path.getValue() + "." + name));
  }
};

} // namespace
