//===- OtherNames.td - Names for which there is no op -*- tablegen -*-===//
//
// PyTorch's and ONNX's names that configurations may use, or importers read, beside those of ops.
// scripts/generate-ops.py makes one table of both.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_VOCABULARY_OTHERNAMES_TD
#define QUANTIR_VOCABULARY_OTHERNAMES_TD

include "quantir/dialects/Interfaces/OpNames.td"

/// Object types that no op has.
def TorchNamesWithoutOp : TorchNames<
    /*modules=*/[
      "Identity", "Dropout", "Dropout1d", "Dropout2d", "Dropout3d", "PixelShuffle",
      "PixelUnshuffle", "ChannelShuffle", "GRU", "RNN", "LSTMCell", "GRUCell", "RNNCell",
      "MultiheadAttention", "CELU", "SELU", "SiLU", "Mish", "Softplus", "Softsign", "Hardshrink",
      "LogSoftmax", "LogSigmoid", "Threshold", "AdaptiveMaxPool1d", "AdaptiveMaxPool2d",
      "AdaptiveMaxPool3d", "Bilinear", "Sequential"],
    /*functions=*/[
      "torch.narrow", "torch.stack", "torch.repeat_interleave", "torch.pixel_shuffle",
      "torch.pixel_unshuffle", "torch.channel_shuffle", "torch.sum", "torch.exp", "torch.rsqrt",
      "torch.neg", "torch.abs", "torch.square", "torch.max", "torch.min", "torch.amax",
      "torch.log_softmax", "torch.masked_fill", "torch.where", "torch.unbind", "torch.movedim",
      "operator.floordiv", "operator.neg", "builtins.getattr", "F.dropout", "F.silu", "F.mish",
      "F.celu", "F.selu", "F.log_softmax", "F.softplus", "F.threshold", "F.normalize",
      "F.scaled_dot_product_attention", "F.multi_head_attention_forward", "F.adaptive_max_pool1d",
      "F.adaptive_max_pool2d", "F.adaptive_max_pool3d", "aten.add.Tensor", "aten.add_.Tensor",
      "aten.addmm.default", "aten.convolution.default", "aten.mm.default", "aten.relu.default",
      "aten.relu_.default", "aten.max_pool2d_with_indices.default"],
    /*methods=*/[
      "contiguous", "detach", "detach_", "repeat", "repeat_interleave", "resize_", "shape", "size",
      "sum", "masked_fill", "float", "expand_as", "view_as", "unbind", "numel", "dim", "to",
      "clone", "exp", "neg", "abs"]>;

/// The modules of torch.ao, by which PyTorch's configurations name what fusion and QAT make.
class TorchPackage<string package, list<string> modules> {
  string torchPackage = package;
  list<string> torchModules = modules;
}

def TorchIntrinsic : TorchPackage<"torch.ao.nn.intrinsic.", [
    "BNReLU2d", "BNReLU3d", "ConvAdd2d", "ConvAddReLU2d", "ConvBn1d", "ConvBn2d", "ConvBn3d",
    "ConvBnReLU1d", "ConvBnReLU2d", "ConvBnReLU3d", "ConvReLU1d", "ConvReLU2d", "ConvReLU3d",
    "LinearBn1d", "LinearLeakyReLU", "LinearReLU", "LinearTanh"]>;
def TorchIntrinsicQAT : TorchPackage<"torch.ao.nn.intrinsic.qat.", [
    "ConvBn1d", "ConvBn2d", "ConvBn3d", "ConvBnReLU1d", "ConvBnReLU2d", "ConvBnReLU3d",
    "ConvReLU1d", "ConvReLU2d", "ConvReLU3d", "LinearBn1d", "LinearReLU"]>;
def TorchQAT : TorchPackage<"torch.ao.nn.qat.", [
    "Conv1d", "Conv2d", "Conv3d", "Embedding", "EmbeddingBag", "Linear"]>;
def TorchQATDynamic : TorchPackage<"torch.ao.nn.qat.dynamic.", ["Linear"]>;
def TorchQuantizedReference : TorchPackage<"torch.ao.nn.quantized.reference.", [
    "Conv1d", "Conv2d", "Conv3d", "ConvTranspose1d", "ConvTranspose2d", "ConvTranspose3d",
    "Embedding", "EmbeddingBag", "GRU", "GRUCell", "LSTM", "LSTMCell", "Linear", "RNNCell"]>;
def TorchQuantizable : TorchPackage<"torch.ao.nn.quantizable.", [
    "LSTM", "LSTMCell", "MultiheadAttention"]>;

/// Operators that leave no op: the importer computes them, or they do nothing in inference.
def OnnxOperatorsWithoutOp {
  list<string> names = [
    "Abs", "And", "Cast", "Ceil", "Constant", "ConstantOfShape", "Dropout", "Equal", "Floor",
    "Greater", "GreaterOrEqual", "Identity", "Less", "LessOrEqual", "Max", "Min", "Mod", "Neg",
    "Not", "Or", "Range", "Shape", "Size", "Where"];
}

#endif // QUANTIR_VOCABULARY_OTHERNAMES_TD
