//===- Passes.td - Passes that make kernels -*- tablegen -*-===//

#ifndef QUANTIR_PASSES_LOWER_PASSES_TD
#define QUANTIR_PASSES_LOWER_PASSES_TD

include "mlir/Pass/PassBase.td"

def LowerPass : Pass<"quantir-lower", "::mlir::ModuleOp"> {
  let summary = "turn a module of any stage into kernels";
  let description = [{
    Makes `kernel` ops of everything in the module's functions: float ops, `quantir.fused` units,
    `quantir.observe`, and quantization casts. In order:

    1. `quantir.fused` is inlined, and each op becomes the f32 kernel that computes it;
       `quant.qcast` and `quant.dcast` become `kernel.quantize` and `kernel.dequantize`, constants
       `kernel.constant`.
    2. A relu, clamp or leaky relu, and before it the addition of another tensor, becomes part of
       the kernel before it.
    3. A kernel between `kernel.dequantize` and `kernel.quantize` becomes the same kernel on the
       integers, where one exists. A dequantize moves behind the data movement that follows it, and
       a quantize after a dequantize becomes `kernel.requantize`, or nothing where the parameters
       are equal.
    4. Casts of constants are computed.

    With `keep-reference`, step 3 is left out: every cast is executed, around float kernels. That is
    the definition of the quantized model, slow and exact.

    The backend that is to execute the kernels is the one of `quantir.settings`, else the one that the module has
    (`kernel.backend`), else `onednn`.

    A prepared or float module stays one; a reference module becomes a lowered one, unless it is
    kept.

    ```mlir
    %0 = quant.dcast %x : tensor<?x3x8x8x!u> to tensor<?x3x8x8xf32>
    %1 = quant.dcast %w : tensor<4x3x3x3x!w> to tensor<4x3x3x3xf32>
    %2 = nn.conv %0, %1, %bias {...}
    %3 = nn.relu %2
    %4 = quant.qcast %3 : tensor<?x4x8x8xf32> to tensor<?x4x8x8x!v>
    // becomes
    %4 = kernel.conv %x, %w bias(%bias) {..., activation = #kernel.activation<relu>}
        : (tensor<?x3x8x8x!u>, tensor<4x3x3x3x!w>, tensor<4xf32>) -> tensor<?x4x8x8x!v>
    ```
  }];
  let options = [
    Option<"keepReference", "keep-reference", "bool", /*default=*/"false",
           "execute every quantization cast, around float kernels">];
  let dependentDialects = ["::quantir::kernel::KernelDialect", "::quantir::QuantirDialect"];
  let statistics = [
    Statistic<"numInteger", "integer", "kernels that compute with integers">,
    Statistic<"numFloat", "float", "kernels that compute with floats">,
    Statistic<"numCasts", "casts", "casts between numbers and codes that are left">];
}

def AssignLayoutPass : Pass<"quantir-assign-layout", "::mlir::func::FuncOp"> {
  let summary = "store spatial tensors channels-last";
  let description = [{
    Chooses for each value of rank 3 or more whether it is stored row-major or channels-last, and
    writes that into its type.

    - Values that ops want in one layout, the operands and result of an addition, say, are one
      group.
    - A group with a convolution or a pooling in it is channels-last.
    - So is one that is only reached from there through casts, unless something in it is needed
      row-major. The others are row-major, and the casts between change the layout on the way.
    - Arguments and results of the function, and what a reshape, a matmul or a softmax reads and
      makes, are row-major. Where that meets a channels-last value, a `kernel.reorder` is inserted;
      not if both layouts are the same bytes, as of `[N, C, 1, 1]`.

    ```mlir
    %0 = kernel.quantize %arg : tensor<?x3x8x8xf32> to tensor<?x3x8x8x!u>
    %1 = kernel.conv %0, %w {...} : (tensor<?x3x8x8x!u>, ...) -> tensor<?x4x8x8x!v>
    // becomes
    %0 = kernel.quantize %arg : tensor<?x3x8x8xf32> to tensor<?x3x8x8x!u, #kernel.channels_last>
    %1 = kernel.conv %0, %w {...}
        : (tensor<?x3x8x8x!u, #kernel.channels_last>, ...) -> tensor<?x4x8x8x!v, #kernel.channels_last>
    ```
  }];
  let dependentDialects = ["::quantir::kernel::KernelDialect"];
  let statistics = [
    Statistic<"numChannelsLast", "channels-last", "values stored channels-last">,
    Statistic<"numReorders", "reorders", "reorders inserted">];
}

def VerifyKernelPass : Pass<"quantir-verify-kernel", "::mlir::ModuleOp"> {
  let summary = "check that a module can be written as a plan";
  let description = [{
    The contract of the kernel form, beyond what the ops verify themselves: one public function,
    whose body is one block of `kernel` ops, and whose arguments and results are row-major tensors
    that a kernel can have as operands.
  }];
}

#endif // QUANTIR_PASSES_LOWER_PASSES_TD
