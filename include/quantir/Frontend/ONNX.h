//===- ONNX.h - Import of ONNX models ---------------------------*- C++ -*-===//
//
// From an ONNX file to a module of the nn dialect. Opsets 9 to 22 of the default domain are read;
// docs/ONNX.md lists the operators.
//
// The module holds one function:
//
//   module attributes {quantir.model = "resnet20", quantir.stage = "float"} {
//     func.func public @main(%arg0: tensor<?x3x32x32xf32> {nn.name = "input"})
//         -> (tensor<?x10xf32> {nn.name = "logits"})
//
// A symbolic or absent dimension of an input, the batch, becomes `?`; all other dimensions must be
// known. Every op has the node's name as its location, and its module path as `nn.path`. Nodes that
// only compute shapes are evaluated during the import and leave no trace.
//
// An error is a diagnostic of the context, at the file's name; it names the node and the input or
// attribute, and has a note for every other problem that was found in the model. Nothing in a file
// is trusted: any sequence of bytes gives a verified module or one error.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_FRONTEND_ONNX_H
#define QUANTIR_FRONTEND_ONNX_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "llvm/Support/MemoryBufferRef.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace mlir {
class DialectRegistry;
} // namespace mlir

namespace quantir {

/// The opsets of the default domain that can be imported.
inline constexpr int64_t minimumOnnxOpset = 9;
inline constexpr int64_t maximumOnnxOpset = 22;

struct ImportOptions {
  /// The module's `quantir.model`; if empty, the file's name without folder and extension.
  std::string modelName;

  /// The size of the dimension of each input that the file leaves open. Without it they stay
  /// dynamic.
  std::optional<int64_t> batch;

  /// Shapes to use in place of the file's, by input name; the empty name is that of a model's only
  /// input. A -1 is a dynamic dimension.
  std::map<std::string, std::vector<int64_t>> inputShapes;

  /// The folder of the files that hold external tensors; if empty, the model's own folder, or for a
  /// buffer the folder in its identifier. A tensor cannot name a file outside it.
  std::string externalDataFolder;
};

/// Registers the dialects of the ops that `importONNX` creates: func, arith, nn.
void registerONNXImportDialects(mlir::DialectRegistry &registry);

/// Imports the model in the file `path`. Returns null after an error.
mlir::OwningOpRef<mlir::ModuleOp> importONNX(mlir::MLIRContext *context, llvm::StringRef path,
                                             const ImportOptions &options = {});

/// Imports the model in a buffer; its identifier stands for the file's name.
mlir::OwningOpRef<mlir::ModuleOp> importONNX(mlir::MLIRContext *context,
                                             llvm::MemoryBufferRef buffer,
                                             const ImportOptions &options = {});

/// Reads "x=N,3,224,224" into `shapes`: sizes, and N, ? or -1 for the dynamic dimension. Without a
/// name it is the shape of the only input. Returns what is wrong, or the empty string.
std::string parseInputShape(llvm::StringRef text,
                            std::map<std::string, std::vector<int64_t>> &shapes);

/// The files of external data that the model in a buffer names, relative to the folder in the
/// buffer's identifier. None if the buffer holds no model.
std::vector<std::string> listExternalFiles(llvm::MemoryBufferRef buffer);

/// Registers `import-onnx` with mlir-translate's driver.
void registerONNXTranslation();

} // namespace quantir

#endif // QUANTIR_FRONTEND_ONNX_H
