//===- Model.cpp - A parsed ONNX file --------------------------------------===//

#include "Model.h"

#include "HostTensor.h"

#include "quantir/Frontend/ONNX.h"

#include "mlir/IR/Diagnostics.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/stubs/logging.h>
#include <limits>

using namespace quantir;
using namespace quantir::importer;
using llvm::StringRef;
using mlir::emitError;
using mlir::LogicalResult;
using mlir::success;

/// The type of an operator is an identifier, unless the file is broken.
static std::string describeOp(StringRef type) {
  bool isIdentifier = llvm::all_of(type, [](char c) { return llvm::isAlnum(c) || c == '_'; });
  return isIdentifier && !type.empty() && type.size() < 64 ? type.str() : inQuotes(type);
}

std::string importer::describe(const ::onnx::NodeProto &node) {
  std::string type = describeOp(node.op_type());
  if (!node.name().empty())
    return "node " + inQuotes(node.name()) + " (" + type + ")";
  if (node.output_size() > 0)
    return "node of output " + inQuotes(node.output(0)) + " (" + type + ")";
  return "node " + type;
}

/// What bytes that are no ONNX model look like.
static StringRef guessFormat(StringRef bytes) {
  if (bytes.starts_with("version https://git-lfs"))
    return "; it is a Git LFS pointer: fetch the file itself with 'git lfs pull'";
  if (bytes.starts_with("PK\x03\x04"))
    return "; it is a zip archive, perhaps a PyTorch checkpoint: export that to ONNX";
  if (bytes.starts_with("\x1f\x8b"))
    return "; it is compressed with gzip: unpack it";
  if (bytes.starts_with("ML\xefR"))
    return "; it is MLIR bytecode";
  if (bytes.substr(4).starts_with("TFL3"))
    return "; it is a TensorFlow Lite model";
  if (bytes.ltrim().starts_with("<"))
    return "; it looks like HTML or XML";
  return "";
}

bool importer::parseProto(StringRef bytes, ::onnx::ModelProto &proto) {
  if (bytes.size() > size_t(std::numeric_limits<int>::max()))
    return false;
  google::protobuf::LogSilencer silencer;
  google::protobuf::io::CodedInputStream stream(reinterpret_cast<const uint8_t *>(bytes.data()),
                                                int(bytes.size()));
  return proto.ParseFromCodedStream(&stream) && stream.ConsumedEntireMessage();
}

static LogicalResult checkVersion(Model &model, mlir::Location location) {
  bool found = false;
  for (const ::onnx::OperatorSetIdProto &set : model.proto.opset_import()) {
    if (!set.domain().empty() && set.domain() != "ai.onnx")
      continue;
    if (found && set.version() != model.opset)
      return emitError(location) << "expected one opset of the default domain, but got "
                                 << model.opset << " and " << set.version();
    model.opset = set.version();
    found = true;
  }
  if (!found)
    return emitError(location) << "expected an opset of the default domain, but the model has none";
  if (model.opset < minimumOnnxOpset || model.opset > maximumOnnxOpset)
    return emitError(location) << "expected an opset from " << minimumOnnxOpset << " to "
                               << maximumOnnxOpset << ", but got " << model.opset
                               << (model.opset < minimumOnnxOpset
                                       ? "; export the model again with a newer one"
                                       : "; export the model again with an older one");
  return success();
}

std::unique_ptr<Model> importer::parseModel(llvm::MemoryBufferRef buffer, mlir::Location location) {
  StringRef bytes = buffer.getBuffer();
  if (bytes.empty()) {
    emitError(location) << "expected an ONNX model, but the file is empty";
    return nullptr;
  }
  if (bytes.size() > size_t(std::numeric_limits<int>::max())) {
    emitError(location) << "expected an ONNX model below 2 GiB, but the file has " << bytes.size()
                        << " bytes; store its weights as external data";
    return nullptr;
  }
  auto model = std::make_unique<Model>();
  bool parsed = parseProto(bytes, model->proto);
  // Few bytes are not some protobuf message, so look for what every model has.
  if (!parsed || !model->proto.has_ir_version() || !model->proto.has_graph()) {
    emitError(location) << "expected an ONNX model, but the file of " << bytes.size()
                        << " bytes is something else or cut short" << guessFormat(bytes);
    return nullptr;
  }
  if (failed(checkVersion(*model, location)))
    return nullptr;
  if (model->proto.training_info_size() != 0) {
    emitError(location) << "models with training information are not supported; export the model "
                           "for inference";
    return nullptr;
  }
  return model;
}
