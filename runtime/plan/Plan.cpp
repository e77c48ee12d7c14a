//===- Plan.cpp - Loading a plan file --------------------------------------===//

#include "quantir/Runtime/Plan.h"

#include "quantir/Base/Files.h"
#include "quantir/Base/OutOfMemory.h"
#include "runtime/plan/FixedBatch.h"
#include "runtime/plan/KernelSupport.h"
#include "runtime/plan/PlanContents.h"
#include "runtime/plan/PlanFile.h"
#include "runtime/plan/Resolve.h"
#include "runtime/plan/Validate.h"
#include "runtime/threads/FloatMode.h"

#include <fmt/format.h>

#include <cstring>
#include <numeric>

namespace quantir::runtime {

int64_t fixedBatchOf(std::span<const TensorInfo> inputs) {
  int64_t batch = 0;
  for (const TensorInfo &input : inputs)
    batch = std::gcd(batch, input.dims.empty() ? 1 : input.dims[0]);
  return std::max<int64_t>(batch, 1);
}

bool isShared(const Plan &plan, const TensorInfo &info) {
  return plan.hasDynamicBatch() && (info.dims.empty() || info.dims[info.batchAxis()] >= 0);
}

int64_t fixedBatchOf(const Plan &plan) {
  const int64_t batch = fixedBatchOf(plan.inputs());
  for (const TensorInfo &output : plan.outputs())
    if (!output.dims.empty() && output.dims[0] % batch != 0)
      return 1;
  return batch;
}

const PlanContents &contentsOf(const Plan &plan) { return *plan.contents; }

static AlignedBuffer copyOf(std::span<const uint8_t> bytes) {
  AlignedBuffer copy(bytes.size());
  if (copy.size() != bytes.size())
    throw std::bad_alloc();
  if (!bytes.empty())
    std::memcpy(copy.data(), bytes.data(), bytes.size());
  return copy;
}

static Bytes shareCopyOf(std::span<const uint8_t> bytes) {
  auto copy = std::make_shared<AlignedBuffer>(copyOf(bytes));
  return {std::as_bytes(std::span(copy->data(), copy->size())), copy};
}

static std::unique_ptr<PlanContents> contentsIn(Bytes file) {
  auto contents = std::make_unique<PlanContents>();
  contents->file = std::move(file);
  return contents;
}

namespace {

constexpr const char *remedy = "; make the plan again with this version of Quantir";

Status verifyFlatBuffer(std::span<const uint8_t> graph) {
  flatbuffers::Verifier::Options options;
  options.max_depth = 16;
  options.max_tables = 1u << 20;
  if (graph.size() >= FLATBUFFERS_MAX_BUFFER_SIZE)
    return Status::invalidModel("the graph is too large");
  flatbuffers::Verifier verifier(graph.data(), graph.size(), options);
  if (!plan::VerifyPlanBuffer(verifier))
    return Status::invalidModel("the graph is not well-formed");
  return {};
}

Status validate(const plan::Plan &graph, std::span<const uint8_t> constants) {
  QUANTIR_RETURN_IF_ERROR(validateKernels(graph));
  QUANTIR_RETURN_IF_ERROR(validateStructure(graph, constants.size()));
  Result<ResolvedTensors> tensors = ResolvedTensors::create(graph, constants.data(), 1);
  if (!tensors)
    return tensors.status();
  return validateOps(graph, *tensors);
}

std::string_view viewOf(const flatbuffers::String *text) {
  return text ? text->string_view() : std::string_view();
}

std::vector<float> toFloats(const flatbuffers::Vector<float> *list) {
  return {list->begin(), list->end()};
}

} // namespace

Plan::Plan(std::unique_ptr<PlanContents> contents) : contents(std::move(contents)) {}
Plan::~Plan() = default;

static std::string noMemoryFor(const std::string &path) {
  return fmt::format("plan '{}': not enough memory to load it", path);
}

Result<std::shared_ptr<const Plan>> Plan::load(const std::string &path,
                                               const PlanLoadOptions &options) {
  return catchOutOfMemory(
      [&]() -> Result<std::shared_ptr<const Plan>> {
        Result<Bytes> file = options.copy ? readFile(path) : mapFile(path, /*least=*/1);
        if (!file)
          return std::move(file).status();
        return create(contentsIn(*std::move(file)), path);
      },
      [&] { return noMemoryFor(path); });
}

Result<std::shared_ptr<const Plan>> Plan::fromBuffer(std::vector<uint8_t> bytes,
                                                     const std::string &name) {
  return catchOutOfMemory([&] { return create(contentsIn(shareCopyOf(bytes)), name); },
                          [&] { return noMemoryFor(name); });
}

Result<std::shared_ptr<const Plan>> Plan::fromMemory(std::span<const uint8_t> bytes,
                                                     std::shared_ptr<const void> owner,
                                                     const std::string &name,
                                                     const PlanLoadOptions &options) {
  return catchOutOfMemory(
      [&] {
        bool aligned = reinterpret_cast<uintptr_t>(bytes.data()) % constantAlignment == 0;
        Bytes file = aligned && !options.copy ? Bytes{std::as_bytes(bytes), std::move(owner)}
                                              : shareCopyOf(bytes);
        return create(contentsIn(std::move(file)), name);
      },
      [&] { return noMemoryFor(name); });
}

Result<std::shared_ptr<const Plan>> Plan::create(std::unique_ptr<PlanContents> contents,
                                                 const std::string &path) {
  const FloatModeScope floatMode; // checks compute, too
  std::string context = fmt::format("plan '{}'", path);
  std::span<const std::byte> file = contents->file.data;
  Result<PlanSections> sections =
      parsePlanFile({reinterpret_cast<const uint8_t *>(file.data()), file.size()});
  if (!sections)
    return std::move(sections).status().withContext(context);
  contents->copy = copyOf(sections->graph);
  std::span<const uint8_t> bytes(contents->copy.data(), contents->copy.size());
  Status status = verifyFlatBuffer(bytes);
  if (status) {
    contents->graph = plan::GetPlan(bytes.data());
    status = validate(*contents->graph, sections->constants);
  }
  if (!status)
    return Status::error(status.code(), fmt::format("{}: {}{}", context, status.message(), remedy));

  contents->constants = sections->constants.data();
  contents->constantBytes = sections->constants.size();
  std::shared_ptr<Plan> plan(new Plan(std::move(contents)));
  plan->path_ = path;
  plan->collectInfo();
  return std::shared_ptr<const Plan>(std::move(plan));
}

void Plan::collectInfo() {
  const plan::Plan &graph = *contents->graph;
  auto tensorInfo = [&](int32_t index) {
    const plan::Tensor &tensor = *graph.tensors()->Get(index);
    TensorInfo info{std::string(viewOf(tensor.name())), tensor.dtype(), toVector(tensor.dims()),
                    std::nullopt};
    if (tensor.quant())
      info.quant = toQuantInfo(*tensor.quant());
    return info;
  };
  if (graph.inputs())
    for (int32_t index : *graph.inputs())
      inputs_.push_back(tensorInfo(index));
  if (graph.outputs())
    for (int32_t index : *graph.outputs())
      outputs_.push_back(tensorInfo(index));
  if (graph.tensors())
    for (const plan::Tensor *tensor : *graph.tensors())
      for (int64_t dim : toVector(tensor->dims()))
        dynamicBatch |= dim < 0;
  if (graph.ops())
    for (const plan::Op *op : *graph.ops()) {
      std::string_view opBackend = viewOf(op->backend());
      ops_.push_back({std::string(viewOf(op->name())), plan::EnumNameOpKind(op->kind_type()),
                      std::string(opBackend.empty() ? backend() : opBackend)});
    }
  if (graph.observers())
    for (const plan::Observer *observer : *graph.observers())
      observers_.push_back(
          {std::string(viewOf(observer->name())), std::string(viewOf(observer->config()))});
  if (const plan::Preprocessing *stored = graph.preprocessing())
    preprocessing_ = Preprocessing{toFloats(stored->mean()), toFloats(stored->std())};
}

size_t Plan::fileSize() const { return contents->file.size(); }
size_t Plan::constantBytes() const { return contents->constantBytes; }
std::string_view Plan::producer() const { return viewOf(contents->graph->producer()); }
std::string_view Plan::model() const { return viewOf(contents->graph->model()); }
std::string_view Plan::stage() const { return viewOf(contents->graph->stage()); }
std::string_view Plan::backend() const { return viewOf(contents->graph->backend()); }
std::string_view Plan::summary() const { return viewOf(contents->graph->summary()); }

} // namespace quantir::runtime
