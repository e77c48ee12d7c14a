//===- OpRows.cpp - What became of each op --------------------------------===//

#include "OpRows.h"

#include "Diagnostics.h"

#include "quantir/dialects/NN/NN.h"
#include "quantir/dialects/Quantir/Quantir.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Quant/IR/Quant.h"
#include "mlir/Dialect/Quant/IR/QuantTypes.h"
#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace quantir;

static ValueReport describeType(quant::QuantizedType type) {
  ValueReport value;
  value.dtype =
      (type.isSigned() ? "int" : "uint") + std::to_string(type.getStorageTypeIntegralWidth());
  if (auto uniform = dyn_cast<quant::UniformQuantizedType>(type)) {
    value.scale = {float(uniform.getScale())};
    value.zeroPoint = {uniform.getZeroPoint()};
  } else if (auto perAxis = dyn_cast<quant::UniformQuantizedPerAxisType>(type)) {
    for (double scale : perAxis.getScales())
      value.scale.push_back(float(scale));
    llvm::append_range(value.zeroPoint, perAxis.getZeroPoints());
  }
  return value;
}

/// The quantized form of a value that an op reads: what its dcast dequantizes.
static ValueReport describeOperand(Value value) {
  auto cast = value.getDefiningOp<quant::DequantizeCastOp>();
  return cast ? describeType(cast.getQuantizedType()) : ValueReport();
}

/// The quantized form of a value that an op makes: what its qcast quantizes it to.
static ValueReport describeResult(Value value) {
  for (Operation *user : value.getUsers()) {
    if (auto cast = dyn_cast<quant::QuantizeCastOp>(user))
      return describeType(cast.getQuantizedType());
  }
  return {};
}

static bool isQuantized(const ValueReport &value) { return value.dtype != "float32"; }

static OpReport describeOp(QuantizableOpInterface op) {
  OpReport row;
  if (auto path = op->getAttrOfType<StringAttr>(nn::pathAttrName))
    row.name = path.str();
  if (row.name.empty())
    row.name = formatLocation(op->getLoc());
  auto fused = dyn_cast<FusedOp>(op.getOperation());
  row.op = fused ? fused.getName().str() : op->getName().getStringRef().str();
  for (auto [i, operand] : llvm::enumerate(op->getOperands())) {
    switch (op.getOperandRole(i)) {
    case OperandRole::Activation:
      row.inputs.push_back(describeOperand(operand));
      break;
    case OperandRole::Weight:
      row.weight = describeOperand(operand);
      break;
    case OperandRole::Bias:
    case OperandRole::None:
      break;
    }
  }
  for (Value result : op->getResults())
    row.outputs.push_back(describeResult(result));

  if (auto reason = op->getAttrOfType<StringAttr>(QuantirDialect::floatReasonAttrName)) {
    row.reason = reason.str();
    return row;
  }
  row.quantized = llvm::any_of(row.inputs, isQuantized) || llvm::any_of(row.outputs, isQuantized);
  if (!row.quantized)
    row.reason = "none of its operands and results is quantized";
  return row;
}

std::vector<OpReport> quantir::collectOpRows(ModuleOp reference) {
  std::vector<OpReport> rows;
  for (auto func : reference.getOps<func::FuncOp>()) {
    for (Operation &op : func.getBody().getOps()) {
      if (auto quantizable = dyn_cast<QuantizableOpInterface>(op))
        rows.push_back(describeOp(quantizable));
    }
  }
  return rows;
}
