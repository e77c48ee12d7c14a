//===- Convert.cpp - Turn observers into quantize and dequantize ----------===//

#include "quantir/passes/Convert/Passes.h"

#include "quantir/Config/ObserverLoader.h"
#include "quantir/Numerics/Float16.h"
#include "quantir/Numerics/Quantize.h"
#include "quantir/dialects/NN/Constants.h"
#include "quantir/dialects/Quantir/Quantir.h"

#include "mlir/IR/PatternMatch.h"
#include "llvm/Support/FormatVariadic.h"

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

/// The same with other bounds of the codes, stored in 8 bits.
quant::QuantizedType withRange(quant::QuantizedType type, numerics::QuantRange range) {
  auto storage = IntegerType::get(type.getContext(), 8);
  if (auto perAxis = dyn_cast<quant::UniformQuantizedPerAxisType>(type))
    return quant::UniformQuantizedPerAxisType::get(
        perAxis.getFlags(), storage, perAxis.getExpressedType(), perAxis.getScales(),
        perAxis.getZeroPoints(), perAxis.getQuantizedDimension(), range.min, range.max);
  auto uniform = cast<quant::UniformQuantizedType>(type);
  return quant::UniformQuantizedType::get(uniform.getFlags(), storage, uniform.getExpressedType(),
                                          uniform.getScale(), uniform.getZeroPoint(), range.min,
                                          range.max);
}

/// The quantized type that a value was cast through; null if it was not.
quant::QuantizedType typeBehind(Value value) {
  auto cast = value.getDefiningOp<quant::DequantizeCastOp>();
  return cast ? dyn_cast<quant::QuantizedType>(getElementTypeOrSelf(cast.getInput().getType()))
              : quant::QuantizedType();
}

/// How the observed value becomes what a quantized model has in its place.
enum class Form {
  Float,   ///< as it is
  Float16, ///< rounded to half precision
  Dynamic, ///< rounded to codes of parameters chosen at run time
  Rows,    ///< a constant, rounded to codes whose zero points are real numbers
  Blocks,  ///< rounded to codes that no quantized type is made of: those of blocks, of 8-bit floats
  Codes,   ///< cast to a quantized type and back
};

/// Whether the codes of an affine_min_max observer are of a type with one integer zero point for
/// the tensor or for each channel, which kernels take.
bool hasUniformType(const numerics::ObserverConfig &config) {
  using numerics::GranularityKind;
  return !config.isDynamic && !numerics::isFloat8(config.dtype) &&
         numerics::bitWidth(config.dtype) <= 8 &&
         config.zeroPointDomain == numerics::ZeroPointDomain::Int &&
         (config.granularityKind == GranularityKind::PerTensor ||
          config.granularityKind == GranularityKind::PerAxis);
}

Form formOf(const numerics::ObserverConfig &config) {
  if (config.dtype == numerics::QDType::Float16)
    return Form::Float16;
  if (!numerics::isQuantized(config.dtype))
    return Form::Float;
  if (config.kind == numerics::ObserverKind::AffineMinMax && !hasUniformType(config))
    return Form::Blocks;
  if (config.isDynamic)
    return Form::Dynamic;
  return config.scheme == numerics::QScheme::PerChannelAffineFloatQParams ? Form::Rows
                                                                          : Form::Codes;
}

class ConvertPass : public quantir::impl::ConvertPassBase<ConvertPass> {
public:
  void runOnOperation() override {
    ModuleOp module = getOperation();
    IRRewriter rewriter(&getContext());
    // What nested modules hold is theirs: their ops name observers of their own.
    auto walk = [&](auto visit) {
      auto stops = [&](func::FuncOp func) { return func.walk(visit).wasInterrupted(); };
      return failure(llvm::any_of(module.getOps<func::FuncOp>(), stops));
    };
    LogicalResult isEqualized = walk([](Operation *op) -> WalkResult {
      auto annotation = op->getAttrOfType<AnnotationAttr>(QuantirDialect::annotationAttrName);
      if (annotation && annotation.getEqualization())
        return op->emitError("is to be equalized; run quantir-equalize before");
      return success();
    });
    if (failed(isEqualized))
      return signalPassFailure();
    FailureOr<ObserverLoader> loader = ObserverLoader::create(module, getAnalysis<Settings>());
    if (failed(loader))
      return signalPassFailure();
    llvm::DenseMap<StringAttr, Choice> chosen;
    for (auto observer : module.getOps<ObserverOp>())
      if (failed(choose(observer, *loader, chosen[observer.getSymNameAttr()])))
        return signalPassFailure();

    LogicalResult converted = walk([&](ObserveOp observe) -> WalkResult {
      auto choice = chosen.find(observe.getObserverAttr().getAttr());
      if (choice == chosen.end())
        return observe.emitError() << "expected " << observe.getObserverAttr()
                                   << " to be an observer of the module that is converted";
      rewriter.setInsertionPoint(observe);
      return convert(rewriter, observe, choice->second);
    });
    if (failed(converted) ||
        failed(walk([&](Operation *op) -> WalkResult { return deriveBiases(rewriter, op); })))
      return signalPassFailure();

    for (auto observer : llvm::make_early_inc_range(module.getOps<ObserverOp>()))
      rewriter.eraseOp(observer);
    module->setAttr(QuantirDialect::stageAttrName, StringAttr::get(&getContext(), "reference"));
  }

private:
  /// What an observer's values become.
  struct Choice {
    numerics::ObserverConfig config;
    numerics::QParams params;       ///< for Form::Rows and Form::Codes
    numerics::AffineQParams blocks; ///< for Form::Blocks, unless they are dynamic
  };

  static LogicalResult choose(ObserverOp observer, const ObserverLoader &loader, Choice &choice) {
    choice.config = loader.configOf(observer);
    Form form = formOf(choice.config);
    if (form != Form::Rows && form != Form::Codes &&
        (form != Form::Blocks || choice.config.isDynamic))
      return success();
    std::string error;
    std::unique_ptr<numerics::Observer> statistics = loader.load(observer, error);
    if (!statistics)
      return observer.emitError() << error;
    error = form == Form::Blocks ? statistics->calculateAffineQParams(choice.blocks)
                                 : statistics->calculateQParams(choice.params);
    if (!error.empty())
      return observer.emitError() << "cannot choose a scale: " << error;
    if (form == Form::Codes && numerics::needsCalibration(choice.config))
      warnOfLeastScale(observer, *statistics, choice.params);
    return success();
  }

  /// Says where the least scale is larger than the values need. Channels that are small beside
  /// others do not matter, since nothing of them is seen in the sum.
  static void warnOfLeastScale(ObserverOp observer, const numerics::Observer &statistics,
                               const numerics::QParams &params) {
    const numerics::ObserverState &state = statistics.state();
    auto magnitude = [&](size_t i) { return std::max(-state.minVal[i], state.maxVal[i]); };
    float largest = 0;
    for (size_t i = 0; i < state.minVal.size(); ++i)
      largest = std::max(largest, magnitude(i));
    size_t bound = 0;
    for (size_t i = 0; i < std::min(state.minVal.size(), params.scale.size()); ++i)
      bound += magnitude(i) > largest / 1024 && params.scale[i] <= statistics.config().eps;
    if (bound == 0)
      return;
    InFlightDiagnostic warning = emitWarning(observer.getLoc())
                                 << "its values lose precision: they are at most " << largest
                                 << ", but no scale is less than " << statistics.config().eps
                                 << " (eps)";
    if (!params.perTensor())
      warning << ", which is that of " << bound << " of " << params.channels() << " channels";
    warning << "; choose a smaller eps, or scale the model's values";
  }

  LogicalResult convert(IRRewriter &rewriter, ObserveOp observe, const Choice &choice) {
    Form form = formOf(choice.config);
    if (form == Form::Codes)
      return convertToCodes(rewriter, observe, choice);
    if (form == Form::Blocks)
      return convertToBlocks(rewriter, observe, choice);
    Value value = observe.getInput();
    if (form == Form::Float16) {
      value = roundToFloat16(rewriter, observe);
    } else if (form == Form::Dynamic) {
      numerics::QuantRange range = choice.config.range();
      value = FakeQuantizeDynamicOp::create(rewriter, observe.getLoc(), value.getType(), value,
                                            range.min, range.max);
    } else if (form == Form::Rows) {
      value = roundRows(rewriter, observe, choice.params);
      if (!value)
        return failure();
    }
    rewriter.replaceOp(observe, value);
    numQuantized += form != Form::Float;
    return success();
  }

  /// Constants are rounded here, and other values at run time.
  static Value roundToFloat16(IRRewriter &rewriter, ObserveOp observe) {
    Value value = observe.getInput();
    std::optional<SmallVector<float>> values = nn::getConstantFloats(value);
    if (!values)
      return RoundFloat16Op::create(rewriter, observe.getLoc(), value.getType(), value);
    for (float &number : *values)
      number = numerics::roundToFloat16(number);
    return replaceConstant(rewriter, value, *values);
  }

  /// The rows of a table rounded to what their scales and real zero points can represent. MLIR's
  /// quantized types have integer zero points, so that the rounded numbers stand for the codes.
  static Value roundRows(IRRewriter &rewriter, ObserveOp observe, const numerics::QParams &params) {
    Value value = observe.getInput();
    std::optional<SmallVector<float>> values = nn::getConstantFloats(value);
    if (!values) {
      observe.emitError("expected a constant where the observer has real zero points");
      return {};
    }
    ArrayRef<int64_t> shape = cast<RankedTensorType>(value.getType()).getShape();
    SmallVector<uint8_t> codes(values->size());
    std::string error = numerics::quantize(values->data(), shape, params, codes.data());
    if (error.empty())
      error = numerics::dequantize(codes.data(), shape, params, values->data());
    if (error.empty())
      return replaceConstant(rewriter, value, *values);
    observe.emitError() << "cannot quantize the constant: " << error;
    return {};
  }

  static Value replaceConstant(IRRewriter &rewriter, Value constant, ArrayRef<float> values) {
    return nn::createConstant(rewriter, constant.getLoc(),
                              cast<RankedTensorType>(constant.getType()).getShape(), values,
                              nn::getNameHint(nn::getConstantElements(constant)));
  }

  LogicalResult convertToBlocks(IRRewriter &rewriter, ObserveOp observe, const Choice &choice) {
    DenseF32ArrayAttr scales, floatZeroPoints;
    DenseI32ArrayAttr zeroPoints;
    if (!choice.config.isDynamic) {
      scales = rewriter.getDenseF32ArrayAttr(choice.blocks.scale);
      if (!choice.blocks.zeroPoint.empty())
        zeroPoints = rewriter.getDenseI32ArrayAttr(choice.blocks.zeroPoint);
      if (!choice.blocks.floatZeroPoint.empty())
        floatZeroPoints = rewriter.getDenseF32ArrayAttr(choice.blocks.floatZeroPoint);
    }
    auto spec = ObserverSpecAttr::get(observe.getContext(), choice.config);
    numerics::AffineQParams unused;
    if (std::string error = readAffineQParams(cast<RankedTensorType>(observe.getType()), spec,
                                              scales, zeroPoints, floatZeroPoints, unused);
        !error.empty())
      return observe.emitError() << "cannot quantize this value in blocks: " << error;
    rewriter.replaceOpWithNewOp<FakeQuantizeAffineOp>(
        observe, observe.getType(), observe.getInput(), spec, scales, zeroPoints, floatZeroPoints);
    ++numQuantized;
    return success();
  }

  LogicalResult convertToCodes(IRRewriter &rewriter, ObserveOp observe, const Choice &choice) {
    const numerics::QParams &params = choice.params;
    auto tensor = cast<RankedTensorType>(observe.getType());
    if (!params.perTensor() &&
        (params.axis >= tensor.getRank() ||
         tensor.getDimSize(params.axis) != static_cast<int64_t>(params.channels())))
      return observe.emitError() << "expected " << params.channels() << " channels along axis "
                                 << params.axis << ", as its observer saw, but got " << tensor;
    quant::QuantizedType type = getUniformType(params, observe.getLoc());
    // The family of blocks clamps to the range that it was given, others to what the type holds.
    if (type && choice.config.kind == numerics::ObserverKind::AffineMinMax)
      type = withRange(type, {params.quantMin, params.quantMax});
    if (!type)
      return failure();
    rewriter.replaceOp(observe, castThrough(rewriter, observe.getLoc(), observe.getInput(), type));
    ++numQuantized;
    return success();
  }

  /// Whether 32 bits hold the codes of a constant bias; a warning if they do not.
  static bool fits(OpOperand &bias, const numerics::QParams &params) {
    std::optional<SmallVector<float>> values = nn::getConstantFloats(bias.get());
    if (!values)
      return true;
    for (auto [channel, value] : llvm::enumerate(*values)) {
      double steps = double(value) / params.scale[params.perTensor() ? 0 : channel];
      if (std::abs(steps) < 0x1p31)
        continue;
      emitWarning(bias.getOwner()->getLoc())
          << "its bias is left in float: " << value << " of channel " << channel << " is "
          << llvm::formatv("{0:e2}", steps).str()
          << " steps of the scales of input and weight, which 32 bits do not hold";
      return false;
    }
    return true;
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
      FailureOr<numerics::QParams> ofWeight = getQParams(weight);
      if (failed(ofWeight))
        return op->emitError() << "expected operand " << derived.getWeight()
                               << " to have a scale, or one for each channel, but got " << weight;
      numerics::QParams params = *std::move(ofWeight);
      auto inputScale =
          static_cast<float>(cast<quant::UniformQuantizedType>(activation).getScale());
      for (float &scale : params.scale)
        scale *= inputScale;
      params.zeroPoint.assign(params.scale.size(), 0);
      params.axis = params.perTensor() ? -1 : 0;
      params.dtype = numerics::QDType::QInt32;
      if (!fits(operand, params))
        continue;
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
