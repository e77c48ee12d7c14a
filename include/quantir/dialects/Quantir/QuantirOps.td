//===- QuantirOps.td - Ops of the quantization dialect -----*- tablegen -*-===//

#ifndef QUANTIR_DIALECTS_QUANTIR_OPS_TD
#define QUANTIR_DIALECTS_QUANTIR_OPS_TD

include "quantir/dialects/Quantir/QuantirDialect.td"
include "quantir/dialects/Quantir/QuantirAttrs.td"
include "quantir/dialects/Quantir/CustomConfigAttrs.td"
include "quantir/dialects/Interfaces/QuantizableOpInterface.td"
include "mlir/IR/SymbolInterfaces.td"
include "mlir/IR/RegionKindInterface.td"
include "mlir/Interfaces/ControlFlowInterfaces.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

class Quantir_Op<string mnemonic, list<Trait> traits = []> : Op<Quantir_Dialect, mnemonic, traits>;

def Quantir_FloatTensor : TensorOf<[F32]>;
/// What an op that looks things up reads beside its table.
def Quantir_IndexTensor : TensorOf<[I64, I32]>;

def Quantir_ObserverOp : Quantir_Op<"observer", [Symbol]> {
  let summary = "an observer: its configuration and what it has seen";
  let description = [{
    A module-level symbol that owns the configuration of an observer and, after calibration, its state. Observing two
    values with the same symbol is sharing one observer between them.

    The state is a dictionary in the names of PyTorch's state dict: `min_val` and `max_val` (f32, one element for each
    channel or block), and `histogram` (f32, one element a bin) where the observer has one; `counts` (i64, one element a
    bin) for histograms that merge exactly; `blocks` (the number of blocks in each dimension) for blocks; `samples` counts
    the tensors seen, `nan_count` and `inf_count` the values that were NaN or infinite, where there were any.

    ```mlir
    quantir.observer @act_0 #quantir.histogram<dtype = quint8>
    quantir.observer @act_1 #quantir.min_max state {max_val = array<f32: 2.5>, min_val = array<f32: -1.0>, samples = 96 : i64}
    ```
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, Quantir_ObserverSpecAttr:$spec, OptionalAttr<DictionaryAttr>:$state);
  let assemblyFormat = "$sym_name qualified($spec) (`state` $state^)? attr-dict";
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    /// The state as the observers' arithmetic knows it; nullopt before calibration.
    std::optional<::quantir::numerics::ObserverState> getObserverState();
    void setObserverState(const ::quantir::numerics::ObserverState &state);
  }];
}

def Quantir_ObserveOp : Quantir_Op<"observe", [
    AllTypesMatch<["input", "result"]>, DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "shows a value to an observer";
  let description = [{
    The result is the input, untouched. While the module is executed for calibration, the values are added to the
    statistics of `observer`. Elsewhere the op does nothing.

    With `passive` the values are not added: the op only says that the value has the scale and zero point that
    `observer` chooses. That serves the result of an op that keeps its input's, a max pool for example, where a second look
    at the same values would cost time and count them twice.

    ```mlir
    %1 = quantir.observe %0, @act_0 : tensor<?x16x32x32xf32>
    %3 = quantir.observe %2, @act_0 passive : tensor<?x16x16x16xf32>
    ```
  }];
  let arguments = (ins Quantir_FloatTensor:$input, FlatSymbolRefAttr:$observer, UnitAttr:$passive);
  let results = (outs Quantir_FloatTensor:$result);
  let assemblyFormat = "$input `,` $observer (`passive` $passive^)? attr-dict `:` type($result)";
}

def Quantir_FusedOp : Quantir_Op<"fused", [
    Pure, IsolatedFromAbove, SingleBlockImplicitTerminator<"::quantir::YieldOp">,
    DeclareOpInterfaceMethods<QuantizableOpInterface,
      ["getOperandRole", "getWeightChannelAxis", "getResultChannelAxis", "getResultPolicy",
       "commutesWithQuantization", "getOwnElements", "getChannelGroups"]>]> {
  let summary = "ops that are quantized as one";
  let description = [{
    A region of float ops that matched one pattern of the backend config. The block's arguments are the operands, in order.
    No observer goes inside: what is between the ops of the region never leaves the kernel that executes it.

    `name` is the name of the unit, for people. The op that the pattern's root matched carries the weights, if any; operands
    take their roles from the op of the region that uses them.

    ```mlir
    %2 = quantir.fused "conv_relu" (%x, %w, %b) {
    ^bb0(%a: tensor<?x3x8x8xf32>, %b: tensor<4x3x3x3xf32>, %c: tensor<4xf32>):
      %0 = nn.conv %a, %b, %c {...} : (...) -> tensor<?x4x8x8xf32>
      %1 = nn.relu %0 : (tensor<?x4x8x8xf32>) -> tensor<?x4x8x8xf32>
      quantir.yield %1 : tensor<?x4x8x8xf32>
    } : (tensor<?x3x8x8xf32>, tensor<4x3x3x3xf32>, tensor<4xf32>) -> tensor<?x4x8x8xf32>
    ```
  }];
  let arguments = (ins StrAttr:$name, Variadic<AnyTypeOf<[Quantir_FloatTensor, Quantir_IndexTensor]>>:$inputs);
  let results = (outs Variadic<Quantir_FloatTensor>:$results);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = "$name `(` $inputs `)` attr-dict-with-keyword $body `:` functional-type($inputs, $results)";
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    /// The op that the unit is about: the first in the body that has a weight, else the first.
    ::mlir::Operation *getRootOp();
    /// The op that makes the (first) result.
    ::mlir::Operation *getLastOp();
  }];
}

def Quantir_KeepOp : Quantir_Op<"keep", [Pure, SameOperandsAndResultType]> {
  let summary = "keeps a quantized value from being folded away";
  let description = [{
    The result is the input. MLIR folds `quant.dcast` of `quant.qcast` to the value before both, which loses the rounding that a
    reference model is there to show. With this op between them, a reference model may be canonicalized like any other.

    ```mlir
    %1 = quant.qcast %0 : tensor<?x16xf32> to tensor<?x16x!q>
    %2 = quantir.keep %1 : tensor<?x16x!q>
    %3 = quant.dcast %2 : tensor<?x16x!q> to tensor<?x16xf32>
    ```
  }];
  let arguments = (ins AnyRankedTensor:$input);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = "$input attr-dict `:` type($input)";
}

def Quantir_FakeQuantizeDynamicOp : Quantir_Op<"fake_quantize_dynamic", [Pure, SameOperandsAndResultType]> {
  let summary = "rounds a value to codes of a scale that is chosen when it is known";
  let description = [{
    What an observer with `is_dynamic` becomes in a reference model: `quantize_per_tensor_dynamic` and `dequantize`. Each
    time the op is executed, scale and zero point follow from the least and the greatest element of the input, by PyTorch's
    ChooseQuantizationParams (docs/QuantizationSpec.md); codes are in [`quant_min`, `quant_max`].

    ```mlir
    %1 = quantir.fake_quantize_dynamic %0 {quant_min = 0 : i32, quant_max = 127 : i32} : tensor<?x16xf32>
    ```
  }];
  let arguments = (ins Quantir_FloatTensor:$input, I32Attr:$quant_min, I32Attr:$quant_max);
  let results = (outs Quantir_FloatTensor:$result);
  let assemblyFormat = "$input attr-dict `:` type($input)";
  let hasVerifier = 1;
}

def Quantir_FakeQuantizeAffineOp : Quantir_Op<"fake_quantize_affine", [Pure, SameOperandsAndResultType]> {
  let summary = "rounds a value to the codes of its blocks";
  let description = [{
    What an `affine_min_max` observer becomes in a reference model where no quantized type of MLIR says the same:
    `quantize_affine` and `dequantize_affine` (docs/QuantizationSpec.md, blocks). `spec` has the blocks, the codes' type and
    range, and what a zero point is. Each block, in row-major order, has one of `scales` and, by the domain, of `zero_points`
    or `float_zero_points`; blocks that are not whole lie along static dimensions.

    With `is_dynamic` there are no parameters: each time the op is executed, they are chosen from the input as the observer
    chooses them. A NaN or an infinity is then an error.

    ```mlir
    %1 = quantir.fake_quantize_affine %w {
        spec = #quantir.affine_min_max<dtype = int4, granularity = per_group, group_size = 2>,
        scales = array<f32: 0.5, 0.25>, zero_points = array<i32: 0, 0>} : tensor<1x4xf32>
    %2 = quantir.fake_quantize_affine %x {
        spec = #quantir.affine_min_max<granularity = per_token, is_dynamic = true>} : tensor<?x4xf32>
    ```
  }];
  let arguments = (ins Quantir_FloatTensor:$input, Quantir_ObserverSpecAttr:$spec, OptionalAttr<DenseF32ArrayAttr>:$scales,
                       OptionalAttr<DenseI32ArrayAttr>:$zero_points, OptionalAttr<DenseF32ArrayAttr>:$float_zero_points);
  let results = (outs Quantir_FloatTensor:$result);
  let assemblyFormat = "$input attr-dict `:` type($input)";
  let hasVerifier = 1;
}

def Quantir_RoundFloat16Op : Quantir_Op<"round_float16", [Pure, SameOperandsAndResultType]> {
  let summary = "rounds a value to half precision";
  let description = [{
    What a placeholder observer of `float16` becomes in a reference model: `to(torch.float16)` and `dequantize`. A number
    becomes the nearest of IEEE half precision, or an infinity where that ends.

    ```mlir
    %1 = quantir.round_float16 %0 : tensor<?x16xf32>
    ```
  }];
  let arguments = (ins Quantir_FloatTensor:$input);
  let results = (outs Quantir_FloatTensor:$result);
  let assemblyFormat = "$input attr-dict `:` type($input)";
}

def Quantir_YieldOp : Quantir_Op<"yield", [Pure, Terminator, ReturnLike, HasParent<"FusedOp">]> {
  let summary = "ends a quantir.fused";
  let arguments = (ins Variadic<Quantir_FloatTensor>:$values);
  let assemblyFormat = "($values^ `:` type($values))? attr-dict";
  let builders = [OpBuilder<(ins), [{ build($_builder, $_state, ::mlir::ValueRange()); }]>];
}

//===----------------------------------------------------------------------===//
// Eager mode
//===----------------------------------------------------------------------===//

class Quantir_StubOp<string mnemonic> : Quantir_Op<mnemonic, [Pure, SameOperandsAndResultType]> {
  let arguments = (ins Quantir_FloatTensor:$input);
  let results = (outs Quantir_FloatTensor:$result);
  let assemblyFormat = "$input attr-dict `:` type($input)";
}

def Quantir_QuantStubOp : Quantir_StubOp<"quant_stub"> {
  let summary = "where an eager-mode model is quantized";
  let description = [{
    PyTorch's `QuantStub`: the result is the input. Eager prepare observes it with the activation observer of its qconfig, and
    convert makes that a `quant.qcast`. Without a qconfig it does nothing.

    ```mlir
    %1 = quantir.quant_stub %0 {nn.path = "quant"} : tensor<?x3x6x6xf32>
    ```
  }];
}

def Quantir_DequantStubOp : Quantir_StubOp<"dequant_stub"> {
  let summary = "where an eager-mode model is float again";
  let description = [{
    PyTorch's `DeQuantStub`: the result is the input. Behind it, eager mode takes no value for a quantized one.

    ```mlir
    %3 = quantir.dequant_stub %2 : tensor<?x4x4x4xf32>
    ```
  }];
}

#endif // QUANTIR_DIALECTS_QUANTIR_OPS_TD
