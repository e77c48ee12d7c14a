//===- Commands.h - What can be done with a plan ----------------*- C++ -*-===//
//
// The commands that `quantir` and `qrun` share, free of how they are asked for on a command line.
// Each returns an error as a Status whose message names the place and the remedy; results go to
// standard output or to the files named.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_RUNTIME_COMMANDS_COMMANDS_H
#define QUANTIR_RUNTIME_COMMANDS_COMMANDS_H

#include "quantir/Runtime/Batched.h"
#include "quantir/Runtime/Plan.h"
#include "runtime/data/ModelInputs.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace quantir::runtime {

using PlanPtr = std::shared_ptr<const Plan>;

/// How a plan is to be executed.
struct ExecutionOptions {
  std::string backend; ///< empty: the plan's own
  int threads = 0;     ///< 0: all
  int64_t batch = 0;   ///< samples at a time; 0: chosen to suit the model
};

/// What it is fed with.
struct DataOptions {
  std::string path;
  std::optional<Preprocessing> preprocessing; ///< absent: the plan's own
};

/// The batch to run `plan` with: `requested` if that is not 0, else at most 32 samples, and not
/// more than 32 MiB of input. Error: a request that a plan of fixed batch cannot meet.
Result<int64_t> chooseBatch(const Plan &plan, int64_t requested, int64_t samples);

/// A runner for `samples` samples. Batches as chooseBatch says.
Result<std::unique_ptr<BatchRunner>> createRunner(PlanPtr plan, const ExecutionOptions &options,
                                                  int64_t samples);

/// Loads the data and prints what a person should know about them. Data that come without
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
};

/// Runs all samples through a prepared plan and writes what its observers saw.
Status calibratePlan(PlanPtr plan, const CalibrateOptions &options);

/// Runs all samples through a prepared plan and returns the observers. Samples that are not finite
/// are errors. Those that do not fill up a fixed batch are left out, with a note, so that none
/// counts twice. `progress` is told how many samples are done.
Result<std::shared_ptr<ObserverList>>
collectStatistics(PlanPtr plan, const ModelInputs &inputs, const ExecutionOptions &options,
                  const std::function<void(int64_t done)> &progress = {});

struct InspectOptions {
  bool listOps = false;
  bool json = false;
};

/// Prints what a plan is made of.
Status inspectPlan(const Plan &plan, const InspectOptions &options);

} // namespace quantir::runtime

#endif // QUANTIR_RUNTIME_COMMANDS_COMMANDS_H
