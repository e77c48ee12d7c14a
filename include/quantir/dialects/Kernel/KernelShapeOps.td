//===- KernelShapeOps.td - Data movement -*- tablegen -*-===//

#ifndef QUANTIR_DIALECTS_KERNEL_KERNELSHAPEOPS_TD
#define QUANTIR_DIALECTS_KERNEL_KERNELSHAPEOPS_TD

include "quantir/dialects/Kernel/KernelBase.td"

/// An op that only moves elements; it copies codes as it copies numbers.
class Kernel_MoveOp<string mnemonic, dag attributes, LayoutRule rule>
    : Kernel_Op<mnemonic, !con((ins Kernel_Tensor:$input), attributes),
                KernelInterface<rule, /*moves=*/true>>;

def Kernel_ReshapeOp : Kernel_MoveOp<"reshape", (ins), RowMajorLayout>, PlanKernel<15> {
  let summary = "the same elements under other dimensions";
  let planOperands = "anything";
  let planResult = [{the elements in row-major order of the logical dims, under other dims}];
  let description = [{
    ```mlir
    %1 = kernel.reshape %0 : (tensor<?x8x1x1xf32>) -> tensor<?x8xf32>
    ```
  }];
  let hasFolder = 1;
}

def Kernel_TransposeOp : Kernel_MoveOp<"transpose",
    (ins DenseI64ArrayAttr:$permutation), AnyLayout>, PlanKernel<16> {
  let summary = "permuted dimensions";
  let planOperands = "anything";
  let planResult = [{result dim i is input dim `permutation[i]`}];
  let description = [{
    Dimension i of the result is dimension `permutation[i]` of the input. Input and result may
    differ in layout; where that makes the two the same bytes (NCHW channels-last to NHWC), the op
    costs nothing or a copy.

    ```mlir
    %1 = kernel.transpose %0 {permutation = array<i64: 0, 2, 1>}
        : (tensor<?x8x4xf32>) -> tensor<?x4x8xf32>
    ```
  }];
}

def Kernel_SliceOp : Kernel_MoveOp<"slice",
    (ins DenseI64ArrayAttr:$starts, DenseI64ArrayAttr:$steps), ElementwiseLayout>, PlanKernel<17> {
  let summary = "every so-many-th element of a range";
  let planOperands = "anything";
  let planResult = [{
    from `starts` in `steps`, which may be negative; the result's dims say how many
  }];
  let description = [{
    Element i of the result is element `starts + i * steps` of the input, in each dimension; the
    result's dimensions say how many. A step may be negative. A dynamic dimension is taken whole.

    ```mlir
    %1 = kernel.slice %0 {starts = array<i64: 0, 1>, steps = array<i64: 1, 2>}
        : (tensor<?x8xf32>) -> tensor<?x4xf32>
    ```
  }];
}

def Kernel_ConcatOp : Kernel_Op<"concat",
    (ins Variadic<Kernel_Tensor>:$inputs, Kernel_AxisAttr:$axis),
    KernelInterface<ElementwiseLayout, /*moves=*/true>>, PlanKernel<18> {
  let summary = "tensors one behind the other";
  let planOperands = "one or more";
  let planResult = [{
    joined along `axis`; codes of another scale than the result's are requantized
  }];
  let description = [{
    All of the same element type.

    ```mlir
    %2 = kernel.concat %0, %1 {axis = 1 : i64}
        : (tensor<?x4xf32>, tensor<?x8xf32>) -> tensor<?x12xf32>
    ```
  }];
}

def Kernel_PadOp : Kernel_Op<"pad",
    (ins Kernel_Tensor:$input, DenseI64ArrayAttr:$padding,
         DefaultValuedAttr<F32Attr, "0.0f">:$value),
    TraitList<[DeclareOpInterfaceMethods<KernelOpInterface>]>>, PlanKernel<19>,
    PlanLayout<ElementwiseLayout> {
  let summary = "a frame of one value";
  let planOperands = "anything";
  let planResult = [{surrounded by `value`, quantized where the tensor is}];
  let description = [{
    `padding` lists the begins of every dimension, then the ends. The frame of a quantized tensor is
    the quantized `value`.

    ```mlir
    %1 = kernel.pad %0 {padding = array<i64: 0, 1, 0, 1>} : (tensor<?x8xf32>) -> tensor<?x10xf32>
    ```
  }];
}

def Kernel_ExpandOp : Kernel_MoveOp<"expand", (ins), RowMajorLayout>, PlanKernel<20> {
  let summary = "broadcast to the result's dimensions, also to the batch";
  let planOperands = "anything";
  let planResult = [{broadcast to the result's dims, also to the batch}];
  let description = [{
    ```mlir
    %1 = kernel.expand %0 : (tensor<?x8x1xf32>) -> tensor<?x8x4xf32>
    ```
  }];
  let hasFolder = 1;
}

#endif // QUANTIR_DIALECTS_KERNEL_KERNELSHAPEOPS_TD
