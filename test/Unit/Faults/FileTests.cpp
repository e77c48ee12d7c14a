//===- FileTests.cpp - Writing files where something fails -----------------===//

#include "Child.h"

#include "test/Unit/Data/Support.h"

#include "quantir/Base/Files.h"
#include "runtime/commands/Interrupt.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <cerrno>
#include <csignal>
#include <cstdarg>
#include <fcntl.h>
#include <functional>
#include <sys/stat.h>
#include <sys/wait.h>

using namespace quantir;
using namespace quantir::runtime;
using quantir::test::statusOfChild;
using namespace quantir::runtime::test;
using Catch::Matchers::ContainsSubstring;

namespace {
/// What the system refuses, as the errors it then gives; 0: nothing.
struct Refusals {
  int unnamedFiles = 0, sync = 0, rename = 0, link = 0;
} refusals;

/// Called before each file gets its name.
std::function<void()> beforeRename;

/// Refuses something for as long as it lives.
class Refuse {
public:
  Refuse(int Refusals::*what, int error) : what(what) { refusals.*what = error; }
  ~Refuse() { refusals.*what = 0; }

private:
  int Refusals::*what;
};

int refuse(int error) {
  errno = error;
  return -1;
}
} // namespace

// The linker puts these in the places of the system's (CMakeLists.txt).
extern "C" {
int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const auto mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(arguments, mode_t) : 0;
  va_end(arguments);
  if (refusals.unnamedFiles && (flags & O_TMPFILE) == O_TMPFILE)
    return refuse(refusals.unnamedFiles);
  return __real_open(path, flags, mode);
}
int __real_fsync(int fd);
int __wrap_fsync(int fd) { return refusals.sync ? refuse(refusals.sync) : __real_fsync(fd); }
int __real_rename(const char *from, const char *to);
int __wrap_rename(const char *from, const char *to) {
  if (beforeRename)
    beforeRename();
  return refusals.rename ? refuse(refusals.rename) : __real_rename(from, to);
}
int __real_linkat(int fromFolder, const char *from, int toFolder, const char *to, int flags);
int __wrap_linkat(int fromFolder, const char *from, int toFolder, const char *to, int flags) {
  return refusals.link ? refuse(refusals.link)
                       : __real_linkat(fromFolder, from, toFolder, to, flags);
}
}

namespace {

[[gnu::noinline]] void throwBadAlloc() { throw std::bad_alloc(); }

Status writeHalf(const std::string &path, const std::function<void()> &then) {
  return writeFile(path, [&](const ByteSink &put) {
    QUANTIR_RETURN_IF_ERROR(put(bytesOf("half").data));
    then();
    return put(bytesOf(" and half").data);
  });
}

} // namespace

TEST_CASE("file systems without unnamed files are written to as well") {
  TemporaryDirectory dir;
  Refuse refuse(&Refusals::unnamedFiles, EOPNOTSUPP);
  writeText(dir.file("a"), "old");
  REQUIRE(::chmod(dir.file("a").c_str(), 0640) == 0);
  size_t during = 0;
  REQUIRE(writeHalf(dir.file("a"), [&] { during = dir.numFiles(); }));
  CHECK(during == 2); // beside its target
  CHECK(readText(dir.file("a")) == "half and half");
  CHECK(std::filesystem::status(dir.file("a")).permissions() == std::filesystem::perms(0640));
  CHECK(checkWritable(dir.file("b")));
  Status status = writeHalf(dir.file("a"), [] { throw std::runtime_error("oh"); });
  CHECK(status.code() == StatusCode::Internal);
  CHECK(readText(dir.file("a")) == "half and half");
  CHECK(dir.numFiles() == 1);
}

TEST_CASE("whatever fails last, the old file stays") {
  TemporaryDirectory dir;
  for (int unnamed : {0, EOPNOTSUPP})
    for (int Refusals::*what : {&Refusals::sync, &Refusals::rename, &Refusals::link}) {
      if (unnamed && what == &Refusals::link)
        continue;
      writeText(dir.file("a"), "old");
      Refuse named(&Refusals::unnamedFiles, unnamed), refuse(what, EIO);
      Status status = writeFile(dir.file("a"), std::string_view("new"));
      CHECK(status.code() == StatusCode::FileError);
      CHECK_THAT(status.message(), ContainsSubstring("cannot write '" + dir.file("a") + "': "));
      CHECK(readText(dir.file("a")) == "old");
      CHECK(dir.numFiles() == 1);
    }
}

TEST_CASE("a signal in the middle of writing leaves nothing") {
  TemporaryDirectory dir;
  writeText(dir.file("a"), "old");
  for (int unnamed : {0, EOPNOTSUPP})
    for (int signal : {SIGINT, SIGTERM, SIGHUP}) {
      Refuse named(&Refusals::unnamedFiles, unnamed);
      for (const char *name : {"a", "new"}) {
        const int status =
            statusOfChild([&] { (void)writeHalf(dir.file(name), [&] { ::raise(signal); }).ok(); });
        CHECK(WIFSIGNALED(status));
        CHECK(WTERMSIG(status) == signal);
      }
      CHECK(readText(dir.file("a")) == "old");
      CHECK(dir.numFiles() == 1);
    }
  const int status =
      statusOfChild([&] { (void)writeHalf(dir.file("a"), [] { ::raise(SIGKILL); }).ok(); });
  CHECK(WIFSIGNALED(status));
  CHECK(readText(dir.file("a")) == "old");
}

TEST_CASE("a signal while files get their names waits until all have them") {
  for (int signal : {SIGINT, SIGTERM, SIGHUP}) {
    TemporaryDirectory dir, other;
    auto writeThree = [signal](const TemporaryDirectory &dir, int signals) {
      beforeRename = [=, renames = 0]() mutable {
        if (++renames == 2)
          for (int i = 0; i < signals; ++i)
            ::raise(signal);
      };
      auto write = [](const ByteSink &put) { return put(bytesOf("new").data); };
      (void)writeTogether({{dir.file("a"), write}, {"", write}, {dir.file("b"), write}}, [&] {
        return writeFile(dir.file("c"), std::string_view("new"));
      }).ok();
    };
    const int once = statusOfChild([&] { writeThree(dir, 1); });
    CHECK(WIFSIGNALED(once));
    CHECK(WTERMSIG(once) == signal);
    CHECK(dir.numFiles() == 3);
    for (const char *name : {"a", "b", "c"})
      CHECK(readText(dir.file(name)) == "new");
    // A second one does not wait: whoever sends it has seen the first do nothing.
    const int twice = statusOfChild([&] { writeThree(other, 2); });
    CHECK(WIFSIGNALED(twice));
    CHECK(other.numFiles() == 1);
  }
}

TEST_CASE("the first of several files that cannot be written keeps all from appearing") {
  TemporaryDirectory dir;
  writeText(dir.file("a"), "old");
  auto write = [](const ByteSink &put) { return put(bytesOf("new").data); };
  auto fail = [](const ByteSink &) { return Status::invalidData("no more"); };
  bool reachedLast = false;
  auto last = [&] {
    reachedLast = true;
    return Status::invalidData("not last either");
  };
  CHECK(writeTogether({{dir.file("a"), write}, {dir.file("b"), fail}}, last).message() ==
        "no more");
  CHECK(!reachedLast);
  CHECK(writeTogether({{dir.file("a"), write}, {"/dev/full", write}}, last).code() ==
        StatusCode::FileError);
  CHECK(!reachedLast);
  CHECK(writeTogether({{dir.file("a"), write}, {dir.file("b"), write}}, last).message() ==
        "not last either");
  CHECK(readText(dir.file("a")) == "old");
  CHECK(dir.numFiles() == 1);
}

TEST_CASE("a second Ctrl-C ends what only notes the first") {
  TemporaryDirectory dir;
  Refuse named(&Refusals::unnamedFiles, EOPNOTSUPP);
  bool noted = false;
  const int once = statusOfChild([&] {
    InterruptGuard guard;
    ::raise(SIGINT);
    noted = InterruptGuard::requested();
    ::_exit(noted ? 7 : 8);
  });
  CHECK(WEXITSTATUS(once) == 7);
  const int twice = statusOfChild([&] {
    InterruptGuard guard;
    (void)writeHalf(dir.file("a"), [] {
      ::raise(SIGINT);
      ::raise(SIGINT);
    }).ok();
  });
  CHECK(WIFSIGNALED(twice));
  CHECK(WTERMSIG(twice) == SIGINT);
  CHECK(dir.numFiles() == 0);
}

TEST_CASE("signals that are ignored stay ignored") {
  const int status = statusOfChild([] {
    std::signal(SIGHUP, SIG_IGN); // nohup
    prepareForSignals();
    ::raise(SIGHUP);
    ::_exit(7);
  });
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 7);
}

TEST_CASE("want of memory that nobody catches is an error with exit code 1") {
  TemporaryDirectory dir;
  Refuse named(&Refusals::unnamedFiles, EOPNOTSUPP);
  const int status = statusOfChild(
      [&] { (void)writeHalf(dir.file("a"), []() noexcept { throwBadAlloc(); }).ok(); });
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 1);
  CHECK(dir.numFiles() == 0);
}
