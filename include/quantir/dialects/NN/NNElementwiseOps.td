//===- NNElementwiseOps.td - Activations and arithmetic -*- tablegen -*-===//

#ifndef QUANTIR_DIALECTS_NN_NNELEMENTWISEOPS_TD
#define QUANTIR_DIALECTS_NN_NNELEMENTWISEOPS_TD

include "quantir/dialects/Interfaces/UnaryFunctions.td"
include "quantir/dialects/NN/NNBase.td"

//===----------------------------------------------------------------------===//
// Activation functions
//===----------------------------------------------------------------------===//

foreach function = UnaryFunctions in {
  if !not(!empty(function.opSummary)) then
    def NN_ # function.kernelCase.symbol # Op : NN_UnaryOp<function.kernelCase.str, NN_Observed> {
      let summary = function.opSummary;
      let description = "`" #
          !subst("F.", "torch.nn.functional.", !head(!head(function.opTorch).torchFunctions)) #
          "`: of each element x of the input `" # function.functionFormula # "`.";
      let torch = function.opTorch;
      let onnx = function.opOnnx;
      let hasCanonicalizer = function.opCanonicalizes;
    }
}

def NN_ReluOp : NN_UnaryOp<"relu", NN_Commuting> {
  let summary = "max(x, 0)";
  let torch = [TorchNames<["ReLU"], ["F.relu", "torch.relu", "torch.relu_"], ["relu", "relu_"]>];
  let onnx = [OnnxOperator<"Relu", 0, 6>];
  let description = [{
    `torch.nn.functional.relu`: `result = max(input, 0)`, elementwise. Of NaN it makes NaN.
  }];
  let extraClassDeclaration = [{
    float getLowerClip() { return 0; }
    bool passesChannelFactors() { return true; }
  }];
  let hasFolder = 1;
  let hasCanonicalizer = 1;
}

def NN_ClampOp : NN_UnaryOp<"clamp", NN_Commuting, (ins F32Attr:$min, F32Attr:$max)> {
  let summary = "values limited to a range";
  let torch = [TorchNames<["ReLU6"], ["F.relu6"], [], -1, "isReLU6">,
               TorchNames<["Hardtanh"], ["F.hardtanh", "F.hardtanh_"], [], -1, "isHardtanh">,
               TorchNames<[], ["torch.clamp"], ["clamp", "clamp_"]>];
  let onnx = [OnnxOperator<"Clip">];
  let kernelFields = ["alpha = $min", "beta = $max"];
  let description = [{
    `torch.clamp` with two numbers: `result = min(max(input, min), max)`, elementwise.
    `torch.nn.ReLU6` is the range [0, 6], `torch.nn.Hardtanh` by default [-1, 1]. An absent bound is
    an infinity. `min <= max`, and neither is NaN. Of NaN it makes NaN.

    ```mlir
    %y = nn.clamp %x {max = 6.0 : f32, min = 0.0 : f32} : (tensor<?x8xf32>) -> tensor<?x8xf32>
    ```
  }];
  let extraClassDeclaration = [{ float getLowerClip() { return getMin().convertToFloat(); } }];
  let hasFolder = 1;
  let hasCanonicalizer = 1;
  let hasVerifier = 1;
}

def NN_LeakyReluOp : NN_UnaryOp<"leaky_relu", NN_Observed,
    (ins DefaultValuedAttr<F32Attr, "0.01f">:$negative_slope)> {
  let summary = "x where positive, else a fraction of it";
  let torch = [TorchNames<["LeakyReLU"], ["F.leaky_relu", "F.leaky_relu_"], ["leaky_relu"]>];
  let onnx = [OnnxOperator<"LeakyRelu">];
  let kernelFields = ["alpha = $negative_slope"];
  let description = [{
    `torch.nn.functional.leaky_relu`: `result = input >= 0 ? input : negative_slope * input`,
    elementwise. `nn.prelu` has a slope per channel.
  }];
}

def NN_SigmoidOp : NN_UnaryOp<"sigmoid", NN_UnitInterval> {
  let summary = "1 / (1 + exp(-x))";
  let torch = [TorchNames<["Sigmoid"], ["torch.sigmoid", "F.sigmoid"], ["sigmoid", "sigmoid_"]>];
  let onnx = [OnnxOperator<"Sigmoid", 0, 6>];
  let description = [{
    `torch.sigmoid`: `result = 1 / (1 + exp(-input))`, elementwise. Quantized, its result always has
    scale 1/256 and zero point 0 (unsigned 8 bits).
  }];
}

def NN_TanhOp : NN_UnaryOp<"tanh", Quantizable<[Activation], FixedQParams<"2.0f / 256.0f", 128>>> {
  let summary = "hyperbolic tangent";
  let torch = [TorchNames<["Tanh"], ["torch.tanh", "F.tanh"], ["tanh", "tanh_"]>];
  let onnx = [OnnxOperator<"Tanh", 0, 6>];
  let description = [{
    `torch.tanh`, elementwise. Quantized, its result always has scale 2/256 and zero point 128
    (unsigned 8 bits).
  }];
}

def NN_HardsigmoidOp : NN_UnaryOp<"hardsigmoid", NN_UnitInterval,
    (ins DefaultValuedAttr<F32Attr, "1.0f / 6.0f">:$alpha,
         DefaultValuedAttr<F32Attr, "0.5f">:$beta)> {
  let summary = "a line limited to [0, 1]";
  let torch = [TorchNames<["Hardsigmoid"], ["F.hardsigmoid"], ["hardsigmoid", "hardsigmoid_"]>];
  let onnx = [OnnxOperator<"HardSigmoid">];
  let description = [{
    `torch.nn.functional.hardsigmoid`: `result = min(max(alpha * input + beta, 0), 1)`, elementwise.
    PyTorch's function is the one with the default attributes; others come from ONNX. Quantized, its
    result always has scale 1/256 and zero point 0 (unsigned 8 bits).
  }];
}

def NN_EluOp : NN_UnaryOp<"elu", NN_Observed, (ins DefaultValuedAttr<F32Attr, "1.0f">:$alpha)> {
  let summary = "x where positive, else a shifted exponential";
  let torch = [TorchNames<["ELU"], ["F.elu", "F.elu_"]>];
  let onnx = [OnnxOperator<"Elu">];
  let description = [{
    `torch.nn.functional.elu`: `result = input >= 0 ? input : alpha * (exp(input) - 1)`,
    elementwise.
  }];
}

def NN_GeluOp : NN_UnaryOp<"gelu", NN_Observed,
    (ins DefaultValuedAttr<BoolAttr, "false">:$approximate)> {
  let summary = "x times the probability that a normal variable is below x";
  let torch = [TorchNames<["GELU"], ["F.gelu"]>];
  let onnx = [OnnxOperator<"Gelu">, OnnxOperator<"Erf", 1>];
  let kernelFields = ["kind = $approximate ? kernel::UnaryKind::GeluTanh : kernel::UnaryKind::Gelu"];
  let description = [{
    `torch.nn.functional.gelu`, elementwise: `result = input * (1 + erf(input / sqrt(2))) / 2`. With
    `approximate`, PyTorch's `approximate="tanh"`: `input * (1 + tanh(sqrt(2 / pi) * (input +
    0.044715 * input^3))) / 2`. Canonicalization makes it from the products around `nn.erf` that
    exporters write.
  }];
}

def NN_PowOp : NN_UnaryOp<"pow", NN_Observed, (ins F32Attr:$exponent)> {
  let summary = "power of a constant, finite exponent";
  let torch = [TorchNames<[], ["torch.pow", "operator.pow"], ["pow"]>];
  let onnx = [OnnxOperator<"Pow", 2>];
  let kernelFields = ["alpha = $exponent"];
  let description = [{
    `torch.pow` with a number as exponent, elementwise. Of infinities and zeros of either sign it
    makes what C's `pow` does: with exponent 0.5 it differs from `nn.sqrt` in -infinity, of which it
    makes infinity, and in -0.
  }];
  let hasVerifier = 1;
  let hasCanonicalizer = 1;
}

def NN_PReluOp : NN_Op<"prelu", Quantizable<[Activation, NoRole], Observe>> {
  let summary = "x where positive, else a fraction of it that is a parameter";
  let torch = [TorchNames<["PReLU"], ["F.prelu"], ["prelu"]>];
  let onnx = [OnnxOperator<"PRelu">];
  let kernel = "prelu";
  let description = [{
    `torch.nn.functional.prelu`: for an input `[N, C, …]` and a slope of shape `[C]`, or `[1]` for
    all channels and inputs of any rank but 0,
    `result[n, c, …] = input > 0 ? input : slope[c] * input`. The slope stays float.
  }];
  let arguments = (ins NN_Tensor:$input, NN_Tensor:$slope);
}

def NN_SoftmaxOp : NN_SameShapeOp<"softmax", NN_UnitInterval, (ins I64Attr:$axis)> {
  let summary = "exp(x) divided by its sum along an axis";
  let torch = [TorchNames<["Softmax"], ["F.softmax", "torch.softmax"], ["softmax"]>];
  let onnx = [OnnxOperator<"Softmax">];
  let kernel = "softmax";
  let description = [{
    `torch.softmax`: `result = exp(input - m) / sum(exp(input - m))`, where `m` is the maximum and
    both run along `axis`, which may be negative (counted from the end). Quantized, its result
    always has scale 1/256 and zero point 0 (unsigned 8 bits).
  }];
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// Arithmetic
//===----------------------------------------------------------------------===//

/// An elementwise op of two operands that broadcast: the function of `kernel.binary` of its name.
class NN_BinaryOp<string mnemonic, list<Trait> traits = []>
    : NN_Op<mnemonic, NN_Observed, traits> {
  let arguments = (ins NN_Tensor:$lhs, NN_Tensor:$rhs);
  let kernel = "binary";
  let extraClassDefinition = [{
    ::std::string $cppClass::inferShapes(Adaptor op, ::quantir::nn::Shapes &results) {
      return ::quantir::nn::detail::inferBroadcast(op.getLhs(), op.getRhs(), results);
    }
  }];
  let hasFolder = 1;
  string broadcasting = !interleave([
    "",
    "Shapes broadcast as numpy's do: aligned at the last dimension, a dimension of 1 or a missing one",
    "is repeated. A dynamic dimension matches a dynamic one at the same place of the other operand,",
    "or a dimension of 1."], "\n");
}

def NN_AddOp : NN_BinaryOp<"add", [Commutative]> {
  let summary = "sum of two tensors";
  let torch = [TorchNames<[], ["operator.add", "operator.iadd", "torch.add"], ["add", "add_"]>];
  let onnx = [OnnxOperator<"Add">];
  let description = "`torch.add`: `result = lhs + rhs`, elementwise.\n" # broadcasting;
  let hasCanonicalizer = 1;
}

def NN_SubOp : NN_BinaryOp<"sub"> {
  let summary = "difference of two tensors";
  let torch = [TorchNames<[], ["operator.sub", "operator.isub", "torch.sub"], ["sub", "sub_"]>];
  let onnx = [OnnxOperator<"Sub">];
  let description = "`torch.sub`: `result = lhs - rhs`, elementwise.\n" # broadcasting;
}

def NN_MulOp : NN_BinaryOp<"mul", [Commutative]> {
  let summary = "product of two tensors";
  let torch = [TorchNames<[], ["operator.mul", "operator.imul", "torch.mul"], ["mul", "mul_"]>];
  let onnx = [OnnxOperator<"Mul">, OnnxOperator<"Pow">];
  let description = "`torch.mul`: `result = lhs * rhs`, elementwise.\n" # broadcasting;
}

def NN_DivOp : NN_BinaryOp<"div"> {
  let summary = "quotient of two tensors";
  let torch = [TorchNames<[], ["operator.truediv", "torch.div"], ["div", "div_"]>];
  let onnx = [OnnxOperator<"Div">, OnnxOperator<"Pow", 1>];
  let description = "`torch.div`: `result = lhs / rhs`, elementwise.\n" # broadcasting;
}

#endif // QUANTIR_DIALECTS_NN_NNELEMENTWISEOPS_TD
