//===- Files.h - Reading and writing whole files ----------------*- C++ -*-===//
//
// Every file the tools write appears whole or not at all: it is written without a name, or under a
// temporary one beside its target, and renamed into place. Every file they read is read once, and
// unless it is large into memory, so that nothing that happens to it meanwhile matters.
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
  bool isMapped = false; ///< from a file, which then has to stay as it is

  size_t size() const { return data.size(); }
  std::string_view text() const {
    return {reinterpret_cast<const char *>(data.data()), data.size()};
  }
};

/// What a pipe may give at most: a quarter of the machine's memory.
uint64_t defaultStreamLimit();

/// The contents of a regular file, or of a pipe to its end, 64-byte aligned. Errors: a device,
/// which may have no end, and a pipe that gives more than `streamLimit` bytes.
Result<Bytes> readFile(const std::string &path, uint64_t streamLimit = defaultStreamLimit());

/// The same, but a regular file of at least `least` bytes is mapped. Whoever changes it in place
/// while it is in use changes the bytes, and cutting it off is a SIGBUS.
Result<Bytes> mapFile(const std::string &path, uint64_t least = 64 << 20,
                      uint64_t streamLimit = defaultStreamLimit());

/// Says whether `writeFile(path)` can be expected to work, without touching what is there. Asked
/// before long work, so that an hour of calibration does not end in "permission denied".
Status checkWritable(const std::string &path);

/// Replaces the file at `path` by `data`, whole or not at all: also after a crash of the machine.
/// The permissions and, as far as the process may set them, the owner and group stay. A symbolic
/// link is followed. What is not a regular file (/dev/stdout) is written to directly.
Status writeFile(const std::string &path, std::span<const std::byte> data);
Status writeFile(const std::string &path, std::string_view text);

/// Takes the bytes of a file, part after part.
using ByteSink = std::function<Status(std::span<const std::byte>)>;

/// As above, for contents that are made on the way. If `write` fails, or throws, which is an error
/// too, nothing is left.
Status writeFile(const std::string &path, const std::function<Status(const ByteSink &put)> &write);

/// A file to write, by a function that gives its contents.
struct PendingFile {
  std::string path;
  std::function<Status(const ByteSink &put)> write;
};

/// Writes all of `files`, or none: each is written without a name, if that can be, else under a
/// temporary one. When all of them are on the disk they get temporary names, then `last` is called,
/// and when that has succeeded they get their names. Signals wait from `last` on (SignalDeferral).
/// Empty paths are left out.
Status writeTogether(std::vector<PendingFile> files, const std::function<Status()> &last = {});

/// While one lives, files are getting their names, and a signal that ended the program would leave
/// a part of them: it waits until the last one is gone, and is raised again then.
class SignalDeferral {
public:
  SignalDeferral();
  ~SignalDeferral();
  SignalDeferral(const SignalDeferral &) = delete;
  SignalDeferral &operator=(const SignalDeferral &) = delete;

  /// For the handler of a signal that ends the program: whether it is to return, since the signal
  /// will come again. Not if one waits already: a second one ends the program at once.
  /// Async-signal-safe.
  static bool defer(int signal) noexcept;
};

/// Removes the temporary files that have names at this moment. Async-signal-safe: for the handler
/// of a signal that ends the program.
void removeTemporaryFiles() noexcept;

} // namespace quantir

#endif // QUANTIR_BASE_FILES_H
