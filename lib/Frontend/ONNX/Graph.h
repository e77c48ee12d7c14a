//===- Graph.h - The structure of an ONNX graph -----------------*- C++ -*-===//

#ifndef QUANTIR_LIB_FRONTEND_ONNX_GRAPH_H
#define QUANTIR_LIB_FRONTEND_ONNX_GRAPH_H

#include "mlir/IR/Location.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSet.h"

#include <onnx/onnx_pb.h>
#include <vector>

namespace quantir::importer {

/// What the names of a graph stand for, and which nodes matter in which order.
class Graph {
public:
  explicit Graph(mlir::Location location) : location(location) {}

  /// Checks that names are defined, and defined once, and that nodes do not wait for each other.
  /// Fails after an error at `location`.
  mlir::LogicalResult analyze(const ::onnx::GraphProto &proto);

  /// The inputs that the model's user gives: old files list the initializers among the inputs too.
  const std::vector<const ::onnx::ValueInfoProto *> &getInputs() const { return inputs; }

  /// The nodes that the outputs need, every node after those it needs; in the file's order where
  /// that is such an order.
  const std::vector<const ::onnx::NodeProto *> &getNodes() const { return nodes; }

  /// The initializer of that name, or null.
  const ::onnx::TensorProto *findInitializer(llvm::StringRef name) const;

  /// Whether a node that matters, or an output, reads the value.
  bool isUsed(llvm::StringRef name) const { return uses.contains(name); }

private:
  mlir::LogicalResult define(const ::onnx::GraphProto &proto);
  mlir::LogicalResult checkInputsDefined(const ::onnx::GraphProto &proto);
  mlir::LogicalResult sort(const ::onnx::GraphProto &proto);
  void dropUnused(const ::onnx::GraphProto &proto);
  mlir::InFlightDiagnostic emitCycle(const ::onnx::GraphProto &proto,
                                     llvm::ArrayRef<unsigned> missing);

  /// What defines a value.
  struct Definition {
    const ::onnx::TensorProto *initializer = nullptr;
    bool isInput = false;
    int node = -1;
  };

  mlir::Location location;
  llvm::StringMap<Definition> definitions;
  llvm::StringSet<> uses;
  std::vector<const ::onnx::ValueInfoProto *> inputs;
  std::vector<const ::onnx::NodeProto *> nodes;
};

} // namespace quantir::importer

#endif // QUANTIR_LIB_FRONTEND_ONNX_GRAPH_H
