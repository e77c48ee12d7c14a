//===- QuantizeCommand.cpp - quantir quantize -----------------------------===//

#include "QuantizeCommand.h"

#include "Flags.h"
#include "StepBars.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <span>

namespace fs = std::filesystem;
using namespace quantir;

namespace {

struct Arguments {
  std::string model, calibration, output, report;
  QuantizeOptions options;
  Flags flags = {};
};

Result<QuantizedModel> quantizeWithBars(const Arguments &arguments) {
  StepBars bars;
  QuantizeOptions options = arguments.options;
  options.calibration.progress = [&](std::string_view step, int64_t done, int64_t total) {
    bars.update(step, done, total);
  };
  CalibrationProvider calibration;
  if (!arguments.calibration.empty())
    calibration = calibrationFile(arguments.calibration);
  return quantize(arguments.model, calibration, options);
}

/// Finds out before the work what cannot be written, or would take the place of what is read.
Status checkPaths(const Arguments &arguments) {
  const QuantizeOptions &options = arguments.options;
  const std::vector<NamedPath> outputs = arguments.flags.files({FileUse::Writes});
  const std::vector<NamedPath> inputs = arguments.flags.files({FileUse::Reads});
  if (!options.dumpStages.empty()) {
    std::vector<NamedPath> others = inputs, stages;
    others.insert(others.end(), outputs.begin(), outputs.end());
    for (std::string &file : stageFiles(options.dumpStages))
      stages.push_back({"--dump-stages", std::move(file)});
    // The folder, and those around it that are yet to be made, are no files either.
    std::error_code ignored;
    for (fs::path folder = fs::absolute(options.dumpStages, ignored).lexically_normal();
         folder.has_relative_path() && !fs::exists(folder, ignored); folder = folder.parent_path())
      stages.push_back({"--dump-stages", folder.string()});
    QUANTIR_RETURN_IF_ERROR(checkDistinct(stages, others));
  }
  return checkOutputs(outputs, inputs, [&] { return companionFiles(arguments.model); });
}

Status runQuantize(const Arguments &arguments) {
  if (arguments.calibration.empty() && arguments.options.calibration.state.empty())
    throw CLI::RequiredError("--calibration (or --state)");
  QUANTIR_RETURN_IF_ERROR(checkPaths(arguments));
  Result<QuantizedModel> model = quantizeWithBars(arguments);
  if (!model)
    return model.status();
  runtime::printNotes(model->report.notes);
  auto writePlan = [&](const ByteSink &put) { return put(std::as_bytes(std::span(model->plan))); };
  auto writeReport = [&](const ByteSink &put) {
    const std::string json = model->report.toJson();
    return put(std::as_bytes(std::span(json)));
  };
  QUANTIR_RETURN_IF_ERROR(writeTogether(
      {{arguments.report, writeReport}, {arguments.output, writePlan}}, model->writeStages));
  fmt::print("{}written to {}\n", model->report.toText(), arguments.output);
  return Status();
}

} // namespace

void quantir::addQuantizeCommand(runtime::CommandLine &line) {
  auto arguments = std::make_shared<Arguments>();
  QuantizeOptions &options = arguments->options;
  Flags &flags = arguments->flags;
  flags += modelFlags(arguments->model, options.model, arguments->calibration, Presence::Optional);
  flags += calibrationFlags(options.calibration);
  flags += {
      {"--no-bias-correction", nullptr,
       "Do not adjust biases to compensate for the mean error that rounding the weights causes",
       setTo(options.correctBiases, false)},
      {"--state", "FILE", "Take the observers' states from this state file instead of calibrating",
       to(options.calibration.state), FileUse::Reads},
      {"-o,--output", "FILE", "Plan to write", to(arguments->output), FileUse::Writes,
       Presence::Required},
      {"--report", "FILE", "Write a report on every op, as JSON", to(arguments->report),
       FileUse::Writes},
      {"--dump-stages", "DIR", "Write the MLIR of each stage to this directory",
       to(options.dumpStages)},
  };
  flags.addTo(line.addCommand("quantize", "Quantize a float model and compile it to a plan",
                              [=] { return runQuantize(*arguments); }));
}
