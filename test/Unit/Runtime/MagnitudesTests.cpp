//===- MagnitudesTests.cpp - Bounds of results hold ------------------------===//

#include "AllocationCount.h"
#include "Support.h"

#include "runtime/plan/PlanContents.h"
#include "runtime/session/Magnitudes.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

using namespace quantir;
using namespace quantir::runtime;
using namespace quantir::test;

namespace {

std::mt19937 random(5);

/// Values that come near to `most` in magnitude, on either side.
std::vector<float> valuesUpTo(float most, size_t count) {
  std::uniform_real_distribution<float> uniform(-most, most);
  std::vector<float> values(count);
  std::generate(values.begin(), values.end(), [&] { return uniform(random); });
  values[0] = most;
  values[1] = -most;
  return values;
}

/// Runs the op on values of these magnitudes, and compares its result with what is said of it.
template <typename Options>
void check(const Options &options, const std::vector<float> &magnitudes, Dims result,
           bool isKnown = true) {
  PlanBuilder builder;
  std::vector<int32_t> operands;
  std::vector<Tensor> inputs;
  for (float most : magnitudes) {
    operands.push_back(
        builder.input("x" + std::to_string(inputs.size()), TensorSpec::floats({1, 2, 4, 4})));
    inputs.push_back(floatTensor({1, 2, 4, 4}, valuesUpTo(most, 32)));
  }
  builder.output(builder.op(options, operands, builder.value("y", TensorSpec::floats(result))));
  const std::shared_ptr<const Plan> plan = loadPlan(builder);
  const plan::Op &op = *graphOf(*plan).ops()->Get(0);
  const MagnitudeRule rule = magnitudeRuleOf(op);
  const size_t before = allocationCount();
  const float bound = rule ? rule(magnitudes) : std::numeric_limits<float>::infinity();
  CHECK(allocationCount() == before); // it is asked in each run
  if (!isKnown) {
    INFO(plan::EnumNameOpKind(op.kind_type()) << " of " << magnitudes[0]);
    CHECK(std::isinf(bound));
    return;
  }
  REQUIRE(rule);
  float largest = 0;
  for (float y : valuesOf<float>(runPlan(builder, inputs)[0]))
    largest = std::max(largest, std::abs(y));
  INFO(plan::EnumNameOpKind(op.kind_type()) << " of " << magnitudes[0] << ": up to " << largest);
  CHECK(largest <= bound);
  CHECK(std::isfinite(bound));
  // Nothing is known of a result if it is not of an input.
  std::vector<float> unknown = magnitudes;
  unknown.back() = std::numeric_limits<float>::infinity();
  CHECK(std::isinf(rule(unknown)));
}

} // namespace

TEST_CASE("no result exceeds what is said of its magnitude", "[magnitudes]") {
  const Dims same = {1, 2, 4, 4};
  for (float most : {0.01f, 3.0f, 1e4f}) {
    for (float other : {0.5f, 2e5f}) {
      for (plan::BinaryKind kind :
           {plan::BinaryKind::Add, plan::BinaryKind::Sub, plan::BinaryKind::Mul})
        for (plan::ActivationKind activationKind :
             {plan::ActivationKind::None, plan::ActivationKind::Relu, plan::ActivationKind::Clamp,
              plan::ActivationKind::LeakyRelu}) {
          plan::BinaryT binary;
          binary.kind = kind;
          binary.activation = activation(activationKind);
          binary.activation->alpha = activationKind == plan::ActivationKind::Clamp ? 0.7f : -3;
          binary.activation->beta = 9;
          check(binary, {most, other}, same);
        }
      plan::ConcatT concat;
      concat.axis = 1;
      check(concat, {most, other}, {1, 4, 4, 4});
    }
    for (int kind = 0; kind <= int(plan::UnaryKind::MAX); ++kind) {
      plan::UnaryT unary;
      unary.kind = plan::UnaryKind(kind);
      if (unary.kind == plan::UnaryKind::Sqrt || unary.kind == plan::UnaryKind::Pow)
        continue;
      for (auto [alpha, beta] : {std::pair{0.7f, 9.0f}, {-2.0f, 6.0f}}) {
        unary.alpha = alpha;
        unary.beta = beta;
        check(unary, {most}, same);
      }
    }
    for (plan::PoolKind kind : {plan::PoolKind::Max, plan::PoolKind::Average}) {
      plan::PoolT pool;
      pool.kind = kind;
      pool.kernel = {3, 3};
      pool.strides = pool.dilations = {1, 1};
      pool.padding = {1, 1, 1, 1};
      check(pool, {most}, same);
    }
    plan::AdaptiveAveragePoolT adaptive;
    adaptive.output_size = {3, 3};
    check(adaptive, {most}, {1, 2, 3, 3});
    plan::MeanT mean;
    mean.axes = {2, 3};
    check(mean, {most}, {1, 2});
    plan::ResampleT resample;
    resample.mode = plan::ResampleMode::Linear;
    resample.coordinates = plan::CoordinateMode::HalfPixel;
    check(resample, {most}, {1, 2, 7, 9});
    plan::PadT pad;
    pad.padding = {0, 0, 1, 0, 0, 0, 0, 0};
    pad.value = -70;
    check(pad, {most}, {1, 2, 5, 4});
    plan::SoftmaxT softmax;
    softmax.axis = 1;
    check(softmax, {most}, same);
    check(plan::ReshapeT(), {most}, {1, 8, 4});
    plan::TransposeT transpose;
    transpose.permutation = {0, 3, 1, 2};
    check(transpose, {most}, {1, 4, 2, 4});
    plan::SliceT slice;
    slice.starts = {0, 1, 0, 0};
    slice.steps = {1, 1, 1, 1};
    check(slice, {most}, {1, 1, 4, 4});
    check(plan::ExpandT(), {most}, {3, 2, 4, 4});
    check(plan::ReorderT(), {most}, same);
  }
}

TEST_CASE("nothing is said of results that may be infinite or NaN", "[magnitudes]") {
  const Dims same = {1, 2, 4, 4};
  plan::BinaryT quotient;
  quotient.kind = plan::BinaryKind::Div;
  check(quotient, {1, 1}, same, /*isKnown=*/false);
  // A clamp of NaN is NaN.
  quotient.activation = activation(plan::ActivationKind::Clamp);
  quotient.activation->alpha = 0;
  quotient.activation->beta = 6;
  check(quotient, {1, 1}, same, /*isKnown=*/false);
  for (plan::UnaryKind kind : {plan::UnaryKind::Sqrt, plan::UnaryKind::Pow}) {
    plan::UnaryT unary;
    unary.kind = kind;
    unary.alpha = -0.5f;
    check(unary, {1}, same, /*isKnown=*/false);
  }
  plan::UnaryT hardSwish;
  hardSwish.kind = plan::UnaryKind::HardSwish;
  check(hardSwish, {1e38f}, same, /*isKnown=*/false);
  // Windows whose elements lie apart may hold nothing but padding.
  plan::PoolT pool;
  pool.kind = plan::PoolKind::Max;
  pool.kernel = {2, 2};
  pool.strides = {1, 1};
  pool.dilations = {2, 2};
  pool.padding = {1, 1, 1, 1};
  check(pool, {1}, same, /*isKnown=*/false);
  plan::ResampleT resample;
  resample.mode = plan::ResampleMode::Linear;
  resample.scales = {1e-39f, 1};
  check(resample, {1}, {1, 2, 1, 4}, /*isKnown=*/false);
}
