//===- KernelCastOps.td - Changes of element type and layout -*- tablegen -*-===//

#ifndef QUANTIR_DIALECTS_KERNEL_KERNELCASTOPS_TD
#define QUANTIR_DIALECTS_KERNEL_KERNELCASTOPS_TD

include "quantir/dialects/Kernel/KernelBase.td"

/// An op that leaves the shape alone; the result may have another layout.
class Kernel_CastOp<string mnemonic, TraitList interface>
    : Kernel_Op<mnemonic, (ins Kernel_Tensor:$input), interface> {
  let assemblyFormat = "$input attr-dict `:` type($input) `to` type($result)";
}

def Kernel_QuantizeOp : Kernel_CastOp<"quantize", KernelInterface<CastLayout>>, PlanKernel<1> {
  let summary = "real numbers to codes";
  let planOperands = "float";
  let planResult = [{`quantize(x)`; per channel if the result is; may change the layout}];
  let description = [{
    `clamp(round(x * (1 / scale)) + zero_point, min, max)` with the result type's scale (of the
    element's index along the quantized axis, if it has one), zero point and storage bounds.
    Infinities and numbers out of range saturate.

    ```mlir
    %1 = kernel.quantize %0
        : tensor<?x3x8x8xf32> to tensor<?x3x8x8x!quant.uniform<u8:f32, 0.1:128>, #kernel.channels_last>
    ```
  }];
  let hasFolder = 1;
}

def Kernel_DequantizeOp : Kernel_CastOp<"dequantize", KernelInterface<CastLayout>>, PlanKernel<2> {
  let summary = "codes to the real numbers that they stand for";
  let planOperands = "integer with a scale";
  let planResult = [{`f32(q - zero_point) * scale`; may change the layout}];
  let description = [{
    `(q - zero_point) * scale`.

    ```mlir
    %1 = kernel.dequantize %0 : tensor<4x!quant.uniform<u8:f32, 0.1:128>> to tensor<4xf32>
    ```
  }];
}

def Kernel_RequantizeOp : Kernel_CastOp<"requantize", KernelInterface<CastLayout>>, PlanKernel<3> {
  let summary = "codes to codes with other quantization parameters";
  let planOperands = "integer with a scale";
  let planResult = [{`quantize` of the dequantized value; may change the layout}];
  let description = [{
    `quantize(dequantize(q))`.

    ```mlir
    %1 = kernel.requantize %0
        : tensor<4x!quant.uniform<u8:f32, 0.1:128>> to tensor<4x!quant.uniform<u8:f32, 0.2>>
    ```
  }];
  let hasFolder = 1;
}

def Kernel_ReorderOp : Kernel_CastOp<"reorder", KernelInterface<AnyLayout>>, PlanKernel<4> {
  let summary = "the same values in another physical order";
  let planOperands = "anything";
  let planResult = [{the same elements in another layout}];
  let description = [{
    ```mlir
    %1 = kernel.reorder %0 : tensor<1x8x4x4xf32, #kernel.channels_last> to tensor<1x8x4x4xf32>
    ```
  }];
  let hasFolder = 1;
}

def Kernel_FakeQuantizeDynamicOp
    : Kernel_CastOp<"fake_quantize_dynamic", KernelInterface<ElementwiseLayout>>, PlanKernel<28> {
  let summary = "real numbers rounded to codes of a scale chosen from them";
  let planOperands = "float";
  let planResult = [{
    quantized to [`quant_min`, `quant_max`] and back, with the scale and zero point that its least
    and greatest element give (docs/QuantizationSpec.md); a NaN or infinity is an error of the run
  }];
  let description = [{
    `(clamp(round(x * (1 / scale)) + zero_point, quant_min, quant_max) - zero_point) * scale`, where
    scale and zero point follow from the least and the greatest element of the whole tensor and the
    bounds of the codes (docs/QuantizationSpec.md, dynamic quantization). Input and result are f32.
    Infinities and NaN in the input are an error when the op is executed.

    ```mlir
    %1 = kernel.fake_quantize_dynamic %0 {quant_min = 0 : i32, quant_max = 127 : i32}
        : tensor<?x8xf32> to tensor<?x8xf32>
    ```
  }];
  let arguments = (ins Kernel_Tensor:$input, I32Attr:$quant_min, I32Attr:$quant_max,
                       OptionalAttr<StrAttr>:$backend);
}

def Kernel_FakeQuantizeAffineOp
    : Kernel_CastOp<"fake_quantize_affine", KernelInterface<RowMajorLayout>>,
      PlanKernel<31, "", [PlanField<"spec", "string", "toConfig($0)", "config">]> {
  let summary = "real numbers rounded to the codes of their blocks";
  let planOperands = "float, row-major";
  let planResult = [{
    quantized and dequantized in blocks ([Blocks](QuantizationSpec.md#blocks)). `config` is the JSON
    form of an `affine_min_max` observer; unless that is dynamic, there are a scale and, by its
    `zero_point_domain`, a zero point for each block in row-major order. Dynamic ones come from the
    input; a NaN or infinity in it is then an error of the run
  }];
  let description = [{
    Quantizes and dequantizes each block of the input with its scale and zero point
    (docs/QuantizationSpec.md, blocks). `spec`, an observer of the `quantir` dialect, has the
    blocks, the codes and what a zero point is; if it is dynamic there are no parameters, and the op
    chooses them from its input. Then infinities and NaN are an error when it is executed. Input and
    result are f32.

    ```mlir
    %1 = kernel.fake_quantize_affine %0
        {spec = #quantir.affine_min_max<granularity = per_token, is_dynamic = true>}
        : tensor<?x8xf32> to tensor<?x8xf32>
    ```
  }];
  let arguments = (ins Kernel_Tensor:$input, AnyAttr:$spec,
                       OptionalAttr<DenseF32ArrayAttr>:$scales,
                       OptionalAttr<DenseI32ArrayAttr>:$zero_points,
                       OptionalAttr<DenseF32ArrayAttr>:$float_zero_points,
                       OptionalAttr<StrAttr>:$backend);
}

def Kernel_RoundFloat16Op : Kernel_CastOp<"round_float16", KernelInterface<ElementwiseLayout>>,
    PlanKernel<29> {
  let summary = "real numbers rounded to half precision";
  let planOperands = "float";
  let planResult = [{the nearest number of half precision}];
  let description = [{
    The nearest number of IEEE half precision, half to even; f32 to f32. What is too large becomes
    an infinity.

    ```mlir
    %1 = kernel.round_float16 %0 : tensor<?x8xf32> to tensor<?x8xf32>
    ```
  }];
}

#endif // QUANTIR_DIALECTS_KERNEL_KERNELCASTOPS_TD
