//===- Session.h - Running a plan -------------------------------*- C++ -*-===//
//
// A session fixes the batch size of a plan, lays out one arena for all its values, and creates and
// packs its kernels. After that `run` allocates nothing. A session is used by one thread at a time;
// several sessions may share a plan.
//
// Sessions compute on the threads of one pool (ThreadPool.h), whichever thread runs them, also
// within a parallel region of OpenMP; the calling thread's own OpenMP settings are left alone.
// After a fork, the child may go on with the sessions that the forking thread has used; other
// threads' sessions, which may be in the midst of a run, are not usable there.
//
// Results do not depend on the number of threads, but for the last bits of float sums in two
// kernels of `onednn` (docs/CommandLine.md, "Threads and bits"); nor on the rounding mode and the
// treatment of subnormal numbers that the calling thread has chosen.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_RUNTIME_SESSION_H
#define QUANTIR_RUNTIME_SESSION_H

#include "quantir/Base/Status.h"
#include "quantir/Runtime/Plan.h"
#include "quantir/Runtime/Tensor.h"
#include "quantir/Runtime/ThreadPool.h"

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace quantir::runtime {

struct SessionState;

/// The observers of a plan, and what they have seen. Calibration.h makes them, reads their states
/// and sets these.
struct ObserverList;

/// The order in which sessions that run at the same time feed the observers they share.
/// Called on the thread that runs the session (see above).
class ObserverOrder {
public:
  virtual ~ObserverOrder() = default;
  /// Returns when it is this session's turn at observer `index`; true from then on until `leave`.
  /// False: the run is to be abandoned, and ends with an error.
  virtual bool enter(size_t index) = 0;
  /// Called when the run will not feed this observer any more; not when the run ends with an error.
  virtual void leave(size_t index) = 0;
};

struct SessionOptions {
  /// At most; 0: as many as the processors that the process may use, by its affinity mask and its
  /// control group's quota.
  int threads = 0;
  std::shared_ptr<ThreadPool> pool; ///< where they come from; null: the process's
  int64_t batch = 1;    ///< what the batch of a plan with a dynamic one becomes; otherwise unused
  std::string backend;  ///< that executes all ops; empty: what the plan says
  bool profile = false; ///< measure each kernel
  /// How many bytes the session may allocate for values, scratch and packed constants; a plan that
  /// needs more is refused. 0: three quarters of what the machine, or the process's control group,
  /// has.
  size_t memoryLimit = 0;
  /// When it becomes true, `create` and `run` end with the code Interrupted before their next op.
  /// It has to outlive the session; may be null.
  const std::atomic<bool> *cancelled = nullptr;
  /// Observers to feed, for sessions that calibrate together; null: new ones.
  std::shared_ptr<ObserverList> observers;
  /// Called before and after the session feeds `observers`; null: no other session feeds them.
  std::shared_ptr<ObserverOrder> order;
};

/// A kernel that a backend of the build offered to build for an op.
struct KernelCandidate {
  std::string implementation; ///< "onednn:through_float": how that of the built kernel begins
  /// What a run was estimated to take before anything was built. Good for comparing the candidates
  /// for one op with each other.
  double estimatedMs = 0;
  bool declined = false; ///< it turned out that there is no such kernel
};

/// One kernel of a session, and the time it has taken so far.
struct KernelProfile {
  std::string name;           ///< module path or node name
  std::string kind;           ///< "Conv", ...
  std::string implementation; ///< "reference", "onednn:brgconv:avx512_core_vnni", ...
  double totalMs = 0;         ///< 0 unless SessionOptions::profile
  int64_t runs = 0;
  /// What could execute the op, cheapest first; the kernel is the first that was not declined.
  /// Empty for a view and an observer.
  std::vector<KernelCandidate> candidates;
};

class Session {
public:
  /// Errors: an unknown backend, a batch out of range, more memory than the limit, an invalid
  /// config of an observer.
  static Result<std::unique_ptr<Session>> create(std::shared_ptr<const Plan> plan,
                                                 SessionOptions options = {});
  ~Session();

  /// The plan's inputs and outputs, for the session's batch.
  const std::vector<TensorInfo> &inputs() const;
  const std::vector<TensorInfo> &outputs() const;

  /// Reads `inputs`, writes `outputs`: as many as inputs() and outputs() list, in that order, of
  /// those types and shapes. An output may not overlap an input or another output. When it returns
  /// an error, outputs are undefined, and the session can be run again.
  Status run(std::span<const TensorView> inputs, std::span<const TensorView> outputs);

  /// The same, but allocates the outputs.
  Result<std::vector<Tensor>> run(std::span<const TensorView> inputs);

  const Plan &plan() const;
  int64_t batch() const;
  int threads() const;

  /// One entry for each kernel, in order of execution.
  std::vector<KernelProfile> profile() const;

  /// What makes the session slower than it could be, in lines. Each op that its backends have no
  /// kernel for and that is worth more than some microseconds: it runs on the plain loops of
  /// `reference`, in one thread (nothing is said where the session or the plan asks for that). And
  /// what limits a backend in this process.
  const std::vector<std::string> &notes() const;

  size_t arenaBytes() const; ///< values that live between kernels
  size_t scratchBytes() const;
  size_t
  packedBytes() const; ///< constants that were computed or repacked when the session was created

  /// The observers, with what they have seen so far.
  ObserverList &observers();
  std::shared_ptr<ObserverList> sharedObservers() const;

private:
  explicit Session(std::unique_ptr<SessionState> state);
  std::unique_ptr<SessionState> state;
};

/// The backends in this build, `reference` first.
std::vector<std::string_view> backendNames();

} // namespace quantir::runtime

#endif // QUANTIR_RUNTIME_SESSION_H
