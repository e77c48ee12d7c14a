//===- NNPoolOps.td - Pooling and means -*- tablegen -*-===//

#ifndef QUANTIR_DIALECTS_NN_NNPOOLOPS_TD
#define QUANTIR_DIALECTS_NN_NNPOOLOPS_TD

include "quantir/dialects/NN/NNBase.td"

def NN_MaxPoolOp : NN_ShapedOp<"max_pool", NN_Commuting, (ins
    DenseI64ArrayAttr:$kernel,
    DenseI64ArrayAttr:$strides,
    DenseI64ArrayAttr:$padding,
    DenseI64ArrayAttr:$dilations,
    DefaultValuedAttr<BoolAttr, "false">:$ceil_mode)> {
  let summary = "maximum over windows";
  let torch = TorchNamesPerRank<["MaxPool#d"], ["F.max_pool#d", "F.boolean_dispatch.<locals>.fn"]>.names;
  let onnx = [OnnxOperator<"MaxPool">, OnnxOperator<"GlobalMaxPool">];
  let kernel = "pool";
  let kernelFields = ["kind = kernel::PoolKind::Max"];
  let description = [{
    `torch.nn.functional.max_pool1d`, `max_pool2d` and `max_pool3d`: the maximum of each window of
    the input `[N, C, X_0, …]`.

    ```
    Y_i = round((X_i + padding[i] + padding[S+i] - dilations[i] * (kernel[i] - 1) - 1)
                / strides[i]) + 1
    result[n, c, y] = max over k of input[n, c, y * strides - padding_begin + k * dilations]
    ```

    where `round` is `ceil` with `ceil_mode`, else `floor`; a last window that would start in the
    padding at the end is left out. Padding is never the maximum. Each padding is less than the
    dilated kernel (PyTorch takes at most half of it). The indices of the maxima are not given.
  }];
  let extraClassDeclaration = [{
    bool takesMaximum() { return true; }
    ::std::optional<bool> everyResultReads(const ::quantir::Box &box);
    bool passesChannelFactors() { return true; }
  }];
}

def NN_AvgPoolOp : NN_ShapedOp<"avg_pool", NN_Shared, (ins
    DenseI64ArrayAttr:$kernel,
    DenseI64ArrayAttr:$strides,
    DenseI64ArrayAttr:$padding,
    DefaultValuedAttr<BoolAttr, "false">:$ceil_mode,
    DefaultValuedAttr<BoolAttr, "true">:$count_include_pad)> {
  let summary = "mean over windows";
  let torch = [TorchNames<["AvgPool1d"], ["torch.avg_pool1d"], [], 1>,
               TorchNames<["AvgPool2d"], ["F.avg_pool2d"], [], 2>,
               TorchNames<["AvgPool3d"], ["F.avg_pool3d"], [], 3>];
  let onnx = [OnnxOperator<"AveragePool">];
  let kernel = "pool";
  let kernelFields = ["kind = kernel::PoolKind::Average",
                      "dilations = SmallVector<int64_t>($kernel.size(), 1)"];
  let description = [{
    `torch.nn.functional.avg_pool1d`, `avg_pool2d` and `avg_pool3d`: the mean of each window of the
    input `[N, C, X_0, …]`. Windows are those of `nn.max_pool` without dilation. Padding adds
    nothing to the sum; the divisor counts it when `count_include_pad` is true, but never the part
    of a window that `ceil_mode` puts beyond the padding. `divisor_override` is not supported.
  }];
  let extraClassDeclaration = [{ bool passesChannelFactors() { return true; } }];
}

def NN_AdaptiveAvgPoolOp : NN_ShapedOp<"adaptive_avg_pool", NN_Shared, (ins
    DenseI64ArrayAttr:$output_size)> {
  let summary = "mean over windows that give a result of a wanted size";
  let torch = [TorchNames<["AdaptiveAvgPool1d"], ["torch.adaptive_avg_pool1d"], [], 1>,
               TorchNames<["AdaptiveAvgPool2d"], ["F.adaptive_avg_pool2d"], [], 2>,
               TorchNames<["AdaptiveAvgPool3d"], ["F.adaptive_avg_pool3d"], [], 3>];
  let onnx = [OnnxOperator<"GlobalAveragePool">];
  let kernel = "adaptive_avg_pool";
  let description = [{
    `torch.nn.functional.adaptive_avg_pool1d`, `adaptive_avg_pool2d` and `adaptive_avg_pool3d`: from
    `[N, C, X_0, …]` to `[N, C, output_size]`. Element `y` of dimension `i` is the mean of the
    elements from `floor(y * X_i / Y_i)` up to, not including, `ceil((y + 1) * X_i / Y_i)`.
  }];
  let extraClassDeclaration = [{ bool passesChannelFactors() { return true; } }];
}

def NN_MeanOp : NN_ShapedOp<"mean", NN_Shared, (ins
    DenseI64ArrayAttr:$axes,
    DefaultValuedAttr<BoolAttr, "false">:$keep_dims)> {
  let summary = "mean along axes";
  let torch = [TorchNames<[], ["torch.mean"], ["mean"]>];
  let onnx = [OnnxOperator<"ReduceMean">];
  let kernel = "mean";
  let kernelFields = ["axes = sortedAxes($axes, rank)"];
  let description = [{
    `torch.mean` with dimensions: the mean over `axes`, which are distinct and may be negative
    (counted from the end). The axes are dropped from the result, or stay with size 1 when
    `keep_dims` is true. A mean over a dynamic dimension is not supported: a sample's result would
    depend on the other samples.
  }];
}

#endif // QUANTIR_DIALECTS_NN_NNPOOLOPS_TD
