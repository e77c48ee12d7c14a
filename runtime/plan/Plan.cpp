//===- Plan.cpp - Loading a plan file --------------------------------------===//

#include "quantir/Runtime/Plan.h"

#include "runtime/plan/PlanFile.h"
#include "runtime/plan/Resolve.h"
#include "runtime/plan/Validate.h"
#include "runtime/session/KernelSupport.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <new>
#include <numeric>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace quantir::runtime {

int64_t fixedBatchOf(std::span<const TensorInfo> inputs) {
  int64_t batch = 0;
  for (const TensorInfo &input : inputs)
    batch = std::gcd(batch, input.dims.empty() ? 1 : input.dims[0]);
  return std::max<int64_t>(batch, 1);
}

/// The bytes of a plan file, mapped or in memory, aligned to at least 64.
class Plan::Storage {
public:
  static Result<std::unique_ptr<Storage>> map(const std::string &path);
  static Result<std::unique_ptr<Storage>> copy(std::span<const uint8_t> bytes);
  ~Storage() {
    if (mapping)
      munmap(mapping, view.size());
  }
  Storage(const Storage &) = delete;
  Storage &operator=(const Storage &) = delete;

  std::span<const uint8_t> bytes() const { return view; }

private:
  Storage() = default;
  void *mapping = nullptr;
  AlignedBuffer buffer;
  std::span<const uint8_t> view;
};

Result<std::unique_ptr<Plan::Storage>> Plan::Storage::map(const std::string &path) {
  auto failure = [](const char *what) {
    return Status::fileError(fmt::format("cannot {} it: {}", what, std::strerror(errno)));
  };
  int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0)
    return failure("open");
  struct Closer {
    int file;
    ~Closer() { close(file); }
  } closer{file};
  struct stat info;
  if (fstat(file, &info) != 0)
    return failure("read");
  if (!S_ISREG(info.st_mode))
    return Status::fileError("expected a regular file");
  std::unique_ptr<Storage> storage(new Storage);
  if (info.st_size == 0)
    return storage;
  size_t size = static_cast<size_t>(info.st_size);
  void *mapping = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file, 0);
  if (mapping == MAP_FAILED)
    return failure("map");
  storage->mapping = mapping;
  storage->view = {static_cast<const uint8_t *>(mapping), size};
  return storage;
}

Result<std::unique_ptr<Plan::Storage>> Plan::Storage::copy(std::span<const uint8_t> bytes) {
  std::unique_ptr<Storage> storage(new Storage);
  storage->buffer = AlignedBuffer(bytes.size());
  if (storage->buffer.size() != bytes.size())
    return Status::outOfMemory(fmt::format("not enough memory for {} bytes", bytes.size()));
  if (!bytes.empty())
    std::memcpy(storage->buffer.data(), bytes.data(), bytes.size());
  storage->view = {storage->buffer.data(), bytes.size()};
  return storage;
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

Plan::Plan() = default;
Plan::~Plan() = default;

Result<std::shared_ptr<const Plan>> Plan::load(const std::string &path) {
  Result<std::unique_ptr<Storage>> storage = Storage::map(path);
  if (!storage)
    return storage.status().withContext(fmt::format("plan '{}'", path));
  return create(*std::move(storage), path);
}

Result<std::shared_ptr<const Plan>> Plan::fromBuffer(std::vector<uint8_t> bytes,
                                                     const std::string &name) {
  Result<std::unique_ptr<Storage>> storage = Storage::copy(bytes);
  if (!storage)
    return storage.status().withContext(fmt::format("plan '{}'", name));
  return create(*std::move(storage), name);
}

Result<std::shared_ptr<const Plan>> Plan::create(std::unique_ptr<Storage> storage,
                                                 const std::string &path) {
  std::string context = fmt::format("plan '{}'", path);
  try {
    Result<PlanSections> sections = parsePlanFile(storage->bytes());
    if (!sections)
      return sections.status().withContext(context);
    Status status = verifyFlatBuffer(sections->graph);
    const plan::Plan *graph = nullptr;
    if (status) {
      graph = plan::GetPlan(sections->graph.data());
      status = validate(*graph, sections->constants);
    }
    if (!status)
      return Status::error(status.code(),
                           fmt::format("{}: {}{}", context, status.message(), remedy));

    std::shared_ptr<Plan> plan(new Plan);
    plan->path_ = path;
    plan->storage = std::move(storage);
    plan->graph_ = graph;
    plan->constants_ = sections->constants.data();
    plan->constantBytes_ = sections->constants.size();
    plan->collectInfo();
    return std::shared_ptr<const Plan>(std::move(plan));
  } catch (const std::bad_alloc &) {
    return Status::outOfMemory(context + ": not enough memory to load it");
  }
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
      if (tensor->dims())
        for (int64_t dim : *tensor->dims())
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

size_t Plan::fileSize() const { return storage->bytes().size(); }
size_t Plan::constantBytes() const { return constantBytes_; }
std::string_view Plan::producer() const { return viewOf(graph_->producer()); }
std::string_view Plan::model() const { return viewOf(graph_->model()); }
std::string_view Plan::stage() const { return viewOf(graph_->stage()); }
std::string_view Plan::backend() const { return viewOf(graph_->backend()); }
std::string_view Plan::summary() const { return viewOf(graph_->summary()); }

} // namespace quantir::runtime
