//===- Compare.h - Two plans on the same data -------------------*- C++ -*-===//

#ifndef QUANTIR_RUNTIME_DATA_COMPARE_H
#define QUANTIR_RUNTIME_DATA_COMPARE_H

#include "runtime/data/Execution.h"

#include <optional>
#include <string>
#include <vector>

namespace quantir::runtime {

/// How near an output of one plan is to that of another.
struct OutputComparison {
  std::string name;
  double sqnrDb = 0;       ///< numerics::SqnrMeter::mean
  double totalSqnrDb = 0;  ///< numerics::SqnrMeter::total
  int64_t notFinite = 0;   ///< samples for which the reference gives infinities or NaN
  bool isConstant = false; ///< all its elements are equal, or the same for each sample
  bool isConstantInReference = false;
  bool isZeroInReference = false;
  /// Share of samples with the same greatest element; only for outputs that hold one row of scores
  /// a sample.
  std::optional<double> agreement;
};

/// Runs both plans over the samples, a batch of one and then of the other, and compares each
/// output. The plans must have the same inputs and outputs.
Result<std::vector<OutputComparison>> compareOutputs(PlanPtr reference, PlanPtr actual,
                                                     int64_t samples, const SampleSource &source,
                                                     const ExecutionOptions &options,
                                                     const Progress &progress = {});

} // namespace quantir::runtime

#endif // QUANTIR_RUNTIME_DATA_COMPARE_H
