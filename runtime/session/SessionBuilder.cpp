//===- SessionBuilder.cpp - From a plan to kernels and memory --------------===//

#include "quantir/Base/Machine.h"
#include "quantir/Runtime/Calibration.h"
#include "runtime/kernels/Backends.h"
#include "runtime/kernels/Work.h"
#include "runtime/plan/KernelSupport.h"
#include "runtime/plan/Validate.h"
#include "runtime/plan/Views.h"
#include "runtime/session/Arena.h"
#include "runtime/session/Magnitudes.h"
#include "runtime/session/SessionState.h"
#include "runtime/threads/Team.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <set>

namespace quantir::runtime {
namespace {

size_t bytesOf(const Operand &operand) {
  return static_cast<size_t>(operand.numElements()) * sizeOf(operand.dtype);
}

/// What computing constants once may cost: enough for what is made of stored weights, but not for
/// what a small plan can ask for. Beyond it an op is run as any other.
constexpr size_t foldedBytesPerConstantByte = 8;
constexpr size_t foldedBytesAtLeast = size_t(64) << 20;
constexpr double foldedMultiplyAdds = 0x1p28;

/// Memory for values. Values that take over each other's memory, and views, share one.
struct Storage {
  enum class Kind { Arena, UserInput, UserOutput } kind = Kind::Arena;
  size_t userIndex = 0;
  ArenaBlock block;
};

/// A tensor that is a part of another one's memory: what an op makes that has nothing to move, or
/// an input that a Concat finds in its place. `tensor` is -1 of those that are none.
struct View {
  int32_t tensor = -1;
  size_t offset = 0; ///< in bytes
};

/// What a view is a part of, however indirectly.
struct Place {
  int32_t root;
  size_t offset; ///< in bytes
};

/// Of an op whose result is a view, or consists of them.
class ViewKernel final : public Kernel {
public:
  void run(const void *const *, void *const *, void *) override {}
  std::string_view implementation() const override { return "view"; }
};

class Builder {
public:
  explicit Builder(SessionState &session)
      : session(session), plan(*session.plan), contents(contentsOf(plan)), graph(*contents.graph) {}

  Status build();

private:
  static constexpr size_t none = ~size_t(0);

  Status resolve();
  Status chooseBackends();
  Result<const Backend *> backendOf(const plan::Op &op) const;

  Status foldConstants();
  bool isFoldable(const plan::Op &op);
  bool markBatch(const plan::Op &op);
  Status foldOp(size_t opIndex);
  void releaseUnusedConstants();

  void bindInterface();
  void findViews();
  std::optional<int64_t> startOfView(const plan::Op &op) const;
  /// A part of a value's memory, and the step after which nobody reads it.
  struct ValuePart {
    size_t bytes, end;
  };
  /// When tensors are read for the last time, in steps, while views are being found.
  struct ValueUses {
    explicit ValueUses(size_t tensors)
        : ownEnd(tensors), end(tensors), source(tensors), parts(tensors) {
      std::iota(source.begin(), source.end(), 0);
    }
    std::vector<size_t> ownEnd;                ///< by itself
    std::vector<size_t> end;                   ///< by itself, or by a view of it that was found
    std::vector<int32_t> source;               ///< of which it would be a view if all were found
    std::vector<std::vector<ValuePart>> parts; ///< of a source: what would be a view of it
  };
  static constexpr size_t maxPartsWeighed = 1024;
  static bool keepsTooMuch(size_t bytes, size_t ownEnd, size_t end,
                           const std::vector<ValuePart> &parts);
  bool findView(const plan::Op &op, ValueUses &uses);
  bool findParts(const plan::Op &op, const std::vector<bool> &isStepResult, ValueUses &uses);
  Place placeOf(int32_t tensor) const;
  bool isPlanOutput(int32_t tensor) const { return outputOf[tensor] != none; }
  void findLastUses();
  Status createSteps();
  Status createStep(size_t stepIndex, size_t opIndex);
  size_t lastFeeder(size_t observer) const;
  Status createKernel(KernelSpec &spec, size_t stepIndex, SessionState::Step &step);
  int takeoverInput(const Candidate &candidate, const KernelSpec &spec, size_t stepIndex) const;
  void defineOutputs(const plan::Op &op, const KernelSpec &spec, size_t stepIndex);
  void noteLimitations();
  Status allocate();
  void fillSlots();
  std::string describeValues() const;
  void *addressOf(int32_t tensor, size_t slot);
  Status countMemory(size_t bytes);

  std::vector<const Operand *> operandsOf(const flatbuffers::Vector<int32_t> *indices) const {
    std::vector<const Operand *> operands;
    if (indices)
      for (int32_t index : *indices)
        operands.push_back(session.tensors->find(index));
    return operands;
  }
  bool isConstant(int32_t tensor) const { return (*session.tensors)[tensor].constant; }

  SessionState &session;
  const Plan &plan;
  const PlanContents &contents;
  const plan::Plan &graph;
  const Backend *overriding = nullptr; ///< SessionOptions::backend
  const Backend *planned = nullptr;    ///< the plan's
  std::set<const Backend *> used;      ///< those with kernels here
  std::vector<size_t> stepOps;         ///< for each step its op
  struct FoldedOp {
    size_t opIndex;
    size_t bytes;
    SharedMemory results;
  };
  std::vector<FoldedOp> foldedOps; ///< those that were run on constants
  std::vector<bool> followBatch;   ///< for each folded tensor whether it depends on the batch
  std::vector<View> views;         ///< for each tensor
  std::vector<bool> stepMoves;     ///< for each step whether it has something to do
  std::vector<size_t> lastUse;     ///< for each root the last step that reads it or its views; or 0
  std::vector<size_t> outputOf;    ///< for each tensor the first plan output that it is, or `none`
  std::vector<size_t> storageOf;   ///< for each root an index into `storages`, or `none`
  std::vector<size_t> offsetOf;    ///< for each root where in that it begins, in bytes
  std::vector<Storage> storages;
  size_t memory = 0, memoryLimit = 0;
  size_t foldedBytes = 0; ///< written by ops that were folded
  double foldedWork = 0;  ///< their multiply-adds
};

Status Builder::countMemory(size_t bytes) {
  if (bytes > memoryLimit - memory)
    return Status::outOfMemory(
        fmt::format("it needs more than the {} bytes that a session may allocate "
                    "(SessionOptions::memoryLimit{})",
                    memoryLimit,
                    session.options.memoryLimit ? ""
                                                : ", by default three quarters of the memory "
                                                  "there is"));
  memory += bytes;
  return {};
}

//===----------------------------------------------------------------------===//
// Shapes and backends
//===----------------------------------------------------------------------===//

Status Builder::resolve() {
  const SessionOptions &options = session.options;
  if (options.threads < 0 || options.threads > 4096)
    return Status::invalidArgument(
        fmt::format("expected 0 to 4096 threads, but got {}", options.threads));
  session.pool = options.pool ? options.pool : processThreadPool();
  session.threads = session.pool->reserve(options.threads ? options.threads : availableThreads());
  memoryLimit = options.memoryLimit ? options.memoryLimit : availableMemory() / 4 * 3;
  if (options.batch < 1 || options.batch > planLimits::elements)
    return Status::invalidArgument(fmt::format("expected a batch of 1 to {}, but got {}",
                                               planLimits::elements, options.batch));
  session.batch = plan.hasDynamicBatch() ? options.batch : 1;

  // Loading has done the same for a batch of 1: what is wrong now is the batch.
  Result<ResolvedTensors> tensors =
      ResolvedTensors::create(graph, contents.constants, session.batch);
  if (!tensors)
    return Status::invalidArgument(tensors.message());
  session.tensors = std::make_unique<ResolvedTensors>(*std::move(tensors));
  session.magnitudes.resize(session.tensors->size());
  for (size_t i = 0; i < session.tensors->size(); ++i)
    if ((*session.tensors)[i].dtype == DType::Float32)
      (*session.tensors)[i].magnitude = &session.magnitudes[i];
  if (session.batch != 1)
    if (Status status = validateOps(graph, *session.tensors); !status)
      return Status::invalidArgument(
          fmt::format("with batch {}: {}", session.batch, status.message()));

  auto resolveInfos = [&](std::vector<TensorInfo> infos,
                          const flatbuffers::Vector<int32_t> *indices) {
    for (size_t i = 0; i < infos.size(); ++i)
      infos[i].dims = (*session.tensors)[indices->Get(i)].dims;
    return infos;
  };
  session.inputs = resolveInfos(plan.inputs(), graph.inputs());
  session.outputs = resolveInfos(plan.outputs(), graph.outputs());

  session.observers = options.observers;
  if (session.observers && session.observers->size() != plan.observers().size())
    return Status::invalidArgument(fmt::format("expected {} observers, but got {}",
                                               plan.observers().size(), session.observers->size()));
  if (!session.observers) {
    Result<std::shared_ptr<ObserverList>> created = createObservers(plan);
    if (!created)
      return created.status();
    session.observers = *created;
  }
  return {};
}

/// A backend that the plan names.
static Result<const Backend *> backendOfPlan(std::string_view name) {
  return backendNamed(name, StatusCode::Unsupported, "; choose another one to run it with");
}

Status Builder::chooseBackends() {
  planned = &referenceBackend();
  if (!session.options.backend.empty()) {
    Result<const Backend *> backend = backendNamed(session.options.backend);
    if (!backend)
      return backend.status();
    overriding = *backend;
  } else if (!plan.backend().empty()) {
    Result<const Backend *> backend = backendOfPlan(plan.backend());
    if (!backend)
      return backend.status();
    planned = *backend;
  }
  return {};
}

Result<const Backend *> Builder::backendOf(const plan::Op &op) const {
  if (overriding)
    return overriding;
  if (op.backend() && op.backend()->size())
    return backendOfPlan(op.backend()->string_view());
  return planned;
}

//===----------------------------------------------------------------------===//
// Constants computed once
//===----------------------------------------------------------------------===//

/// Whether its inputs are constants and it is not too much work; takes that off the budget. An op
/// without results is there for something else.
bool Builder::isFoldable(const plan::Op &op) {
  if (!op.outputs() || op.outputs()->size() == 0 ||
      !std::all_of(op.inputs()->begin(), op.inputs()->end(),
                   [&](int32_t input) { return input < 0 || isConstant(input); }))
    return false;
  const std::vector<const Operand *> inputs = operandsOf(op.inputs()),
                                     outputs = operandsOf(op.outputs());
  size_t bytes = 0;
  for (const Operand *output : outputs)
    bytes += bytesOf(*output);
  const double work = workOf({&op, inputs, outputs}).total();
  const size_t bytesAllowed =
      foldedBytesAtLeast + foldedBytesPerConstantByte * plan.constantBytes();
  if (foldedBytes + bytes > bytesAllowed || foldedWork + work > foldedMultiplyAdds)
    return false;
  foldedBytes += bytes;
  foldedWork += work;
  return true;
}

/// Whether the results of an op on constants depend on the batch, which may be one of their
/// dimensions, or of those of what they are computed from.
bool Builder::markBatch(const plan::Op &op) {
  followBatch.resize(session.tensors->size());
  const auto follows = [&](int32_t tensor) {
    const std::vector<int64_t> dims = toVector(graph.tensors()->Get(tensor)->dims());
    return followBatch[tensor] ||
           std::any_of(dims.begin(), dims.end(), [](int64_t dim) { return dim < 0; });
  };
  bool anyFollows = false;
  for (const int32_t input : *op.inputs())
    anyFollows |= input >= 0 && follows(input);
  for (const int32_t output : *op.outputs())
    anyFollows |= follows(output);
  for (const int32_t output : *op.outputs())
    followBatch[output] = anyFollows;
  return anyFollows;
}

/// Runs one op on constants, and makes its results constants.
Status Builder::foldOp(size_t opIndex) {
  const plan::Op &op = *graph.ops()->Get(opIndex);
  std::vector<const Operand *> inputs = operandsOf(op.inputs());
  std::vector<const Operand *> outputs = operandsOf(op.outputs());
  KernelSpec spec{&op, inputs, outputs};
  Result<std::unique_ptr<Kernel>> kernel =
      candidatesFor(spec, referenceBackend()).front().build(spec);
  if (!kernel)
    return kernel.status();

  std::vector<const void *> inputPointers;
  for (const Operand *input : inputs)
    inputPointers.push_back(input ? input->constant : nullptr);
  std::vector<size_t> offsets;
  size_t bytes = 0;
  for (const Operand *output : outputs) {
    offsets.push_back((bytes + 63) / 64 * 64);
    bytes = offsets.back() + bytesOf(*output);
  }
  const std::string key = markBatch(op) ? fmt::format("op {} batch {}", opIndex, session.batch)
                                        : fmt::format("op {}", opIndex);
  QUANTIR_RETURN_IF_ERROR(countMemory(bytes));
  const size_t scratchBytes = (*kernel)->scratchBytes();
  if (scratchBytes > memoryLimit - memory)
    return countMemory(scratchBytes);
  Result<SharedMemory> results = contents.weights.get(key, bytes, [&](std::byte *memory) -> Status {
    std::vector<void *> outputPointers;
    for (const size_t offset : offsets)
      outputPointers.push_back(memory + offset);
    AlignedBuffer scratch(scratchBytes);
    if (scratch.size() != scratchBytes)
      throw std::bad_alloc();
    (*kernel)->run(inputPointers.data(), outputPointers.data(), scratch.data());
    return (*kernel)->status();
  });
  if (!results)
    return results.status();
  for (size_t i = 0; i < outputs.size(); ++i)
    (*session.tensors)[op.outputs()->Get(i)].constant = results->get() + offsets[i];
  foldedOps.push_back({opIndex, bytes, *std::move(results)});
  return {};
}

Status Builder::foldConstants() {
  if (!graph.ops())
    return {};
  for (size_t i = 0; i < graph.ops()->size(); ++i) {
    QUANTIR_RETURN_IF_ERROR(session.checkCancelled());
    if (!isFoldable(*graph.ops()->Get(i)))
      stepOps.push_back(i);
    else if (Status status = foldOp(i); !status)
      return std::move(status).withContext(describeOp(graph, i));
  }
  return {};
}

/// Frees what was only needed to compute other constants.
void Builder::releaseUnusedConstants() {
  std::vector<bool> used(session.tensors->size());
  for (size_t opIndex : stepOps)
    for (int32_t input : *graph.ops()->Get(opIndex)->inputs())
      if (input >= 0)
        used[input] = true;
  if (graph.outputs())
    for (int32_t output : *graph.outputs())
      used[output] = true;
  for (FoldedOp &folded : foldedOps) {
    const auto &outputs = *graph.ops()->Get(folded.opIndex)->outputs();
    if (std::any_of(outputs.begin(), outputs.end(), [&](int32_t output) { return used[output]; })) {
      session.packedBytes += folded.bytes;
      session.folded.push_back(std::move(folded.results));
    } else {
      memory -= folded.bytes;
      folded.results.reset();
    }
  }
}

//===----------------------------------------------------------------------===//
// Kernels and the memory of their values
//===----------------------------------------------------------------------===//

/// Finds where the plan's inputs and outputs live. Outputs that no kernel writes are copied.
void Builder::bindInterface() {
  storageOf.assign(session.tensors->size(), none);
  offsetOf.assign(session.tensors->size(), 0);
  outputOf.assign(session.tensors->size(), none);
  if (graph.inputs())
    for (size_t i = 0; i < graph.inputs()->size(); ++i) {
      storageOf[graph.inputs()->Get(i)] = storages.size();
      storages.push_back({Storage::Kind::UserInput, i, {}});
    }
  if (!graph.outputs())
    return;
  using Copy = SessionState::OutputCopy;
  for (size_t i = 0; i < graph.outputs()->size(); ++i) {
    int32_t tensor = graph.outputs()->Get(i);
    if (isConstant(tensor))
      session.outputCopies.push_back(
          {Copy::From::Constant, (*session.tensors)[tensor].constant, 0, i});
    else if (storageOf[tensor] != none)
      session.outputCopies.push_back(
          {Copy::From::Input, nullptr, storages[storageOf[tensor]].userIndex, i});
    else if (outputOf[tensor] != none)
      session.outputCopies.push_back({Copy::From::Output, nullptr, outputOf[tensor], i});
    else
      outputOf[tensor] = i;
  }
}

/// Where in its input's memory the result of an op lies that has nothing to move, in elements.
std::optional<int64_t> Builder::startOfView(const plan::Op &op) const {
  if (!op.outputs() || op.outputs()->size() != 1 || op.inputs()->size() != 1)
    return std::nullopt;
  // The caller's memory for an output is written, not pointed elsewhere.
  if (isConstant(op.inputs()->Get(0)) || isPlanOutput(op.outputs()->Get(0)))
    return std::nullopt;
  const std::vector<const Operand *> inputs = operandsOf(op.inputs()),
                                     outputs = operandsOf(op.outputs());
  return viewStart({&op, inputs, outputs});
}

/// Whether a value whose memory parts are read until `end`, in steps, would hold more of it in vain
/// than it serves: less than half of what lies there from `ownEnd` on, its own last use, counting
/// each byte as often as steps go by.
bool Builder::keepsTooMuch(size_t bytes, size_t ownEnd, size_t end,
                           const std::vector<ValuePart> &parts) {
  double served = 0;
  for (const ValuePart &part : parts)
    if (part.end > ownEnd)
      served +=
          static_cast<double>(part.bytes) * static_cast<double>(std::min(part.end, end) - ownEnd);
  return end > ownEnd &&
         2 * served < static_cast<double>(bytes) * static_cast<double>(end - ownEnd);
}

/// Makes such a result a view of its input, unless a small one would keep all of a large value for
/// longer than that is used.
bool Builder::findView(const plan::Op &op, ValueUses &uses) {
  const std::optional<int64_t> start = startOfView(op);
  if (!start)
    return false;
  const int32_t input = op.inputs()->Get(0), output = op.outputs()->Get(0);
  const int32_t root = placeOf(input).root;
  const Operand &result = (*session.tensors)[output];
  const bool isUsers = storageOf[root] != none; // a plan's input
  if (!isUsers && uses.end[output] > uses.end[root] &&
      keepsTooMuch(bytesOf((*session.tensors)[root]), uses.ownEnd[root], uses.end[output],
                   uses.parts[uses.source[output]]))
    return false;
  // Of the root, so that chains of views stay short.
  views[output] = {root,
                   placeOf(input).offset + static_cast<size_t>(*start) * sizeOf(result.dtype)};
  uses.end[root] = std::max(uses.end[root], uses.end[output]);
  return true;
}

/// Has the inputs of a Concat computed right where they lie in its result, if all of them can be,
/// and none keeps much of it for longer than it is used.
bool Builder::findParts(const plan::Op &op, const std::vector<bool> &isStepResult,
                        ValueUses &uses) {
  const std::vector<const Operand *> inputs = operandsOf(op.inputs()),
                                     outputs = operandsOf(op.outputs());
  const std::vector<int64_t> starts = partStarts({&op, inputs, outputs});
  if (starts.empty())
    return false;
  const int32_t result = op.outputs()->Get(0);
  const auto &parts = *op.inputs();
  std::vector<ValuePart> ends;
  size_t end = uses.end[result];
  for (size_t i = 0; i < inputs.size(); ++i) {
    const int32_t part = parts.Get(i);
    if (!isStepResult[part] || views[part].tensor >= 0 || isPlanOutput(part))
      return false;
    ends.push_back({bytesOf(*inputs[i]), uses.end[part]});
    end = std::max(end, uses.end[part]);
  }
  std::vector<int32_t> sorted(parts.begin(), parts.end());
  std::sort(sorted.begin(), sorted.end());
  if (std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end() ||
      keepsTooMuch(bytesOf(*outputs[0]), uses.end[result], end, ends))
    return false;
  for (size_t i = 0; i < starts.size(); ++i)
    views[parts.Get(i)] = {result, static_cast<size_t>(starts[i]) * sizeOf(outputs[0]->dtype)};
  uses.end[result] = end;
  return true;
}

void Builder::findViews() {
  views.resize(session.tensors->size());
  std::vector<bool> isStepResult(session.tensors->size());
  ValueUses uses(session.tensors->size());
  for (size_t step = 0; step < stepOps.size(); ++step)
    for (const int32_t input : *graph.ops()->Get(stepOps[step])->inputs())
      if (input >= 0)
        uses.ownEnd[input] = step;
  for (size_t tensor = 0; tensor < uses.ownEnd.size(); ++tensor)
    if (isPlanOutput(static_cast<int32_t>(tensor)))
      uses.ownEnd[tensor] = stepOps.size();
  uses.end = uses.ownEnd;
  for (const size_t opIndex : stepOps) {
    const plan::Op &op = *graph.ops()->Get(opIndex);
    if (!startOfView(op))
      continue;
    const int32_t output = op.outputs()->Get(0);
    const int32_t source = uses.source[op.inputs()->Get(0)];
    uses.source[output] = source;
    // Of a hostile number of views, the first ones speak for all.
    if (std::vector<ValuePart> &parts = uses.parts[source]; parts.size() < maxPartsWeighed)
      parts.push_back({bytesOf((*session.tensors)[output]), uses.ownEnd[output]});
  }
  for (const size_t opIndex : stepOps) {
    const plan::Op &op = *graph.ops()->Get(opIndex);
    const bool isView = findView(op, uses) || findParts(op, isStepResult, uses);
    stepMoves.push_back(!isView);
    if (op.outputs())
      for (const int32_t output : *op.outputs())
        isStepResult[output] = true;
  }
}

Place Builder::placeOf(int32_t tensor) const {
  size_t offset = 0;
  for (; views[tensor].tensor >= 0; tensor = views[tensor].tensor)
    offset += views[tensor].offset;
  return {tensor, offset};
}

void Builder::findLastUses() {
  lastUse.assign(session.tensors->size(), 0);
  for (size_t step = 0; step < stepOps.size(); ++step)
    for (int32_t input : *graph.ops()->Get(stepOps[step])->inputs())
      if (input >= 0)
        lastUse[placeOf(input).root] = step;
  if (graph.outputs())
    for (int32_t output : *graph.outputs())
      lastUse[placeOf(output).root] = stepOps.size();
}

/// The input whose memory the op's first output takes over, or -1: one that the candidate names,
/// that lives in the arena, and that nothing else reads at this step or later.
int Builder::takeoverInput(const Candidate &candidate, const KernelSpec &spec,
                           size_t stepIndex) const {
  const int index = candidate.inPlaceInput;
  if (index < 0)
    return -1;
  const plan::Op &op = *spec.op;
  const int32_t tensor = op.inputs()->Get(index), output = op.outputs()->Get(0);
  if (tensor < 0 || isConstant(tensor) || views[output].tensor >= 0)
    return -1;
  const Place place = placeOf(tensor);
  const auto sharesMemory = [&](int32_t input) {
    return input >= 0 && !isConstant(input) && placeOf(input).root == place.root;
  };
  if (storageOf[place.root] == none || lastUse[place.root] != stepIndex ||
      std::count_if(op.inputs()->begin(), op.inputs()->end(), sharesMemory) != 1)
    return -1;
  const Storage &storage = storages[storageOf[place.root]];
  const size_t bytes = bytesOf(*spec.outputs[0]);
  if (storage.kind != Storage::Kind::Arena || bytesOf(*spec.inputs[index]) != bytes ||
      (isPlanOutput(output) && bytes != storage.block.bytes))
    return -1;
  return index;
}

/// Builds the cheapest kernel that is not declined.
Status Builder::createKernel(KernelSpec &spec, size_t stepIndex, SessionState::Step &step) {
  const Result<const Backend *> preferred = backendOf(*spec.op);
  if (!preferred)
    return preferred.status();
  for (const Candidate &candidate : candidatesFor(spec, **preferred)) {
    KernelCandidate &listed = step.candidates.emplace_back();
    listed.implementation = candidate.implementation;
    listed.estimatedMs = candidate.nanoseconds * 1e-6;
    if (step.kernel)
      continue;
    spec.inPlaceInput = takeoverInput(candidate, spec, stepIndex);
    Result<std::unique_ptr<Kernel>> kernel = candidate.build(spec);
    if (!kernel)
      return kernel.status();
    listed.declined = !*kernel;
    if (!*kernel)
      continue;
    step.kernel = *std::move(kernel);
    used.insert(candidate.backend);
    if (candidate.backend != *preferred && !candidate.backend->next() &&
        workOf(spec).total() >= double(minParallelWork))
      session.notes.push_back(fmt::format(
          "'{}' ({}) runs on plain loops in one thread: backend '{}' has no kernel for it",
          displayName(*spec.op), plan::EnumNameOpKind(spec.op->kind_type()), (*preferred)->name()));
  }
  return step.kernel ? Status() : Status::internal("no backend has a kernel for it");
}

void Builder::defineOutputs(const plan::Op &op, const KernelSpec &spec, size_t stepIndex) {
  for (size_t i = 0; i < spec.outputs.size(); ++i) {
    const int32_t root = placeOf(op.outputs()->Get(i)).root;
    const size_t last = std::max(lastUse[root], stepIndex);
    if (i == 0 && spec.inPlaceInput >= 0) {
      const Place place = placeOf(op.inputs()->Get(spec.inPlaceInput));
      storageOf[root] = storageOf[place.root];
      offsetOf[root] = offsetOf[place.root] + place.offset;
    } else if (storageOf[root] == none) {
      storageOf[root] = storages.size();
      storages.push_back(
          {Storage::Kind::Arena, 0, {bytesOf((*session.tensors)[root]), stepIndex, last}});
    }
    Storage &storage = storages[storageOf[root]];
    storage.block.last = std::max(storage.block.last, last);
    // Everything that shares this memory before the output dies before it: all of it can be in
    // the user's memory from the start.
    if (isPlanOutput(root)) {
      storage.kind = Storage::Kind::UserOutput;
      storage.userIndex = outputOf[root];
    }
  }
}

/// The last op that feeds `observer`.
size_t Builder::lastFeeder(size_t observer) const {
  for (size_t i = graph.ops()->size(); i-- > 0;)
    if (const plan::Observe *observe = graph.ops()->Get(i)->kind_as_Observe())
      if (observe->observer() == observer)
        return i;
  return 0;
}

Status Builder::createStep(size_t stepIndex, size_t opIndex) {
  const plan::Op &op = *graph.ops()->Get(opIndex);
  std::vector<const Operand *> inputs = operandsOf(op.inputs());
  std::vector<const Operand *> outputs = operandsOf(op.outputs());
  SessionState::Step step;
  step.op = &op;
  KernelSpec spec{&op, inputs, outputs, session.threads, -1, &contents.weights};
  if (const plan::Observe *observe = op.kind_as_Observe()) {
    const size_t index = observe->observer();
    const ObserveTarget target = {index, *(*session.observers)[index], plan.observers()[index].name,
                                  lastFeeder(index) == opIndex, session.options.order.get()};
    step.kernel = std::make_unique<ObserveKernel>(*inputs[0], target);
  } else if (!stepMoves[stepIndex]) {
    step.kernel = std::make_unique<ViewKernel>();
  } else {
    QUANTIR_RETURN_IF_ERROR(createKernel(spec, stepIndex, step));
  }
  QUANTIR_RETURN_IF_ERROR(countMemory(step.kernel->packedBytes()));
  session.packedBytes += step.kernel->packedBytes();
  step.firstInput = session.slots.size();
  session.slots.resize(session.slots.size() + inputs.size());
  step.firstOutput = session.slots.size();
  session.slots.resize(session.slots.size() + outputs.size());
  const auto isKept = [](const Operand *operand) { return operand && operand->magnitude; };
  if (inputs.size() <= step.mostCarried && !outputs.empty() &&
      std::all_of(inputs.begin(), inputs.end(), isKept) && isKept(outputs[0]))
    step.magnitude = magnitudeRuleOf(op);
  session.steps.push_back(std::move(step));
  defineOutputs(op, spec, stepIndex);
  return {};
}

Status Builder::createSteps() {
  for (size_t step = 0; step < stepOps.size(); ++step) {
    QUANTIR_RETURN_IF_ERROR(session.checkCancelled());
    if (Status status = createStep(step, stepOps[step]); !status)
      return std::move(status).withContext(describeOp(graph, stepOps[step]));
  }
  return {};
}

void Builder::noteLimitations() {
  if (session.threads == 1)
    return;
  for (const Backend *backend : used)
    if (const std::string limitation = backend->limitation(); !limitation.empty())
      session.notes.push_back(fmt::format("backend '{}': {}", backend->name(), limitation));
}

Status Builder::allocate() {
  std::vector<ArenaBlock> blocks;
  std::vector<size_t> owners;
  for (size_t i = 0; i < storages.size(); ++i)
    if (storages[i].kind == Storage::Kind::Arena) {
      blocks.push_back(storages[i].block);
      owners.push_back(i);
    }
  size_t arenaBytes = planArena(blocks);
  for (size_t i = 0; i < blocks.size(); ++i)
    storages[owners[i]].block = blocks[i];
  size_t scratchBytes = 0;
  for (const SessionState::Step &step : session.steps)
    scratchBytes = std::max(scratchBytes, step.kernel->scratchBytes());
  if (Status status = countMemory(arenaBytes); !status)
    return std::move(status).withContext(describeValues());
  if (Status status = countMemory(scratchBytes); !status)
    return std::move(status).withContext("memory that kernels work in");
  session.arena = AlignedBuffer(arenaBytes);
  session.scratch = AlignedBuffer(scratchBytes);
  if (session.arena.size() != arenaBytes || session.scratch.size() != scratchBytes)
    throw std::bad_alloc();
  return {};
}

/// For a message: the values in the arena.
std::string Builder::describeValues() const {
  const Operand *largest = nullptr;
  for (size_t i = 0; i < storageOf.size(); ++i) {
    const Operand &value = (*session.tensors)[static_cast<int32_t>(i)];
    if (storageOf[i] != none && storages[storageOf[i]].kind == Storage::Kind::Arena &&
        (!largest || bytesOf(value) > bytesOf(*largest)))
      largest = &value;
  }
  if (!largest)
    return "values";
  return fmt::format("values (the largest value is '{}' of {} bytes)", largest->name,
                     bytesOf(*largest));
}

/// The address of a tensor for `slot`; of the user's tensors it becomes known at each run.
void *Builder::addressOf(int32_t tensor, size_t slot) {
  if (tensor < 0)
    return nullptr;
  if (isConstant(tensor))
    return const_cast<void *>((*session.tensors)[tensor].constant);
  const Place place = placeOf(tensor);
  const Storage &storage = storages[storageOf[place.root]];
  const size_t offset = offsetOf[place.root] + place.offset;
  switch (storage.kind) {
  case Storage::Kind::Arena:
    return session.arena.data() + storage.block.offset + offset;
  case Storage::Kind::UserInput:
    session.inputBindings.push_back({slot, storage.userIndex, offset});
    break;
  case Storage::Kind::UserOutput:
    session.outputBindings.push_back({slot, storage.userIndex, offset});
    break;
  }
  return nullptr;
}

void Builder::fillSlots() {
  for (const SessionState::Step &step : session.steps) {
    size_t slot = step.firstInput;
    for (int32_t input : *step.op->inputs()) {
      session.slots[slot] = addressOf(input, slot);
      ++slot;
    }
    if (!step.op->outputs())
      continue;
    for (int32_t output : *step.op->outputs()) {
      session.slots[slot] = addressOf(output, slot);
      ++slot;
    }
  }
}

Status Builder::build() {
  const FloatModeScope floatMode; // checks compute, too
  QUANTIR_RETURN_IF_ERROR(resolve());
  const TeamScope scope({session.pool.get(), session.threads});
  QUANTIR_RETURN_IF_ERROR(chooseBackends());
  QUANTIR_RETURN_IF_ERROR(foldConstants());
  releaseUnusedConstants();
  bindInterface();
  findViews();
  findLastUses();
  QUANTIR_RETURN_IF_ERROR(createSteps());
  noteLimitations();
  QUANTIR_RETURN_IF_ERROR(allocate());
  fillSlots();
  return {};
}

} // namespace

Status buildSession(SessionState &session) { return Builder(session).build(); }

} // namespace quantir::runtime
