//===- KernelNormOps.td - Normalizations -*- tablegen -*-===//

#ifndef QUANTIR_DIALECTS_KERNEL_KERNELNORMOPS_TD
#define QUANTIR_DIALECTS_KERNEL_KERNELNORMOPS_TD

include "quantir/dialects/Kernel/KernelBase.td"

def Kernel_LayerNormOp : Kernel_Op<"layer_norm",
    (ins Kernel_Tensor:$input, Kernel_Tensor:$weight, Optional<Kernel_Tensor>:$bias,
         Kernel_AxisAttr:$axis, F32Attr:$epsilon),
    KernelInterface<RowMajorLayout, /*moves=*/false, ["weight", "bias"]>>, PlanKernel<22> {
  let summary = "normalization over the last dimensions";
  let planOperands = "value, weight, bias?";
  let planResult = [{
    `(x - mean) / sqrt(variance + epsilon) * weight + bias`; the statistics are of the dimensions
    from `axis` on, whose dims weight and bias (float32) have
  }];
  let description = [{
    (input - mean) / sqrt(variance + epsilon) * weight + bias, mean and variance over the dimensions
    from `axis` on, whose shape `weight` and `bias` have. They are f32; input and result are both
    f32 or both u8/i8 per tensor.

    ```mlir
    %1 = kernel.layer_norm %x, %w, %b {axis = 1 : i64, epsilon = 1.0e-05 : f32}
        : (tensor<?x8xf32>, tensor<8xf32>, tensor<8xf32>) -> tensor<?x8xf32>
    ```
  }];
}

def Kernel_GroupNormOp : Kernel_Op<"group_norm",
    (ins Kernel_Tensor:$input, Kernel_Tensor:$weight, Optional<Kernel_Tensor>:$bias,
         I64Attr:$groups, F32Attr:$epsilon),
    KernelInterface<ElementwiseLayout, /*moves=*/false, ["weight", "bias"]>>, PlanKernel<23> {
  let summary = "normalization over groups of channels";
  let planOperands = "value, weight, bias?";
  let planResult = [{
    the same; the statistics are of `groups` equal parts of dimension 1 and all behind it, weight
    and bias of dims `[C]`
  }];
  let description = [{
    (input - mean) / sqrt(variance + epsilon) * weight[c] + bias[c], mean and variance of each sample
    over C / `groups` neighbouring channels (dimension 1) and all positions. As many groups as
    channels are an instance normalization. `weight` and `bias` are f32; input and result are both
    f32 or both u8/i8 per tensor.

    ```mlir
    %1 = kernel.group_norm %x, %w, %b {groups = 2 : i64, epsilon = 1.0e-05 : f32}
        : (tensor<?x8x4x4xf32>, tensor<8xf32>, tensor<8xf32>) -> tensor<?x8x4x4xf32>
    ```
  }];
}

#endif // QUANTIR_DIALECTS_KERNEL_KERNELNORMOPS_TD
