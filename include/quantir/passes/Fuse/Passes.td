//===- Passes.td - Passes that fold and fuse float ops -----*- tablegen -*-===//

#ifndef QUANTIR_PASSES_FUSE_PASSES_TD
#define QUANTIR_PASSES_FUSE_PASSES_TD

include "mlir/Pass/PassBase.td"

def FoldBatchNormPass : Pass<"quantir-fold-batch-norm", "::mlir::func::FuncOp"> {
  let summary = "fold batch normalization into the op before it";
  let description = [{
    `nn.batch_norm` of a weighted op's result becomes part of that op's weight and bias:

        W' = W * scale * rsqrt(variance + epsilon)              along the weight's output channels
        b' = (b - mean) * rsqrt(variance + epsilon) * scale + bias

    in float32. The weight, the bias and the four parameters must be constants, and nothing else may use the weighted op's
    result. The formula is that of PyTorch's `fuse_conv_bn_eval`.

    ```mlir
    %0 = nn.conv %x, %w {...}
    %1 = nn.batch_norm %0, %scale, %bias, %mean, %variance
    // becomes
    %1 = nn.conv %x, %w_folded, %b_folded {...}
    ```
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect"];
  let statistics = [Statistic<"numFolded", "folded", "batch normalizations folded">];
}

def MergeConstantsPass : Pass<"quantir-merge-constants", "::mlir::func::FuncOp"> {
  let summary = "let equal constants be one";
  let description = [{
    Constants of one type and the same bytes become the first of them, also where they are stored apart (`dense_resource`
    of two names), which CSE does not see. A table that a model transposes for one of its readers is one weight then.

    ```mlir
    %0 = arith.constant dense_resource<table> : tensor<100x16xf32>
    %1 = arith.constant dense_resource<weight> : tensor<100x16xf32>
    // becomes, if the two hold the same numbers,
    %0 = arith.constant dense_resource<table> : tensor<100x16xf32>
    ```
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect"];
  let statistics = [Statistic<"numMerged", "merged", "constants replaced by an equal one">];
}

def FusePass : Pass<"quantir-fuse", "::mlir::ModuleOp"> {
  let summary = "group the ops that the backend runs as one";
  let description = [{
    Wraps each match of a pattern of more than one op of the module's backend config (`quantir.settings`) in a `quantir.fused`, longest
    pattern first, from the last op to the first. What is inside such a unit is not quantized on its own.

    ```mlir
    %0 = nn.conv %x, %w, %b {...}
    %1 = nn.relu %0
    // becomes, by the pattern "nn.relu(nn.conv)" of name "conv_relu"
    %1 = quantir.fused "conv_relu" (%x, %w, %b) {
    ^bb0(%a0: ..., %a1: ..., %a2: ...):
      %2 = nn.conv %a0, %a1, %a2 {...}
      %3 = nn.relu %2
      quantir.yield %3
    }
    ```
  }];
  let dependentDialects = ["::quantir::QuantirDialect"];
  let statistics = [Statistic<"numFused", "fused", "units made">];
}

#endif // QUANTIR_PASSES_FUSE_PASSES_TD
