//===- Batched.cpp - Running a plan over any number of samples -------------===//

#include "quantir/Runtime/Batched.h"

#include "quantir/Base/OutOfMemory.h"
#include "runtime/plan/FixedBatch.h"
#include "runtime/tensor/AxisCopy.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace quantir::runtime {

struct BatchRunner::Impl {
  /// One input or output: its shape, and how much of which dim one sample takes.
  struct Port {
    TensorInfo info;
    size_t axis = 0;
    int64_t rowsPerSample = 1; ///< 0: one tensor for all samples

    std::vector<int64_t> dims(int64_t samples) const {
      std::vector<int64_t> result = info.dims;
      if (rowsPerSample)
        result[axis] = rowsPerSample * samples;
      return result;
    }
    /// Copies samples between tensors of `fromSamples` and `toSamples`.
    void copy(const void *from, int64_t fromSamples, int64_t fromFirst, void *to, int64_t toSamples,
              int64_t toFirst, int64_t count) const {
      if (rowsPerSample == 0) {
        std::memcpy(to, from, size_t(numElements(info.dims)) * sizeOf(info.dtype));
        return;
      }
      copyAlongAxis({from, fromSamples * rowsPerSample, fromFirst * rowsPerSample},
                    {to, toSamples * rowsPerSample, toFirst * rowsPerSample}, count * rowsPerSample,
                    info.dims, axis, sizeOf(info.dtype));
    }
  };

  /// A session and the memory that its batches pass through.
  struct Lane {
    std::unique_ptr<Session> session;
    int64_t batch = 0;
    std::vector<Tensor> inputs, outputs;
    std::vector<TensorView> inputViews, outputViews;
  };

  std::shared_ptr<const Plan> plan;
  SessionOptions options;
  Lane full, partial;
  std::vector<Port> inputs, outputs;

  Result<std::vector<Port>> portsOf(std::string_view what, const std::vector<TensorInfo> &planned,
                                    const std::vector<TensorInfo> &resolved) const;
  Status createLane(Lane &lane, int64_t batch) const;
  Status runBatch(int64_t first, int64_t count, const SampleSource &source, const SampleSink &sink);
};

/// How many of a tensor's rows belong to one sample. A dynamic dim says so itself, and a tensor
/// without one serves all samples; of a fixed leading one every sample of the batch has the same
/// share.
Result<std::vector<BatchRunner::Impl::Port>>
BatchRunner::Impl::portsOf(std::string_view what, const std::vector<TensorInfo> &planned,
                           const std::vector<TensorInfo> &resolved) const {
  std::vector<Port> ports;
  for (size_t i = 0; i < planned.size(); ++i) {
    const std::vector<int64_t> &dims = planned[i].dims;
    size_t axis = planned[i].batchAxis();
    if (isShared(*plan, planned[i])) {
      ports.push_back({resolved[i], 0, 0});
      continue;
    }
    if (!plan->hasDynamicBatch() && (dims.empty() || dims[axis] % full.batch != 0))
      return Status::unsupported(
          fmt::format("{} '{}': expected a leading dim that counts samples, in batches of {}, but "
                      "got dims {}; take it away, or export the model with a dynamic batch",
                      what, planned[i].name, full.batch, formatDims(dims)));
    if (std::count_if(dims.begin(), dims.end(), [](int64_t dim) { return dim < 0; }) > 1)
      return Status::unsupported(fmt::format(
          "{} '{}': expected one dim that follows the batch, but got dims {}: several batches do "
          "not "
          "make up one of all samples; in C++, a session with all samples as its batch runs them",
          what, planned[i].name, formatDims(dims)));
    ports.push_back({resolved[i], axis, resolved[i].dims[axis] / full.batch});
  }
  return ports;
}

Status BatchRunner::Impl::createLane(Lane &lane, int64_t batch) const {
  SessionOptions laneOptions = options;
  laneOptions.batch = batch;
  if (full.session)
    laneOptions.observers = full.session->sharedObservers();
  lane = Lane();
  Result<std::unique_ptr<Session>> session = Session::create(plan, laneOptions);
  if (!session)
    return session.status();
  // Whole or not at all: the next batch of that size goes by what the lane says.
  Lane made;
  made.session = *std::move(session);
  made.batch = batch;
  for (const TensorInfo &info : made.session->inputs())
    made.inputViews.push_back(made.inputs.emplace_back(info.dtype, info.dims).view());
  for (const TensorInfo &info : made.session->outputs())
    made.outputViews.push_back(made.outputs.emplace_back(info.dtype, info.dims).view());
  lane = std::move(made);
  return {};
}

Status BatchRunner::Impl::runBatch(int64_t first, int64_t count, const SampleSource &source,
                                   const SampleSink &sink) {
  Lane *lane = &full;
  if (count < full.batch && plan->hasDynamicBatch()) {
    lane = &partial;
    if (partial.batch != count)
      QUANTIR_RETURN_IF_ERROR(createLane(partial, count));
  }
  std::vector<TensorView> inputViews = lane->inputViews, outputViews = lane->outputViews;
  for (size_t i = 0; i < inputs.size(); ++i)
    inputViews[i].dims = inputs[i].dims(count);
  for (size_t i = 0; i < outputs.size(); ++i)
    outputViews[i].dims = outputs[i].dims(count);

  QUANTIR_RETURN_IF_ERROR(source(first, count, inputViews));
  for (size_t i = 0; i < inputs.size(); ++i)
    for (int64_t sample = count; inputs[i].rowsPerSample && sample < lane->batch; ++sample)
      inputs[i].copy(inputViews[i].data, lane->batch, count - 1, inputViews[i].data, lane->batch,
                     sample, 1);
  QUANTIR_RETURN_IF_ERROR(lane->session->run(lane->inputViews, lane->outputViews));
  return sink ? sink(first, count, outputViews) : Status();
}

BatchRunner::BatchRunner(std::unique_ptr<Impl> impl) : impl(std::move(impl)) {}
BatchRunner::~BatchRunner() = default;

Result<std::unique_ptr<BatchRunner>> BatchRunner::create(std::shared_ptr<const Plan> plan,
                                                         SessionOptions options) {
  auto make = [&]() -> Result<std::unique_ptr<BatchRunner>> {
    std::string context = fmt::format("plan '{}'", plan->path());
    auto impl = std::make_unique<Impl>();
    impl->plan = plan;
    impl->options = options;
    if (plan->inputs().empty())
      return Status::unsupported(context +
                                 ": expected an input that counts samples, but it has none");
    int64_t batch = options.batch;
    if (!plan->hasDynamicBatch())
      batch = fixedBatchOf(*plan);
    QUANTIR_RETURN_IF_ERROR(impl->createLane(impl->full, batch));
    Result<std::vector<Impl::Port>> inputs =
        impl->portsOf("input", plan->inputs(), impl->full.session->inputs());
    if (!inputs)
      return inputs.status().withContext(context);
    Result<std::vector<Impl::Port>> outputs =
        impl->portsOf("output", plan->outputs(), impl->full.session->outputs());
    if (!outputs)
      return outputs.status().withContext(context);
    impl->inputs = *std::move(inputs);
    impl->outputs = *std::move(outputs);
    return std::unique_ptr<BatchRunner>(new BatchRunner(std::move(impl)));
  };
  return catchOutOfMemory(
      make, [&] { return fmt::format("plan '{}': not enough memory to run it", plan->path()); });
}

static std::string noMemoryForBatch() { return "not enough memory for a batch"; }

int64_t BatchRunner::batch() const { return impl->full.batch; }
Session &BatchRunner::session() { return *impl->full.session; }

std::vector<int64_t> BatchRunner::inputDims(size_t index, int64_t samples) const {
  return impl->inputs[index].dims(samples);
}

std::vector<int64_t> BatchRunner::outputDims(size_t index, int64_t samples) const {
  return impl->outputs[index].dims(samples);
}

Status BatchRunner::run(int64_t samples, const SampleSource &source, const SampleSink &sink) {
  if (samples < 1)
    return Status::invalidArgument(
        fmt::format("expected at least one sample, but got {}", samples));
  for (int64_t first = 0; first < samples; first += batch())
    QUANTIR_RETURN_IF_ERROR(runBatch(first, std::min(batch(), samples - first), source, sink));
  return {};
}

Status BatchRunner::runBatch(int64_t first, int64_t count, const SampleSource &source,
                             const SampleSink &sink) {
  if (count < 1 || count > batch())
    return Status::invalidArgument(
        fmt::format("expected a batch of 1 to {} samples, but got {}", batch(), count));
  return catchOutOfMemory([&] { return impl->runBatch(first, count, source, sink); },
                          noMemoryForBatch);
}

Result<std::vector<Tensor>> BatchRunner::run(std::span<const TensorView> inputs,
                                             const std::function<void(int64_t done)> &progress) {
  return catchOutOfMemory([&] { return runAll(inputs, progress); }, noMemoryForBatch);
}

Result<std::vector<Tensor>> BatchRunner::runAll(std::span<const TensorView> inputs,
                                                const std::function<void(int64_t done)> &progress) {
  const std::vector<Impl::Port> &ports = impl->inputs;
  if (inputs.size() != ports.size())
    return Status::invalidArgument(
        fmt::format("expected {} inputs, but got {}", ports.size(), inputs.size()));
  int64_t samples = 0;
  auto counting = std::find_if(ports.begin(), ports.end(),
                               [](const Impl::Port &port) { return port.rowsPerSample != 0; });
  if (counting != ports.end())
    if (const auto &dims = inputs[counting - ports.begin()].dims; dims.size() > counting->axis)
      samples = dims[counting->axis] / counting->rowsPerSample;
  for (size_t i = 0; i < inputs.size(); ++i) {
    std::vector<int64_t> dims = ports[i].dims(samples);
    if (inputs[i].dtype != ports[i].info.dtype || inputs[i].dims != dims)
      return Status::invalidArgument(
          fmt::format("input '{}': expected {} of dims {}, but got {} of dims {}",
                      ports[i].info.name, nameOf(ports[i].info.dtype), formatDims(dims),
                      nameOf(inputs[i].dtype), formatDims(inputs[i].dims)));
  }
  std::vector<Tensor> results;
  for (const Impl::Port &port : impl->outputs)
    results.emplace_back(port.info.dtype, port.dims(samples));
  auto source = [&](int64_t first, int64_t count, std::span<const TensorView> views) {
    for (size_t i = 0; i < views.size(); ++i)
      ports[i].copy(inputs[i].data, samples, first, views[i].data, count, 0, count);
    return Status();
  };
  auto sink = [&](int64_t first, int64_t count, std::span<const TensorView> views) {
    for (size_t i = 0; i < views.size(); ++i)
      impl->outputs[i].copy(views[i].data, count, 0, results[i].data(), samples, first, count);
    if (progress)
      progress(first + count);
    return Status();
  };
  if (Status status = run(samples, source, sink); !status)
    return status;
  return results;
}

} // namespace quantir::runtime
