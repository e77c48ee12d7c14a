//===- Passes.td - Passes that equalize channels -----------*- tablegen -*-===//

#ifndef QUANTIR_PASSES_EQUALIZE_PASSES_TD
#define QUANTIR_PASSES_EQUALIZE_PASSES_TD

include "mlir/Pass/PassBase.td"

def AnnotateEqualizationPass : Pass<"quantir-annotate-equalization", "::mlir::ModuleOp"> {
  let summary = "decide whose input columns are equalized with the weight's";
  let description = [{
    Does nothing in a module whose `quantir.settings` have no `equalization`. Of the ops that it gives an equalization qconfig, those
    get the `equalization` of their annotation that are an `nn.linear` or `nn.conv`, or a unit with one (by the rules of
    PyTorch only with an `nn.relu`), whose input is quantized with one scale and whose weight is a constant that nothing else
    reads.

    An op on a branch is left out, as in PyTorch: one whose input another op reads that has a qconfig. What is left out
    although the configuration asks for it is a remark with the reason.

    ```mlir
    %1 = nn.linear %x, %w {quantir.annotation = #quantir.annotation<operands = [#a, #w], results = [#a]>}
    // becomes
    %1 = nn.linear %x, %w {quantir.annotation = #quantir.annotation<operands = [#a, #w], results = [#a],
      equalization = #quantir.per_channel_min_max<qscheme = per_channel_symmetric, ch_axis = 1>>}
    ```
  }];
  let dependentDialects = ["::quantir::QuantirDialect"];
  let statistics = [Statistic<"numEqualized", "equalized", "ops that are to be equalized">];
}

def EqualizePass : Pass<"quantir-equalize", "::mlir::ModuleOp"> {
  let summary = "scale the columns of inputs and weights to like ranges";
  let description = [{
    For each op whose annotation asks for equalization, the scale of column `c` is
    `e[c] = sqrt((wmax[c] - wmin[c]) / (xmax[c] - xmin[c]))`, and 1 where that is 0, infinite or not a number, from the
    ranges that the columns' observer saw and those of the weight. The weight's columns are divided by it. The input is
    multiplied with it:

    - by the op that makes it, if that is a linear or convolution (with an `nn.relu`), and nothing else reads the value: its
      rows and its bias are;
    - else by an `nn.mul` before the observer of the value.

    The observers of the weights see them once more. The range of the scaled value is that of its scaled columns; by the
    rules of PyTorch a range is kept where the op that makes the value is scaled. The columns' observers go, and what the
    module computes is what it was, up to rounding.

    ```mlir
    %0 = quantir.observe %x, @act_0 : tensor<?x2xf32>
    %1 = quantir.observe %0, @act_0_equalization_process_0 : tensor<?x2xf32>
    %2 = nn.linear %1, %w {...}
    // becomes
    %e = arith.constant dense<[[2.0, 0.5]]> : tensor<1x2xf32>
    %0 = nn.mul %x, %e : (tensor<?x2xf32>, tensor<1x2xf32>) -> tensor<?x2xf32>
    %1 = quantir.observe %0, @act_0 : tensor<?x2xf32>
    %2 = nn.linear %1, %w_divided {...}
    ```
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::quantir::QuantirDialect", "::quantir::nn::NNDialect"];
  let statistics = [Statistic<"numEqualized", "equalized", "ops whose columns were scaled">,
                    Statistic<"numMultiplied", "multiplied", "values that an nn.mul scales">];
}

def CrossLayerEqualizePass : Pass<"quantir-cross-layer-equalize", "::mlir::ModuleOp"> {
  let summary = "scale the channels between layers to like ranges";
  let description = [{
    PyTorch's `torch.ao.quantization._equalize.equalize` for a float model, fused or not. For each pair of linear ops or
    convolutions, with `r1[c]` the range of the first weight's output channel `c`, `r2[c]` that of the second's input channel
    plus 1e-9 and `s = sqrt(r1 / r2)`, the first weight's output channels and the bias are divided by `s` and the second's
    input channels multiplied; a channel of one value has `s = 1`. The pairs are gone through again until the norms of the weights' last changes sum up to less than
    `threshold`. What the model computes stays, up to rounding.

    Ops go by their module path or their node's name in the model's file. The second of a pair has to read what the first
    makes and nothing else reads; an `nn.relu` and pooling may stand in between.

    ```mlir
    // --quantir-cross-layer-equalize=pairs=fc1:fc2
    %0 = nn.linear %x, dense<[[-8.0, 8.0], [0.0, 1.0]]>, dense<[4.0, 1.0]> {nn.path = "fc1"}
    %1 = nn.linear %0, dense<[[-2.0, 0.0], [2.0, 4.0]]> {nn.path = "fc2"}
    // becomes
    %0 = nn.linear %x, dense<[[-4.0, 4.0], [0.0, 2.0]]>, dense<[2.0, 2.0]> {nn.path = "fc1"}
    %1 = nn.linear %0, dense<[[-4.0, 0.0], [4.0, 2.0]]> {nn.path = "fc2"}
    ```
  }];
  let options = [
    ListOption<"pairs", "pairs", "std::string", "first:second, by module path or node name">,
    Option<"threshold", "threshold", "float", /*default=*/"1e-4f", "how little the weights change in the last turn">];
  let dependentDialects = ["::mlir::arith::ArithDialect"];
  let statistics = [Statistic<"numEqualized", "equalized", "pairs that were equalized">];
}

#endif // QUANTIR_PASSES_EQUALIZE_PASSES_TD
