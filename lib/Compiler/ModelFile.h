//===- ModelFile.h - Reading models of any form -----------------*- C++ -*-===//

#ifndef QUANTIR_COMPILER_MODELFILE_H
#define QUANTIR_COMPILER_MODELFILE_H

#include "quantir/Base/Files.h"
#include "quantir/Base/Status.h"
#include "quantir/Compiler.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

#include <memory>
#include <string>

namespace quantir {

enum class FileKind { Plan, ONNX, MLIR };

/// A file that was read, once: it may be a pipe.
struct ModelFile {
  std::string path;
  Bytes bytes;
  FileKind kind; ///< by what it contains; where that is damaged, by its name
};

/// `copy`: into memory even if it is large.
Result<ModelFile> readModelFile(const std::string &path, bool copy = false);

/// A context with all dialects, and without threads of its own.
std::unique_ptr<mlir::MLIRContext> makeContext();

/// Imports an ONNX model, or parses MLIR, text or bytecode, in a context that has all dialects. A
/// plan is an error. `inputs` are for ONNX only. What is odd about the file is added to `warnings`.
Result<mlir::OwningOpRef<mlir::ModuleOp>> loadModule(mlir::MLIRContext *context,
                                                     const ModelFile &file,
                                                     const InputShapes &inputs,
                                                     std::vector<std::string> &warnings);

/// An error where `inputs` say something of a file that is not of ONNX.
Status checkShapesApply(const ModelFile &file, const InputShapes &inputs);

/// "float", "prepared", "reference" or "lowered"; a module that does not say is float.
std::string stageOf(mlir::ModuleOp module);

} // namespace quantir

#endif // QUANTIR_COMPILER_MODELFILE_H
