//===- AllocationCount.cpp - Counts calls of operator new ------------------===//

#include "AllocationCount.h"

#include <cstdlib>
#include <new>

static thread_local size_t count = 0;

size_t quantir::test::allocationCount() { return count; }

void *operator new(size_t size) {
  ++count;
  if (void *memory = std::malloc(size ? size : 1))
    return memory;
  throw std::bad_alloc();
}
void operator delete(void *memory) noexcept { std::free(memory); }
void operator delete(void *memory, size_t) noexcept { std::free(memory); }
