//===- FuseModules.cpp - Fuse the modules of an explicit list -------------===//

#include "quantir/passes/Modules/Passes.h"

#include "Boundaries.h"

#include "quantir/dialects/NN/NN.h"
#include "quantir/passes/Fuse/Passes.h"

#include "mlir/IR/PatternMatch.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "llvm/ADT/StringExtras.h"

namespace quantir {
#define GEN_PASS_DEF_FUSEMODULESPASS
#include "quantir/passes/Modules/Passes.h.inc"
} // namespace quantir

using namespace mlir;
using namespace quantir;

namespace {

/// What PyTorch's fuse_modules takes, as ops, and the name of the unit; "" where folding leaves a
/// single op.
struct Sequence {
  SmallVector<StringRef, 3> ops;
  StringRef unit;
};

ArrayRef<Sequence> supportedSequences() {
  static const Sequence sequences[] = {
      {{"nn.conv", "nn.batch_norm"}, ""},
      {{"nn.conv", "nn.batch_norm", "nn.relu"}, "conv_relu"},
      {{"nn.conv", "nn.relu"}, "conv_relu"},
      {{"nn.linear", "nn.batch_norm"}, ""},
      {{"nn.linear", "nn.relu"}, "linear_relu"},
      {{"nn.batch_norm", "nn.relu"}, "batch_norm_relu"},
      {{"nn.conv_transpose", "nn.batch_norm"}, ""},
  };
  return sequences;
}

std::string supportedText() {
  return llvm::join(
      llvm::map_range(supportedSequences(),
                      [](const Sequence &sequence) { return llvm::join(sequence.ops, " + "); }),
      ", ");
}

class FuseModulesPass : public quantir::impl::FuseModulesPassBase<FuseModulesPass> {
public:
  using FuseModulesPassBase::FuseModulesPassBase;

  LogicalResult initialize(MLIRContext *context) override {
    RewritePatternSet set(context);
    populateFoldBatchNormPatterns(set);
    foldBatchNorm = FrozenRewritePatternSet(std::move(set));
    return success();
  }

  void runOnOperation() override {
    SmallVector<StringRef> lists;
    StringRef(groups.getValue()).split(lists, ';', /*MaxSplit=*/-1, /*KeepEmpty=*/false);
    if (lists.empty()) {
      getOperation().emitError(
          "expected the pass option groups to have lists of modules: a,b,c;d,e");
      return signalPassFailure();
    }
    for (StringRef list : lists)
      if (failed(fuseGroup(list)))
        return signalPassFailure();
  }

private:
  LogicalResult fuseGroup(StringRef list) {
    SmallVector<StringRef> paths;
    list.split(paths, ',');
    SmallVector<Operation *> ops;
    for (StringRef path : paths) {
      FailureOr<Operation *> op = find(path.trim());
      if (failed(op))
        return failure();
      ops.push_back(*op);
    }
    const Sequence *sequence = llvm::find_if(supportedSequences(), [&](const Sequence &candidate) {
      return llvm::equal(candidate.ops, ops, [](StringRef name, Operation *op) {
        return op->getName().getStringRef() == name;
      });
    });
    if (sequence == supportedSequences().end()) {
      std::string given = llvm::join(
          llvm::map_range(ops, [](Operation *op) { return op->getName().getStringRef(); }), " + ");
      return ops.front()->emitError() << "cannot fuse " << list << ", which is " << given
                                      << "; expected one of " << supportedText();
    }
    for (size_t i = 1; i < ops.size(); ++i)
      if (failed(checkAdjacent(ops[i - 1], ops[i], paths[i - 1].trim(), paths[i].trim())))
        return failure();
    if (failed(fold(ops)))
      return failure();
    if (ops.size() > 1) {
      IRRewriter rewriter(&getContext());
      fuseOps(rewriter, ops, sequence->unit);
    }
    ++numFused;
    return success();
  }

  FailureOr<Operation *> find(StringRef path) {
    if (path.empty())
      return getOperation().emitError(
          "expected the pass option groups to name modules, but got an empty name");
    SmallVector<Operation *> found;
    SmallVector<StringRef> known;
    for (auto function : getOperation().getOps<func::FuncOp>())
      for (Operation &op : function.getBody().getOps()) {
        StringRef name = modulePathOf(&op);
        if (name == path)
          found.push_back(&op);
        if (!name.empty())
          known.push_back(name);
      }
    if (found.size() == 1)
      return found.front();
    if (found.size() > 1) {
      InFlightDiagnostic error = found.front()->emitError()
                                 << "expected '" << path << "' to be one op, but got "
                                 << found.size();
      error.attachNote(found[1]->getLoc()) << "another one is here";
      return error;
    }
    InFlightDiagnostic error = getOperation().emitError()
                               << "the model has no module '" << path << "'";
    if (StringRef near = nearest(path, known); !near.empty())
      error << "; did you mean '" << near << "'?";
    return error;
  }

  LogicalResult checkAdjacent(Operation *maker, Operation *reader, StringRef makerPath,
                              StringRef readerPath) {
    if (reader->getOperand(0).getDefiningOp() != maker)
      return reader->emitError() << "expected '" << readerPath << "' to read what '" << makerPath
                                 << "' makes";
    if (maker->getResult(0).hasOneUse())
      return success();
    InFlightDiagnostic error = maker->emitError() << "expected only '" << readerPath
                                                  << "' to read what '" << makerPath << "' makes";
    for (Operation *user : maker->getUsers())
      if (user != reader)
        error.attachNote(user->getLoc()) << "but this op does, too";
    return error;
  }

  /// Folds a batch normalization behind the first of `ops`, and takes it out of them.
  LogicalResult fold(SmallVector<Operation *> &ops) {
    if (!isa<nn::BatchNormOp>(ops[1]))
      return success();
    GreedyRewriteConfig config;
    config.enableFolding(false).enableConstantCSE(false).setStrictness(
        GreedyRewriteStrictness::ExistingOps);
    Location loc = ops[1]->getLoc();
    bool isFolded = false;
    (void)applyOpPatternsGreedily({ops[1]}, foldBatchNorm, config, /*changed=*/nullptr, &isFolded);
    if (!isFolded)
      return emitError(loc, "cannot be folded into the op before it: expected constant parameters, "
                            "and the channels in "
                            "dimension 1");
    ops.erase(ops.begin() + 1);
    return success();
  }

  FrozenRewritePatternSet foldBatchNorm;
};

} // namespace
