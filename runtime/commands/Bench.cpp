//===- Bench.cpp - How fast a plan runs -----------------------------------===//

#include "runtime/commands/Bench.h"

#include "runtime/commands/Console.h"
#include "runtime/data/QuantizedInputs.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>
#include <random>

using namespace quantir;
using namespace quantir::runtime;

double BenchResult::percentileMs(double percent) const {
  if (runsMs.empty())
    return 0;
  double position = percent / 100 * double(runsMs.size() - 1);
  size_t below = size_t(position), above = std::min(below + 1, runsMs.size() - 1);
  return std::lerp(runsMs[below], runsMs[above], position - double(below));
}

double BenchResult::meanMs() const {
  return runsMs.empty() ? 0 : totalSeconds * 1000 / double(runsMs.size());
}

double BenchResult::samplesPerSecond() const {
  return totalSeconds > 0 ? double(batch) * double(runsMs.size()) / totalSeconds : 0;
}

/// Fills tensors with numbers that are the same every time.
static void fillRandomly(const Tensor &tensor, std::mt19937 &random) {
  if (tensor.dtype() == DType::Float32) {
    std::uniform_real_distribution<float> values(-1, 1);
    for (float &v : tensor.as<float>())
      v = values(random);
    return;
  }
  if (tensor.dtype() == DType::Int64 || tensor.dtype() == DType::Int32)
    return; // zero is an index into every table
  uint8_t *bytes = static_cast<uint8_t *>(tensor.data());
  std::generate(bytes, bytes + tensor.bytes(), [&] { return uint8_t(random()); });
}

static std::vector<Tensor> allocate(const std::vector<TensorInfo> &infos) {
  std::vector<Tensor> tensors;
  for (const TensorInfo &info : infos)
    tensors.emplace_back(info.dtype, info.dims);
  return tensors;
}

static std::vector<TensorView> viewsOf(const std::vector<Tensor> &tensors) {
  std::vector<TensorView> views;
  for (const Tensor &tensor : tensors)
    views.push_back(tensor.view());
  return views;
}

/// The first batch of the data, or random numbers.
static Status fillInputs(const Plan &plan, const DataOptions &data, int64_t batch,
                         const std::vector<Tensor> &tensors) {
  if (data.path.empty()) {
    std::mt19937 random(1);
    for (const Tensor &tensor : tensors)
      fillRandomly(tensor, random);
    return Status();
  }
  Result<ModelInputs> inputs = loadInputs(data, plan);
  if (!inputs)
    return inputs.status();
  if (inputs->samples() < batch)
    return Status::invalidData(
        fmt::format("'{}' has {} samples, but a batch takes {}; give more data, "
                    "or a smaller --batch",
                    data.path, inputs->samples(), batch));
  return quantizingSource(plan.inputs(), inputs->source())(0, batch, viewsOf(tensors));
}

/// Runs until `seconds` have passed and `atLeast` runs are done; keeps each run's time if `runsMs`
/// is given.
static Result<double> runFor(Session &session, std::span<const TensorView> inputs,
                             std::span<const TensorView> outputs, double seconds, int atLeast,
                             std::vector<double> *runsMs) {
  using Clock = std::chrono::steady_clock;
  Clock::time_point start = Clock::now(), now = start;
  for (int runs = 0; runs < atLeast || std::chrono::duration<double>(now - start).count() < seconds;
       ++runs) {
    Clock::time_point before = now;
    if (Status status = session.run(inputs, outputs); !status)
      return status;
    now = Clock::now();
    if (runsMs)
      runsMs->push_back(std::chrono::duration<double, std::milli>(now - before).count());
  }
  return std::chrono::duration<double>(now - start).count();
}

Result<BenchResult> quantir::runtime::benchPlan(PlanPtr plan, const BenchOptions &options) {
  Result<int64_t> batch = chooseBatch(*plan, options.execution.batch, /*samples=*/1);
  if (!batch)
    return batch.status();
  SessionOptions sessionOptions;
  sessionOptions.backend = options.execution.backend;
  sessionOptions.threads = options.execution.threads;
  sessionOptions.batch = *batch;
  Result<std::unique_ptr<Session>> session = Session::create(plan, sessionOptions);
  if (!session)
    return session.status();
  std::vector<Tensor> inputs = allocate((*session)->inputs());
  std::vector<Tensor> outputs = allocate((*session)->outputs());
  std::vector<TensorView> inputViews = viewsOf(inputs), outputViews = viewsOf(outputs);
  QUANTIR_RETURN_IF_ERROR(fillInputs(*plan, options.data, *batch, inputs));

  BenchResult result;
  result.batch = *batch;
  result.threads = (*session)->threads();
  result.notes = (*session)->notes();
  Result<double> warmUp =
      runFor(**session, inputViews, outputViews, std::min(options.seconds / 4, 0.5), 3, nullptr);
  if (!warmUp)
    return warmUp.status();
  Result<double> measured =
      runFor(**session, inputViews, outputViews, options.seconds, 10, &result.runsMs);
  if (!measured)
    return measured.status();
  result.totalSeconds = *measured;
  std::sort(result.runsMs.begin(), result.runsMs.end());

  if (options.profile) {
    sessionOptions.profile = true;
    Result<std::unique_ptr<Session>> profiled = Session::create(plan, sessionOptions);
    if (!profiled)
      return profiled.status();
    Result<double> run =
        runFor(**profiled, inputViews, outputViews, std::min(options.seconds, 1.0), 10, nullptr);
    if (!run)
      return run.status();
    result.kernels = (*profiled)->profile();
  }
  return result;
}

//===----------------------------------------------------------------------===//
// Reports
//===----------------------------------------------------------------------===//

static double msPerRun(const KernelProfile &kernel) {
  return kernel.runs == 0 ? 0 : kernel.totalMs / double(kernel.runs);
}

std::string quantir::runtime::formatBench(const Plan &plan, const BenchResult &result) {
  std::string text = fmt::format(
      "median {:.3f} ms   p90 {:.3f} ms   min {:.3f} ms   {:.1f} samples/s\n"
      "{}{}, batch {}, {} thread{}, {} runs\n",
      result.percentileMs(50), result.percentileMs(90), result.percentileMs(0),
      result.samplesPerSecond(), plan.model().empty() ? "" : std::string(plan.model()) + ", ",
      plan.stage(), result.batch, result.threads, result.threads == 1 ? "" : "s",
      result.runsMs.size());
  constexpr size_t most = 5;
  for (size_t i = 0; i < std::min(result.notes.size(), most); ++i)
    text += "note: " + result.notes[i] + "\n";
  if (result.notes.size() > most)
    text += fmt::format("note: {} more notes like these; --json has them all\n",
                        result.notes.size() - most);
  if (result.kernels.empty())
    return text;
  std::vector<const KernelProfile *> slowestFirst;
  double total = 0;
  for (const KernelProfile &kernel : result.kernels) {
    slowestFirst.push_back(&kernel);
    total += msPerRun(kernel);
  }
  std::stable_sort(slowestFirst.begin(), slowestFirst.end(),
                   [](const auto *a, const auto *b) { return msPerRun(*a) > msPerRun(*b); });
  Table table({"ms", "%", "kernel", "implementation", "name"}, {0, 1});
  for (const KernelProfile *kernel : slowestFirst)
    table.addRow({fmt::format("{:.4f}", msPerRun(*kernel)),
                  fmt::format("{:.1f}", total > 0 ? 100 * msPerRun(*kernel) / total : 0),
                  kernel->kind, kernel->implementation, kernel->name});
  return text + "\n" + table.str() + fmt::format("{:.4f} ms in all kernels\n", total);
}

std::string quantir::runtime::benchJson(const Plan &plan, const BenchResult &result) {
  nlohmann::ordered_json json = {
      {"model", std::string(plan.model())},
      {"stage", std::string(plan.stage())},
      {"batch", result.batch},
      {"threads", result.threads},
      {"runs", result.runsMs.size()},
      {"median_ms", result.percentileMs(50)},
      {"p90_ms", result.percentileMs(90)},
      {"min_ms", result.percentileMs(0)},
      {"mean_ms", result.meanMs()},
      {"per_second", result.samplesPerSecond()},
  };
  if (!result.notes.empty())
    json["notes"] = result.notes;
  if (!result.kernels.empty()) {
    nlohmann::ordered_json kernels = nlohmann::ordered_json::array();
    for (const KernelProfile &kernel : result.kernels) {
      nlohmann::ordered_json candidates = nlohmann::ordered_json::array();
      for (const KernelCandidate &candidate : kernel.candidates)
        candidates.push_back({{"implementation", candidate.implementation},
                              {"estimated_ms", candidate.estimatedMs},
                              {"declined", candidate.declined}});
      kernels.push_back({{"name", kernel.name},
                         {"kind", kernel.kind},
                         {"implementation", kernel.implementation},
                         {"ms", msPerRun(kernel)},
                         {"candidates", std::move(candidates)}});
    }
    json["kernels"] = std::move(kernels);
  }
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}
