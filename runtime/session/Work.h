//===- Work.h - How much an op computes -------------------------*- C++ -*-===//

#ifndef QUANTIR_RUNTIME_SESSION_WORK_H
#define QUANTIR_RUNTIME_SESSION_WORK_H

#include "runtime/kernels/Backend.h"

namespace quantir::runtime {

/// About how many multiply-adds the op takes, elements moved or mapped counting as one each. As a
/// float64, which a hostile plan's numbers do not overflow.
double multiplyAdds(const KernelSpec &spec);

} // namespace quantir::runtime

#endif // QUANTIR_RUNTIME_SESSION_WORK_H
