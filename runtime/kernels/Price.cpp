//===- Price.cpp - What kernels cost ---------------------------------------===//

#include "runtime/kernels/Price.h"

#include "runtime/threads/Team.h"

namespace quantir::runtime {

static int widestVectors() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
      __builtin_cpu_supports("avx512bw"))
    return 64;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
    return 32;
#endif
  return 16;
}

int vectorBytes() {
  static const int bytes = widestVectors();
  return bytes;
}

double priceOfPlainLoops(const Work &work, const Rates &rates) {
  return rates.element * work.elements + rates.multiplyAdd * work.multiplyAdds;
}

double priceOfVectors(const Work &work, const Rates &rates, int threads) {
  const double used = work.total() < static_cast<double>(minParallelWork) ? 1 : threads;
  return priceOfPlainLoops(work, rates) * 32 / (vectorBytes() * used);
}

} // namespace quantir::runtime
