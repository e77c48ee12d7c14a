//===- FixedBatch.h - Samples of plans of fixed shapes ----------*- C++ -*-===//

#ifndef QUANTIR_RUNTIME_PLAN_FIXEDBATCH_H
#define QUANTIR_RUNTIME_PLAN_FIXEDBATCH_H

#include "quantir/Runtime/Plan.h"

namespace quantir::runtime {

/// How many samples a plan without a dynamic batch holds: `fixedBatchOf` its inputs, or 1 where an
/// output has no whole share for each of these. What is called a sample then is all that the inputs
/// hold.
int64_t fixedBatchOf(const Plan &plan);

/// Whether a tensor of a plan is the same for all samples: it does not follow the batch that others
/// follow.
bool isShared(const Plan &plan, const TensorInfo &info);

} // namespace quantir::runtime

#endif // QUANTIR_RUNTIME_PLAN_FIXEDBATCH_H
