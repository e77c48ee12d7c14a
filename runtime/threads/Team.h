//===- Team.h - The threads of the code that is running ---------*- C++ -*-===//
//
// A session enters a TeamScope to create its kernels and for each run. Everything that is called
// within, kernels' loops (parallelFor) and oneDNN's (kernels/onednn/OpenMP.cpp), finds the threads
// there. A parallel region has either one thread or all of the team's: kernels divide their work by
// that number when they are created. All of it computes with floats in one mode (FloatMode.h).
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_RUNTIME_THREADS_TEAM_H
#define QUANTIR_RUNTIME_THREADS_TEAM_H

#include "quantir/Runtime/ThreadPool.h"
#include "runtime/threads/FloatMode.h"

#include <cstdint>
#include <exception>
#include <mutex>

namespace quantir::runtime {

/// A number of threads of a pool.
struct Team {
  ThreadPool *pool = nullptr;
  int threads = 1;
};

/// The calling thread's team until the scope ends.
class TeamScope {
public:
  explicit TeamScope(Team team);
  ~TeamScope();
  TeamScope(const TeamScope &) = delete;
  TeamScope &operator=(const TeamScope &) = delete;

private:
  const Team team;
  const Team *outer;
  const FloatModeScope floatMode;
};

/// The calling thread's team; null outside of all scopes, and within a parallel region.
const Team *currentTeam();

/// How many threads a parallel region that starts here has.
int teamThreads();

/// Runs the parts, at most teamThreads(), on the current team.
void runOnTeam(int parts, ThreadPool::Body body, void *context) noexcept;

/// Work below this many element operations is not worth waking a thread for.
inline constexpr int64_t minParallelWork = 16 * 1024;

/// Calls body(begin, end) on ranges that together cover [0, count), in parallel when count *
/// workPerItem is worth it. What one of the calls throws is thrown once all have ended.
template <typename Body> void parallelFor(int64_t count, int64_t workPerItem, const Body &body) {
  const int threads = teamThreads();
  if (threads == 1 || count <= 1 || count * workPerItem < minParallelWork) {
    if (count > 0)
      body(int64_t(0), count);
    return;
  }
  struct Region {
    const Body &body;
    int64_t count;
    int64_t parts;
    std::mutex mutex{};
    std::exception_ptr thrown{};
  } region{body, count, threads};
  runOnTeam(
      threads,
      [](void *context, int part) {
        auto &region = *static_cast<Region *>(context);
        const int64_t begin = region.count * part / region.parts,
                      end = region.count * (part + 1) / region.parts;
        try {
          if (begin < end)
            region.body(begin, end);
        } catch (...) {
          const std::lock_guard lock(region.mutex);
          region.thrown = std::current_exception();
        }
      },
      &region);
  if (region.thrown)
    std::rethrow_exception(region.thrown);
}

} // namespace quantir::runtime

#endif // QUANTIR_RUNTIME_THREADS_TEAM_H
