//===- TensorReader.h - Decoding of TensorProto -----------------*- C++ -*-===//

#ifndef QUANTIR_LIB_FRONTEND_ONNX_TENSORREADER_H
#define QUANTIR_LIB_FRONTEND_ONNX_TENSORREADER_H

#include "HostTensor.h"

#include "llvm/ADT/StringMap.h"
#include "llvm/Support/MemoryBuffer.h"

namespace onnx {
class TensorProto;
} // namespace onnx

namespace quantir::importer {

/// Reads the tensors of one model.
class TensorReader {
public:
  /// External data is looked for in `folder`; when empty there is none.
  explicit TensorReader(std::string folder) : folder(std::move(folder)) {}

  /// Decodes a tensor, whichever field holds its data. The result may borrow from `proto`. The
  /// error does not name the tensor.
  llvm::Expected<HostTensor> read(const ::onnx::TensorProto &proto);

private:
  llvm::Expected<HostTensor> readExternal(const ::onnx::TensorProto &proto, ElementType type,
                                          Dims dims);
  /// Maps the file that a tensor names, once.
  llvm::Expected<std::shared_ptr<const llvm::MemoryBuffer>> openExternal(llvm::StringRef location);

  std::string folder;
  llvm::StringMap<std::shared_ptr<const llvm::MemoryBuffer>> files;
};

} // namespace quantir::importer

#endif // QUANTIR_LIB_FRONTEND_ONNX_TENSORREADER_H
