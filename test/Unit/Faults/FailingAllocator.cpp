//===- FailingAllocator.cpp - Memory that runs out -------------------------===//

#include "FailingAllocator.h"

#include <atomic>
#include <cstdlib>
#include <new>

using namespace quantir::test;

// What is counted is what fails: the number of an allocation is the same in every attempt of a test
// with one thread.
static std::atomic<int64_t> untilFailure = INT64_MAX;
static std::atomic<int64_t> live = 0;
static std::atomic<bool> failsOn = false, failed = false;

void quantir::test::failFrom(int64_t first, Failing which) {
  failsOn = which == Failing::AllOn;
  failed = false;
  untilFailure = first;
}

bool quantir::test::stopFailing() {
  untilFailure = INT64_MAX;
  return failed;
}

int64_t quantir::test::liveAllocations() { return live; }

static bool fails() {
  if (untilFailure.load(std::memory_order_relaxed) == INT64_MAX)
    return false;
  const int64_t left = untilFailure.fetch_sub(1);
  const bool now = failsOn ? left <= 0 : left == 0;
  if (now)
    failed = true;
  return now;
}

static void *allocate(size_t size, size_t alignment) {
  if (fails())
    return nullptr;
  size = (size + alignment) / alignment * alignment;
  void *memory = alignment <= alignof(std::max_align_t) ? std::malloc(size) : nullptr;
  if (alignment > alignof(std::max_align_t) && posix_memalign(&memory, alignment, size) != 0)
    memory = nullptr;
  if (memory)
    ++live;
  return memory;
}

static void release(void *memory) {
  if (memory)
    --live;
  std::free(memory);
}

void *operator new(size_t size, const std::nothrow_t &) noexcept {
  return allocate(size, alignof(std::max_align_t));
}
void *operator new(size_t size, std::align_val_t alignment, const std::nothrow_t &) noexcept {
  return allocate(size, size_t(alignment));
}
void *operator new(size_t size) {
  if (void *memory = operator new(size, std::nothrow))
    return memory;
  throw std::bad_alloc();
}
void *operator new(size_t size, std::align_val_t alignment) {
  if (void *memory = operator new(size, alignment, std::nothrow))
    return memory;
  throw std::bad_alloc();
}
void operator delete(void *memory) noexcept { release(memory); }
void operator delete(void *memory, size_t) noexcept { release(memory); }
void operator delete(void *memory, std::align_val_t) noexcept { release(memory); }
void operator delete(void *memory, size_t, std::align_val_t) noexcept { release(memory); }

// The linker puts this in the place of aligned_alloc (CMakeLists.txt). What it gives goes to free,
// so it is not counted as live.
extern "C" void *__real_aligned_alloc(size_t alignment, size_t size);
extern "C" void *__wrap_aligned_alloc(size_t alignment, size_t size) {
  return fails() ? nullptr : __real_aligned_alloc(alignment, size);
}
