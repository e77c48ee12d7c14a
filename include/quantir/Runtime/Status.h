//===- Status.h - Errors without exceptions ---------------------*- C++ -*-===//
//
// The runtime reports errors as values. A message names the place and the remedy: "plan 'm.plan':
// op 3 (layer1.conv1): expected a weight of rank 4, but got rank 2".
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_RUNTIME_STATUS_H
#define QUANTIR_RUNTIME_STATUS_H

#include <string>
#include <utility>
#include <variant>

namespace quantir::runtime {

/// Success, or an error message.
class [[nodiscard]] Status {
public:
  Status() = default;
  static Status error(std::string message) { return Status(std::move(message)); }

  bool ok() const { return isOk; }
  explicit operator bool() const { return isOk; }
  const std::string &message() const { return text; }

  /// The same error with `context` and ": " before it; success stays success.
  Status withContext(const std::string &context) && {
    return isOk ? Status() : Status(context + ": " + text);
  }

private:
  explicit Status(std::string message) : isOk(false), text(std::move(message)) {}
  bool isOk = true;
  std::string text;
};

/// A value, or the Status that says why there is none.
template <typename T> class [[nodiscard]] Result {
public:
  Result(T value) : state(std::move(value)) {}
  Result(Status error) : state(std::move(error)) {}

  bool ok() const { return std::holds_alternative<T>(state); }
  explicit operator bool() const { return ok(); }
  T &operator*() & { return std::get<T>(state); }
  const T &operator*() const & { return std::get<T>(state); }
  T &&operator*() && { return std::get<T>(std::move(state)); }
  T *operator->() { return &std::get<T>(state); }
  const T *operator->() const { return &std::get<T>(state); }
  Status status() const { return ok() ? Status() : std::get<Status>(state); }
  const std::string &message() const { return std::get<Status>(state).message(); }

private:
  std::variant<T, Status> state;
};

} // namespace quantir::runtime

/// Leaves the function with the Status of `expr` if that is an error.
#define QUANTIR_RETURN_IF_ERROR(expr)                                                              \
  do {                                                                                             \
    if (::quantir::runtime::Status quantirStatus = (expr); !quantirStatus)                         \
      return quantirStatus;                                                                        \
  } while (false)

#endif // QUANTIR_RUNTIME_STATUS_H
