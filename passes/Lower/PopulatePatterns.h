//===- PopulatePatterns.h - The patterns of lowering ------------*- C++ -*-===//
//
// A new op that one kernel computes says so in its record; another one is a pattern here.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_PASSES_LOWER_POPULATEPATTERNS_H
#define QUANTIR_PASSES_LOWER_POPULATEPATTERNS_H

#include "quantir/dialects/Kernel/Kernel.h"
#include "quantir/dialects/NN/NN.h"

#include "mlir/IR/PatternMatch.h"

namespace quantir::lower {

//===----------------------------------------------------------------------===//
// From float ops, casts and constants to kernels, one by one
//===----------------------------------------------------------------------===//

/// The ops of nn that one kernel computes.
void populateOneKernelPatterns(mlir::RewritePatternSet &patterns);
void populateLinearPatterns(mlir::RewritePatternSet &patterns);
void populateBatchNormPatterns(mlir::RewritePatternSet &patterns);
void populateSplitPatterns(mlir::RewritePatternSet &patterns);
/// quantir.fused, quantir.observe, quantization casts, arith.constant.
void populateQuantPatterns(mlir::RewritePatternSet &patterns);

//===----------------------------------------------------------------------===//
// From kernels to better kernels
//===----------------------------------------------------------------------===//

/// Activations and residual additions become part of the kernel before them.
void populateAbsorbPatterns(mlir::RewritePatternSet &patterns);

/// A dequantize moves behind data movement.
void populateSinkDequantizePatterns(mlir::RewritePatternSet &patterns);

/// Kernels between dequantize and quantize become kernels on integers.
void populateFoldCastPatterns(mlir::RewritePatternSet &patterns);

/// Casts of constants become constants.
void populateConstantCastPatterns(mlir::RewritePatternSet &patterns);

//===----------------------------------------------------------------------===//
// Help for patterns
//===----------------------------------------------------------------------===//

/// Creates a kernel that computes `source`, or a part of it, and has its name. `args` are the
/// builder's arguments but for the last, the backend.
template <typename KernelOp, typename... Args>
KernelOp createKernel(mlir::PatternRewriter &rewriter, mlir::Operation *source, Args &&...args) {
  auto kernel = KernelOp::create(rewriter, source->getLoc(), std::forward<Args>(args)...,
                                 /*backend=*/mlir::StringAttr());
  if (mlir::Attribute path = source->getDiscardableAttr(nn::pathAttrName))
    kernel->setDiscardableAttr(nn::pathAttrName, path);
  return kernel;
}

/// Replaces `source` by one kernel.
template <typename KernelOp, typename... Args>
void replaceWithKernel(mlir::PatternRewriter &rewriter, mlir::Operation *source, Args &&...args) {
  rewriter.replaceOp(source, createKernel<KernelOp>(rewriter, source, std::forward<Args>(args)...));
}

/// Counts a negative axis from the end. The op's verifier has checked the range.
inline int64_t normalizeAxis(int64_t axis, int64_t rank) { return axis < 0 ? axis + rank : axis; }

} // namespace quantir::lower

#endif // QUANTIR_PASSES_LOWER_POPULATEPATTERNS_H
