//===- FuseModules.cpp - Fuse the modules of an explicit list -------------===//

#include "quantir/passes/Modules/Passes.h"

#include "Boundaries.h"

#include "quantir/Base/Text.h"
#include "quantir/Vocabulary/Builtins.h"
#include "quantir/Vocabulary/ObjectTypes.h"
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

/// Modules by their canonical names, in data-flow order.
using Sequence = SmallVector<StringRef, 3>;

/// What PyTorch's fuse_modules takes: lib/Vocabulary/builtins/fuse_modules.json.
ArrayRef<Sequence> supportedSequences() {
  static const SmallVector<Sequence> sequences =
      llvm::map_to_vector(builtinTable("fuse_modules"), [](const nlohmann::json &names) {
        return Sequence(llvm::map_range(names, [](const nlohmann::json &name) -> StringRef {
          return name.get_ref<const std::string &>();
        }));
      });
  return sequences;
}

/// "Conv2d + ReLU".
std::string textOf(ArrayRef<StringRef> modules) {
  return llvm::join(llvm::map_range(modules,
                                    [](StringRef module) {
                                      module.consume_front("torch.nn.");
                                      return module;
                                    }),
                    " + ");
}

bool matches(ArrayRef<StringRef> modules, ArrayRef<Operation *> ops) {
  return llvm::equal(modules, ops,
                     [](StringRef module, Operation *op) { return hasObjectType(op, module); });
}

InFlightDiagnostic reportUnsupported(StringRef list, ArrayRef<Operation *> ops) {
  Sequence given(llvm::map_range(ops, [](Operation *op) { return objectTypesOf(op).front(); }));
  auto supported = llvm::map_range(supportedSequences(), textOf);
  return ops.front()->emitError() << "cannot fuse " << list << ", which is " << textOf(given)
                                  << "; expected one of " << llvm::join(supported, ", ");
}

/// The name of the unit: those of its ops.
std::string unitName(ArrayRef<Operation *> ops) {
  return llvm::join(
      llvm::map_range(ops, [](Operation *op) { return op->getName().stripDialect(); }), "_");
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
    if (llvm::none_of(supportedSequences(), [&](const Sequence &s) { return matches(s, ops); }))
      return reportUnsupported(list, ops);
    for (size_t i = 1; i < ops.size(); ++i)
      if (failed(checkAdjacent(ops[i - 1], ops[i], paths[i - 1].trim(), paths[i].trim())))
        return failure();
    if (failed(fold(ops)))
      return failure();
    if (ops.size() > 1) {
      IRRewriter rewriter(&getContext());
      fuseOps(rewriter, ops, unitName(ops));
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
    return getOperation().emitError()
           << "the model has no module '" << path << "'" << didYouMean(path, known);
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

  /// Folds the second of `ops` into the first, if it is one that can become part of it, and takes
  /// it out of them.
  LogicalResult fold(SmallVector<Operation *> &ops) {
    if (!ops[1]->hasTrait<nn::OpTrait::FoldsIntoWeights>())
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
