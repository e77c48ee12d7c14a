//===- Files.cpp - Reading and writing whole files ------------------------===//

#include "quantir/Base/Files.h"

#include "quantir/Base/AlignedBuffer.h"
#include "quantir/Base/Machine.h"
#include "quantir/Base/OutOfMemory.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <optional>
#include <random>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

using namespace quantir;

namespace {

/// A file descriptor that closes itself.
class Descriptor {
public:
  explicit Descriptor(int fd = -1) : fd(fd) {}
  Descriptor(Descriptor &&other) noexcept : fd(std::exchange(other.fd, -1)) {}
  Descriptor &operator=(Descriptor &&other) noexcept {
    std::swap(fd, other.fd);
    return *this;
  }
  ~Descriptor() {
    if (fd >= 0)
      ::close(fd);
  }
  int get() const { return fd; }
  bool valid() const { return fd >= 0; }
  /// Closes now and says whether that worked: some file systems report a full disk only here.
  bool close() { return ::close(std::exchange(fd, -1)) == 0; }

private:
  int fd;
};

std::string_view remedyFor(int error) {
  switch (error) {
  case ENOENT:
    return "; check the spelling of the path";
  case EACCES:
  case EPERM:
    return "; check the permissions, or choose another path";
  case ENOSPC:
  case EDQUOT:
    return "; free some space, or choose another path";
  case EFBIG:
    return "; raise the limit on the size of files (ulimit -f), or choose another path";
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

//===----------------------------------------------------------------------===//
// Reading
//===----------------------------------------------------------------------===//

/// Memory of `size` bytes, not touched.
std::shared_ptr<AlignedBuffer> allocate(size_t size) {
  auto buffer = std::make_shared<AlignedBuffer>(size);
  if (buffer->size() != size)
    throw std::bad_alloc();
  return buffer;
}

/// Reads until `size` bytes are there or the file ends; -1 after an error.
ssize_t readUpTo(int fd, uint8_t *to, size_t size) {
  size_t used = 0;
  while (used < size) {
    ssize_t got = ::read(fd, to + used, std::min<size_t>(size - used, 1 << 30));
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      return -1;
    if (got == 0)
      break;
    used += size_t(got);
  }
  return ssize_t(used);
}

Bytes bytesOf(std::shared_ptr<AlignedBuffer> buffer, size_t size) {
  std::span<const uint8_t> data(buffer->data(), size);
  return {std::as_bytes(data), std::move(buffer)};
}

Result<Bytes> readStream(int fd, const std::string &path, uint64_t limit) {
  size_t used = 0;
  auto buffer = allocate(1 << 16);
  for (;;) {
    ssize_t got = readUpTo(fd, buffer->data() + used, buffer->size() - used);
    if (got < 0)
      return failure("read", path, errno);
    used += size_t(got);
    if (used > limit)
      return Status::fileError(fmt::format("cannot read '{}': it gives more than {} bytes and may "
                                           "have no end; save it as a file",
                                           path, limit));
    if (used < buffer->size())
      return bytesOf(std::move(buffer), used);
    auto larger = allocate(2 * buffer->size());
    std::memcpy(larger->data(), buffer->data(), used);
    buffer = std::move(larger);
  }
}

Result<Bytes> readRegular(int fd, const std::string &path, size_t size) {
  auto buffer = allocate(size);
  ssize_t got = readUpTo(fd, buffer->data(), size);
  if (got < 0)
    return failure("read", path, errno);
  return bytesOf(std::move(buffer), size_t(got));
}

Result<Bytes> map(int fd, const std::string &path, size_t size) {
  void *mapped = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd, 0);
  if (mapped == MAP_FAILED) // by file systems that cannot
    return readRegular(fd, path, size);
  std::shared_ptr<const void> owner(
      mapped, [size](const void *p) { ::munmap(const_cast<void *>(p), size); });
  return Bytes{{static_cast<const std::byte *>(mapped), size}, std::move(owner), true};
}

/// `least`: as mapFile has it.
Result<Bytes> load(const std::string &path, uint64_t least, uint64_t streamLimit) {
  Descriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.valid())
    return failure("open", path, errno);
  struct stat info;
  if (::fstat(fd.get(), &info) != 0)
    return failure("open", path, errno);
  if (S_ISDIR(info.st_mode))
    return Status::fileError(
        fmt::format("cannot read '{}': it is a directory; name a file in it", path));
  const bool isTerminal = S_ISCHR(info.st_mode) && ::isatty(fd.get());
  if (S_ISBLK(info.st_mode) || (S_ISCHR(info.st_mode) && !isTerminal))
    return Status::fileError(
        fmt::format("cannot read '{}': it is a device; name a file or a pipe", path));
  // Files that the system makes up (/proc) have no size.
  if (!S_ISREG(info.st_mode) || info.st_size == 0)
    return readStream(fd.get(), path, streamLimit);
  const uint64_t size = uint64_t(info.st_size);
  return size < least ? readRegular(fd.get(), path, size) : map(fd.get(), path, size);
}

//===----------------------------------------------------------------------===//
// Temporary files
//===----------------------------------------------------------------------===//

/// The names of temporary files, where a signal handler can read them.
struct NamedTemporary {
  enum State : int { Free, Changing, Named };
  std::atomic<int> state = Free;
  std::array<char, PATH_MAX> path;
};
std::array<NamedTemporary, 16> namedTemporaries;
static_assert(std::atomic<int>::is_always_lock_free);

/// A name under which a file lies until it is renamed; if it never is, it is removed.
class TemporaryName {
public:
  explicit TemporaryName(std::string name) : name(std::move(name)) {
    if (this->name.size() >= PATH_MAX)
      return;
    for (NamedTemporary &candidate : namedTemporaries)
      if (int free = NamedTemporary::Free; candidate.state.compare_exchange_strong(
              free, NamedTemporary::Changing, std::memory_order_acquire)) {
        slot = &candidate;
        std::memcpy(slot->path.data(), this->name.c_str(), this->name.size() + 1);
        slot->state.store(NamedTemporary::Named, std::memory_order_release);
        return;
      }
  }
  TemporaryName(const TemporaryName &) = delete;
  TemporaryName &operator=(const TemporaryName &) = delete;
  ~TemporaryName() {
    if (exists)
      ::unlink(name.c_str());
    if (slot)
      slot->state.store(NamedTemporary::Free, std::memory_order_release);
  }

  const char *path() const { return name.c_str(); }
  void setExists() { exists = true; }
  bool renameTo(const std::string &target) {
    exists = ::rename(name.c_str(), target.c_str()) != 0;
    return !exists;
  }

private:
  const std::string name;
  NamedTemporary *slot = nullptr; ///< null: a signal leaves the file
  bool exists = false;            ///< and is to be removed
};

/// "FILE.k3jd81.tmp".
std::string temporaryNameFor(const std::string &path) {
  static constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz0123456789";
  thread_local std::mt19937_64 random{std::random_device{}()};
  std::string name = path + ".";
  for (int i = 0; i < 8; ++i)
    name += letters[random() % letters.size()];
  return name + ".tmp";
}

/// Calls `make` with names beside `path` until it has made one that was not there yet.
template <typename Make>
std::unique_ptr<TemporaryName> makeTemporary(const std::string &path, const Make &make) {
  for (int tries = 0; tries < 100; ++tries) {
    // Known to the signal handler before it exists: no moment is left out.
    auto temporary = std::make_unique<TemporaryName>(temporaryNameFor(path));
    if (make(temporary->path())) {
      temporary->setExists();
      return temporary;
    }
    if (int error = errno; error != EEXIST) {
      temporary.reset();
      errno = error;
      return nullptr;
    }
  }
  errno = EEXIST;
  return nullptr;
}

//===----------------------------------------------------------------------===//
// Writing
//===----------------------------------------------------------------------===//

/// The directory that holds `path`.
std::string directoryOf(const std::string &path) {
  size_t slash = path.rfind('/');
  if (slash == std::string::npos)
    return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

/// What a symbolic link stands for is replaced, not the link, also where nothing is there yet.
std::string followLinks(const std::string &path) {
  std::filesystem::path target = path;
  std::error_code error;
  for (int links = 0; links < 40 && std::filesystem::is_symlink(target, error); ++links) {
    std::filesystem::path next = std::filesystem::read_symlink(target, error);
    if (error)
      break;
    target = target.parent_path() / next; // `next` alone if that is absolute
  }
  return target.string();
}

/// What is to be replaced; none: nothing is there.
Status lookAt(const std::string &path, std::optional<struct stat> &existing) {
  if (path.empty())
    return Status::invalidArgument("expected the path of a file to write, but got an empty one");
  struct stat info;
  if (::stat(path.c_str(), &info) == 0)
    existing = info;
  if (path.back() == '/' || (existing && S_ISDIR(existing->st_mode)))
    return failure("write", path, EISDIR);
  // A file that is there and may not be written to is not to be replaced either.
  if (existing && ::access(path.c_str(), W_OK) != 0)
    return failure("write", path, errno);
  return {};
}

/// Writing through a temporary file would replace a device or a pipe by a file.
bool isSpecial(const std::optional<struct stat> &existing) {
  return existing && !S_ISREG(existing->st_mode);
}

Status put(int fd, const std::string &path, std::span<const std::byte> data) {
  while (!data.empty()) {
    ssize_t written = ::write(fd, data.data(), std::min<size_t>(data.size(), 1 << 30));
    if (written < 0 && errno == EINTR)
      continue;
    if (written < 0)
      return failure("write", path, errno);
    data = data.subspan(size_t(written));
  }
  return {};
}

/// A file in the making, and what it is to replace.
class Replacement {
public:
  /// `shownPath` is what messages call it.
  Replacement(std::string target, std::string shownPath, std::optional<struct stat> existing)
      : target(std::move(target)), shownPath(std::move(shownPath)), existing(existing) {}

  Status open() {
    // What replaces a private file is private from the start; a new one gets the permissions that
    // the system gives new files.
    const mode_t mode = existing ? 0600 : 0666;
    // A file without a name vanishes with the process, whatever ends that. Not all file systems
    // have them, and naming one later takes /proc.
    fd = Descriptor(::open(directoryOf(target).c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, mode));
    if (fd.valid() && ::access(descriptorPath().c_str(), F_OK) == 0)
      return {};
    temporary = makeTemporary(target, [&](const char *name) {
      fd = Descriptor(::open(name, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, mode));
      return fd.valid();
    });
    if (temporary)
      return {};
    if (errno == ENOENT)
      return Status::fileError(
          fmt::format("cannot write '{}': the directory '{}' does not exist; create it, or "
                      "choose another path",
                      shownPath, directoryOf(target)));
    return failure("write", shownPath, errno);
  }

  Status put(std::span<const std::byte> data) { return ::put(fd.get(), shownPath, data); }

  /// Gives it the permissions of what it replaces, and makes sure that its bytes are on the disk:
  /// without that a crash of the machine could leave the name with a file that is empty.
  Status finish() {
    keepPermissions();
    if (::fsync(fd.get()) != 0 && errno != EINVAL && errno != ENOSYS)
      return failure("write", shownPath, errno);
    return {};
  }

  /// Gives it a temporary name, which stays behind if the process is killed before commit().
  Status name() {
    if (!temporary) {
      temporary = makeTemporary(target, [&](const char *name) {
        return ::linkat(AT_FDCWD, descriptorPath().c_str(), AT_FDCWD, name, AT_SYMLINK_FOLLOW) == 0;
      });
      if (!temporary)
        return failure("write", shownPath, errno);
    }
    return fd.close() ? Status() : failure("write", shownPath, errno);
  }

  /// Puts it in the target's place.
  Status commit() {
    return temporary->renameTo(target) ? Status() : failure("write", shownPath, errno);
  }

  /// The file is there; that its name survives a crash of the machine too is worth trying.
  void finishName() const {
    if (Descriptor directory(
            ::open(directoryOf(target).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        directory.valid())
      (void)::fsync(directory.get());
  }

private:
  std::string descriptorPath() const { return fmt::format("/proc/self/fd/{}", fd.get()); }

  /// As far as the process may. Whom it cannot give the file back to gets no more than others do.
  void keepPermissions() {
    if (!existing)
      return;
    mode_t mode = existing->st_mode & 0777;
    const int file = fd.get();
    if (::fchown(file, existing->st_uid, existing->st_gid) != 0 &&
        ::fchown(file, uid_t(-1), existing->st_gid) != 0)
      mode &= ~mode_t(070) | (mode & 07) << 3;
    (void)::fchmod(file, mode);
  }

  const std::string target, shownPath;
  const std::optional<struct stat> existing;
  Descriptor fd;
  std::unique_ptr<TemporaryName> temporary; ///< null while the file has no name
};

Status writeSpecial(const std::string &path,
                    const std::function<Status(const ByteSink &put)> &write) {
  Descriptor fd(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (!fd.valid())
    return failure("write", path, errno);
  QUANTIR_RETURN_IF_ERROR(
      write([&](std::span<const std::byte> data) { return put(fd.get(), path, data); }));
  return fd.close() ? Status() : failure("write", path, errno);
}

std::string noMemoryFor(std::string_view what, const std::string &path) {
  return fmt::format("not enough memory to {} '{}'", what, path);
}

} // namespace

uint64_t quantir::defaultStreamLimit() {
  static const uint64_t limit = availableMemory() / 4;
  return limit;
}

Result<Bytes> quantir::readFile(const std::string &path, uint64_t streamLimit) {
  return mapFile(path, UINT64_MAX, streamLimit);
}

Result<Bytes> quantir::mapFile(const std::string &path, uint64_t least, uint64_t streamLimit) {
  return catchOutOfMemory([&] { return load(path, least, streamLimit); },
                          [&] { return noMemoryFor("read", path); });
}

Status quantir::checkWritable(const std::string &path) {
  return catchOutOfMemory(
      [&]() -> Status {
        std::optional<struct stat> existing;
        QUANTIR_RETURN_IF_ERROR(lookAt(path, existing));
        return isSpecial(existing) ? Status()
                                   : Replacement(followLinks(path), path, existing).open();
      },
      [&] { return noMemoryFor("write", path); });
}

static Status writeAll(const std::vector<PendingFile> &files, const std::function<Status()> &last) {
  std::string current; ///< for the message when memory runs out
  return catchOutOfMemory(
      [&]() -> Status {
        std::vector<std::unique_ptr<Replacement>> made;
        std::vector<const PendingFile *> special;
        for (const PendingFile &file : files) {
          current = file.path;
          std::optional<struct stat> existing;
          QUANTIR_RETURN_IF_ERROR(lookAt(file.path, existing));
          if (isSpecial(existing)) {
            special.push_back(&file);
            continue;
          }
          auto replacement =
              std::make_unique<Replacement>(followLinks(file.path), file.path, existing);
          QUANTIR_RETURN_IF_ERROR(replacement->open());
          QUANTIR_RETURN_IF_ERROR(
              file.write([&](std::span<const std::byte> data) { return replacement->put(data); }));
          made.push_back(std::move(replacement));
        }
        // What has been sent to a device cannot be taken back, but a full one still keeps the
        // others from appearing.
        for (const PendingFile *file : special) {
          current = file->path;
          QUANTIR_RETURN_IF_ERROR(writeSpecial(file->path, file->write));
        }
        // The slow part, the disk's, stands before they have temporary names and after they have
        // their own: without a name they vanish with the process, whatever ends that.
        for (const std::unique_ptr<Replacement> &file : made)
          QUANTIR_RETURN_IF_ERROR(file->finish());
        for (const std::unique_ptr<Replacement> &file : made)
          QUANTIR_RETURN_IF_ERROR(file->name());
        SignalDeferral deferral;
        if (last)
          QUANTIR_RETURN_IF_ERROR(last());
        for (const std::unique_ptr<Replacement> &file : made)
          QUANTIR_RETURN_IF_ERROR(file->commit());
        for (const std::unique_ptr<Replacement> &file : made)
          file->finishName();
        return {};
      },
      [&] { return noMemoryFor("write", current); });
}

Status quantir::writeFile(const std::string &path,
                          const std::function<Status(const ByteSink &put)> &write) {
  return catchOutOfMemory([&] { return writeAll({{path, write}}, {}); },
                          [&] { return noMemoryFor("write", path); });
}

Status quantir::writeTogether(std::vector<PendingFile> files, const std::function<Status()> &last) {
  std::erase_if(files, [](const PendingFile &file) { return file.path.empty(); });
  return writeAll(files, last);
}

Status quantir::writeFile(const std::string &path, std::span<const std::byte> data) {
  return writeFile(path, [&](const ByteSink &put) { return put(data); });
}

Status quantir::writeFile(const std::string &path, std::string_view text) {
  return writeFile(path, std::as_bytes(std::span(text)));
}

void quantir::removeTemporaryFiles() noexcept {
  for (NamedTemporary &temporary : namedTemporaries)
    if (temporary.state.load(std::memory_order_acquire) == NamedTemporary::Named)
      ::unlink(temporary.path.data());
}

//===----------------------------------------------------------------------===//
// Signals while files get their names
//===----------------------------------------------------------------------===//

/// How many deferrals live, and the signal that waits for them to end; 0: none.
static std::atomic<int> numDeferrals = 0;
static std::atomic<int> deferredSignal = 0;

SignalDeferral::SignalDeferral() { ++numDeferrals; }

SignalDeferral::~SignalDeferral() {
  if (--numDeferrals == 0)
    if (int signal = deferredSignal.exchange(0))
      ::raise(signal);
}

bool SignalDeferral::defer(int signal) noexcept {
  if (int none = 0; !deferredSignal.compare_exchange_strong(none, signal))
    return false;
  // Whoever takes the signal out again acts on it: the last deferral if it ends from here on, or
  // the handler, now, if that had ended.
  return numDeferrals != 0 || deferredSignal.exchange(0) == 0;
}
