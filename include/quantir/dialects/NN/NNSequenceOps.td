//===- NNSequenceOps.td - Lookups and recurrences -*- tablegen -*-===//

#ifndef QUANTIR_DIALECTS_NN_NNSEQUENCEOPS_TD
#define QUANTIR_DIALECTS_NN_NNSEQUENCEOPS_TD

include "quantir/dialects/NN/NNBase.td"

def NN_EmbeddingOp : NN_Op<"embedding", Quantizable<[NoRole, Weight], Observe, /*commutes=*/false,
                                                    /*weightChannelAxis=*/"0">> {
  let summary = "rows of a table";
  let torch = [TorchNames<["Embedding"], ["F.embedding"]>];
  let onnx = [OnnxOperator<"Gather", 1>];
  let kernel = "embedding";
  let description = [{
    `torch.nn.functional.embedding`: for each index the row of the table.

    | value | shape |
    | --- | --- |
    | `indices`, of `i64` or `i32` | `[…]` |
    | `weight`, the table | `[V, D]` |
    | `result` | `[…, D]` |

    ```
    result[…, d] = weight[indices[…], d]
    ```

    An index is from `-V` to `V - 1`, a negative one counted from the end, as in ONNX. Executing the
    op with another one is an error. `padding_idx` makes no difference but in training; `max_norm`
    is not supported.

    ```mlir
    %y = nn.embedding %i, %w : (tensor<?x7xi64>, tensor<20x8xf32>) -> tensor<?x7x8xf32>
    ```
  }];
  let arguments = (ins NN_IndexTensor:$indices, NN_Tensor:$weight);
}

def NN_BagModeAttr : NN_EnumAttr<"BagMode", "what becomes of the rows of a bag", BagModes>;

def NN_EmbeddingBagOp : NN_Op<"embedding_bag", Quantizable<[NoRole, NoRole, Weight], Observe,
                                                           /*commutes=*/false,
                                                           /*weightChannelAxis=*/"0">> {
  let summary = "sums of rows of a table";
  let torch = [TorchNames<["EmbeddingBag"], ["F.embedding_bag"]>];
  let onnx = [OnnxOperator<"Loop">];
  let kernel = "embedding_bag";
  let description = [{
    `torch.nn.functional.embedding_bag` of one list of indices, which `offsets` cut into bags: for
    each bag the sum, the mean or the greatest elements of its rows of the table.

    | value | shape |
    | --- | --- |
    | `indices`, of `i64` or `i32` | `[N]` |
    | `offsets`, of `i64` or `i32` | `[B]` |
    | `weight`, the table | `[V, D]` |
    | `result` | `[B, D]` |

    ```
    result[b, d] = reduce(weight[indices[i], d] for offsets[b] <= i < offsets[b + 1])
    ```

    where `mode` is `sum`, `mean` (PyTorch's default) or `max`, and `offsets[B]` is `N`. With
    `include_last_offset` the last offset is the end of the last bag, and there is one bag less. A
    bag without indices gives zeros in every mode.

    An index is from `-V` to `V - 1`, a negative one counted from the end. Offsets do not decrease,
    and are from 0 to `N`; PyTorch asks for a first one of 0, which is not asked for here. Executing
    the op with others is an error. `N` or `B` may be dynamic, not both; `B` not with
    `include_last_offset`. `per_sample_weights`, `padding_idx` and `max_norm` are not supported.

    ```mlir
    %y = nn.embedding_bag sum %i, %o, %w
        : (tensor<9xi64>, tensor<3xi64>, tensor<20x8xf32>) -> tensor<3x8xf32>
    ```
  }];
  let arguments = (ins NN_IndexTensor:$indices, NN_IndexTensor:$offsets, NN_Tensor:$weight,
                       NN_BagModeAttr:$mode,
                       DefaultValuedAttr<BoolAttr, "false">:$include_last_offset);
  let assemblyFormat = "$mode operands attr-dict `:` functional-type(operands, results)";
}

def NN_LstmOp : NN_AnyOp<"lstm", QuantizableOpInterface> {
  let summary = "long short-term memory";
  let torch = [TorchNames<["LSTM"]>];
  let onnx = [OnnxOperator<"LSTM">];
  let kernel = "lstm";
  let description = [{
    One layer of `torch.nn.LSTM`, time first, of `D` directions: 1, or 2 for a bidirectional layer,
    whose second direction goes through the sequence from its end.

    | value | shape |
    | --- | --- |
    | `input` | `[T, N, I]` |
    | for each direction: `weight_ih` | `[4 * H, I]` |
    | `weight_hh` | `[4 * H, H]` |
    | `bias`, PyTorch's `bias_ih + bias_hh` | `[4 * H]` |
    | h and c before the first step; both, or none for zeros | `[D, N, H]` |
    | `output`: h of each step | `[T, N, D * H]` |
    | `h`, `c`: those after the last step | `[D, N, H]` |

    So there are 4 or 7 operands, or two more with the states; they stand in the order of the table.
    The weights have the rows of the gates in PyTorch's order, i, f, g, o. For each direction

    ```
    [i, f, g, o] = weight_ih * x[t] + weight_hh * h + bias
    c = sigmoid(f) * c + sigmoid(i) * tanh(g)
    h = sigmoid(o) * tanh(c)
    ```

    Projections (`proj_size`) are not supported; layers of a stack are ops of their own.

    ```mlir
    %y, %h, %c = nn.lstm %x, %wi, %wh, %b
        : (tensor<8x?x4xf32>, tensor<24x4xf32>, tensor<24x6xf32>, tensor<24xf32>)
        -> (tensor<8x?x6xf32>, tensor<1x?x6xf32>, tensor<1x?x6xf32>)
    ```
  }];
  let arguments = (ins NN_Tensor:$input, Variadic<NN_Tensor>:$parameters);
  let results = (outs NN_Tensor:$output, NN_Tensor:$h, NN_Tensor:$c);
  let extraClassDeclaration = [{
    /// 2 for a bidirectional layer.
    unsigned getNumDirections() { return getParameters().size() / 3; }

    ::quantir::OperandRole getOperandRole(unsigned operand);
    ::std::optional<int64_t> getWeightChannelAxis() { return 0; }
    ::std::optional<int64_t> getResultChannelAxis() { return ::std::nullopt; }
    ::quantir::ResultPolicy getResultPolicy(unsigned) { return ::quantir::ResultPolicy::observe(); }
    bool commutesWithQuantization() { return false; }
  }];
}

#endif // QUANTIR_DIALECTS_NN_NNSEQUENCEOPS_TD
