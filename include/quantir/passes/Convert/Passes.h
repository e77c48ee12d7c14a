//===- Passes.h - Passes that make the reference model ----------*- C++ -*-===//

#ifndef QUANTIR_PASSES_CONVERT_PASSES_H
#define QUANTIR_PASSES_CONVERT_PASSES_H

#include "quantir/Numerics/QParams.h"
#include "quantir/dialects/Quantir/Quantir.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Quant/IR/Quant.h"
#include "mlir/Dialect/Quant/IR/QuantTypes.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

namespace quantir {

/// The `!quant.uniform` of these parameters; null, with an error at `loc`, if MLIR has none for
/// them. The storage range is the whole of the dtype: as in PyTorch, an observer's smaller range
/// shows in the scale only.
mlir::quant::QuantizedType getUniformType(const numerics::QParams &params, mlir::Location loc);

/// The parameters of a quantized type; failure for one that lib/Numerics has no codes of: with
/// scales of blocks or with none at all, or of a storage type but 4 and 8 bits and signed 32.
mlir::FailureOr<numerics::QParams> getQParams(mlir::quant::QuantizedType type);

void populateCancelRedundantCastsPatterns(mlir::RewritePatternSet &patterns);

#define GEN_PASS_DECL
#include "quantir/passes/Convert/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "quantir/passes/Convert/Passes.h.inc"

} // namespace quantir

#endif // QUANTIR_PASSES_CONVERT_PASSES_H
