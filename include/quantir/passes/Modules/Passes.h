//===- Passes.h - Passes over modules of the model --------------*- C++ -*-===//
//
// What PyTorch's custom configs and its eager mode do to modules of a model, as functions that are
// called.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_PASSES_MODULES_PASSES_H
#define QUANTIR_PASSES_MODULES_PASSES_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Quant/IR/Quant.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

namespace quantir {
class QuantirDialect;

#define GEN_PASS_DECL
#include "quantir/passes/Modules/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "quantir/passes/Modules/Passes.h.inc"

} // namespace quantir

#endif // QUANTIR_PASSES_MODULES_PASSES_H
