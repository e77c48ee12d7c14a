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
  mlir::MLIRContext *context = fuzz::sharedContext();
  mlir::OwningOpRef<mlir::ModuleOp> module;
  {
    DiagnosticCollector diagnostics(context);
    llvm::StringRef bytes(reinterpret_cast<const char *>(data), size);
    module = importONNX(context, llvm::MemoryBufferRef(bytes, "fuzz.onnx"));
    if (!module) {
      fuzz::requireError(diagnostics);
      return 0;
    }
  }
  fuzz::compileAll(*module);
  return 0;
}
