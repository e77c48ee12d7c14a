//===- Files.h - Reading and writing whole files ----------------*- C++ -*-===//
//
// Every file the tools write appears whole or not at all: it is written under a temporary name
// beside its target and renamed into place. Every file they read is mapped when it can be.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_RUNTIME_DATA_FILES_H
#define QUANTIR_RUNTIME_DATA_FILES_H

#include "quantir/Runtime/Status.h"

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace quantir::runtime {

/// Bytes, and whatever keeps them alive (a mapping, a buffer). Copies share the bytes.
struct Bytes {
  std::span<const std::byte> data;
  std::shared_ptr<const void> owner;

  size_t size() const { return data.size(); }
  std::string_view text() const {
    return {reinterpret_cast<const char *>(data.data()), data.size()};
  }
};

/// The contents of a file: mapped if it is a regular file, read if it is a pipe or the like.
Result<Bytes> readFile(const std::string &path);

/// Says whether `writeFile(path)` can be expected to work, without touching what is there. Asked
/// before long work, so that an hour of calibration does not end in "permission denied".
Status checkWritable(const std::string &path);

/// Replaces the file at `path` by `data`, whole or not at all. What is not a regular file
/// (/dev/stdout) is written to directly.
Status writeFile(const std::string &path, std::span<const std::byte> data);
Status writeFile(const std::string &path, std::string_view text);

/// As `writeFile`, for writers that need a path: `write` fills the file it is given the name of,
/// which then becomes `path`; if it fails, nothing is left.
Status replaceFile(const std::string &path,
                   const std::function<Status(const std::string &temporary)> &write);

} // namespace quantir::runtime

#endif // QUANTIR_RUNTIME_DATA_FILES_H
