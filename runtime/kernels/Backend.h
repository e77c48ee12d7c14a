//===- Backend.h - What a backend implements --------------------*- C++ -*-===//
//
// A backend turns one op of a plan, its operands resolved to fixed shapes, into a Kernel. It may
// decline an op; the session then asks the next one, and in the end `reference`, which implements
// all of them. Kernels are created and run within a TeamScope (runtime/threads/Team.h), whose
// threads they use.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_RUNTIME_KERNELS_BACKEND_H
#define QUANTIR_RUNTIME_KERNELS_BACKEND_H

#include "quantir/Base/Status.h"
#include "runtime/plan/Operand.h"

#include <cstdint>
#include <memory>
#include <string>
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

class Backend {
public:
  virtual ~Backend() = default;
  virtual std::string_view name() const = 0;

  /// The backend that is asked for what this one declines; null for the last one, `reference`.
  virtual const Backend *next() const = 0;

  /// What keeps its kernels from being as fast as they could in this process, in words, or empty.
  virtual std::string limitation() const { return {}; }

  /// The input whose memory the op's first output may take over when nothing reads it afterwards,
  /// or -1.
  virtual int inPlaceInput(const KernelSpec &spec) const { return -1; }

  /// Null when this backend has no kernel for the spec; a Status when the spec itself is wrong. May
  /// throw std::bad_alloc, as may a kernel's `run`: the session makes a Status of it.
  virtual Result<std::unique_ptr<Kernel>> createKernel(const KernelSpec &spec) const = 0;
};

} // namespace quantir::runtime

#endif // QUANTIR_RUNTIME_KERNELS_BACKEND_H
