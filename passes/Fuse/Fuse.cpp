//===- Fuse.cpp - Group the ops that the backend runs as one --------------===//

#include "quantir/passes/Fuse/Passes.h"

#include "quantir/Config/CustomConfig.h"
#include "quantir/dialects/NN/NN.h"
#include "quantir/dialects/Quantir/Pattern.h"
#include "quantir/dialects/Quantir/Quantir.h"

#include "mlir/IR/IRMapping.h"
#include "mlir/IR/PatternMatch.h"

namespace quantir {
#define GEN_PASS_DEF_FUSEPASS
#include "quantir/passes/Fuse/Passes.h.inc"
} // namespace quantir

using namespace mlir;
using namespace quantir;

void quantir::fuseOps(IRRewriter &rewriter, ArrayRef<Operation *> match, StringRef name) {
  Operation *last = match.back();
  SmallPtrSet<Operation *, 4> members(match.begin(), match.end());
  SmallVector<Value> operands;
  SmallVector<Location> locations;
  for (Operation *op : match) {
    locations.push_back(op->getLoc());
    for (Value operand : op->getOperands())
      if (!members.contains(operand.getDefiningOp()))
        operands.push_back(operand);
  }

  rewriter.setInsertionPoint(last);
  auto fused = FusedOp::create(rewriter, rewriter.getFusedLoc(locations), last->getResultTypes(),
                               rewriter.getStringAttr(name), operands);
  Block *body = rewriter.createBlock(&fused.getBody());
  IRMapping mapping;
  rewriter.setInsertionPointToEnd(body);
  for (Operation *op : match) {
    Operation *copy = rewriter.clone(*op, mapping);
    // The same value may enter twice, in different roles, so operands are mapped by place.
    for (auto [source, operand] : llvm::zip(op->getOpOperands(), copy->getOpOperands()))
      if (!members.contains(source.get().getDefiningOp()))
        operand.set(body->addArgument(source.get().getType(), source.get().getLoc()));
  }
  SmallVector<Value> results;
  for (Value result : last->getResults())
    results.push_back(mapping.lookup(result));
  YieldOp::create(rewriter, last->getLoc(), results);

  if (Attribute path = fused.getRootOp()->getDiscardableAttr(nn::pathAttrName))
    fused->setDiscardableAttr(nn::pathAttrName, path);
  rewriter.replaceOp(last, fused);
  for (Operation *op : llvm::reverse(llvm::drop_end(match)))
    rewriter.eraseOp(op);
}

namespace {

class FusePass : public quantir::impl::FusePassBase<FusePass> {
public:
  void runOnOperation() override {
    ModuleOp module = getOperation();
    auto &settings = getAnalysis<Settings>();
    IRRewriter rewriter(&getContext());
    for (auto func : module.getOps<func::FuncOp>()) {
      if (!isTraceable(func))
        continue;
      FailureOr<const BackendPatterns *> backend = settings.patternsOf(func);
      if (failed(backend))
        return signalPassFailure();
      for (Block &block : func.getBody())
        fuseBlock(rewriter, block, **backend);
    }
  }

private:
  using Entry = BackendPatterns::Entry;

  /// PyTorch first fuses modules, wherever they are, and then looks for the other patterns in what
  /// is left.
  void fuseBlock(IRRewriter &rewriter, Block &block, const BackendPatterns &backend) {
    if (!backend.rules().fusersFirst)
      return fuseMatches(rewriter, block, backend, [](const Entry &) { return true; });
    fuseMatches(rewriter, block, backend, [](const Entry &entry) { return entry.attr.getFuser(); });
    fuseMatches(rewriter, block, backend,
                [](const Entry &entry) { return !entry.attr.getFuser(); });
  }

  void fuseMatches(IRRewriter &rewriter, Block &block, const BackendPatterns &backend,
                   function_ref<bool(const Entry &)> takesPart) {
    for (Operation *op = block.empty() ? nullptr : &block.back(); op;) {
      // The ops before this one may become part of the unit, which takes this one's place.
      for (const Entry &entry : backend.multiOpPatterns()) {
        if (!takesPart(entry))
          continue;
        std::optional<PatternMatch> match = matchPattern(entry.tree, op);
        if (!match)
          continue;
        Operation *next = op->getNextNode();
        fuseOps(rewriter, *match, entry.unitName);
        ++numFused;
        op = next->getPrevNode();
        break;
      }
      op = op->getPrevNode();
    }
  }
};

} // namespace
