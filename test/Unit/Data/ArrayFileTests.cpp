//===- ArrayFileTests.cpp - .npy and .npz files ---------------------------===//

#include "Support.h"

#include "test/Support/Sanitizers.h"

#include "runtime/data/ArrayFile.h"
#include "runtime/data/Npy.h"
#include "runtime/data/StoredZip.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <optional>
#include <random>
#include <sys/resource.h>
#include <zlib.h>

using namespace quantir;
using namespace quantir::runtime;
using namespace quantir::runtime::test;
using Catch::Matchers::ContainsSubstring;

namespace {

std::vector<NamedArray> twoArrays() {
  std::vector<NamedArray> arrays;
  arrays.push_back({"image", Array::fromBytes({2, 2}, {1, 2, 3, 4})});
  arrays.push_back({"scores", Array::fromFloats({2}, {0.5f, -1})});
  return arrays;
}

void append(std::string &to, uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i)
    to += i < 8 ? char(value >> (8 * i)) : '\0';
}

/// What a zip claims of its entry. None: the truth.
struct Claims {
  std::optional<size_t> size = {}, packedSize = {};
  int method = 8;     ///< deflate
  size_t padding = 0; ///< bytes that belong to no entry
};

/// A zip written by hand: one entry, deflated, under all of the `names`.
std::string zipOf(const std::vector<std::string> &names, const std::string &content,
                  const Claims &claims = {}) {
  z_stream stream{};
  deflateInit2(&stream, 9, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY);
  std::string packed(deflateBound(&stream, content.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef *>(const_cast<char *>(content.data()));
  stream.avail_in = uInt(content.size());
  stream.next_out = reinterpret_cast<Bytef *>(packed.data());
  stream.avail_out = uInt(packed.size());
  deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);

  auto header = [&](const std::string &name) {
    std::string text;
    append(text, 20, 2); // version needed
    append(text, 0, 2);  // flags
    append(text, claims.method, 2);
    append(text, 0, 2);
    append(text, 33, 2); // 1980-01-01
    append(text, crc32(0, reinterpret_cast<const Bytef *>(content.data()), uInt(content.size())),
           4);
    append(text, claims.packedSize.value_or(packed.size()), 4);
    append(text, claims.size.value_or(content.size()), 4);
    append(text, name.size(), 2);
    append(text, 0, 2);
    return text;
  };
  std::string zip = "PK\x03\x04" + header(names[0]) + names[0] + packed;
  zip.append(claims.padding, '\0');
  size_t directory = zip.size();
  for (const std::string &name : names) {
    zip += "PK\x01\x02";
    append(zip, 20, 2);
    zip += header(name);
    append(zip, 0, 2 + 2 + 2 + 4 + 4);
    zip += name;
  }
  size_t directorySize = zip.size() - directory;
  zip += "PK\x05\x06";
  append(zip, 0, 4);
  append(zip, names.size(), 2);
  append(zip, names.size(), 2);
  append(zip, directorySize, 4);
  append(zip, directory, 4);
  append(zip, 0, 2);
  return zip;
}

/// The most memory that the process has had so far.
size_t peakBytes() {
  rusage usage;
  ::getrusage(RUSAGE_SELF, &usage);
  return size_t(usage.ru_maxrss) * 1024;
}

/// What reading a damaged file may take. Sanitizers keep as much again, and more, of what is used.
#ifdef QUANTIR_SANITIZED
constexpr size_t mostBytes = 100 << 20;
#else
constexpr size_t mostBytes = 20 << 20;
#endif

} // namespace

TEST_CASE("arrays survive being saved and loaded") {
  TemporaryDirectory dir;
  SECTION("one in a .npy") {
    std::vector<NamedArray> arrays = twoArrays();
    REQUIRE(saveArrays(dir.file("x.npy"), std::span(arrays).last(1)));
    Result<std::vector<NamedArray>> loaded = loadArrays(dir.file("x.npy"));
    REQUIRE(loaded);
    REQUIRE(loaded->size() == 1);
    CHECK((*loaded)[0].name.empty());
    CHECK(valuesOf<float>((*loaded)[0].array) == std::vector<float>{0.5f, -1});
  }
  SECTION("several in a .npz") {
    REQUIRE(saveArrays(dir.file("x.npz"), twoArrays()));
    Result<std::vector<NamedArray>> loaded = loadArrays(dir.file("x.npz"));
    REQUIRE(loaded);
    REQUIRE(loaded->size() == 2);
    CHECK((*loaded)[0].name == "image");
    CHECK((*loaded)[0].array.dims == std::vector<int64_t>{2, 2});
    CHECK(valuesOf<uint8_t>((*loaded)[0].array) == std::vector<uint8_t>{1, 2, 3, 4});
    CHECK((*loaded)[1].name == "scores");
    CHECK(valuesOf<float>((*loaded)[1].array) == std::vector<float>{0.5f, -1});

    REQUIRE(saveArrays(dir.file("y.npz"), twoArrays()));
    CHECK(readText(dir.file("x.npz")) == readText(dir.file("y.npz")));
  }
  SECTION("but not several in a .npy") {
    Status status = saveArrays(dir.file("x.npy"), twoArrays());
    CHECK_THAT(status.message(), ContainsSubstring("name a file that ends in .npz"));
    CHECK(dir.numFiles() == 0);
  }
}

TEST_CASE("compressed .npz files are read") {
  TemporaryDirectory dir;
  std::string content = npyHeader(ElementType::Float32, {1000}) + std::string(4000, '\0');
  writeText(dir.file("x.npz"), zipOf({"a.npy"}, content));
  Result<Array> array = loadArray(dir.file("x.npz"), "data");
  REQUIRE(array);
  CHECK(array->dims == std::vector<int64_t>{1000});
}

TEST_CASE("a .npz that lies about its sizes is refused") {
  TemporaryDirectory dir;
  std::string content = npyHeader(ElementType::Float32, {10}) + std::string(40, '\0');
  auto errorFor = [&](const std::string &zip) {
    writeText(dir.file("x.npz"), zip);
    Result<Array> array = loadArray(dir.file("x.npz"), "data");
    return array ? "no error" : array.message();
  };
  for (size_t size : {size_t(0xfffffff0), content.size() + 8, content.size() - 8})
    CHECK_THAT(errorFor(zipOf({"a.npy"}, content, {.size = size})), ContainsSubstring("damaged"));
  CHECK_THAT(errorFor(zipOf({"a.txt"}, "hello")), ContainsSubstring("'a.txt'"));
  CHECK_THAT(errorFor(zipOf({"a.npy"}, content, {.method = 14})),
             ContainsSubstring("array 'a': it is compressed by method 14"));
  // What makes the claimed size plausible is claimed, too.
  size_t before = peakBytes();
  Claims large = {.size = 0xe0000000, .packedSize = 0xe0000000 / 1000};
  CHECK_THAT(errorFor(zipOf({"a.npy"}, content, large)),
             ContainsSubstring("array 'a': its compressed bytes, and those of the entries before "
                               "it, are more than the file has; the file is damaged"));
  CHECK_THAT(errorFor(zipOf({"a.npy"}, content, {.size = 0xe0000000, .packedSize = 0xe0000000})),
             ContainsSubstring("damaged"));
  // A claim that the file's size allows costs no memory before there is something to fill it with.
  Claims padded = {.size = 64 << 20, .packedSize = 64 << 10, .padding = 64 << 10};
  CHECK_THAT(errorFor(zipOf({"a.npy"}, content, padded)), ContainsSubstring("damaged"));
  CHECK(peakBytes() - before < mostBytes);
}

TEST_CASE("entries of a .npz that share bytes are refused") {
  TemporaryDirectory dir;
  std::string content = npyHeader(ElementType::Float32, {1 << 18}) + std::string(4 << 18, '\0');
  std::vector<std::string> names;
  for (int i = 0; i < 600; ++i)
    names.push_back("x" + std::to_string(i) + ".npy");
  writeText(dir.file("x.npz"), zipOf(names, content));
  size_t before = peakBytes();
  CHECK_THAT(loadArrays(dir.file("x.npz")).message(), ContainsSubstring("more than the file has"));
  CHECK(peakBytes() - before < mostBytes);
}

TEST_CASE("arrays are read when they are asked for") {
  TemporaryDirectory dir;
  REQUIRE(saveArrays(dir.file("x.npz"), twoArrays()));
  // The first array's bytes are damaged, which only reading it finds out.
  std::string zip = readText(dir.file("x.npz"));
  zip[zip.find("\x01\x02\x03\x04")] = 9;
  writeText(dir.file("x.npz"), zip);
  Result<ArrayFile> file = ArrayFile::open(dir.file("x.npz"));
  REQUIRE(file);
  CHECK(file->names() == std::vector<std::string>{"image", "scores"});
  Result<Array> scores = file->read(1);
  REQUIRE(scores);
  CHECK(valuesOf<float>(*scores) == std::vector<float>{0.5f, -1});
  CHECK_THAT(file->read(0).message(), ContainsSubstring("x.npz': array 'image': damaged"));
}

TEST_CASE("zip files of 64-bit sizes and offsets") {
  TemporaryDirectory dir;
  std::string header = npyHeader(ElementType::UInt8, {3}), content = "abc";
  std::vector<ZipEntry> entries = {{"a.npy", header, std::as_bytes(std::span(content))},
                                   {"caf\xc3\xa9.npy", header + "def", {}},
                                   {"c.npy", header, std::as_bytes(std::span(content))}};
  // From the limit on, each of sizes, offsets and the directory's place is written in 64 bits.
  for (uint64_t limit : {uint64_t(1), uint64_t(140), uint64_t(300), uint64_t(0xffffffff)}) {
    REQUIRE(writeFile(dir.file("x.npz"),
                      [&](const ByteSink &put) { return writeStoredZip(put, entries, limit); }));
    Result<std::vector<NamedArray>> arrays = loadArrays(dir.file("x.npz"));
    INFO(limit << (arrays ? "" : arrays.message()));
    REQUIRE(arrays);
    REQUIRE(arrays->size() == 3);
    CHECK((*arrays)[1].name == "caf\xc3\xa9");
    CHECK(valuesOf<uint8_t>((*arrays)[1].array) == std::vector<uint8_t>{'d', 'e', 'f'});
    CHECK(valuesOf<uint8_t>((*arrays)[2].array) == std::vector<uint8_t>{'a', 'b', 'c'});
  }
}

TEST_CASE("what is no array file is refused by name") {
  TemporaryDirectory dir;
  auto errorFor = [&](const std::string &text) {
    writeText(dir.file("x.npy"), text);
    Result<std::vector<NamedArray>> arrays = loadArrays(dir.file("x.npy"));
    return arrays ? "no error" : arrays.message();
  };
  CHECK_THAT(errorFor(""), ContainsSubstring("x.npy': the file is empty"));
  CHECK_THAT(errorFor("hello"), ContainsSubstring("expected a .npy or .npz file"));
  CHECK_THAT(errorFor("PK\x03\x04 and then nothing"), ContainsSubstring("not a readable .npz"));
  CHECK_THAT(loadArrays(dir.file("absent.npy")).message(),
             ContainsSubstring("absent.npy': No such file"));
  CHECK_THAT(loadArrays(dir.path.string()).message(), ContainsSubstring("is a directory"));
}

TEST_CASE("an array is asked for, but there are several") {
  TemporaryDirectory dir;
  REQUIRE(saveArrays(dir.file("x.npz"), twoArrays()));
  CHECK_THAT(loadArray(dir.file("x.npz"), "labels").message(),
             ContainsSubstring("expected one array of labels, but the file holds 2"));
}

TEST_CASE("no prefix and no flipped byte of a .npz does harm") {
  TemporaryDirectory dir;
  std::string path = dir.file("x.npz");
  REQUIRE(saveArrays(path, twoArrays()));
  std::string good = readText(path);
  for (size_t n = 0; n < good.size(); n += 3) {
    writeText(path, good.substr(0, n));
    CHECK_FALSE(loadArrays(path));
  }
  std::mt19937 random(7);
  for (int i = 0; i < 2000; ++i) {
    std::string bad = good;
    bad[random() % bad.size()] = char(random());
    writeText(path, bad);
    if (Result<std::vector<NamedArray>> arrays = loadArrays(path)) {
      for (const NamedArray &array : *arrays)
        CHECK(array.array.bytes.size() ==
              size_t(array.array.numElements()) * sizeOf(array.array.type));
    }
  }
}
