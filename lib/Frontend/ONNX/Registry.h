//===- Registry.h - The operators that can be imported ----------*- C++ -*-===//
//
// One row per operator and per version that changed what the importer has to do. An operator is
// added by adding a row to the table of its group in Ops/.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_LIB_FRONTEND_ONNX_REGISTRY_H
#define QUANTIR_LIB_FRONTEND_ONNX_REGISTRY_H

#include "NodeContext.h"

namespace quantir::importer {

/// Any number of inputs or outputs.
inline constexpr unsigned unlimited = ~0u;

struct Operator {
  llvm::StringLiteral type;
  /// First opset of the default domain that the row is for.
  int64_t sinceOpset;
  unsigned minInputs, maxInputs, maxOutputs;
  /// The attributes it may have, separated by spaces.
  llvm::StringLiteral attributes;
  /// Binds the node's outputs to values or constants.
  LogicalResult (*import)(NodeContext &node);
};

using OperatorTable = llvm::ArrayRef<Operator>;

// The groups, in Ops/.
OperatorTable getActivationOperators();
OperatorTable getArithmeticOperators();
OperatorTable getConstantOperators();
OperatorTable getConvolutionOperators();
OperatorTable getLinearOperators();
OperatorTable getNormalizationOperators();
OperatorTable getPoolingOperators();
OperatorTable getResampleOperators();
OperatorTable getSelectionOperators();
OperatorTable getSequenceOperators();
OperatorTable getShapeOperators();

/// Binds output 0 to the constant, broadcast to a shape that may depend on the batch size.
LogicalResult bindRepeated(NodeContext &node, const HostTensor &constant,
                           llvm::ArrayRef<SymbolicInt> shape);

/// The elements of a computed value at `indices`, which are in its dimension `axis`, of constant
/// size. Null after an error.
Value emitGather(NodeContext &node, Value value, llvm::ArrayRef<int64_t> indices, int64_t axis);

/// The row for an operator of the default domain in this opset, or null.
const Operator *findOperator(llvm::StringRef type, int64_t opset);

/// The same for a node of any domain.
const Operator *findOperator(const ::onnx::NodeProto &node, int64_t opset);

/// The names of all operators, in alphabetical order.
std::vector<llvm::StringRef> getSupportedOperators();

/// Whether only a model that is quantized already has such a node, in ONNX's form or in that of
/// ONNX Runtime.
bool isOfQuantizedModel(const ::onnx::NodeProto &node);

/// Why `findOperator` found nothing: "operator 'Reluu' of domain 'ai.onnx', opset 17, is not
/// supported; did you mean 'Relu'?".
std::string explainUnsupported(const ::onnx::NodeProto &node, int64_t opset);

/// Whether the node is of the default domain.
bool isDefaultDomain(const ::onnx::NodeProto &node);

/// Checks the node's inputs, outputs and attributes against the row.
LogicalResult checkSignature(NodeContext &node, const ::onnx::NodeProto &proto, const Operator &op);

} // namespace quantir::importer

#endif // QUANTIR_LIB_FRONTEND_ONNX_REGISTRY_H
