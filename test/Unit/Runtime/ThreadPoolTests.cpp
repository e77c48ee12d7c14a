//===- ThreadPoolTests.cpp - The threads of sessions -----------------------===//

#include "AllocationCount.h"
#include "Support.h"

#include "runtime/threads/Team.h"
#include "test/Support/Sanitizers.h"

#include <array>
#include <atomic>
#include <barrier>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

using namespace quantir;
using namespace quantir::test;
using namespace quantir::runtime;

namespace {

template <typename Fn> void runParts(ThreadPool &pool, int parts, Fn &&fn) {
  pool.run(
      parts,
      [](void *context, int part) { (*static_cast<std::remove_reference_t<Fn> *>(context))(part); },
      &fn);
}

/// Threads of this process that belong to the pool, by their name.
int poolThreads() {
  int count = 0;
  for (const auto &entry : std::filesystem::directory_iterator("/proc/self/task")) {
    std::string name;
    std::getline(std::ifstream(entry.path() / "comm"), name);
    count += name == "quantir";
  }
  return count;
}

/// Whether there are `expected`: the system lists a thread for an instant after it was joined.
bool hasThreads(int expected) {
  for (int i = 0; i < 5000 && poolThreads() != expected; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  return poolThreads() == expected;
}

/// Counts what it is asked for, and does it on the process's.
class CountingPool final : public ThreadPool {
public:
  explicit CountingPool(int most) : most(most) {}
  int reserve(int wanted) override { return inner->reserve(std::min(wanted, most)); }
  void run(int parts, Body body, void *context) noexcept override {
    ++runs;
    largest = std::max(largest, parts);
    inner->run(parts, body, context);
  }

  int runs = 0, largest = 0;

private:
  const int most;
  std::shared_ptr<ThreadPool> inner = processThreadPool();
};

/// y = relu(x), large enough to be worth several threads.
PlanBuilder largeRelu(const char *backend) {
  PlanBuilder builder;
  builder.graph.backend = backend;
  int32_t x = builder.input("x", TensorSpec::floats({1 << 16}));
  builder.output(
      builder.op(plan::UnaryT(), {x}, builder.value("y", TensorSpec::floats({1 << 16})), "relu"));
  return builder;
}

} // namespace

TEST_CASE("each part runs once, whatever their number", "[pool]") {
  const std::shared_ptr<ThreadPool> pool = processThreadPool();
  REQUIRE(pool->reserve(5) == 5);
  for (int round = 0; round < 300; ++round)
    for (int parts = 1; parts <= 5; ++parts) {
      std::array<std::atomic<int>, 5> runs{};
      runParts(*pool, parts, [&](int part) { ++runs[part]; });
      for (int part = 0; part < 5; ++part)
        REQUIRE(runs[part] == (part < parts));
    }
}

TEST_CASE("parts may wait for each other", "[pool]") {
  const std::shared_ptr<ThreadPool> pool = processThreadPool();
  REQUIRE(pool->reserve(4) == 4);
  for (int round = 0; round < 200; ++round) {
    std::barrier together(4);
    std::atomic<int> arrived = 0, missed = 0;
    runParts(*pool, 4, [&](int) {
      ++arrived;
      together.arrive_and_wait();
      missed += 4 - arrived;
    });
    CHECK(missed == 0);
  }
}

// Each takes all of the threads there are, and waits for its own parts within.
TEST_CASE("several threads share the pool without waiting for each other for ever", "[pool]") {
  const std::shared_ptr<ThreadPool> pool = processThreadPool();
  REQUIRE(pool->reserve(3) == 3);
  std::atomic<int> done = 0;
  std::vector<std::thread> callers;
  for (int caller = 0; caller < 4; ++caller)
    callers.emplace_back([&, caller] {
      for (int round = 0; round < 100; ++round) {
        const int parts = 2 + (round + caller) % 2;
        std::barrier together(parts);
        runParts(*pool, parts, [&](int) {
          together.arrive_and_wait();
          ++done;
        });
      }
    });
  for (std::thread &caller : callers)
    caller.join();
  CHECK(done == 4 * (50 * 2 + 50 * 3));
}

TEST_CASE("a pool's threads end with its last owner", "[pool]") {
  {
    SessionOptions options;
    options.threads = 4;
    std::unique_ptr<Session> session = makeSession(loadPlan(largeRelu("native")), options);
    CHECK(session->threads() == 4);
    CHECK(hasThreads(3));
    // As many as one session has asked for, not as all have together.
    options.threads = 3;
    std::unique_ptr<Session> other = makeSession(loadPlan(largeRelu("native")), options);
    CHECK(hasThreads(3));
  }
  CHECK(hasThreads(0));
}

TEST_CASE("a region within a region has one thread, and exceptions come out", "[pool]") {
  const std::shared_ptr<ThreadPool> pool = processThreadPool();
  const TeamScope scope({pool.get(), pool->reserve(3)});
  CHECK(teamThreads() == 3);
  std::atomic<int64_t> sum = 0, divided = 0;
  parallelFor(300, minParallelWork, [&](int64_t begin, int64_t end) {
    divided += teamThreads() != 1;
    parallelFor(end - begin, minParallelWork, [&](int64_t first, int64_t last) {
      divided += last - first != end - begin;
      sum += last - first;
    });
  });
  CHECK(sum == 300);
  CHECK(divided == 0);
  CHECK(teamThreads() == 3);
  const auto fail = [&] {
    parallelFor(300, minParallelWork, [](int64_t begin, int64_t) {
      if (begin)
        throw std::bad_alloc();
    });
  };
  CHECK_THROWS_AS(fail(), std::bad_alloc);
  CHECK(teamThreads() == 3);
}

TEST_CASE("an embedder's pool is used, and asked for no more than it has", "[pool]") {
  for (const char *backend : {"native", "onednn"}) {
    if (std::string_view(backend) == "onednn" && backendNames().size() < 3)
      continue;
    const auto pool = std::make_shared<CountingPool>(2);
    SessionOptions options;
    options.threads = 6;
    options.pool = pool;
    std::unique_ptr<Session> session = makeSession(loadPlan(largeRelu(backend)), options);
    CHECK(session->threads() == 2);
    const Tensor x = floatTensor({1 << 16}, std::vector<float>(1 << 16, -1.0f));
    REQUIRE(session->run(Inputs(x).views));
    CHECK(pool->runs > 0);
    CHECK(pool->largest == 2);
  }
}

TEST_CASE("a run that uses several threads allocates nothing", "[pool]") {
  SessionOptions options;
  options.threads = 3;
  std::unique_ptr<Session> session = makeSession(loadPlan(largeRelu("native")), options);
  const Tensor x = floatTensor({1 << 16}, std::vector<float>(1 << 16, -1.0f));
  Tensor y(DType::Float32, {1 << 16});
  const std::vector<TensorView> inputs = {x.view()}, outputs = {y.view()};
  REQUIRE(session->run(inputs, outputs).ok());
  const size_t before = allocationCount();
  REQUIRE(session->run(inputs, outputs).ok());
  CHECK(allocationCount() == before);
}

// A sanitizer's runtime does not outlive a fork of a process with threads.
#ifndef QUANTIR_SANITIZED
TEST_CASE("a child starts threads of its own, also while others of the parent run", "[pool]") {
  const std::shared_ptr<ThreadPool> pool = processThreadPool();
  REQUIRE(pool->reserve(3) == 3);
  std::atomic<bool> end = false;
  std::thread other([&] {
    while (!end)
      runParts(*pool, 3, [](int) {});
  });
  for (int round = 0; round < 20; ++round) {
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      alarm(20);
      std::atomic<int> sum = 0;
      if (pool->reserve(3) == 3)
        runParts(*pool, 3, [&](int part) { sum += part + 1; });
      _exit(sum == 6 ? 0 : 1);
    }
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    CHECK(status == 0);
  }
  end = true;
  other.join();
}
#endif
