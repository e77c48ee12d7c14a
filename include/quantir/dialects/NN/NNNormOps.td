//===- NNNormOps.td - Normalization -*- tablegen -*-===//

#ifndef QUANTIR_DIALECTS_NN_NNNORMOPS_TD
#define QUANTIR_DIALECTS_NN_NNNORMOPS_TD

include "quantir/dialects/NN/NNBase.td"

/// An op that passes/Fuse makes part of the weight and the bias of the op before it.
def NN_FoldsIntoWeights : NativeOpTrait<"FoldsIntoWeights"> {
  let cppNamespace = "::quantir::nn::OpTrait";
}

def NN_BatchNormOp : NN_Op<"batch_norm",
    Quantizable<[Activation, NoRole, NoRole, NoRole, NoRole], Observe>, [NN_FoldsIntoWeights]> {
  let summary = "batch normalization with fixed statistics";
  let torch = TorchNamesPerRank<["BatchNorm#d"], ["F.batch_norm"]>.names;
  let onnx = [OnnxOperator<"BatchNormalization">];
  let description = [{
    `torch.nn.functional.batch_norm` with `training=False`: for an input `[N, C, …]` of rank 2 or
    more and four vectors `[C]`,

    ```
    result[n, c, …] =
        (input[n, c, …] - mean[c]) / sqrt(variance[c] + epsilon) * scale[c] + bias[c]
    ```

    A module without affine parameters has `scale` 1 and `bias` 0. `epsilon` is finite and not
    negative. Statistics of the batch itself are not supported.
  }];
  let arguments = (ins
    NN_Tensor:$input,
    NN_Tensor:$scale,
    NN_Tensor:$bias,
    NN_Tensor:$mean,
    NN_Tensor:$variance,
    DefaultValuedAttr<F32Attr, "1e-5f">:$epsilon);
  let hasVerifier = 1;
}

/// A normalization by the mean and variance of parts of the input itself.
class NN_SampleNormOp<string mnemonic, dag attributes>
    : NN_Op<mnemonic, Quantizable<[Activation, NoRole, NoRole], Observe>> {
  let arguments = !con((ins NN_Tensor:$input, NN_Tensor:$weight, Optional<NN_Tensor>:$bias),
                       attributes, (ins DefaultValuedAttr<F32Attr, "1e-5f">:$epsilon));
  let hasVerifier = 1;
  let hasCanonicalizer = 1;
  string formula = !interleave([
    "",
    "```",
    "result = (input - mean) / sqrt(variance + epsilon) * weight + bias",
    "```",
    "",
    "The variance is that of the elements themselves (divided by their number). `epsilon` is",
    "finite and not negative. A module without affine parameters has `weight` 1."], "\n");
}

def NN_LayerNormOp : NN_SampleNormOp<"layer_norm", (ins DefaultValuedAttr<I64Attr, "-1">:$axis)> {
  let summary = "normalization over the last dimensions";
  let torch = [TorchNames<["LayerNorm"], ["F.layer_norm"]>];
  let onnx = [OnnxOperator<"LayerNormalization">];
  let kernel = "layer_norm";
  let description = [{
    `torch.nn.functional.layer_norm`: mean and variance are taken over the dimensions from `axis` (a
    negative one counts from the end) to the last: PyTorch's `normalized_shape`, which is the shape
    of `weight` and `bias`.
  }] # formula # [{

    ```mlir
    %y = nn.layer_norm %x, %w, %b
        : (tensor<?x8x32xf32>, tensor<32xf32>, tensor<32xf32>) -> tensor<?x8x32xf32>
    ```
  }];
}

def NN_GroupNormOp : NN_SampleNormOp<"group_norm", (ins I64Attr:$groups)> {
  let summary = "normalization over groups of channels";
  let torch = [TorchNames<["GroupNorm"], ["F.group_norm"]>];
  let onnx = [OnnxOperator<"GroupNormalization">];
  let kernel = "group_norm";
  let description = [{
    `torch.nn.functional.group_norm`: for an input `[N, C, …]` of rank 2 or more, mean and variance
    are taken of each sample over `C / groups` neighbouring channels and all positions. `weight` and
    `bias` are of shape `[C]`.
  }] # formula;
}

def NN_InstanceNormOp : NN_SampleNormOp<"instance_norm", (ins)> {
  let summary = "normalization over each channel";
  let torch = TorchNamesPerRank<["InstanceNorm#d"], ["F.instance_norm"]>.names;
  let onnx = [OnnxOperator<"InstanceNormalization">];
  let kernel = "group_norm";
  let kernelFields = ["groups = op.getInput().getType().getDimSize(1)"];
  let description = [{
    `torch.nn.functional.instance_norm` with `use_input_stats=True`: for an input `[N, C, …]` of
    rank 3 or more, mean and variance are taken over all positions of one channel of one sample. `weight`
    and `bias` are of shape `[C]`.
  }] # formula;
}

#endif // QUANTIR_DIALECTS_NN_NNNORMOPS_TD
