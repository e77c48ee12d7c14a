//===- float_vs_int8.cpp - What quantizing a model gains in speed -----------===//
//
// Compiles each model twice, as it is and quantized, and times the two in turn in one process, so
// that whatever else the machine does hits both alike. Random data; the scales then mean nothing,
// but the work is the same.
//
// usage: float-vs-int8 [--threads N] [--rounds N] [--seconds S] MODEL...
// Prints one JSON object a line for each model; times are medians, in milliseconds.
//
//===----------------------------------------------------------------------===//

#include "Common.h"

#include "quantir/Compiler.h"
#include "quantir/Runtime/Session.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <random>

using namespace quantir;
using namespace quantir::runtime;

using namespace quantir::benchmarks;

namespace {

struct Options {
  int threads = 2;
  int rounds = 5;       ///< how often float and int8 take turns
  double seconds = 0.5; ///< of each turn
  std::vector<std::string> models;
};

/// A session with its data and the times of its runs.
class Runner {
public:
  Runner(std::shared_ptr<const Plan> plan, int threads) {
    SessionOptions options;
    options.threads = threads;
    session = check(Session::create(std::move(plan), options));
    for (const TensorInfo &info : session->inputs())
      inputs.emplace_back(info.dtype, info.dims);
    for (const TensorInfo &info : session->outputs())
      outputs.emplace_back(info.dtype, info.dims);
    for (const Tensor &tensor : inputs)
      inputViews.push_back(tensor.view());
    for (const Tensor &tensor : outputs)
      outputViews.push_back(tensor.view());
    fillRandomly(inputViews, 9);
  }

  /// Runs for some time; the first runs after the other's turn warm the caches and do not count.
  void takeTurn(double seconds) {
    using Clock = std::chrono::steady_clock;
    const auto milliseconds = [](Clock::duration d) {
      return std::chrono::duration<double, std::milli>(d).count();
    };
    run();
    run();
    const Clock::time_point start = Clock::now();
    for (Clock::time_point now = start; milliseconds(now - start) < 1000 * seconds;) {
      const Clock::time_point before = now;
      run();
      now = Clock::now();
      times.push_back(milliseconds(now - before));
    }
  }

  double median() {
    std::nth_element(times.begin(), times.begin() + times.size() / 2, times.end());
    return times[times.size() / 2];
  }
  double least() const { return *std::min_element(times.begin(), times.end()); }

private:
  void run() {
    if (Status status = session->run(inputViews, outputViews); !status)
      fail(status.message());
  }

  std::unique_ptr<Session> session;
  std::vector<Tensor> inputs, outputs;
  std::vector<TensorView> inputViews, outputViews;
  std::vector<double> times;
};

void measure(const std::string &path, const Options &options) {
  const auto floatPlan = check(load(path));
  const QuantizedModel quantized = check(quantize(path, randomSamples(4)));
  Runner floats(floatPlan, options.threads);
  Runner integers(check(Plan::fromBuffer(quantized.plan)), options.threads);
  for (int round = 0; round < options.rounds; ++round) {
    floats.takeTurn(options.seconds);
    integers.takeTurn(options.seconds);
  }
  const double floatMs = floats.median(), integerMs = integers.median();
  fmt::print("{{\"workload\": \"{}\", \"system\": \"quantir\", \"threads\": {}, \"float_ms\": "
             "{:.3f}, \"int8_ms\": {:.3f}, \"speedup\": {:.2f}, \"float_least_ms\": {:.3f}, "
             "\"int8_least_ms\": {:.3f}}}\n",
             std::filesystem::path(path).stem().string(), options.threads, floatMs, integerMs,
             floatMs / integerMs, floats.least(), integers.least());
  std::fflush(stdout);
}

Options parse(int argc, char **argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    const auto number = [&] {
      char *end = nullptr;
      const double value = i + 1 < argc ? std::strtod(argv[++i], &end) : 0;
      if (!end || *end || value <= 0) {
        fmt::print(stderr, "error: expected a positive number after {}\n", argument);
        std::exit(2);
      }
      return value;
    };
    if (argument == "--threads")
      options.threads = int(number());
    else if (argument == "--rounds")
      options.rounds = int(number());
    else if (argument == "--seconds")
      options.seconds = number();
    else
      options.models.emplace_back(argument);
  }
  if (options.models.empty()) {
    fmt::print(stderr, "usage: float-vs-int8 [--threads N] [--rounds N] [--seconds S] MODEL...\n");
    std::exit(2);
  }
  return options;
}

} // namespace

int main(int argc, char **argv) {
  const Options options = parse(argc, argv);
  for (const std::string &model : options.models)
    measure(model, options);
}
