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

static std::string checkCast(bool ok, StringRef what) {
  return ok ? std::string() : ("expected " + what).str();
}

std::string QuantizeOp::checkElementTypes(TypeRange operands, TypeRange results) {
  return checkCast(isFloat(operands[0]) && getQuantizedType(results[0]),
                   "an f32 operand and a quantized result");
}

std::string DequantizeOp::checkElementTypes(TypeRange operands, TypeRange results) {
  return checkCast(getQuantizedType(operands[0]) && isFloat(results[0]),
                   "a quantized operand and an f32 result");
}

std::string RequantizeOp::checkElementTypes(TypeRange operands, TypeRange results) {
  return checkCast(getActivationType(operands[0]) && getActivationType(results[0]),
                   "an operand and a result quantized to 8 bits per tensor");
}

std::string ReorderOp::checkElementTypes(TypeRange operands, TypeRange results) {
  return detail::checkSameElementTypes(operands, results);
}

/// Both the operand and the result are f32.
static std::string checkFloats(TypeRange operands, TypeRange results) {
  return checkCast(isFloat(operands[0]) && isFloat(results[0]), "an f32 operand and result");
}

std::string FakeQuantizeDynamicOp::checkElementTypes(TypeRange operands, TypeRange results) {
  auto min = static_cast<int32_t>(getQuantMin()), max = static_cast<int32_t>(getQuantMax());
  if (min >= max || min < -128 || max > 255)
    return "expected quant_min < quant_max in [-128, 255], but got " + std::to_string(min) +
           " and " + std::to_string(max);
  return checkFloats(operands, results);
}

std::string RoundFloat16Op::checkElementTypes(TypeRange operands, TypeRange results) {
  return checkFloats(operands, results);
}

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

std::string ObserveOp::checkShapes() { return {}; }

std::string ObserveOp::checkElementTypes(TypeRange operands, TypeRange) {
  return checkCast(isFloat(operands[0]), "an f32 operand");
}

LogicalResult ObserveOp::verifySymbolUses(SymbolTableCollection &symbolTable) {
  if (!symbolTable.lookupNearestSymbolFrom(*this, getObserverAttr()))
    return emitOpError("expected an observer of the module, but ")
           << getObserverAttr() << " is not defined";
  return success();
}
