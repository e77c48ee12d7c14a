//===- KernelPoolOps.td - Windows and means -*- tablegen -*-===//

#ifndef QUANTIR_DIALECTS_KERNEL_KERNELPOOLOPS_TD
#define QUANTIR_DIALECTS_KERNEL_KERNELPOOLOPS_TD

include "quantir/dialects/Kernel/KernelBase.td"

def Kernel_PoolKind : I32Enum<"PoolKind", "what is taken of a window", [
    I32EnumCase<"Max", 0, "max">, I32EnumCase<"Average", 1, "average">]> {
  let cppNamespace = "::quantir::kernel";
}
def Kernel_PoolKindAttr : EnumAttr<Kernel_Dialect, Kernel_PoolKind, "pool_kind">;

def Kernel_PoolOp : Kernel_Op<"pool",
    (ins Kernel_PoolKindAttr:$kind, Kernel_Tensor:$input, DenseI64ArrayAttr:$kernel,
         DenseI64ArrayAttr:$strides, DenseI64ArrayAttr:$padding, DenseI64ArrayAttr:$dilations,
         UnitAttr:$ceil_mode, UnitAttr:$count_include_pad),
    TraitList<[DeclareOpInterfaceMethods<KernelOpInterface>]>>, PlanKernel<12>,
    PlanLayout<SpatialLayout> {
  let summary = "the maximum or the average of each window";
  let planOperands = "value";
  let planResult = [{Max or Average over windows}];
  let description = [{
    `max`: the padding is not part of any window; the result has the input's element type.
    `average`: the sum over the window divided by the number of its elements, which counts the
    padding (not what `ceil_mode` adds beyond it) with `count_include_pad`; input and result are
    both f32 or both u8/i8 per tensor.

    ```mlir
    %1 = kernel.pool max %0 {
        kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>, padding = array<i64: 0, 0, 0, 0>,
        dilations = array<i64: 1, 1>} : (tensor<?x8x4x4xf32>) -> tensor<?x8x2x2xf32>
    ```
  }];
  let assemblyFormat = "$kind $input attr-dict `:` functional-type(operands, results)";
}

def Kernel_AdaptiveAvgPoolOp : Kernel_Op<"adaptive_avg_pool",
    (ins Kernel_Tensor:$input, DenseI64ArrayAttr:$output_size), KernelInterface<SpatialLayout>>,
    PlanKernel<13, "AdaptiveAveragePool"> {
  let summary = "averages over as many windows as asked for";
  let planOperands = "value";
  let planResult = [{
    the average over PyTorch's bins: `floor(i * in / out)` up to `ceil((i + 1) * in / out)`
  }];
  let description = [{
    Along a spatial dimension of size `in`, window i of `out` covers floor(i * in / out) to ceil((i
    + 1) * in / out). Input and result are both f32 or both u8/i8 per tensor.

    ```mlir
    %1 = kernel.adaptive_avg_pool %0 {output_size = array<i64: 1, 1>}
        : (tensor<?x8x4x4xf32>) -> tensor<?x8x1x1xf32>
    ```
  }];
}

def Kernel_MeanOp : Kernel_Op<"mean",
    (ins Kernel_Tensor:$input, DenseI64ArrayAttr:$axes, UnitAttr:$keep_dims),
    TraitList<[DeclareOpInterfaceMethods<KernelOpInterface>]>>, PlanKernel<14>,
    PlanLayout</*or any*/ElementwiseLayout> {
  let summary = "mean over some dimensions";
  let planOperands = "value";
  let planResult = [{the mean over `axes`, which are dropped or kept as 1}];
  let description = [{
    Over `axes`, at least one; a dimension reduced is 1 with `keep_dims`, and gone without. Input
    and result are both f32 or both u8/i8 per tensor.

    ```mlir
    %1 = kernel.mean %0 {axes = array<i64: 2, 3>} : (tensor<?x8x4x4xf32>) -> tensor<?x8xf32>
    ```
  }];
}

#endif // QUANTIR_DIALECTS_KERNEL_KERNELPOOLOPS_TD
