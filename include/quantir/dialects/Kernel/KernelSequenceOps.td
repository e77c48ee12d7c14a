//===- KernelSequenceOps.td - Lookups and recurrences -*- tablegen -*-===//

#ifndef QUANTIR_DIALECTS_KERNEL_KERNELSEQUENCEOPS_TD
#define QUANTIR_DIALECTS_KERNEL_KERNELSEQUENCEOPS_TD

include "quantir/dialects/Kernel/KernelBase.td"

def Kernel_EmbeddingOp : Kernel_Op<"embedding",
    (ins Kernel_Tensor:$indices, Kernel_Tensor:$weight),
    KernelInterface<RowMajorLayout, /*moves=*/false, ["weight"]>>, PlanKernel<26> {
  let summary = "rows of a table";
  let planOperands = "indices, table [V, D]";
  let planResult = [{
    the row of the table for each index, which is from -V to V - 1; another one is an error of the
    run. Indices are `Int64`, or `Int32` without a scale
  }];
  let description = [{
    Row `indices[...]` of `weight` [V, D] for each index; negative ones count from the end. Indices
    are i64 or i32, `weight` and result f32. An index from outside [-V, V) is an error when the op
    is executed.

    ```mlir
    %1 = kernel.embedding %i, %w : (tensor<?x7xi64>, tensor<20x8xf32>) -> tensor<?x7x8xf32>
    ```
  }];
}

def Kernel_BagMode : I32Enum<"BagMode", "what becomes of the rows of a bag", BagModes.cases> {
  let cppNamespace = "::quantir::kernel";
}
def Kernel_BagModeAttr : EnumAttr<Kernel_Dialect, Kernel_BagMode, "bag_mode">;

def Kernel_EmbeddingBagOp : Kernel_Op<"embedding_bag",
    (ins Kernel_BagModeAttr:$mode, Kernel_Tensor:$indices, Kernel_Tensor:$offsets,
         Kernel_Tensor:$weight, DefaultValuedAttr<BoolAttr, "false">:$include_last_offset),
    KernelInterface<RowMajorLayout, /*moves=*/false, ["weight"]>>, PlanKernel<30> {
  let summary = "sums of rows of a table";
  let planOperands = "indices [N], offsets [B], table [V, D]";
  let planResult = [{
    [B, D]: for the indices from `offsets[b]` up to `offsets[b + 1]` (the last one: N) the sum, mean
    or greatest elements of their rows, summed in double precision and rounded once; zeros where
    there are none. With `include_last_offset` the last offset only ends the last bag. An index not
    from -V to V - 1, or offsets that decrease or leave 0 to N, are an error of the run. Indices and
    offsets as of `Embedding`
  }];
  let description = [{
    For each bag, `indices` [N] from `offsets[b]` up to `offsets[b + 1]`, the sum, mean or greatest
    elements of the rows of `weight` [V, D]; as `nn.embedding_bag`. Indices and offsets are i64 or
    i32, `weight` and result f32. An index or an offset out of range is an error when the op is
    executed.

    ```mlir
    %1 = kernel.embedding_bag sum %i, %o, %w
        : (tensor<9xi64>, tensor<3xi64>, tensor<20x8xf32>) -> tensor<3x8xf32>
    ```
  }];
  let assemblyFormat = [{
    $mode operands attr-dict `:` functional-type(operands, results)
  }];
}

def Kernel_LstmOp : Op<Kernel_Dialect, "lstm", [Pure,
    KernelInterface<RowMajorLayout, /*moves=*/false, /*or h and c*/["parameters"]>]>, PlanKernel<27> {
  let summary = "long short-term memory";
  let planOperands = [{
    x [T, N, I], for each direction weight_ih [4H, I], weight_hh [4H, H], bias [4H]; h and c [D, N, H]
    or nothing
  }];
  let planResult = [{
    three: h of each step [T, N, D H], the last h and the last c [D, N, H]. Gates i, f, g, o; `c =
    σ(f) c + σ(i) tanh(g)`, `h = σ(o) tanh(c)`. All float
  }];
  let description = [{
    One layer of one or two directions. The operands are those of `nn.lstm`: input [T, N, I], for
    each direction weight_ih [4 * H, I], weight_hh [4 * H, H] and bias [4 * H], then the initial h
    and c [D, N, H] or nothing. The results are the output [T, N, D * H], and h and c after the last
    step, [D, N, H]. Gates stand in the order i, f, g, o. All f32.

    ```mlir
    %1:3 = kernel.lstm %x, %wi, %wh, %b
        : (tensor<8x?x4xf32>, tensor<24x4xf32>, tensor<24x6xf32>, tensor<24xf32>)
        -> (tensor<8x?x6xf32>, tensor<1x?x6xf32>, tensor<1x?x6xf32>)
    ```
  }];
  let arguments = (ins Kernel_Tensor:$input, Variadic<Kernel_Tensor>:$parameters,
                       OptionalAttr<StrAttr>:$backend);
  let results = (outs Kernel_Tensor:$output, Kernel_Tensor:$h, Kernel_Tensor:$c);
  let assemblyFormat = "operands attr-dict `:` functional-type(operands, results)";
  let minPlanInputs = 4;
  let maxPlanInputs = 9;
  let extraClassDeclaration = [{
    unsigned getNumDirections() { return getParameters().size() / 3; }
  }];
}

#endif // QUANTIR_DIALECTS_KERNEL_KERNELSEQUENCEOPS_TD
