//===- QuantizeCommand.cpp - quantir quantize -----------------------------===//

#include "QuantizeCommand.h"

#include "PhaseBars.h"

#include "quantir/Base/Outputs.h"
#include "quantir/Compiler.h"

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
};

Result<QuantizedModel> quantizeWithBars(const Arguments &arguments) {
  PhaseBars bars;
  QuantizeOptions options = arguments.options;
  options.progress = [&](std::string_view phase, int64_t done, int64_t total) {
    bars.update(phase, done, total);
  };
  CalibrationProvider calibration;
  if (!arguments.calibration.empty())
    calibration = calibrationFile(arguments.calibration);
  return quantize(arguments.model, calibration, options);
}

/// Finds out before the work what cannot be written, or would take the place of what is read.
Status checkPaths(const Arguments &arguments) {
  const QuantizeOptions &options = arguments.options;
  std::vector<NamedPath> outputs = {{"--output", arguments.output}, {"--report", arguments.report}};
  std::vector<NamedPath> inputs = {{"MODEL", arguments.model},
                                   {"--calibration", arguments.calibration},
                                   {"--config", options.config},
                                   {"--state", options.state}};
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
  if (arguments.calibration.empty() && arguments.options.state.empty())
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

void quantir::addInputShapeOptions(CLI::App &app, InputShapes &inputs) {
  auto addShapes = [&inputs](const std::vector<std::string> &texts) {
    for (const std::string &text : texts)
      if (Status status = addInputShape(text, inputs); !status)
        throw CLI::ValidationError("--input-shape", status.message());
  };
  app.add_option_function<std::vector<std::string>>(
         "--input-shape", addShapes,
         "Of an ONNX model: the shape of an input, where the file leaves more open than the batch, "
         "N; once for each")
      ->type_name("NAME=N,3,224,224")
      ->allow_extra_args(false);
  app.add_option("--fixed-batch", inputs.batch,
                 "Of an ONNX model: the batch size, for one that takes a single one only")
      ->type_name("N")
      ->check(CLI::Range(int64_t(1), int64_t(1) << 20));
}

void quantir::addQuantizationOptions(CLI::App &app, std::string &model, std::string &calibration,
                                     QuantizeOptions &options) {
  app.add_option("MODEL", model, "An ONNX model, or MLIR")->required()->type_name("");
  app.add_option("--calibration", calibration,
                 "Typical inputs, .npy or .npz: float32 in the model's layout, samples first, or "
                 "uint8 images [N, H, W, C]")
      ->type_name("DATA");
  app.add_option("--config", options.config,
                 "JSON that says which ops are quantized how (default: all, with histograms for "
                 "activations and per-channel weights)")
      ->type_name("FILE");
  app.add_option(
         "--backend-config", options.backendConfig,
         "Which ops are quantized how: a built-in config (default: what the configuration or the "
         "model says, else quantir)")
      ->type_name("NAME");
  app.add_option("--backend", options.backend,
                 "Whose kernels execute the plan (default: what the model says, else onednn)")
      ->type_name("NAME");
  addInputShapeOptions(app, options.inputs);
  runtime::addPreprocessingOptions(app, options.preprocessing);
  app.add_option("--threads", options.threads, "How many threads to use (default: all)")
      ->type_name("N")
      ->check(CLI::Range(1, 1024));
  app.add_option("--batch", options.batch,
                 "How many samples to calibrate with at a time (default: what suits the model)")
      ->type_name("N")
      ->check(CLI::Range(int64_t(1), int64_t(1) << 20));
  runtime::addWorkersOption(app, options.workers);
}

void quantir::addQuantizeCommand(runtime::CommandLine &line) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App &app = line.addCommand("quantize", "Make an int8 plan from a trained float model",
                                  [=] { return runQuantize(*arguments); });
  QuantizeOptions &options = arguments->options;
  addQuantizationOptions(app, arguments->model, arguments->calibration, options);
  app.add_flag_callback(
      "--no-bias-correction", [&options] { options.correctBiases = false; },
      "Leave the biases as they are; by default they make up for the means that rounding the "
      "weights moves");
  app.add_option("--state", options.state,
                 "Take this state file of 'quantir calibrate' instead of calibrating")
      ->type_name("FILE");
  app.add_option("-o,--output", arguments->output, "Where to write the plan")
      ->required()
      ->type_name("FILE");
  app.add_option("--report", arguments->report, "Write what was done to each op as JSON")
      ->type_name("FILE");
  app.add_option("--dump-stages", options.dumpStages,
                 "Write the MLIR after each stage into a folder")
      ->type_name("DIR");
}
