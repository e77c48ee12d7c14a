//===- Session.cpp - Running a plan ----------------------------------------===//

#include "quantir/Base/OutOfMemory.h"
#include "runtime/session/SessionState.h"
#include "runtime/threads/Team.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstring>
#include <limits>

namespace quantir::runtime {
namespace {

std::string joinNames(const std::vector<TensorInfo> &infos) {
  std::string text;
  for (const TensorInfo &info : infos)
    text += (text.empty() ? "" : ", ") + info.name;
  return text;
}

Status checkViews(std::string_view what, std::span<const TensorView> views,
                  const std::vector<TensorInfo> &infos) {
  if (views.size() != infos.size())
    return Status::invalidArgument(fmt::format("expected {} {}{} ({}), but got {}", infos.size(),
                                               what, infos.size() == 1 ? "" : "s", joinNames(infos),
                                               views.size()));
  for (size_t i = 0; i < views.size(); ++i) {
    const TensorView &view = views[i];
    const TensorInfo &info = infos[i];
    if (view.dtype != info.dtype || view.dims != info.dims)
      return Status::invalidArgument(fmt::format(
          "{} '{}': expected {} of dims {}, but got {} of dims {}", what, info.name,
          nameOf(info.dtype), formatDims(info.dims), nameOf(view.dtype), formatDims(view.dims)));
    if (!view.data)
      return Status::invalidArgument(
          fmt::format("{} '{}': expected data, but got null", what, info.name));
    if (reinterpret_cast<uintptr_t>(view.data) % sizeOf(view.dtype))
      return Status::invalidArgument(fmt::format("{} '{}': expected data aligned to {} bytes", what,
                                                 info.name, sizeOf(view.dtype)));
  }
  return {};
}

bool overlap(const TensorView &a, const TensorView &b) {
  auto aBegin = reinterpret_cast<uintptr_t>(a.data), bBegin = reinterpret_cast<uintptr_t>(b.data);
  return aBegin < bBegin + b.bytes() && bBegin < aBegin + a.bytes();
}

} // namespace

Status SessionState::checkArguments(std::span<const TensorView> inputViews,
                                    std::span<const TensorView> outputViews) const {
  QUANTIR_RETURN_IF_ERROR(checkViews("input", inputViews, inputs));
  QUANTIR_RETURN_IF_ERROR(checkViews("output", outputViews, outputs));
  for (size_t i = 0; i < outputViews.size(); ++i) {
    for (size_t j = 0; j < inputViews.size(); ++j)
      if (overlap(outputViews[i], inputViews[j]))
        return Status::invalidArgument(fmt::format("output '{}': its memory overlaps input '{}'",
                                                   outputs[i].name, inputs[j].name));
    for (size_t j = 0; j < i; ++j)
      if (overlap(outputViews[i], outputViews[j]))
        return Status::invalidArgument(fmt::format("output '{}': its memory overlaps output '{}'",
                                                   outputs[i].name, outputs[j].name));
  }
  return {};
}

Status SessionState::checkCancelled() const {
  if (options.cancelled && options.cancelled->load(std::memory_order_relaxed))
    return Status::interrupted("the caller asked for it to end (SessionOptions::cancelled)");
  return {};
}

Status SessionState::run(std::span<const TensorView> inputViews,
                         std::span<const TensorView> outputViews) {
  QUANTIR_RETURN_IF_ERROR(checkArguments(inputViews, outputViews));
  for (const Binding &binding : inputBindings)
    slots[binding.slot] = static_cast<std::byte *>(inputViews[binding.index].data) + binding.offset;
  for (const Binding &binding : outputBindings)
    slots[binding.slot] =
        static_cast<std::byte *>(outputViews[binding.index].data) + binding.offset;
  QUANTIR_RETURN_IF_ERROR(runSteps());

  for (const OutputCopy &copy : outputCopies) {
    const void *source = copy.source;
    if (copy.from == OutputCopy::From::Input)
      source = inputViews[copy.index].data;
    else if (copy.from == OutputCopy::From::Output)
      source = outputViews[copy.index].data;
    const TensorView &output = outputViews[copy.output];
    std::memcpy(output.data, source, output.bytes());
  }
  return {};
}

void SessionState::carryMagnitude(const Step &step) {
  float &result = magnitudes[step.op->outputs()->Get(0)];
  if (std::isfinite(result))
    return;
  std::array<float, Step::mostCarried> inputs;
  size_t count = 0;
  for (int32_t input : *step.op->inputs())
    inputs[count++] = magnitudes[input];
  result = step.magnitude({inputs.data(), count});
}

Status SessionState::runSteps() {
  using Clock = std::chrono::steady_clock;
  if (threads > 1)
    if (const int there = pool->reserve(threads); there < threads)
      return Status::outOfMemory(fmt::format(
          "the session was made for {} threads, but only {} can be started now", threads, there));
  const TeamScope scope({pool.get(), threads});
  std::fill(magnitudes.begin(), magnitudes.end(), std::numeric_limits<float>::infinity());
  for (Step &step : steps) {
    QUANTIR_RETURN_IF_ERROR(checkCancelled());
    Clock::time_point start = options.profile ? Clock::now() : Clock::time_point();
    step.kernel->run(slots.data() + step.firstInput, slots.data() + step.firstOutput,
                     scratch.data());
    if (options.profile)
      step.totalMs += std::chrono::duration<double, std::milli>(Clock::now() - start).count();
    ++step.runs;
    if (step.magnitude)
      carryMagnitude(step);
    QUANTIR_RETURN_IF_ERROR(step.kernel->status());
  }
  return {};
}

Session::Session(std::unique_ptr<SessionState> state) : state(std::move(state)) {}
Session::~Session() = default;

Result<std::unique_ptr<Session>> Session::create(std::shared_ptr<const Plan> plan,
                                                 SessionOptions options) {
  return catchOutOfMemory(
      [&]() -> Result<std::unique_ptr<Session>> {
        auto state = std::make_unique<SessionState>();
        state->plan = plan;
        state->options = std::move(options);
        if (Status status = buildSession(*state); !status)
          return std::move(status).withContext(fmt::format("plan '{}'", plan->path()));
        return std::unique_ptr<Session>(new Session(std::move(state)));
      },
      [&] { return fmt::format("plan '{}': not enough memory to run it", plan->path()); });
}

static std::string noMemoryToRun() { return "not enough memory to run the plan"; }

Status Session::run(std::span<const TensorView> inputs, std::span<const TensorView> outputs) {
  return catchOutOfMemory([&] { return state->run(inputs, outputs); }, noMemoryToRun);
}

Result<std::vector<Tensor>> Session::run(std::span<const TensorView> inputs) {
  return catchOutOfMemory(
      [&]() -> Result<std::vector<Tensor>> {
        std::vector<Tensor> results;
        std::vector<TensorView> views;
        for (const TensorInfo &info : state->outputs)
          views.push_back(results.emplace_back(info.dtype, info.dims).view());
        QUANTIR_RETURN_IF_ERROR(state->run(inputs, views));
        return results;
      },
      noMemoryToRun);
}

const std::vector<TensorInfo> &Session::inputs() const { return state->inputs; }
const std::vector<TensorInfo> &Session::outputs() const { return state->outputs; }
const Plan &Session::plan() const { return *state->plan; }
int64_t Session::batch() const { return state->batch; }
int Session::threads() const { return state->threads; }
const std::vector<std::string> &Session::notes() const { return state->notes; }
size_t Session::arenaBytes() const { return state->arena.size(); }
size_t Session::scratchBytes() const { return state->scratch.size(); }
size_t Session::packedBytes() const { return state->packedBytes; }
ObserverList &Session::observers() { return *state->observers; }
std::shared_ptr<ObserverList> Session::sharedObservers() const { return state->observers; }

std::vector<KernelProfile> Session::profile() const {
  std::vector<KernelProfile> result;
  for (const SessionState::Step &step : state->steps)
    result.push_back(
        {step.op->name() ? step.op->name()->str() : "", plan::EnumNameOpKind(step.op->kind_type()),
         std::string(step.kernel->implementation()), step.totalMs, step.runs, step.candidates});
  return result;
}

} // namespace quantir::runtime
