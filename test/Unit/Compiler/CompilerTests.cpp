//===- CompilerTests.cpp - The compiler in one call -----------------------===//

#include "quantir/Compiler.h"

#include "quantir/Runtime/Session.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <array>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <unistd.h>

using namespace quantir;
using Catch::Matchers::ContainsSubstring;

namespace {

constexpr const char *modelText = R"(
func.func @main(%x: tensor<?x2xf32> {nn.name = "x"}) -> (tensor<?x2xf32> {nn.name = "y"}) {
  %w = arith.constant dense<[[1.0, -2.0], [0.5, 0.25]]> : tensor<2x2xf32>
  %b = arith.constant dense<[0.5, -1.0]> : tensor<2xf32>
  %0 = nn.linear %x, %w, %b {nn.path = "first"} : (tensor<?x2xf32>, tensor<2x2xf32>, tensor<2xf32>) -> tensor<?x2xf32>
  %1 = nn.relu %0 {nn.path = "act"} : (tensor<?x2xf32>) -> tensor<?x2xf32>
  %2 = nn.linear %1, %w, %b {nn.path = "second"} : (tensor<?x2xf32>, tensor<2x2xf32>, tensor<2xf32>) -> tensor<?x2xf32>
  return %2 : tensor<?x2xf32>
}
)";

/// A file that goes away.
class TemporaryFile {
public:
  explicit TemporaryFile(std::string_view text) {
    std::string name =
        (std::filesystem::temp_directory_path() / "quantir-compiler-XXXXXX").string();
    int fd = ::mkstemp(name.data());
    if (fd < 0)
      throw std::runtime_error("cannot create a temporary file");
    ::close(fd);
    path = name;
    std::ofstream(path) << text;
  }
  ~TemporaryFile() { std::filesystem::remove(path); }
  std::string path;
};

/// Samples on a circle.
CalibrationProvider circle(int64_t samples) {
  return [=](const runtime::Plan &model) -> Result<CalibrationData> {
    REQUIRE(model.inputs().size() == 1);
    CHECK(model.inputs()[0].dims == std::vector<int64_t>{-1, 2});
    CalibrationData data;
    data.name = "circle";
    data.samples = samples;
    data.source = [](int64_t first, int64_t count, std::span<const runtime::TensorView> views) {
      float *to = static_cast<float *>(views[0].data);
      for (int64_t i = first; i < first + count; ++i) {
        *to++ = std::cos(float(i));
        *to++ = std::sin(float(i));
      }
      return Status();
    };
    return data;
  };
}

std::array<float, 2> runOnce(std::shared_ptr<const runtime::Plan> plan, float a, float b) {
  auto session = runtime::Session::create(std::move(plan));
  REQUIRE(session);
  std::array<float, 2> input = {a, b};
  runtime::TensorView view{DType::Float32, {1, 2}, input.data()};
  auto outputs = (*session)->run(std::span(&view, 1));
  REQUIRE(outputs);
  REQUIRE(outputs->size() == 1);
  return {outputs->front().as<float>()[0], outputs->front().as<float>()[1]};
}

} // namespace

TEST_CASE("a float model is compiled and runs") {
  TemporaryFile model(modelText);
  auto plan = load(model.path);
  REQUIRE(plan);
  CHECK((*plan)->stage() == "float");
  // first: [1 - 2 + 0.5, 0.5 + 0.25 - 1] = [-0.5, -0.25], relu: 0, second: the bias.
  CHECK(runOnce(*plan, 1, 1) == std::array<float, 2>{0.5f, -1.0f});
}

TEST_CASE("a plan is loaded as it is") {
  TemporaryFile model(modelText);
  auto bytes = compile(model.path);
  REQUIRE(bytes);
  TemporaryFile file(
      std::string_view(reinterpret_cast<const char *>(bytes->data()), bytes->size()));
  auto plan = load(file.path);
  REQUIRE(plan);
  CHECK((*plan)->fileSize() == bytes->size());
  CHECK_THAT(compile(file.path).message(),
             ContainsSubstring("is a plan, which is compiled already"));
}

TEST_CASE("a float model is quantized") {
  TemporaryFile model(modelText);
  QuantizeOptions options;
  options.model.preprocessing = runtime::Preprocessing{{0.5f}, {0.25f}};
  std::vector<std::string> phases;
  options.calibration.progress = [&](std::string_view phase, int64_t done, int64_t total) {
    CHECK(total == 100);
    CHECK(done <= total);
    if (phases.empty() || phases.back() != phase)
      phases.emplace_back(phase);
  };
  auto quantized = quantize(model.path, circle(100), options);
  REQUIRE(quantized);
  CHECK(phases ==
        std::vector<std::string>{"calibrating", "correcting biases", "comparing with float"});

  const QuantizationReport &report = quantized->report;
  REQUIRE(report.ops.size() == 2);
  CHECK(report.ops[0].op == "linear_relu");
  CHECK(report.ops[1].name == "second");
  CHECK(report.numQuantized() == 2);
  CHECK(report.calibrationData == "circle");
  CHECK(report.calibrationSamples == 100);
  REQUIRE(report.outputs.size() == 1);
  CHECK(report.outputs[0].name == "y");
  CHECK(report.outputs[0].sqnrDb > 30);
  CHECK(report.planBytes == quantized->plan.size());

  auto plan = runtime::Plan::fromBuffer(quantized->plan);
  REQUIRE(plan);
  CHECK((*plan)->stage() == "lowered");
  REQUIRE((*plan)->preprocessing());
  CHECK((*plan)->preprocessing()->std == std::vector<float>{0.25f});
  auto reference = load(model.path);
  REQUIRE(reference);
  std::array<float, 2> expected = runOnce(*reference, 1, -0.5f), got = runOnce(*plan, 1, -0.5f);
  for (size_t i = 0; i < 2; ++i)
    CHECK(std::abs(got[i] - expected[i]) < 0.05f);
}

TEST_CASE("what goes wrong is a message") {
  TemporaryFile model(modelText);
  CHECK_THAT(load("no/such/file").message(), ContainsSubstring("cannot open 'no/such/file'"));
  CHECK_THAT(quantize(model.path, circle(0)).message(), ContainsSubstring("no samples"));
  QuantizeOptions options;
  options.model.config = "no/such/config.json";
  CHECK_THAT(quantize(model.path, circle(1), options).message(),
             ContainsSubstring("cannot open 'no/such/config.json'"));
  options = {};
  options.model.backend = "nonesuch";
  CHECK_THAT(quantize(model.path, circle(1), options).message(), ContainsSubstring("nonesuch"));
  CalibrationProvider failing = [](const runtime::Plan &) -> Result<CalibrationData> {
    return Status::invalidData("no data today");
  };
  CHECK(quantize(model.path, failing).message() == "no data today");
  TemporaryFile text("hello");
  CHECK_THAT(load(text.path).message(), ContainsSubstring("neither a plan nor an ONNX model"));
}

TEST_CASE("a calibration is stopped, gone on with, and taken for quantizing") {
  TemporaryFile model(modelText);
  CalibrateOptions options;
  options.calibration.batch = 10;
  auto whole = calibrate(model.path, circle(100), options);
  REQUIRE(whole);
  CHECK_FALSE(whole->interrupted);
  CHECK(whole->nextSample == 100);

  options.endSample = 90;
  options.interrupted = [batches = 0]() mutable { return ++batches == 4; };
  auto first = calibrate(model.path, circle(100), options);
  REQUIRE(first);
  CHECK(first->interrupted);
  CHECK(first->nextSample == 40);
  CHECK(first->endSample == 90);
  CHECK(first->state != whole->state);

  TemporaryFile begun(first->state);
  options.calibration.state = begun.path;
  options.firstSample = first->nextSample;
  options.endSample = -1;
  options.interrupted = nullptr;
  auto second = calibrate(model.path, circle(100), options);
  REQUIRE(second);
  CHECK(second->state == whole->state);
  CHECK(second->module == whole->module);

  TemporaryFile state(whole->state);
  QuantizeOptions quantizing;
  quantizing.calibration.batch = 10;
  quantizing.correctBiases = false; // which takes samples
  auto expected = quantize(model.path, circle(100), quantizing);
  quantizing.calibration.state = state.path;
  auto compared = quantize(model.path, circle(50), quantizing);
  auto alone = quantize(model.path, {}, quantizing);
  REQUIRE((expected && compared && alone));
  CHECK(compared->report.calibrationSamples == 100);
  CHECK(compared->report.comparedSamples == 50);
  CHECK(alone->report.outputs.empty());
  const auto values = runOnce(*runtime::Plan::fromBuffer(expected->plan), 1, -0.5f);
  CHECK(runOnce(*runtime::Plan::fromBuffer(compared->plan), 1, -0.5f) == values);
  CHECK(runOnce(*runtime::Plan::fromBuffer(alone->plan), 1, -0.5f) == values);
}

TEST_CASE("a calibration that cannot begin is an error") {
  TemporaryFile model(modelText);
  CalibrateOptions options;
  options.firstSample = 3;
  options.endSample = 11;
  CHECK(calibrate(model.path, circle(10), options).message() ==
        "expected a range of the 10 samples in 'circle', but got 3:11");
  options.endSample = 3;
  CHECK_FALSE(calibrate(model.path, circle(10), options));
  TemporaryFile text("{}");
  options = {};
  options.calibration.state = text.path;
  CHECK(calibrate(model.path, circle(10), options).message() ==
        "'" + text.path +
            "': expected a calibration state: an object with "
            "'quantir_calibration'");
  QuantizeOptions quantizing;
  quantizing.calibration.state = text.path;
  CHECK(quantize(model.path, circle(10), quantizing).message() ==
        "'" + text.path +
            "': expected a calibration state: an object with "
            "'quantir_calibration'");
  CHECK_THAT(quantize(model.path, {}, QuantizeOptions()).message(),
             ContainsSubstring("expected samples to calibrate on"));
  CHECK(calibrate(model.path, {}, CalibrateOptions()).message() ==
        "expected samples to calibrate on");
}
