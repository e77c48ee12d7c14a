//===- BiasCorrectionTests.cpp - Biases that make up for rounded weights --===//

#include "quantir/Compiler.h"

#include "quantir/Runtime/Session.h"

#include <catch2/catch_test_macros.hpp>

#include <array>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <unistd.h>

using namespace quantir;

namespace {

/// The second weight of each channel lies 0.45 of a step beside a code, and the inputs are about
/// 10: rounding moves the mean of both outputs.
constexpr const char *linearModel = R"(
func.func @main(%x: tensor<?x2xf32> {nn.name = "x"}) -> (tensor<?x2xf32> {nn.name = "y"}) {
  %w = arith.constant dense<[[1.0, 0.33425], [0.33425, -1.0]]> : tensor<2x2xf32>
  %b = arith.constant dense<[0.5, -1.0]> : tensor<2xf32>
  %0 = nn.linear %x, %w, %b : (tensor<?x2xf32>, tensor<2x2xf32>, tensor<2xf32>) -> tensor<?x2xf32>
  return %0 : tensor<?x2xf32>
}
)";

constexpr int64_t samples = 200;

std::array<float, 2> sample(int64_t i) {
  return {10 + std::cos(float(i)), 10 + std::sin(float(i))};
}

/// The sample `infinite` has an infinity; -1: none.
QuantizedModel quantizeLinear(bool correctBiases, int64_t infinite = -1) {
  std::string path = (std::filesystem::temp_directory_path() / "quantir-biases-XXXXXX").string();
  int fd = ::mkstemp(path.data());
  REQUIRE(fd >= 0);
  ::close(fd);
  std::ofstream(path) << linearModel;
  auto provider = [infinite](const runtime::Plan &) -> Result<CalibrationData> {
    CalibrationData data;
    data.name = "ring";
    data.samples = samples;
    data.source = [infinite](int64_t first, int64_t count,
                             std::span<const runtime::TensorView> views) {
      for (int64_t i = 0; i < count; ++i) {
        std::array<float, 2> x = sample(first + i);
        if (first + i == infinite)
          x[0] = INFINITY;
        std::copy(x.begin(), x.end(), static_cast<float *>(views[0].data) + 2 * i);
      }
      return Status();
    };
    return data;
  };
  QuantizeOptions options;
  options.correctBiases = correctBiases;
  Result<QuantizedModel> model = quantize(path, provider, options);
  std::filesystem::remove(path);
  INFO((model ? std::string() : model.message()));
  REQUIRE(model);
  return *std::move(model);
}

/// The mean over the samples of what the plan computes, less the float model's.
std::array<double, 2> meanError(const std::vector<uint8_t> &bytes) {
  auto plan = runtime::Plan::fromBuffer(bytes);
  REQUIRE(plan);
  auto session = runtime::Session::create(*plan);
  REQUIRE(session);
  std::array<double, 2> error = {};
  for (int64_t i = 0; i < samples; ++i) {
    std::array<float, 2> x = sample(i);
    runtime::TensorView view{DType::Float32, {1, 2}, x.data()};
    auto outputs = (*session)->run(std::span(&view, 1));
    REQUIRE(outputs);
    auto y = outputs->front().as<float>();
    error[0] += (y[0] - (x[0] + 0.33425 * x[1] + 0.5)) / samples;
    error[1] += (y[1] - (0.33425 * x[0] - x[1] - 1.0)) / samples;
  }
  return error;
}

} // namespace

TEST_CASE("corrected biases make up for what rounding the weights does to the means") {
  QuantizedModel plain = quantizeLinear(false), corrected = quantizeLinear(true);
  CHECK(plain.report.correctedBiases == 0);
  CHECK(corrected.report.correctedBiases == 1);
  std::array<double, 2> before = meanError(plain.plan), after = meanError(corrected.plan);
  for (size_t channel : {0, 1}) {
    CHECK(std::abs(before[channel]) > 0.03);
    CHECK(std::abs(after[channel]) < 0.005);
  }
  CHECK(corrected.report.outputs[0].sqnrDb > plain.report.outputs[0].sqnrDb);
  CHECK(corrected.plan.size() == plain.plan.size());
}

TEST_CASE("an infinite sample says nothing about the biases") {
  std::array<double, 2> with = meanError(quantizeLinear(true, 7).plan);
  std::array<double, 2> without = meanError(quantizeLinear(true).plan);
  for (int i = 0; i < 2; ++i)
    CHECK(std::abs(with[i] - without[i]) < 0.005);
}
