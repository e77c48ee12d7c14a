//===- Threads.h - The OpenMP threads of this backend -----------*- C++ -*-===//
//
// oneDNN and the loops of this folder run on one pool, libgomp's. Its idle workers spin for a
// while, so two pools at a time, or a pool whose size keeps changing (libgomp ends and starts
// threads then), cost far more than they give: every parallel region here has either one thread or
// all that the session was given.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_RUNTIME_KERNELS_ONEDNN_THREADS_H
#define QUANTIR_RUNTIME_KERNELS_ONEDNN_THREADS_H

#include <algorithm>
#include <cstdint>
#include <exception>

#ifdef _OPENMP
#include <omp.h>
#else // another compiler's: oneDNN still runs on libgomp, but the loops here on the calling thread
extern "C" int omp_get_max_threads();
extern "C" void omp_set_num_threads(int);
extern "C" int omp_in_parallel();
extern "C" int omp_get_dynamic();
extern "C" void omp_set_dynamic(int);
extern "C" int omp_get_thread_limit();
extern "C" int omp_get_max_active_levels();
typedef enum { omp_pause_hard = 2 } omp_pause_resource_t;
extern "C" int omp_pause_resource_all(omp_pause_resource_t);
#endif

namespace quantir::runtime::onednn {

/// Work below this many element operations is not worth waking a thread for.
inline constexpr int64_t minParallelWork = 16 * 1024;

/// Calls body(begin, end) on ranges that together cover [0, count), in parallel when count *
/// workPerItem is worth it. What one of the calls throws is thrown once all have ended.
template <typename Body> void parallelFor(int64_t count, int64_t workPerItem, const Body &body) {
#ifdef _OPENMP
  if (omp_get_max_threads() > 1 && count > 1 && count * workPerItem >= minParallelWork) {
    std::exception_ptr thrown; // must not leave the region
#pragma omp parallel
    {
      const int64_t parts = omp_get_num_threads(), part = omp_get_thread_num();
      const int64_t begin = count * part / parts, end = count * (part + 1) / parts;
      try {
        if (begin < end)
          body(begin, end);
      } catch (...) {
#pragma omp critical
        thrown = std::current_exception();
      }
    }
    if (thrown)
      std::rethrow_exception(thrown);
    return;
  }
#endif
  if (count > 0)
    body(int64_t(0), count);
}

} // namespace quantir::runtime::onednn

#endif // QUANTIR_RUNTIME_KERNELS_ONEDNN_THREADS_H
