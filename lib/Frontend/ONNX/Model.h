//===- Model.h - A parsed ONNX file -----------------------------*- C++ -*-===//

#ifndef QUANTIR_LIB_FRONTEND_ONNX_MODEL_H
#define QUANTIR_LIB_FRONTEND_ONNX_MODEL_H

#include "mlir/IR/Location.h"
#include "llvm/Support/MemoryBufferRef.h"

#include <memory>
#include <onnx/onnx_pb.h>

namespace quantir::importer {

struct Model {
  ::onnx::ModelProto proto;
  /// Version of the default domain.
  int64_t opset = 0;

  const ::onnx::GraphProto &getGraph() const { return proto.graph(); }
};

/// Parses the bytes of a file and checks that they are a model of a supported version. Returns null
/// after an error at `location`.
std::unique_ptr<Model> parseModel(llvm::MemoryBufferRef buffer, mlir::Location location);

/// Fills `proto`; false when the bytes are not one whole message.
bool parseProto(llvm::StringRef bytes, ::onnx::ModelProto &proto);

/// "node '/conv1/Conv' (Conv)"; an unnamed node is told by its first output.
std::string describe(const ::onnx::NodeProto &node);

} // namespace quantir::importer

#endif // QUANTIR_LIB_FRONTEND_ONNX_MODEL_H
