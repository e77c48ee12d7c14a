//===- Convert.cpp - Turn observers into quantize and dequantize ----------===//

#include "quantir/passes/Convert/Passes.h"

#include "quantir/dialects/Quantir/Quantir.h"

#include "mlir/IR/PatternMatch.h"

namespace quantir {
#define GEN_PASS_DEF_CONVERTPASS
#include "quantir/passes/Convert/Passes.h.inc"
} // namespace quantir

using namespace mlir;
using namespace quantir;

namespace {

/// `value` rounded to what `type` can represent.
Value castThrough(OpBuilder &builder, Location loc, Value value, quant::QuantizedType type) {
  auto tensor = cast<RankedTensorType>(value.getType());
  Value codes = quant::QuantizeCastOp::create(builder, loc, tensor.clone(type), value);
  codes = KeepOp::create(builder, loc, codes);
  return quant::DequantizeCastOp::create(builder, loc, tensor, codes);
}

/// The quantized type that a value was cast through; null if it was not.
quant::QuantizedType typeBehind(Value value) {
  auto cast = value.getDefiningOp<quant::DequantizeCastOp>();
  return cast ? dyn_cast<quant::QuantizedType>(getElementTypeOrSelf(cast.getInput().getType()))
              : quant::QuantizedType();
}

class ConvertPass : public quantir::impl::ConvertPassBase<ConvertPass> {
public:
  void runOnOperation() override {
    ModuleOp module = getOperation();
    IRRewriter rewriter(&getContext());
    SymbolTable symbols(module);
    llvm::DenseMap<StringAttr, numerics::QParams> chosen;
    for (auto observer : module.getOps<ObserverOp>())
      if (failed(choose(observer, chosen[observer.getSymNameAttr()])))
        return signalPassFailure();

    WalkResult result = module.walk([&](ObserveOp observe) -> WalkResult {
      return convert(rewriter, observe, chosen[observe.getObserverAttr().getAttr()]);
    });
    if (result.wasInterrupted())
      return signalPassFailure();
    result = module.walk([&](Operation *op) -> WalkResult { return deriveBiases(rewriter, op); });
    if (result.wasInterrupted())
      return signalPassFailure();

    for (auto observer : llvm::make_early_inc_range(module.getOps<ObserverOp>()))
      rewriter.eraseOp(observer);
    module->setAttr(QuantirDialect::stageAttrName, StringAttr::get(&getContext(), "reference"));
  }

private:
  LogicalResult choose(ObserverOp observer, numerics::QParams &params) {
    const numerics::ObserverConfig &config = observer.getSpec().getConfig();
    std::unique_ptr<numerics::Observer> statistics = numerics::createObserver(config);
    std::optional<numerics::ObserverState> state = observer.getObserverState();
    if (numerics::needsCalibration(config.kind)) {
      if (!state || state->empty())
        return observer.emitError("has no statistics; calibrate the prepared model first");
      if (std::string error = statistics->load(*state); !error.empty())
        return observer.emitError() << "cannot use its statistics: " << error;
    }
    if (std::string error = statistics->calculateQParams(params); !error.empty())
      return observer.emitError() << "cannot choose a scale: " << error;
    return success();
  }

  LogicalResult convert(IRRewriter &rewriter, ObserveOp observe, const numerics::QParams &params) {
    auto tensor = cast<RankedTensorType>(observe.getType());
    if (!params.perTensor() &&
        (params.axis >= tensor.getRank() ||
         tensor.getDimSize(params.axis) != static_cast<int64_t>(params.channels())))
      return observe.emitError() << "expected " << params.channels() << " channels along axis "
                                 << params.axis << ", as its observer saw, but got " << tensor;
    quant::QuantizedType type = getUniformType(params, observe.getLoc());
    if (!type)
      return failure();
    rewriter.setInsertionPoint(observe);
    rewriter.replaceOp(observe, castThrough(rewriter, observe.getLoc(), observe.getInput(), type));
    ++numQuantized;
    return success();
  }

  /// Casts the operands that the annotation of `op` derives, and removes the annotation.
  LogicalResult deriveBiases(IRRewriter &rewriter, Operation *op) {
    auto annotation = op->getAttrOfType<AnnotationAttr>(QuantirDialect::annotationAttrName);
    if (!annotation)
      return success();
    for (OpOperand &operand : op->getOpOperands()) {
      auto derived =
          dyn_cast<DerivedSpecAttr>(annotation.getOperands()[operand.getOperandNumber()]);
      if (!derived)
        continue;
      quant::QuantizedType activation = typeBehind(op->getOperand(derived.getActivation()));
      quant::QuantizedType weight = typeBehind(op->getOperand(derived.getWeight()));
      if (!activation || !weight || !isa<quant::UniformQuantizedType>(activation))
        return op->emitError() << "expected operands " << derived.getActivation() << " and "
                               << derived.getWeight() << " to be quantized, since operand "
                               << operand.getOperandNumber() << " derives its scale from them";
      numerics::QParams params = getQParams(weight);
      float inputScale = getQParams(activation).scale[0];
      for (float &scale : params.scale)
        scale *= inputScale;
      params.zeroPoint.assign(params.scale.size(), 0);
      params.axis = params.perTensor() ? -1 : 0;
      params.dtype = numerics::QDType::QInt32;
      quant::QuantizedType type = getUniformType(params, op->getLoc());
      if (!type)
        return failure();
      rewriter.setInsertionPoint(op);
      Value bias = castThrough(rewriter, op->getLoc(), operand.get(), type);
      rewriter.modifyOpInPlace(op, [&] { operand.set(bias); });
      ++numQuantized;
    }
    rewriter.modifyOpInPlace(op, [&] { op->removeAttr(QuantirDialect::annotationAttrName); });
    return success();
  }
};

} // namespace
