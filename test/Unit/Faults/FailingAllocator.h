//===- FailingAllocator.h - Memory that runs out ----------------*- C++ -*-===//
//
// The program that links this replaces operator new, and aligned_alloc as our own code calls it, so
// that any one of a test's allocations can be made to fail.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_TEST_UNIT_FAULTS_FAILINGALLOCATOR_H
#define QUANTIR_TEST_UNIT_FAULTS_FAILINGALLOCATOR_H

#include "quantir/Base/Status.h"

#include <catch2/catch_test_macros.hpp>

#include <cstdint>
#include <string>

namespace quantir::test {

/// Which allocations fail, of all threads together.
enum class Failing {
  One,   ///< the one of the number given: what goes on after it has memory
  AllOn, ///< that one and all that follow
};

/// From now on, allocation number `first` (from 0) fails, until `stopFailing`.
void failFrom(int64_t first, Failing which);

/// Returns whether one did.
bool stopFailing();

/// How many allocations have not been freed.
int64_t liveAllocations();

/// Runs `attempt`, a function that returns a Status, again and again, and lets each of its
/// allocations fail once. Whatever it then returns, it throws nothing and leaves nothing behind;
/// and if that is an error, it is one of want of memory. Ends with the first attempt that gets by
/// without that allocation. `mayKeep`: a library beneath keeps what it likes (oneDNN's cache of
/// primitives).
template <typename Attempt> void checkAllAllocations(const Attempt &attempt, bool mayKeep = false) {
  REQUIRE(attempt().ok()); // also makes what is made once and kept
  for (Failing which : {Failing::One, Failing::AllOn})
    for (int64_t first = 0;; ++first) {
      const int64_t live = liveAllocations();
      StatusCode code;
      bool hasMessage = true, hasFailed = false;
      {
        failFrom(first, which);
        Status status = attempt();
        hasFailed = stopFailing();
        code = status.code();
        hasMessage = status.ok() || !status.message().empty();
      }
      // Checks take memory themselves; they are left out where all is well, for the time they take.
      const bool good = (code == StatusCode::OutOfMemory && hasMessage) ||
                        (code == StatusCode::Ok && (!hasFailed || which == Failing::One));
      if (!good || (liveAllocations() != live && !mayKeep)) {
        CAPTURE(first, int(which), nameOf(code), hasMessage, liveAllocations() - live);
        FAIL_CHECK();
      }
      if (!hasFailed)
        break;
    }
  CHECK(attempt().ok());
}

} // namespace quantir::test

#endif // QUANTIR_TEST_UNIT_FAULTS_FAILINGALLOCATOR_H
