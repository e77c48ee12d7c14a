//===- Parallel.cpp - Lending threads to the scans ------------------------===//

#include "quantir/Base/Parallel.h"

#include <utility>

namespace quantir {

static thread_local ParallelScope *innermost = nullptr;

ParallelScope::ParallelScope(int parts, ParallelRun run)
    : parts(parts), run(std::move(run)), outer(std::exchange(innermost, this)) {}

ParallelScope::~ParallelScope() { innermost = outer; }

int partsFor(int64_t count) {
  // Waking a thread costs as much as scanning some thousand values.
  constexpr int64_t least = 8 * 1024;
  if (!innermost || count < 2 * least)
    return 1;
  return int(count / least < innermost->parts ? count / least : innermost->parts);
}

void forEachPart(int parts, const std::function<void(int part)> &body) {
  if (parts > 1 && innermost)
    return innermost->run(parts, body);
  for (int part = 0; part < parts; ++part)
    body(part);
}

} // namespace quantir
