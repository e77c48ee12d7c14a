//===- QuantizeWeights.cpp - Quantize constants at compile time -----------===//

#include "quantir/passes/Convert/Passes.h"

#include "quantir/Numerics/Quantize.h"
#include "quantir/dialects/NN/Constants.h"
#include "quantir/dialects/NN/NN.h"

#include "mlir/IR/PatternMatch.h"

namespace quantir {
#define GEN_PASS_DEF_QUANTIZEWEIGHTSPASS
#include "quantir/passes/Convert/Passes.h.inc"
} // namespace quantir

using namespace mlir;
using namespace quantir;

namespace {

/// The codes of `values`, as the bytes of a constant.
template <typename T>
std::string quantizeTo(ArrayRef<float> values, ArrayRef<int64_t> shape,
                       const numerics::QParams &params, SmallVector<char> &bytes) {
  bytes.resize(values.size() * sizeof(T));
  return numerics::quantize<T>(values.data(), shape, params, reinterpret_cast<T *>(bytes.data()));
}

class QuantizeWeightsPass : public quantir::impl::QuantizeWeightsPassBase<QuantizeWeightsPass> {
public:
  void runOnOperation() override {
    IRRewriter rewriter(&getContext());
    SmallVector<quant::QuantizeCastOp> casts;
    getOperation().walk([&](quant::QuantizeCastOp op) { casts.push_back(op); });
    for (quant::QuantizeCastOp op : casts)
      if (failed(quantize(rewriter, op)))
        return signalPassFailure();
  }

private:
  LogicalResult quantize(IRRewriter &rewriter, quant::QuantizeCastOp op) {
    Value constant = op.getInput();
    ElementsAttr elements = nn::getConstantElements(constant);
    auto tensor = dyn_cast<RankedTensorType>(op.getType());
    if (!elements || !tensor)
      return success();
    // The cast to a type that has no codes here, or whose codes are not stored yet, stays: it is
    // executed, or lowering says that no kernel does.
    auto type = mlir::cast<quant::QuantizedType>(tensor.getElementType());
    FailureOr<numerics::QParams> params = getQParams(type);
    if (failed(params) || numerics::bitWidth(params->dtype) < 8)
      return success();
    std::optional<SmallVector<float>> values = nn::getConstantFloats(constant);
    if (!values)
      return op.emitError("expected to read the f32 values of the constant");

    SmallVector<char> bytes;
    std::string error;
    Type storage = type.getStorageType();
    if (params->dtype == numerics::QDType::QInt8)
      error = quantizeTo<int8_t>(*values, tensor.getShape(), *params, bytes);
    else if (params->dtype == numerics::QDType::QUInt8)
      error = quantizeTo<uint8_t>(*values, tensor.getShape(), *params, bytes);
    else
      error = quantizeTo<int32_t>(*values, tensor.getShape(), *params, bytes);
    if (!error.empty())
      return op.emitError() << "cannot quantize the constant: " << error;

    auto integers = RankedTensorType::get(tensor.getShape(), storage);
    rewriter.setInsertionPoint(op);
    ElementsAttr codes = nn::makeElementsAttr(integers, bytes, nn::getNameHint(elements));
    auto newConstant = arith::ConstantOp::create(rewriter, constant.getLoc(), integers,
                                                 mlir::cast<TypedAttr>(codes));
    auto cast = quant::StorageCastOp::create(rewriter, op.getLoc(), tensor, newConstant);
    // Integers that are a constant need no keeping: nothing folds their dequantization.
    for (Operation *user : llvm::make_early_inc_range(op->getUsers()))
      if (isa<KeepOp>(user))
        rewriter.replaceOp(user, cast);
    rewriter.replaceOp(op, cast);
    if (Operation *old = constant.getDefiningOp(); old->use_empty())
      rewriter.eraseOp(old);
    ++numConstants;
    return success();
  }
};

} // namespace
