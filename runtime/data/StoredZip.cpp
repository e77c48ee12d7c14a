//===- StoredZip.cpp - Writing zip files ----------------------------------===//
//
// The layout is that of PKWARE's APPNOTE.TXT, sections 4.3 and 4.5.3.
//
//===----------------------------------------------------------------------===//

#include "runtime/data/StoredZip.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <vector>

using namespace quantir;
using namespace quantir::runtime;

namespace {

constexpr uint64_t in64Bits = 0xffffffff; ///< in the place of a number that stands elsewhere

struct Placed {
  const ZipEntry &entry;
  uint64_t size;
  uint64_t offset;
  uint32_t checksum;
};

class Record {
public:
  Record &add(uint64_t value, int bytes) {
    for (int i = 0; i < bytes; ++i)
      text += char(value >> (8 * i) & 255);
    return *this;
  }
  Record &add(const std::string &more) {
    text += more;
    return *this;
  }
  size_t size() const { return text.size(); }
  Status writeTo(const ByteSink &put) const { return put(std::as_bytes(std::span(text))); }
  const std::string &str() const { return text; }

private:
  std::string text;
};

class Writer {
public:
  Writer(const ByteSink &sink, uint64_t zip64From) : sink(sink), zip64From(zip64From) {}

  Status write(std::span<const ZipEntry> entries) {
    std::vector<Placed> all;
    for (const ZipEntry &entry : entries) {
      if (entry.name.size() > 0xffff)
        return Status::invalidArgument(fmt::format("expected an array's name of at most 65535 "
                                                   "bytes, but got {}",
                                                   entry.name.size()));
      uLong checksum = 0;
      for (std::span<const std::byte> part : {std::as_bytes(std::span(entry.start)), entry.rest})
        if (!part.empty()) // without bytes it would begin anew
          checksum = crc32_z(checksum, reinterpret_cast<const Bytef *>(part.data()), part.size());
      all.push_back({entry, entry.start.size() + entry.rest.size(), written, uint32_t(checksum)});
      QUANTIR_RETURN_IF_ERROR(put(localHeader(all.back())));
      QUANTIR_RETURN_IF_ERROR(putBytes(std::as_bytes(std::span(entry.start))));
      QUANTIR_RETURN_IF_ERROR(putBytes(entry.rest));
    }
    const uint64_t begin = written;
    for (const Placed &placed : all)
      QUANTIR_RETURN_IF_ERROR(put(directoryEntry(placed)));
    return put(directoryEnd(all.size(), begin, written - begin));
  }

private:
  bool needs64(uint64_t value) const { return value >= zip64From; }
  uint64_t in32(uint64_t value) const { return needs64(value) ? in64Bits : value; }

  /// What both headers of an entry begin with.
  Record common(const Placed &placed, bool is64) const {
    const bool isAscii = std::all_of(placed.entry.name.begin(), placed.entry.name.end(),
                                     [](char c) { return static_cast<signed char>(c) >= 0; });
    const uint64_t size = needs64(placed.size) ? in64Bits : placed.size;
    Record record;
    record
        .add(is64 ? 45 : 20, 2)        // the version of the format that it takes to read this
        .add(isAscii ? 0 : 1 << 11, 2) // the name is UTF-8
        .add(0, 2)                     // stored
        .add(0, 2)                     // midnight
        .add(1 << 5 | 1, 2)            // 1980-01-01
        .add(placed.checksum, 4)
        .add(size, 4)
        .add(size, 4)
        .add(placed.entry.name.size(), 2);
    return record;
  }

  Record localHeader(const Placed &placed) const {
    const bool is64 = needs64(placed.size);
    Record record;
    record.add("PK\x03\x04").add(common(placed, is64).str()).add(is64 ? 20 : 0, 2);
    record.add(placed.entry.name);
    if (is64)
      record.add(1, 2).add(16, 2).add(placed.size, 8).add(placed.size, 8);
    return record;
  }

  Record directoryEntry(const Placed &placed) const {
    Record extra;
    if (needs64(placed.size))
      extra.add(placed.size, 8).add(placed.size, 8);
    if (needs64(placed.offset))
      extra.add(placed.offset, 8);
    const bool is64 = extra.size() > 0;
    Record record;
    record.add("PK\x01\x02")
        .add(is64 ? 45 : 20, 2) // made by
        .add(common(placed, is64).str())
        .add(is64 ? extra.size() + 4 : 0, 2)
        .add(0, 2 + 2 + 2) // comment, disk, text
        .add(0, 4)         // attributes
        .add(in32(placed.offset), 4)
        .add(placed.entry.name);
    if (is64)
      record.add(1, 2).add(extra.size(), 2).add(extra.str());
    return record;
  }

  Record directoryEnd(uint64_t count, uint64_t begin, uint64_t size) const {
    Record record;
    if (count >= 0xffff || needs64(begin) || needs64(size)) {
      record.add("PK\x06\x06").add(44, 8).add(45, 2).add(45, 2).add(0, 4).add(0, 4);
      record.add(count, 8).add(count, 8).add(size, 8).add(begin, 8);
      record.add("PK\x06\x07").add(0, 4).add(begin + size, 8).add(1, 4);
    }
    record.add("PK\x05\x06").add(0, 2).add(0, 2);
    record.add(std::min<uint64_t>(count, 0xffff), 2).add(std::min<uint64_t>(count, 0xffff), 2);
    return record.add(in32(size), 4).add(in32(begin), 4).add(0, 2);
  }

  Status put(const Record &record) {
    written += record.size();
    return record.writeTo(sink);
  }
  Status putBytes(std::span<const std::byte> data) {
    written += data.size();
    return sink(data);
  }

  const ByteSink &sink;
  const uint64_t zip64From;
  uint64_t written = 0;
};

} // namespace

Status quantir::runtime::writeStoredZip(const ByteSink &put, std::span<const ZipEntry> entries,
                                        uint64_t zip64From) {
  return Writer(put, zip64From).write(entries);
}
