//===- UnitComparison.h - Where a quantized model departs from float -*- C++ -*-===//

#ifndef QUANTIR_CALIBRATION_UNITCOMPARISON_H
#define QUANTIR_CALIBRATION_UNITCOMPARISON_H

#include "Calibration.h"

#include <optional>

namespace quantir {

/// What an op, or a unit of fused ops, reads as an activation.
struct UnitInput {
  /// The unit whose result it is, at most through casts; nothing for the model's inputs and for
  /// what other functions return.
  std::optional<size_t> producer;
  /// As UnitComparison::sqnrDb, of the value that is read.
  std::optional<double> sqnrDb;
  /// Where it is quantized to codes of one scale: the share of the float model's values that lie
  /// beyond the first or the last code by more than half a step, the range, the step, and the root
  /// of the mean square of the float model's values.
  double outside = 0, min = 0, max = 0, step = 0, magnitude = 0;
};

/// One unit of a quantized model beside the same unit of the float model.
struct UnitComparison {
  mlir::Operation *op = nullptr; ///< in the reference module
  std::vector<UnitInput> inputs;
  /// `10 log10(sum ref^2 / sum (ref - q)^2)` of the result that its readers get, over all elements
  /// and samples (numerics::perfectSqnr if they are equal); nothing where it was not measured: a
  /// result that is no float tensor with rows for each sample.
  std::optional<double> sqnrDb;
  /// The same of the float model's result when it is rounded to the codes of this one: what
  /// rounding alone leaves. Nothing where it is not rounded.
  std::optional<double> roundingSqnrDb;
  /// The same of the weight.
  std::optional<double> weightSqnrDb;
};

struct ModelComparison {
  std::vector<UnitComparison> units; ///< of the entry function, in order
  /// For each output of the model the unit whose result it is, if it is one's.
  std::vector<std::optional<size_t>> outputProducers;
};

/// Runs the float model, `calibrated` without its observers, and `reference`, a module that convert
/// has made of it, on the first samples of `source`, and compares what each unit gives. `samples`
/// is how many there are; some 16 are used. Nothing is compared where the two do not have the same
/// units, as custom modules can make it. Fails with a diagnostic if one of the models cannot run.
mlir::FailureOr<ModelComparison> compareUnits(mlir::ModuleOp calibrated, mlir::ModuleOp reference,
                                              int64_t samples, const runtime::SampleSource &source,
                                              const runtime::ExecutionOptions &options);

} // namespace quantir

#endif // QUANTIR_CALIBRATION_UNITCOMPARISON_H
