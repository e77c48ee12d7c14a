//===- KernelWeightedOps.td - Sums of products -*- tablegen -*-===//

#ifndef QUANTIR_DIALECTS_KERNEL_KERNELWEIGHTEDOPS_TD
#define QUANTIR_DIALECTS_KERNEL_KERNELWEIGHTEDOPS_TD

include "quantir/dialects/Kernel/KernelBase.td"

def Kernel_ConvOp : Kernel_Op<"conv",
    (ins Kernel_Tensor:$input, Kernel_Tensor:$weight, Optional<Kernel_Tensor>:$bias,
         Optional<Kernel_Tensor>:$addend,
         DenseI64ArrayAttr:$strides, DenseI64ArrayAttr:$padding, DenseI64ArrayAttr:$dilations,
         DefaultValuedAttr<I64Attr, "1">:$groups, OptionalAttr<Kernel_ActivationAttr>:$activation),
    KernelInterface<SpatialLayout, /*moves=*/false, ["weight", "bias"]>,
    [AttrSizedOperandSegments, ActivationOpInterface]>, PlanKernel<5> {
  let summary = "convolution, with a bias, a residual and an activation";
  let planOperands = "x, weight [O, I/groups, k…], bias?, addend?";
  let planResult = [{`activation(conv + bias + addend)`}];
  let description = [{
    `activation(conv(input, weight) + bias + addend)`; input [N, C, spatial...], weight [O,
    C/groups, kernel...], bias [O], addend as the result. `padding` lists the begins of the spatial
    dimensions, then their ends; it pads with zero (the zero point).

    Either all f32; or `input` u8 or i8 per tensor, `weight` i8 per tensor or along axis 0 with zero
    point 0, `bias` f32, or 32-bit codes whose scales are `input scale * weight scale`, and
    `addend` and the result each u8 or i8 per tensor, or f32.

    ```mlir
    %2 = kernel.conv %x, %w bias(%b) addend(%z) {
        strides = array<i64: 1, 1>, padding = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>,
        activation = #kernel.activation<relu>} : (...) -> tensor<...>
    ```
  }];
  let assemblyFormat = [{
    $input `,` $weight (`bias` `(` $bias^ `)`)? (`addend` `(` $addend^ `)`)? attr-dict
    `:` functional-type(operands, results)
  }];
}

def Kernel_ConvTransposeOp : Kernel_Op<"conv_transpose",
    (ins Kernel_Tensor:$input, Kernel_Tensor:$weight, Optional<Kernel_Tensor>:$bias,
         DenseI64ArrayAttr:$strides, DenseI64ArrayAttr:$padding, DenseI64ArrayAttr:$output_padding,
         DenseI64ArrayAttr:$dilations, DefaultValuedAttr<I64Attr, "1">:$groups,
         OptionalAttr<Kernel_ActivationAttr>:$activation),
    KernelInterface<SpatialLayout, /*moves=*/false, ["weight", "bias"]>, [ActivationOpInterface]>,
    PlanKernel<6> {
  let summary = "transposed convolution, with a bias and an activation";
  let planOperands = "x, weight [I/groups, O, k…], bias?";
  let planResult = [{`activation(conv + bias)`}];
  let description = [{
    `activation(conv_transpose(input, weight) + bias)`; input [N, C, spatial...], weight
    [C/groups, O, kernel...], bias [O]. Types as for `kernel.conv`; a weight's axis is 1.

    ```mlir
    %1 = kernel.conv_transpose %x, %w {strides = array<i64: 2>, padding = array<i64: 0, 0>,
        output_padding = array<i64: 0>, dilations = array<i64: 1>} : (...) -> tensor<...>
    ```
  }];
  let assemblyFormat = [{
    $input `,` $weight (`bias` `(` $bias^ `)`)? attr-dict `:` functional-type(operands, results)
  }];
}

def Kernel_MatMulOp : Kernel_Op<"matmul",
    (ins Kernel_Tensor:$lhs, Kernel_Tensor:$rhs, Optional<Kernel_Tensor>:$bias,
         Optional<Kernel_Tensor>:$addend,
         UnitAttr:$transpose_b, OptionalAttr<Kernel_ActivationAttr>:$activation),
    KernelInterface<RowMajorLayout, /*moves=*/false, ["bias"]>,
    [AttrSizedOperandSegments, ActivationOpInterface]>, PlanKernel<7> {
  let summary = "matrix product, with a bias, a residual and an activation";
  let planOperands = "a, b, bias?, addend?";
  let planResult = [{
    `activation(a b + bias + addend)`: the last two dims multiplied, the others broadcast; operands
    have rank 2 or more; `transpose_b`: b is […, N, K]
  }];
  let description = [{
    `activation(lhs x rhs + bias + addend)` over the last two dimensions, the others broadcast; lhs
    [..., M, K], rhs [..., K, N], or [..., N, K] with `transpose_b`, bias [N], addend as the result.

    Either all f32; or `lhs` u8 or i8 per tensor and `rhs` i8 with zero point 0, per tensor or (rank
    2 only) along the axis of size N, or u8 or i8 per tensor with any zero point; bias, addend and
    result as for `kernel.conv`.

    ```mlir
    %1 = kernel.matmul %x, %w bias(%b) {transpose_b}
        : (tensor<?x8xf32>, tensor<4x8xf32>, tensor<4xf32>) -> tensor<?x4xf32>
    ```
  }];
  let assemblyFormat = [{
    $lhs `,` $rhs (`bias` `(` $bias^ `)`)? (`addend` `(` $addend^ `)`)? attr-dict
    `:` functional-type(operands, results)
  }];
}

def Kernel_ChannelAffineOp : Kernel_Op<"channel_affine",
    (ins Kernel_Tensor:$input, Kernel_Tensor:$scale, Kernel_Tensor:$shift,
         OptionalAttr<Kernel_ActivationAttr>:$activation),
    KernelInterface<ElementwiseLayout, /*moves=*/false, ["scale", "shift"]>, [ActivationOpInterface]>,
    PlanKernel<8> {
  let summary = "a scale and a shift for each channel";
  let planOperands = "x, scale [C], shift [C]";
  let planResult = [{`activation(x * scale[c] + shift[c])`, c the index of dimension 1}];
  let description = [{
    `activation(input * scale[c] + shift[c])`, c the index of dimension 1. `scale` and `shift` are
    f32; input and result are both f32 or both u8/i8 per tensor.

    ```mlir
    %1 = kernel.channel_affine %x, %a, %b
        : (tensor<?x8x4x4xf32>, tensor<8xf32>, tensor<8xf32>) -> tensor<?x8x4x4xf32>
    ```
  }];
}

#endif // QUANTIR_DIALECTS_KERNEL_KERNELWEIGHTEDOPS_TD
