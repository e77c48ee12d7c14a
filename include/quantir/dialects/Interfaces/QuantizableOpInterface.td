//===- QuantizableOpInterface.td - What an op says about its quantization -*- tablegen -*-===//
//
// The interface, and `Quantizable`, the trait list by which an ODS definition implements it in one
// line.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_DIALECTS_INTERFACES_QUANTIZABLEOPINTERFACE_TD
#define QUANTIR_DIALECTS_INTERFACES_QUANTIZABLEOPINTERFACE_TD

include "mlir/IR/OpBase.td"

def QuantizableOpInterface : OpInterface<"QuantizableOpInterface"> {
  let cppNamespace = "::quantir";
  let description = [{
    What an op tells the quantization passes about itself, so that no pass needs a list of ops: the
    role of each operand, where the output channels of its weight are, how each result gets its
    quantization parameters, and whether it may run on the integers directly. What is *legal*
    (dtypes, patterns, constraints) is not said here: that comes from the backend config.
  }];

  let methods = [
    InterfaceMethod<"The role of operand `operand`; `None` for an index out of range.",
      "::quantir::OperandRole", "getOperandRole", (ins "unsigned":$operand)>,
    InterfaceMethod<[{
        The axis of the weight operand that counts output channels, along which per-channel weights
        have one scale per index; nothing for an op without a weight.
      }],
      "::std::optional<int64_t>", "getWeightChannelAxis">,
    InterfaceMethod<[{
        The axis of the first result along which the output channels lie that the weight makes and
        the bias has one value for; nothing for an op without such.
      }],
      "::std::optional<int64_t>", "getResultChannelAxis">,
    InterfaceMethod<"How result `result` gets its quantization parameters.",
      "::quantir::ResultPolicy", "getResultPolicy", (ins "unsigned":$result)>,
    InterfaceMethod<[{
        True if the op on integers equals the op on the real values they stand for, whenever all
        operands and results have the same quantization parameters. Data movement, maximum and
        clipping do; sums do not, nor does an op whose operands with the role Activation decide by
        their order what else the result holds, as an index of the maximum would.
      }],
      "bool", "commutesWithQuantization">,
    InterfaceMethod<[{
        The numbers that stand in the results beside elements of the operands, such as what a
        padding is filled with. 0, which lies in every range, is left out.
      }],
      "::llvm::SmallVector<float>", "getOwnElements", (ins), /*methodBody=*/"",
      /*defaultImplementation=*/"return {};">,
    InterfaceMethod<"Replaces those of `getOwnElements` that are less than `least` by it.",
      "void", "raiseOwnElements", (ins "float":$least), /*methodBody=*/"",
      /*defaultImplementation=*/"(void)least;">,
    InterfaceMethod<[{
        Where in the first result the elements of `box` of the first operand stand, if each stands
        there once and they are a box again; nothing where that is not so or not known.
      }],
      "::std::optional<::quantir::Box>", "moveBox", (ins "const ::quantir::Box &":$box),
      /*methodBody=*/"", /*defaultImplementation=*/[{
        if (ConcreteOp::template hasTrait<::mlir::OpTrait::Elementwise>())
          return box;
        return ::std::nullopt;
      }]>,
    InterfaceMethod<[{
        Whether each element of the result comes from at least one element of `box` of the first
        operand; nothing where that is not known.
      }],
      "::std::optional<bool>", "everyResultReads", (ins "const ::quantir::Box &":$box),
      /*methodBody=*/"", /*defaultImplementation=*/"return ::std::nullopt;">,
    InterfaceMethod<[{
        True if each element of the result is the greatest of several elements of the operand, so
        that a number which is less than all others changes nothing.
      }],
      "bool", "takesMaximum", (ins), /*methodBody=*/"", /*defaultImplementation=*/"return false;">,
    InterfaceMethod<[{
        The number that the op takes for all that are less: 0 for ReLU. Such an op has one operand
        and commutes with quantization. -infinity for an op that does not clip.
      }],
      "float", "getLowerClip", (ins), /*methodBody=*/"",
      /*defaultImplementation=*/"return -::std::numeric_limits<float>::infinity();">,
    InterfaceMethod<[{
        True if a positive factor for each index of dimension 1 of the operand is one of the
        result: op(factor * x) = factor * op(x). For an op with the trait Elementwise that holds for
        any dimension.
      }],
      "bool", "passesChannelFactors", (ins), /*methodBody=*/"",
      /*defaultImplementation=*/"return false;">,
    InterfaceMethod<[{
        The number of groups into which the channels of the operand and of the result fall, each
        group of the result computed from one of the operand.
      }],
      "int64_t", "getChannelGroups", (ins), /*methodBody=*/"",
      /*defaultImplementation=*/"return 1;">,
  ];

  let extraSharedClassDeclaration = [{
    /// The first operand with this role, or null. The operand may not be there: a bias is optional.
    ::mlir::Value getOperandWithRole(::quantir::OperandRole role) {
      for (::mlir::OpOperand &operand : $_op->getOpOperands())
        if ($_op.getOperandRole(operand.getOperandNumber()) == role)
          return operand.get();
      return {};
    }
    ::mlir::Value getWeightOperand() { return getOperandWithRole(::quantir::OperandRole::Weight); }
    ::mlir::Value getBiasOperand() { return getOperandWithRole(::quantir::OperandRole::Bias); }
  }];
}

//===----------------------------------------------------------------------===//
// The declaration of an op's data
//===----------------------------------------------------------------------===//

class OperandRole<string name> {
  string cpp = "::quantir::OperandRole::" # name;
}
/// A tensor computed by the model: quantized with the parameters of its own observer.
def Activation : OperandRole<"Activation">;
/// A parameter multiplied with activations: quantized per tensor or per channel.
def Weight : OperandRole<"Weight">;
/// A parameter added to the accumulator.
def Bias : OperandRole<"Bias">;
/// Never quantized.
def NoRole : OperandRole<"None">;

class ResultPolicy<string expression> {
  string cpp = "::quantir::ResultPolicy::" # expression;
}
/// The result is observed.
def Observe : ResultPolicy<"observe()">;
/// The result has the quantization parameters of operand `index`. If several operands are
/// activations, they all share them.
class SameAsOperand<int index> : ResultPolicy<"sameAsOperand(" # index # ")">;
/// The result's range is known. The zero point is the one for unsigned 8 bits, [0, 255].
class FixedQParams<string scale, int zeroPoint>
    : ResultPolicy<"fixed(" # scale # ", " # zeroPoint # ")">;

/// The methods of QuantizableOpInterface, as members of an op's class.
class DeclaredQuantizable<list<OperandRole> roles, ResultPolicy policy, bit commutes,
                          string weightChannelAxis, string resultChannelAxis>
    : NativeOpTrait<"DeclaredQuantizable", /*traits=*/[], /*extraOpDeclaration=*/[{
        ::quantir::OperandRole getOperandRole(unsigned operand) {
          static constexpr ::quantir::OperandRole roles[] = {}] #
            !interleave(!foreach(role, roles, role.cpp), ", ") # "}" # [{;
          if (operand >= (*this)->getNumOperands())
            return ::quantir::OperandRole::None;
          return roles[::std::min<size_t>(operand, ::std::size(roles) - 1)];
        }
        ::std::optional<int64_t> getWeightChannelAxis() { return }] # weightChannelAxis # [{; }
        ::std::optional<int64_t> getResultChannelAxis() {
          return ::quantir::axisOfResult((*this)->getResult(0), }] # resultChannelAxis # [{);
        }
        ::quantir::ResultPolicy getResultPolicy(unsigned) { return }] # policy.cpp # [{; }
        bool commutesWithQuantization() { return }] # !if(commutes, "true", "false") # [{; }
      }]> {
  let cppNamespace = "::quantir::OpTrait";
}

/// Implements QuantizableOpInterface in an op's list of traits. `roles` is in operand order; its
/// last entry also holds for the operands after it (variadic ones). `policy` holds for each result.
/// A negative `resultChannelAxis` counts from the end.
class Quantizable<list<OperandRole> roles, ResultPolicy policy, bit commutes = false,
                  string weightChannelAxis = "std::nullopt",
                  string resultChannelAxis = "std::nullopt">
    : TraitList<[QuantizableOpInterface,
                 DeclaredQuantizable<roles, policy, commutes, weightChannelAxis,
                                     resultChannelAxis>]>;

#endif // QUANTIR_DIALECTS_INTERFACES_QUANTIZABLEOPINTERFACE_TD
