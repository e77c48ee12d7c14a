//===- Backend.h - What a backend implements --------------------*- C++ -*-===//
//
// A backend turns one op of a plan, its operands resolved to fixed shapes, into a Kernel. It may
// decline an op; the session then asks the `reference` backend, which implements all of them.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_RUNTIME_KERNELS_BACKEND_H
#define QUANTIR_RUNTIME_KERNELS_BACKEND_H

#include "quantir/Base/Status.h"
#include "runtime/plan/Operand.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

namespace quantir::runtime {

/// One op, ready to run: weights packed, primitive created. `run` allocates nothing.
class Kernel {
public:
  virtual ~Kernel() = default;

  /// Pointers in the order of the spec's operands; null where an operand is absent or is a constant
  /// that the kernel took over when it was built. `scratch` is 64-byte aligned and `scratchBytes()`
  /// long.
  virtual void run(const void *const *inputs, void *const *outputs, void *scratch) = 0;

  /// What was wrong with the values of the last run: an index out of range, a NaN where there must
  /// be none. The results are then undefined.
  virtual Status status() const { return {}; }

  virtual size_t scratchBytes() const { return 0; }

  /// The memory it holds besides: packed weights, tables.
  virtual size_t packedBytes() const { return 0; }

  /// Which implementation this is, for profiles: "reference", "onednn:brgconv:avx512_core_vnni".
  virtual std::string_view implementation() const = 0;
};

/// How a thread uses a backend's thread pool.
struct PoolSettings {
  int threads = 1;
  bool dynamic = false; ///< fewer threads may do when the machine is busy
};

class Backend {
public:
  virtual ~Backend() = default;
  virtual std::string_view name() const = 0;

  /// How many of `wanted` threads the backend's pool gives the calling thread. Kernels divide their
  /// work by the session's number of threads, so that has to be one that they get.
  virtual int availablePool(int wanted) const { return wanted; }

  /// Sets the calling thread's use of the backend's thread pool; returns what it was before. A
  /// session calls it before it creates a kernel and at the start of every run, and sets it back
  /// afterwards.
  virtual PoolSettings usePool(PoolSettings settings) const { return settings; }

  /// Calls body(0), ..., body(parts - 1), each once, and returns when all have: on the backend's
  /// pool, so that no second one gets in its way.
  virtual void runParallel(int parts, const std::function<void(int part)> &body) const {
    for (int part = 0; part < parts; ++part)
      body(part);
  }

  /// The input whose memory the op's first output may take over when nothing reads it afterwards,
  /// or -1.
  virtual int inPlaceInput(const KernelSpec &spec) const { return -1; }

  /// Null when this backend has no kernel for the spec; a Status when the spec itself is wrong. May
  /// throw std::bad_alloc, as may a kernel's `run`: the session makes a Status of it.
  virtual Result<std::unique_ptr<Kernel>> createKernel(const KernelSpec &spec) const = 0;
};

} // namespace quantir::runtime

#endif // QUANTIR_RUNTIME_KERNELS_BACKEND_H
