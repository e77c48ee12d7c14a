//===- KernelModelOps.td - Constants and observers -*- tablegen -*-===//

#ifndef QUANTIR_DIALECTS_KERNEL_KERNELMODELOPS_TD
#define QUANTIR_DIALECTS_KERNEL_KERNELMODELOPS_TD

include "quantir/dialects/Kernel/KernelBase.td"
include "mlir/IR/BuiltinAttributeInterfaces.td"
include "mlir/IR/SymbolInterfaces.td"

def Kernel_ConstantOp : Op<Kernel_Dialect, "constant", [Pure, ConstantLike]> {
  let summary = "values that are part of the plan";
  let description = [{
    `value` holds f32 numbers, or the codes of a quantized result as signless integers of its
    storage width, in logical row-major order; the result's encoding says in which order they are to
    be stored in the plan. The result type is only written where it is not that of `value`.

    ```mlir
    %b = kernel.constant dense<[0.5, -1.0]> : tensor<2xf32>
    %w = kernel.constant dense_resource<w> : tensor<2x3x1x1xi8>
        as tensor<2x3x1x1x!quant.uniform<i8:f32:0, {0.1, 0.2}>>
    ```
  }];
  let arguments = (ins ElementsAttr:$value);
  let results = (outs Kernel_Tensor:$result);
  let assemblyFormat = "custom<Constant>($value, type($result)) attr-dict";
  let builders = [OpBuilder<(ins "::mlir::ElementsAttr":$value), [{
    build($_builder, $_state, value.getType(), value);
  }]>];
  let hasVerifier = 1;
  let hasFolder = 1;
}

def Kernel_ObserveOp : Op<Kernel_Dialect, "observe", [
    MemoryEffects<[MemWrite]>, KernelInterface<ElementwiseLayout>,
    DeclareOpInterfaceMethods<SymbolUserOpInterface>]>,
    PlanKernel<21, "", [PlanField<"observer", "uint", /*the exporter numbers them*/"0">]> {
  let summary = "adds a value to an observer's statistics";
  let planOperands = "float";
  let planResult = [{nothing; shows the value to `observers[observer]`}];
  let description = [{
    Feeds the numbers of `input` (f32) to the observer of that name when the plan is executed for
    calibration.

    ```mlir
    kernel.observe %0, @act_0 : tensor<?x16x32x32xf32>
    ```
  }];
  let arguments = (ins Kernel_Tensor:$input, FlatSymbolRefAttr:$observer,
                       OptionalAttr<StrAttr>:$backend);
  let assemblyFormat = "$input `,` $observer attr-dict `:` type($input)";
}

#endif // QUANTIR_DIALECTS_KERNEL_KERNELMODELOPS_TD
