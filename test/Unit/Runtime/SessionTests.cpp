//===- SessionTests.cpp - Running plans ------------------------------------===//

#include "AllocationCount.h"
#include "Support.h"

#include <algorithm>
#include <cstdlib>
#include <thread>

using namespace quantir;
using namespace quantir::test;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::StartsWith;

namespace {

plan::UnaryT unary(plan::UnaryKind kind, float alpha = 0, float beta = 0) {
  plan::UnaryT options;
  options.kind = kind;
  options.alpha = alpha;
  options.beta = beta;
  return options;
}

plan::BinaryT add() { return plan::BinaryT(); }

TensorSpec vec(int64_t size) { return TensorSpec::floats({size}); }

/// x -> leaky relu, `length` times, each on its own value. Ends in an output.
PlanBuilder chain(int length, Dims dims) {
  PlanBuilder builder;
  int32_t value = builder.input("x", TensorSpec::floats(dims));
  for (int i = 0; i < length; ++i)
    value = builder.op(unary(plan::UnaryKind::LeakyRelu, 0.5f), {value},
                       builder.value("v" + std::to_string(i), TensorSpec::floats(dims)));
  builder.output(value);
  return builder;
}

} // namespace

TEST_CASE("a session runs what the plan says") {
  std::vector<Tensor> outputs = runPlan(chain(2, {4}), {floatTensor({4}, {1, -1, 0, -8})});
  CHECK(valuesOf<float>(outputs[0]) == std::vector<float>{1, -0.25f, 0, -2});
}

TEST_CASE("run allocates nothing") {
  PlanBuilder builder = chain(3, {-1, 8});
  std::unique_ptr<Session> session = makeSession(loadPlan(builder));
  Tensor x(DType::Float32, {1, 8}), y(DType::Float32, {1, 8});
  std::vector<TensorView> inputs = {x.view()}, outputs = {y.view()};
  size_t before = allocationCount();
  bool ok = session->run(inputs, outputs).ok();
  size_t after = allocationCount();
  CHECK(after == before);
  CHECK(ok);
}

TEST_CASE("a chain of elementwise ops works in the output's memory") {
  std::unique_ptr<Session> session = makeSession(loadPlan(chain(5, {1000})));
  CHECK(session->arenaBytes() == 0);
  session = makeSession(loadPlan(chain(1, {1000})));
  CHECK(session->arenaBytes() == 0);
}

TEST_CASE("an input is never written") {
  PlanBuilder builder = chain(3, {3});
  std::unique_ptr<Session> session = makeSession(loadPlan(builder));
  Tensor x = floatTensor({3}, {-1, 2, -3});
  std::vector<TensorView> inputs = {x.view()};
  REQUIRE(session->run(inputs));
  CHECK(valuesOf<float>(x) == std::vector<float>{-1, 2, -3});
}

TEST_CASE("a value that is used again is not taken over") {
  PlanBuilder builder;
  int32_t x = builder.input("x", vec(3));
  int32_t a = builder.op(unary(plan::UnaryKind::LeakyRelu, 0.5f), {x}, builder.value("a", vec(3)));
  int32_t b = builder.op(unary(plan::UnaryKind::Relu), {a}, builder.value("b", vec(3)));
  int32_t c = builder.op(unary(plan::UnaryKind::Relu), {b}, builder.value("c", vec(3)));
  builder.output(builder.op(add(), {a, c}, builder.value("sum", vec(3))));
  std::vector<Tensor> outputs = runPlan(builder, {floatTensor({3}, {-4, 2, -6})});
  CHECK(valuesOf<float>(outputs[0]) == std::vector<float>{-2, 4, -3});
}

TEST_CASE("a value that is read twice by one op is not taken over") {
  PlanBuilder builder;
  int32_t x = builder.input("x", vec(2));
  int32_t a = builder.op(unary(plan::UnaryKind::Relu), {x}, builder.value("a", vec(2)));
  builder.output(builder.op(add(), {a, a}, builder.value("b", vec(2))));
  std::vector<Tensor> outputs = runPlan(builder, {floatTensor({2}, {3, -1})});
  CHECK(valuesOf<float>(outputs[0]) == std::vector<float>{6, 0});
}

TEST_CASE("an output that is read by later ops keeps its value") {
  PlanBuilder builder;
  int32_t x = builder.input("x", vec(2));
  int32_t a = builder.op(unary(plan::UnaryKind::Relu), {x}, builder.value("a", vec(2)));
  builder.output(a);
  builder.output(
      builder.op(unary(plan::UnaryKind::HardSigmoid, 1, 1), {a}, builder.value("b", vec(2))));
  std::vector<Tensor> outputs = runPlan(builder, {floatTensor({2}, {-3, 5})});
  CHECK(valuesOf<float>(outputs[0]) == std::vector<float>{0, 5});
  CHECK(valuesOf<float>(outputs[1]) == std::vector<float>{1, 1});
}

TEST_CASE("inputs, constants and doubled values can be outputs") {
  PlanBuilder builder;
  int32_t x = builder.input("x", vec(2));
  int32_t y = builder.op(unary(plan::UnaryKind::Relu), {x}, builder.value("y", vec(2)));
  int32_t c = builder.constant<float>("c", vec(2), {7, 8});
  for (int32_t value : {x, c, y, y})
    builder.output(value);
  std::vector<Tensor> outputs = runPlan(builder, {floatTensor({2}, {-3, 5})});
  CHECK(valuesOf<float>(outputs[0]) == std::vector<float>{-3, 5});
  CHECK(valuesOf<float>(outputs[1]) == std::vector<float>{7, 8});
  CHECK(valuesOf<float>(outputs[2]) == std::vector<float>{0, 5});
  CHECK(valuesOf<float>(outputs[3]) == std::vector<float>{0, 5});
}

TEST_CASE("ops on constants run once, when the session is created") {
  PlanBuilder builder;
  int32_t x = builder.input("x", vec(2));
  int32_t w =
      builder.constant<uint8_t>("w", TensorSpec::codes(DType::UInt8, {2}, 0.5f, 10), {12, 8});
  int32_t real = builder.op(plan::DequantizeT(), {w}, builder.value("real", vec(2)));
  int32_t relu = builder.op(unary(plan::UnaryKind::Relu), {real}, builder.value("relu", vec(2)));
  builder.output(builder.op(add(), {x, relu}, builder.value("y", vec(2))));
  std::unique_ptr<Session> session = makeSession(loadPlan(builder));
  CHECK(session->profile().size() == 1);
  CHECK(session->packedBytes() == 8); // relu; what it was computed from is gone
  Tensor input = floatTensor({2}, {10, 20});
  std::vector<TensorView> inputs = {input.view()};
  Result<std::vector<Tensor>> outputs = session->run(inputs);
  REQUIRE(outputs);
  CHECK(valuesOf<float>((*outputs)[0]) == std::vector<float>{11, 20});
}

TEST_CASE("the batch is put into every shape") {
  PlanBuilder builder;
  int32_t x = builder.input("x", TensorSpec::floats({-1, 2, 3}));
  builder.output(
      builder.op(plan::ReshapeT(), {x}, builder.value("y", TensorSpec::floats({-2, 3}))));
  std::shared_ptr<const Plan> plan = loadPlan(builder);
  SessionOptions options;
  options.batch = 4;
  std::unique_ptr<Session> session = makeSession(plan, options);
  CHECK(session->batch() == 4);
  CHECK(session->inputs()[0].dims == Dims{4, 2, 3});
  CHECK(session->outputs()[0].dims == Dims{8, 3});
  CHECK(plan->outputs()[0].dims == Dims{-2, 3});
  CHECK(formatDims(plan->outputs()[0].dims) == "[2*batch, 3]");
}

TEST_CASE("a batch that the plan cannot have is an error") {
  PlanBuilder builder;
  int32_t x = builder.input("x", TensorSpec::floats({-1, 2}));
  builder.output(builder.op(plan::ReshapeT(), {x}, builder.value("y", TensorSpec::floats({2}))));
  std::shared_ptr<const Plan> plan = loadPlan(builder);
  SessionOptions options;
  options.batch = 2;
  Result<std::unique_ptr<Session>> session = Session::create(plan, options);
  REQUIRE_FALSE(session);
  CHECK_THAT(session.message(), StartsWith("plan 'test': with batch 2: op 0 (Reshape): "));
  options.batch = 0;
  session = Session::create(plan, options);
  REQUIRE_FALSE(session);
  CHECK_THAT(session.message(), ContainsSubstring("expected a batch of 1 to"));
  options.batch = INT32_MAX;
  session = Session::create(plan, options);
  REQUIRE_FALSE(session);
  CHECK_THAT(session.message(), ContainsSubstring("expected at most 2147483647 elements"));
}

TEST_CASE("memory beyond the limit is refused") {
  PlanBuilder builder = chain(2, {1 << 20});
  int32_t c = builder.constant<float>("c", vec(1), {1});
  builder.op(plan::ExpandT(), {c}, builder.value("wide", vec(INT32_MAX)));
  SessionOptions options;
  options.memoryLimit = 1 << 20;
  Result<std::unique_ptr<Session>> session = Session::create(loadPlan(builder), options);
  REQUIRE_FALSE(session);
  CHECK_THAT(session.message(),
             ContainsSubstring("values (the largest value is 'wide' of 8589934588 bytes): it needs "
                               "more than the 1048576 bytes"));
}

TEST_CASE("backends are chosen by the options, the op, the plan") {
  PlanBuilder builder = chain(1, {4});
  builder.graph.backend = "nonesuch";
  Result<std::unique_ptr<Session>> session = Session::create(loadPlan(builder));
  REQUIRE_FALSE(session);
  CHECK_THAT(session.message(), ContainsSubstring("expected a backend of this build (reference"));
  CHECK_THAT(session.message(), ContainsSubstring("but got 'nonesuch'; choose another one"));
  SessionOptions options;
  options.backend = "refrence";
  session = Session::create(loadPlan(builder), options);
  REQUIRE_FALSE(session);
  CHECK_THAT(session.message(), ContainsSubstring("but got 'refrence'; did you mean 'reference'?"));
  options.backend = "reference";
  CHECK(makeSession(loadPlan(builder), options)->profile()[0].implementation == "reference");
  builder.graph.backend = "";
  CHECK(makeSession(loadPlan(builder))->profile()[0].implementation == "reference");
  builder.graph.ops[0]->backend = "elsewhere";
  session = Session::create(loadPlan(builder));
  REQUIRE_FALSE(session);
  CHECK_THAT(session.message(), ContainsSubstring("op 0 (Unary): expected a backend"));
  CHECK(makeSession(loadPlan(builder), options));
}

TEST_CASE("arguments are checked by name") {
  PlanBuilder builder;
  int32_t a = builder.input("a", vec(2)), b = builder.input("b", vec(2));
  builder.output(builder.op(add(), {a, b}, builder.value("sum", vec(2))));
  std::unique_ptr<Session> session = makeSession(loadPlan(builder));
  Tensor x = floatTensor({2}, {1, 2}), y = floatTensor({2}, {3, 4}), z(DType::Float32, {2});
  auto error = [&](std::vector<TensorView> inputs, std::vector<TensorView> outputs) {
    Status status = session->run(inputs, outputs);
    REQUIRE_FALSE(status);
    return status.message();
  };
  CHECK(error({x.view()}, {z.view()}) == "expected 2 inputs (a, b), but got 1");
  CHECK(error({x.view(), y.view()}, {}) == "expected 1 output (sum), but got 0");
  CHECK(error({x.view(), {DType::Float32, {1, 2}, y.data()}}, {z.view()}) ==
        "input 'b': expected float32 of dims [2], but got float32 of dims [1, 2]");
  CHECK(error({{DType::Int32, {2}, x.data()}, y.view()}, {z.view()}) ==
        "input 'a': expected float32 of dims [2], but got int32 of dims [2]");
  CHECK(error({{DType::Float32, {2}, nullptr}, y.view()}, {z.view()}) ==
        "input 'a': expected data, but got null");
  CHECK_THAT(
      error({{DType::Float32, {2}, static_cast<char *>(x.data()) + 1}, y.view()}, {z.view()}),
      ContainsSubstring("aligned to 4 bytes"));
  CHECK(error({x.view(), y.view()}, {x.view()}) == "output 'sum': its memory overlaps input 'a'");
}

TEST_CASE("sessions of one plan do not disturb each other") {
  std::shared_ptr<const Plan> plan = loadPlan(chain(2, {2}));
  std::unique_ptr<Session> first = makeSession(plan), second = makeSession(plan);
  plan.reset();
  Tensor x = floatTensor({2}, {-4, 4}), y = floatTensor({2}, {-8, 8});
  std::vector<TensorView> xs = {x.view()}, ys = {y.view()};
  auto a = first->run(xs), b = second->run(ys);
  REQUIRE((a && b));
  CHECK(valuesOf<float>((*a)[0]) == std::vector<float>{-1, 4});
  CHECK(valuesOf<float>((*b)[0]) == std::vector<float>{-2, 8});
}

TEST_CASE("sessions of one plan are made and run in threads of their own") {
  PlanBuilder builder;
  constexpr int64_t size = 24;
  int32_t value = builder.input("x", TensorSpec::floats({-1, size}));
  for (int layer = 0; layer < 3; ++layer) {
    const std::string name = std::to_string(layer);
    std::vector<float> weights(size * size);
    for (size_t i = 0; i < weights.size(); ++i)
      weights[i] = float(int(i * 7 + layer) % 11 - 5) / 16;
    int32_t weight =
        builder.constant<float>("w" + name, TensorSpec::floats({size, size}), std::move(weights));
    value = builder.op(plan::MatMulT(), {value, weight, -1},
                       builder.value("m" + name, TensorSpec::floats({-1, size})));
    value = builder.op(unary(plan::UnaryKind::LeakyRelu, 0.5f), {value},
                       builder.value("a" + name, TensorSpec::floats({-1, size})));
  }
  builder.output(value);
  const std::shared_ptr<const Plan> plan = loadPlan(builder);

  Tensor x(DType::Float32, {4, size});
  for (size_t i = 0; i < x.as<float>().size(); ++i)
    x.as<float>()[i] = float(int(i) % 13 - 6);
  const std::vector<TensorView> inputs = {x.view()};
  SessionOptions options;
  options.batch = 4;
  options.threads = 1;
  const Result<std::vector<Tensor>> expected = makeSession(plan, options)->run(inputs);
  REQUIRE(expected);

  // Catch2's macros are for one thread.
  std::vector<std::vector<float>> results(4);
  std::vector<std::thread> threads;
  for (std::vector<float> &result : results)
    threads.emplace_back([&plan, &options, &inputs, &result] {
      Result<std::unique_ptr<Session>> session = Session::create(plan, options);
      for (int run = 0; session && run < 20; ++run)
        if (Result<std::vector<Tensor>> outputs = (*session)->run(inputs))
          result = valuesOf<float>((*outputs)[0]);
    });
  for (std::thread &thread : threads)
    thread.join();
  for (const std::vector<float> &result : results)
    CHECK(result == valuesOf<float>((*expected)[0]));
}

TEST_CASE("profiles count runs and time kernels") {
  SessionOptions options;
  options.profile = true;
  std::unique_ptr<Session> session = makeSession(loadPlan(chain(2, {1000})), options);
  Tensor x(DType::Float32, {1000});
  std::vector<TensorView> inputs = {x.view()};
  for (int i = 0; i < 3; ++i)
    REQUIRE(session->run(inputs));
  for (const KernelProfile &profile : session->profile()) {
    CHECK(profile.kind == "Unary");
    CHECK(profile.runs == 3);
    CHECK(profile.totalMs > 0);
  }
}

TEST_CASE("threads are counted") {
  SessionOptions options;
  options.threads = 3;
  CHECK(makeSession(loadPlan(chain(1, {2})), options)->threads() == 3);
  CHECK(makeSession(loadPlan(chain(1, {2})))->threads() >= 1);
  options.threads = -1;
  CHECK_FALSE(Session::create(loadPlan(chain(1, {2})), options));
}

TEST_CASE("a graph of many shapes gives the same with a shared arena as op by op") {
  // Each op reads two earlier values at random; the arena may not mix them up.
  std::srand(5);
  PlanBuilder builder;
  int32_t x = builder.input("x", vec(16));
  std::vector<int32_t> values = {x};
  std::vector<std::vector<float>> expected = {std::vector<float>(16)};
  for (int i = 0; i < 16; ++i)
    expected[0][i] = static_cast<float>(i - 8);
  for (int i = 0; i < 60; ++i) {
    size_t a = values.size() - 1 - std::rand() % std::min<size_t>(values.size(), 6);
    size_t b = values.size() - 1 - std::rand() % std::min<size_t>(values.size(), 6);
    plan::BinaryT options;
    options.kind = i % 2 ? plan::BinaryKind::Sub : plan::BinaryKind::Add;
    options.activation = activation(plan::ActivationKind::Clamp, -100, 100);
    values.push_back(builder.op(std::move(options), {values[a], values[b]},
                                builder.value("v" + std::to_string(i), vec(16))));
    std::vector<float> result(16);
    for (int k = 0; k < 16; ++k) {
      float value = i % 2 ? expected[a][k] - expected[b][k] : expected[a][k] + expected[b][k];
      result[k] = std::min(std::max(value, -100.0f), 100.0f);
    }
    expected.push_back(result);
  }
  builder.output(values.back());
  builder.output(values[30]);
  std::vector<Tensor> outputs = runPlan(builder, {floatTensor({16}, expected[0])});
  CHECK(valuesOf<float>(outputs[0]) == expected.back());
  CHECK(valuesOf<float>(outputs[1]) == expected[30]);
}

TEST_CASE("a session says which ops run on plain loops") {
  PlanBuilder builder;
  builder.graph.backend = "native";
  const auto large = TensorSpec::floats({4, 1 << 13}), small = TensorSpec::floats({4, 8});
  plan::SoftmaxT softmax;
  softmax.axis = 1;
  builder.output(
      builder.op(softmax, {builder.input("x", large)}, builder.value("y", large), "big"));
  builder.output(
      builder.op(softmax, {builder.input("a", small)}, builder.value("b", small), "tiny"));
  SessionOptions options;
  const std::shared_ptr<const Plan> plan = loadPlan(builder);
  CHECK(makeSession(plan, options)->notes() ==
        std::vector<std::string>{"'big' (Softmax) runs on plain loops in one thread: backend "
                                 "'native' has no kernel for it"});
  options.backend = "reference";
  CHECK(makeSession(plan, options)->notes().empty());
}
