//===- SessionState.h - What a session consists of --------------*- C++ -*-===//

#ifndef QUANTIR_RUNTIME_SESSION_SESSIONSTATE_H
#define QUANTIR_RUNTIME_SESSION_SESSIONSTATE_H

#include "quantir/Runtime/Session.h"
#include "runtime/plan/PlanContents.h"
#include "runtime/plan/Resolve.h"
#include "runtime/plan/WeightCache.h"
#include "runtime/session/Magnitudes.h"
#include "runtime/session/Observe.h"
#include "runtime/session/ObserverList.h"

namespace quantir::runtime {

struct SessionState {
  /// One kernel. Its operands' pointers stand in `slots`, inputs first.
  struct Step {
    const plan::Op *op = nullptr;
    std::unique_ptr<Kernel> kernel;
    size_t firstInput = 0;
    size_t firstOutput = 0;
    std::vector<KernelCandidate> candidates; ///< KernelProfile::candidates
    MagnitudeRule magnitude; ///< null, or of a step that makes floats of at most so many of floats
    static constexpr size_t mostCarried = 16;
    double totalMs = 0;
    int64_t runs = 0;
  };

  /// A slot that follows the user's input or output `index`, from byte `offset` on.
  struct Binding {
    size_t slot;
    size_t index;
    size_t offset;
  };

  /// An output that no kernel writes. It is copied from `source`, else from the user's input, else
  /// from the user's output `index`.
  struct OutputCopy {
    enum class From { Constant, Input, Output } from;
    const void *source;
    size_t index;
    size_t output;
  };

  std::shared_ptr<const Plan> plan;
  SessionOptions options;
  int64_t batch = 1;
  int threads = 1;
  std::vector<TensorInfo> inputs, outputs;
  std::shared_ptr<ObserverList> observers;
  std::shared_ptr<ThreadPool> pool;

  std::unique_ptr<ResolvedTensors> tensors; ///< kernels refer to them
  std::vector<SharedMemory> folded;         ///< constants computed from constants
  std::vector<float> magnitudes;            ///< of each tensor: Operand::magnitude
  AlignedBuffer arena, scratch;
  size_t packedBytes = 0;
  std::vector<std::string> notes; ///< Session::notes

  std::vector<Step> steps;
  std::vector<void *> slots;
  std::vector<Binding> inputBindings, outputBindings;
  std::vector<OutputCopy> outputCopies;

  /// An error once the caller wants nothing more.
  Status checkCancelled() const;
  Status checkArguments(std::span<const TensorView> inputViews,
                        std::span<const TensorView> outputViews) const;
  Status run(std::span<const TensorView> inputViews, std::span<const TensorView> outputViews);

  Status runSteps();
  /// Says of the first result of `step` what is known by its inputs, unless its kernel has.
  void carryMagnitude(const Step &step);
};

/// Fills in everything but `plan` and `options`, which are set.
Status buildSession(SessionState &session);

} // namespace quantir::runtime

#endif // QUANTIR_RUNTIME_SESSION_SESSIONSTATE_H
