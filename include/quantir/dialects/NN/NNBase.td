//===- NNBase.td - The nn dialect, its type and its op classes -*- tablegen -*-===//

#ifndef QUANTIR_DIALECTS_NN_NNBASE_TD
#define QUANTIR_DIALECTS_NN_NNBASE_TD

include "mlir/IR/OpBase.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"
include "quantir/dialects/Interfaces/Modes.td"
include "quantir/dialects/Interfaces/OpNames.td"
include "quantir/dialects/Interfaces/QuantizableOpInterface.td"

//===----------------------------------------------------------------------===//
// Dialect
//===----------------------------------------------------------------------===//

def NN_Dialect : Dialect {
  let name = "nn";
  let cppNamespace = "::quantir::nn";
  let summary = "float tensor operators of neural networks, with PyTorch's semantics";
  let description = [{
    The operators of a float model, as imported. An op computes what the PyTorch operator named in
    its description computes, on row-major values in PyTorch's logical order: `NCHW` for two spatial
    dimensions, `NCL` for one, `NCDHW` for three. One op serves all spatial ranks.

    **Types.** Operands and results are ranked tensors of `f32` without encoding, but for indices,
    which are `i64` or `i32`. All dimensions are static and positive, except that one, usually the
    first, may be dynamic (`?`): the batch, or a multiple of it. An op that would make a second
    dynamic dimension is an error.

    **Shape inference.** Result types follow from the operands' types and the attributes alone; a
    written result type that differs is an error. Errors name the dimension and its value.

    **Numerics.** Arithmetic is IEEE single precision; the order of summation is not defined. Where
    NaN goes is defined per op only where the description says so.

    **Names.** An op keeps where it comes from: the discardable string attribute `nn.path` is the
    path of its module (`"layer1.0.conv1"`), by which a configuration can name it; its location
    (`NameLoc`) carries the source node's name. `nn.call` (`"module"` or `"function"`) says how
    PyTorch called it and `nn.target` (`"torch.narrow"`, `"flatten"`) its exact name there, where
    that is known: PyTorch's backend configs tell `nn.ReLU` from `F.relu`. The string attribute `nn.name` of a function's
    argument or result is the name of the model's input or output.

    `docs/Rationale/NN.md` says why the dialect is as it is; `docs/AddingAnOp.md` shows how to
    extend it.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect"];
  let hasConstantMaterializer = 1;
  let hasOperationAttrVerify = 1;
  let hasRegionArgAttrVerify = 1;
  let hasRegionResultAttrVerify = 1;
}

//===----------------------------------------------------------------------===//
// Types
//===----------------------------------------------------------------------===//

def NN_Tensor : Type<
    CPred<"::quantir::nn::isTensor($_self)">,
    "ranked tensor of f32 values with positive dimensions, of which one may be dynamic",
    "::mlir::RankedTensorType">;

def NN_IndexTensor : Type<
    CPred<"::quantir::nn::isIndexTensor($_self)">,
    "ranked tensor of i64 or i32 indices with positive dimensions, of which one may be dynamic",
    "::mlir::RankedTensorType">;

/// An enum of an op, which is printed as the bare name of its case.
class NN_EnumAttr<string name, string summary, EnumCases all>
    : I32EnumAttr<name, summary, all.cases> {
  let cppNamespace = "::quantir::nn";
}

//===----------------------------------------------------------------------===//
// Shape inference
//===----------------------------------------------------------------------===//

/// An op with this trait says in `inferShapes` how its results' shapes follow from operands and
/// attributes: it fills `results` and returns an empty string, or returns what is wrong.
def NN_InfersShapes : NativeOpTrait<"InfersShapes", /*traits=*/[],
    /*extraOpDeclaration=*/[{
      static ::std::string inferShapes(Adaptor op, ::quantir::nn::Shapes &results);
    }],
    /*extraOpDefinition=*/[{
      ::llvm::LogicalResult $cppClass::inferReturnTypes(
          ::mlir::MLIRContext *context, ::std::optional<::mlir::Location> location,
          ::mlir::ValueRange operands, ::mlir::DictionaryAttr attributes,
          ::mlir::OpaqueProperties properties, ::mlir::RegionRange regions,
          ::llvm::SmallVectorImpl<::mlir::Type> &types) {
        Adaptor op(operands, attributes, properties, regions);
        if (failed(op.verify(location.value_or(::mlir::UnknownLoc::get(context)))))
          return ::mlir::failure();
        return ::quantir::nn::detail::inferResultTypes(
            getOperationName(), context, location, operands,
            [&](::quantir::nn::Shapes &results) { return inferShapes(op, results); }, types);
      }
    }]> {
  let cppNamespace = "::quantir::nn::OpTrait";
}

/// InferTypeOpInterface from `inferShapes`. Our trait stands first: it verifies, and reports an
/// error once.
def NN_InferShapes : TraitList<[NN_InfersShapes, DeclareOpInterfaceMethods<InferTypeOpInterface>]>;

//===----------------------------------------------------------------------===//
// Op classes
//===----------------------------------------------------------------------===//

/// Any op of the dialect; its `inferShapes` is to be written, unless a class below does it.
class NN_AnyOp<string mnemonic, Trait quantizable, list<Trait> traits = []>
    : Op<NN_Dialect, mnemonic, [Pure, quantizable, NN_InferShapes] # traits>, OpNames {
  let assemblyFormat = "operands attr-dict `:` functional-type(operands, results)";
}

/// An op of one result.
class NN_Op<string mnemonic, Trait quantizable, list<Trait> traits = []>
    : NN_AnyOp<mnemonic, quantizable, traits> {
  let results = (outs NN_Tensor:$result);
}

/// An op of one operand whose result has its shape.
class NN_SameShapeOp<string mnemonic, Quantizable quantizable, dag attributes = (ins),
                     list<Trait> traits = []>
    : NN_Op<mnemonic, quantizable, traits> {
  let arguments = !con((ins NN_Tensor:$input), attributes);
  let extraClassDefinition = [{
    ::std::string $cppClass::inferShapes(Adaptor op, ::quantir::nn::Shapes &results) {
      results.push_back(::quantir::nn::getDims(op.getInput()));
      return {};
    }
  }];
}

/// An elementwise op of one operand: the function of `kernel.unary` of its name.
class NN_UnaryOp<string mnemonic, Quantizable quantizable, dag attributes = (ins)>
    : NN_SameShapeOp<mnemonic, quantizable, attributes, [Elementwise]> {
  let kernel = "unary";
}

/// An op of one tensor and attributes whose result has another shape.
class NN_ShapedOp<string mnemonic, Quantizable quantizable, dag attributes>
    : NN_Op<mnemonic, quantizable> {
  let arguments = !con((ins NN_Tensor:$input), attributes);
}

// How most ops quantize.
/// One activation to an observed activation.
def NN_Observed : Quantizable<[Activation], Observe>;
/// The result keeps the input's quantization parameters, but is computed.
def NN_Shared : Quantizable<[Activation], SameAsOperand<0>>;
/// The result's elements are input elements (or bounds): the op can run on the integers.
def NN_Commuting : Quantizable<[Activation], SameAsOperand<0>, /*commutes=*/true>;

/// The result lies between 0 and 1.
def NN_UnitInterval : Quantizable<[Activation], FixedQParams<"1.0f / 256.0f", 0>>;

#endif // QUANTIR_DIALECTS_NN_NNBASE_TD
