//===- ReferenceSequenceTests.cpp - Lookups, recurrences, dynamic rounding -===//

#include "Support.h"

#include "quantir/Runtime/Batched.h"

#include <catch2/matchers/catch_matchers_floating_point.hpp>

#include <cmath>

using namespace quantir;
using namespace quantir::test;
using Catch::Matchers::WithinAbs;

namespace {

Tensor indexTensor(Dims dims, const std::vector<int64_t> &values) {
  return makeTensor(DType::Int64, std::move(dims), values);
}

/// y = embedding(x) with the table {{1, 2}, {3, 4}, {5, 6}}.
PlanBuilder embeddingPlan(DType dtype, Dims dims) {
  PlanBuilder builder;
  int32_t x = builder.input("x", {dtype, dims});
  int32_t table = builder.constant<float>("table", TensorSpec::floats({3, 2}), {1, 2, 3, 4, 5, 6});
  dims.push_back(2);
  builder.output(builder.op(plan::EmbeddingT(), {x, table},
                            builder.value("y", TensorSpec::floats(dims)), "emb"));
  return builder;
}

/// y = embedding_bag(x, o) with the same table.
PlanBuilder bagPlan(plan::BagMode mode, int64_t count, int64_t offsets,
                    bool includeLastOffset = false, DType offsetType = DType::Int64) {
  PlanBuilder builder;
  int32_t x = builder.input("x", {DType::Int64, {count}});
  int32_t o = builder.input("o", {offsetType, {offsets}});
  int32_t table = builder.constant<float>("table", TensorSpec::floats({3, 2}), {1, 2, 3, 4, 5, 6});
  plan::EmbeddingBagT kind;
  kind.mode = mode;
  kind.include_last_offset = includeLastOffset;
  builder.output(
      builder.op(kind, {x, o, table},
                 builder.value("y", TensorSpec::floats({offsets - includeLastOffset, 2})), "bag"));
  return builder;
}

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

/// One step of one unit with one feature: the weights of the gates i, f, g, o.
void step(double x, const std::vector<float> &wi, const std::vector<float> &wh,
          const std::vector<float> &b, double &h, double &c) {
  double gates[4];
  for (int gate = 0; gate < 4; ++gate)
    gates[gate] = wi[gate] * x + wh[gate] * h + b[gate];
  c = sigmoid(gates[1]) * c + sigmoid(gates[0]) * std::tanh(gates[2]);
  h = sigmoid(gates[3]) * std::tanh(c);
}

const std::vector<float> inputWeight = {0.5f, -0.25f, 1.5f, 0.75f};
const std::vector<float> hiddenWeight = {-1, 0.5f, 0.25f, 2};
const std::vector<float> bias = {0.1f, 1, -0.2f, 0.3f};

/// An lstm of one unit over 3 steps; `directions` of the same weights.
PlanBuilder lstmPlan(int64_t batch, int64_t directions, bool hasStates) {
  PlanBuilder builder;
  std::vector<int32_t> inputs = {builder.input("x", TensorSpec::floats({3, batch, 1}))};
  for (int64_t d = 0; d < directions; ++d) {
    inputs.push_back(builder.constant("wi", TensorSpec::floats({4, 1}), inputWeight));
    inputs.push_back(builder.constant("wh", TensorSpec::floats({4, 1}), hiddenWeight));
    inputs.push_back(builder.constant("b", TensorSpec::floats({4}), bias));
  }
  TensorSpec state = TensorSpec::floats({directions, batch, 1});
  if (hasStates) {
    inputs.push_back(builder.input("h0", state));
    inputs.push_back(builder.input("c0", state));
  }
  int32_t y = builder.value("y", TensorSpec::floats({3, batch, directions}));
  builder.op(plan::LstmT(), inputs, y, "lstm");
  int32_t h = builder.value("h", state), c = builder.value("c", state);
  builder.graph.ops.back()->outputs = {y, h, c};
  for (int32_t output : {y, h, c})
    builder.output(output);
  return builder;
}

} // namespace

TEST_CASE("embedding gives rows; negative indices count from the end") {
  std::vector<Tensor> y =
      runPlan(embeddingPlan(DType::Int64, {2, 2}), {indexTensor({2, 2}, {0, 2, -1, -3})});
  CHECK(valuesOf<float>(y[0]) == std::vector<float>{1, 2, 5, 6, 5, 6, 1, 2});
  y = runPlan(embeddingPlan(DType::Int32, {1}),
              {makeTensor(DType::Int32, {1}, std::vector<int32_t>{1})});
  CHECK(valuesOf<float>(y[0]) == std::vector<float>{3, 4});
}

TEST_CASE("an index out of range is an error that names value and place") {
  std::unique_ptr<Session> session = makeSession(loadPlan(embeddingPlan(DType::Int64, {2, 2})));
  auto run = [&](int64_t bad) {
    Tensor x = indexTensor({2, 2}, {0, 1, bad, 2});
    std::vector<TensorView> views = {x.view()};
    Result<std::vector<Tensor>> outputs = session->run(views);
    return outputs ? std::string() : outputs.message();
  };
  CHECK(run(3) == "'emb': expected indices from -3 to 2, but got 3 at [1, 0] of 'x'");
  CHECK(run(INT64_MIN).find("but got -9223372036854775808") != std::string::npos);
  CHECK(run(-3) == "");
}

TEST_CASE("an embedding bag reduces rows; an empty one is zero") {
  // Bags of 3, 0, 1 and 0 indices; the first index is in none.
  Tensor x = indexTensor({5}, {1, 0, 2, -3, 1}), o = indexTensor({4}, {1, 4, 4, 5});
  auto reduce = [&](plan::BagMode mode) {
    return valuesOf<float>(runPlan(bagPlan(mode, 5, 4), {x, o})[0]);
  };
  CHECK(reduce(plan::BagMode::Sum) == std::vector<float>{7, 10, 0, 0, 3, 4, 0, 0});
  CHECK(reduce(plan::BagMode::Mean) == std::vector<float>{7.0f / 3, 10.0f / 3, 0, 0, 3, 4, 0, 0});
  CHECK(reduce(plan::BagMode::Max) == std::vector<float>{5, 6, 0, 0, 3, 4, 0, 0});
  std::vector<Tensor> y = runPlan(
      bagPlan(plan::BagMode::Sum, 3, 3, /*includeLastOffset=*/true, DType::Int32),
      {indexTensor({3}, {0, 1, 2}), makeTensor(DType::Int32, {3}, std::vector<int32_t>{0, 1, 2})});
  CHECK(valuesOf<float>(y[0]) == std::vector<float>{1, 2, 3, 4});
}

TEST_CASE("inputs of different fixed lengths run in batches of their greatest common divisor") {
  Result<std::unique_ptr<BatchRunner>> runner =
      BatchRunner::create(loadPlan(bagPlan(plan::BagMode::Sum, 4, 2)));
  REQUIRE(runner);
  CHECK((*runner)->batch() == 2);
  Tensor x = indexTensor({8}, {0, 0, 1, 1, 2, 2, 2, 0}), o = indexTensor({4}, {0, 2, 0, 3});
  std::vector<TensorView> views = {x.view(), o.view()};
  Result<std::vector<Tensor>> y = (*runner)->run(views);
  REQUIRE(y);
  CHECK(valuesOf<float>((*y)[0]) == std::vector<float>{2, 4, 6, 8, 15, 18, 1, 2});
}

TEST_CASE("plans with embedding bags are checked") {
  auto message = [](auto change) {
    PlanBuilder builder = bagPlan(plan::BagMode::Sum, 3, 3);
    change(builder);
    return errorOf(builder);
  };
  auto tensor = [](int index, auto field, auto value) {
    return [=](PlanBuilder &builder) { (*builder.graph.tensors[index]).*field = value; };
  };
  using Catch::Matchers::ContainsSubstring;
  CHECK_THAT(message([](PlanBuilder &b) {
               b.graph.ops[0]->kind.AsEmbeddingBag()->mode = plan::BagMode(7);
             }),
             ContainsSubstring("expected a known mode, but got number 7"));
  CHECK_THAT(message([](PlanBuilder &b) {
               b.graph.ops[0]->kind.AsEmbeddingBag()->include_last_offset = true;
             }),
             ContainsSubstring("expected a result of shape [2x2], but got [3x2]"));
  CHECK_THAT(
      message(tensor(0, &plan::TensorT::dtype, plan::DType::Float32)),
      ContainsSubstring("expected indices of int64 or int32 without a scale, but got float32"));
  CHECK_THAT(
      message(tensor(1, &plan::TensorT::dtype, plan::DType::Float32)),
      ContainsSubstring("expected offsets of int64 or int32 without a scale, but got float32"));
  CHECK_THAT(message(tensor(1, &plan::TensorT::dims, std::vector<int64_t>{3, 1})),
             ContainsSubstring("expected indices and offsets of rank 1, but got [3] and [3x1]"));
  CHECK_THAT(message([](PlanBuilder &b) { b.graph.ops[0]->inputs.pop_back(); }),
             ContainsSubstring("expected 3 to 3 inputs, but got 2"));
}

TEST_CASE("indices and offsets of bags out of range are errors that name value and place") {
  std::unique_ptr<Session> session = makeSession(loadPlan(bagPlan(plan::BagMode::Sum, 3, 3)));
  auto run = [&](std::vector<int64_t> indices, std::vector<int64_t> offsets) {
    Tensor x = indexTensor({3}, indices), o = indexTensor({3}, offsets);
    std::vector<TensorView> views = {x.view(), o.view()};
    Result<std::vector<Tensor>> outputs = session->run(views);
    return outputs ? std::string() : outputs.message();
  };
  CHECK(run({0, 3, 0}, {0, 1, 2}) ==
        "'bag': expected indices from -3 to 2, but got 3 at [1] of 'x'");
  CHECK(run({0, 1, INT64_MIN}, {0, 1, 2}).find("but got -9223372036854775808 at [2] of 'x'") !=
        std::string::npos);
  CHECK(run({0, 1, 2}, {0, 2, 1}) ==
        "'bag': expected offsets from 2 to 3, but got 1 at [2] of 'o'");
  CHECK(run({0, 1, 2}, {-1, 2, 3}) ==
        "'bag': expected offsets from 0 to 3, but got -1 at [0] of 'o'");
  CHECK(run({0, 1, 2}, {0, INT64_MAX, 3}) ==
        "'bag': expected offsets from 0 to 3, but got 9223372036854775807 at [1] of 'o'");
  CHECK(run({0, 1, 2}, {0, 1, 4}) ==
        "'bag': expected offsets from 1 to 3, but got 4 at [2] of 'o'");
  CHECK(run({0, 1, 2}, {3, 3, 3}) == "");
}

TEST_CASE("lstm follows its definition") {
  std::vector<float> x = {1, -2, 0.5f};
  std::vector<Tensor> results =
      runPlan(lstmPlan(1, 1, true), {floatTensor({3, 1, 1}, x), floatTensor({1, 1, 1}, {0.25f}),
                                     floatTensor({1, 1, 1}, {-0.5f})});
  double h = 0.25, c = -0.5;
  for (int t = 0; t < 3; ++t) {
    step(x[t], inputWeight, hiddenWeight, bias, h, c);
    CHECK_THAT(valuesOf<float>(results[0])[t], WithinAbs(h, 1e-6));
  }
  CHECK_THAT(valuesOf<float>(results[1])[0], WithinAbs(h, 1e-6));
  CHECK_THAT(valuesOf<float>(results[2])[0], WithinAbs(c, 1e-6));
}

TEST_CASE("the second direction of an lstm goes through the sequence from its end") {
  // Two samples: x and another one.
  std::vector<float> x = {1, 7, -2, 7, 0.5f, 7};
  std::vector<Tensor> results = runPlan(lstmPlan(2, 2, false), {floatTensor({3, 2, 1}, x)});
  std::vector<float> y = valuesOf<float>(results[0]);
  double h = 0, c = 0;
  for (int t = 0; t < 3; ++t) {
    step(x[2 * t], inputWeight, hiddenWeight, bias, h, c);
    CHECK_THAT(y[4 * t], WithinAbs(h, 1e-6));
  }
  CHECK_THAT(valuesOf<float>(results[1])[0], WithinAbs(h, 1e-6));
  h = c = 0;
  for (int t = 2; t >= 0; --t) {
    step(x[2 * t], inputWeight, hiddenWeight, bias, h, c);
    CHECK_THAT(y[4 * t + 1], WithinAbs(h, 1e-6));
  }
  CHECK_THAT(valuesOf<float>(results[2])[2], WithinAbs(c, 1e-6));
}

TEST_CASE("an lstm whose batch is dimension 1 runs in batches") {
  std::shared_ptr<const Plan> plan = loadPlan(lstmPlan(-1, 1, false));
  std::vector<float> x(3 * 5);
  for (size_t i = 0; i < x.size(); ++i)
    x[i] = 0.3f * float(i) - 2;
  Tensor input = floatTensor({3, 5, 1}, x);
  std::vector<TensorView> views = {input.view()};
  std::vector<std::vector<Tensor>> runs;
  for (int64_t batch : {5, 2}) {
    SessionOptions options;
    options.batch = batch;
    Result<std::unique_ptr<BatchRunner>> runner = BatchRunner::create(plan, options);
    REQUIRE(runner);
    CHECK((*runner)->inputDims(0, 4) == Dims{3, 4, 1});
    Result<std::vector<Tensor>> outputs = (*runner)->run(views);
    REQUIRE(outputs);
    runs.push_back(*std::move(outputs));
  }
  for (size_t i = 0; i < 3; ++i)
    CHECK(valuesOf<float>(runs[0][i]) == valuesOf<float>(runs[1][i]));
  CHECK(runs[0][0].dims() == Dims{3, 5, 1});
}

TEST_CASE("dynamic fake quantization takes its scale from the values") {
  plan::FakeQuantizeDynamicT options;
  options.quant_min = 0;
  options.quant_max = 255;
  PlanBuilder builder;
  int32_t x = builder.input("x", TensorSpec::floats({4}));
  builder.output(builder.op(options, {x}, builder.value("y", TensorSpec::floats({4}))));
  std::unique_ptr<Session> session = makeSession(loadPlan(builder));
  auto run = [&](std::vector<float> values) {
    Tensor input = floatTensor({4}, values);
    std::vector<TensorView> views = {input.view()};
    return session->run(views);
  };
  Result<std::vector<Tensor>> y = run({0, 255, 100.4f, 2.5f});
  REQUIRE(y);
  CHECK(valuesOf<float>((*y)[0]) == std::vector<float>{0, 255, 100, 2});
  y = run({0, 510, 101, 3});
  REQUIRE(y);
  CHECK(valuesOf<float>((*y)[0]) == std::vector<float>{0, 510, 100, 4});
  y = run({0, INFINITY, 1, 2});
  REQUIRE_FALSE(y);
  CHECK(y.message() ==
        "value 'x': expected finite numbers to choose a scale from, but got a NaN or "
        "an infinity");
}
