//===- Commands.h - What can be done with a plan ----------------*- C++ -*-===//
//
// The commands that `quantir` and `qrun` share, free of how they are asked for on a command line.
// Each returns an error as a Status whose message names the place and the remedy; results go to
// standard output or to the files named.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_RUNTIME_COMMANDS_COMMANDS_H
#define QUANTIR_RUNTIME_COMMANDS_COMMANDS_H

#include "quantir/Runtime/Plan.h"
#include "runtime/data/Execution.h"
#include "runtime/data/ModelInputs.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace quantir::runtime {

/// The samples to run it on.
struct DataOptions {
  std::string path;
  std::optional<Preprocessing> preprocessing; ///< absent: the plan's own
};

/// Loads the data and prints the notes about them. Data that come without
/// preprocessing use the plan's.
Result<ModelInputs> loadInputs(const DataOptions &data, const Plan &plan);

//===----------------------------------------------------------------------===//
// Commands
//===----------------------------------------------------------------------===//

struct RunOptions {
  ExecutionOptions execution;
  DataOptions data;
  std::string output; ///< .npy, or .npz for several outputs
};

/// Runs all samples and writes the outputs as float32, samples first.
Status runPlan(PlanPtr plan, const RunOptions &options);

struct EvalOptions {
  ExecutionOptions execution;
  DataOptions data;
  std::string labels;
  std::string output; ///< which output holds the class scores; empty: the only one
};

struct EvalResult {
  int64_t samples = 0;
  int64_t correct = 0;
  double top1() const { return samples == 0 ? 0 : 100.0 * double(correct) / double(samples); }
};

/// Runs all samples and compares the class with the highest score with the label.
Result<EvalResult> evaluatePlan(PlanPtr plan, const EvalOptions &options);

struct CalibrateOptions {
  ExecutionOptions execution;
  DataOptions data;
  std::string output;
  std::string recordings; ///< `.npz` for what recording observers kept; empty: not written
  int workers = 0;        ///< CalibrationRun::workers
};

/// Runs all samples through a prepared plan and writes what its observers saw.
Status calibratePlan(PlanPtr plan, const CalibrateOptions &options);

/// Adds up state files of one model in their order, and writes the sum.
Status mergeStates(const std::vector<std::string> &inputs, const std::string &output);

struct InspectOptions {
  bool listOps = false;
  bool json = false;
};

/// Prints what a plan is made of.
Status inspectPlan(const Plan &plan, const InspectOptions &options);

} // namespace quantir::runtime

#endif // QUANTIR_RUNTIME_COMMANDS_COMMANDS_H
