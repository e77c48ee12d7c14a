//===- Status.h - Errors without exceptions ---------------------*- C++ -*-===//
//
// The runtime reports errors as values: a code for programs, and a message for people, which names
// the place and the remedy: "plan 'm.plan': op 3 (layer1.conv1): expected a
// weight of rank 4, but got rank 2".
//
// Functions that return a Status or a Result throw nothing, std::bad_alloc included.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_BASE_STATUS_H
#define QUANTIR_BASE_STATUS_H

#include <cassert>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace quantir {

/// What kind of error it is, by what would have to change for the call to succeed.
enum class StatusCode : uint8_t {
  Ok,
  InvalidArgument, ///< the call: an option, a configuration, the type or shape of a view
  InvalidModel,    ///< the model or plan: damaged, or inconsistent
  InvalidData,     ///< samples, labels or states: damaged, or not fitting the model
  Unsupported,     ///< valid, but this version or build of Quantir cannot do it
  FileError,       ///< a file that cannot be read or written: missing, disk full
  OutOfMemory,     ///< more memory than there is, or than SessionOptions::memoryLimit allows
  Interrupted,     ///< the caller ended the work
  Internal,        ///< a defect of Quantir or of a library that it uses
};

/// "ok", "invalid argument", ...
constexpr std::string_view nameOf(StatusCode code) {
  switch (code) {
  case StatusCode::Ok:
    return "ok";
  case StatusCode::InvalidArgument:
    return "invalid argument";
  case StatusCode::InvalidModel:
    return "invalid model";
  case StatusCode::InvalidData:
    return "invalid data";
  case StatusCode::Unsupported:
    return "unsupported";
  case StatusCode::FileError:
    return "file error";
  case StatusCode::OutOfMemory:
    return "out of memory";
  case StatusCode::Interrupted:
    return "interrupted";
  case StatusCode::Internal:
    return "internal error";
  }
  return "unknown";
}

/// Success, or an error: its code and a message.
class [[nodiscard]] Status {
public:
  Status() = default;

  /// An error whose code is known only at run time; the others have functions of their own.
  static Status error(StatusCode code, std::string message) {
    assert(code != StatusCode::Ok && "an error needs the code of one");
    return Status(code, std::move(message));
  }
  static Status invalidArgument(std::string message) {
    return Status(StatusCode::InvalidArgument, std::move(message));
  }
  static Status invalidModel(std::string message) {
    return Status(StatusCode::InvalidModel, std::move(message));
  }
  static Status invalidData(std::string message) {
    return Status(StatusCode::InvalidData, std::move(message));
  }
  static Status unsupported(std::string message) {
    return Status(StatusCode::Unsupported, std::move(message));
  }
  static Status fileError(std::string message) {
    return Status(StatusCode::FileError, std::move(message));
  }
  static Status outOfMemory(std::string message) {
    return Status(StatusCode::OutOfMemory, std::move(message));
  }
  /// For places where there may be no memory even for a message: this one needs none.
  static Status outOfMemory() noexcept { return Status(StatusCode::OutOfMemory, "out of memory"); }
  static Status interrupted(std::string message) {
    return Status(StatusCode::Interrupted, std::move(message));
  }
  static Status internal(std::string message) {
    return Status(StatusCode::Internal, std::move(message));
  }

  bool ok() const { return code_ == StatusCode::Ok; }
  explicit operator bool() const { return ok(); }
  StatusCode code() const { return code_; }
  const std::string &message() const { return text; }

  /// The same error with `context` and ": " before its message; success stays success.
  Status withContext(std::string_view context) && {
    if (!ok())
      text.insert(0, std::string(context) + ": ");
    return std::move(*this);
  }

private:
  Status(StatusCode code, std::string message) : code_(code), text(std::move(message)) {}
  StatusCode code_ = StatusCode::Ok;
  std::string text;
};

/// A value, or the Status that says why there is none. Check which it is before you access either;
/// an assertion makes sure of that.
template <typename T> class [[nodiscard]] Result {
public:
  Result(T value) : state(std::in_place_index<0>, std::move(value)) {}
  Result(Status error) : state(std::in_place_index<1>, std::move(error)) {
    assert(!std::get_if<1>(&state)->ok() && "success needs a value");
  }

  bool ok() const { return state.index() == 0; }
  explicit operator bool() const { return ok(); }
  T &operator*() & { return *value(); }
  const T &operator*() const & { return *value(); }
  T &&operator*() && { return std::move(*value()); }
  T *operator->() { return value(); }
  const T *operator->() const { return value(); }
  Status status() const & { return ok() ? Status() : *std::get_if<1>(&state); }
  Status status() && { return ok() ? Status() : std::move(*std::get_if<1>(&state)); }
  StatusCode code() const { return ok() ? StatusCode::Ok : std::get_if<1>(&state)->code(); }
  const std::string &message() const {
    assert(!ok() && "only an error has a message");
    return std::get_if<1>(&state)->message();
  }

private:
  T *value() {
    assert(ok() && "an error has no value");
    return std::get_if<0>(&state);
  }
  const T *value() const { return const_cast<Result *>(this)->value(); }

  std::variant<T, Status> state;
};

} // namespace quantir

/// Returns from the function with the Status of `expr` if that is an error.
#define QUANTIR_RETURN_IF_ERROR(expr)                                                              \
  do {                                                                                             \
    if (::quantir::Status quantirStatus = (expr); !quantirStatus)                                  \
      return quantirStatus;                                                                        \
  } while (false)

#endif // QUANTIR_BASE_STATUS_H
