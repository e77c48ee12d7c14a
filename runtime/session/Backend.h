//===- Backend.h - What a backend implements --------------------*- C++ -*-===//
//
// A backend turns one op of a plan, its operands resolved to fixed shapes, into a Kernel. It may
// decline an op; the session then asks the `reference` backend, which implements all of them.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_RUNTIME_SESSION_BACKEND_H
#define QUANTIR_RUNTIME_SESSION_BACKEND_H

#include "quantir/Runtime/DType.h"
#include "quantir/Runtime/Status.h"
#include "quantir/Runtime/Tensor.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace quantir::plan {
struct Op;
} // namespace quantir::plan

namespace quantir::runtime {

enum class Layout : uint8_t { RowMajor, ChannelsLast };

/// One operand or result of an op, its shape fixed.
struct Operand {
  std::string_view name;
  DType dtype = DType::Float32;
  Layout layout = Layout::RowMajor;
  std::vector<int64_t> dims;    ///< logical order
  std::vector<int64_t> strides; ///< in elements, logical order, as `layout` says; dense
  const QuantInfo *quant = nullptr;
  /// The values, when they are known as the kernel is built: part of the plan, or computed once
  /// from parts of it. They outlive the kernel.
  const void *constant = nullptr;

  int64_t numElements() const {
    int64_t n = 1;
    for (int64_t d : dims)
      n *= d;
    return n;
  }
};

/// What a kernel is built from. An absent optional operand is a null pointer. The op, the operands
/// and their quantization outlive the kernel; the spans do not.
struct KernelSpec {
  const plan::Op *op = nullptr;
  std::span<const Operand *const> inputs;
  std::span<const Operand *const> outputs;
  int threads = 1;
  /// The input whose memory the first output shares, or -1. Only ever what `Backend::inPlaceInput`
  /// named.
  int inPlaceInput = -1;
};

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

#endif // QUANTIR_RUNTIME_SESSION_BACKEND_H
