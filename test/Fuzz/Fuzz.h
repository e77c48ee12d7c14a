//===- Fuzz.h - What the fuzz targets share ---------------------*- C++ -*-===//
//
// A target is one function, which is given the bytes of a file. It ends the process where they make
// the library do what it never may; that they are refused is what it expects. docs/Testing.md says
// how targets are run.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_TEST_FUZZ_FUZZ_H
#define QUANTIR_TEST_FUZZ_FUZZ_H

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <sys/mman.h>
#include <unistd.h>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

namespace quantir::fuzz {

/// Ends the process: a target found a defect.
[[noreturn]] inline void fail(std::string_view what) {
  std::fprintf(stderr, "fuzz: %.*s\n", int(what.size()), what.data());
  std::abort();
}

inline void require(bool condition, std::string_view what) {
  if (!condition)
    fail(what);
}

/// A file in memory, for what is read by its path.
class MemoryFile {
public:
  MemoryFile(const uint8_t *data, size_t size) : descriptor(memfd_create("fuzz", MFD_CLOEXEC)) {
    require(descriptor >= 0, "memfd_create failed");
    for (size_t written = 0; written < size;) {
      ssize_t count = write(descriptor, data + written, size - written);
      require(count > 0, "cannot write a file in memory");
      written += size_t(count);
    }
  }
  ~MemoryFile() { close(descriptor); }
  MemoryFile(const MemoryFile &) = delete;
  MemoryFile &operator=(const MemoryFile &) = delete;

  std::string path() const { return "/proc/self/fd/" + std::to_string(descriptor); }

private:
  int descriptor;
};

} // namespace quantir::fuzz

#endif // QUANTIR_TEST_FUZZ_FUZZ_H
