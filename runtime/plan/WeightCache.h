//===- WeightCache.h - Constants that the sessions of a plan share -*- C++ -*-===//
//
// What is made of a plan's constants when a session is created (weights in the form that a kernel
// reads, constants computed from constants) is the same for all sessions of the plan, whatever
// their batch and number of threads. Each is made once and lives as long as a session uses it.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_RUNTIME_PLAN_WEIGHTCACHE_H
#define QUANTIR_RUNTIME_PLAN_WEIGHTCACHE_H

#include "quantir/Base/Status.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

namespace quantir::runtime {

/// Memory aligned to 64 bytes, filled and not written any more.
using SharedMemory = std::shared_ptr<const std::byte>;

class WeightCache {
public:
  using Fill = std::function<Status(std::byte *memory)>;

  /// The memory of that key, of `bytes`: made by `fill` unless someone still uses it. The key says
  /// all that the contents depend on. Errors are those of `fill`; nothing is kept then. Throws
  /// std::bad_alloc. May be called by several threads, and within `fill`. Nobody waits: two that
  /// need the same at the same time both make it, and share what was ready first.
  Result<SharedMemory> get(const std::string &key, size_t bytes, const Fill &fill);

  /// How often memory was filled and kept.
  int64_t numFilled() const;

  /// The same without a cache.
  static Result<SharedMemory> make(size_t bytes, const Fill &fill);

private:
  SharedMemory find(const std::string &key) const;

  std::map<std::string, std::weak_ptr<const std::byte>> entries;
  int64_t filled = 0;
};

} // namespace quantir::runtime

#endif // QUANTIR_RUNTIME_PLAN_WEIGHTCACHE_H
