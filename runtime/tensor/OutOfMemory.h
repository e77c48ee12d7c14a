//===- OutOfMemory.h - Want of memory as an error ---------------*- C++ -*-===//
//
// Functions that return a Status or a Result throw nothing; the containers they use do.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_RUNTIME_TENSOR_OUTOFMEMORY_H
#define QUANTIR_RUNTIME_TENSOR_OUTOFMEMORY_H

#include "quantir/Runtime/Status.h"

#include <new>
#include <stdexcept>

namespace quantir::runtime {

/// The error of running out of memory, with the message that `describe()` makes, or a shorter one
/// if there is no memory for that.
template <typename Describe> Status outOfMemory(const Describe &describe) noexcept {
  try {
    return Status::outOfMemory(describe());
  } catch (...) {
    return Status::outOfMemory();
  }
}

/// What `body()` returns, or that error where it throws for want of memory.
template <typename Body, typename Describe>
auto catchOutOfMemory(const Body &body, const Describe &describe) -> decltype(body()) {
  try {
    return body();
  } catch (const std::bad_alloc &) {
    return outOfMemory(describe);
  } catch (const std::length_error &) { // more than any container can hold
    return outOfMemory(describe);
  }
}

} // namespace quantir::runtime

#endif // QUANTIR_RUNTIME_TENSOR_OUTOFMEMORY_H
