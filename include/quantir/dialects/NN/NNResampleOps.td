//===- NNResampleOps.td - Images of another size -*- tablegen -*-===//

#ifndef QUANTIR_DIALECTS_NN_NNRESAMPLEOPS_TD
#define QUANTIR_DIALECTS_NN_NNRESAMPLEOPS_TD

include "quantir/dialects/NN/NNBase.td"

def NN_ResampleModeAttr
    : NN_EnumAttr<"ResampleMode", "how a value between elements is made", ResampleModes>;
def NN_CoordinateModeAttr
    : NN_EnumAttr<"CoordinateMode", "where a result's position is in the input", CoordinateModes>;
def NN_NearestRoundingAttr
    : NN_EnumAttr<"NearestRounding", "which element is the nearest", NearestRoundings>;

def NN_InterpolateOp
    : NN_Op<"interpolate", DeclareOpInterfaceMethods<QuantizableOpInterface>> {
  let summary = "images of another size";
  let torch = [TorchNames<["Upsample", "UpsamplingNearest2d", "UpsamplingBilinear2d"],
                          ["F.interpolate", "F.upsample"]>];
  let onnx = [OnnxOperator<"Resize">, OnnxOperator<"Upsample">];
  let kernel = "resample";
  let saidByType = ["sizes"];
  let description = [{
    `torch.nn.functional.interpolate`: from `[N, C, X_0, …]` to `[N, C, sizes]`, each spatial
    dimension by itself. A position `y` of the result is the position `x` of the input:

    | `coordinates` | x | PyTorch |
    | --- | --- | --- |
    | `asymmetric` | `y / scale` | `mode="nearest"` |
    | `half_pixel` | `(y + 0.5) / scale - 0.5` | `align_corners=False`; `mode="nearest-exact"` |
    | `pytorch_half_pixel` | the same; 0 if the result has one position | |
    | `align_corners` | `y * (in - 1) / (out - 1)`; 0 if the result has one position | `align_corners=True` |

    With `mode` `nearest` the result is the input's element at `x` rounded as `rounding` says:
    `floor`, `ceil`, `round_prefer_floor` or `round_prefer_ceil`. With `linear` (PyTorch's linear,
    bilinear and trilinear) it is interpolated between the neighbours. Beyond the border the value
    at the border goes on. `scales` are the factors that the model gives; without them a scale is
    the ratio of the sizes. Positions are computed in float32: of `nearest` with a scale or
    `align_corners` as written, as ONNX Runtime does; else as PyTorch does, times `1 / scale`,
    `in / out` or `(in - 1) / (out - 1)`. `antialias`, bicubic and area interpolation are not
    supported.

    Quantized, the result has the input's scale and zero point; `nearest` moves the codes.

    ```mlir
    %y = nn.interpolate nearest asymmetric floor %x
        {sizes = array<i64: 8, 8>, scales = array<f32: 2.0, 2.0>}
        : (tensor<?x3x4x4xf32>) -> tensor<?x3x8x8xf32>
    ```
  }];
  let arguments = (ins
    NN_Tensor:$input,
    DenseI64ArrayAttr:$sizes,
    NN_ResampleModeAttr:$mode,
    NN_CoordinateModeAttr:$coordinates,
    NN_NearestRoundingAttr:$rounding,
    DefaultValuedAttr<DenseF32ArrayAttr, "{}">:$scales);
  let assemblyFormat = [{
    $mode $coordinates $rounding $input attr-dict `:` functional-type(operands, results)
  }];
  let hasFolder = 1;
}

#endif // QUANTIR_DIALECTS_NN_NNRESAMPLEOPS_TD
