//===- KernelResampleOps.td - Images of another size -*- tablegen -*-===//

#ifndef QUANTIR_DIALECTS_KERNEL_KERNELRESAMPLEOPS_TD
#define QUANTIR_DIALECTS_KERNEL_KERNELRESAMPLEOPS_TD

include "quantir/dialects/Kernel/KernelBase.td"

def Kernel_ResampleMode : I32Enum<"ResampleMode", "how a value between elements is made",
                                  ResampleModes.cases> {
  let cppNamespace = "::quantir::kernel";
}
def Kernel_ResampleModeAttr : EnumAttr<Kernel_Dialect, Kernel_ResampleMode, "resample_mode">;

def Kernel_CoordinateMode : I32Enum<"CoordinateMode", "where a result's position is in the input",
                                    CoordinateModes.cases> {
  let cppNamespace = "::quantir::kernel";
}
def Kernel_CoordinateModeAttr : EnumAttr<Kernel_Dialect, Kernel_CoordinateMode, "coordinate_mode">;

def Kernel_NearestRounding : I32Enum<"NearestRounding", "which element is the nearest",
                                     NearestRoundings.cases> {
  let cppNamespace = "::quantir::kernel";
}
def Kernel_NearestRoundingAttr
    : EnumAttr<Kernel_Dialect, Kernel_NearestRounding, "nearest_rounding">;

def Kernel_ResampleOp : Kernel_Op<"resample",
    (ins Kernel_ResampleModeAttr:$mode, Kernel_CoordinateModeAttr:$coordinates,
         Kernel_NearestRoundingAttr:$rounding, Kernel_Tensor:$input, DenseF32ArrayAttr:$scales),
    TraitList<[DeclareOpInterfaceMethods<KernelOpInterface>]>>, PlanKernel<25>,
    PlanLayout<ElementwiseLayout> {
  let summary = "images of another size";
  let planOperands = "value";
  let planResult = [{
    nearest: moves elements; linear: mixes neighbours. Positions as in
    `include/quantir/Shapes/Resample.h`
  }];
  let description = [{
    The formulas are those of `nn.interpolate`; the sizes are the result's. `nearest`: the result has
    the input's element type. `linear`: input and result are both f32 or both u8/i8 per tensor.

    ```mlir
    %1 = kernel.resample nearest asymmetric floor %0 {scales = array<f32: 2.0, 2.0>}
        : (tensor<?x8x4x4xf32>) -> tensor<?x8x8x8xf32>
    ```
  }];
  let assemblyFormat = [{
    $mode $coordinates $rounding $input attr-dict `:` functional-type(operands, results)
  }];
}

#endif // QUANTIR_DIALECTS_KERNEL_KERNELRESAMPLEOPS_TD
