//===- NNNormOps.td - Normalization -*- tablegen -*-===//

#ifndef QUANTIR_DIALECTS_NN_NNNORMOPS_TD
#define QUANTIR_DIALECTS_NN_NNNORMOPS_TD

include "quantir/dialects/NN/NNBase.td"

def NN_BatchNormOp : NN_Op<"batch_norm",
    Quantizable<[Activation, NoRole, NoRole, NoRole, NoRole], Observe>> {
  let summary = "batch normalization with fixed statistics";
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

#endif // QUANTIR_DIALECTS_NN_NNNORMOPS_TD
