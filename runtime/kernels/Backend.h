//===- Backend.h - What a backend implements --------------------*- C++ -*-===//
//
// A backend says what it could build for one op of a plan, its operands resolved to fixed shapes,
// and what that would cost to run. The session compares this with what the backends behind it
// offer, down to `reference`, which implements all ops, and has the cheapest candidate built. One
// that turns out not to exist is declined then, and the next one is built. Kernels are created and
// run within a TeamScope (runtime/threads/Team.h), whose threads they use.
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
#include <vector>

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

class Backend;

/// A kernel that a backend could build for an op.
struct Candidate {
  const Backend *backend = nullptr;
  /// "reference", "onednn:through_float". The kernel's own name may say more.
  std::string_view implementation;
  /// What a run is estimated to take on this machine with the spec's threads: for comparing
  /// candidates for one op with each other. Of all backends in nanoseconds (Price.h).
  double nanoseconds = 0;
  /// The input whose memory the op's first output may take over when nothing reads it afterwards,
  /// or -1.
  int inPlaceInput = -1;
  std::unique_ptr<Kernel> (*create)(const KernelSpec &spec) = nullptr;

  /// Null when the backend declines after all; a Status when the spec itself is wrong. May throw
  /// std::bad_alloc, as may a kernel's `run`: the session makes a Status of it.
  Result<std::unique_ptr<Kernel>> build(const KernelSpec &spec) const;
};

class Backend {
public:
  virtual ~Backend() = default;
  virtual std::string_view name() const = 0;

  /// The backend whose candidates are compared with its own; null for the last one, `reference`.
  virtual const Backend *next() const = 0;

  /// What keeps its kernels from being as fast as they could in this process, in words, or empty.
  virtual std::string limitation() const { return {}; }

  /// Adds what it could build for `spec`, if anything. Quick: it packs and compiles nothing, and so
  /// may not know yet that it will decline.
  virtual void offer(const KernelSpec &spec, std::vector<Candidate> &candidates) const = 0;

  /// Builds one of its candidates: Candidate::build.
  virtual Result<std::unique_ptr<Kernel>> build(const Candidate &candidate,
                                                const KernelSpec &spec) const {
    return candidate.create(spec);
  }
};

inline Result<std::unique_ptr<Kernel>> Candidate::build(const KernelSpec &spec) const {
  return backend->build(*this, spec);
}

/// What `backend` and those behind it could build for `spec`, cheapest first; of equal prices in
/// the order of the backends.
std::vector<Candidate> candidatesFor(const KernelSpec &spec, const Backend &backend);

} // namespace quantir::runtime

#endif // QUANTIR_RUNTIME_KERNELS_BACKEND_H
