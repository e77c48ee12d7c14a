//===- ArrayFile.cpp - Files of named arrays: .npy and .npz ---------------===//

#include "runtime/data/ArrayFile.h"

#include "quantir/Base/OutOfMemory.h"
#include "runtime/data/Npy.h"
#include "runtime/data/StoredZip.h"

#include <fmt/format.h>
#include <zip.h>

#include <algorithm>
#include <cstring>
#include <set>

using namespace quantir;
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

/// Where an entry is, and how much it holds.
namespace {
struct Place {
  zip_uint64_t index = 0;
  size_t size = 0; ///< as the file claims
};
} // namespace

/// The bytes of an entry, decompressed and checked against their checksum.
static Result<Bytes> readEntry(zip_t *archive, const Place &place) {
  Entry entry(zip_fopen_index(archive, place.index, 0));
  if (!entry)
    return Status::invalidData(fmt::format("cannot be read: {}", zip_strerror(archive)));
  // Not touched before there is something to write: a claim costs nothing.
  std::shared_ptr<std::byte[]> buffer(new std::byte[place.size]);
  size_t used = 0;
  while (used < place.size) {
    size_t want = std::min<size_t>(place.size - used, 1 << 24);
    zip_int64_t got = zip_fread(entry.get(), buffer.get() + used, want);
    if (got <= 0)
      return Status::invalidData(
          fmt::format("damaged: {}", got < 0 ? zip_file_strerror(entry.get()) : "it ends early"));
    used += size_t(got);
  }
  // The checksum is compared when the end is read.
  std::byte beyond;
  if (zip_fread(entry.get(), &beyond, 1) != 0)
    return Status::invalidData(fmt::format("damaged: {}", zip_file_strerror(entry.get())));
  return Bytes{{buffer.get(), place.size}, buffer};
}

/// What an entry claims about itself has to be possible: sizes are memory. `room` is how many bytes
/// of the file are not taken by other entries.
static Status checkSizes(const zip_stat_t &stat, uint64_t &room) {
  if (stat.comp_size > room)
    return Status::invalidData("its compressed bytes, and those of the entries before it, are more "
                               "than the file has; the file is damaged");
  room -= stat.comp_size;
  if (stat.comp_method == ZIP_CM_STORE && stat.size == stat.comp_size)
    return Status();
  if (stat.comp_method != ZIP_CM_STORE && stat.comp_method != ZIP_CM_DEFLATE)
    return Status::invalidData(
        fmt::format("it is compressed by method {}, which is not supported; write the file with "
                    "numpy.savez_compressed",
                    stat.comp_method));
  // Deflate shrinks at most about a thousandfold.
  if (stat.comp_method == ZIP_CM_STORE || stat.size / 1100 > stat.comp_size + 64)
    return Status::invalidData(
        fmt::format("its size, {} bytes, cannot come from {} compressed bytes; the file is damaged",
                    stat.size, stat.comp_size));
  return Status();
}

struct ArrayFile::Impl {
  std::string path;
  Bytes bytes;
  Archive archive; ///< null: a `.npy`
  std::vector<std::string> names;
  std::vector<Place> places; ///< in a `.npz`

  std::string context() const { return fmt::format("'{}'", path); }
  std::string noMemory() const { return fmt::format("not enough memory to read '{}'", path); }

  Status open();
  Status listEntries();
  Result<Array> read(size_t index) const;
};

Status ArrayFile::Impl::listEntries() {
  std::set<std::string> seen;
  uint64_t room = bytes.size();
  zip_int64_t count = zip_get_num_entries(archive.get(), 0);
  for (zip_int64_t i = 0; i < count; ++i) {
    constexpr zip_uint64_t needed =
        ZIP_STAT_NAME | ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_COMP_METHOD;
    zip_stat_t stat;
    if (zip_stat_index(archive.get(), zip_uint64_t(i), 0, &stat) != 0 ||
        (stat.valid & needed) != needed)
      return Status::invalidData(
          fmt::format("entry {} of the .npz cannot be read; the file is damaged", i));
    std::string name = stat.name;
    if (!name.ends_with(suffix))
      return Status::invalidData(
          fmt::format("entry '{}' of the .npz is no array; write the file with numpy.savez", name));
    name.resize(name.size() - suffix.size());
    std::string array = fmt::format("array '{}'", name);
    if (Status status = checkSizes(stat, room); !status)
      return std::move(status).withContext(array);
    if (!seen.insert(name).second)
      return Status::invalidData(array + " is there twice; the file is damaged");
    names.push_back(std::move(name));
    places.push_back({zip_uint64_t(i), size_t(stat.size)});
  }
  return names.empty() ? Status::invalidData("the .npz holds no arrays") : Status();
}

Status ArrayFile::Impl::open() {
  if (bytes.size() == 0)
    return Status::invalidData("the file is empty");
  if (bytes.text().starts_with("PK")) {
    Result<Archive> opened = openArchive(bytes);
    if (!opened)
      return opened.status();
    archive = *std::move(opened);
    return listEntries();
  }
  if (!isNpy(bytes.data))
    return Status::invalidData(
        "expected a .npy or .npz file, but it starts like neither; write it with numpy.save or "
        "numpy.savez");
  names.emplace_back();
  return Status();
}

Result<Array> ArrayFile::Impl::read(size_t index) const {
  if (!archive) {
    Result<Array> array = parseNpy(bytes);
    return array ? std::move(array) : std::move(array).status().withContext(context());
  }
  std::string place = fmt::format("{}: array '{}'", context(), names[index]);
  Result<Bytes> entry = readEntry(archive.get(), places[index]);
  if (!entry)
    return std::move(entry).status().withContext(place);
  Result<Array> array = parseNpy(*entry);
  return array ? std::move(array) : std::move(array).status().withContext(place);
}

ArrayFile::ArrayFile(std::unique_ptr<Impl> impl) : impl(std::move(impl)) {}
ArrayFile::~ArrayFile() = default;
ArrayFile::ArrayFile(ArrayFile &&) noexcept = default;

const std::vector<std::string> &ArrayFile::names() const { return impl->names; }

Result<ArrayFile> ArrayFile::open(const std::string &path) {
  return catchOutOfMemory(
      [&]() -> Result<ArrayFile> {
        Result<Bytes> bytes = mapFile(path);
        if (!bytes)
          return std::move(bytes).status();
        auto impl = std::make_unique<Impl>();
        impl->path = path;
        impl->bytes = *std::move(bytes);
        if (Status status = impl->open(); !status)
          return std::move(status).withContext(impl->context());
        return ArrayFile(std::move(impl));
      },
      [&] { return fmt::format("not enough memory to read '{}'", path); });
}

Result<Array> ArrayFile::read(size_t index) const {
  return catchOutOfMemory([&] { return impl->read(index); }, [&] { return impl->noMemory(); });
}

Result<std::vector<NamedArray>> quantir::runtime::loadArrays(const std::string &path) {
  return catchOutOfMemory(
      [&]() -> Result<std::vector<NamedArray>> {
        Result<ArrayFile> file = ArrayFile::open(path);
        if (!file)
          return std::move(file).status();
        std::vector<NamedArray> arrays;
        for (size_t i = 0; i < file->names().size(); ++i) {
          Result<Array> array = file->read(i);
          if (!array)
            return std::move(array).status();
          arrays.push_back({file->names()[i], *std::move(array)});
        }
        return arrays;
      },
      [&] { return fmt::format("not enough memory to read '{}'", path); });
}

Result<Array> quantir::runtime::loadArray(const std::string &path, std::string_view what) {
  return catchOutOfMemory(
      [&]() -> Result<Array> {
        Result<ArrayFile> file = ArrayFile::open(path);
        if (!file)
          return std::move(file).status();
        if (file->names().size() != 1)
          return Status::invalidData(fmt::format(
              "'{}': expected one array of {}, but the file holds {}; save them as .npy", path,
              what, file->names().size()));
        return file->read(0);
      },
      [&] { return fmt::format("not enough memory to read '{}'", path); });
}

//===----------------------------------------------------------------------===//
// Writing
//===----------------------------------------------------------------------===//

bool quantir::runtime::isNpzPath(std::string_view path) { return path.ends_with(".npz"); }

Status quantir::runtime::saveArrays(const std::string &path, std::span<const NamedArray> arrays) {
  auto save = [&]() -> Status {
    if (!isNpzPath(path)) {
      if (arrays.size() != 1)
        return Status::invalidArgument(
            fmt::format("cannot write {} arrays into '{}'; name a file that ends in .npz",
                        arrays.size(), path));
      const Array &array = arrays.front().array;
      std::string header = npyHeader(array.type, array.dims);
      return writeFile(path, [&](const ByteSink &put) {
        QUANTIR_RETURN_IF_ERROR(put(std::as_bytes(std::span(header))));
        return put(array.bytes.data);
      });
    }
    std::vector<ZipEntry> entries;
    for (const NamedArray &named : arrays)
      entries.push_back({named.name + std::string(suffix),
                         npyHeader(named.array.type, named.array.dims), named.array.bytes.data});
    return writeFile(path, [&](const ByteSink &put) { return writeStoredZip(put, entries); });
  };
  return catchOutOfMemory(save,
                          [&] { return fmt::format("not enough memory to write '{}'", path); });
}
