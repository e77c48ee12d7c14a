//===- BatchedTests.cpp - Running any number of samples --------------------===//

#include "Support.h"

#include "quantir/Numerics/Observer.h"
#include "quantir/Runtime/Batched.h"
#include "runtime/session/ObserverList.h"

using namespace quantir;
using namespace quantir::test;
using Catch::Matchers::ContainsSubstring;

namespace {

/// y = relu(x), x observed; `batch` is the leading dim.
PlanBuilder reluPlan(int64_t batch) {
  PlanBuilder builder;
  int32_t x = builder.input("x", TensorSpec::floats({batch, 2}));
  builder.graph.observers.push_back(std::make_unique<plan::ObserverT>());
  builder.graph.observers[0]->name = "act_0";
  builder.graph.observers[0]->config = R"({"observer": "min_max"})";
  builder.op(plan::ObserveT(), {x}, -1);
  plan::UnaryT relu;
  builder.output(builder.op(relu, {x}, builder.value("y", TensorSpec::floats({batch, 2})), "relu"));
  return builder;
}

std::unique_ptr<BatchRunner> makeRunner(const PlanBuilder &builder, int64_t batch = 1) {
  SessionOptions options;
  options.batch = batch;
  Result<std::unique_ptr<BatchRunner>> runner = BatchRunner::create(loadPlan(builder), options);
  INFO((runner ? "" : runner.message()));
  REQUIRE(runner);
  return *std::move(runner);
}

std::vector<float> ramp(int64_t count) {
  std::vector<float> values(count);
  for (int64_t i = 0; i < count; ++i)
    values[i] = static_cast<float>(i % 2 ? -i : i);
  return values;
}

std::vector<float> relu(std::vector<float> values) {
  for (float &value : values)
    value = std::max(value, 0.0f);
  return values;
}

} // namespace

TEST_CASE("samples are cut into batches, the last one partial") {
  for (int64_t planned : {-1, 4})
    for (int64_t samples : {1, 3, 4, 5, 8, 11}) {
      std::unique_ptr<BatchRunner> runner = makeRunner(reluPlan(planned), 4);
      CHECK(runner->batch() == 4);
      CHECK(runner->outputDims(0, 7) == Dims{7, 2});
      Tensor x = floatTensor({samples, 2}, ramp(2 * samples));
      std::vector<TensorView> inputs = {x.view()};
      std::vector<int64_t> done;
      Result<std::vector<Tensor>> outputs =
          runner->run(inputs, [&](int64_t count) { done.push_back(count); });
      REQUIRE(outputs);
      CHECK((*outputs)[0].dims() == Dims{samples, 2});
      CHECK(valuesOf<float>((*outputs)[0]) == relu(ramp(2 * samples)));
      CHECK(done.size() == static_cast<size_t>((samples + 3) / 4));
      CHECK(done.back() == samples);
    }
}

TEST_CASE("partial batches feed the same observers") {
  std::unique_ptr<BatchRunner> runner = makeRunner(reluPlan(-1), 4);
  Tensor x = floatTensor({5, 2}, {0, 1, 2, 3, 4, 5, 6, 7, 100, -100});
  std::vector<TensorView> inputs = {x.view()};
  REQUIRE(runner->run(inputs));
  const numerics::ObserverState &state = runner->session().observers()[0]->state();
  CHECK(state.minVal == std::vector<float>{-100});
  CHECK(state.maxVal == std::vector<float>{100});
  CHECK(state.samples == 2);
}

TEST_CASE("sources and sinks see exactly the samples") {
  for (int64_t planned : {-1, 3}) {
    std::unique_ptr<BatchRunner> runner = makeRunner(reluPlan(planned), 3);
    std::vector<std::pair<int64_t, int64_t>> read, written;
    auto source = [&](int64_t first, int64_t count, std::span<const TensorView> inputs) {
      read.push_back({first, count});
      CHECK(inputs[0].dims == Dims{count, 2});
      std::memset(inputs[0].data, 0, inputs[0].bytes());
      return Status();
    };
    auto sink = [&](int64_t first, int64_t count, std::span<const TensorView> outputs) {
      written.push_back({first, count});
      CHECK(outputs[0].dims == Dims{count, 2});
      return Status();
    };
    REQUIRE(runner->run(7, source, sink));
    CHECK(read == std::vector<std::pair<int64_t, int64_t>>{{0, 3}, {3, 3}, {6, 1}});
    CHECK(written == read);
    Status status = runner->run(
        7, [](int64_t, int64_t, auto) { return Status::invalidData("no more data"); }, {});
    CHECK(status.message() == "no more data");
  }
}

TEST_CASE("where an output has no share for each sample, the inputs hold one") {
  PlanBuilder builder;
  int32_t x = builder.input("x", TensorSpec::floats({4, 2}));
  plan::MeanT mean;
  mean.axes = {0};
  builder.output(builder.op(mean, {x}, builder.value("y", TensorSpec::floats({2}))));
  Result<std::unique_ptr<BatchRunner>> runner = BatchRunner::create(loadPlan(builder));
  REQUIRE(runner);
  CHECK((*runner)->batch() == 1);
  Tensor two = floatTensor({8, 2}, {1, 2, 1, 2, 1, 2, 1, 2, 3, 4, 3, 4, 3, 4, 3, 4});
  Result<std::vector<Tensor>> outputs = (*runner)->run(std::vector<TensorView>{two.view()});
  REQUIRE(outputs);
  CHECK((*outputs)[0].dims() == std::vector<int64_t>{4});
  CHECK(std::ranges::equal((*outputs)[0].as<float>(), std::vector<float>{1, 2, 3, 4}));
}

TEST_CASE("beside a batch, tensors without one are shared by all samples") {
  PlanBuilder builder;
  int32_t x = builder.input("x", TensorSpec::floats({-1, 2}));
  int32_t table = builder.input("table", TensorSpec::floats({2}));
  plan::UnaryT relu;
  relu.kind = plan::UnaryKind::Relu;
  builder.output(builder.op(relu, {x}, builder.value("y", TensorSpec::floats({-1, 2}))));
  builder.output(builder.op(relu, {table}, builder.value("z", TensorSpec::floats({2}))));
  SessionOptions options;
  options.batch = 2;
  Result<std::unique_ptr<BatchRunner>> runner = BatchRunner::create(loadPlan(builder), options);
  REQUIRE(runner);
  Tensor samples = floatTensor({3, 2}, {1, -2, 3, -4, 5, -6}), shared = floatTensor({2}, {-7, 8});
  Result<std::vector<Tensor>> outputs =
      (*runner)->run(std::vector<TensorView>{samples.view(), shared.view()});
  REQUIRE(outputs);
  CHECK(std::ranges::equal((*outputs)[0].as<float>(), std::vector<float>{1, 0, 3, 0, 5, 0}));
  CHECK(std::ranges::equal((*outputs)[1].as<float>(), std::vector<float>{0, 8}));
}

TEST_CASE("what cannot be cut into samples is an error") {
  PlanBuilder builder;
  int32_t x = builder.input("x", TensorSpec::floats({4, 2}));
  plan::MeanT mean;
  mean.axes = {0, 1};
  builder.output(builder.op(mean, {x}, builder.value("y", TensorSpec::floats({}))));
  Result<std::unique_ptr<BatchRunner>> runner = BatchRunner::create(loadPlan(builder));
  REQUIRE_FALSE(runner);
  CHECK(runner.message() == "plan 'test': output 'y': expected a leading dim that counts samples, "
                            "in batches of 4, but got dims []; take it away, or export the model "
                            "with a dynamic batch");

  std::unique_ptr<BatchRunner> good = makeRunner(reluPlan(-1), 2);
  Tensor wrong = floatTensor({1, 3}, {1, 2, 3});
  std::vector<TensorView> inputs = {wrong.view()};
  Result<std::vector<Tensor>> outputs = good->run(inputs);
  REQUIRE_FALSE(outputs);
  CHECK_THAT(outputs.message(),
             ContainsSubstring("input 'x': expected float32 of dims [1, 2], but got float32 of "
                               "dims [1, 3]"));
  outputs = good->run(std::span<const TensorView>());
  REQUIRE_FALSE(outputs);
  CHECK(outputs.message() == "expected 1 inputs, but got 0");
  CHECK_FALSE(good->run(0, {}, {}));
}

TEST_CASE("two dims that follow the batch cannot be cut into samples") {
  // y = x * x^T.
  PlanBuilder output;
  int32_t x = output.input("x", TensorSpec::floats({-1, 3}));
  plan::TransposeT transpose;
  transpose.permutation = {1, 0};
  int32_t t = output.op(transpose, {x}, output.value("t", TensorSpec::floats({3, -1})));
  output.output(
      output.op(plan::MatMulT(), {x, t}, output.value("y", TensorSpec::floats({-1, -1}))));
  SessionOptions options;
  options.batch = 4;
  Result<std::unique_ptr<BatchRunner>> runner = BatchRunner::create(loadPlan(output), options);
  REQUIRE_FALSE(runner);
  CHECK(runner.code() == StatusCode::Unsupported);
  CHECK_THAT(runner.message(), ContainsSubstring("output 'y': expected one dim that follows the "
                                                 "batch, but got dims [batch, batch]"));
  // A session has one batch, and gives all of it.
  Tensor samples = floatTensor({2, 3}, {1, 0, 0, 0, 2, 0});
  CHECK(valuesOf<float>(runPlan(output, {samples}, 2)[0]) == std::vector<float>{1, 0, 0, 4});

  PlanBuilder input;
  x = input.input("x", TensorSpec::floats({-1, -2}));
  plan::UnaryT relu;
  input.output(input.op(relu, {x}, input.value("y", TensorSpec::floats({-1, -2}))));
  runner = BatchRunner::create(loadPlan(input), options);
  REQUIRE_FALSE(runner);
  CHECK_THAT(runner.message(), ContainsSubstring("input 'x': expected one dim that follows the "
                                                 "batch, but got dims [batch, 2*batch]"));
}
