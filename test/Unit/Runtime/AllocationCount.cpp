//===- AllocationCount.cpp - Counts calls of operator new ------------------===//

#include "AllocationCount.h"

#include "test/Support/Sanitizers.h"

#include <cstdlib>
#include <new>

static thread_local size_t count = 0;

size_t quantir::test::allocationCount() { return count; }

// Sanitizers have operators of their own, which cannot all be replaced: under one, nothing is
// counted.
#ifndef QUANTIR_SANITIZED
void *operator new(size_t size, const std::nothrow_t &) noexcept {
  ++count;
  return std::malloc(size ? size : 1);
}
void *operator new(size_t size) {
  if (void *memory = operator new(size, std::nothrow))
    return memory;
  throw std::bad_alloc();
}
void operator delete(void *memory) noexcept { std::free(memory); }
void operator delete(void *memory, size_t) noexcept { std::free(memory); }
#endif
