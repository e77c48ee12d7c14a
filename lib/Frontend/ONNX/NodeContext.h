//===- NodeContext.h - One node being imported ------------------*- C++ -*-===//
//
// What the importer of an operator works with: the node's attributes, its inputs, and a place for
// its outputs.
//
// The first error of a node is reported and sticks. From then on the functions here return defaults
// and null values and report nothing more, so that an importer reads what it needs and looks once,
// before it uses what it read:
//
//   LogicalResult importSoftmax(NodeContext &node) {
//     int64_t axis = node.getAxis("axis", -1, node.getRank(0));
//     return node.emit<nn::SoftmaxOp>({node.getValue(0)}, {node.attr("axis", axis)});
//   }
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_LIB_FRONTEND_ONNX_NODECONTEXT_H
#define QUANTIR_LIB_FRONTEND_ONNX_NODECONTEXT_H

#include "HostTensor.h"
#include "ModulePath.h"
#include "ValueTable.h"

#include "quantir/dialects/NN/NN.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/Diagnostics.h"

#include <onnx/onnx_pb.h>
#include <optional>

namespace quantir::importer {

using mlir::failed;
using mlir::failure;
using mlir::LogicalResult;
using mlir::success;
using mlir::Value;
using mlir::ValueRange;

/// An error being written. It is a failure also when it is not reported, because the node has had
/// one before.
class NodeError {
public:
  NodeError() = default;
  explicit NodeError(mlir::InFlightDiagnostic diagnostic) : diagnostic(std::move(diagnostic)) {}

  template <typename T> NodeError &&operator<<(T &&part) && {
    if (diagnostic)
      *diagnostic << std::forward<T>(part);
    return std::move(*this);
  }
  operator LogicalResult() const { return failure(); }

private:
  std::optional<mlir::InFlightDiagnostic> diagnostic;
};

class NodeContext {
public:
  /// Errors are reported at `fileLocation`; operations get the node's name as their location, and
  /// `path`.
  NodeContext(const ::onnx::NodeProto &proto, int64_t opset, llvm::StringRef path, CallForm call,
              const Graph &graph, ValueTable &values, TensorReader &reader,
              mlir::OpBuilder &builder, mlir::Location fileLocation);

  int64_t getOpset() const { return opset; }

  //===--------------------------------------------------------------------===//
  // Errors
  //===--------------------------------------------------------------------===//

  /// Reports an error of this node, unless one was reported.
  NodeError emitError();
  /// The same about an attribute or an input.
  NodeError emitAttributeError(llvm::StringRef name);
  NodeError emitInputError(unsigned index);

  bool hasFailed() const { return isFailed; }
  LogicalResult getResult() const { return failure(isFailed); }

  //===--------------------------------------------------------------------===//
  // Attributes
  //===--------------------------------------------------------------------===//

  bool hasAttribute(llvm::StringRef name) const { return findAttribute(name) != nullptr; }
  int64_t getInt(llvm::StringRef name, int64_t defaultValue);
  /// An integer that stands for a truth value.
  bool getFlag(llvm::StringRef name, bool defaultValue) { return getInt(name, defaultValue) != 0; }
  float getFloat(llvm::StringRef name, float defaultValue);
  llvm::StringRef getString(llvm::StringRef name, llvm::StringRef defaultValue);
  Dims getInts(llvm::StringRef name, Dims defaultValue = {});
  /// An axis of a tensor of this rank, made non-negative.
  int64_t getAxis(llvm::StringRef name, int64_t defaultValue, int64_t rank);
  /// The attribute of this type, or null; reports another type.
  const ::onnx::AttributeProto *findAttribute(llvm::StringRef name,
                                              ::onnx::AttributeProto::AttributeType type);

  //===--------------------------------------------------------------------===//
  // Inputs
  //===--------------------------------------------------------------------===//

  unsigned getNumInputs() const { return proto.input_size(); }
  /// Whether an optional input is given.
  bool hasInput(unsigned index) const;
  /// The input as a constant; null if it is computed from the model's inputs.
  const HostTensor *getConstant(unsigned index);
  bool isConstant(unsigned index) { return getConstant(index) != nullptr; }
  bool areInputsConstant();
  /// Whether the operator, one that broadcasts its inputs, can be evaluated: they are constants, of
  /// which some may be repeated for each sample.
  bool canEvaluate();
  /// Reports an input that is not constant, for an operator that is only evaluated.
  LogicalResult requireConstantInputs();
  /// The input as an operand of an evaluation: of a constant repeated for each sample what is
  /// repeated. Null if it is computed from the model's inputs.
  const HostTensor *getHost(unsigned index);
  /// The input as a value of the function; a constant is put there. Null after an error.
  Value getValue(unsigned index);
  /// The input as a constant repeated for each sample; null if it is not one.
  const BatchConstant *getBatchConstant(unsigned index);
  /// The input as an operand that is broadcast with the input `other`: a constant repeated for each
  /// sample is not repeated where `other` has the batch.
  Value getBroadcastValue(unsigned index, unsigned other);
  /// The input's dimensions, -1 for a dynamic one.
  Dims getDims(unsigned index);
  int64_t getRank(unsigned index) { return getDims(index).size(); }
  /// The input's dimensions, a dynamic one as a multiple of the batch size.
  llvm::SmallVector<SymbolicInt> getSymbolicDims(unsigned index);
  llvm::StringRef getInputName(unsigned index) const { return proto.input(index); }
  /// The input as a list of integers: a constant scalar or vector that does not depend on the
  /// batch.
  Dims getConstantInts(unsigned index);
  /// The same where elements may depend on the batch.
  llvm::SmallVector<SymbolicInt> getSymbolicInts(unsigned index);
  /// The input as a constant float32 number.
  float getConstantFloat(unsigned index);
  /// A list of integers that older opsets have as an attribute, newer ones as an input; none if it
  /// is not given.
  std::optional<Dims> getIntsOfAttributeOrInput(llvm::StringRef name, unsigned index);

  //===--------------------------------------------------------------------===//
  // Outputs
  //===--------------------------------------------------------------------===//

  unsigned getNumOutputs() const { return proto.output_size(); }
  LogicalResult bind(unsigned index, Value value);
  LogicalResult bind(unsigned index, llvm::Expected<HostTensor> constant);
  LogicalResult bind(unsigned index, BatchConstant constant);
  /// Binds output 0 to what an operator that `canEvaluate` makes of the operands `getHost` gives.
  LogicalResult bindEvaluated(llvm::Expected<HostTensor> result);
  /// Whether something reads the output.
  bool isOutputUsed(unsigned index) const;
  /// Reports an output that something reads but that was not bound.
  LogicalResult checkOutputsBound();

  //===--------------------------------------------------------------------===//
  // Operations
  //===--------------------------------------------------------------------===//

  mlir::NamedAttribute attr(llvm::StringRef name, int64_t value);
  mlir::NamedAttribute attr(llvm::StringRef name, bool value);
  mlir::NamedAttribute attr(llvm::StringRef name, float value);
  mlir::NamedAttribute attr(llvm::StringRef name, const Dims &value);

  /// Creates an operation with inferred result types; null after an error.
  template <typename OpT>
  OpT create(ValueRange operands, llvm::ArrayRef<mlir::NamedAttribute> attributes = {}) {
    if (isFailed)
      return {};
    std::string error;
    OpT op;
    {
      mlir::ScopedDiagnosticHandler handler(builder.getContext(),
                                            [&](mlir::Diagnostic &diagnostic) {
                                              error = diagnostic.str();
                                              return success();
                                            });
      op = nn::createChecked<OpT>(builder, location, operands, attributes);
    }
    if (!op) {
      emitError() << error;
      return {};
    }
    finish(op);
    return op;
  }

  /// Creates an operation whose result is output 0.
  template <typename OpT>
  LogicalResult emit(ValueRange operands, llvm::ArrayRef<mlir::NamedAttribute> attributes = {}) {
    OpT op = create<OpT>(operands, attributes);
    return op ? bind(0, op->getResult(0)) : failure();
  }

  /// Creates an nn.reshape to `shape`: sizes and at most one -1. Finds the size of the -1, and of a
  /// dynamic batch. Null after an error.
  Value reshape(Value input, llvm::ArrayRef<SymbolicInt> shape);

  /// Notes that errors of the nodes behind `value` may be due to this one: "its shape ...".
  void suspect(Value value, llvm::StringRef reason);

  /// An f32 constant of the function. `name` tells what it is. Null after an error, such as another
  /// type.
  Value createConstant(const HostTensor &tensor, llvm::StringRef name);

  TensorReader &getReader() { return reader; }

private:
  const ::onnx::AttributeProto *findAttribute(llvm::StringRef name) const;
  /// The first input that is a constant repeated for each sample, or null.
  const BatchConstant *findBatchConstant();
  /// Sets what every created operation carries.
  void finish(mlir::Operation *op);

  const ::onnx::NodeProto &proto;
  int64_t opset;
  mlir::StringAttr path;
  CallForm call;
  const Graph &graph;
  ValueTable &values;
  TensorReader &reader;
  mlir::OpBuilder &builder;
  mlir::Location fileLocation;
  mlir::Location location;
  bool isFailed = false;
};

} // namespace quantir::importer

#endif // QUANTIR_LIB_FRONTEND_ONNX_NODECONTEXT_H
