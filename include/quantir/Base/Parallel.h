//===- Parallel.h - Lending threads to the scans ----------------*- C++ -*-===//
//
// lib/Numerics starts no threads. A caller that has a pool lends it: while a ParallelScope exists,
// the scans that this thread begins (lib/Numerics/Scan.h) are divided into parts. The results have
// the same bits with any number of parts: they are extents and counts of integers.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_BASE_PARALLEL_H
#define QUANTIR_BASE_PARALLEL_H

#include <cstdint>
#include <functional>

namespace quantir {

/// Calls body(0), ..., body(parts - 1), each once, in any order or at the same time, and returns
/// when all have.
using ParallelRun = std::function<void(int parts, const std::function<void(int part)> &body)>;

class ParallelScope {
public:
  /// Scans are divided into at most `parts`.
  ParallelScope(int parts, ParallelRun run);
  ~ParallelScope();
  ParallelScope(const ParallelScope &) = delete;
  ParallelScope &operator=(const ParallelScope &) = delete;

private:
  friend int partsFor(int64_t);
  friend void forEachPart(int, const std::function<void(int)> &);
  int parts;
  ParallelRun run;
  ParallelScope *outer;
};

/// Into how many parts to divide a scan of `count` values: 1 without a scope, or for few values.
int partsFor(int64_t count);

/// Runs the parts on the innermost scope's threads.
void forEachPart(int parts, const std::function<void(int part)> &body);

} // namespace quantir

#endif // QUANTIR_BASE_PARALLEL_H
