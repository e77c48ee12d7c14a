//===- Passes.h - Passes that decide what is quantized ----------*- C++ -*-===//

#ifndef QUANTIR_PASSES_ANNOTATE_PASSES_H
#define QUANTIR_PASSES_ANNOTATE_PASSES_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

namespace quantir {
class QuantirDialect;

#define GEN_PASS_DECL
#include "quantir/passes/Annotate/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "quantir/passes/Annotate/Passes.h.inc"

} // namespace quantir

#endif // QUANTIR_PASSES_ANNOTATE_PASSES_H
