//===- AnnotateEager.cpp - Observe the results of ops with a qconfig ------===//

#include "quantir/passes/Modules/Passes.h"

#include "quantir/Config/CustomConfig.h"
#include "quantir/dialects/NN/Constants.h"

namespace quantir {
#define GEN_PASS_DEF_ANNOTATEEAGERPASS
#include "quantir/passes/Modules/Passes.h.inc"
} // namespace quantir

using namespace mlir;
using namespace quantir;

namespace {

/// The operands that are activations the model computes.
SmallVector<unsigned, 2> activationsOf(QuantizableOpInterface op) {
  SmallVector<unsigned, 2> activations;
  for (unsigned i = 0, e = op->getNumOperands(); i < e; ++i)
    if (op.getOperandRole(i) == OperandRole::Activation && !nn::isConstant(op->getOperand(i)))
      activations.push_back(i);
  return activations;
}

class AnnotateEagerPass : public quantir::impl::AnnotateEagerPassBase<AnnotateEagerPass> {
public:
  void runOnOperation() override {
    quantizedBy.clear();
    for (auto function : getOperation().getOps<func::FuncOp>()) {
      if (function.isExternal() || !isTraceable(function))
        continue;
      for (Operation &op : function.getBody().getOps())
        if (auto stub = dyn_cast<QuantStubOp>(op))
          annotateStub(stub);
        else if (auto quantizable = dyn_cast<QuantizableOpInterface>(op))
          annotateOp(quantizable);
    }
  }

private:
  void annotateStub(QuantStubOp stub) {
    auto qconfig = stub->getAttrOfType<QConfigAttr>(QuantirDialect::qconfigAttrName);
    if (qconfig && qconfig.getActivation())
      annotate(stub, {unit()}, {qconfig.getActivation()});
  }

  void annotateOp(QuantizableOpInterface op) {
    auto qconfig = op->getAttrOfType<QConfigAttr>(QuantirDialect::qconfigAttrName);
    SmallVector<unsigned, 2> activations = activationsOf(op);
    ResultPolicy policy = op.getResultPolicy(0);
    // Of one activation, the op runs on the integers as they come.
    if (policy.isSameAsOperand() && activations.size() == 1) {
      unsigned input = activations.front();
      if (ObserverSpecAttr spec = quantizedBy.lookup(op->getOperand(input))) {
        SmallVector<Attribute> operands(op->getNumOperands(), unit());
        operands[input] = spec;
        annotate(
            op, operands,
            SmallVector<Attribute>(op->getNumResults(),
                                   SharedSpecAttr::get(&getContext(), EdgeKind::Operand, input)));
      } else {
        leaveInFloat(op, "what it reads is not quantized");
      }
      return;
    }
    if (!qconfig || !qconfig.getActivation())
      return leaveInFloat(op, "it has no qconfig");
    for (unsigned input : activations)
      if (!quantizedBy.lookup(op->getOperand(input)))
        emitWarning(op->getLoc())
            << "operand " << input
            << " is not quantized, so this computes in float; a quantir.quant_stub "
               "before it quantizes it";
    SmallVector<Attribute> operands(op->getNumOperands(), unit());
    for (unsigned i = 0, e = op->getNumOperands(); i < e; ++i)
      if (op.getOperandRole(i) == OperandRole::Weight && qconfig.getWeight())
        operands[i] = qconfig.getWeight().alongChannels(op.getWeightChannelAxis());
    annotate(op, operands, SmallVector<Attribute>(op->getNumResults(), qconfig.getActivation()));
  }

  void annotate(Operation *op, ArrayRef<Attribute> operands, ArrayRef<Attribute> results) {
    op->setAttr(QuantirDialect::annotationAttrName,
                AnnotationAttr::get(&getContext(), ArrayAttr::get(&getContext(), operands),
                                    ArrayAttr::get(&getContext(), results)));
    for (auto [result, spec] : llvm::zip(op->getResults(), results)) {
      auto shared = dyn_cast<SharedSpecAttr>(spec);
      quantizedBy[result] = cast<ObserverSpecAttr>(shared ? operands[shared.getIndex()] : spec);
    }
    ++numAnnotated;
  }

  void leaveInFloat(Operation *op, StringRef reason) {
    op->setAttr(QuantirDialect::floatReasonAttrName, StringAttr::get(&getContext(), reason));
    emitRemark(op->getLoc(), "left in float: ") << reason;
  }

  Attribute unit() { return UnitAttr::get(&getContext()); }

  /// The observers of the values that are quantized.
  DenseMap<Value, ObserverSpecAttr> quantizedBy;
};

} // namespace
