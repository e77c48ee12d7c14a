//===- InlineModules.cpp - Put functions where they are called ------------===//

#include "quantir/passes/Modules/Passes.h"

#include "mlir/IR/IRMapping.h"

namespace quantir {
#define GEN_PASS_DEF_INLINEMODULESPASS
#include "quantir/passes/Modules/Passes.h.inc"
} // namespace quantir

using namespace mlir;
using namespace quantir;

namespace {

class InlineModulesPass : public quantir::impl::InlineModulesPassBase<InlineModulesPass> {
public:
  void runOnOperation() override {
    SymbolTable symbols(getOperation());
    for (auto function : getOperation().getOps<func::FuncOp>())
      if (function.isPublic() && !function.isExternal() && failed(inlineIn(function, symbols)))
        return signalPassFailure();
    eraseUnused();
  }

private:
  /// Replaces the calls in `function`, after those in what it calls.
  LogicalResult inlineIn(func::FuncOp function, SymbolTable &symbols) {
    if (done.contains(function))
      return success();
    if (!active.insert(function).second)
      return function.emitOpError("expected no function that calls itself");
    SmallVector<func::CallOp> calls;
    function.walk([&](func::CallOp call) { calls.push_back(call); });
    for (func::CallOp call : calls) {
      auto callee = symbols.lookup<func::FuncOp>(call.getCallee());
      if (!callee || callee.isExternal() || !callee.getBody().hasOneBlock())
        return call.emitOpError("expected to call a function with a body of one block");
      if (failed(inlineIn(callee, symbols)))
        return failure();
      inlineCall(call, callee);
    }
    active.erase(function);
    done.insert(function);
    return success();
  }

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

  /// Erases the private functions that nothing calls; doing so may leave others without a caller.
  void eraseUnused() {
    bool changed = true;
    while (changed) {
      changed = false;
      for (auto function : llvm::make_early_inc_range(getOperation().getOps<func::FuncOp>()))
        if (function.isPrivate() && SymbolTable::symbolKnownUseEmpty(function, getOperation())) {
          function.erase();
          changed = true;
        }
    }
  }

  llvm::DenseSet<func::FuncOp> done, active;
};

} // namespace
