//===- Passes.h - The pass that says how to quantize ------------*- C++ -*-===//

#ifndef QUANTIR_PASSES_CONFIGURE_PASSES_H
#define QUANTIR_PASSES_CONFIGURE_PASSES_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

namespace quantir {
class QuantirDialect;

#define GEN_PASS_DECL
#include "quantir/passes/Configure/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "quantir/passes/Configure/Passes.h.inc"

} // namespace quantir

#endif // QUANTIR_PASSES_CONFIGURE_PASSES_H
