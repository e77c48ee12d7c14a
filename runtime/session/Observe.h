//===- Observe.h - The kernel that feeds an observer ------------*- C++ -*-===//

#ifndef QUANTIR_RUNTIME_SESSION_OBSERVE_H
#define QUANTIR_RUNTIME_SESSION_OBSERVE_H

#include "quantir/Numerics/Observer.h"
#include "runtime/session/Backend.h"

namespace quantir::runtime {

/// Shows its input to an observer, in row-major order if it cares. Not a backend's business:
/// observers belong to the session. They scan on the threads of `backend`.
class ObserveKernel : public Kernel {
public:
  ObserveKernel(const Operand &input, numerics::Observer &observer, std::string_view observerName,
                const Backend &backend, int threads);

  void run(const void *const *inputs, void *const *outputs, void *scratch) override;
  size_t scratchBytes() const override;
  std::string_view implementation() const override { return "observe"; }

  /// What is wrong with the values seen so far; it names the value.
  Status status() const override;

private:
  const Operand &input;
  numerics::Observer &observer;
  std::string_view observerName;
  const Backend &backend;
  const int threads;
  const bool reorders; ///< the observer needs row-major order and the input is in another
};

} // namespace quantir::runtime

#endif // QUANTIR_RUNTIME_SESSION_OBSERVE_H
