//===- Plan.cpp - Loading a plan file --------------------------------------===//

#include "quantir/Runtime/Plan.h"

#include "quantir/Base/Files.h"
#include "quantir/Base/OutOfMemory.h"
#include "runtime/plan/FixedBatch.h"
#include "runtime/plan/KernelSupport.h"
#include "runtime/plan/PlanFile.h"
#include "runtime/plan/Resolve.h"
#include "runtime/plan/Validate.h"
#include "runtime/plan/WeightCache.h"

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

/// A plan file, aligned to 64 bytes, and the graph in it.
struct Plan::Storage {
  Bytes file;
  AlignedBuffer graph; ///< a copy: what was verified must not change, as a mapped file can
};

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

Plan::Plan() : weights_(std::make_unique<WeightCache>()) {}
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
        return create(std::make_unique<Storage>(Storage{*std::move(file), {}}), path);
      },
      [&] { return noMemoryFor(path); });
}

Result<std::shared_ptr<const Plan>> Plan::fromBuffer(std::vector<uint8_t> bytes,
                                                     const std::string &name) {
  return catchOutOfMemory(
      [&] { return create(std::make_unique<Storage>(Storage{shareCopyOf(bytes), {}}), name); },
      [&] { return noMemoryFor(name); });
}

Result<std::shared_ptr<const Plan>> Plan::fromMemory(std::span<const uint8_t> bytes,
                                                     std::shared_ptr<const void> owner,
                                                     const std::string &name) {
  return catchOutOfMemory(
      [&] {
        bool aligned = reinterpret_cast<uintptr_t>(bytes.data()) % constantAlignment == 0;
        Bytes file = aligned ? Bytes{std::as_bytes(bytes), std::move(owner)} : shareCopyOf(bytes);
        return create(std::make_unique<Storage>(Storage{std::move(file), {}}), name);
      },
      [&] { return noMemoryFor(name); });
}

Result<std::shared_ptr<const Plan>> Plan::create(std::unique_ptr<Storage> storage,
                                                 const std::string &path) {
  std::string context = fmt::format("plan '{}'", path);
  std::span<const std::byte> file = storage->file.data;
  Result<PlanSections> sections =
      parsePlanFile({reinterpret_cast<const uint8_t *>(file.data()), file.size()});
  if (!sections)
    return std::move(sections).status().withContext(context);
  storage->graph = copyOf(sections->graph);
  std::span<const uint8_t> bytes(storage->graph.data(), storage->graph.size());
  Status status = verifyFlatBuffer(bytes);
  const plan::Plan *graph = nullptr;
  if (status) {
    graph = plan::GetPlan(bytes.data());
    status = validate(*graph, sections->constants);
  }
  if (!status)
    return Status::error(status.code(), fmt::format("{}: {}{}", context, status.message(), remedy));

  std::shared_ptr<Plan> plan(new Plan);
  plan->path_ = path;
  plan->storage = std::move(storage);
  plan->graph_ = graph;
  plan->constants_ = sections->constants.data();
  plan->constantBytes_ = sections->constants.size();
  plan->collectInfo();
  return std::shared_ptr<const Plan>(std::move(plan));
}

void Plan::collectInfo() {
  auto tensorInfo = [this](int32_t index) {
    const plan::Tensor &tensor = *graph_->tensors()->Get(index);
    TensorInfo info{std::string(viewOf(tensor.name())), static_cast<DType>(tensor.dtype()),
                    toVector(tensor.dims()), std::nullopt};
    if (tensor.quant())
      info.quant = toQuantInfo(*tensor.quant());
    return info;
  };
  if (graph_->inputs())
    for (int32_t index : *graph_->inputs())
      inputs_.push_back(tensorInfo(index));
  if (graph_->outputs())
    for (int32_t index : *graph_->outputs())
      outputs_.push_back(tensorInfo(index));
  if (graph_->tensors())
    for (const plan::Tensor *tensor : *graph_->tensors())
      for (int64_t dim : toVector(tensor->dims()))
        dynamicBatch |= dim < 0;
  if (graph_->ops())
    for (const plan::Op *op : *graph_->ops()) {
      std::string_view opBackend = viewOf(op->backend());
      ops_.push_back({std::string(viewOf(op->name())), plan::EnumNameOpKind(op->kind_type()),
                      std::string(opBackend.empty() ? backend() : opBackend)});
    }
  if (graph_->observers())
    for (const plan::Observer *observer : *graph_->observers())
      observers_.push_back(
          {std::string(viewOf(observer->name())), std::string(viewOf(observer->config()))});
  if (const plan::Preprocessing *stored = graph_->preprocessing())
    preprocessing_ = Preprocessing{toFloats(stored->mean()), toFloats(stored->std())};
}

size_t Plan::fileSize() const { return storage->file.size(); }
size_t Plan::constantBytes() const { return constantBytes_; }
std::string_view Plan::producer() const { return viewOf(graph_->producer()); }
std::string_view Plan::model() const { return viewOf(graph_->model()); }
std::string_view Plan::stage() const { return viewOf(graph_->stage()); }
std::string_view Plan::backend() const { return viewOf(graph_->backend()); }
std::string_view Plan::summary() const { return viewOf(graph_->summary()); }

} // namespace quantir::runtime
