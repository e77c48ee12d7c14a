//===- FloatMode.h - How the processor computes with floats -----*- C++ -*-===//

#ifndef QUANTIR_RUNTIME_THREADS_FLOATMODE_H
#define QUANTIR_RUNTIME_THREADS_FLOATMODE_H

#include <cstdint>

#if defined(__x86_64__)
#include <xmmintrin.h>
#elif !defined(__aarch64__)
#include <cfenv>
#endif

namespace quantir::runtime {

/// Until the scope ends, the calling thread rounds to nearest, keeps subnormal numbers, and traps
/// nothing, whatever its program has chosen: a plan gives the same bits in every thread of every
/// program. Costs some nanoseconds.
class FloatModeScope {
public:
  FloatModeScope() : before(read()) {
    if (before != standard)
      write(standard);
  }
  ~FloatModeScope() {
    if (read() != before)
      write(before);
  }
  FloatModeScope(const FloatModeScope &) = delete;
  FloatModeScope &operator=(const FloatModeScope &) = delete;

private:
#if defined(__x86_64__)
  using Mode = uint32_t; // MXCSR: all exceptions masked
  static constexpr Mode standard = 0x1f80;
  static Mode read() { return _mm_getcsr(); }
  static void write(Mode mode) { _mm_setcsr(mode); }
#elif defined(__aarch64__)
  using Mode = uint64_t; // FPCR
  static constexpr Mode standard = 0;
  static Mode read() {
    Mode mode;
    asm volatile("mrs %0, fpcr" : "=r"(mode));
    return mode;
  }
  static void write(Mode mode) { asm volatile("msr fpcr, %0" : : "r"(mode)); }
#else
  using Mode = int; // what C knows of it: how is rounded
  static constexpr Mode standard = FE_TONEAREST;
  static Mode read() { return std::fegetround(); }
  static void write(Mode mode) { std::fesetround(mode); }
#endif

  const Mode before;
};

} // namespace quantir::runtime

#endif // QUANTIR_RUNTIME_THREADS_FLOATMODE_H
