//===- WeightCache.cpp - Constants that the sessions of a plan share -------===//

#include "runtime/plan/WeightCache.h"

#include <algorithm>
#include <mutex>
#include <new>
#include <pthread.h>

namespace quantir::runtime {

Result<SharedMemory> WeightCache::make(size_t bytes, const Fill &fill) {
  constexpr auto alignment = std::align_val_t(64);
  std::shared_ptr<std::byte> memory(
      static_cast<std::byte *>(operator new(std::max<size_t>(bytes, 1), alignment)),
      [](std::byte *p) { operator delete(p, alignment); });
  QUANTIR_RETURN_IF_ERROR(fill(memory.get()));
  return SharedMemory(std::move(memory));
}

/// One for all caches, held for moments only, and by no other thread during a fork: a child can
/// make sessions of the parent's plans.
static std::mutex &cachesMutex() {
  static std::mutex *const mutex = [] {
    static std::mutex *const made = new std::mutex; // outlives all caches
    pthread_atfork([] { made->lock(); }, [] { made->unlock(); }, [] { made->unlock(); });
    return made;
  }();
  return *mutex;
}

SharedMemory WeightCache::find(const std::string &key) const {
  const auto entry = entries.find(key);
  return entry == entries.end() ? nullptr : entry->second.lock();
}

Result<SharedMemory> WeightCache::get(const std::string &key, size_t bytes, const Fill &fill) {
  {
    const std::lock_guard lock(cachesMutex());
    if (SharedMemory memory = find(key))
      return memory;
  }
  Result<SharedMemory> made = make(bytes, fill);
  if (!made)
    return made;
  const std::lock_guard lock(cachesMutex());
  if (SharedMemory memory = find(key))
    return memory;
  ++filled;
  entries[key] = *made;
  return made;
}

int64_t WeightCache::numFilled() const {
  const std::lock_guard lock(cachesMutex());
  return filled;
}

} // namespace quantir::runtime
