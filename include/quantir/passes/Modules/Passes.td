//===- Passes.td - Passes over modules of the model --------*- tablegen -*-===//

#ifndef QUANTIR_PASSES_MODULES_PASSES_TD
#define QUANTIR_PASSES_MODULES_PASSES_TD

include "mlir/Pass/PassBase.td"

//===----------------------------------------------------------------------===//
// Custom configs
//===----------------------------------------------------------------------===//

def OutlineModulesPass : Pass<"quantir-outline-modules", "::mlir::ModuleOp"> {
  let summary = "make functions of standalone and non-traceable modules";
  let description = [{
    Moves the ops of each module that `quantir.prepare_custom_config` names as standalone or non-traceable into a private
    function, which is called in their place. A standalone module's function carries what its entry says as attributes of its
    own; its own prepare custom config is applied in it, with paths seen from the module. The ops of a non-traceable module
    get `quantir.float_reason`.

    Without a qconfig mapping in its entry, a standalone module has that of the model; by the rules of PyTorch's backend configs
    it has the qconfig that the model gives the module itself, for all in it.

    A module is named by its path, or by its class, which only functions have: those with `quantir.module_path` or
    `quantir.module_class` are marked as they are.

    ```mlir
    %1 = nn.conv %0, %w {nn.path = "block.0", ...}
    %2 = nn.relu %1 {nn.path = "block.1"}
    // becomes, by standalone_module_name = [#quantir.standalone_module<module = "block">]
    %2 = call @block(%0) {nn.path = "block"}
    func.func private @block(...) attributes {quantir.module_path = "block", quantir.standalone} { ... }
    ```
  }];
  let dependentDialects = ["::quantir::QuantirDialect", "::mlir::func::FuncDialect"];
  let statistics = [Statistic<"numStandalone", "standalone", "standalone modules">,
                    Statistic<"numNonTraceable", "non-traceable", "modules that nothing is done to">];
}

def SwapModulesPass : Pass<"quantir-swap-modules", "::mlir::ModuleOp"> {
  let summary = "call the observed, or the quantized, form of custom modules";
  let description = [{
    With `stage=prepare`, a call of a float function that `float_to_observed_custom_module_class` names becomes a call of its
    observed form, if the module's qconfig is of the kind under which it is named. With `stage=convert`, a call of an observed
    function becomes one of its quantized form by `observed_to_quantized_custom_module_class`; functions that nothing calls any
    more go, with their observers, and so do the stubs of eager mode. `swaps` adds further `from:to` pairs.

    An observed function has the type of the float one. A quantized one has its shapes; where its type says `!quant.uniform`,
    the value is cast to that before the call, or back after it.

    ```mlir
    %1 = call @cell(%0)
    // becomes, by {static = {cell = "observed_cell"}}
    %1 = call @observed_cell(%0)
    ```
  }];
  let options = [
    Option<"stage", "stage", "std::string", /*default=*/"\"prepare\"", "prepare or convert">,
    ListOption<"swaps", "swaps", "std::string", "pairs from:to of functions to swap besides">];
  let dependentDialects = ["::quantir::QuantirDialect", "::mlir::quant::QuantDialect"];
  let statistics = [Statistic<"numSwapped", "swapped", "calls that go elsewhere now">];
}

def AnnotateBoundariesPass : Pass<"quantir-annotate-boundaries", "::mlir::ModuleOp"> {
  let summary = "say which values are quantized where functions meet";
  let description = [{
    Annotates `func.call` and `func.return`: the operands that `input_quantized_idxs` of the function that is called, and
    `output_quantized_idxs` of the one that is returned from, name are quantized as their maker's result is, else by the qconfig of
    the call, or the global one. All operands and results of a call of a custom module are, by the call's qconfig.

    ```mlir
    return %3 {quantir.annotation = #quantir.annotation<operands = [#quantir.histogram], results = []>}
    ```
  }];
  let dependentDialects = ["::quantir::QuantirDialect"];
}

def ShareBoundaryObserversPass : Pass<"quantir-share-boundary-observers", "::mlir::ModuleOp"> {
  let summary = "one observer on both sides of a quantized boundary";
  let description = [{
    A value that goes into, or comes out of, a function quantized has one scale on both sides: the function reads the
    caller's observer, and the caller the function's, `passive`. Observers of the same value and dtype behind them go. An
    input of the public function has the qparams of `input_qparams`, or those that its first observer chooses.

    ```mlir
    func.func private @block(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
      %0 = quantir.observe %x, @act_2 passive : tensor<?x4xf32>
    ```
  }];
  let dependentDialects = ["::quantir::QuantirDialect"];
  let statistics = [Statistic<"numShared", "shared", "observers that became another">];
}

def QuantizeBoundariesPass : Pass<"quantir-quantize-boundaries", "::mlir::ModuleOp"> {
  let summary = "pass integers where functions meet";
  let description = [{
    The arguments and results that `input_quantized_idxs` and `output_quantized_idxs` name get the type that they are cast to
    at once, in the function and in its calls.

    ```mlir
    func.func private @block(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
      %0 = quant.qcast %x : tensor<?x4xf32> to tensor<?x4x!q>
    // becomes
    func.func private @block(%x: tensor<?x4x!q>) -> tensor<?x4xf32> {
    ```
  }];
  let dependentDialects = ["::mlir::quant::QuantDialect", "::quantir::QuantirDialect"];
  let statistics = [Statistic<"numQuantized", "quantized", "arguments and results that became integers">];
}

def InlineModulesPass : Pass<"quantir-inline-modules", "::mlir::ModuleOp"> {
  let summary = "put the functions of modules where they are called";
  let description = [{
    Replaces each `func.call` by the body of the function, and erases private functions that nothing calls. What executes a
    model sees one function.
  }];
  let dependentDialects = ["::mlir::func::FuncDialect"];
  let statistics = [Statistic<"numInlined", "inlined", "calls inlined">];
}

//===----------------------------------------------------------------------===//
// Eager mode
//===----------------------------------------------------------------------===//

def FuseModulesPass : Pass<"quantir-fuse-modules", "::mlir::ModuleOp"> {
  let summary = "fuse the modules of an explicit list";
  let description = [{
    PyTorch's `fuse_modules`: each group is a list of module paths, separated by commas; groups are separated by `;`. A batch
    normalization is folded into the convolution or linear op before it; what is left of a group becomes one `quantir.fused`
    with the first module's path. A group that is no supported sequence, a module that is not there, and one whose result
    something else uses, are errors.

    ```mlir
    // quantir-fuse-modules{groups=conv,bn,relu;fc,relu2}
    %0 = nn.conv %x, %w, %b {nn.path = "conv", ...}
    %1 = nn.batch_norm %0, ... {nn.path = "bn"}
    %2 = nn.relu %1 {nn.path = "relu"}
    // becomes
    %2 = quantir.fused "conv_relu" (%x, %w_folded, %b_folded) attributes {nn.path = "conv"} { ... }
    ```
  }];
  let options = [Option<"groups", "groups", "std::string", /*default=*/"", "a,b,c;d,e">];
  let dependentDialects = ["::quantir::QuantirDialect", "::mlir::arith::ArithDialect"];
  let statistics = [Statistic<"numFused", "fused", "groups fused">];
}

def PropagateQConfigPass : Pass<"quantir-propagate-qconfig", "::mlir::ModuleOp"> {
  let summary = "give each module its qconfig, as eager mode does";
  let description = [{
    PyTorch's `propagate_qconfig_`: an op has the `quantir.qconfig` it stands with, else that of its path in
    `module_name`, else that of its type in `object_type`, else its parent's, up to the function's `quantir.qconfig` and the
    global one. Unlike in an FX mapping a type is stronger than the name of a parent. Ops that are a function's call
    (`nn.call = "function"`) are no modules and get none.

    ```mlir
    %0 = nn.conv %x, %w, %b {nn.path = "conv", quantir.qconfig = #qconfig, ...}
    ```
  }];
  let dependentDialects = ["::quantir::QuantirDialect"];
}

def AddQuantDequantPass : Pass<"quantir-add-quant-dequant", "::mlir::func::FuncOp"> {
  let summary = "wrap each op that has a qconfig in stubs";
  let description = [{
    PyTorch's `add_quant_dequant`, which makes a `QuantWrapper` of each leaf module with a qconfig: a `quantir.quant_stub` of that
    qconfig before each activation, a `quantir.dequant_stub` after each result.

    ```mlir
    %0 = quantir.quant_stub %x {quantir.qconfig = #qconfig}
    %1 = nn.conv %0, %w {quantir.qconfig = #qconfig, ...}
    %2 = quantir.dequant_stub %1
    ```
  }];
  let dependentDialects = ["::quantir::QuantirDialect"];
  let statistics = [Statistic<"numWrapped", "wrapped", "ops wrapped">];
}

def AnnotateEagerPass : Pass<"quantir-annotate-eager", "::mlir::ModuleOp"> {
  let summary = "observe the results of the ops that have a qconfig";
  let description = [{
    What PyTorch's eager `prepare` observes, without a look at the graph: the result of every `quantir.quant_stub` and op that has a
    qconfig, and its weight. An op of one activation that keeps its operand's scale, a pool or a relu, shares its operand's
    observer if the operand is quantized; it needs no qconfig. Behind a `quantir.dequant_stub` nothing is quantized.

    An op with a qconfig that reads a float value is a warning: in PyTorch it would fail.
  }];
  let dependentDialects = ["::quantir::QuantirDialect"];
  let statistics = [Statistic<"numAnnotated", "annotated", "ops to be quantized">];
}

#endif // QUANTIR_PASSES_MODULES_PASSES_TD
