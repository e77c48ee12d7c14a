//===- Passes.td - Passes that insert and fill observers ---*- tablegen -*-===//

#ifndef QUANTIR_PASSES_PREPARE_PASSES_TD
#define QUANTIR_PASSES_PREPARE_PASSES_TD

include "mlir/Pass/PassBase.td"

def InsertObserversPass : Pass<"quantir-insert-observers", "::mlir::ModuleOp"> {
  let summary = "make the observers that the annotations ask for";
  let description = [{
    For each annotated result a `quantir.observe` after it, which all its users read. For each annotated operand one before
    the op, unless the value is observed already with the same dtype and scheme; ops that want the same of one
    value share it. Edges that an annotation shares have one `quantir.observer` symbol; a result that shares with an operand is
    observed `passive`, since what an op passes on with its input's scale has been seen.

    Observers of constants (weights) see them here and now, and have their state at once.

    Where an annotation asks for equalization, an observer of the columns stands behind that of the first activation:
    `@act_0_equalization_process_0`.

    The module's stage becomes `prepared`.

    ```mlir
    quantir.observer @act_0 #quantir.histogram
    quantir.observer @weight_0 #quantir.per_channel_min_max<dtype = qint8, qscheme = per_channel_symmetric> state {...}
    func.func @main(%x: ...) {
      %0 = quantir.observe %x, @act_0
      %1 = quantir.observe %w, @weight_0
      %2 = nn.conv %0, %1 {...}
    ```
  }];
  let dependentDialects = ["::quantir::QuantirDialect"];
  let statistics = [Statistic<"numObservers", "observers", "observers made">,
                    Statistic<"numShared", "shared", "edges that share an observer with another">];
}

def ApplyCalibrationPass : Pass<"quantir-apply-calibration", "::mlir::ModuleOp"> {
  let summary = "give the observers the statistics of a calibration run";
  let description = [{
    Reads a state file, as `quantir calibrate --state-out` and `qrun --calibrate` write it, and sets the state of each
    `quantir.observer` it names, by its symbol or by its place (`conv1.weight`, `conv1.input`, `conv1.output` for the
    observers around the op of path `conv1`). The observer of a constant, which has seen it already, goes on from the state
    that is given: a state of training, which the constant is shown to once more unless the file says
    `"observer_enabled": false`. Errors: an observer that the module does not have, or that is configured otherwise, or
    with another number of channels; one of the module that has no state and gets none.

    ```mlir
    quantir.observer @act_0 #quantir.min_max
    // after -quantir-apply-calibration=file=state.json
    quantir.observer @act_0 #quantir.min_max state {max_val = array<f32: 2.5>, min_val = array<f32: -1.0>, samples = 4}
    ```
  }];
  let options = [Option<"file", "file", "std::string", /*default=*/"", "the state file">];
  let dependentDialects = ["::quantir::QuantirDialect"];
}

def VerifyPreparedPass : Pass<"quantir-verify-prepared", "::mlir::ModuleOp"> {
  let summary = "check that a module is ready to be calibrated";
  let description = [{
    Fails unless: every operand and result that an annotation quantizes is observed, and one that is to be equalized once
    more; every observer is used; nothing inside a
    `quantir.fused` is annotated; no quantized type occurs.
  }];
}

#endif // QUANTIR_PASSES_PREPARE_PASSES_TD
