//===- PruneAnnotations.cpp - Do not quantize what nothing gains from -----===//

#include "quantir/passes/Annotate/Passes.h"

#include "quantir/Config/Settings.h"
#include "quantir/dialects/Quantir/Quantir.h"

#include "llvm/ADT/SetVector.h"

namespace quantir {
#define GEN_PASS_DEF_PRUNEANNOTATIONSPASS
#include "quantir/passes/Annotate/Passes.h.inc"
} // namespace quantir

using namespace mlir;
using namespace quantir;

namespace {

AnnotationAttr annotationOf(Operation *op) {
  return op ? op->getAttrOfType<AnnotationAttr>(QuantirDialect::annotationAttrName) : nullptr;
}

bool isQuantized(Attribute spec) { return !isa<UnitAttr>(spec); }

bool quantizesOperand(OpOperand &use) {
  AnnotationAttr annotation = annotationOf(use.getOwner());
  return annotation && isQuantized(annotation.getOperands()[use.getOperandNumber()]);
}

bool quantizesResult(OpResult result) {
  AnnotationAttr annotation = annotationOf(result.getOwner());
  return annotation && isQuantized(annotation.getResults()[result.getResultNumber()]);
}

/// An annotated op that only moves or clips data.
bool isTransparent(Operation *op) {
  auto quantizable = dyn_cast_or_null<QuantizableOpInterface>(op);
  return quantizable && annotationOf(op) && quantizable.commutesWithQuantization();
}

/// An annotated op without a weight for which all that it reads would have to be quantized first:
/// the op on floats is as fast, and rounds less.
bool readsOnlyFloats(Operation *op) {
  auto quantizable = dyn_cast<QuantizableOpInterface>(op);
  if (!quantizable || !annotationOf(op) || quantizable.getWeightOperand() || isTransparent(op))
    return false;
  return llvm::none_of(op->getOpOperands(), [](OpOperand &operand) {
    auto result = dyn_cast<OpResult>(operand.get());
    return result && quantizesOperand(operand) && quantizesResult(result);
  });
}

/// The transparent ops connected with `start` through quantized edges; says whether an op that
/// computes on integers is among their neighbours.
bool reachesComputation(Operation *start, llvm::SetVector<Operation *> &group) {
  bool found = false;
  group.insert(start);
  for (size_t i = 0; i < group.size(); ++i) {
    Operation *op = group[i];
    auto visit = [&](Operation *neighbour) {
      if (isTransparent(neighbour))
        group.insert(neighbour);
      else
        found = true;
    };
    for (OpOperand &operand : op->getOpOperands())
      if (auto result = dyn_cast<OpResult>(operand.get()))
        if (quantizesOperand(operand) && quantizesResult(result))
          visit(result.getOwner());
    for (OpResult result : op->getResults())
      for (OpOperand &use : result.getUses())
        if (quantizesOperand(use))
          visit(use.getOwner());
  }
  return found;
}

class PruneAnnotationsPass : public quantir::impl::PruneAnnotationsPassBase<PruneAnnotationsPass> {
public:
  void runOnOperation() override {
    if (getOperation().isExternal())
      return;
    // A module whose passes have not asked for the settings yet has none to share.
    auto module = getOperation()->getParentOfType<ModuleOp>();
    auto shared = getCachedParentAnalysis<Settings>(module);
    Settings own(module ? module.getOperation() : getOperation().getOperation());
    FailureOr<QuantizationRules> rules = (shared ? shared->get() : own).rulesOf(getOperation());
    if (failed(rules))
      return signalPassFailure();
    if (!rules->prune)
      return;
    // In program order, since what is left in float gives its readers floats.
    for (Operation &op : getOperation().getBody().getOps())
      if (readsOnlyFloats(&op))
        leaveInFloat(&op, "nothing it reads is there as integers");
    pruneMovements();
    // From the end, since a result that is not quantized may leave its producer's without a reader.
    for (Operation &op : llvm::reverse(getOperation().getBody().front())) {
      pruneResults(&op);
      if (rules->floatAddends)
        pruneAddends(&op);
    }
  }

private:
  void pruneMovements() {
    llvm::SmallPtrSet<Operation *, 16> seen;
    for (Operation &op : getOperation().getBody().getOps()) {
      if (!isTransparent(&op) || seen.contains(&op))
        continue;
      llvm::SetVector<Operation *> group;
      bool useful = reachesComputation(&op, group);
      seen.insert(group.begin(), group.end());
      if (useful)
        continue;
      for (Operation *member : group)
        leaveInFloat(member, "no op beside it computes on integers");
    }
  }

  void pruneResults(Operation *op) {
    AnnotationAttr annotation = annotationOf(op);
    if (!annotation)
      return;
    bool changed = false;
    for (OpResult result : op->getResults()) {
      if (!quantizesResult(result) || llvm::any_of(result.getUses(), quantizesOperand))
        continue;
      leaveFloat(result);
      changed = true;
      ++numResults;
    }
    // A call of a custom module says nothing of itself.
    auto quantizable = dyn_cast<QuantizableOpInterface>(op);
    // Without a weight there is no integer arithmetic to gain: the float op on dequantized values
    // is as good.
    if (changed && llvm::none_of(op->getResults(), quantizesResult) && quantizable &&
        !quantizable.getWeightOperand())
      leaveInFloat(op, "nothing reads its result as integers");
  }

  /// The addends of a fused op whose result stays float.
  void pruneAddends(Operation *op) {
    auto fused = dyn_cast<FusedOp>(op);
    if (!annotationOf(op) || !fused || !fused.getWeightOperand() ||
        quantizesResult(fused->getResult(0)))
      return;
    if (llvm::any_of(annotationOf(op).getOperands(), llvm::IsaPred<SharedSpecAttr>))
      return;
    Operation *root = fused.getRootOp();
    for (OpOperand &operand : op->getOpOperands()) {
      Value inside = fused.getBody().getArgument(operand.getOperandNumber());
      if (!quantizesOperand(operand) || llvm::is_contained(root->getOperands(), inside))
        continue;
      auto result = dyn_cast<OpResult>(operand.get());
      if (result && quantizesResult(result)) {
        auto producer = dyn_cast<QuantizableOpInterface>(result.getOwner());
        if (!producer || !producer.getWeightOperand())
          continue;
        leaveFloat(result);
      }
      leaveFloat(operand);
      ++numAddends;
    }
  }

  void leaveFloat(OpResult result) {
    Operation *op = result.getOwner();
    op->setAttr(
        QuantirDialect::annotationAttrName,
        annotationOf(op).withResult(result.getResultNumber(), UnitAttr::get(&getContext())));
  }

  void leaveFloat(OpOperand &operand) {
    Operation *op = operand.getOwner();
    op->setAttr(
        QuantirDialect::annotationAttrName,
        annotationOf(op).withOperand(operand.getOperandNumber(), UnitAttr::get(&getContext())));
  }

  void leaveInFloat(Operation *op, StringRef reason) {
    op->removeAttr(QuantirDialect::annotationAttrName);
    op->setAttr(QuantirDialect::floatReasonAttrName, StringAttr::get(&getContext(), reason));
    emitRemark(op->getLoc(), "left in float: ") << reason;
    ++numUnits;
  }
};

} // namespace
