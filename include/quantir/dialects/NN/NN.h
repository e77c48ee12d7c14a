//===- NN.h - The nn dialect --------------------------------------*- C++ -*-===//
//
// Float tensor operators with PyTorch's semantics. The ops are documented in
// docs/generated/NNDialect.md.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_DIALECTS_NN_NN_H
#define QUANTIR_DIALECTS_NN_NN_H

#include "quantir/Shapes/Shapes.h"
#include "quantir/dialects/Interfaces/QuantizableOpInterface.h"
#include "quantir/dialects/NN/AttrNames.h"

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

namespace quantir::nn {

/// Dimensions as include/quantir/Shapes/Shapes.h has them: -1 where MLIR has ShapedType::kDynamic.
using Dims = shapes::Dims;
using Shapes = std::vector<Dims>;

/// True for the type of nearly all values in the dialect: a ranked tensor of f32 without encoding,
/// with positive dimensions, of which one may be dynamic.
bool isTensor(mlir::Type type);

/// True for the type of indices: the same with elements of i64 or i32.
bool isIndexTensor(mlir::Type type);

/// The dimensions of a value for which `isTensor` or `isIndexTensor` holds.
Dims getDims(mlir::Value value);
Dims getDims(mlir::RankedTensorType type);

/// The tensor type of f32 with these dimensions.
mlir::RankedTensorType getTensorType(mlir::MLIRContext *context, const Dims &dims);

namespace detail {
/// Implements InferTypeOpInterface::inferReturnTypes: checks the operands' types, runs `infer`, and
/// makes types of the shapes or an error of the text it returns.
mlir::LogicalResult inferResultTypes(llvm::StringRef opName, mlir::MLIRContext *context,
                                     std::optional<mlir::Location> location,
                                     mlir::ValueRange operands,
                                     llvm::function_ref<std::string(Shapes &)> infer,
                                     llvm::SmallVectorImpl<mlir::Type> &types);

/// Checks that an op's result types are those that it infers.
mlir::LogicalResult verifyResultTypes(mlir::Operation *op);

std::string inferBroadcast(mlir::Value lhs, mlir::Value rhs, Shapes &results);
} // namespace detail

namespace OpTrait {
/// The ops whose result types come from their `inferShapes`.
template <typename ConcreteType>
class InfersShapes : public mlir::OpTrait::TraitBase<ConcreteType, InfersShapes> {
public:
  static mlir::LogicalResult verifyTrait(mlir::Operation *op) {
    return detail::verifyResultTypes(op);
  }
};

/// The op can become part of the weight and the bias of the op before it, if its parameters are
/// constant.
template <typename ConcreteType>
class FoldsIntoWeights : public mlir::OpTrait::TraitBase<ConcreteType, FoldsIntoWeights> {};
} // namespace OpTrait

} // namespace quantir::nn

#include "quantir/dialects/NN/NNDialect.h.inc"
#include "quantir/dialects/NN/NNEnums.h.inc"

#define GET_OP_CLASSES
#include "quantir/dialects/NN/NNOps.h.inc"

namespace quantir::nn {

/// Creates an op with inferred result types from operands and attributes that nobody has checked
/// yet, such as a file's. Returns null, after an error at `location`, where the generated builders
/// would end the program. The number of operands is the caller's duty.
template <typename OpT>
OpT createChecked(mlir::OpBuilder &builder, mlir::Location location, mlir::ValueRange operands,
                  llvm::ArrayRef<mlir::NamedAttribute> attributes = {}) {
  using Properties = typename OpT::Properties;
  mlir::OperationState state(location, OpT::getOperationName());
  state.addOperands(operands);
  if constexpr (!std::is_same_v<Properties, mlir::EmptyProperties>) {
    auto &properties = state.getOrAddProperties<Properties>();
    OpT::populateDefaultProperties(state.name, properties);
    auto emitError = [&] { return mlir::emitError(location, OpT::getOperationName()) << ": "; };
    if (failed(OpT::setPropertiesFromAttr(properties, builder.getDictionaryAttr(attributes),
                                          emitError)))
      return {};
  }
  if (failed(OpT::inferReturnTypes(builder.getContext(), location, operands,
                                   /*attributes=*/{}, state.getRawProperties(),
                                   /*regions=*/{}, state.types)))
    return {};
  auto op = llvm::cast<OpT>(builder.create(state));
  if (succeeded(mlir::verify(op)))
    return op;
  op->erase();
  return {};
}

/// The bounds of an op that limits values to a range: nn.relu, nn.clamp.
struct Bounds {
  float min;
  float max;
};

/// The bounds of a clipping op; nothing for another op or null.
std::optional<Bounds> getClippingBounds(mlir::Operation *op);

} // namespace quantir::nn

#endif // QUANTIR_DIALECTS_NN_NN_H
