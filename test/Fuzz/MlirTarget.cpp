//===- MlirTarget.cpp - Fuzzing models as MLIR text ------------------------===//
//
// The text of any dialect of ours goes the way of a model that a tool is given.
//
//===----------------------------------------------------------------------===//

#include "CompilerFuzz.h"

#include "lib/Compiler/ModelFile.h"

using namespace quantir;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  fuzz::MemoryFile memory(data, size);
  Result<ModelFile> file = readModelFile(memory.path());
  if (!file)
    return 0;
  std::vector<std::string> warnings;
  Result<mlir::OwningOpRef<mlir::ModuleOp>> module =
      loadModule(fuzz::sharedContext(), *file, {}, warnings);
  if (!module) {
    fuzz::require(!module.message().empty(), "an error without a message");
    return 0;
  }
  fuzz::compileAll(**module);
  return 0;
}
