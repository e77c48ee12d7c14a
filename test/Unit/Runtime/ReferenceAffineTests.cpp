//===- ReferenceAffineTests.cpp - Rounding blocks in a plan ----------------===//

#include "AllocationCount.h"
#include "Support.h"

#include <cmath>

using namespace quantir;
using namespace quantir::test;

namespace {

constexpr const char *groups =
    R"({"observer": "affine_min_max", "dtype": "int4", "granularity": "per_group", "group_size": 2})";
constexpr const char *tokens =
    R"({"observer": "affine_min_max", "granularity": "per_token", "is_dynamic": true})";

plan::FakeQuantizeAffineT options(std::string config, std::vector<float> scales = {},
                                  std::vector<int32_t> zeroPoints = {},
                                  std::vector<float> floatZeroPoints = {}) {
  plan::FakeQuantizeAffineT result;
  result.config = std::move(config);
  result.scales = std::move(scales);
  result.zero_points = std::move(zeroPoints);
  result.float_zero_points = std::move(floatZeroPoints);
  return result;
}

PlanBuilder planOf(plan::FakeQuantizeAffineT op, TensorSpec spec) {
  PlanBuilder builder;
  int32_t x = builder.input("x", spec);
  builder.output(builder.op(std::move(op), {x}, builder.value("y", spec)));
  return builder;
}

std::string errorOf(plan::FakeQuantizeAffineT op, Dims dims = {1, 4}) {
  return test::errorOf(planOf(std::move(op), TensorSpec::floats(std::move(dims))));
}

} // namespace

TEST_CASE("each block is rounded with its own scale and zero point") {
  Tensor y = runOp(options(groups, {1, 0.5f}, {0, 1}), {TensorSpec::floats({1, 4})},
                   floatTensor({1, 4}, {1.4f, -20, 0.8f, 100}), TensorSpec::floats({1, 4}));
  // Codes: 1 and -8 with zero point 0, 3 and 7 with zero point 1.
  CHECK(valuesOf<float>(y) == std::vector<float>{1, -8, 1, 3});
}

TEST_CASE("dynamic blocks take their scales from the values of each run") {
  PlanBuilder builder = planOf(options(tokens), TensorSpec::floats({-1, 2}));
  std::vector<Tensor> y = runPlan(builder, floatTensor({2, 2}, {127.5f, 3.4f, -255, 3.1f}), 2);
  CHECK(valuesOf<float>(y[0]) == std::vector<float>{127, 3, -256, 4});

  std::unique_ptr<Session> session = makeSession(loadPlan(builder));
  Result<std::vector<Tensor>> bad = session->run(Inputs(floatTensor({1, 2}, {1, INFINITY})).views);
  REQUIRE_FALSE(bad);
  CHECK(bad.message() == "value 'x': expected finite numbers to choose scales from, but got a NaN "
                         "or an infinity");
}

TEST_CASE("choosing scales at run time allocates nothing") {
  PlanBuilder builder = planOf(options(tokens), TensorSpec::floats({3, 4}));
  std::unique_ptr<Session> session = makeSession(loadPlan(builder));
  Tensor x = floatTensor({3, 4}, std::vector<float>(12, 2.0f)), y(DType::Float32, {3, 4});
  std::vector<TensorView> inputs = {x.view()}, outputs = {y.view()};
  size_t before = allocationCount();
  bool ok = session->run(inputs, outputs).ok();
  size_t after = allocationCount();
  CHECK(after == before);
  CHECK(ok);
}

TEST_CASE("what a plan says about blocks is checked") {
  using Catch::Matchers::ContainsSubstring;
  CHECK_THAT(errorOf(options(groups, {1}, {0})),
             ContainsSubstring("expected a scale and a zero point (int) for each of 2 blocks, but "
                               "got 1 and 1"));
  CHECK_THAT(errorOf(options(groups, {1, -1}, {0, 0})),
             ContainsSubstring("expected positive, finite scales, but got -1"));
  CHECK_THAT(errorOf(options(groups, {1, 1}, {0, 8})),
             ContainsSubstring("expected zero points within [-8, 7], but got 8"));
  CHECK_THAT(errorOf(options(groups, {1, 1}, {0, 0}), {1, 5}),
             ContainsSubstring("expected a last dimension that group_size 2 divides"));
  CHECK_THAT(errorOf(options(tokens, {1}, {0})),
             ContainsSubstring("expected no scales and zero points with is_dynamic"));
  CHECK_THAT(errorOf(options("{")), ContainsSubstring("config"));
  CHECK_THAT(errorOf(options(R"({"observer": "min_max"})")),
             ContainsSubstring("config: expected an affine_min_max observer, but got min_max"));
  CHECK_THAT(errorOf(options(std::string(5000, ' '))),
             ContainsSubstring("expected a config of at most 4096 bytes"));
  PlanBuilder builder;
  const TensorSpec spec = TensorSpec::floats({1, 2, 2}), last = spec.channelsLast();
  int32_t x = builder.op(plan::ReorderT(), {builder.input("x", spec)}, builder.value("r", last));
  int32_t y = builder.op(options(tokens), {x}, builder.value("y", last));
  builder.output(builder.op(plan::ReorderT(), {y}, builder.value("z", spec)));
  CHECK_THAT(test::errorOf(builder), ContainsSubstring("expected row-major operands and result"));
}
