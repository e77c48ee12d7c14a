//===- ThreadPool.h - The threads that sessions compute on ------*- C++ -*-===//
//
// All kernels of a session, oneDNN's included, divide their work among the threads of one pool: the
// process's, or one that the embedding program hands in (SessionOptions::pool).
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_RUNTIME_THREADPOOL_H
#define QUANTIR_RUNTIME_THREADPOOL_H

#include <memory>

namespace quantir::runtime {

class ThreadPool {
public:
  using Body = void (*)(void *context, int part);

  virtual ~ThreadPool() = default;

  /// How many threads there can be, the calling one among them, if `wanted` (at least 1) are asked
  /// for: 1 to `wanted`. A session asks when it is created, which is when threads may be started,
  /// and again at the start of each run, for those threads may be gone: after a fork, for one.
  virtual int reserve(int wanted) = 0;

  /// Calls body(context, 0), ..., body(context, parts - 1), each once, and returns when all have
  /// returned. `parts` is at most what `reserve` has given. A part may wait for others (oneDNN's
  /// matrix products have barriers), so each that is started has a thread of its own until it
  /// ends. `body` neither throws nor calls `run`. Several threads may call `run` at a time. The
  /// calling thread is in the mode of floats that sessions compute in, and `body` sets it in
  /// others: a pool that does other work meanwhile has to set its own.
  virtual void run(int parts, Body body, void *context) noexcept = 0;
};

/// The process's pool. Its threads are started when a session first reserves them, or when sessions
/// that run at the same time need more, as long as there are processors for them; they end with the
/// last owner of the pool, and have the affinity and the priority of the thread that started them.
/// While all are taken, a session waits for its turn.
///
/// A thread that has nothing to do waits busily for at most 0.2 ms before it sleeps, and not at all
/// while the machine has other work for its core. What a thread has not begun, the calling thread
/// does itself. So a busy machine makes a run slower by its share of the cores, not by orders of
/// magnitude.
std::shared_ptr<ThreadPool> processThreadPool();

} // namespace quantir::runtime

#endif // QUANTIR_RUNTIME_THREADPOOL_H
