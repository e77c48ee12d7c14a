//===- FilesTests.cpp - Whole files or none -------------------------------===//

#include "quantir/Base/Files.h"

#include "test/Support/Files.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <atomic>
#include <csignal>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <thread>

using namespace quantir;
using namespace quantir::test;
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
  for (const std::string name : {"a", "new"}) {
    Status status = writeFile(dir.file(name), [](const ByteSink &put) {
      QUANTIR_RETURN_IF_ERROR(put(bytesOf("half").data));
      return Status::invalidData("no more");
    });
    CHECK(status.message() == "no more");
    auto throws = [&](const ByteSink &put) -> Status {
      QUANTIR_RETURN_IF_ERROR(put(bytesOf("half").data));
      throw std::bad_alloc();
    };
    CHECK(writeFile(dir.file(name), throws).code() == StatusCode::OutOfMemory);
    auto throwsOther = [&](const ByteSink &) -> Status { throw std::runtime_error("oh"); };
    CHECK(writeFile(dir.file(name), throwsOther).code() == StatusCode::Internal);
  }
  CHECK(readText(dir.file("a")) == "old");
  CHECK(dir.numFiles() == 1);
}

TEST_CASE("a file is written in parts") {
  TemporaryDirectory dir;
  REQUIRE(writeFile(dir.file("a"), [](const ByteSink &put) {
    QUANTIR_RETURN_IF_ERROR(put(bytesOf("one ").data));
    return put(bytesOf("two").data);
  }));
  CHECK(readText(dir.file("a")) == "one two");
}

namespace {
/// Sets a limit of this process for as long as it lives.
class Limit {
public:
  Limit(int resource, rlim_t value) : resource(resource) {
    ::getrlimit(static_cast<__rlimit_resource>(resource), &before);
    rlimit limit = {value, before.rlim_max};
    ::setrlimit(static_cast<__rlimit_resource>(resource), &limit);
  }
  ~Limit() { ::setrlimit(static_cast<__rlimit_resource>(resource), &before); }

private:
  int resource;
  rlimit before;
};
} // namespace

TEST_CASE("when there is no room for a file, what was there stays") {
  TemporaryDirectory dir;
  REQUIRE(writeFile(dir.file("a"), std::string_view("old")));
  std::string large(1 << 20, 'x');
  auto ignored = std::signal(SIGXFSZ, SIG_IGN);
  {
    Limit limit(RLIMIT_FSIZE, 4096);
    for (const std::string name : {"a", "new"}) {
      Status status = writeFile(dir.file(name), large);
      CHECK(status.code() == StatusCode::FileError);
      CHECK_THAT(status.message(), ContainsSubstring(name + "': File too large; raise the limit"));
    }
  }
  std::signal(SIGXFSZ, ignored);
  CHECK(readText(dir.file("a")) == "old");
  CHECK(dir.numFiles() == 1);
  CHECK_THAT(writeFile("/dev/full", large).message(),
             ContainsSubstring("No space left on device; free some space"));
}

TEST_CASE("a file that is replaced keeps its permissions and owner") {
  TemporaryDirectory dir;
  struct stat info;
  for (mode_t mode : {0600, 0640, 0664, 0755}) {
    writeText(dir.file("a"), "old");
    REQUIRE(::chmod(dir.file("a").c_str(), mode) == 0);
    REQUIRE(writeFile(dir.file("a"), std::string_view("new")));
    REQUIRE(::stat(dir.file("a").c_str(), &info) == 0);
    CHECK((info.st_mode & 07777) == mode);
  }
  // Only who is root may give files away.
  if (::chown(dir.file("a").c_str(), 4321, 1234) == 0) {
    REQUIRE(writeFile(dir.file("a"), std::string_view("newer")));
    REQUIRE(::stat(dir.file("a").c_str(), &info) == 0);
    CHECK(info.st_uid == 4321);
    CHECK(info.st_gid == 1234);
    CHECK((info.st_mode & 07777) == 0755);
  }
}

TEST_CASE("what replaces a private file is never readable by others") {
  TemporaryDirectory dir;
  writeText(dir.file("a"), "old");
  REQUIRE(::chmod(dir.file("a").c_str(), 0600) == 0);
  REQUIRE(writeFile(dir.file("a"), [&](const ByteSink &put) {
    QUANTIR_RETURN_IF_ERROR(put(bytesOf("new").data));
    // Whichever of the process's descriptors it is.
    for (const auto &entry : std::filesystem::directory_iterator("/proc/self/fd")) {
      struct stat info;
      if (::stat(entry.path().c_str(), &info) == 0 && S_ISREG(info.st_mode) && info.st_size == 3)
        CHECK((info.st_mode & 077) == 0);
    }
    return Status();
  }));
}

TEST_CASE("writing does not touch the process's umask") {
  // Another thread would create files with the wrong permissions meanwhile.
  TemporaryDirectory dir;
  std::atomic<bool> stop = false;
  std::atomic<int> wrong = 0;
  const mode_t mask = ::umask(027);
  std::thread other([&] {
    for (int i = 0; !stop; ++i) {
      std::string name = dir.file("other" + std::to_string(i % 8));
      int fd = ::open(name.c_str(), O_CREAT | O_EXCL | O_WRONLY, 0666);
      struct stat info;
      if (fd >= 0 && ::fstat(fd, &info) == 0)
        wrong += (info.st_mode & 0777) != 0640;
      ::close(fd);
      ::unlink(name.c_str());
    }
  });
  for (int i = 0; i < 300; ++i)
    CHECK(checkWritable(dir.file("a")));
  stop = true;
  other.join();
  ::umask(mask);
  CHECK(wrong == 0);
}

TEST_CASE("a link to nothing yet is written through") {
  TemporaryDirectory dir;
  std::filesystem::create_symlink("target", dir.file("link"));
  std::filesystem::create_symlink(dir.file("link"), dir.file("second"));
  REQUIRE(writeFile(dir.file("second"), std::string_view("new")));
  CHECK(readText(dir.file("target")) == "new");
  CHECK(std::filesystem::is_symlink(dir.file("link")));
  CHECK(std::filesystem::is_symlink(dir.file("second")));
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

TEST_CASE("devices and endless pipes are not read") {
  CHECK_THAT(readFile("/dev/zero").message(), ContainsSubstring("'/dev/zero': it is a device"));
  TemporaryDirectory dir;
  REQUIRE(::mkfifo(dir.file("pipe").c_str(), 0600) == 0);
  auto feed = [&](size_t size) {
    return std::thread([path = dir.file("pipe"), size] {
      int fd = ::open(path.c_str(), O_WRONLY);
      std::string part(1000, 'x');
      for (size_t i = 0; i < size && ::write(fd, part.data(), part.size()) > 0; i += part.size()) {
      }
      ::close(fd);
    });
  };
  auto ignored = std::signal(SIGPIPE, SIG_IGN);
  std::thread some = feed(300000);
  Result<Bytes> bytes = readFile(dir.file("pipe"), 300000);
  some.join();
  REQUIRE(bytes);
  CHECK(bytes->size() == 300000);
  CHECK(bytes->text().find_first_not_of('x') == std::string_view::npos);
  std::thread endless = feed(SIZE_MAX);
  CHECK_THAT(readFile(dir.file("pipe"), 300000).message(),
             ContainsSubstring("gives more than 300000 bytes and may have no end"));
  endless.join();
  std::signal(SIGPIPE, ignored);
}

TEST_CASE("a file that was read may change, a mapped one may be replaced") {
  TemporaryDirectory dir;
  std::string content(10000, 'x');
  for (bool mapped : {false, true}) {
    writeText(dir.file("a"), content);
    Result<Bytes> bytes = mapped ? mapFile(dir.file("a"), 1) : readFile(dir.file("a"));
    REQUIRE(bytes);
    CHECK(bytes->isMapped == mapped);
    CHECK(reinterpret_cast<uintptr_t>(bytes->data.data()) % 64 == 0);
    if (mapped)
      REQUIRE(writeFile(dir.file("a"), std::string_view("y")));
    else
      writeText(dir.file("a"), "y");
    CHECK(bytes->text() == content);
  }
  // Small ones are better read.
  CHECK_FALSE(mapFile(dir.file("a"))->isMapped);
}
