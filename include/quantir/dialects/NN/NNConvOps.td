//===- NNConvOps.td - Convolutions -*- tablegen -*-===//

#ifndef QUANTIR_DIALECTS_NN_NNCONVOPS_TD
#define QUANTIR_DIALECTS_NN_NNCONVOPS_TD

include "quantir/dialects/NN/NNBase.td"

/// An op with a weight and an optional bias: input, weight, bias? and attributes.
class NN_WeightedOp<string mnemonic, int weightChannelAxis, int resultChannelAxis,
                    dag attributes = (ins)>
    : NN_Op<mnemonic, Quantizable<[Activation, Weight, Bias], Observe, /*commutes=*/false,
                                  !cast<string>(weightChannelAxis),
                                  !cast<string>(resultChannelAxis)>> {
  let arguments = !con((ins NN_Tensor:$input, NN_Tensor:$weight, Optional<NN_Tensor>:$bias),
                       attributes);
}

def NN_ConvOp : NN_WeightedOp<"conv", /*weightChannelAxis=*/0, /*resultChannelAxis=*/1, (ins
    DenseI64ArrayAttr:$strides,
    DenseI64ArrayAttr:$padding,
    DenseI64ArrayAttr:$dilations,
    DefaultValuedAttr<I64Attr, "1">:$groups)> {
  let summary = "convolution over any number of spatial dimensions";
  let torch = TorchNamesPerRank<["Conv#d"], ["torch.conv#d"]>.names;
  let onnx = [OnnxOperator<"Conv">];
  let kernel = "conv";
  let description = [{
    `torch.nn.functional.conv1d`, `conv2d` and `conv3d`: the cross-correlation of each of `groups`
    groups of input channels with its filters, plus the bias. With `S` spatial dimensions:

    | value | shape |
    | --- | --- |
    | `input` | `[N, C, X_0, …]` |
    | `weight` | `[O, C / groups, K_0, …]`; `groups` divides `O` |
    | `bias`, optional | `[O]` |
    | `result` | `[N, O, Y_0, …]` |

    ```
    Y_i = floor((X_i + padding[i] + padding[S+i] - dilations[i] * (K_i - 1) - 1) / strides[i]) + 1
    result[n, o, y] = bias[o] + sum over c, k of
        input[n, g * C/groups + c, y * strides - padding_begin + k * dilations] * weight[o, c, k]
    ```

    where `g = o / (O / groups)` and values outside of the input are zero. `padding` has all begins,
    then all ends. `groups = C` is a depthwise convolution.

    PyTorch's paddings that differ in begin and end (`padding="same"`) are written out. Other
    padding modes (reflect, replicate, circular) are not supported.

    ```mlir
    %y = nn.conv %x, %w, %b {strides = array<i64: 2, 2>, padding = array<i64: 1, 1, 1, 1>,
                             dilations = array<i64: 1, 1>}
        : (tensor<?x3x32x32xf32>, tensor<16x3x3x3xf32>, tensor<16xf32>) -> tensor<?x16x16x16xf32>
    ```
  }];
  let extraClassDeclaration = [{ int64_t getChannelGroups() { return getGroups(); } }];
  let hasCanonicalizer = 1;
}

def NN_ConvTransposeOp : NN_WeightedOp<"conv_transpose", /*weightChannelAxis=*/1,
                                       /*resultChannelAxis=*/1, (ins
    DenseI64ArrayAttr:$strides,
    DenseI64ArrayAttr:$padding,
    DenseI64ArrayAttr:$output_padding,
    DenseI64ArrayAttr:$dilations,
    DefaultValuedAttr<I64Attr, "1">:$groups)> {
  let summary = "transposed convolution over any number of spatial dimensions";
  let torch = TorchNamesPerRank<["ConvTranspose#d"], ["torch.conv_transpose#d"]>.names;
  let onnx = [OnnxOperator<"ConvTranspose">];
  let kernel = "conv_transpose";
  let description = [{
    `torch.nn.functional.conv_transpose1d`, `conv_transpose2d` and `conv_transpose3d`: the gradient
    of `nn.conv` with respect to its input. With `S` spatial dimensions:

    | value | shape |
    | --- | --- |
    | `input` | `[N, C, X_0, …]`; `groups` divides `C` |
    | `weight` | `[C / groups, O, K_0, …]`; `groups` divides `O` |
    | `bias`, optional | `[O]` |
    | `result` | `[N, O, Y_0, …]` |

    ```
    Y_i = (X_i - 1) * strides[i] - padding[i] - padding[S+i]
          + dilations[i] * (K_i - 1) + output_padding[i] + 1
    ```

    Each element of input channel `g * C/groups + c` adds its product with `weight[c, o, :]`, for each
    output channel `o` of group `g = o / (O / groups)`, to the result at `x * strides - padding_begin
    + k * dilations`; what falls outside of the result is dropped. The weight is PyTorch's, which is
    `[C, O / groups, …]`, with the groups beside each other: so it has each output channel at one
    index of one axis, and can have a scale for each. `output_padding` enlarges the
    result at its ends, and each is smaller than the stride or the dilation.
  }];
  let extraClassDeclaration = [{ int64_t getChannelGroups() { return getGroups(); } }];
}

#endif // QUANTIR_DIALECTS_NN_NNCONVOPS_TD
