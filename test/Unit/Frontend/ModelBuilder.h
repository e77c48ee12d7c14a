//===- ModelBuilder.h - Small ONNX models for tests -------------*- C++ -*-===//

#ifndef QUANTIR_TEST_UNIT_FRONTEND_MODELBUILDER_H
#define QUANTIR_TEST_UNIT_FRONTEND_MODELBUILDER_H

#include "quantir/Frontend/ONNX.h"

#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/MLIRContext.h"

#include <catch2/catch_test_macros.hpp>
#include <onnx/onnx_pb.h>

namespace quantir::test {

/// A model with one input "x", built node by node. Everything can be changed afterwards through
/// `proto`.
class ModelBuilder {
public:
  /// A dimension of -1 is a symbolic one.
  explicit ModelBuilder(std::vector<int64_t> shape = {-1, 3, 8, 8}, int64_t opset = 17) {
    proto.set_ir_version(8);
    proto.add_opset_import()->set_version(opset);
    addInput("x", shape);
  }

  ::onnx::GraphProto &graph() { return *proto.mutable_graph(); }

  ::onnx::ValueInfoProto &addInput(const std::string &name, const std::vector<int64_t> &shape,
                                   int type = ::onnx::TensorProto::FLOAT) {
    ::onnx::ValueInfoProto &input = *graph().add_input();
    input.set_name(name);
    auto &tensor = *input.mutable_type()->mutable_tensor_type();
    tensor.set_elem_type(type);
    tensor.mutable_shape();
    for (int64_t dim : shape) {
      auto &added = *tensor.mutable_shape()->add_dim();
      dim == -1 ? added.set_dim_param("N") : added.set_dim_value(dim);
    }
    return input;
  }

  ModelBuilder &floats(const std::string &name, const std::vector<int64_t> &dims,
                       float value = 1.0f) {
    ::onnx::TensorProto &tensor = addTensor(name, dims, ::onnx::TensorProto::FLOAT);
    int64_t count = 1;
    for (int64_t dim : dims)
      count *= dim;
    for (int64_t i = 0; i < count; ++i)
      tensor.add_float_data(value);
    return *this;
  }

  ModelBuilder &ints(const std::string &name, const std::vector<int64_t> &values) {
    ::onnx::TensorProto &tensor =
        addTensor(name, {int64_t(values.size())}, ::onnx::TensorProto::INT64);
    for (int64_t value : values)
      tensor.add_int64_data(value);
    return *this;
  }

  ::onnx::TensorProto &addTensor(const std::string &name, const std::vector<int64_t> &dims,
                                 int type) {
    ::onnx::TensorProto &tensor = *graph().add_initializer();
    tensor.set_name(name);
    tensor.set_data_type(type);
    for (int64_t dim : dims)
      tensor.add_dims(dim);
    return tensor;
  }

  /// Adds a node named "/<op>" that computes `output`.
  ModelBuilder &node(const std::string &op, const std::vector<std::string> &inputs,
                     const std::string &output = "y") {
    ::onnx::NodeProto &node = *graph().add_node();
    node.set_name("/" + op);
    node.set_op_type(op);
    for (const std::string &input : inputs)
      node.add_input(input);
    node.add_output(output);
    return *this;
  }

  ::onnx::NodeProto &lastNode() { return *graph().mutable_node(graph().node_size() - 1); }

  // Attributes of the last node.
  ModelBuilder &attr(const std::string &name, int64_t value) {
    addAttribute(name, ::onnx::AttributeProto::INT).set_i(value);
    return *this;
  }
  ModelBuilder &attr(const std::string &name, const std::vector<int64_t> &values) {
    auto &attribute = addAttribute(name, ::onnx::AttributeProto::INTS);
    for (int64_t value : values)
      attribute.add_ints(value);
    return *this;
  }
  ModelBuilder &attr(const std::string &name, const char *value) {
    addAttribute(name, ::onnx::AttributeProto::STRING).set_s(value);
    return *this;
  }
  ModelBuilder &attr(const std::string &name, float value) {
    addAttribute(name, ::onnx::AttributeProto::FLOAT).set_f(value);
    return *this;
  }
  ::onnx::AttributeProto &addAttribute(const std::string &name,
                                       ::onnx::AttributeProto::AttributeType type) {
    ::onnx::AttributeProto &attribute = *lastNode().add_attribute();
    attribute.set_name(name);
    attribute.set_type(type);
    return attribute;
  }

  /// Makes a value an output; without one, "y".
  ModelBuilder &output(const std::string &name) {
    graph().add_output()->set_name(name);
    return *this;
  }

  std::string serialize() {
    if (graph().output_size() == 0)
      output("y");
    return proto.SerializeAsString();
  }

  ::onnx::ModelProto proto;
};

/// What came of an import: a module, or errors.
struct Imported {
  mlir::OwningOpRef<mlir::ModuleOp> module;
  std::vector<std::string> errors;

  /// The one error; fails the test if there is another number.
  std::string error() const {
    CHECK_FALSE(module);
    REQUIRE(errors.size() == 1);
    return errors[0];
  }

  std::string text() const {
    std::string text;
    llvm::raw_string_ostream stream(text);
    if (module)
      (*module)->print(stream);
    return text;
  }
};

inline Imported import(mlir::MLIRContext &context, llvm::StringRef bytes,
                       const ImportOptions &options = {}) {
  Imported result;
  mlir::ScopedDiagnosticHandler handler(&context, [&](mlir::Diagnostic &diagnostic) {
    if (diagnostic.getSeverity() == mlir::DiagnosticSeverity::Error)
      result.errors.push_back(diagnostic.str());
    return mlir::success();
  });
  result.module = importONNX(&context, llvm::MemoryBufferRef(bytes, "model.onnx"), options);
  return result;
}

inline Imported import(mlir::MLIRContext &context, ModelBuilder &model,
                       const ImportOptions &options = {}) {
  return import(context, model.serialize(), options);
}

} // namespace quantir::test

#endif // QUANTIR_TEST_UNIT_FRONTEND_MODELBUILDER_H
