//===- CalibrationData.cpp - The samples to calibrate on ------------------===//

#include "quantir/Calibration/CalibrationData.h"

#include "runtime/data/ModelInputs.h"

#include <memory>

using namespace quantir;

CalibrationProvider quantir::calibrationFile(const std::string &path) {
  return [path](const runtime::Plan &model) -> Result<CalibrationData> {
    Result<runtime::ModelInputs> inputs =
        runtime::ModelInputs::load(path, model, model.preprocessing());
    if (!inputs)
      return inputs.status();
    auto shared = std::make_shared<runtime::ModelInputs>(*std::move(inputs));
    CalibrationData data;
    data.name = path;
    data.samples = shared->samples();
    data.notes = shared->notes();
    data.source = [shared, source = shared->calibrationSource()](
                      int64_t first, int64_t count, std::span<const runtime::TensorView> views) {
      return source(first, count, views);
    };
    return data;
  };
}

Result<CalibrationData> quantir::loadSamples(const CalibrationProvider &provider,
                                             const runtime::Plan &model) {
  Result<CalibrationData> data = provider(model);
  if (data && data->samples <= 0)
    return Status::invalidData("the calibration data contain no samples; give at least one");
  return data;
}
