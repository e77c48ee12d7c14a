//===- FloatModeTests.cpp - Callers that compute in other modes ------------===//

#include "Support.h"

#include <cfenv>
#include <cmath>
#include <random>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

using namespace quantir;
using namespace quantir::test;
using namespace quantir::runtime;

namespace {

/// Rounds up and, where that is easily said, takes subnormal numbers for zero, until it ends.
class OtherMode {
public:
  OtherMode() {
    REQUIRE(std::fegetenv(&before) == 0);
#if defined(__x86_64__)
    _mm_setcsr(_mm_getcsr() | 0x8040); // FTZ, DAZ
#endif
    REQUIRE(std::fesetround(FE_UPWARD) == 0);
  }
  ~OtherMode() { std::fesetenv(&before); }
  OtherMode(const OtherMode &) = delete;

  bool isStillOn() const {
#if defined(__x86_64__)
    if ((_mm_getcsr() & 0x8040) != 0x8040)
      return false;
#endif
    return std::fegetround() == FE_UPWARD;
  }

private:
  std::fenv_t before;
};

constexpr int64_t count = 1 << 16; // enough for several threads

/// Sums, products and a function of floats, subnormal ones among them; and codes.
PlanBuilder makePlan(std::string_view backend) {
  PlanBuilder builder;
  builder.graph.backend = backend;
  const TensorSpec floats = TensorSpec::floats({1, 64, count / 64});
  const int32_t x = builder.input("x", floats);
  plan::BinaryT mul;
  mul.kind = plan::BinaryKind::Mul;
  const int32_t square = builder.op(mul, {x, x}, builder.value("square", floats), "mul");
  builder.output(square);
  const int32_t sum = builder.op(plan::BinaryT(), {x, square}, builder.value("sum", floats), "add");
  builder.output(sum);
  plan::UnaryT sigmoid;
  sigmoid.kind = plan::UnaryKind::Sigmoid;
  builder.output(builder.op(sigmoid, {sum}, builder.value("sigmoid", floats), "sigmoid"));
  const TensorSpec codes = TensorSpec::codes(DType::UInt8, {1, 64, count / 64}, 0.01f, 100);
  builder.output(builder.op(plan::QuantizeT(), {sum}, builder.value("codes", codes), "quantize"));
  std::vector<float> weights(64 * 64);
  for (size_t i = 0; i < weights.size(); ++i)
    weights[i] = float(int(i * 7 % 64) - 31) / 64; // exact
  const int32_t w = builder.constant<float>("w", TensorSpec::floats({1, 64, 64}), weights);
  builder.output(builder.op(plan::MatMulT(), {w, x}, builder.value("product", floats), "matmul"));
  return builder;
}

/// Numbers of all magnitudes up to 2, half of them so small that their squares are subnormal or
/// they themselves are.
Tensor makeInput() {
  Tensor x(DType::Float32, {1, 64, count / 64});
  std::mt19937 random(5);
  for (float &value : x.as<float>()) {
    const float mantissa = 1.0f + float(random() % (1 << 23)) * 0x1p-23f;
    const int exponent = random() % 2 ? -60 - int(random() % 80) : 0;
    value = std::ldexp(random() % 2 ? mantissa : -mantissa, exponent);
  }
  return x;
}

std::vector<Tensor> run(std::string_view backend, int threads, const Tensor &x) {
  SessionOptions options;
  options.threads = threads;
  std::unique_ptr<Session> session = makeSession(loadPlan(makePlan(backend)), options);
  Result<std::vector<Tensor>> outputs = session->run(Inputs(x).views);
  REQUIRE(outputs);
  return *std::move(outputs);
}

} // namespace

TEST_CASE("results do not depend on how the caller computes with floats", "[floatmode]") {
  const Tensor x = makeInput();
  for (const std::string_view backend : backendNames())
    for (const int threads : {1, 3}) {
      INFO(backend << ", " << threads << " threads");
      const std::vector<Tensor> expected = run(backend, threads, x);
      std::vector<Tensor> actual;
      {
        // The pool's threads start in this mode, too.
        const OtherMode mode;
        actual = run(backend, threads, x);
        CHECK(mode.isStillOn());
      }
      REQUIRE(actual.size() == expected.size());
      for (size_t i = 0; i < expected.size(); ++i) {
        INFO("output " << i);
        CHECK(std::memcmp(actual[i].data(), expected[i].data(), expected[i].bytes()) == 0);
      }
    }
}
