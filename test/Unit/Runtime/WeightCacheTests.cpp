//===- WeightCacheTests.cpp - Constants that sessions share ----------------===//

#include "Support.h"

#include "runtime/plan/PlanContents.h"

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

TEST_CASE("threads that need the same share what was ready first", "[weights]") {
  for (int round = 0; round < 50; ++round) {
    WeightCache cache;
    std::vector<SharedMemory> memories(4);
    std::vector<std::thread> threads;
    for (SharedMemory &memory : memories)
      threads.emplace_back(
          [&] { memory = *cache.get("a", 64, [&](std::byte *) { return Status(); }); });
    for (std::thread &thread : threads)
      thread.join();
    for (const SharedMemory &memory : memories)
      REQUIRE(memory == memories[0]);
    CHECK(cache.numFilled() == 1);
  }
}

TEST_CASE("memory may be asked for while other memory is filled", "[weights]") {
  WeightCache cache;
  Result<SharedMemory> inner = SharedMemory();
  const Result<SharedMemory> outer = cache.get("a", 64, [&](std::byte *) {
    inner = cache.get("a", 64, [](std::byte *) { return Status(); });
    return inner.status();
  });
  REQUIRE((outer && inner));
  CHECK(outer->get() == inner->get());
}

// The same bytes stand for other numbers.
TEST_CASE("weights of the same bytes but other zero points are packed apart", "[weights]") {
  PlanBuilder builder;
  const int32_t x = builder.input("x", TensorSpec::codes(DType::UInt8, {1, 8}, 0.5f, 3));
  const std::vector<uint8_t> bytes(64, 200);
  for (const auto &[dtype, zeroPoint] :
       {std::pair(DType::UInt8, 3), std::pair(DType::UInt8, 130), std::pair(DType::Int8, 0)}) {
    const int32_t w =
        builder.constant<uint8_t>("w", TensorSpec::codes(dtype, {8, 8}, 0.25f, zeroPoint), bytes);
    builder.graph.tensors[w]->constant_offset = 0; // all at one place
    builder.output(builder.op(plan::MatMulT(), {x, w},
                              builder.value("y", TensorSpec::floats({1, 8})), "matmul"));
  }
  builder.constants.resize(64);
  const std::shared_ptr<const Plan> plan = loadPlan(builder);
  const Tensor input = byteTensor({1, 8}, std::vector<uint8_t>(8, 13));
  for (const std::string_view backend : backendNames()) {
    SessionOptions options;
    options.backend = backend;
    std::unique_ptr<Session> session = makeSession(plan, options);
    Result<std::vector<Tensor>> outputs = session->run(Inputs(input).views);
    REQUIRE(outputs);
    INFO(backend);
    const float x0 = 8 * 0.5f * (13 - 3);
    CHECK((*outputs)[0].as<float>()[0] == x0 * 0.25f * (200 - 3));
    CHECK((*outputs)[1].as<float>()[0] == x0 * 0.25f * (200 - 130));
    CHECK((*outputs)[2].as<float>()[0] == x0 * 0.25f * (200 - 256));
  }
}

// The product's dims are the same for every batch, its numbers are not.
TEST_CASE("constants that depend on the batch are computed for each", "[weights]") {
  PlanBuilder builder;
  const int32_t x = builder.input("x", TensorSpec::floats({-1, 2}));
  const int32_t row = builder.constant<float>("row", TensorSpec::floats({1, 2}), {1, 2});
  const int32_t rows =
      builder.op(plan::ExpandT(), {row}, builder.value("rows", TensorSpec::floats({-1, 2})));
  plan::TransposeT transpose;
  transpose.permutation = {1, 0};
  const int32_t columns = builder.op(std::move(transpose), {rows},
                                     builder.value("columns", TensorSpec::floats({2, -1})));
  const int32_t product = builder.op(plan::MatMulT(), {columns, rows},
                                     builder.value("product", TensorSpec::floats({2, 2})));
  builder.output(
      builder.op(plan::MatMulT(), {x, product}, builder.value("y", TensorSpec::floats({-1, 2}))));
  const std::shared_ptr<const Plan> plan = loadPlan(builder);
  std::vector<std::unique_ptr<Session>> sessions;
  for (const int64_t batch : {1, 7, 2}) {
    SessionOptions options;
    options.batch = batch;
    sessions.push_back(makeSession(plan, options));
    const Tensor ones = floatTensor({batch, 2}, std::vector<float>(2 * batch, 1));
    Result<std::vector<Tensor>> outputs = sessions.back()->run(Inputs(ones).views);
    REQUIRE(outputs);
    CHECK((*outputs)[0].as<float>()[0] == float(3 * batch));
    CHECK((*outputs)[0].as<float>()[1] == float(6 * batch));
  }
}

TEST_CASE("sessions of a plan pack its weights once, whatever their batch and threads",
          "[weights]") {
  const std::shared_ptr<const Plan> plan = loadPlan(weightedPlan());
  SessionOptions options;
  options.threads = 1;
  std::unique_ptr<Session> first = makeSession(plan, options);
  const int64_t filled = contentsOf(*plan).weights.numFilled();
  CHECK(filled >= 1); // the dequantized weights; onednn packs them, too
  options.batch = 5;
  options.threads = 2;
  std::unique_ptr<Session> second = makeSession(plan, options);
  CHECK(contentsOf(*plan).weights.numFilled() == filled);
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
  CHECK(contentsOf(*plan).weights.numFilled() == 2 * filled);
}
