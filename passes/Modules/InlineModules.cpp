//===- InlineModules.cpp - Put functions where they are called ------------===//

#include "quantir/passes/Modules/Passes.h"

#include "Boundaries.h"

#include "mlir/IR/IRMapping.h"

namespace quantir {
#define GEN_PASS_DEF_INLINEMODULESPASS
#include "quantir/passes/Modules/Passes.h.inc"
} // namespace quantir

using namespace mlir;
using namespace quantir;

namespace {

/// Calls in calls make a model that is exponentially larger than its file: this is far above any
/// that is meant.
constexpr uint64_t maxOps = 1 << 20;

class InlineModulesPass : public quantir::impl::InlineModulesPassBase<InlineModulesPass> {
public:
  void runOnOperation() override {
    SymbolTable symbols(getOperation());
    Inliner inliner(symbols);
    for (auto function : getOperation().getOps<func::FuncOp>())
      if (function.isPublic() && !function.isExternal() && failed(inliner.inlineIn(function)))
        return signalPassFailure();
    numInlined += inliner.getNumInlined();
    eraseUnusedSymbols(getOperation(), [](Operation *symbol) {
      auto function = dyn_cast<func::FuncOp>(symbol);
      return function && function.isPrivate();
    });
  }

private:
  class Inliner {
  public:
    explicit Inliner(SymbolTable &symbols) : symbols(symbols) {}

    /// Replaces the calls in `function`, after those in what it calls.
    LogicalResult inlineIn(func::FuncOp function) {
      if (sizes.contains(function))
        return success();
      if (!active.insert(function).second)
        return function.emitOpError("expected no function that calls itself");
      SmallVector<func::CallOp> calls;
      uint64_t size = 0;
      function.walk([&](Operation *op) {
        ++size;
        if (auto call = dyn_cast<func::CallOp>(op))
          calls.push_back(call);
      });
      for (func::CallOp call : calls) {
        auto callee = symbols.lookup<func::FuncOp>(call.getCallee());
        if (!callee || callee.isExternal() || !callee.getBody().hasOneBlock())
          return call.emitOpError("expected to call a function with a body of one block");
        if (failed(inlineIn(callee)))
          return failure();
        size += sizes.lookup(callee);
        if (size > maxOps)
          return emitError(call.getLoc())
                 << "expected a model of at most " << maxOps
                 << " ops when its functions stand where they are called, but got more in '"
                 << function.getSymName() << "'";
        inlineCall(call, callee);
      }
      active.erase(function);
      sizes[function] = size;
      return success();
    }

    unsigned getNumInlined() const { return numInlined; }

  private:
    void inlineCall(func::CallOp call, func::FuncOp callee) {
      OpBuilder builder(call);
      IRMapping mapping;
      Block &body = callee.getBody().front();
      mapping.map(body.getArguments(), call.getOperands());
      for (Operation &op : body.without_terminator())
        builder.clone(op, mapping);
      for (auto [result, value] : llvm::zip(call.getResults(), body.getTerminator()->getOperands()))
        result.replaceAllUsesWith(mapping.lookupOrDefault(value));
      call.erase();
      ++numInlined;
    }

    SymbolTable &symbols;
    llvm::DenseMap<func::FuncOp, uint64_t> sizes; ///< of the functions that are done
    llvm::DenseSet<func::FuncOp> active;
    unsigned numInlined = 0;
  };
};

} // namespace
