//===- Work.h - How much an op computes -------------------------*- C++ -*-===//

#ifndef QUANTIR_RUNTIME_KERNELS_WORK_H
#define QUANTIR_RUNTIME_KERNELS_WORK_H

#include "runtime/plan/Operand.h"

namespace quantir::runtime {

/// About how much there is to do, whichever kernel does it. As float64, which a hostile plan's
/// numbers do not overflow.
struct Work {
  double elements = 0;     ///< read or written, each once
  double multiplyAdds = 0; ///< or elements of windows that are compared

  double total() const { return elements + multiplyAdds; }
};

Work workOf(const KernelSpec &spec);

} // namespace quantir::runtime

#endif // QUANTIR_RUNTIME_KERNELS_WORK_H
