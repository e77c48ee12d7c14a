//===- CAPI.cpp - Running plans from C -------------------------------------===//

#include "quantir/Runtime/CAPI.h"

#include "quantir/Base/OutOfMemory.h"
#include "quantir/Runtime/Plan.h"
#include "quantir/Runtime/Session.h"
#include "runtime/plan/PlanFile.h"

#include <fmt/format.h>

#include <atomic>
#include <string>
#include <vector>

using namespace quantir;
using namespace quantir::runtime;

struct quantir_plan {
  std::shared_ptr<const Plan> plan;
};

struct quantir_session {
  std::atomic<bool> isCancelled = false; ///< which the session reads
  std::atomic<bool> isRunning = false;
  std::unique_ptr<Session> session;
  std::vector<TensorView> inputs, outputs; ///< made once, so that runs allocate nothing
};

static_assert(int(StatusCode::Ok) == QUANTIR_OK &&
              int(StatusCode::InvalidArgument) == QUANTIR_INVALID_ARGUMENT &&
              int(StatusCode::InvalidModel) == QUANTIR_INVALID_MODEL &&
              int(StatusCode::InvalidData) == QUANTIR_INVALID_DATA &&
              int(StatusCode::Unsupported) == QUANTIR_UNSUPPORTED &&
              int(StatusCode::FileError) == QUANTIR_FILE_ERROR &&
              int(StatusCode::OutOfMemory) == QUANTIR_OUT_OF_MEMORY &&
              int(StatusCode::Interrupted) == QUANTIR_INTERRUPTED &&
              int(StatusCode::Internal) == QUANTIR_INTERNAL);
static_assert(int(DType::Float32) == QUANTIR_FLOAT32 && int(DType::UInt8) == QUANTIR_UINT8 &&
              int(DType::Int8) == QUANTIR_INT8 && int(DType::Int32) == QUANTIR_INT32 &&
              int(DType::Int64) == QUANTIR_INT64);
// A signal handler may write it.
static_assert(std::atomic<bool>::is_always_lock_free);

namespace {

/// The thread's.
thread_local Status lastError;

/// The code of what `body` returns; an error is kept for quantir_error_message.
template <typename Body> quantir_code report(const Body &body) noexcept {
  Status status = catchOutOfMemory(body, [] { return std::string("not enough memory"); });
  const StatusCode code = status.code();
  if (!status)
    lastError = std::move(status);
  return static_cast<quantir_code>(code);
}

Status expectNotNull(const void *pointer, std::string_view what) {
  if (pointer)
    return {};
  return Status::invalidArgument(fmt::format("expected {}, but got NULL", what));
}

Status checkFlags(uint32_t flags) {
  if ((flags & ~uint32_t(QUANTIR_PLAN_COPY)) == 0)
    return {};
  return Status::invalidArgument(
      fmt::format("expected flags of 0 or QUANTIR_PLAN_COPY, but got {}", flags));
}

Status give(Result<std::shared_ptr<const Plan>> loaded, quantir_plan **plan) {
  if (!loaded)
    return std::move(loaded).status();
  *plan = new quantir_plan{*std::move(loaded)};
  return {};
}

/// Bytes of the whole tensor; 0 while its batch is open.
size_t bytesOf(const TensorInfo &info) {
  for (const int64_t dim : info.dims)
    if (dim < 0)
      return 0;
  return static_cast<size_t>(numElements(info.dims)) * sizeOf(info.dtype);
}

Status describe(const std::vector<TensorInfo> &infos, std::string_view what, size_t index,
                quantir_tensor_info *result) {
  QUANTIR_RETURN_IF_ERROR(expectNotNull(result, "an info"));
  if (index >= infos.size())
    return Status::invalidArgument(fmt::format("expected the index of one of {} {}{}, but got {}",
                                               infos.size(), what, infos.size() == 1 ? "" : "s",
                                               index));
  const TensorInfo &info = infos[index];
  *result = {};
  result->name = info.name.c_str();
  result->dtype = static_cast<quantir_dtype>(info.dtype);
  result->rank = info.dims.size();
  result->dims = info.dims.data();
  result->bytes = bytesOf(info);
  result->quant_axis = -1;
  if (info.quant) {
    result->quant_count = info.quant->scales.size();
    result->scales = info.quant->scales.data();
    result->zero_points = info.quant->zeroPoints.data();
    result->quant_axis = info.quant->axis;
    result->quant_min = info.quant->quantMin;
    result->quant_max = info.quant->quantMax;
  }
  return {};
}

Status readOptions(const quantir_session_options &options, SessionOptions &result) {
  if (options.struct_size != sizeof(options))
    return Status::invalidArgument(
        fmt::format("expected options of struct_size {}, but got {}; begin with "
                    "QUANTIR_SESSION_OPTIONS_INIT, and use the header of library version {}",
                    sizeof(options), options.struct_size, QUANTIR_VERSION));
  result.threads = options.threads;
  if (options.batch != 0)
    result.batch = options.batch;
  if (options.backend)
    result.backend = options.backend;
  result.memoryLimit = options.memory_limit;
  return {};
}

std::vector<TensorView> viewsOf(const std::vector<TensorInfo> &infos) {
  std::vector<TensorView> views;
  for (const TensorInfo &info : infos)
    views.push_back({info.dtype, info.dims, nullptr});
  return views;
}

/// Sets the data of `views` to the caller's.
template <typename Buffer>
Status bind(const Buffer *buffers, size_t count, std::string_view what,
            const std::vector<TensorInfo> &infos, std::vector<TensorView> &views) {
  if (count != infos.size())
    return Status::invalidArgument(fmt::format("expected {} {}{}, but got {}", infos.size(), what,
                                               infos.size() == 1 ? "" : "s", count));
  if (count > 0)
    QUANTIR_RETURN_IF_ERROR(expectNotNull(buffers, "an array of buffers"));
  for (size_t i = 0; i < count; ++i) {
    if (buffers[i].bytes != views[i].bytes())
      return Status::invalidArgument(fmt::format("{} '{}': expected {} bytes, but got {}", what,
                                                 infos[i].name, views[i].bytes(),
                                                 buffers[i].bytes));
    views[i].data = const_cast<void *>(static_cast<const void *>(buffers[i].data));
  }
  return {};
}

/// Their names are literals. None if there is no memory for the list.
std::vector<std::string_view> backends() noexcept {
  try {
    return backendNames();
  } catch (...) {
    return {};
  }
}

/// Is the only one that runs the session, or not at all.
class Turn {
public:
  explicit Turn(std::atomic<bool> &isRunning)
      : isRunning(isRunning), isMine(!isRunning.exchange(true)) {}
  ~Turn() {
    if (isMine)
      isRunning = false;
  }
  Turn(const Turn &) = delete;
  Turn &operator=(const Turn &) = delete;
  explicit operator bool() const { return isMine; }

private:
  std::atomic<bool> &isRunning;
  const bool isMine;
};

} // namespace

const char *quantir_code_name(int code) {
  const bool isCode = code >= QUANTIR_OK && code <= QUANTIR_INTERNAL;
  return isCode ? nameOf(StatusCode(code)).data() : "unknown";
}

const char *quantir_error_message(void) { return lastError.message().c_str(); }

const char *quantir_version(void) { return QUANTIR_VERSION; }

uint32_t quantir_plan_format_version(void) { return planFormatVersion; }

size_t quantir_backend_count(void) { return backends().size(); }

const char *quantir_backend_name(size_t index) {
  const std::vector<std::string_view> names = backends();
  return index < names.size() ? names[index].data() : nullptr;
}

size_t quantir_dtype_size(int dtype) {
  return dtype >= QUANTIR_FLOAT32 && dtype <= QUANTIR_INT64 ? sizeOf(DType(dtype)) : 0;
}

//===----------------------------------------------------------------------===//
// Plans
//===----------------------------------------------------------------------===//

quantir_code quantir_plan_load(const char *path, uint32_t flags, quantir_plan **plan) {
  return report([&]() -> Status {
    QUANTIR_RETURN_IF_ERROR(expectNotNull(path, "a path"));
    QUANTIR_RETURN_IF_ERROR(expectNotNull(plan, "a place for the plan"));
    QUANTIR_RETURN_IF_ERROR(checkFlags(flags));
    return give(Plan::load(path, {.copy = (flags & QUANTIR_PLAN_COPY) != 0}), plan);
  });
}

quantir_code quantir_plan_load_memory(const void *bytes, size_t size, uint32_t flags,
                                      quantir_plan **plan) {
  return report([&]() -> Status {
    QUANTIR_RETURN_IF_ERROR(expectNotNull(bytes, "the bytes of a plan"));
    QUANTIR_RETURN_IF_ERROR(expectNotNull(plan, "a place for the plan"));
    QUANTIR_RETURN_IF_ERROR(checkFlags(flags));
    return give(Plan::fromMemory({static_cast<const uint8_t *>(bytes), size}, nullptr, "<memory>",
                                 {.copy = (flags & QUANTIR_PLAN_COPY) != 0}),
                plan);
  });
}

void quantir_plan_free(quantir_plan *plan) { delete plan; }

size_t quantir_plan_input_count(const quantir_plan *plan) {
  return plan ? plan->plan->inputs().size() : 0;
}

size_t quantir_plan_output_count(const quantir_plan *plan) {
  return plan ? plan->plan->outputs().size() : 0;
}

quantir_code quantir_plan_input(const quantir_plan *plan, size_t index, quantir_tensor_info *info) {
  return report([&]() -> Status {
    QUANTIR_RETURN_IF_ERROR(expectNotNull(plan, "a plan"));
    return describe(plan->plan->inputs(), "input", index, info);
  });
}

quantir_code quantir_plan_output(const quantir_plan *plan, size_t index,
                                 quantir_tensor_info *info) {
  return report([&]() -> Status {
    QUANTIR_RETURN_IF_ERROR(expectNotNull(plan, "a plan"));
    return describe(plan->plan->outputs(), "output", index, info);
  });
}

int quantir_plan_has_dynamic_batch(const quantir_plan *plan) {
  return plan && plan->plan->hasDynamicBatch();
}

//===----------------------------------------------------------------------===//
// Sessions
//===----------------------------------------------------------------------===//

quantir_code quantir_session_create(const quantir_plan *plan,
                                    const quantir_session_options *options,
                                    quantir_session **session) {
  return report([&]() -> Status {
    QUANTIR_RETURN_IF_ERROR(expectNotNull(plan, "a plan"));
    QUANTIR_RETURN_IF_ERROR(expectNotNull(session, "a place for the session"));
    SessionOptions sessionOptions;
    if (options)
      QUANTIR_RETURN_IF_ERROR(readOptions(*options, sessionOptions));
    auto made = std::make_unique<quantir_session>();
    sessionOptions.cancelled = &made->isCancelled;
    Result<std::unique_ptr<Session>> created =
        Session::create(plan->plan, std::move(sessionOptions));
    if (!created)
      return std::move(created).status();
    made->session = *std::move(created);
    made->inputs = viewsOf(made->session->inputs());
    made->outputs = viewsOf(made->session->outputs());
    *session = made.release();
    return {};
  });
}

void quantir_session_free(quantir_session *session) { delete session; }

size_t quantir_session_input_count(const quantir_session *session) {
  return session ? session->inputs.size() : 0;
}

size_t quantir_session_output_count(const quantir_session *session) {
  return session ? session->outputs.size() : 0;
}

quantir_code quantir_session_input(const quantir_session *session, size_t index,
                                   quantir_tensor_info *info) {
  return report([&]() -> Status {
    QUANTIR_RETURN_IF_ERROR(expectNotNull(session, "a session"));
    return describe(session->session->inputs(), "input", index, info);
  });
}

quantir_code quantir_session_output(const quantir_session *session, size_t index,
                                    quantir_tensor_info *info) {
  return report([&]() -> Status {
    QUANTIR_RETURN_IF_ERROR(expectNotNull(session, "a session"));
    return describe(session->session->outputs(), "output", index, info);
  });
}

int64_t quantir_session_batch(const quantir_session *session) {
  return session ? session->session->batch() : 0;
}

int32_t quantir_session_threads(const quantir_session *session) {
  return session ? session->session->threads() : 0;
}

size_t quantir_session_note_count(const quantir_session *session) {
  return session ? session->session->notes().size() : 0;
}

const char *quantir_session_note(const quantir_session *session, size_t index) {
  return index < quantir_session_note_count(session) ? session->session->notes()[index].c_str()
                                                     : nullptr;
}

quantir_code quantir_session_run(quantir_session *session, const quantir_const_buffer *inputs,
                                 size_t input_count, const quantir_buffer *outputs,
                                 size_t output_count) {
  return report([&]() -> Status {
    QUANTIR_RETURN_IF_ERROR(expectNotNull(session, "a session"));
    const Turn turn(session->isRunning);
    if (!turn)
      return Status::invalidArgument(
          "the session runs in another thread; give each thread a session of its own");
    Session &run = *session->session;
    QUANTIR_RETURN_IF_ERROR(bind(inputs, input_count, "input", run.inputs(), session->inputs));
    QUANTIR_RETURN_IF_ERROR(bind(outputs, output_count, "output", run.outputs(), session->outputs));
    Status status = run.run(session->inputs, session->outputs);
    if (status.code() == StatusCode::Interrupted)
      return Status::interrupted("quantir_session_cancel asked for the run to end");
    return status;
  });
}

quantir_code quantir_session_cancel(quantir_session *session, int cancelled) {
  if (!session)
    return report([] { return expectNotNull(nullptr, "a session"); });
  session->isCancelled = cancelled != 0;
  return QUANTIR_OK;
}
