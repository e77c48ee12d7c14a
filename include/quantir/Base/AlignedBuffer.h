//===- AlignedBuffer.h - Memory for vector instructions ---------*- C++ -*-===//

#ifndef QUANTIR_BASE_ALIGNEDBUFFER_H
#define QUANTIR_BASE_ALIGNEDBUFFER_H

#include <cstddef>
#include <cstdint>
#include <memory>

namespace quantir {

/// Memory aligned to 64 bytes. Empty if no bytes were requested, or if there is not enough memory.
class AlignedBuffer {
public:
  static constexpr size_t alignment = 64;

  AlignedBuffer() = default;
  explicit AlignedBuffer(size_t bytes);

  uint8_t *data() const { return memory.get(); }
  size_t size() const { return length; }

private:
  struct Free {
    void operator()(uint8_t *pointer) const;
  };
  std::unique_ptr<uint8_t[], Free> memory;
  size_t length = 0;
};

} // namespace quantir

#endif // QUANTIR_BASE_ALIGNEDBUFFER_H
