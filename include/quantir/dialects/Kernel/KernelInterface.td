//===- KernelInterface.td - What passes know about a kernel -*- tablegen -*-===//
//
// The interface that every op of the kernel dialect implements, and `KernelInterface`, the trait
// list by which an ODS definition implements most of it in one line.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_DIALECTS_KERNEL_KERNELINTERFACE_TD
#define QUANTIR_DIALECTS_KERNEL_KERNELINTERFACE_TD

include "mlir/IR/OpBase.td"

def KernelOpInterface : OpInterface<"KernelOpInterface"> {
  let cppNamespace = "::quantir::kernel";
  let description = [{
    What a kernel tells the verifier and the passes about itself, so that no pass needs a list of
    kernels: the element types that it can be executed with, and what it asks of the physical
    layout.

    The check returns what is wrong as "expected X, but got Y", and an empty string when nothing is.
    It is the question that a pass asks before it rewrites: lowering proposes integer types for a
    float kernel and does it if `checkElementTypes` agrees. The verifier asks it, too, and the loader
    of plans the same rules (`include/quantir/KernelRules/Rules.h`).
  }];
  let methods = [
    InterfaceMethod<[{
        Checks that the op exists for these element types. The ranges hold tensor types, one for
        each present operand and result; only their element types are looked at.
      }],
      "::std::string", "checkElementTypes",
      (ins "::mlir::TypeRange":$operandTypes, "::mlir::TypeRange":$resultTypes)>,
    InterfaceMethod<"What the op asks of the physical layout of its data.",
      "::quantir::kernel::LayoutRule", "getLayoutRule">,
    InterfaceMethod<[{
        True for an operand that belongs to the model and not to its data: a weight, a bias, a
        scale. Such an operand is always row-major.
      }],
      "bool", "isParameter", (ins "unsigned":$operand)>,
    InterfaceMethod<[{
        True if every element of the result is an element of a data operand. Such an op is the same
        on the codes as on the numbers that they stand for.
      }],
      "bool", "movesData">,
  ];
  let verify = [{ return ::quantir::kernel::detail::verifyKernelOp($_op); }];
}

def ActivationOpInterface : OpInterface<"ActivationOpInterface"> {
  let cppNamespace = "::quantir::kernel";
  let description = "A kernel that can apply an activation to its result before it writes it.";
  let methods = [
    InterfaceMethod<"The activation, or null.",
      "::quantir::kernel::ActivationAttr", "getActivationAttr">,
    InterfaceMethod<"Sets the activation.", "void", "setActivationAttr",
      (ins "::quantir::kernel::ActivationAttr":$activation)>,
  ];
}

class LayoutRule<string name> { string rule = name; }
/// Executed channels-last, data operands and result alike. This kind of op is what the layout is for.
def SpatialLayout : LayoutRule<"Spatial">;
/// In any layout, the same for the result and all data operands of its rank.
def ElementwiseLayout : LayoutRule<"Elementwise">;
/// In any layout, the result in the same or another one.
def CastLayout : LayoutRule<"Cast">;
/// As `CastLayout`, but the op does not ask its neighbours to be in the same layout either.
def AnyLayout : LayoutRule<"Any">;
/// Row-major only.
def RowMajorLayout : LayoutRule<"RowMajor">;

class KernelLayout<bit moves> : NativeOpTrait<"KernelLayout", [], [{}], [{
      bool $cppClass::movesData() { return }] # !if(moves, "true", "false") # [{; }
    }]> {
  let cppNamespace = "::quantir::kernel::OpTrait";
}

/// What the rules of kernels read of an op's definition: its layouts, and the operands that belong
/// to the model and not to its data.
class PlanLayout<LayoutRule rule, list<string> parameters = []> {
  LayoutRule planLayout = rule;
  list<string> planParameters = parameters;
}

/// Implements KernelOpInterface but for what the rules of kernels say (KernelRules.cpp). An op whose
/// own options say whether it moves data has DeclareOpInterfaceMethods<KernelOpInterface> and is a
/// PlanLayout itself.
class KernelInterface<LayoutRule rule, bit moves = false, list<string> parameters = []>
    : TraitList<[DeclareOpInterfaceMethods<KernelOpInterface>, KernelLayout<moves>]>,
      PlanLayout<rule, parameters> {
  bit planMoves = moves;
}

#endif // QUANTIR_DIALECTS_KERNEL_KERNELINTERFACE_TD
