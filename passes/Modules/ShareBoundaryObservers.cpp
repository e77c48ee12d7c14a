//===- ShareBoundaryObservers.cpp - One observer on both sides ------------===//

#include "quantir/passes/Modules/Passes.h"

#include "Boundaries.h"

#include "mlir/IR/PatternMatch.h"

namespace quantir {
#define GEN_PASS_DEF_SHAREBOUNDARYOBSERVERSPASS
#include "quantir/passes/Modules/Passes.h.inc"
} // namespace quantir

using namespace mlir;
using namespace quantir;

namespace {

/// Whether a value that one observer quantized needs no second one: PyTorch asks for the dtype
/// only.
bool isServedBy(ObserverSpecAttr wanted, ObserverSpecAttr given) {
  const numerics::ObserverConfig &x = wanted.getConfig(), &y = given.getConfig();
  return x.dtype == y.dtype && x.isDynamic == y.isDynamic && !numerics::isPerChannel(x.scheme) &&
         !numerics::isPerChannel(y.scheme);
}

class ShareBoundaryObserversPass
    : public quantir::impl::ShareBoundaryObserversPassBase<ShareBoundaryObserversPass> {
public:
  void runOnOperation() override {
    SymbolTable symbolTable(getOperation());
    symbols = &symbolTable;
    for (auto function : getOperation().getOps<func::FuncOp>())
      if (!function.isExternal() &&
          (failed(shareInputs(function)) || failed(shareOutputs(function))))
        return signalPassFailure();
  }

private:
  ObserverOp observerOf(ObserveOp observe) {
    return symbols->lookup<ObserverOp>(observe.getObserver());
  }

  LogicalResult shareInputs(func::FuncOp function) {
    FailureOr<SmallVector<unsigned>> inputs = quantizedInputs(function);
    if (failed(inputs))
      return failure();
    SmallVector<func::CallOp> calls = callsOf(function);
    for (auto [position, input] : llvm::enumerate(*inputs)) {
      BlockArgument argument = function.getArgument(input);
      FailureOr<ObserverOp> observer = failure();
      if (function.isPublic())
        observer = observerOfInput(function, input, position);
      else
        observer = observerOfCalls(function, calls, input);
      if (failed(observer))
        return failure();
      if (*observer)
        observeBehind(argument, *observer);
    }
    return success();
  }

  LogicalResult shareOutputs(func::FuncOp function) {
    FailureOr<SmallVector<unsigned>> outputs = quantizedOutputs(function);
    if (failed(outputs))
      return failure();
    Operation *end = function.getBody().front().getTerminator();
    for (unsigned output : *outputs) {
      auto observe = end->getOperand(output).getDefiningOp<ObserveOp>();
      if (!observe)
        return end->emitError() << "expected operand " << output
                                << " to be observed, as output_quantized_idxs says; run "
                                   "quantir-annotate-boundaries before observers are inserted";
      for (func::CallOp call : callsOf(function))
        observeBehind(call.getResult(output), observerOf(observe));
    }
    return success();
  }

  /// The observer of a public function's input: of the qparams that are given, else the first that
  /// it meets.
  FailureOr<ObserverOp> observerOfInput(func::FuncOp function, unsigned input, size_t position) {
    if (ArrayAttr given = boundaryConfigOf(function).getInputQparams()) {
      OpBuilder builder(function);
      auto observer = ObserverOp::create(builder, function.getArgument(input).getLoc(),
                                         "input_" + std::to_string(input),
                                         cast<ObserverSpecAttr>(given[position]), DictionaryAttr());
      symbols->insert(observer);
      return observer;
    }
    for (Operation *user : function.getArgument(input).getUsers())
      if (auto observe = dyn_cast<ObserveOp>(user))
        return observerOf(observe);
    return function.emitError()
           << "input " << input
           << " is to be quantized, but nothing reads it as integers; give its "
           << "scale and zero point as prepare_custom_config.input_qparams";
  }

  /// The observer of what the calls pass, which becomes the same for all of them; null if there are
  /// no calls.
  FailureOr<ObserverOp> observerOfCalls(func::FuncOp function, ArrayRef<func::CallOp> calls,
                                        unsigned input) {
    ObserverOp first;
    for (func::CallOp call : calls) {
      auto observe = call.getOperand(input).getDefiningOp<ObserveOp>();
      if (!observe)
        return call.emitError()
               << "expected operand " << input
               << " to be observed, as input_quantized_idxs says; run quantir-annotate-boundaries "
                  "before observers are inserted";
      ObserverOp observer = observerOf(observe);
      if (!first)
        first = observer;
      else if (isServedBy(observer.getSpec(), first.getSpec()))
        replace(observer, first);
      else
        return call.emitError() << "expected every call to pass operand " << input
                                << " with the dtype "
                                << StringRef(numerics::toText(first.getSpec().getConfig().dtype));
    }
    return first;
  }

  /// Lets everybody read `value` as `observer` quantizes it; observers that this makes needless
  /// become `observer`.
  void observeBehind(Value value, ObserverOp observer) {
    SmallVector<ObserveOp> others;
    bool isSeen = true; // by an observer elsewhere
    for (Operation *user : value.getUsers())
      if (auto observe = dyn_cast<ObserveOp>(user)) {
        isSeen &= observe.getObserver() != observer.getSymName() || observe.getPassive();
        others.push_back(observe);
      }
    IRRewriter rewriter(&getContext());
    rewriter.setInsertionPointAfterValue(value);
    auto shared =
        ObserveOp::create(rewriter, value.getLoc(), value.getType(), value, observer.getSymName(),
                          /*passive=*/isSeen);
    rewriter.replaceAllUsesExcept(value, shared.getResult(), shared);
    for (ObserveOp other : others) {
      ObserverOp old = observerOf(other);
      if (!isServedBy(old.getSpec(), observer.getSpec()))
        continue;
      rewriter.replaceOp(other, shared.getResult());
      replace(old, observer);
    }
  }

  /// Lets all that `old` observes be observed by `observer`.
  void replace(ObserverOp old, ObserverOp observer) {
    if (old == observer)
      return;
    (void)SymbolTable::replaceAllSymbolUses(old, observer.getSymNameAttr(), getOperation());
    symbols->erase(old);
    ++numShared;
  }

  SymbolTable *symbols = nullptr;
};

} // namespace
