//===- NNLinearOps.td - Matrix products -*- tablegen -*-===//

#ifndef QUANTIR_DIALECTS_NN_NNLINEAROPS_TD
#define QUANTIR_DIALECTS_NN_NNLINEAROPS_TD

include "quantir/dialects/NN/NNConvOps.td"

def NN_LinearOp : NN_WeightedOp<"linear", /*weightChannelAxis=*/0, /*resultChannelAxis=*/-1> {
  let summary = "fully connected layer";
  let torch = [TorchNames<["Linear"], ["F.linear", "torch.addmm"]>];
  let onnx = [OnnxOperator<"Gemm">, OnnxOperator<"MatMul">];
  let description = [{
    `torch.nn.functional.linear`: the product with the transposed weight, over the last dimension,
    plus the bias.

    | value | shape |
    | --- | --- |
    | `input` | `[…, I]`, rank 1 or more |
    | `weight` | `[O, I]` |
    | `bias`, optional | `[O]` |
    | `result` | `[…, O]` |

    ```
    result[…, o] = bias[o] + sum over i of input[…, i] * weight[o, i]
    ```

    ```mlir
    %y = nn.linear %x, %w, %b
        : (tensor<?x64xf32>, tensor<10x64xf32>, tensor<10xf32>) -> tensor<?x10xf32>
    ```
  }];
}

def NN_MatMulOp : NN_Op<"matmul", Quantizable<[Activation], Observe>> {
  let summary = "matrix product of two tensors";
  let torch = [TorchNames<[], ["torch.matmul", "operator.matmul", "torch.bmm"], ["matmul", "bmm"]>];
  let onnx = [OnnxOperator<"Gemm", 1>, OnnxOperator<"MatMul", 1>];
  let description = [{
    `torch.matmul`: the last two dimensions are matrices, those before are batches and broadcast. An
    operand of rank 1 is a row at the left and a column at the right; that dimension is removed from
    the result.

    | `lhs` | `rhs` | `result` |
    | --- | --- | --- |
    | `[…, M, K]` | `[…, K, N]` | `[…, M, N]` |
    | `[K]` | `[…, K, N]` | `[…, N]` |
    | `[…, M, K]` | `[K]` | `[…, M]` |
    | `[K]` | `[K]` | `[]` |

    Both operands are activations. A product with a constant matrix is canonicalized to `nn.linear`,
    which has a weight, and an addition of a constant vector after it becomes the bias. A dynamic
    first dimension has to be a batch or a row of the result: it cannot be summed over.
  }];
  let arguments = (ins NN_Tensor:$lhs, NN_Tensor:$rhs);
  let hasCanonicalizer = 1;
}

#endif // QUANTIR_DIALECTS_NN_NNLINEAROPS_TD
