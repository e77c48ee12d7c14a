//===- Passes.h - Passes that equalize channels -----------------*- C++ -*-===//

#ifndef QUANTIR_PASSES_EQUALIZE_PASSES_H
#define QUANTIR_PASSES_EQUALIZE_PASSES_H

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

namespace quantir {
class QuantirDialect;
namespace nn {
class NNDialect;
} // namespace nn

#define GEN_PASS_DECL
#include "quantir/passes/Equalize/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "quantir/passes/Equalize/Passes.h.inc"

} // namespace quantir

#endif // QUANTIR_PASSES_EQUALIZE_PASSES_H
