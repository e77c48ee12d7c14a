//===- ArrayFile.cpp - Files of named arrays: .npy and .npz ---------------===//

#include "runtime/data/ArrayFile.h"

#include "runtime/data/Npy.h"

#include <fmt/format.h>
#include <zip.h>

#include <algorithm>
#include <cstring>
#include <new>
#include <set>

using namespace quantir::runtime;

static constexpr std::string_view suffix = ".npy";

//===----------------------------------------------------------------------===//
// Reading .npz
//===----------------------------------------------------------------------===//

namespace {

struct DiscardArchive {
  void operator()(zip_t *archive) const { zip_discard(archive); }
};
using Archive = std::unique_ptr<zip_t, DiscardArchive>;

struct CloseEntry {
  void operator()(zip_file_t *file) const { zip_fclose(file); }
};
using Entry = std::unique_ptr<zip_file_t, CloseEntry>;

std::string textOf(zip_error_t &error) {
  std::string text = zip_error_strerror(&error);
  zip_error_fini(&error);
  return text;
}

} // namespace

static Result<Archive> openArchive(const Bytes &bytes) {
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t *source = zip_source_buffer_create(bytes.data.data(), bytes.size(), 0, &error);
  Archive archive(source ? zip_open_from_source(source, ZIP_RDONLY, &error) : nullptr);
  if (!archive) {
    if (source)
      zip_source_free(source);
    return Status::invalidData(
        fmt::format("not a readable .npz file ({}); write it with numpy.savez", textOf(error)));
  }
  return archive;
}

/// The bytes of entry `index`, decompressed and checked against their checksum.
static Result<Bytes> readEntry(zip_t *archive, zip_uint64_t index, const zip_stat_t &stat) {
  // Deflate shrinks at most about a thousandfold: a size beyond that is a lie, not worth the
  // memory.
  if (stat.size / 1100 > stat.comp_size + 64)
    return Status::invalidData(
        fmt::format("its size, {} bytes, cannot come from {} compressed bytes; the file is damaged",
                    stat.size, stat.comp_size));
  Entry entry(zip_fopen_index(archive, index, 0));
  if (!entry)
    return Status::invalidData(fmt::format("cannot be read: {}", zip_strerror(archive)));
  auto buffer = std::make_shared<std::vector<std::byte>>();
  try {
    buffer->resize(stat.size);
  } catch (const std::bad_alloc &) {
    return Status::outOfMemory(
        fmt::format("needs {} bytes of memory, more than there are", stat.size));
  }
  size_t used = 0;
  while (used < buffer->size()) {
    size_t want = std::min<size_t>(buffer->size() - used, 1 << 24);
    zip_int64_t got = zip_fread(entry.get(), buffer->data() + used, want);
    if (got <= 0)
      return Status::invalidData(
          fmt::format("damaged: {}", got < 0 ? zip_file_strerror(entry.get()) : "it ends early"));
    used += size_t(got);
  }
  // The checksum is compared when the end is read.
  std::byte beyond;
  if (zip_fread(entry.get(), &beyond, 1) != 0)
    return Status::invalidData(fmt::format("damaged: {}", zip_file_strerror(entry.get())));
  return Bytes{*buffer, buffer};
}

static Result<std::vector<NamedArray>> parseNpz(const Bytes &bytes) {
  Result<Archive> archive = openArchive(bytes);
  if (!archive)
    return archive.status();
  std::vector<NamedArray> arrays;
  std::set<std::string> seen;
  zip_int64_t count = zip_get_num_entries(archive->get(), 0);
  for (zip_int64_t i = 0; i < count; ++i) {
    zip_stat_t stat;
    if (zip_stat_index(archive->get(), zip_uint64_t(i), 0, &stat) != 0 ||
        !(stat.valid & ZIP_STAT_NAME) || !(stat.valid & ZIP_STAT_SIZE) ||
        !(stat.valid & ZIP_STAT_COMP_SIZE))
      return Status::invalidData(
          fmt::format("entry {} of the .npz cannot be read; the file is damaged", i));
    std::string name = stat.name;
    if (!name.ends_with(suffix))
      return Status::invalidData(
          fmt::format("entry '{}' of the .npz is no array; write the file with numpy.savez", name));
    name.resize(name.size() - suffix.size());
    std::string context = fmt::format("array '{}'", name);
    if (!seen.insert(name).second)
      return Status::invalidData(context + " is there twice; the file is damaged");
    Result<Bytes> entry = readEntry(archive->get(), zip_uint64_t(i), stat);
    if (!entry)
      return entry.status().withContext(context);
    Result<Array> array = parseNpy(*entry);
    if (!array)
      return array.status().withContext(context);
    arrays.push_back({std::move(name), *std::move(array)});
  }
  if (arrays.empty())
    return Status::invalidData("the .npz holds no arrays");
  return arrays;
}

Result<std::vector<NamedArray>> quantir::runtime::loadArrays(const std::string &path) {
  Result<Bytes> bytes = readFile(path);
  if (!bytes)
    return bytes.status();
  std::string context = fmt::format("'{}'", path);
  if (bytes->size() == 0)
    return Status::invalidData(context + ": the file is empty");
  if (bytes->text().starts_with("PK")) {
    Result<std::vector<NamedArray>> arrays = parseNpz(*bytes);
    return arrays ? std::move(arrays) : arrays.status().withContext(context);
  }
  if (!isNpy(bytes->data))
    return Status::invalidData(
        context + ": expected a .npy or .npz file, but it starts like neither; write it with "
                  "numpy.save or numpy.savez");
  Result<Array> array = parseNpy(*bytes);
  if (!array)
    return array.status().withContext(context);
  std::vector<NamedArray> arrays;
  arrays.push_back({"", *std::move(array)});
  return arrays;
}

Result<Array> quantir::runtime::loadArray(const std::string &path, std::string_view what) {
  Result<std::vector<NamedArray>> arrays = loadArrays(path);
  if (!arrays)
    return arrays.status();
  if (arrays->size() != 1)
    return Status::invalidData(
        fmt::format("'{}': expected one array of {}, but the file holds {}; save them as .npy",
                    path, what, arrays->size()));
  return std::move(arrays->front().array);
}

//===----------------------------------------------------------------------===//
// Writing
//===----------------------------------------------------------------------===//

bool quantir::runtime::isNpzPath(std::string_view path) { return path.ends_with(".npz"); }

static std::string npyBytes(const Array &array) {
  std::string bytes = npyHeader(array.type, array.dims);
  return bytes.append(array.bytes.text());
}

static Status writeNpz(const std::string &path, std::span<const NamedArray> arrays) {
  int code = 0;
  Archive archive(zip_open(path.c_str(), ZIP_CREATE | ZIP_TRUNCATE, &code));
  if (!archive) {
    zip_error_t error;
    zip_error_init_with_code(&error, code);
    return Status::fileError(fmt::format("cannot write: {}", textOf(error)));
  }
  auto failed = [&] {
    return Status::fileError(fmt::format("cannot write: {}", zip_strerror(archive.get())));
  };
  // The archive refers to these until it is closed.
  std::vector<std::string> contents;
  contents.reserve(arrays.size());
  for (const NamedArray &array : arrays) {
    const std::string &data = contents.emplace_back(npyBytes(array.array));
    zip_source_t *source = zip_source_buffer(archive.get(), data.data(), data.size(), 0);
    if (!source)
      return failed();
    std::string name = array.name + std::string(suffix);
    zip_int64_t index = zip_file_add(archive.get(), name.c_str(), source, ZIP_FL_ENC_UTF_8);
    if (index < 0) {
      zip_source_free(source);
      return failed();
    }
    // Stored, as numpy.savez does; dated at the format's first day, so that equal arrays make equal
    // files.
    constexpr zip_uint16_t firstDay = 1 << 5 | 1;
    if (zip_set_file_compression(archive.get(), zip_uint64_t(index), ZIP_CM_STORE, 0) != 0 ||
        zip_file_set_dostime(archive.get(), zip_uint64_t(index), 0, firstDay, 0) != 0)
      return failed();
  }
  if (zip_close(archive.get()) != 0)
    return failed();
  (void)archive.release(); // closed
  return Status();
}

Status quantir::runtime::saveArrays(const std::string &path, std::span<const NamedArray> arrays) {
  if (isNpzPath(path))
    return replaceFile(path, [&](const std::string &temporary) {
      return writeNpz(temporary, arrays).withContext(fmt::format("'{}'", path));
    });
  if (arrays.size() != 1)
    return Status::invalidArgument(fmt::format(
        "cannot write {} arrays into '{}'; name a file that ends in .npz", arrays.size(), path));
  return writeFile(path, npyBytes(arrays.front().array));
}
