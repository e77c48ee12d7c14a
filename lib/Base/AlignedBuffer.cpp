//===- AlignedBuffer.cpp - Memory for vector instructions -----------------===//

#include "quantir/Base/AlignedBuffer.h"

#include <cstdlib>

namespace quantir {

AlignedBuffer::AlignedBuffer(size_t bytes) {
  size_t rounded = (bytes + alignment - 1) / alignment * alignment;
  if (rounded == 0 || rounded < bytes)
    return;
  memory.reset(static_cast<uint8_t *>(std::aligned_alloc(alignment, rounded)));
  length = memory ? bytes : 0;
}

void AlignedBuffer::Free::operator()(uint8_t *pointer) const { std::free(pointer); }

} // namespace quantir
