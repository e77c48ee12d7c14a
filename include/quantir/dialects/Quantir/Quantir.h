//===- Quantir.h - The quantization dialect ---------------------*- C++ -*-===//

#ifndef QUANTIR_DIALECTS_QUANTIR_QUANTIR_H
#define QUANTIR_DIALECTS_QUANTIR_QUANTIR_H

#include "quantir/dialects/Quantir/QuantirAttrs.h"

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/Dialect/Quant/IR/Quant.h"
#include "mlir/Dialect/Quant/IR/QuantTypes.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/ControlFlowInterfaces.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#define GET_OP_CLASSES
#include "quantir/dialects/Quantir/QuantirOps.h.inc"

#endif // QUANTIR_DIALECTS_QUANTIR_QUANTIR_H
