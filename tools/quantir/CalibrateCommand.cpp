//===- CalibrateCommand.cpp - quantir calibrate ---------------------------===//

#include "CalibrateCommand.h"

#include "Flags.h"
#include "StepBars.h"

#include "runtime/commands/Interrupt.h"

#include <fmt/format.h>

#include <charconv>
#include <span>

using namespace quantir;

namespace {

struct Arguments {
  std::string model, calibration, output, stateOut;
  CalibrateOptions options;
  Flags flags = {};
};

/// Reads "A:B", "A:" or ":B".
bool parseRange(std::string_view text, int64_t &first, int64_t &end) {
  auto read = [](std::string_view digits, int64_t &value) {
    auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return digits.empty() || (error == std::errc() && stop == digits.data() + digits.size());
  };
  size_t colon = text.find(':');
  first = 0;
  end = -1;
  return colon != std::string_view::npos && read(text.substr(0, colon), first) &&
         read(text.substr(colon + 1), end) && first >= 0 && (end > first || end == -1) &&
         !text.substr(colon + 1).starts_with('-');
}

Result<CalibratedModel> calibrateWithBars(const Arguments &arguments) {
  StepBars bars;
  runtime::InterruptGuard guard;
  CalibrateOptions options = arguments.options;
  options.calibration.progress = [&](std::string_view step, int64_t done, int64_t total) {
    bars.update(step, done, total);
  };
  options.interrupted = runtime::InterruptGuard::requested;
  return calibrate(arguments.model, calibrationFile(arguments.calibration), options);
}

/// Says how to go on, and ends the program.
[[noreturn]] void exitInterrupted(const Arguments &arguments, const CalibratedModel &model) {
  const std::string rest =
      arguments.stateOut.empty()
          ? "nothing is written, since there is no --state-out"
          : fmt::format("to continue, repeat the command with --state-in {} --samples {}:{}",
                        arguments.stateOut, model.nextSample, model.endSample);
  runtime::printToStderr(fmt::format("interrupted after {} of {} samples; {}\n",
                                     model.nextSample - model.firstSample,
                                     model.endSample - model.firstSample, rest));
  runtime::InterruptGuard::exit();
}

Status runCalibrate(const Arguments &arguments) {
  if (arguments.output.empty() && arguments.stateOut.empty())
    throw CLI::RequiredError("One of --output and --state-out");
  const Flags &flags = arguments.flags;
  QUANTIR_RETURN_IF_ERROR(
      checkDistinct(flags.files({FileUse::Writes}), flags.files({FileUse::ReadsState})));
  QUANTIR_RETURN_IF_ERROR(checkOutputs(flags.files({FileUse::Writes, FileUse::WritesState}),
                                       flags.files({FileUse::Reads}),
                                       [&] { return companionFiles(arguments.model); }));
  Result<CalibratedModel> model = calibrateWithBars(arguments);
  if (!model)
    return model.status();
  runtime::printNotes(model->notes);
  auto writeText = [](std::string_view text) {
    return [text](const ByteSink &put) { return put(std::as_bytes(std::span(text))); };
  };
  QUANTIR_RETURN_IF_ERROR(writeTogether(
      {{arguments.stateOut, writeText(model->state)},
       {model->interrupted ? std::string() : arguments.output, writeText(model->module)}},
      model->writeRecordings));
  if (model->interrupted)
    exitInterrupted(arguments, *model);
  fmt::print("calibrated on samples {}:{}", model->firstSample, model->nextSample);
  for (const std::string &path : {arguments.stateOut, arguments.output})
    if (!path.empty())
      fmt::print("; written to {}", path);
  fmt::print("\n");
  return Status();
}

} // namespace

void quantir::addCalibrateCommand(runtime::CommandLine &line) {
  auto arguments = std::make_shared<Arguments>();
  CalibrateOptions &options = arguments->options;
  auto setRange = [&options](const std::string &text) {
    return parseRange(text, options.firstSample, options.endSample)
               ? Status()
               : Status::invalidArgument("expected a range such as 0:128, 128: or :128, but got '" +
                                         text + "'");
  };
  Flags &flags = arguments->flags;
  flags += modelFlags(arguments->model, options.model, arguments->calibration, Presence::Required);
  flags += calibrationFlags(options.calibration);
  flags += {
      {"--samples", "A:B", "Use samples A to B - 1 only; either end may be left out (default: all)",
       readBy(setRange)},
      // To go on from a state and keep it up to date is no mistake: these two may be one file,
      // which is replaced when the new state is whole.
      {"--state-in", "FILE", "Continue from this state file", to(options.calibration.state),
       FileUse::ReadsState},
      {"-o,--output", "FILE", "Write the prepared model with its observers' states, as MLIR",
       to(arguments->output), FileUse::Writes},
      {"--state-out", "FILE",
       "Write the observers' states to this state file, even if interrupted (Ctrl-C)",
       to(arguments->stateOut), FileUse::WritesState},
      {"--recordings", "FILE", "Write the tensors that recording observers kept, as .npz",
       to(options.recordings), FileUse::Writes},
  };
  flags.addTo(line.addCommand("calibrate", "Calibrate a model, all at once or in parts",
                              [=] { return runCalibrate(*arguments); }));
}
