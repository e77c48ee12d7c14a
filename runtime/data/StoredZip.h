//===- StoredZip.h - Writing zip files --------------------------*- C++ -*-===//
//
// Zip files as numpy.savez writes them: nothing is compressed. They are written from front to back,
// so that they can go to a pipe, and without a copy of what they hold.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_RUNTIME_DATA_STOREDZIP_H
#define QUANTIR_RUNTIME_DATA_STOREDZIP_H

#include "quantir/Base/Files.h"

namespace quantir::runtime {

/// One file in it; the contents are `start` and then `rest`.
struct ZipEntry {
  std::string name; ///< UTF-8, at most 65535 bytes
  std::string start;
  std::span<const std::byte> rest;
};

/// Sizes and offsets of at least `zip64From` are written in 64 bits, which old readers do not know.
/// All dates are the format's first day: equal entries make equal bytes.
Status writeStoredZip(const ByteSink &put, std::span<const ZipEntry> entries,
                      uint64_t zip64From = 0xffffffff);

} // namespace quantir::runtime

#endif // QUANTIR_RUNTIME_DATA_STOREDZIP_H
