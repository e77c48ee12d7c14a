//===- OpNames.td - What others call an op -*- tablegen -*-===//
//
// The names that PyTorch and ONNX give to an op of nn, and the kernel that it becomes, stand in its
// record. scripts/generate-ops.py writes from them the tables of lib/Vocabulary, rows of the importer's
// table and patterns of passes/Lower.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_DIALECTS_INTERFACES_OPNAMES_TD
#define QUANTIR_DIALECTS_INTERFACES_OPNAMES_TD

/// PyTorch's names of an op: its modules, which are in `torch.nn`, functions, where `F.` is
/// `torch.nn.functional.`, and methods of tensors. They hold if the input has `spatialRank` spatial
/// dimensions (-1: any number) and `condition`, a function of lib/Vocabulary/ObjectTypes.cpp, is true
/// of the op (empty: always).
class TorchNames<list<string> modules, list<string> functions = [], list<string> methods = [],
                 int spatialRank = -1, string condition = ""> {
  list<string> torchModules = modules;
  list<string> torchFunctions = functions;
  list<string> torchMethods = methods;
  int torchSpatialRank = spatialRank;
  string torchCondition = condition;
}

/// Names in which `#` stands for the number of spatial dimensions: 1, 2 or 3.
class TorchNamesPerRank<list<string> modules, list<string> functions = []> {
  list<TorchNames> names = !foreach(rank, [1, 2, 3], TorchNames<
      !foreach(name, modules, !subst("#", !cast<string>(rank), name)),
      !foreach(name, functions, !subst("#", !cast<string>(rank), name)), [], rank>);
}

/// An operator of ONNX that is imported as the op. `place` is the op's among all that the operator is
/// imported as, the likeliest first. With `sinceOpset` the operator is nothing but the op, its inputs
/// the operands, in that opset of ONNX and later ones: then the importer needs no row of its own.
class OnnxOperator<string name, int place = 0, int sinceOpset = 0> {
  string onnxName = name;
  int onnxPlace = place;
  int onnxSince = sinceOpset;
}

/// What the record of an op says about it to others.
class OpNames {
  list<TorchNames> torch = [];
  list<OnnxOperator> onnx = [];
  /// The mnemonic of the one kernel that computes the op; empty: passes/Lower has a pattern for it. An
  /// operand or attribute of the kernel is the op's of the same name; a kind (an enum) that the op
  /// does not have is the case called like the op. An axis of the kernel is counted from the front.
  string kernel = "";
  /// Attributes of the kernel for which that does not hold: "alpha = $min", where `$min` is the op's
  /// attribute and the rest C++ of passes/Lower, with `op` the op and `rank` its first operand's.
  list<string> kernelFields = [];
  /// Operands and attributes of the op that the kernel does not get, as its result's type, or what
  /// kernelFields computes, has what they say.
  list<string> saidByType = [];
}

#endif // QUANTIR_DIALECTS_INTERFACES_OPNAMES_TD
