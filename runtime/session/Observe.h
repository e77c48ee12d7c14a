//===- Observe.h - The kernel that feeds an observer ------------*- C++ -*-===//

#ifndef QUANTIR_RUNTIME_SESSION_OBSERVE_H
#define QUANTIR_RUNTIME_SESSION_OBSERVE_H

#include "quantir/Numerics/Observer.h"
#include "quantir/Runtime/Session.h"
#include "runtime/kernels/Backend.h"

namespace quantir::runtime {

/// The observer that an `observe` op feeds, and its place among those that feed it.
struct ObserveTarget {
  size_t index = 0; ///< among the plan's
  numerics::Observer &observer;
  std::string_view name;
  bool isLast = true;             ///< no later op of the plan feeds it
  ObserverOrder *order = nullptr; ///< may be null
};

/// Shows its input to an observer, in row-major order if it cares. Not a backend's business:
/// observers belong to the session. They scan on its threads.
class ObserveKernel : public Kernel {
public:
  ObserveKernel(const Operand &input, const ObserveTarget &target);

  void run(const void *const *inputs, void *const *outputs, void *scratch) override;
  size_t scratchBytes() const override;
  std::string_view implementation() const override { return "observe"; }

  /// What was wrong with the values that the observer had seen when `run` returned; it names the
  /// value.
  Status status() const override { return lastStatus; }

private:
  Status describeError() const;

  const Operand &input;
  const ObserveTarget target;
  const bool reorders; ///< the observer needs row-major order and the input is in another
  Status lastStatus;
};

} // namespace quantir::runtime

#endif // QUANTIR_RUNTIME_SESSION_OBSERVE_H
