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

std::optional<int64_t> quantir::axisOfResult(mlir::Value result, std::optional<int64_t> axis) {
  if (!axis || *axis >= 0)
    return axis;
  return mlir::cast<mlir::ShapedType>(result.getType()).getRank() + *axis;
}

#include "quantir/dialects/Interfaces/QuantizableOpInterface.cpp.inc"
