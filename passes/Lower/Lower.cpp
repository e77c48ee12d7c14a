//===- Lower.cpp - Turn a module of any stage into kernels ----------------===//

#include "PopulatePatterns.h"
#include "quantir/Config/Settings.h"
#include "quantir/dialects/Quantir/Quantir.h"
#include "quantir/passes/Lower/Passes.h"

#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace quantir {
#define GEN_PASS_DEF_LOWERPASS
#include "quantir/passes/Lower/Passes.h.inc"
} // namespace quantir

using namespace mlir;
using namespace quantir;

namespace {

using Populate = void (*)(RewritePatternSet &);

/// Keeps why patterns did not apply, for the message about an op that none took.
struct MatchFailures : public RewriterBase::Listener {
  void notifyMatchFailure(Location loc, function_ref<void(Diagnostic &)> explain) override {
    Diagnostic diagnostic(loc, DiagnosticSeverity::Remark);
    explain(diagnostic);
    reasons[loc] = diagnostic.str();
  }

  DenseMap<Location, std::string> reasons;
};

class LowerPass : public quantir::impl::LowerPassBase<LowerPass> {
public:
  using LowerPassBase::LowerPassBase;

  LogicalResult initialize(MLIRContext *context) override {
    using namespace quantir::lower;
    toKernels =
        freeze(context, {populateOneKernelPatterns, populateLinearPatterns,
                         populateBatchNormPatterns, populateSplitPatterns, populateQuantPatterns});
    sinkDequantize = freeze(context, {populateSinkDequantizePatterns});
    absorb = freeze(context, {populateAbsorbPatterns});
    foldCasts = freeze(context, {populateFoldCastPatterns});
    foldConstants = freeze(context, {populateConstantCastPatterns});
    return success();
  }

  void runOnOperation() override {
    ModuleOp module = getOperation();
    for (auto func : module.getOps<func::FuncOp>())
      if (failed(lower(func)))
        return signalPassFailure();

    MLIRContext *context = &getContext();
    auto stage = module->getAttrOfType<StringAttr>(QuantirDialect::stageAttrName);
    if (stage && stage.getValue() == "reference" && !keepReference)
      module->setAttr(QuantirDialect::stageAttrName, StringAttr::get(context, "lowered"));
    StringRef backend = getAnalysis<Settings>().backend();
    StringRef backendName = kernel::KernelDialect::backendAttrName;
    if (!backend.empty() || !module->hasAttr(backendName))
      module->setAttr(
          backendName,
          StringAttr::get(context, backend.empty() ? StringRef(defaultBackend) : backend));
  }

private:
  static FrozenRewritePatternSet freeze(MLIRContext *context, ArrayRef<Populate> populate) {
    RewritePatternSet patterns(context);
    for (Populate function : populate)
      function(patterns);
    return FrozenRewritePatternSet(std::move(patterns));
  }

  /// Folding is for kernels only: upstream folds quant.dcast(quant.qcast(x)) to x.
  static LogicalResult apply(func::FuncOp func, const FrozenRewritePatternSet &patterns,
                             bool fold = true, RewriterBase::Listener *listener = nullptr) {
    GreedyRewriteConfig config;
    config.enableFolding(fold).enableConstantCSE(fold).setListener(listener);
    config.setRegionSimplificationLevel(GreedySimplifyRegionLevel::Disabled);
    config.setMaxIterations(GreedyRewriteConfig::kNoLimit);
    return applyPatternsGreedily(func, patterns, config);
  }

  LogicalResult lower(func::FuncOp func) {
    if (func.isExternal())
      return success();
    MatchFailures failures;
    if (failed(apply(func, toKernels, /*fold=*/false, &failures)) ||
        failed(checkLowered(func, failures)))
      return failure();
    if (!keepReference && failed(apply(func, sinkDequantize)))
      return failure();
    if (failed(apply(func, absorb)))
      return failure();
    if (!keepReference && failed(apply(func, foldCasts)))
      return failure();
    if (failed(apply(func, foldConstants)))
      return failure();
    count(func);
    return success();
  }

  static LogicalResult checkLowered(func::FuncOp func, const MatchFailures &failures) {
    WalkResult result = func.getBody().walk([&](Operation *op) {
      if (isa<func::ReturnOp>(op) || isa_and_nonnull<kernel::KernelDialect>(op->getDialect()))
        return WalkResult::advance();
      InFlightDiagnostic error = op->emitOpError("has no kernel");
      if (auto reason = failures.reasons.find(op->getLoc()); reason != failures.reasons.end())
        error << ": " << reason->second;
      return WalkResult::interrupt();
    });
    return failure(result.wasInterrupted());
  }

  void count(func::FuncOp func) {
    func.walk([&](kernel::KernelOpInterface op) {
      if (isa<kernel::QuantizeOp, kernel::DequantizeOp, kernel::RequantizeOp>(op))
        ++numCasts;
      else if (llvm::all_of(op->getOperandTypes(), [](Type type) { return kernel::isFloat(type); }))
        ++numFloat;
      else
        ++numInteger;
    });
  }

  FrozenRewritePatternSet toKernels, sinkDequantize, absorb, foldCasts, foldConstants;
};

} // namespace
