//===- calibration.cpp - What observing costs -------------------------------===//
//
// Prepares a model once for each kind of observer and runs it on different random samples, as
// calibration does, in turn with the float model and all in one process. Every turn begins with new
// observers: ranges that widen are part of the cost.
//
// usage: calibration [--threads N] [--rounds N] [--samples N] MODEL
// Prints one JSON object: medians over the rounds, in milliseconds a sample, and the median ratios
// to the float run of the same round.
//
//===----------------------------------------------------------------------===//

#include "Common.h"

#include "quantir/Compiler.h"
#include "quantir/Numerics/Observer.h"
#include "quantir/Runtime/Session.h"
#include "runtime/session/ObserverList.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>

#include <unistd.h>

using namespace quantir;
using namespace quantir::runtime;

using namespace quantir::benchmarks;

namespace {

struct Options {
  int threads = 2;
  int rounds = 9;
  int samples = 32; ///< of each turn
  std::string model;
};

constexpr std::string_view kinds[] = {
    "min_max", "moving_average_min_max", "histogram", "percentile", "entropy", "mse"};

/// A file that goes when it does.
class TemporaryFile {
public:
  TemporaryFile(const std::string &name, std::string_view text)
      : path((std::filesystem::temp_directory_path() /
              fmt::format("quantir-{}-{}", ::getpid(), name))
                 .string()) {
    std::ofstream(path) << text;
  }
  ~TemporaryFile() { std::filesystem::remove(path); }
  const std::string path;
};

/// The model with observers of one kind for its activations.
std::shared_ptr<const Plan> prepare(const std::string &model, std::string_view kind) {
  TemporaryFile config(
      "config.json",
      fmt::format(R"({{"": {{"activation": {{"observer": "{}"}}, "weight": {{"observer": )"
                  R"("per_channel_min_max", "dtype": "qint8", "qscheme": )"
                  R"("per_channel_symmetric"}}}}}})",
                  kind));
  CalibrateOptions options;
  options.model.config = config.path;
  TemporaryFile module("prepared.mlir", check(calibrate(model, randomSamples(1), options)).module);
  return check(load(module.path));
}

/// A session and its samples.
class Runner {
public:
  Runner(std::shared_ptr<const Plan> plan, const Options &options) {
    SessionOptions sessionOptions;
    sessionOptions.threads = options.threads;
    session = check(Session::create(std::move(plan), sessionOptions));
    for (int i = 0; i < options.samples; ++i) {
      std::vector<TensorView> &views = inputViews.emplace_back();
      for (const TensorInfo &info : session->inputs())
        views.push_back(tensors.emplace_back(info.dtype, info.dims).view());
      fillRandomly(views, uint32_t(i));
    }
    for (const TensorInfo &info : session->outputs())
      outputViews.push_back(tensors.emplace_back(info.dtype, info.dims).view());
  }

  /// Runs all samples; milliseconds a sample. What runs first warms the caches and does not count.
  double takeTurn() {
    using Clock = std::chrono::steady_clock;
    run(inputViews.front());
    for (const auto &observer : session->observers())
      observer->reset();
    const Clock::time_point start = Clock::now();
    for (const std::vector<TensorView> &views : inputViews)
      run(views);
    const std::chrono::duration<double, std::milli> time = Clock::now() - start;
    return time.count() / double(inputViews.size()) / double(std::max<int64_t>(1, batch()));
  }

private:
  int64_t batch() const { return session->inputs()[0].dims[0]; }
  void run(std::span<const TensorView> views) {
    if (Status status = session->run(views, outputViews); !status)
      fail(status.message());
  }

  std::unique_ptr<Session> session;
  std::vector<Tensor> tensors;
  std::vector<std::vector<TensorView>> inputViews;
  std::vector<TensorView> outputViews;
};

double median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + values.size() / 2, values.end());
  return values[values.size() / 2];
}

Options parse(int argc, char **argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    int *number = argument == "--threads"   ? &options.threads
                  : argument == "--rounds"  ? &options.rounds
                  : argument == "--samples" ? &options.samples
                                            : nullptr;
    if (!number)
      options.model = argument;
    else if (i + 1 == argc || (*number = std::atoi(argv[++i])) <= 0)
      options.model.clear(), i = argc;
  }
  if (options.model.empty()) {
    fmt::print(stderr, "usage: calibration [--threads N] [--rounds N] [--samples N] MODEL\n");
    std::exit(2);
  }
  return options;
}

} // namespace

int main(int argc, char **argv) {
  const Options options = parse(argc, argv);
  std::vector<Runner> runners;
  runners.emplace_back(check(load(options.model)), options);
  for (std::string_view kind : kinds)
    runners.emplace_back(prepare(options.model, kind), options);
  std::vector<std::vector<double>> times(runners.size()), ratios(runners.size());
  for (int round = 0; round < options.rounds; ++round)
    for (size_t i = 0; i < runners.size(); ++i) {
      times[i].push_back(runners[i].takeTurn());
      ratios[i].push_back(times[i].back() / times[0].back());
    }
  fmt::print("{{\"model\": \"{}\", \"system\": \"quantir\", \"threads\": {}, \"float_ms\": {:.3f}",
             std::filesystem::path(options.model).stem().string(), options.threads,
             median(times[0]));
  for (size_t i = 1; i < runners.size(); ++i)
    fmt::print(", \"{0}_ms\": {1:.3f}, \"{0}_ratio\": {2:.3f}", kinds[i - 1], median(times[i]),
               median(ratios[i]));
  fmt::print("}}\n");
}
