//===- UnaryFunctions.td - Functions of one number -*- tablegen -*-===//
//
// A function of each number is defined here once for nn and for kernel.unary.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_DIALECTS_INTERFACES_UNARYFUNCTIONS_TD
#define QUANTIR_DIALECTS_INTERFACES_UNARYFUNCTIONS_TD

include "mlir/IR/EnumAttr.td"
include "quantir/dialects/Interfaces/OpNames.td"

/// A kind of kernel.unary. `id` is its number in plans: a new one gets the next, and none is ever
/// changed. `formula` is in the number x and the kernel's attributes alpha and beta. The op of nn is of
/// the same name.
class UnaryFunction<string symbol, int id, string name, string formula> {
  I32EnumAttrCase kernelCase = I32EnumAttrCase<symbol, id, name>;
  string functionFormula = formula;
  /// Not empty: nn.`name` has no attributes, its result is observed, and it is defined by this alone.
  string opSummary = "";
  list<TorchNames> opTorch = [];
  list<OnnxOperator> opOnnx = [];
  bit opCanonicalizes = false;
}

/// One that is defined by this alone, for nn, too.
class PlainFunction<string symbol, int id, string name, string formula, string summary,
                    TorchNames torch, list<OnnxOperator> onnx = [], bit canonicalizes = false>
    : UnaryFunction<symbol, id, name, formula> {
  let opSummary = summary;
  let opTorch = [torch];
  let opOnnx = onnx;
  let opCanonicalizes = canonicalizes;
}

defvar UnaryFunctions = [
  UnaryFunction<"Relu", 0, "relu", "max(x, 0)">,
  UnaryFunction<"Clamp", 1, "clamp", "min(max(x, alpha), beta)">,
  UnaryFunction<"LeakyRelu", 2, "leaky_relu", "x > 0 ? x : alpha * x">,
  UnaryFunction<"Sigmoid", 3, "sigmoid", "1 / (1 + exp(-x))">,
  UnaryFunction<"Tanh", 4, "tanh", "tanh(x)">,
  UnaryFunction<"HardSigmoid", 5, "hardsigmoid", "min(max(alpha * x + beta, 0), 1)">,
  PlainFunction<"HardSwish", 6, "hardswish", "x * min(max(x + 3, 0), 6) / 6",
      "x * hardsigmoid(x)", TorchNames<["Hardswish"], ["F.hardswish"]>,
      [OnnxOperator<"HardSwish", 0, 14>]>,
  UnaryFunction<"Elu", 7, "elu", "x > 0 ? x : alpha * (exp(x) - 1)">,
  UnaryFunction<"Gelu", 8, "gelu", "x * (1 + erf(x / sqrt(2))) / 2">,
  UnaryFunction<"GeluTanh", 9, "gelu_tanh",
      "x * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 * x^3))) / 2">,
  PlainFunction<"Erf", 10, "erf", "erf(x)",
      "2 / sqrt(pi) times the integral of exp(-t^2) from 0 to x",
      TorchNames<[], ["torch.erf"], ["erf"]>, [OnnxOperator<"Erf", 0, 9>],
      /*canonicalizes=*/true>,
  PlainFunction<"Sqrt", 11, "sqrt", "sqrt(x)", "square root, NaN of a negative number",
      TorchNames<[], ["torch.sqrt"], ["sqrt"]>, [OnnxOperator<"Sqrt">], /*canonicalizes=*/true>,
  UnaryFunction<"Pow", 12, "pow", "pow(x, alpha)">];

#endif // QUANTIR_DIALECTS_INTERFACES_UNARYFUNCTIONS_TD
