//===- KernelBase.td - The kernel dialect and its op classes -*- tablegen -*-===//

#ifndef QUANTIR_DIALECTS_KERNEL_KERNELBASE_TD
#define QUANTIR_DIALECTS_KERNEL_KERNELBASE_TD

include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/BuiltinAttributeInterfaces.td"
include "mlir/IR/EnumAttr.td"
include "mlir/IR/OpBase.td"
include "mlir/IR/TensorEncoding.td"
include "mlir/Interfaces/SideEffectInterfaces.td"
include "quantir/dialects/Interfaces/Modes.td"
include "quantir/dialects/Kernel/KernelInterface.td"
include "quantir/dialects/Kernel/KernelPlan.td"

//===----------------------------------------------------------------------===//
// Dialect
//===----------------------------------------------------------------------===//

def Kernel_Dialect : Dialect {
  let name = "kernel";
  let cppNamespace = "::quantir::kernel";
  let summary = "what a backend executes";
  let description = [{
    One op is one kernel of the runtime, with everything that the kernel needs to know written out:
    the element types, the physical layout, the constants, the operation fused behind it. A module
    in this form is a plan in text; a plan file is written from it op by op
    (the plan's schema is written from the definitions of the ops).

    **Types.** A tensor holds `f32`, or codes of 8 bits that stand for real numbers:
    `!quant.uniform<u8:f32, scale:zp>` or `i8`, per tensor for activations, per axis for weights. A
    bias may hold codes of 32 bits. Indices are `i64` or `i32`. Shapes are in PyTorch's logical
    order (`NCHW`), static but for one dimension, which may be dynamic: the batch.

    **Layout.** The encoding of a tensor type is its physical order: none is row-major,
    `#kernel.channels_last` puts the channels (dimension 1) last. It changes nothing about the
    dimensions or attributes of any op.

    **Numerics.** A kernel on codes computes what its float form computes on the numbers they stand
    for, and quantizes the result as `clamp(round(x * (1 / scale)) + zero_point)`, rounding half to
    even. Sums of products of codes are exact in 32 bits. docs/QuantizationSpec.md states each op's
    arithmetic.

    `docs/Rationale/Kernel.md` says why the dialect is as it is.
  }];
  let dependentDialects = ["::mlir::quant::QuantDialect"];
  let useDefaultAttributePrinterParser = 1;
  let hasConstantMaterializer = 1;
  let hasOperationAttrVerify = 1;
  let extraClassDeclaration = [{
    /// On a module: the backend that executes its kernels unless they say otherwise.
    static constexpr ::llvm::StringLiteral backendAttrName = "kernel.backend";

    void registerAttributes();
  }];
}

//===----------------------------------------------------------------------===//
// Attributes
//===----------------------------------------------------------------------===//

def Kernel_ChannelsLastAttr : AttrDef<Kernel_Dialect, "ChannelsLast", [
    DeclareAttrInterfaceMethods<VerifiableTensorEncoding>]> {
  let mnemonic = "channels_last";
  let summary = "physical order of a tensor: N, spatial dimensions, C";
  let description = [{
    The encoding of a tensor of rank 3 or more whose dimension 1 varies fastest in memory. The
    type's dimensions stay in logical order.

    ```mlir
    tensor<1x64x56x56xf32, #kernel.channels_last>
    ```
  }];
}

def Kernel_ActivationKind : I32Enum<"ActivationKind", "function fused behind a kernel", [
    I32EnumCase<"Relu", 1, "relu">, I32EnumCase<"Clamp", 2, "clamp">,
    I32EnumCase<"LeakyRelu", 3, "leaky_relu">]>, PlanAbsentCase<"None"> {
  let cppNamespace = "::quantir::kernel";
}

def Kernel_ActivationAttr : AttrDef<Kernel_Dialect, "Activation"> {
  let mnemonic = "activation";
  let summary = "a function fused behind a kernel";
  let description = [{
    Applied to the real numbers, before they are quantized.

    | form | function |
    | --- | --- |
    | `<relu>` | max(x, 0) |
    | `<clamp, lo, hi>` | min(max(x, lo), hi) |
    | `<leaky_relu, slope>` | x > 0 ? x : slope * x |

    ```mlir
    #kernel.activation<clamp, 0.0, 6.0>
    ```
  }];
  let parameters = (ins "::quantir::kernel::ActivationKind":$kind, APFloatParameter<"">:$alphaValue,
                        APFloatParameter<"">:$betaValue);
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
  let skipDefaultBuilders = 1;
  let builders = [AttrBuilder<(ins "::quantir::kernel::ActivationKind":$kind,
                                   CArg<"float", "0.0f">:$alpha, CArg<"float", "0.0f">:$beta),
                              [{
    return $_get($_ctxt, kind, ::llvm::APFloat(alpha), ::llvm::APFloat(beta));
  }]>];
  let extraClassDeclaration = [{
    /// Clamp: the lower bound. Leaky relu: the slope.
    float getAlpha() const { return getAlphaValue().convertToFloat(); }
    /// Clamp: the upper bound.
    float getBeta() const { return getBetaValue().convertToFloat(); }
  }];
}

//===----------------------------------------------------------------------===//
// Types
//===----------------------------------------------------------------------===//

def Kernel_Tensor : Type<
    CPred<"::quantir::kernel::isKernelTensor($_self)">,
    "ranked tensor of f32, of 8-bit (a bias: 32-bit) quantized elements, the zero point among the "
    "codes, or of i64 or i32 indices, with static dimensions except perhaps one",
    "::mlir::RankedTensorType">;

//===----------------------------------------------------------------------===//
// Op classes
//===----------------------------------------------------------------------===//

/// A kernel with one result.
class Kernel_Op<string mnemonic, dag operands, TraitList interface, list<Trait> traits = []>
    : Op<Kernel_Dialect, mnemonic, [Pure, interface] # traits> {
  let arguments = !con(operands, (ins OptionalAttr<StrAttr>:$backend));
  let results = (outs Kernel_Tensor:$result);
  let assemblyFormat = "operands attr-dict `:` functional-type(operands, results)";
}

#endif // QUANTIR_DIALECTS_KERNEL_KERNELBASE_TD
