//===- Arena.cpp - Sharing memory between values ---------------------------===//

#include "runtime/session/Arena.h"

#include "quantir/Runtime/Tensor.h"

#include <algorithm>
#include <limits>
#include <numeric>

namespace quantir::runtime {

static size_t alignUp(size_t bytes) {
  constexpr size_t alignment = AlignedBuffer::alignment;
  return (bytes + alignment - 1) / alignment * alignment;
}

static bool liveTogether(const ArenaBlock &a, const ArenaBlock &b) {
  return a.first <= b.last && b.first <= a.last;
}

/// The offset of the smallest gap between `placed`, which is sorted by offset, that holds `block`.
static size_t findOffset(const ArenaBlock &block, const std::vector<const ArenaBlock *> &placed) {
  size_t bestOffset = 0, bestGap = std::numeric_limits<size_t>::max();
  bool found = false;
  size_t end = 0; // of what is in use below the gap under consideration
  for (const ArenaBlock *other : placed) {
    if (!liveTogether(block, *other))
      continue;
    if (other->offset > end) {
      size_t gap = other->offset - end;
      if (gap >= block.bytes && gap < bestGap) {
        bestGap = gap;
        bestOffset = end;
        found = true;
      }
    }
    end = std::max(end, other->offset + alignUp(other->bytes));
  }
  return found ? bestOffset : end;
}

size_t planArena(std::vector<ArenaBlock> &blocks) {
  std::vector<size_t> order(blocks.size());
  std::iota(order.begin(), order.end(), size_t(0));
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return blocks[a].bytes > blocks[b].bytes; });
  std::vector<const ArenaBlock *> placed;
  size_t size = 0;
  for (size_t index : order) {
    ArenaBlock &block = blocks[index];
    block.offset = findOffset(block, placed);
    size = std::max(size, block.offset + alignUp(block.bytes));
    auto position = std::upper_bound(
        placed.begin(), placed.end(), block.offset,
        [](size_t offset, const ArenaBlock *other) { return offset < other->offset; });
    placed.insert(position, &block);
  }
  return size;
}

} // namespace quantir::runtime
