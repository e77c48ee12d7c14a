//===- Harness.cpp - One op on two backends --------------------------------===//

#include "Harness.h"

#include "quantir/Runtime/Session.h"

#include <fmt/format.h>

#include <bitset>
#include <cmath>
#include <limits>

namespace quantir::test {

using runtime::Session;
using runtime::SessionOptions;
using runtime::TensorView;

//===----------------------------------------------------------------------===//
// Pieces of cases
//===----------------------------------------------------------------------===//

static plan::Layout randomLayout(Random &random, const Dims &dims) {
  return dims.size() >= 3 && random.between(0, 2) ? plan::Layout::ChannelsLast
                                                  : plan::Layout::RowMajor;
}

TensorSpec randomSpec(Random &random, bool quantized, Dims dims) {
  plan::Layout layout = randomLayout(random, dims);
  if (!quantized)
    return TensorSpec::floats(std::move(dims)).withLayout(layout);
  DType dtype = random.oneIn(3) ? DType::Int8 : DType::UInt8;
  auto [low, high] = codeRange(dtype);
  int64_t zeroPoint = random.between(low, high);
  if (random.oneIn(4)) // what symmetric quantization and relu give
    zeroPoint = random.coin() ? low : (low + high + 1) / 2;
  return TensorSpec::codes(dtype, std::move(dims), random.real(0.005f, 0.1f),
                           static_cast<int32_t>(zeroPoint))
      .withLayout(layout);
}

TensorSpec specLike(Random &random, const TensorSpec &spec, Dims dims) {
  TensorSpec result = spec;
  result.layout = randomLayout(random, dims);
  result.dims = std::move(dims);
  return result;
}

void setResult(Random &random, OpCase &test, bool quantized, Dims dims) {
  bool codes = quantized && !random.oneIn(4);
  test.result = randomSpec(random, codes, std::move(dims));
  test.agreement = codes ? Agreement::OneStep : Agreement::Close;
  test.fitResult = codes;
}

CaseInput randomInput(Random &random, TensorSpec spec, bool constant) {
  if (constant)
    spec = spec.rowMajor();
  Tensor tensor(spec.dtype, spec.dims);
  switch (spec.dtype) {
  case DType::Float32:
    for (float &value : tensor.as<float>())
      value = static_cast<float>(random.bits() >> 40) * (6.0f / 0x1p24f) - 3;
    break;
  case DType::UInt8:
  case DType::Int8:
    for (uint8_t &value : tensor.as<uint8_t>())
      value = static_cast<uint8_t>(random.bits() >> 32);
    break;
  case DType::Int32:
    for (int32_t &value : tensor.as<int32_t>())
      value = static_cast<int32_t>(random.between(-5000, 5000));
    break;
  case DType::Int64:
    for (int64_t &value : tensor.as<int64_t>())
      value = random.between(-5000, 5000);
  }
  return {std::move(spec), std::move(tensor), constant};
}

void strewSpecials(Random &random, OpCase &test) {
  if (!random.oneIn(6))
    return;
  constexpr float infinity = std::numeric_limits<float>::infinity();
  for (std::optional<CaseInput> &input : test.inputs) {
    if (!input || input->constant || input->spec.dtype != DType::Float32 || random.oneIn(3))
      continue;
    const int64_t last = input->data.numElements() - 1;
    for (int64_t i = random.between(1, 3); i > 0; --i)
      input->data.as<float>()[random.between(0, last)] =
          random.pick({std::numeric_limits<float>::quiet_NaN(), infinity, -infinity});
  }
}

std::unique_ptr<plan::ActivationT> randomActivation(Random &random) {
  switch (random.between(0, 5)) {
  case 0:
  case 1:
    return activation(plan::ActivationKind::Relu);
  case 2:
    return activation(plan::ActivationKind::Clamp, random.real(-2, 0), random.real(0.5f, 6));
  case 3:
    return activation(plan::ActivationKind::LeakyRelu, random.real(0.01f, 0.3f));
  default:
    return nullptr;
  }
}

Dims randomImage(Random &random, int64_t spatial, int64_t low, int64_t high) {
  Dims dims = {random.between(1, 3),
               random.oneIn(3) ? random.pick<int64_t>({16, 32, 64}) : random.between(1, 40)};
  for (int64_t d = 0; d < spatial; ++d)
    dims.push_back(random.between(low, high));
  return dims;
}

//===----------------------------------------------------------------------===//
// Running
//===----------------------------------------------------------------------===//

/// Adds an input of the op to the plan; returns its tensor.
static int32_t addInput(PlanBuilder &builder, const CaseInput &input, size_t index,
                        bool plainLayouts) {
  std::string name = fmt::format("input{}", index);
  TensorSpec spec = plainLayouts ? input.spec.rowMajor() : input.spec;
  if (input.constant) {
    auto *bytes = static_cast<const uint8_t *>(input.data.data());
    return builder.constant<uint8_t>(name, spec, {bytes, bytes + input.data.bytes()});
  }
  int32_t value = builder.input(name, spec.rowMajor());
  // Half of the row-major ones pass through a copy: then they live in the arena, and an op may work
  // in place.
  bool copied = !plainLayouts && input.spec.dims.size() % 2 == index % 2;
  if (spec.layout != plan::Layout::RowMajor || copied)
    value = builder.op(plan::ReorderT(), {value}, builder.value(name + "_reordered", spec));
  return value;
}

Result<CaseResult> runCase(const OpCase &test, std::string_view backend, bool plainLayouts) {
  PlanBuilder builder;
  std::vector<TensorView> views;
  auto op = std::make_unique<plan::OpT>();
  for (size_t i = 0; i < test.inputs.size(); ++i) {
    op->inputs.push_back(-1);
    if (!test.inputs[i])
      continue;
    op->inputs.back() = addInput(builder, *test.inputs[i], i, plainLayouts);
    if (!test.inputs[i]->constant)
      views.push_back(test.inputs[i]->data.view());
  }
  TensorSpec spec = plainLayouts ? test.result.rowMajor() : test.result;
  int32_t result = builder.value("result", spec);
  op->name = "op";
  op->kind = test.options;
  op->outputs = {result};
  for (const TensorSpec &more : test.moreResults)
    op->outputs.push_back(builder.value(fmt::format("result{}", op->outputs.size()), more));
  const std::vector<int32_t> results = op->outputs;
  builder.graph.ops.push_back(std::move(op));
  if (spec.layout != plan::Layout::RowMajor)
    result = builder.op(plan::ReorderT(), {result}, builder.value("output", spec.rowMajor()));
  builder.output(result);
  for (size_t i = 1; i < results.size(); ++i)
    builder.output(results[i]);

  auto plan = builder.load();
  if (!plan)
    return plan.status();
  SessionOptions options;
  options.backend = backend;
  options.threads = 2;
  Result<std::unique_ptr<Session>> session = Session::create(*plan, options);
  if (!session)
    return session.status();
  // Twice: nothing may be left over from the first time.
  if (Result<std::vector<Tensor>> first = (*session)->run(views); !first)
    return first.status();
  Result<std::vector<Tensor>> outputs = (*session)->run(views);
  if (!outputs)
    return outputs.status();
  CaseResult caseResult{*std::move(outputs), "folded", {}};
  for (const runtime::KernelProfile &profile : (*session)->profile())
    if (profile.name == "op") {
      caseResult.implementation = profile.implementation;
      caseResult.candidates = profile.candidates;
    }
  return caseResult;
}

Status fitResult(OpCase &test, Random &random) {
  OpCase real;
  real.options = test.options;
  real.result = TensorSpec::floats(test.result.dims);
  std::swap(real.inputs, test.inputs);
  Result<CaseResult> floats = runCase(real, "reference", true);
  std::swap(real.inputs, test.inputs);
  if (!floats)
    return floats.status();
  float least = 0, largest = 0;
  for (float value : floats->values[0].as<float>())
    if (std::isfinite(value)) {
      least = std::min(least, value);
      largest = std::max(largest, value);
    }
  auto [low, high] = codeRange(test.result.dtype);
  float scale = std::max(largest - least, 1e-3f) / 255 * random.real(0.7f, 1.2f);
  auto zeroPoint = static_cast<int32_t>(std::lrint(low - least / scale));
  test.result.scales = {scale};
  test.result.zeroPoints = {std::clamp(zeroPoint, low, high)};
  return {};
}

//===----------------------------------------------------------------------===//
// Comparing
//===----------------------------------------------------------------------===//

template <typename T>
static Difference compareCodes(std::span<const T> expected, std::span<const T> actual) {
  Difference difference;
  for (size_t i = 0; i < expected.size(); ++i) {
    double steps = std::abs(static_cast<double>(expected[i]) - static_cast<double>(actual[i]));
    difference.different += steps != 0;
    difference.largest = std::max(difference.largest, steps);
  }
  return difference;
}

static Difference compareFloats(std::span<const float> expected, std::span<const float> actual) {
  Difference difference;
  double magnitude = 1e-6;
  for (float value : expected)
    if (std::isfinite(value))
      magnitude = std::max(magnitude, std::abs(static_cast<double>(value)));
  for (size_t i = 0; i < expected.size(); ++i) {
    float a = expected[i], b = actual[i];
    if (a == b || (std::isnan(a) && std::isnan(b)))
      continue;
    ++difference.different;
    double distance = std::abs(static_cast<double>(a) - static_cast<double>(b)) / magnitude;
    difference.largest = std::max(difference.largest, std::isnan(distance) ? 1e9 : distance);
  }
  return difference;
}

Difference compare(const Tensor &expected, const Tensor &actual) {
  Difference difference;
  switch (expected.dtype()) {
  case DType::Float32:
    difference = compareFloats(expected.as<float>(), actual.as<float>());
    break;
  case DType::UInt8:
    difference = compareCodes<uint8_t>(expected.as<uint8_t>(), actual.as<uint8_t>());
    break;
  case DType::Int8:
    difference = compareCodes<int8_t>(expected.as<int8_t>(), actual.as<int8_t>());
    break;
  case DType::Int32:
    difference = compareCodes<int32_t>(expected.as<int32_t>(), actual.as<int32_t>());
    break;
  case DType::Int64:
    difference = compareCodes<int64_t>(expected.as<int64_t>(), actual.as<int64_t>());
  }
  difference.count = expected.numElements();
  return difference;
}

int64_t countCodes(const Tensor &tensor) {
  std::bitset<256> seen;
  for (uint8_t code : tensor.as<uint8_t>())
    seen.set(code);
  return static_cast<int64_t>(seen.count());
}

static std::string describe(const TensorSpec &spec) {
  std::string text = fmt::format("{}{}", nameOf(spec.dtype), runtime::formatDims(spec.dims));
  if (spec.scales.size() == 1)
    text += fmt::format("(scale {}, zero point {})", spec.scales[0], spec.zeroPoints[0]);
  else if (!spec.scales.empty())
    text += fmt::format("(per channel of axis {})", spec.axis);
  return text + (spec.layout == plan::Layout::ChannelsLast ? ":last" : "");
}

static std::string describe(const plan::ActivationT *activation) {
  if (!activation)
    return "";
  return fmt::format(" activation {}({}, {})", plan::EnumNameActivationKind(activation->kind),
                     activation->alpha, activation->beta);
}

/// The options that matter when a case fails.
static std::string describeOptions(const plan::OpKindUnion &options) {
  using runtime::formatDims;
  if (const plan::ConvT *conv = options.AsConv())
    return fmt::format(" strides {} padding {} dilations {} groups {}{}", formatDims(conv->strides),
                       formatDims(conv->padding), formatDims(conv->dilations), conv->groups,
                       describe(conv->activation.get()));
  if (const plan::ConvTransposeT *conv = options.AsConvTranspose())
    return fmt::format(" strides {} padding {} output padding {} dilations {} groups {}{}",
                       formatDims(conv->strides), formatDims(conv->padding),
                       formatDims(conv->output_padding), formatDims(conv->dilations), conv->groups,
                       describe(conv->activation.get()));
  if (const plan::MatMulT *matmul = options.AsMatMul())
    return fmt::format(" transpose_b {}{}", matmul->transpose_b,
                       describe(matmul->activation.get()));
  if (const plan::BinaryT *binary = options.AsBinary())
    return fmt::format(" {}{}", plan::EnumNameBinaryKind(binary->kind),
                       describe(binary->activation.get()));
  if (const plan::UnaryT *unary = options.AsUnary())
    return fmt::format(" {}({}, {})", plan::EnumNameUnaryKind(unary->kind), unary->alpha,
                       unary->beta);
  if (const plan::PoolT *pool = options.AsPool())
    return fmt::format(" {} kernel {} strides {} padding {} dilations {} ceil {} pad counts {}",
                       plan::EnumNamePoolKind(pool->kind), formatDims(pool->kernel),
                       formatDims(pool->strides), formatDims(pool->padding),
                       formatDims(pool->dilations), pool->ceil_mode, pool->count_include_pad);
  return "";
}

std::string describe(const OpCase &test) {
  std::string text = plan::EnumNameOpKind(test.options.type) + describeOptions(test.options);
  for (const std::optional<CaseInput> &input : test.inputs)
    text += input ? fmt::format(", {}{}", describe(input->spec), input->constant ? " const" : "")
                  : ", absent";
  return text + " -> " + describe(test.result);
}

} // namespace quantir::test
