//===- ArrayTarget.cpp - Fuzzing .npy and .npz files -----------------------===//

#include "Fuzz.h"

#include "runtime/data/ArrayFile.h"

using namespace quantir;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  fuzz::MemoryFile file(data, size);
  Result<std::vector<runtime::NamedArray>> arrays = runtime::loadArrays(file.path());
  if (!arrays) {
    fuzz::require(!arrays.message().empty(), "an error without a message");
    return 0;
  }
  for (const runtime::NamedArray &named : *arrays)
    fuzz::require(named.array.bytes.size() ==
                      size_t(named.array.numElements()) * sizeOf(named.array.type),
                  "an array of another size than its shape");
  return 0;
}
