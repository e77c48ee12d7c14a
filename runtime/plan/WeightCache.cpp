//===- WeightCache.cpp - Constants that the sessions of a plan share -------===//

#include "runtime/plan/WeightCache.h"

#include <algorithm>
#include <new>

namespace quantir::runtime {

Result<SharedMemory> WeightCache::make(size_t bytes, const Fill &fill) {
  constexpr auto alignment = std::align_val_t(64);
  std::shared_ptr<std::byte> memory(
      static_cast<std::byte *>(operator new(std::max<size_t>(bytes, 1), alignment)),
      [](std::byte *p) { operator delete(p, alignment); });
  QUANTIR_RETURN_IF_ERROR(fill(memory.get()));
  return SharedMemory(std::move(memory));
}

Result<SharedMemory> WeightCache::get(const std::string &key, size_t bytes, const Fill &fill) {
  const std::lock_guard lock(mutex);
  if (const auto entry = entries.find(key); entry != entries.end())
    if (SharedMemory memory = entry->second.lock())
      return memory;
  Result<SharedMemory> memory = make(bytes, fill);
  if (memory) {
    ++filled;
    entries[key] = *memory;
  }
  return memory;
}

int64_t WeightCache::numFilled() const {
  const std::lock_guard lock(mutex);
  return filled;
}

} // namespace quantir::runtime
