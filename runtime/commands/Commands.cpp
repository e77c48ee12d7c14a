//===- Commands.cpp - Running, evaluating and calibrating plans -----------===//

#include "runtime/commands/Commands.h"

#include "quantir/Base/Outputs.h"
#include "quantir/Base/Text.h"
#include "quantir/Numerics/Metrics.h"
#include "quantir/Runtime/Calibration.h"
#include "runtime/commands/Console.h"
#include "runtime/data/OutputReader.h"
#include "runtime/data/QuantizedInputs.h"
#include "runtime/data/Recordings.h"
#include "runtime/plan/FixedBatch.h"
#include "runtime/tensor/AxisCopy.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

using namespace quantir;
using namespace quantir::runtime;

//===----------------------------------------------------------------------===//
// Set-up that the commands share
//===----------------------------------------------------------------------===//

Result<ModelInputs> quantir::runtime::loadInputs(const DataOptions &data, const Plan &plan) {
  Result<ModelInputs> inputs = ModelInputs::load(
      data.path, plan, data.preprocessing ? data.preprocessing : plan.preprocessing());
  if (!inputs)
    return inputs;
  printNotes(inputs->notes());
  return inputs;
}

static std::vector<std::string> outputNames(const Plan &plan) {
  std::vector<std::string> names;
  for (const TensorInfo &info : plan.outputs())
    names.push_back(info.name);
  return names;
}

/// Whether every sequence of bytes in `text` is a character.
static bool isUtf8(std::string_view text) {
  for (size_t i = 0; i < text.size();) {
    auto byte = static_cast<unsigned char>(text[i]);
    size_t length = byte < 0x80                   ? 1
                    : byte >= 0xc2 && byte < 0xe0 ? 2
                    : byte >= 0xe0 && byte < 0xf0 ? 3
                    : byte >= 0xf0 && byte < 0xf5 ? 4
                                                  : 0;
    if (length == 0 || length > text.size() - i)
      return false;
    for (size_t j = 1; j < length; ++j)
      if ((static_cast<unsigned char>(text[i + j]) & 0xc0) != 0x80)
        return false;
    i += length;
  }
  return true;
}

/// `text` with what is no printable ASCII as "\\xff".
static std::string escaped(std::string_view text) {
  std::string result;
  for (unsigned char byte : text.substr(0, 60))
    result +=
        byte >= 0x20 && byte < 0x7f ? std::string(1, char(byte)) : fmt::format("\\x{:02x}", byte);
  return result;
}

//===----------------------------------------------------------------------===//
// run
//===----------------------------------------------------------------------===//

Status quantir::runtime::runPlan(PlanPtr plan, const RunOptions &options) {
  if (plan->outputs().size() != 1 && !isNpzPath(options.output))
    return Status::invalidArgument(
        fmt::format("the model has {} outputs, {}; name an output file that ends "
                    "in .npz",
                    plan->outputs().size(), listNames(outputNames(*plan))));
  for (const TensorInfo &output : plan->outputs())
    if (isNpzPath(options.output) && !isUtf8(output.name))
      return Status::invalidModel(fmt::format(
          "the name of output '{}' is not UTF-8, as the names in a .npz file are; rename it in the "
          "model",
          escaped(output.name)));
  Result<ModelInputs> inputs = loadInputs(options.data, *plan);
  if (!inputs)
    return inputs.status();
  int64_t samples = inputs->samples();
  Result<std::unique_ptr<BatchRunner>> runner = createRunner(plan, options.execution, samples);
  if (!runner)
    return runner.status();
  Result<std::vector<OutputReader>> readers = createOutputReaders(*plan);
  if (!readers)
    return readers.status();

  std::vector<std::vector<float>> results;
  for (size_t i = 0; i < readers->size(); ++i)
    results.emplace_back(size_t(numElements((*runner)->outputDims(i, samples))));
  ProgressBar bar("running", samples);
  auto sink = [&](int64_t first, int64_t count, std::span<const TensorView> outputs) {
    for (size_t i = 0; i < outputs.size(); ++i) {
      std::vector<float> values = (*readers)[i].read(outputs[i]);
      const TensorInfo &info = plan->outputs()[i];
      if (isShared(*plan, info)) {
        results[i] = std::move(values);
        continue;
      }
      std::vector<int64_t> dims = (*runner)->outputDims(i, samples);
      size_t axis = info.batchAxis();
      int64_t rows = dims[axis] / samples;
      copyAlongAxis({values.data(), count * rows, 0}, {results[i].data(), dims[axis], first * rows},
                    count * rows, dims, axis, sizeof(float));
    }
    bar.update(first + count);
    return Status();
  };
  QUANTIR_RETURN_IF_ERROR(
      (*runner)->run(samples, quantizingSource(plan->inputs(), inputs->source()), sink));

  std::vector<NamedArray> arrays;
  for (size_t i = 0; i < results.size(); ++i)
    arrays.push_back({plan->outputs()[i].name,
                      Array::fromFloats((*runner)->outputDims(i, samples), std::move(results[i]))});
  return saveArrays(options.output, arrays);
}

//===----------------------------------------------------------------------===//
// eval
//===----------------------------------------------------------------------===//

/// The index of the output that holds the class scores.
static Result<size_t> findScores(const Plan &plan, const std::string &name) {
  std::vector<std::string> names = outputNames(plan);
  if (name.empty()) {
    if (names.size() != 1)
      return Status::invalidArgument(
          fmt::format("the model has {} outputs, {}; say with --output-name which "
                      "holds the class scores",
                      names.size(), listNames(names)));
    return size_t(0);
  }
  auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end())
    return Status::invalidArgument(fmt::format("the model has no output '{}'; it has {}", name,
                                               listNames(nearestFirst(name, names))));
  return size_t(found - names.begin());
}

Result<EvalResult> quantir::runtime::evaluatePlan(PlanPtr plan, const EvalOptions &options) {
  Result<size_t> scores = findScores(*plan, options.output);
  if (!scores)
    return scores.status();
  Result<std::vector<OutputReader>> readers = createOutputReaders(*plan);
  if (!readers)
    return readers.status();
  Result<std::vector<int64_t>> labels = loadLabels(options.labels);
  if (!labels)
    return labels.status();
  Result<ModelInputs> inputs = loadInputs(options.data, *plan);
  if (!inputs)
    return inputs.status();
  int64_t samples = inputs->samples();
  if (int64_t(labels->size()) != samples)
    return Status::invalidData(
        fmt::format("'{}' has {} labels, but '{}' has {} samples; give one label "
                    "for each sample",
                    options.labels, labels->size(), options.data.path, samples));
  Result<std::unique_ptr<BatchRunner>> runner = createRunner(plan, options.execution, samples);
  if (!runner)
    return runner.status();

  std::vector<int64_t> dims = (*runner)->outputDims(*scores, 1);
  int64_t classes = numElements(dims);
  if (dims.empty() || dims[0] != 1 ||
      std::count_if(dims.begin(), dims.end(), [](int64_t d) { return d != 1; }) > 1)
    return Status::invalidArgument(
        fmt::format("expected output '{}' to hold class scores, of shape [N, "
                    "classes], but its shape is {}",
                    plan->outputs()[*scores].name, formatDims(plan->outputs()[*scores].dims)));
  for (size_t i = 0; i < labels->size(); ++i) {
    int64_t label = (*labels)[i];
    if (label < 0 || label >= classes)
      return Status::invalidData(
          fmt::format("'{}': label {} of sample {} is not one of the model's {} "
                      "classes, 0 to {}",
                      options.labels, label, i, classes, classes - 1));
  }

  EvalResult result;
  ProgressBar bar("evaluating", samples);
  auto sink = [&](int64_t first, int64_t count, std::span<const TensorView> outputs) {
    std::vector<float> logits = (*readers)[*scores].read(outputs[*scores]);
    result.correct += numerics::countTop1(logits, std::span(*labels).subspan(first, count));
    bar.update(first + count);
    return Status();
  };
  SampleSource source = quantizingSource(plan->inputs(), inputs->source());
  if (Status status = (*runner)->run(samples, source, sink); !status)
    return status;
  result.samples = samples;
  return result;
}

//===----------------------------------------------------------------------===//
// calibrate
//===----------------------------------------------------------------------===//

Status quantir::runtime::calibratePlan(PlanPtr plan, const CalibrateOptions &options) {
  Result<ModelInputs> inputs = loadInputs(options.data, *plan);
  if (!inputs)
    return inputs.status();
  Result<CalibrationOutcome> outcome = [&] {
    ProgressBar bar("calibrating", inputs->samples());
    return runCalibration(plan, inputs->samples(), inputs->calibrationSource(),
                          CalibrationRun{options.execution, {}, {}, options.workers},
                          [&](int64_t done) { bar.update(done); });
  }();
  if (!outcome)
    return outcome.status();
  if (int64_t unused = inputs->samples() - outcome->samples; unused > 0)
    printNotes(std::array{
        fmt::format("the model's batch is fixed at {}: the last {} of {} samples do not fill one "
                    "and are left out",
                    outcome->batch, unused, inputs->samples())});
  Result<numerics::CalibrationState> state =
      collectStates(*plan, *outcome->observers, outcome->samples);
  if (!state)
    return state.status();
  std::vector<std::string> names;
  for (const ObserverInfo &info : plan->observers())
    names.emplace_back(info.name);
  const std::string text = numerics::formatCalibrationState(*state);
  auto writeState = [&](const ByteSink &put) { return put(std::as_bytes(std::span(text))); };
  return writeTogether({{options.output, writeState}}, [&] {
    return options.recordings.empty()
               ? Status()
               : saveRecordings(options.recordings, names, *outcome->observers);
  });
}
