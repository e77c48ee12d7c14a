//===- MlirTarget.cpp - Fuzzing models as MLIR text ------------------------===//
//
// The text of any dialect of ours goes the way of a model that a tool is given.
//
//===----------------------------------------------------------------------===//

#include "CompilerFuzz.h"

#include "ModelFile.h"

using namespace quantir;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  fuzz::MemoryFile file(data, size);
  runtime::Result<LoadedModule> loaded = loadModule(file.path());
  if (!loaded) {
    fuzz::require(!loaded.message().empty(), "an error without a message");
    return 0;
  }
  fuzz::compileAll(*loaded->module);
  return 0;
}
