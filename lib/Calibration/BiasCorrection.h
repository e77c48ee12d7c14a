//===- BiasCorrection.h - Biases that make up for rounded weights -*- C++ -*-===//

#ifndef QUANTIR_CALIBRATION_BIASCORRECTION_H
#define QUANTIR_CALIBRATION_BIASCORRECTION_H

#include "Calibration.h"

#include "quantir/Config/Settings.h"

namespace quantir {

/// What a correction did.
struct BiasCorrection {
  int64_t corrected = 0; ///< ops whose bias changed
  int64_t samples = 0;   ///< how many samples were used
};

/// Corrects the biases of a module of the prepared stage whose observers have their states. Ask
/// its rules first whether they are to be corrected (QuantizationRules::correctBiases).
///
/// Rounding the weights `w` of an op to `q(w)` moves the mean of each output channel, since its
/// inputs have means that are not 0. The mean over samples and positions of `op(x, w - q(w))` is
/// added to the bias, with `x` the activations of the float model (after Nagel et al. 2019,
/// "Data-Free Quantization Through Weight Equalization and Bias Correction", section 4.2; all ops
/// are measured in one run of the float model). Integer kernels cost what they did.
///
/// Corrected is what has a constant float bias and a weight that an observer quantizes to 8 bits.
/// Fails with a diagnostic, and leaves the module as it is, if the measuring model cannot run.
mlir::FailureOr<BiasCorrection> correctBiases(mlir::ModuleOp calibrated, Settings &settings,
                                              int64_t samples, const runtime::SampleSource &source,
                                              const runtime::ExecutionOptions &options,
                                              const runtime::Progress &progress);

} // namespace quantir

#endif // QUANTIR_CALIBRATION_BIASCORRECTION_H
