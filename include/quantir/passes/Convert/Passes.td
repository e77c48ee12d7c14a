//===- Passes.td - Passes that make the reference model ----*- tablegen -*-===//

#ifndef QUANTIR_PASSES_CONVERT_PASSES_TD
#define QUANTIR_PASSES_CONVERT_PASSES_TD

include "mlir/Pass/PassBase.td"

def UnifyObserversPass : Pass<"quantir-unify-observers", "::mlir::ModuleOp"> {
  let summary = "let joined values of like ranges have one scale";
  let description = [{
    For each operand of an op whose result is annotated `#quantir.joined`, such as a concatenation: if its calibrated range is
    about that of the result (its scale at least 0.786 times as large, at most 2 percent of it outside), its values are
    observed `passive` by the observer of the result, and its own observer goes. Then nothing has to be requantized. Other
    operands keep theirs: another reader of such a value would lose precision.

    ```mlir
    quantir.observer @act_0 #quantir.min_max state {max_val = array<f32: 1.9>, ...}
    quantir.observer @act_1 #quantir.min_max state {max_val = array<f32: 2.0>, ...}
    %1 = quantir.observe %0, @act_0
    %2 = nn.cat %1, ... {quantir.annotation = #quantir.annotation<..., results = [#quantir.joined<#quantir.min_max>]>}
    %3 = quantir.observe %2, @act_1
    // becomes
    quantir.observer @act_1 #quantir.min_max state {max_val = array<f32: 2.0>, ...}
    %1 = quantir.observe %0, @act_1 passive
    %2 = nn.cat %1, ...
    %3 = quantir.observe %2, @act_1
    ```
  }];
  let dependentDialects = ["::quantir::QuantirDialect"];
  let statistics = [Statistic<"numUnified", "unified", "observers whose values take that of a join">];
}

def ConvertPass : Pass<"quantir-convert-observers", "::mlir::ModuleOp"> {
  let summary = "turn observers into quantize and dequantize";
  let description = [{
    Each `quantir.observe` becomes `quant.qcast` to the type whose scale and zero point its observer chooses, and
    `quant.dcast` back: the reference quantized model, float ops on values that integers can represent. `quantir.keep` between
    the two keeps MLIR's folders from dropping the rounding. A bias that its annotation derives is cast to 32 bits with
    the product of the scales. The observers go; the stage becomes `reference`.

    An observer without statistics is an error.

    ```mlir
    %1 = quantir.observe %0, @act_0 : tensor<?x16xf32>
    // becomes
    %q = quant.qcast %0 : tensor<?x16xf32> to tensor<?x16x!quant.uniform<u8:f32, 0.0235:114>>
    %k = quantir.keep %q : tensor<?x16x!quant.uniform<u8:f32, 0.0235:114>>
    %1 = quant.dcast %k : tensor<?x16x!quant.uniform<u8:f32, 0.0235:114>> to tensor<?x16xf32>
    ```
  }];
  let dependentDialects = ["::mlir::quant::QuantDialect", "::quantir::QuantirDialect"];
  let statistics = [Statistic<"numQuantized", "quantized", "values that are quantized">];
}

def QuantizeWeightsPass : Pass<"quantir-quantize-weights", "::mlir::func::FuncOp"> {
  let summary = "quantize constants at compile time";
  let description = [{
    A `quant.qcast` of a constant becomes the integers, as a constant, and `quant.scast`. The rounding is that of
    Numerics: `clamp(round_half_even(x * (1 / scale)) + zero_point)` in float32.

    ```mlir
    %q = quant.qcast %w : tensor<4x3xf32> to tensor<4x3x!quant.uniform<i8:f32:0, {...}>>
    // becomes
    %i = arith.constant dense<...> : tensor<4x3xi8>
    %q = quant.scast %i : tensor<4x3xi8> to tensor<4x3x!quant.uniform<i8:f32:0, {...}>>
    ```
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::quant::QuantDialect"];
  let statistics = [Statistic<"numConstants", "constants", "constants quantized">];
}

def CancelRedundantCastsPass : Pass<"quantir-cancel-redundant-casts", "::mlir::func::FuncOp"> {
  let summary = "remove casts that change nothing";
  let description = [{
    - `qcast(dcast(q))` back to the type of `q` is `q`;
    - equal casts of one value become one;
    - casts that nothing uses go.
  }];
  let dependentDialects = ["::mlir::quant::QuantDialect"];
  let statistics = [Statistic<"numCancelled", "cancelled", "casts removed">];
}

def VerifyReferencePass : Pass<"quantir-verify-reference", "::mlir::ModuleOp"> {
  let summary = "check that a module is a reference quantized model";
  let description = [{
    Fails unless: no observer is left; no annotation is left; quantized types occur only on `quant.qcast`, `quant.scast`,
    `quantir.keep` and `quant.dcast`, and where functions meet; only the last two, calls and returns read quantized values.
    It does not look into custom modules.
  }];
}

#endif // QUANTIR_PASSES_CONVERT_PASSES_TD
