//===- QuantizableOpInterface.cpp - What an op says about its quantization -===//

#include "quantir/dialects/Interfaces/QuantizableOpInterface.h"

#include "mlir/IR/BuiltinTypes.h"

llvm::StringRef quantir::stringifyOperandRole(OperandRole role) {
  switch (role) {
  case OperandRole::Activation:
    return "activation";
  case OperandRole::Weight:
    return "weight";
  case OperandRole::Bias:
    return "bias";
  case OperandRole::None:
    return "none";
  }
  return "none";
}

quantir::Box quantir::wholeBox(mlir::Value value) {
  Box box;
  for (int64_t size : mlir::cast<mlir::ShapedType>(value.getType()).getShape())
    box.emplace_back(0, size);
  return box;
}

std::optional<int64_t> quantir::axisOfResult(mlir::Value result, std::optional<int64_t> axis) {
  if (!axis || *axis >= 0)
    return axis;
  return mlir::cast<mlir::ShapedType>(result.getType()).getRank() + *axis;
}

#include "quantir/dialects/Interfaces/QuantizableOpInterface.cpp.inc"
