//===- QuantizableOpInterface.cpp - What an op says about its quantization -===//

#include "quantir/dialects/Interfaces/QuantizableOpInterface.h"

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

#include "quantir/dialects/Interfaces/QuantizableOpInterface.cpp.inc"
