//===- Passes.h - Passes that fold and fuse float ops -----------*- C++ -*-===//

#ifndef QUANTIR_PASSES_FUSE_PASSES_H
#define QUANTIR_PASSES_FUSE_PASSES_H

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Pass/Pass.h"

namespace quantir {
class QuantirDialect;

/// Adds the pattern of quantir-fold-batch-norm.
void populateFoldBatchNormPatterns(mlir::RewritePatternSet &patterns);

/// Moves `ops`, each of which but the last is read by the next alone, into a quantir.fused at the
/// place of the last one.
void fuseOps(mlir::IRRewriter &rewriter, llvm::ArrayRef<mlir::Operation *> ops,
             llvm::StringRef name);

#define GEN_PASS_DECL
#include "quantir/passes/Fuse/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "quantir/passes/Fuse/Passes.h.inc"

} // namespace quantir

#endif // QUANTIR_PASSES_FUSE_PASSES_H
