//===- OnnxTarget.cpp - Fuzzing the import of ONNX files -------------------===//
//
// Any bytes give a verified module, which can be prepared and compiled or is refused with a reason,
// or one error.
//
//===----------------------------------------------------------------------===//

#include "CompilerFuzz.h"

#include "quantir/Frontend/ONNX.h"

#include "llvm/Support/MemoryBuffer.h"

using namespace quantir;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  std::unique_ptr<mlir::MLIRContext> context = fuzz::makeContext();
  mlir::OwningOpRef<mlir::ModuleOp> module;
  {
    DiagnosticCollector diagnostics(context.get());
    llvm::StringRef bytes(reinterpret_cast<const char *>(data), size);
    module = importONNX(context.get(), llvm::MemoryBufferRef(bytes, "fuzz.onnx"));
    if (!module) {
      fuzz::requireError(diagnostics);
      return 0;
    }
  }
  fuzz::compileAll(*module);
  return 0;
}
