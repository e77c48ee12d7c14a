//===- Files.h - Reading and writing whole files ----------------*- C++ -*-===//
//
// Every file the tools write appears whole or not at all: it is written without a name, or under a
// temporary one beside its target, and renamed into place. Every file they read is read once and,
// unless it is large, into memory, so that later changes to the file do not matter.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_BASE_FILES_H
#define QUANTIR_BASE_FILES_H

#include "quantir/Base/Status.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace quantir {

/// Bytes, and whatever keeps them alive (a mapping, a buffer). Copies share the bytes.
struct Bytes {
  std::span<const std::byte> data;
  std::shared_ptr<const void> owner;
  bool isMapped = false; ///< from a file, which must not change then

  size_t size() const { return data.size(); }
  std::string_view text() const {
    return {reinterpret_cast<const char *>(data.data()), data.size()};
  }
};

/// The most bytes that are read from a pipe: a quarter of the machine's memory.
uint64_t defaultStreamLimit();

/// The contents of a regular file, or of a pipe to its end, 64-byte aligned. Errors: a device,
/// which may have no end, and a pipe that gives more than `streamLimit` bytes.
Result<Bytes> readFile(const std::string &path, uint64_t streamLimit = defaultStreamLimit());

/// The same, but a regular file of at least `least` bytes is mapped. Whoever changes it in place
/// while it is in use changes the bytes, and cutting it off is a SIGBUS.
Result<Bytes> mapFile(const std::string &path, uint64_t least = 64 << 20,
                      uint64_t streamLimit = defaultStreamLimit());

/// Checks whether `writeFile(path)` can be expected to work, without touching an existing file.
/// Call it before long work, so that an hour of calibration does not end in "permission denied".
Status checkWritable(const std::string &path);

/// Replaces the file at `path` by `data`, whole or not at all: also after a crash of the machine.
/// The permissions and, as far as the process may set them, the owner and group stay. A symbolic
/// link is followed. What is not a regular file (/dev/stdout) is written to directly.
Status writeFile(const std::string &path, std::span<const std::byte> data);
Status writeFile(const std::string &path, std::string_view text);

/// Called with the bytes of a file, part after part.
using ByteSink = std::function<Status(std::span<const std::byte>)>;

/// The same for contents that `write` produces in parts. If it fails or throws, that is an error,
/// and no file is left.
Status writeFile(const std::string &path, const std::function<Status(const ByteSink &put)> &write);

/// A file to write, and a function that produces its contents.
struct PendingFile {
  std::string path;
  std::function<Status(const ByteSink &put)> write;
};

/// Writes all of `files`, or none. Each is written without a name where the file system supports
/// that, else under a temporary one. When all are on the disk they get temporary names, then `last`
/// is called, and if that succeeds they get their final names. Signals wait from `last` on
/// (SignalDeferral). Empty paths are skipped.
Status writeTogether(std::vector<PendingFile> files, const std::function<Status()> &last = {});

/// While an object of this class exists, files are getting their names, and a signal that ended the
/// program would leave only some of them: the signal waits until the last object is gone, and is
/// then raised again.
class SignalDeferral {
public:
  SignalDeferral();
  ~SignalDeferral();
  SignalDeferral(const SignalDeferral &) = delete;
  SignalDeferral &operator=(const SignalDeferral &) = delete;

  /// Called by the handler of a signal that ends the program: true if the handler has to return,
  /// since the signal will be raised again. False if a signal waits already: a second one ends the
  /// program at once. Async-signal-safe.
  static bool defer(int signal) noexcept;
};

/// Removes the temporary files that have names at this moment. Async-signal-safe: for the handler
/// of a signal that ends the program.
void removeTemporaryFiles() noexcept;

} // namespace quantir

#endif // QUANTIR_BASE_FILES_H
