//===- SwapModules.cpp - Observed and quantized forms of custom modules ---===//

#include "quantir/passes/Modules/Passes.h"

#include "Boundaries.h"
#include "quantir/Base/Text.h"

#include "mlir/IR/PatternMatch.h"
#include "llvm/ADT/MapVector.h"

namespace quantir {
#define GEN_PASS_DEF_SWAPMODULESPASS
#include "quantir/passes/Modules/Passes.h.inc"
} // namespace quantir

using namespace mlir;
using namespace quantir;

namespace {

/// One pair of a custom config: calls of `from` go to `to`.
struct Swap {
  StringRef kind; ///< the kind of quantization for which it holds; "" for any
  StringRef from; ///< a symbol, or the name in quantir.custom_module
  StringRef to;
  std::string place; ///< in the config, for messages
};

void collectSwaps(DictionaryAttr kinds, StringRef key, SmallVector<Swap> &swaps) {
  if (!kinds)
    return;
  for (NamedAttribute kind : kinds)
    for (NamedAttribute swap : cast<DictionaryAttr>(kind.getValue()))
      swaps.push_back(
          {kind.getName(), swap.getName(), cast<StringAttr>(swap.getValue()).getValue(),
           (key + "." + kind.getName().getValue() + "." + swap.getName().getValue()).str()});
}

/// Whether two types have the same shape, of floats or, if `mayBeQuantized`, of quantized values
/// that express them.
bool agree(Type floats, Type other, bool mayBeQuantized) {
  if (floats == other)
    return true;
  auto x = dyn_cast<RankedTensorType>(floats), y = dyn_cast<RankedTensorType>(other);
  auto quantized = y ? dyn_cast<quant::QuantizedType>(y.getElementType()) : quant::QuantizedType();
  return mayBeQuantized && x && quantized && quantized.getExpressedType() &&
         x == y.clone(quantized.getExpressedType());
}

class SwapModulesPass : public quantir::impl::SwapModulesPassBase<SwapModulesPass> {
public:
  using SwapModulesPassBase::SwapModulesPassBase;

  void runOnOperation() override {
    if (stage != "prepare" && stage != "convert") {
      getOperation().emitError()
          << "expected the pass option stage to be prepare or convert, but got " << stage;
      return signalPassFailure();
    }
    SymbolTable symbolTable(getOperation());
    symbols = &symbolTable;
    SmallVector<Swap> swaps;
    if (failed(collect(swaps)) || failed(swapCalls(swaps)))
      return signalPassFailure();
    if (stage == "convert") {
      eraseStubs();
      eraseUnused();
    }
  }

private:
  LogicalResult collect(SmallVector<Swap> &swaps) {
    ModuleOp module = getOperation();
    SmallVector<Swap> observed, quantized;
    if (auto config = module->getAttrOfType<PrepareCustomConfigAttr>(
            QuantirDialect::prepareCustomConfigAttrName))
      collectSwaps(config.getFloatToObservedCustomModuleClass(),
                   "prepare_custom_config.float_to_observed_custom_module_class", observed);
    if (auto config = module->getAttrOfType<ConvertCustomConfigAttr>(
            QuantirDialect::convertCustomConfigAttrName))
      collectSwaps(config.getObservedToQuantizedCustomModuleClass(),
                   "convert_custom_config.observed_to_quantized_custom_module_class", quantized);
    // Both are looked up at once, so that an unknown name is found before calibration; but once
    // swapped, a float function may go.
    SmallVector<Swap> own;
    for (StringRef pair : this->swaps) {
      auto [from, to] = pair.split(':');
      if (from.empty() || to.empty())
        return module.emitError()
               << "expected the pass option swaps to have pairs from:to, but got '" << pair << "'";
      own.push_back({"", from, to, "swaps"});
    }
    bool isPrepare = stage == "prepare";
    SmallVector<Swap> known = isPrepare ? observed : SmallVector<Swap>();
    llvm::append_range(known, quantized);
    llvm::append_range(known, own);
    if (failed(markAll(known)))
      return failure();
    swaps = isPrepare ? observed : quantized;
    llvm::append_range(swaps, own);
    return success();
  }

  SmallVector<func::FuncOp> functionsNamed(StringRef name) {
    SmallVector<func::FuncOp> found;
    for (auto function : getOperation().getOps<func::FuncOp>()) {
      auto custom = function->getAttrOfType<StringAttr>(QuantirDialect::customModuleAttrName);
      if (function.getSymName() == name || (custom && custom.getValue() == name))
        found.push_back(function);
    }
    return found;
  }

  /// Checks that all names are functions, and marks them as custom modules: no other pass touches
  /// them then.
  LogicalResult markAll(ArrayRef<Swap> swaps) {
    for (const Swap &swap : swaps) {
      for (StringRef name : {swap.from, swap.to}) {
        SmallVector<func::FuncOp> functions = functionsNamed(name);
        if (functions.empty())
          return unknownFunction(swap, name);
        for (func::FuncOp function : functions)
          if (!function->hasAttr(QuantirDialect::customModuleAttrName))
            function->setAttr(QuantirDialect::customModuleAttrName,
                              StringAttr::get(&getContext(), name));
      }
      if (!symbols->lookup<func::FuncOp>(swap.to))
        return getOperation().emitError()
               << swap.place << ": expected the symbol of one function, but '" << swap.to
               << "' is a class of them";
    }
    return success();
  }

  LogicalResult unknownFunction(const Swap &swap, StringRef name) {
    SmallVector<StringRef> names;
    for (auto function : getOperation().getOps<func::FuncOp>()) {
      names.push_back(function.getSymName());
      if (auto custom = function->getAttrOfType<StringAttr>(QuantirDialect::customModuleAttrName))
        names.push_back(custom.getValue());
    }
    return getOperation().emitError() << swap.place << ": the module has no function '" << name
                                      << "'" << didYouMean(name, names);
  }

  LogicalResult swapCalls(ArrayRef<Swap> swaps) {
    if (swaps.empty())
      return success();
    for (auto caller : getOperation().getOps<func::FuncOp>()) {
      if (!isTraceable(caller))
        continue;
      SmallVector<func::CallOp> calls(caller.getOps<func::CallOp>());
      for (func::CallOp call : calls)
        if (failed(swapCall(caller, call, swaps)))
          return failure();
    }
    return success();
  }

  LogicalResult swapCall(func::FuncOp caller, func::CallOp call, ArrayRef<Swap> swaps) {
    auto callee = symbols->lookup<func::FuncOp>(call.getCallee());
    if (!callee)
      return success();
    auto custom = callee->getAttrOfType<StringAttr>(QuantirDialect::customModuleAttrName);
    for (const Swap &swap : swaps) {
      if (callee.getSymName() != swap.from && (!custom || custom.getValue() != swap.from))
        continue;
      if (stage == "prepare" && !swap.kind.empty()) {
        auto &settings = getAnalysis<Settings>();
        FailureOr<QConfigAttr> qconfig =
            qconfigOfCall(settings.resolver(settings.mappingOf(caller)), caller, call, callee);
        if (failed(qconfig))
          return failure();
        if (quantizationKind(*qconfig) != swap.kind)
          continue;
      }
      auto target = symbols->lookup<func::FuncOp>(swap.to);
      return target == callee ? success() : redirect(call, callee, target, swap);
    }
    return success();
  }

  LogicalResult redirect(func::CallOp call, func::FuncOp from, func::FuncOp to, const Swap &swap) {
    bool isConvert = stage == "convert";
    auto check = [&](TypeRange wanted, TypeRange given, StringRef what) -> LogicalResult {
      bool same =
          wanted.size() == given.size() && llvm::all_of(llvm::zip(wanted, given), [&](auto pair) {
            return agree(std::get<0>(pair), std::get<1>(pair), isConvert);
          });
      if (same)
        return success();
      InFlightDiagnostic error =
          to.emitError() << swap.place << ": expected the " << what << " of @" << from.getSymName()
                         << (isConvert ? ", in float or quantized, but got " : ", but got ")
                         << to.getFunctionType();
      error.attachNote(from.getLoc()) << "which has " << from.getFunctionType();
      return error;
    };
    if (failed(check(from.getArgumentTypes(), to.getArgumentTypes(), "arguments")) ||
        failed(check(from.getResultTypes(), to.getResultTypes(), "results")))
      return failure();
    call.setCallee(to.getSymName());
    castToSignature(call, to);
    ++numSwapped;
    return success();
  }

  /// The casts of what a stub quantized stand behind it.
  void eraseStubs() {
    auto erase = [](Operation *op) {
      if (!isa<QuantStubOp, DequantStubOp>(op))
        return;
      op->getResult(0).replaceAllUsesWith(op->getOperand(0));
      op->erase();
    };
    for (auto function : getOperation().getOps<func::FuncOp>())
      function.walk(erase);
  }

  /// Erases custom modules that nothing calls, and the observers that only they had.
  void eraseUnused() {
    // An observer that nothing had before is the verifier's to report.
    llvm::DenseSet<StringAttr> observed;
    for (auto function : getOperation().getOps<func::FuncOp>())
      function.walk([&](ObserveOp op) { observed.insert(op.getObserverAttr().getAttr()); });
    eraseUnusedSymbols(getOperation(), [&](Operation *symbol) {
      if (auto observer = dyn_cast<ObserverOp>(symbol))
        return observed.contains(observer.getSymNameAttr());
      auto function = dyn_cast<func::FuncOp>(symbol);
      return function && function.isPrivate() &&
             function->hasAttr(QuantirDialect::customModuleAttrName);
    });
  }

  SymbolTable *symbols = nullptr;
};

} // namespace
