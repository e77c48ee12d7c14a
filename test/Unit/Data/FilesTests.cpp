//===- FilesTests.cpp - Whole files or none -------------------------------===//

#include "Support.h"

#include "runtime/data/Files.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <sys/stat.h>

using namespace quantir::runtime;
using namespace quantir::runtime::test;
using Catch::Matchers::ContainsSubstring;

TEST_CASE("a file is written, and replaced, whole") {
  TemporaryDirectory dir;
  REQUIRE(writeFile(dir.file("a"), std::string_view("one")));
  REQUIRE(writeFile(dir.file("a"), std::string_view("two")));
  CHECK(readText(dir.file("a")) == "two");
  CHECK(dir.numFiles() == 1);
}

TEST_CASE("a writer that fails leaves nothing, and what was there stays") {
  TemporaryDirectory dir;
  REQUIRE(writeFile(dir.file("a"), std::string_view("old")));
  Status status = replaceFile(dir.file("a"), [](const std::string &temporary) {
    writeText(temporary, "half");
    return Status::invalidData("no more");
  });
  CHECK(status.message() == "no more");
  CHECK(readText(dir.file("a")) == "old");
  CHECK(dir.numFiles() == 1);
}

TEST_CASE("a symbolic link is written through") {
  TemporaryDirectory dir;
  writeText(dir.file("target"), "old");
  std::filesystem::create_symlink(dir.file("target"), dir.file("link"));
  REQUIRE(writeFile(dir.file("link"), std::string_view("new")));
  CHECK(readText(dir.file("target")) == "new");
  CHECK(std::filesystem::is_symlink(dir.file("link")));
}

TEST_CASE("new files have the usual permissions") {
  TemporaryDirectory dir;
  REQUIRE(writeFile(dir.file("a"), std::string_view("x")));
  mode_t mask = ::umask(0);
  ::umask(mask);
  struct stat info;
  REQUIRE(::stat(dir.file("a").c_str(), &info) == 0);
  CHECK((info.st_mode & 0777) == (0666 & ~mask));
}

TEST_CASE("a path that cannot be written to is found out beforehand") {
  TemporaryDirectory dir;
  CHECK(checkWritable(dir.file("new")));
  CHECK(dir.numFiles() == 0);
  writeText(dir.file("a"), "x");
  CHECK(checkWritable(dir.file("a")));
  CHECK(readText(dir.file("a")) == "x");
  CHECK(checkWritable("/dev/null"));
  CHECK_THAT(checkWritable(dir.file("no/such/file")).message(),
             ContainsSubstring("no/such' does not exist; create it"));
  CHECK_THAT(checkWritable(dir.path.string()).message(), ContainsSubstring("directory"));
  CHECK_THAT(checkWritable(dir.file("a/b")).message(), ContainsSubstring("choose another path"));
  CHECK_FALSE(checkWritable(""));
}

TEST_CASE("devices are written to, not replaced") {
  CHECK(writeFile("/dev/null", std::string_view("gone")));
  CHECK(std::filesystem::is_character_file("/dev/null"));
}

TEST_CASE("reading") {
  TemporaryDirectory dir;
  writeText(dir.file("a"), "text");
  Result<Bytes> bytes = readFile(dir.file("a"));
  REQUIRE(bytes);
  CHECK(bytes->text() == "text");
  writeText(dir.file("empty"), "");
  REQUIRE(readFile(dir.file("empty")));
  CHECK(readFile(dir.file("empty"))->size() == 0);
  CHECK_THAT(readFile(dir.file("absent")).message(), ContainsSubstring("check the spelling"));
  CHECK_THAT(readFile(dir.path.string()).message(), ContainsSubstring("is a directory"));
}
