//===- MergeStates.cpp - Calibrations of several machines -----------------===//

#include "runtime/commands/CommandLine.h"

#include "quantir/Base/Outputs.h"
#include "quantir/Runtime/Calibration.h"

#include <fmt/format.h>

using namespace quantir;
using namespace quantir::runtime;

Status quantir::runtime::mergeStates(const std::vector<std::string> &inputs,
                                     const std::string &output) {
  std::vector<NamedPath> states;
  for (const std::string &input : inputs)
    states.push_back({fmt::format("the state '{}'", input), input});
  QUANTIR_RETURN_IF_ERROR(checkOutputs({{"--output", output}}, states));
  Result<numerics::CalibrationState> merged = loadCalibrationState(inputs.front());
  if (!merged)
    return merged.status();
  for (size_t i = 1; i < inputs.size(); ++i) {
    Result<numerics::CalibrationState> next = loadCalibrationState(inputs[i]);
    if (!next)
      return next.status();
    if (std::string error = numerics::merge(*merged, *next); !error.empty())
      return Status::invalidData(
          fmt::format("cannot merge '{}' with '{}': {}", inputs[i], inputs.front(), error));
  }
  QUANTIR_RETURN_IF_ERROR(saveCalibrationState(output, *merged));
  fmt::print("{} observers, {} samples; written to {}\n", merged->observers.size(), merged->samples,
             output);
  return Status();
}

void quantir::runtime::addMergeStatesCommand(CommandLine &line) {
  struct State {
    std::vector<std::string> inputs;
    std::string output;
  };
  auto state = std::make_shared<State>();
  CLI::App &app = line.addCommand("merge-states", "Merge state files of one model",
                                  [=] { return mergeStates(state->inputs, state->output); });
  app.add_option("STATE", state->inputs, "State files, in the order of their samples")
      ->required()
      ->expected(2, 1 << 20)
      ->type_name("");
  app.add_option("-o,--output", state->output, "Merged state file to write")
      ->required()
      ->type_name("FILE");
}
