//===- Passes.td - Passes that decide what is quantized ----*- tablegen -*-===//

#ifndef QUANTIR_PASSES_ANNOTATE_PASSES_TD
#define QUANTIR_PASSES_ANNOTATE_PASSES_TD

include "mlir/Pass/PassBase.td"

def AnnotatePass : Pass<"quantir-annotate", "::mlir::ModuleOp"> {
  let summary = "decide what is quantized, and how, from QConfigMapping and BackendConfig";
  let description = [{
    Puts `#quantir.annotation` on each op (or `quantir.fused` unit) that the mapping of the module's `quantir.settings` gives
    a qconfig, and their backend config has a pattern for whose dtypes accept it. The first dtype config that accepts
    all operands and results wins.

    Every other op that could be quantized gets `quantir.float_reason`, which says why it stays float, and a remark with
    the same text.

    What an annotation says: activations get the qconfig's activation observer, the weight its weight observer, a bias of
    dtype qint32 a spec derived from both. The result gets the activation observer; with observation `share` the observer of the
    first activation, which all other activations share then, too; an op of known range (sigmoid) its fixed scale and
    zero point.

    Without the rule `join_by_first`, the number of a padding that all its readers clip from below is replaced by the
    clipping bound, at most 0 (0 before a relu), so that the range need not include the original number.

    ```mlir
    %1 = nn.conv %x, %w {quantir.annotation = #quantir.annotation<
      operands = [#quantir.histogram, #quantir.per_channel_min_max<dtype = qint8, qscheme = per_channel_symmetric>],
      results = [#quantir.histogram]>}
    ```
  }];
  let dependentDialects = ["::quantir::QuantirDialect"];
  let statistics = [Statistic<"numAnnotated", "annotated", "units to be quantized">,
                    Statistic<"numFloat", "float", "units left in float">];
}

def PruneAnnotationsPass : Pass<"quantir-prune-annotations", "::mlir::func::FuncOp"> {
  let summary = "do not quantize what nothing gains from";
  let description = [{
    Takes back four kinds of annotation that cost accuracy or time for nothing:

    - the result of a unit when no consumer of the value is quantized: the unit then gives float at once (the logits of
      a classifier, for example);
    - all of a unit without a weight when nothing that it reads is made as integers: quantizing its operands would cost as much as
      the op does;
    - all of a unit that only moves or clips data (`commutesWithQuantization`) when, through such units, nothing that computes on
      integers is connected to it;
    - what a fused addition adds to its products, when the sum stays float: the addend is then read as float. If an op with a
      weight makes it, that op gives float, and who wants integers quantizes on its own.

    PyTorch has no such step: it quantizes and dequantizes these values.
  }];
  let dependentDialects = ["::quantir::QuantirDialect"];
  let statistics = [Statistic<"numResults", "results", "results left in float">,
                    Statistic<"numAddends", "addends", "addends left in float">,
                    Statistic<"numUnits", "units", "units left in float">];
}

#endif // QUANTIR_PASSES_ANNOTATE_PASSES_TD
