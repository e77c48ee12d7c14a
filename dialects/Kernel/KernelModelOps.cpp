//===- KernelModelOps.cpp - Casts, constants and observers ----------------===//

#include "quantir/dialects/Kernel/Kernel.h"

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace quantir;
using namespace quantir::kernel;

//===----------------------------------------------------------------------===//
// Casts
//===----------------------------------------------------------------------===//

/// Numbers that codes stand for have those codes again: quantize(dequantize(q)) = q. (The other way
/// round, numbers change.)
OpFoldResult QuantizeOp::fold(FoldAdaptor) {
  auto dequantize = getInput().getDefiningOp<DequantizeOp>();
  return dequantize && dequantize.getInput().getType() == getType() ? dequantize.getInput()
                                                                    : Value();
}

OpFoldResult RequantizeOp::fold(FoldAdaptor) {
  return getInput().getType() == getType() ? getInput() : Value();
}

OpFoldResult ReorderOp::fold(FoldAdaptor) {
  if (getInput().getType() == getType())
    return getInput();
  auto reorder = getInput().getDefiningOp<ReorderOp>();
  return reorder && reorder.getInput().getType() == getType() ? reorder.getInput() : Value();
}

//===----------------------------------------------------------------------===//
// ConstantOp
//===----------------------------------------------------------------------===//

LogicalResult ConstantOp::verify() {
  Type valueType = getValue().getElementType();
  Type expected = getElementTypeOrSelf(getType());
  if (auto quantized = dyn_cast<quant::QuantizedType>(expected))
    expected = IntegerType::get(getContext(), quantized.getStorageTypeIntegralWidth());
  if (valueType != expected)
    return emitOpError("expected a value of element type ")
           << expected << ", but got " << valueType;
  ArrayRef<int64_t> shape = cast<RankedTensorType>(getType()).getShape();
  if (getValue().getShapedType().getShape() != shape)
    return emitOpError("expected a value of the result's shape, but got ") << getValue().getType();
  return success();
}

OpFoldResult ConstantOp::fold(FoldAdaptor) { return getValue(); }

//===----------------------------------------------------------------------===//
// ObserveOp
//===----------------------------------------------------------------------===//

LogicalResult ObserveOp::verifySymbolUses(SymbolTableCollection &symbolTable) {
  if (!symbolTable.lookupNearestSymbolFrom(*this, getObserverAttr()))
    return emitOpError("expected an observer of the module, but ")
           << getObserverAttr() << " is not defined";
  return success();
}
