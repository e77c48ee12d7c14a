//===- Files.cpp - Reading and writing whole files ------------------------===//

#include "runtime/data/Files.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

using namespace quantir::runtime;

namespace {

/// A file descriptor that closes itself.
class Descriptor {
public:
  explicit Descriptor(int fd) : fd(fd) {}
  Descriptor(const Descriptor &) = delete;
  Descriptor &operator=(const Descriptor &) = delete;
  ~Descriptor() {
    if (fd >= 0)
      ::close(fd);
  }
  int get() const { return fd; }
  bool valid() const { return fd >= 0; }
  /// Closes now and says whether that worked: some file systems report a full disk only here.
  bool close() {
    int closing = fd;
    fd = -1;
    return ::close(closing) == 0;
  }

private:
  int fd;
};

std::string remedyFor(int error) {
  switch (error) {
  case ENOENT:
    return "; check the spelling of the path";
  case EACCES:
  case EPERM:
    return "; check the permissions, or choose another path";
  case ENOSPC:
    return "; free some space, or choose another path";
  case EROFS:
  case ENOTDIR:
  case EISDIR:
    return "; choose another path";
  default:
    return "";
  }
}

Status failure(std::string_view what, const std::string &path, int error) {
  return Status::fileError(
      fmt::format("cannot {} '{}': {}{}", what, path, std::strerror(error), remedyFor(error)));
}

Result<Bytes> readStream(int fd, const std::string &path) {
  auto buffer = std::make_shared<std::vector<std::byte>>();
  size_t used = 0;
  for (;;) {
    buffer->resize(used + (1 << 16));
    ssize_t got = ::read(fd, buffer->data() + used, buffer->size() - used);
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      return failure("read", path, errno);
    if (got == 0)
      break;
    used += size_t(got);
  }
  buffer->resize(used);
  return Bytes{*buffer, buffer};
}

/// The directory that holds `path`.
std::string directoryOf(const std::string &path) {
  size_t slash = path.rfind('/');
  if (slash == std::string::npos)
    return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

/// Writing through a temporary name would replace a device or a pipe by a file.
bool isSpecialFile(const std::string &path) {
  struct stat info;
  return ::stat(path.c_str(), &info) == 0 && !S_ISREG(info.st_mode) && !S_ISDIR(info.st_mode);
}

bool isDirectory(const std::string &path) {
  struct stat info;
  return ::stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
}

/// Creates an empty file beside `path`, with the permissions a new file would have.
Result<std::string> createTemporary(const std::string &path) {
  if (path.empty())
    return Status::invalidArgument("expected the path of a file to write, but got an empty one");
  if (isDirectory(path) || path.back() == '/')
    return failure("write", path, EISDIR);
  std::string name = path + ".XXXXXX";
  Descriptor fd(::mkstemp(name.data()));
  if (!fd.valid()) {
    int error = errno;
    if (error == ENOENT)
      return Status::fileError(
          fmt::format("cannot write '{}': the directory '{}' does not exist; create it, or "
                      "choose another path",
                      path, directoryOf(path)));
    return failure("write", path, error);
  }
  // A file that is there and may not be written to is not to be replaced either.
  if (::access(path.c_str(), F_OK) == 0 && ::access(path.c_str(), W_OK) != 0) {
    int error = errno;
    ::unlink(name.c_str());
    return failure("write", path, error);
  }
  mode_t mask = ::umask(0);
  ::umask(mask);
  ::fchmod(fd.get(), 0666 & ~mask);
  return name;
}

Status writeTo(const std::string &path, const std::string &shownPath,
               std::span<const std::byte> data) {
  Descriptor fd(::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_TRUNC));
  if (!fd.valid())
    return failure("write", shownPath, errno);
  while (!data.empty()) {
    ssize_t put = ::write(fd.get(), data.data(), data.size());
    if (put < 0 && errno == EINTR)
      continue;
    if (put < 0)
      return failure("write", shownPath, errno);
    data = data.subspan(size_t(put));
  }
  return fd.close() ? Status() : failure("write", shownPath, errno);
}

} // namespace

Result<Bytes> quantir::runtime::readFile(const std::string &path) {
  Descriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.valid())
    return failure("open", path, errno);
  struct stat info;
  if (::fstat(fd.get(), &info) != 0)
    return failure("open", path, errno);
  if (S_ISDIR(info.st_mode))
    return Status::fileError(
        fmt::format("cannot read '{}': it is a directory; name a file in it", path));
  if (!S_ISREG(info.st_mode))
    return readStream(fd.get(), path);
  size_t size = size_t(info.st_size);
  if (size == 0)
    return Bytes{};
  void *mapped = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd.get(), 0);
  if (mapped == MAP_FAILED)
    return readStream(fd.get(), path);
  std::shared_ptr<const void> owner(
      mapped, [size](const void *p) { ::munmap(const_cast<void *>(p), size); });
  return Bytes{{static_cast<const std::byte *>(mapped), size}, std::move(owner)};
}

Status quantir::runtime::checkWritable(const std::string &path) {
  if (isSpecialFile(path))
    return ::access(path.c_str(), W_OK) == 0 ? Status() : failure("write", path, errno);
  Result<std::string> temporary = createTemporary(path);
  if (!temporary)
    return temporary.status();
  ::unlink(temporary->c_str());
  return Status();
}

Status
quantir::runtime::replaceFile(const std::string &path,
                              const std::function<Status(const std::string &temporary)> &write) {
  // What a symbolic link points to is replaced, not the link.
  std::error_code ignored;
  std::string target = path;
  if (std::filesystem::is_symlink(path, ignored)) {
    std::filesystem::path resolved = std::filesystem::canonical(path, ignored);
    if (!ignored)
      target = resolved.string();
  }
  Result<std::string> temporary = createTemporary(target);
  if (!temporary)
    return temporary.status();
  Status written = write(*temporary);
  if (written && ::rename(temporary->c_str(), target.c_str()) != 0)
    written = failure("write", path, errno);
  if (!written)
    ::unlink(temporary->c_str());
  return written;
}

Status quantir::runtime::writeFile(const std::string &path, std::span<const std::byte> data) {
  if (isSpecialFile(path))
    return writeTo(path, path, data);
  return replaceFile(path,
                     [&](const std::string &temporary) { return writeTo(temporary, path, data); });
}

Status quantir::runtime::writeFile(const std::string &path, std::string_view text) {
  return writeFile(path, std::as_bytes(std::span(text)));
}
