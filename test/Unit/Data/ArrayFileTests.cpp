//===- ArrayFileTests.cpp - .npy and .npz files ---------------------------===//

#include "Support.h"

#include "runtime/data/ArrayFile.h"
#include "runtime/data/Npy.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <random>
#include <zlib.h>

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

/// A zip of one deflated entry, written by hand: `content` compressed, its size given as
/// `claimedSize`.
std::string deflatedZip(const std::string &name, const std::string &content, size_t claimedSize) {
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

  std::string common;
  append(common, 20, 2); // version needed
  append(common, 0, 2);  // flags
  append(common, 8, 2);  // deflate
  append(common, 0, 2);
  append(common, 33, 2); // 1980-01-01
  append(common, crc32(0, reinterpret_cast<const Bytef *>(content.data()), uInt(content.size())),
         4);
  append(common, packed.size(), 4);
  append(common, claimedSize, 4);
  append(common, name.size(), 2);
  append(common, 0, 2);
  std::string zip = "PK\x03\x04" + common + name + packed;
  size_t directory = zip.size();
  zip += "PK\x01\x02";
  append(zip, 20, 2);
  zip += common;
  append(zip, 0, 2 + 2 + 2 + 4 + 4);
  zip += name;
  size_t directorySize = zip.size() - directory;
  zip += "PK\x05\x06";
  append(zip, 0, 4);
  append(zip, 1, 2);
  append(zip, 1, 2);
  append(zip, directorySize, 4);
  append(zip, directory, 4);
  append(zip, 0, 2);
  return zip;
}

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
  writeText(dir.file("x.npz"), deflatedZip("a.npy", content, content.size()));
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
  CHECK_THAT(errorFor(deflatedZip("a.npy", content, 0xfffffff0u)),
             ContainsSubstring("the file is damaged"));
  CHECK_THAT(errorFor(deflatedZip("a.npy", content, content.size() + 8)),
             ContainsSubstring("damaged"));
  CHECK_THAT(errorFor(deflatedZip("a.npy", content, content.size() - 8)),
             ContainsSubstring("damaged"));
  CHECK_THAT(errorFor(deflatedZip("a.txt", "hello", 5)), ContainsSubstring("'a.txt'"));
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
