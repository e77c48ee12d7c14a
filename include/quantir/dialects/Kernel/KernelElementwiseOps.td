//===- KernelElementwiseOps.td - Functions of one or two numbers -*- tablegen -*-===//

#ifndef QUANTIR_DIALECTS_KERNEL_KERNELELEMENTWISEOPS_TD
#define QUANTIR_DIALECTS_KERNEL_KERNELELEMENTWISEOPS_TD

include "quantir/dialects/Interfaces/UnaryFunctions.td"
include "quantir/dialects/Kernel/KernelBase.td"

def Kernel_UnaryKind : I32Enum<"UnaryKind", "function of one number",
    !foreach(function, UnaryFunctions, function.kernelCase)> {
  let cppNamespace = "::quantir::kernel";
}
def Kernel_UnaryKindAttr : EnumAttr<Kernel_Dialect, Kernel_UnaryKind, "unary_kind">;

def Kernel_BinaryKind : I32Enum<"BinaryKind", "function of two numbers", [
    I32EnumCase<"Add", 0, "add">, I32EnumCase<"Sub", 1, "sub">, I32EnumCase<"Mul", 2, "mul">,
    I32EnumCase<"Div", 3, "div">]> {
  let cppNamespace = "::quantir::kernel";
}
def Kernel_BinaryKindAttr : EnumAttr<Kernel_Dialect, Kernel_BinaryKind, "binary_kind">;

def Kernel_UnaryOp : Kernel_Op<"unary",
    (ins Kernel_UnaryKindAttr:$kind, Kernel_Tensor:$input,
         DefaultValuedAttr<F32Attr, "0.0f">:$alpha, DefaultValuedAttr<F32Attr, "0.0f">:$beta),
    KernelInterface<ElementwiseLayout>>, PlanKernel<9> {
  let summary = "a function of each number";
  let planOperands = "value";
  let planResult = !interleave(!foreach(function, UnaryFunctions,
      function.kernelCase.symbol # " (`" # function.functionFormula # "`)"), ", ");
  let description = [{
    | kind | function |
    | --- | --- |
}] # !interleave(!foreach(function, UnaryFunctions, "    | `" # function.kernelCase.str # "` | " #
                          function.functionFormula # " |"), "\n") # [{

    Input and result are both f32 or both u8/i8 per tensor, each with its own parameters.

    ```mlir
    %1 = kernel.unary clamp %0 {beta = 6.0 : f32} : (tensor<?x8xf32>) -> tensor<?x8xf32>
    ```
  }];
  let assemblyFormat = "$kind $input attr-dict `:` functional-type(operands, results)";
}

def Kernel_PReluOp : Kernel_Op<"prelu", (ins Kernel_Tensor:$input, Kernel_Tensor:$slope),
    KernelInterface<ElementwiseLayout, /*moves=*/false, ["slope"]>>, PlanKernel<24> {
  let summary = "leaky relu with a slope for each channel";
  let planOperands = "value, slope";
  let planResult = [{`x > 0 ? x : slope[c] * x`; the slope is float32 of dims `[C]` or `[1]`}];
  let description = [{
    x > 0 ? x : slope[c] * x, c the index of dimension 1; a slope of one element is for all. `slope`
    is f32; input and result are both f32 or both u8/i8 per tensor.

    ```mlir
    %1 = kernel.prelu %x, %a : (tensor<?x8x4x4xf32>, tensor<8xf32>) -> tensor<?x8x4x4xf32>
    ```
  }];
}

def Kernel_BinaryOp : Kernel_Op<"binary",
    (ins Kernel_BinaryKindAttr:$kind, Kernel_Tensor:$lhs, Kernel_Tensor:$rhs,
         OptionalAttr<Kernel_ActivationAttr>:$activation),
    KernelInterface<ElementwiseLayout>, [ActivationOpInterface]>, PlanKernel<10> {
  let summary = "a function of two numbers, with an activation";
  let planOperands = "two values";
  let planResult = [{`activation(a op b)`, with numpy's broadcasting}];
  let description = [{
    `activation(lhs op rhs)` with numpy's broadcasting. All f32, or all u8/i8 per tensor, each with
    its own parameters.

    ```mlir
    %2 = kernel.binary add %0, %1 {activation = #kernel.activation<relu>}
        : (tensor<?x8xf32>, tensor<8xf32>) -> tensor<?x8xf32>
    ```
  }];
  let assemblyFormat = "$kind $lhs `,` $rhs attr-dict `:` functional-type(operands, results)";
}

def Kernel_SoftmaxOp : Kernel_Op<"softmax",
    (ins Kernel_Tensor:$input, Kernel_AxisAttr:$axis), KernelInterface<RowMajorLayout>>,
    PlanKernel<11> {
  let summary = "softmax along one dimension";
  let planOperands = "value";
  let planResult = [{`exp(x - max) / sum` along `axis`}];
  let description = [{
    exp(x - max) / sum(exp(x - max)) along `axis`. Input and result are both f32 or both u8/i8 per
    tensor.

    ```mlir
    %1 = kernel.softmax %0 {axis = 1 : i64} : (tensor<?x10xf32>) -> tensor<?x10xf32>
    ```
  }];
}

#endif // QUANTIR_DIALECTS_KERNEL_KERNELELEMENTWISEOPS_TD
