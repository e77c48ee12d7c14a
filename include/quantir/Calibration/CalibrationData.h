//===- CalibrationData.h - The samples to calibrate on ----------*- C++ -*-===//

#ifndef QUANTIR_CALIBRATION_CALIBRATIONDATA_H
#define QUANTIR_CALIBRATION_CALIBRATIONDATA_H

#include "quantir/Runtime/Batched.h"
#include "quantir/Runtime/Plan.h"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace quantir {

/// The samples to calibrate on.
struct CalibrationData {
  std::string name; ///< for the report
  int64_t samples = 0;
  runtime::SampleSource source;
  std::vector<std::string> notes; ///< about the data, for people
};

/// Returns the samples. Called with a plan of the model, once the inputs are known.
using CalibrationProvider = std::function<Result<CalibrationData>(const runtime::Plan &model)>;

/// Samples from a .npy or .npz file: float32 in the model's layout, or uint8 images, which the
/// plan's preprocessing turns into inputs. A NaN is an error; histograms leave infinities out.
CalibrationProvider calibrationFile(const std::string &path);

/// The samples that `provider` has for the inputs of `model`. Errors: those of `provider`; there
/// are none.
Result<CalibrationData> loadSamples(const CalibrationProvider &provider,
                                    const runtime::Plan &model);

} // namespace quantir

#endif // QUANTIR_CALIBRATION_CALIBRATIONDATA_H
