//===- OutOfMemory.h - Want of memory as an error ---------------*- C++ -*-===//
//
// Functions that return a Status or a Result throw nothing; the containers they use do.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_BASE_OUTOFMEMORY_H
#define QUANTIR_BASE_OUTOFMEMORY_H

#include "quantir/Base/Status.h"

#include <exception>
#include <new>
#include <stdexcept>

namespace quantir {

/// The error of running out of memory, with the message that `describe()` makes, or a shorter one
/// if there is no memory for that.
template <typename Describe> Status outOfMemory(const Describe &describe) noexcept {
  try {
    return Status::outOfMemory(describe());
  } catch (...) {
    return Status::outOfMemory();
  }
}

inline Status internalError(const char *message) noexcept {
  try {
    return Status::internal(message);
  } catch (...) {
    return Status::outOfMemory();
  }
}

/// Returns what `body()` returns, or that error if it throws because memory runs out. Any other
/// exception, from a defect of this or another library, is an error with the code Internal.
template <typename Body, typename Describe>
auto catchOutOfMemory(const Body &body, const Describe &describe) noexcept -> decltype(body()) {
  try {
    return body();
  } catch (const std::bad_alloc &) {
    return outOfMemory(describe);
  } catch (const std::length_error &) { // more than any container can hold
    return outOfMemory(describe);
  } catch (const std::exception &error) {
    return internalError(error.what());
  } catch (...) {
    return internalError("an exception of unknown type");
  }
}

} // namespace quantir

#endif // QUANTIR_BASE_OUTOFMEMORY_H
