//===- ProcessPool.cpp - The threads of this process -----------------------===//
//
// How threads wait decides what a run costs on a machine that has other work. One that waits busily
// for what comes within microseconds must not sleep, for waking it takes as long as a whole small
// op. But one that waits busily for a thread that the system has put aside burns the time in which
// that thread could go on. So waiting is busy for a short while only, and a thread that finds that
// it was put aside itself while it waited has all of them sleep at once for some time.
//
//===----------------------------------------------------------------------===//

#include "quantir/Runtime/ThreadPool.h"

#include "quantir/Base/Machine.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <mutex>
#include <new>
#include <pthread.h>
#include <system_error>
#include <thread>
#include <vector>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace quantir::runtime {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::microseconds;
using std::chrono::milliseconds;

void pauseBriefly() {
#if defined(__x86_64__)
  _mm_pause();
#endif
}

/// Whether threads may wait busily, which all threads of the process find out together.
class BusyWaiting {
public:
  /// Waits until `isOver()` is true, but not longer than it is worth to wait busily. Returns its
  /// last result.
  template <typename Condition> bool until(const Condition &isOver) {
    if (isOver())
      return true;
    const Clock::time_point start = Clock::now();
    const Clock::time_point end = start + (isPaused(start) ? longestWhenPaused : longest);
    for (Clock::time_point last = start; last < end;) {
      for (int i = 0; i < 16; ++i) {
        if (isOver())
          return true;
        pauseBriefly();
      }
      const Clock::time_point now = Clock::now();
      if (now - last > putAside) {
        pauseFrom(now);
        break;
      }
      last = now;
    }
    return isOver();
  }

  /// The calling thread did its part from `begin` to `middle`, and the others, which are about as
  /// long, took until `end`.
  void noteParts(Clock::time_point begin, Clock::time_point middle, Clock::time_point end) {
    if (end - middle > middle - begin + putAsideWorking)
      pauseFrom(end);
  }

  /// Whether the machine has had other work just now.
  bool isPaused(Clock::time_point now = Clock::now()) const {
    return now.time_since_epoch().count() < resume.load(std::memory_order_relaxed);
  }

private:
  static constexpr microseconds longest{200}, longestWhenPaused{5};
  /// No thread that runs takes that long for a few steps of a loop.
  static constexpr microseconds putAside{300};
  static constexpr milliseconds putAsideWorking{1};
  static constexpr milliseconds shortestPause{50}, longestPause{1000};

  /// The machine has other work: nothing waits busily for a while, longer if it comes again soon.
  void pauseFrom(Clock::time_point now) {
    const Clock::rep at = now.time_since_epoch().count(),
                     until = resume.load(std::memory_order_relaxed),
                     before = pause.load(std::memory_order_relaxed);
    if (at < until)
      return;
    const auto shortest = Clock::duration(shortestPause).count(),
               most = Clock::duration(longestPause).count();
    const Clock::rep next = at - until < 4 * before ? std::min(3 * before, most) : shortest;
    pause.store(next, std::memory_order_relaxed);
    resume.store(at + next, std::memory_order_relaxed);
  }

  std::atomic<Clock::rep> resume{0}; ///< when threads may wait busily again
  std::atomic<Clock::rep> pause{0};  ///< how long they last could not
};

/// One thread and the part that it is given.
class alignas(64) Worker {
public:
  /// Starts the thread. Throws std::system_error when there can be no more.
  explicit Worker(BusyWaiting &waiting) : waiting(waiting), thread([this] { work(); }) {}

  ~Worker() {
    if (state.exchange(State::Ending) == State::Asleep)
      state.notify_all();
    thread.join();
  }

  /// Hands it a part. It has none.
  void offer(ThreadPool::Body newBody, void *newContext, int newPart) {
    body = newBody;
    context = newContext;
    part = newPart;
    if (state.exchange(State::Offered) == State::Asleep)
      state.notify_all();
  }

  /// Takes the part back if it has not been begun.
  bool withdraw() {
    State expected = State::Offered;
    return state.compare_exchange_strong(expected, State::Idle);
  }

  /// Returns when the part has ended; whether that took so long that the calling thread slept.
  bool join() {
    const auto hasEnded = [this] { return !isWorking(state.load()); };
    if (waiting.until(hasEnded))
      return false;
    State expected = State::Working;
    if (state.compare_exchange_strong(expected, State::Awaited))
      state.wait(State::Awaited);
    return true;
  }

  Worker *next = nullptr; ///< in the list of those that are free

private:
  enum class State : int {
    Idle,    ///< nothing to do, and looks for it
    Asleep,  ///< nothing to do
    Offered, ///< a part to begin
    Working,
    Awaited, ///< working, and the one who offered the part sleeps until it ends
    Ending,
  };

  /// While the machine is busy, a thread that is woken for each part would often be put aside in
  /// the midst of it, and the calling thread would wait. So it only looks now and then whether
  /// there is a part that the calling thread has not come to yet.
  static constexpr milliseconds doze{1};

  static bool isWorking(State s) { return s == State::Working || s == State::Awaited; }

  void work() {
    pthread_setname_np(pthread_self(), "quantir");
    for (;;) {
      waiting.until([this] { return state.load() != State::Idle; });
      for (int i = 0; i < 50 && state.load() == State::Idle && waiting.isPaused(); ++i)
        std::this_thread::sleep_for(doze);
      State seen = state.load();
      switch (seen) {
      case State::Idle:
        if (state.compare_exchange_strong(seen, State::Asleep))
          state.wait(State::Asleep);
        break;
      case State::Offered:
        if (!state.compare_exchange_strong(seen, State::Working))
          break;
        body(context, part);
        if (state.exchange(State::Idle) == State::Awaited)
          state.notify_all();
        break;
      default:
        return;
      }
    }
  }

  std::atomic<State> state{State::Idle};
  ThreadPool::Body body = nullptr;
  void *context = nullptr;
  int part = 0;
  BusyWaiting &waiting;
  std::thread thread; ///< the last: it uses the others
};

class ProcessPool final : public ThreadPool {
public:
  int reserve(int wanted) override {
    const std::lock_guard lock(mutex);
    while (int(workers.size()) + 1 < wanted && startWorker()) {
    }
    return std::max(1, std::min(wanted, int(workers.size()) + 1));
  }

  void run(int parts, Body body, void *context) noexcept override {
    Worker *team = take(parts - 1);
    int part = 1;
    for (Worker *worker = team; worker; worker = worker->next)
      worker->offer(body, context, part++);
    const Clock::time_point begin = Clock::now();
    body(context, 0);
    const Clock::time_point middle = Clock::now();
    part = 1;
    for (Worker *worker = team; worker; worker = worker->next, ++part)
      if (worker->withdraw())
        body(context, part);
    bool waited = false;
    for (Worker *worker = team; worker; worker = worker->next)
      waited |= worker->join();
    if (waited)
      waiting.noteParts(begin, middle, Clock::now());
    giveBack(team);
  }

  void lock() { mutex.lock(); }
  void unlock() { mutex.unlock(); }

  /// In a child process, which has none of them. The objects cannot be destroyed: their threads
  /// would be waited for.
  void forgetThreads() {
    for (std::unique_ptr<Worker> &worker : workers)
      (void)worker.release();
    workers.clear();
    free = nullptr;
    numFree = 0;
    nextTurn = turn = 0;
  }

private:
  bool startWorker() {
    try {
      workers.reserve(workers.size() + 1);
      workers.push_back(std::make_unique<Worker>(waiting));
      putBack(workers.back().get());
      if (turn != nextTurn)
        announce(); // to those who wait for their turn
      return true;
    } catch (const std::system_error &) { // no more threads
    } catch (const std::bad_alloc &) {
    }
    return false;
  }

  /// `count` workers, linked by `next`, as soon as so many are free, in the order of the calls:
  /// if several threads had some of theirs each, and waited for more, they would wait for ever.
  Worker *take(int count) noexcept {
    std::unique_lock lock(mutex);
    const uint32_t myTurn = nextTurn++;
    // Sessions that run at the same time have more between them, as long as there are processors.
    for (; numFree < count && int(workers.size()) + 1 < processors && startWorker();) {
    }
    while (turn != myTurn || numFree < count) {
      const uint32_t seen = changes.load();
      lock.unlock();
      if (!waiting.until([&] { return changes.load() != seen; }))
        changes.wait(seen);
      lock.lock();
    }
    ++turn;
    Worker *first = nullptr;
    for (int i = 0; i < count; ++i) {
      Worker *worker = free;
      free = worker->next;
      worker->next = first;
      first = worker;
    }
    numFree -= count;
    if (turn != nextTurn)
      announce();
    return first;
  }

  void giveBack(Worker *first) noexcept {
    const std::lock_guard lock(mutex);
    while (first) {
      Worker *next = first->next;
      putBack(first);
      first = next;
    }
    if (turn != nextTurn)
      announce();
  }

  void putBack(Worker *worker) {
    worker->next = free;
    free = worker;
    ++numFree;
  }

  void announce() {
    ++changes;
    changes.notify_all();
  }

  const int processors = availableThreads();
  BusyWaiting waiting;
  std::mutex mutex;
  std::vector<std::unique_ptr<Worker>> workers;
  Worker *free = nullptr; ///< the one that was used last first: its caches are warm
  int numFree = 0;
  uint32_t nextTurn = 0, turn = 0;   ///< of the calls of `take`
  std::atomic<uint32_t> changes = 0; ///< counts what one of them may wait for
};

/// The pool, while it has owners, and what forks have to know of it.
struct Holder {
  std::mutex mutex;
  std::weak_ptr<ProcessPool> pool;
  std::shared_ptr<ProcessPool> locked; ///< between `beforeFork` and the others
};

Holder &holder() {
  static Holder *const instance = new Holder; // outlives whoever runs sessions at the end
  return *instance;
}

void beforeFork() {
  Holder &h = holder();
  h.mutex.lock();
  if ((h.locked = h.pool.lock()))
    h.locked->lock();
}

void afterFork(bool isChild) {
  Holder &h = holder();
  const std::shared_ptr<ProcessPool> pool = std::move(h.locked);
  if (pool && isChild)
    pool->forgetThreads();
  if (pool)
    pool->unlock();
  h.mutex.unlock();
}

} // namespace

std::shared_ptr<ThreadPool> processThreadPool() {
  [[maybe_unused]] static const int registered =
      pthread_atfork(beforeFork, [] { afterFork(false); }, [] { afterFork(true); });
  Holder &h = holder();
  const std::lock_guard lock(h.mutex);
  std::shared_ptr<ProcessPool> pool = h.pool.lock();
  if (!pool)
    h.pool = pool = std::make_shared<ProcessPool>();
  return pool;
}

} // namespace quantir::runtime
