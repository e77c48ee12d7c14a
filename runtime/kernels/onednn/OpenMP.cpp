//===- OpenMP.cpp - oneDNN's parallel regions on our threads ---------------===//
//
// The functions are those of OpenMP 5.0, chapter 3.2, and what GCC makes of `parallel` and
// `barrier`.
//
//===----------------------------------------------------------------------===//

#include "runtime/kernels/onednn/OpenMP.h"

#include "runtime/kernels/onednn/Primitive.h"
#include "runtime/threads/Team.h"

#include <algorithm>
#include <atomic>
#include <dlfcn.h>

namespace quantir::runtime::onednn {
namespace {

using Body = void (*)(void *);

/// Where all threads of a region wait for each other.
class Barrier {
public:
  explicit Barrier(int threads) : threads(threads) {}

  void wait() {
    const uint32_t before = phase.load();
    if (arrived.fetch_add(1) + 1 == threads) {
      arrived.store(0);
      ++phase;
      phase.notify_all();
      return;
    }
    for (int i = 0; i < 1000 && phase.load() == before; ++i) {
    }
    phase.wait(before);
  }

private:
  const int threads;
  std::atomic<int> arrived{0};
  std::atomic<uint32_t> phase{0};
};

/// A thread in a parallel region of oneDNN's.
struct Member {
  int threads;    ///< of the region
  int maxThreads; ///< of one that it would start outside
  int index;
  bool isParallel; ///< whether this region, or one around it, has several threads
  Barrier *barrier;
};

thread_local const Member *member = nullptr;

void runMember(const Member &self, Body body, void *data) {
  const Member *outer = member;
  member = &self;
  body(data);
  member = outer;
}

void runRegion(int threads, Body body, void *data) {
  struct Region {
    Body body;
    void *data;
    int threads;
    Barrier barrier;
  } region{body, data, threads, Barrier(threads)};
  runOnTeam(
      threads,
      [](void *context, int part) {
        auto &region = *static_cast<Region *>(context);
        runMember({region.threads, region.threads, part, true, &region.barrier}, region.body,
                  region.data);
      },
      &region);
}

/// How many PrimitiveThreads of this thread live.
thread_local int primitives = 0;

std::atomic<bool> wasCalled = false;

struct Primitives {
  Primitives() { ++primitives; }
  ~Primitives() { --primitives; }
};

/// Whether the call is for our threads, not for another OpenMP library.
bool isOurs() {
  if (!member && primitives == 0)
    return false;
  if (!wasCalled.load(std::memory_order_relaxed))
    wasCalled = true;
  return true;
}

/// The function of that name in the OpenMP library.
template <typename Function> Function *theirs(const char *name) {
  return reinterpret_cast<Function *>(dlsym(RTLD_NEXT, name));
}

} // namespace
} // namespace quantir::runtime::onednn

using namespace quantir::runtime;
using namespace quantir::runtime::onednn;

#define QUANTIR_OPENMP extern "C" __attribute__((visibility("default")))

QUANTIR_OPENMP void GOMP_parallel(Body body, void *data, unsigned threads, unsigned flags) {
  if (!isOurs()) {
    static auto *const function = theirs<void(Body, void *, unsigned, unsigned)>("GOMP_parallel");
    return function(body, data, threads, flags);
  }
  if (member) // regions within regions have one thread
    return runMember({1, member->maxThreads, 0, member->isParallel, nullptr}, body, data);
  const int most = teamThreads(), wanted = threads ? int(std::min(threads, unsigned(most))) : most;
  if (wanted == 1)
    return runMember({1, most, 0, false, nullptr}, body, data);
  runRegion(wanted, body, data);
}

QUANTIR_OPENMP void GOMP_barrier() {
  if (!isOurs()) {
    static auto *const function = theirs<void()>("GOMP_barrier");
    return function();
  }
  if (member && member->barrier)
    member->barrier->wait();
}

QUANTIR_OPENMP int omp_get_max_threads() {
  if (!isOurs()) {
    static auto *const function = theirs<int()>("omp_get_max_threads");
    return function();
  }
  return member ? member->maxThreads : teamThreads();
}

QUANTIR_OPENMP int omp_get_num_threads() {
  if (!isOurs()) {
    static auto *const function = theirs<int()>("omp_get_num_threads");
    return function();
  }
  return member ? member->threads : 1;
}

QUANTIR_OPENMP int omp_get_thread_num() {
  if (!isOurs()) {
    static auto *const function = theirs<int()>("omp_get_thread_num");
    return function();
  }
  return member ? member->index : 0;
}

QUANTIR_OPENMP int omp_in_parallel() {
  if (!isOurs()) {
    static auto *const function = theirs<int()>("omp_in_parallel");
    return function();
  }
  return member && member->isParallel;
}

QUANTIR_OPENMP void omp_set_num_threads(int threads) {
  // A team's number is the session's.
  if (isOurs())
    return;
  static auto *const function = theirs<void(int)>("omp_set_num_threads");
  function(threads);
}

namespace quantir::runtime::onednn {

bool usesOurThreads() {
  static const bool isReached = [] {
    const TeamScope scope({nullptr, 1});
    const Primitives here;
    const dnnl::memory::desc one = vectorDesc(1, dnnl::memory::data_type::f32);
    float value = 0;
    const dnnl::memory memory(one, cpuEngine(), &value);
    dnnl::stream stream(cpuEngine());
    dnnl::eltwise_forward(
        dnnl::eltwise_forward::primitive_desc(cpuEngine(), dnnl::prop_kind::forward_inference,
                                              dnnl::algorithm::eltwise_relu, one, one))
        .execute(stream, {{DNNL_ARG_SRC, memory}, {DNNL_ARG_DST, memory}});
    return wasCalled.load();
  }();
  return isReached;
}

/// The OpenMP library's own, whichever is found first.
template <typename Function> static Function *first(const char *name) {
  return reinterpret_cast<Function *>(dlsym(RTLD_DEFAULT, name));
}

PrimitiveThreads::PrimitiveThreads() {
  const bool isReached = usesOurThreads(); // may throw
  ++primitives;
  if (isReached)
    return;
  static auto *const get = first<int()>("omp_get_max_threads");
  static auto *const set = first<void(int)>("omp_set_num_threads");
  if (!get || !set)
    return;
  before = get();
  set(1);
}

PrimitiveThreads::~PrimitiveThreads() {
  --primitives;
  if (before)
    first<void(int)>("omp_set_num_threads")(before);
}

} // namespace quantir::runtime::onednn
