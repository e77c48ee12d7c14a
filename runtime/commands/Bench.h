//===- Bench.h - How fast a plan runs ---------------------------*- C++ -*-===//

#ifndef QUANTIR_RUNTIME_COMMANDS_BENCH_H
#define QUANTIR_RUNTIME_COMMANDS_BENCH_H

#include "runtime/commands/Commands.h"

namespace quantir::runtime {

struct BenchOptions {
  ExecutionOptions execution; ///< a batch of 0 means 1, or what the model is fixed to
  DataOptions data;           ///< no path: random numbers
  double seconds = 2;         ///< how long to measure, at least
  bool profile = false;       ///< also measure each kernel, in runs of their own
};

struct BenchResult {
  int64_t batch = 1;
  int threads = 1;
  std::vector<double> runsMs; ///< each run's time, sorted
  double totalSeconds = 0;    ///< of all runs together
  std::vector<KernelProfile> kernels;
  std::vector<std::string> notes; ///< Session::notes

  /// The time that `percent` of the runs did not exceed, between neighbours interpolated.
  double percentileMs(double percent) const;
  double meanMs() const;
  double samplesPerSecond() const;
};

/// Warms up, then measures single runs one after the other.
Result<BenchResult> benchPlan(PlanPtr plan, const BenchOptions &options);

/// For people, and as one JSON object.
std::string formatBench(const Plan &plan, const BenchResult &result);
std::string benchJson(const Plan &plan, const BenchResult &result);

} // namespace quantir::runtime

#endif // QUANTIR_RUNTIME_COMMANDS_BENCH_H
