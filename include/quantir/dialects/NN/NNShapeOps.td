//===- NNShapeOps.td - Data movement -*- tablegen -*-===//

#ifndef QUANTIR_DIALECTS_NN_NNSHAPEOPS_TD
#define QUANTIR_DIALECTS_NN_NNSHAPEOPS_TD

include "quantir/dialects/NN/NNBase.td"

/// The input's elements under another shape: folds when the shape stays, and over constants.
class NN_ViewOp<string mnemonic, dag attributes>
    : NN_ShapedOp<mnemonic, NN_Commuting, attributes> {
  let kernel = "reshape";
  let hasFolder = 1;
  let hasCanonicalizer = 1;
}

def NN_FlattenOp : NN_ViewOp<"flatten", (ins I64Attr:$start_axis, I64Attr:$end_axis)> {
  let summary = "adjacent dimensions merged into one";
  let torch = [TorchNames<["Flatten"], ["torch.flatten"], ["flatten"]>];
  let onnx = [OnnxOperator<"Flatten">];
  let saidByType = ["start_axis", "end_axis"];
  let description = [{
    `torch.flatten`: dimensions `start_axis` to `end_axis`, both included, become one. Negative axes
    count from the end.

    ```mlir
    %y = nn.flatten %x {start_axis = 1 : i64, end_axis = -1 : i64}
        : (tensor<?x64x1x1xf32>) -> tensor<?x64xf32>
    ```
  }];
}

def NN_ReshapeOp : NN_ViewOp<"reshape", (ins DenseI64ArrayAttr:$shape)> {
  let summary = "the same elements under another shape";
  let torch = [TorchNames<["Unflatten"], ["torch.reshape"], ["reshape", "view"]>];
  let onnx = [OnnxOperator<"Reshape">, OnnxOperator<"Flatten", 1>];
  let saidByType = ["shape"];
  let description = [{
    `torch.reshape`, with ONNX's rule for 0: the elements in row-major order under the dimensions in
    `shape`. An entry of 0 is the input's dimension at the same index; at most one entry is -1,
    which is what the others leave.

    A dynamic dimension has an entry of 0 where it stays, else it is the -1: [?, 8, 4] becomes
    [?, 4], and [?, 4] becomes [?, 8, 4] where the batch is one that can be divided so.

    ```mlir
    %y = nn.reshape %x {shape = array<i64: 0, -1>} : (tensor<?x16x4x4xf32>) -> tensor<?x256xf32>
    ```
  }];
}

def NN_SqueezeOp : NN_ViewOp<"squeeze", (ins DenseI64ArrayAttr:$axes)> {
  let summary = "dimensions of size 1 removed";
  let torch = [TorchNames<[], ["torch.squeeze"], ["squeeze", "squeeze_"]>];
  let onnx = [OnnxOperator<"Squeeze">];
  let saidByType = ["axes"];
  let description = [{
    `torch.squeeze` with dimensions, with ONNX's rule that each of them must have size 1: the
    dimensions in `axes`, which are distinct and may be negative (counted from the end), are
    removed.
  }];
}

def NN_UnsqueezeOp : NN_ViewOp<"unsqueeze", (ins DenseI64ArrayAttr:$axes)> {
  let summary = "dimensions of size 1 inserted";
  let torch = [TorchNames<[], ["torch.unsqueeze"], ["unsqueeze", "unsqueeze_"]>];
  let onnx = [OnnxOperator<"Unsqueeze">];
  let saidByType = ["axes"];
  let description = [{
    `torch.unsqueeze`, for several dimensions at once as in ONNX: `axes`, distinct and perhaps
    negative, are positions in the result, whose rank is that of the input plus the number of axes.
    A dynamic batch moves with what is put before it.
  }];
}

def NN_TransposeOp : NN_ShapedOp<"transpose", NN_Commuting, (ins DenseI64ArrayAttr:$permutation)> {
  let summary = "dimensions permuted";
  let torch = [TorchNames<[], ["torch.transpose", "torch.permute", "torch.permute_copy", "torch.t"],
                          ["transpose", "permute", "t"]>];
  let onnx = [OnnxOperator<"Transpose">];
  let kernel = "transpose";
  let description = [{
    `torch.permute`: dimension `i` of the result is dimension `permutation[i]` of the input. A
    dynamic batch may go anywhere, as before an `nn.lstm`, which has the time first.
  }];
  let extraClassDeclaration = [{
    ::std::optional<::quantir::Box> moveBox(const ::quantir::Box &box);
  }];
  let hasFolder = 1;
  let hasCanonicalizer = 1;
}

def NN_SliceOp : NN_ShapedOp<"slice", NN_Commuting, (ins
    DenseI64ArrayAttr:$starts,
    DenseI64ArrayAttr:$ends,
    DenseI64ArrayAttr:$axes,
    DenseI64ArrayAttr:$steps)> {
  let summary = "every step-th element of a range, along axes";
  let torch = [TorchNames<[], ["operator.getitem"]>];
  let onnx = [OnnxOperator<"Slice">, OnnxOperator<"Gather">];
  let kernel = "slice";
  let kernelFields = ["starts = op.getResolved().starts", "steps = op.getResolved().steps"];
  let saidByType = ["starts", "ends", "axes", "steps"]; // all in what getResolved() computes
  let description = [{
    `input[…, start:end:step, …]`, with the rules of ONNX's `Slice`, which are Python's. The four
    lists have one entry per sliced axis; axes are distinct and may be negative. With `d` the
    input's dimension, a negative start or end has `d` added; then, for a positive step, both are
    limited to [0, d], for a negative step the start to [0, d - 1] and the end to [-1, d - 1]. The
    smallest and largest 64-bit integers therefore mean "to the end". The result's dimension is
    `ceil((end - start) / step)`, which is positive.

    A dynamic dimension can only be sliced whole: an error otherwise. PyTorch has no negative steps;
    they come from ONNX.
  }];
  let hasFolder = 1;
  let hasCanonicalizer = 1;
  let extraClassDeclaration = [{
    /// Start, step and size of every dimension.
    ::quantir::shapes::ResolvedSlice getResolved();
  }];
}

def NN_CatOp : NN_Op<"cat", NN_Commuting> {
  let summary = "tensors one after the other along an axis";
  let torch = [TorchNames<[], ["torch.cat", "torch.concat", "torch.concatenate"]>];
  let onnx = [OnnxOperator<"Concat">];
  let kernel = "concat";
  let description = [{
    `torch.cat`: the inputs, at least one, agree in all dimensions but `axis`, which may be
    negative; the result's is the sum. A dynamic dimension cannot be concatenated along.
  }];
  let arguments = (ins Variadic<NN_Tensor>:$inputs, I64Attr:$axis);
  let hasFolder = 1;
}

def NN_SplitOp : NN_AnyOp<"split", NN_Commuting> {
  let summary = "a tensor cut along an axis";
  let torch = [TorchNames<[], ["torch.split", "torch.chunk"], ["split", "chunk"]>];
  let onnx = [OnnxOperator<"Split">];
  let description = [{
    `torch.split` with a list of sizes: consecutive pieces along `axis`, which may be negative. The
    sizes are positive and add up to the input's dimension.
  }];
  let arguments = (ins NN_Tensor:$input, I64Attr:$axis, DenseI64ArrayAttr:$sizes);
  let results = (outs Variadic<NN_Tensor>:$results);
  let hasFolder = 1;
}

def NN_PadOp : NN_ShapedOp<"pad", NN_Commuting, (ins
    DenseI64ArrayAttr:$padding,
    DefaultValuedAttr<F32Attr, "0.0f">:$value)> {
  let summary = "a constant border";
  let torch = TorchNamesPerRank<["ConstantPad#d", "ZeroPad#d"]>.names # [TorchNames<[], ["F.pad"]>];
  let onnx = [OnnxOperator<"Pad">];
  let kernel = "pad";
  let description = [{
    `torch.nn.functional.pad` in constant mode, with ONNX's order: `padding` has for all dimensions
    how many elements of `value` go before the input, then for all how many go after it. A negative
    padding (cropping) is not supported: `nn.slice` does that. A dynamic batch is not padded.
  }];
  let extraClassDeclaration = [{
    ::llvm::SmallVector<float> getOwnElements() {
      float number = getValue().convertToFloat();
      return ::llvm::SmallVector<float>(number == 0.0f ? 0 : 1, number);
    }
    void raiseOwnElements(float least);
    ::std::optional<::quantir::Box> moveBox(const ::quantir::Box &box);
  }];
  let hasFolder = 1;
}

def NN_ExpandOp : NN_ShapedOp<"expand", NN_Commuting, (ins DenseI64ArrayAttr:$shape)> {
  let summary = "dimensions of size 1 repeated";
  let torch = [TorchNames<[], ["torch.broadcast_to"], ["expand"]>];
  let onnx = [OnnxOperator<"Expand">, OnnxOperator<"Tile">];
  let kernel = "expand";
  let saidByType = ["shape"];
  let description = [{
    `torch.Tensor.expand`, with ONNX's two-way rule: the result has the shape that numpy's
    broadcasting gives for the input's and `shape`. An entry of -1 keeps the input's dimension; an
    entry of 1 does so too; -2 repeats a dimension of 1, or a new one, for each sample of a batch.
  }];
  let hasFolder = 1;
}

#endif // QUANTIR_DIALECTS_NN_NNSHAPEOPS_TD
