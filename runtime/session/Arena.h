//===- Arena.h - Sharing memory between values ------------------*- C++ -*-===//

#ifndef QUANTIR_RUNTIME_SESSION_ARENA_H
#define QUANTIR_RUNTIME_SESSION_ARENA_H

#include <cstddef>
#include <vector>

namespace quantir::runtime {

/// A piece of the arena that is in use from step `first` to step `last`, both included.
struct ArenaBlock {
  size_t bytes = 0;
  size_t first = 0;
  size_t last = 0;
  size_t offset = 0; ///< the result: a multiple of 64
};

/// Sets the offsets so that blocks in use at the same time do not overlap, and returns the arena's
/// size. Greedy: the largest block first, each into the smallest gap that holds it.
size_t planArena(std::vector<ArenaBlock> &blocks);

} // namespace quantir::runtime

#endif // QUANTIR_RUNTIME_SESSION_ARENA_H
