//===- WeightCacheTests.cpp - Constants that sessions share ----------------===//

#include "Support.h"

#include "runtime/plan/WeightCache.h"

#include <atomic>
#include <thread>

using namespace quantir;
using namespace quantir::test;
using namespace quantir::runtime;

namespace {

/// y = dequantize(w) * x for constant codes w, of any batch, and its convolution by weights.
PlanBuilder weightedPlan() {
  PlanBuilder builder;
  builder.graph.backend = "onednn";
  const int32_t x = builder.input("x", TensorSpec::floats({-1, 16, 12, 12}));
  const int32_t codes =
      builder.constant<int8_t>("codes", TensorSpec::codes(DType::Int8, {16, 16, 3, 3}, 0.01f, 0),
                               std::vector<int8_t>(16 * 16 * 9, 3));
  const int32_t weights = builder.op(plan::DequantizeT(), {codes},
                                     builder.value("weights", TensorSpec::floats({16, 16, 3, 3})));
  plan::ConvT conv;
  conv.padding = {1, 1, 1, 1};
  builder.output(builder.op(std::move(conv), {x, weights},
                            builder.value("y", TensorSpec::floats({-1, 16, 12, 12})), "conv"));
  return builder;
}

} // namespace

TEST_CASE("memory is filled once while it is used", "[weights]") {
  WeightCache cache;
  int fills = 0;
  const auto fill = [&](std::byte *memory) {
    memory[0] = std::byte(++fills);
    return Status();
  };
  {
    Result<SharedMemory> a = cache.get("a", 64, fill), again = cache.get("a", 64, fill),
                         b = cache.get("b", 64, fill);
    REQUIRE((a && again && b));
    CHECK(a->get() == again->get());
    CHECK(a->get() != b->get());
    CHECK(reinterpret_cast<uintptr_t>(a->get()) % 64 == 0);
    CHECK(fills == 2);
  }
  // Nobody uses it any more.
  REQUIRE(cache.get("a", 64, fill));
  CHECK(fills == 3);
  CHECK(cache.numFilled() == 3);
}

TEST_CASE("nothing is kept of what failed", "[weights]") {
  WeightCache cache;
  const Result<SharedMemory> failed =
      cache.get("a", 64, [](std::byte *) { return Status::unsupported("no"); });
  CHECK_FALSE(failed);
  CHECK(failed.message() == "no");
  CHECK(cache.get("a", 64, [](std::byte *) { return Status(); }));
  CHECK(cache.numFilled() == 1);
}

TEST_CASE("threads that need the same wait for each other", "[weights]") {
  WeightCache cache;
  std::atomic<int> fills = 0;
  std::vector<SharedMemory> memories(4);
  std::vector<std::thread> threads;
  for (SharedMemory &memory : memories)
    threads.emplace_back([&] {
      memory = *cache.get("a", 64, [&](std::byte *) {
        ++fills;
        return Status();
      });
    });
  for (std::thread &thread : threads)
    thread.join();
  CHECK(fills == 1);
}

TEST_CASE("sessions of a plan pack its weights once, whatever their batch and threads",
          "[weights]") {
  const std::shared_ptr<const Plan> plan = loadPlan(weightedPlan());
  SessionOptions options;
  options.threads = 1;
  std::unique_ptr<Session> first = makeSession(plan, options);
  const int64_t filled = plan->weights().numFilled();
  CHECK(filled >= 1); // the dequantized weights; onednn packs them, too
  options.batch = 5;
  options.threads = 2;
  std::unique_ptr<Session> second = makeSession(plan, options);
  CHECK(plan->weights().numFilled() == filled);
  // What one session leaves, the others still have.
  const Tensor x = floatTensor({5, 16, 12, 12}, std::vector<float>(5 * 16 * 144, 1.0f));
  Result<std::vector<Tensor>> expected = second->run(Inputs(x).views);
  REQUIRE(expected);
  first.reset();
  Result<std::vector<Tensor>> results = second->run(Inputs(x).views);
  REQUIRE(results);
  CHECK(valuesOf<float>((*results)[0]) == valuesOf<float>((*expected)[0]));
  second.reset();
  makeSession(plan, options);
  CHECK(plan->weights().numFilled() == 2 * filled);
}
