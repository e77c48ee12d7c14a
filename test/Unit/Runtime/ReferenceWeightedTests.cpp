//===- ReferenceWeightedTests.cpp - Convolutions and matrix products -------===//
//
// Expected values are computed here in double precision, straight from the definitions. A float
// result has to agree to float precision; a code has to be the nearest one to the exact result, or,
// where that lies almost halfway, one of the two nearest.
//
//===----------------------------------------------------------------------===//

#include "Support.h"

#include <cmath>
#include <random>

using namespace quantir;
using namespace quantir::test;

namespace {

using Random = std::mt19937;

int64_t between(Random &random, int64_t low, int64_t high) {
  return std::uniform_int_distribution<int64_t>(low, high)(random);
}

/// Random values of a spec, with their real numbers.
struct Data {
  TensorSpec spec;
  Tensor tensor;
  std::vector<double> real;
};

Data randomData(Random &random, TensorSpec spec) {
  Data data{spec, Tensor(spec.dtype, spec.dims), {}};
  int64_t count = data.tensor.numElements();
  int64_t channel = 1, channels = 1;
  if (spec.axis >= 0) {
    channels = spec.dims[spec.axis];
    for (size_t i = spec.axis + 1; i < spec.dims.size(); ++i)
      channel *= spec.dims[i];
  }
  for (int64_t i = 0; i < count; ++i) {
    if (spec.dtype == DType::Float32) {
      data.tensor.as<float>()[i] = std::uniform_real_distribution<float>(-2, 2)(random);
      data.real.push_back(data.tensor.as<float>()[i]);
      continue;
    }
    int64_t c = spec.axis >= 0 ? i / channel % channels : 0;
    int code;
    if (spec.dtype == DType::UInt8)
      data.tensor.as<uint8_t>()[i] = static_cast<uint8_t>(code = between(random, 0, 255));
    else if (spec.dtype == DType::Int8)
      data.tensor.as<int8_t>()[i] = static_cast<int8_t>(code = between(random, -128, 127));
    else
      data.tensor.as<int32_t>()[i] = code = between(random, -3000, 3000);
    data.real.push_back(
        spec.scales.empty() ? code : (code - double(spec.zeroPoints[c])) * double(spec.scales[c]));
  }
  return data;
}

struct Geometry {
  int64_t batch, groups, inChannels, outChannels;
  Dims input, kernel, strides, padBegin, padEnd, dilations, outputPadding;
};

Dims padding(const Geometry &g) {
  Dims result = g.padBegin;
  result.insert(result.end(), g.padEnd.begin(), g.padEnd.end());
  return result;
}

/// Calls fn(index) for all indices below dims.
template <typename Fn> void forAll(const Dims &dims, Fn &&fn) {
  int64_t count = numElements(dims);
  for (int64_t i = 0; i < count; ++i) {
    Dims index(dims.size());
    int64_t rest = i;
    for (size_t d = dims.size(); d-- > 0;) {
      index[d] = rest % dims[d];
      rest /= dims[d];
    }
    fn(index);
  }
}

int64_t flatten(const Dims &index, const Dims &dims) {
  int64_t offset = 0;
  for (size_t d = 0; d < dims.size(); ++d)
    offset = offset * dims[d] + index[d];
  return offset;
}

Dims join(std::initializer_list<int64_t> front, const Dims &back) {
  Dims result = front;
  result.insert(result.end(), back.begin(), back.end());
  return result;
}

/// The sums of a convolution, scattered or gathered term by term.
std::vector<double> exactConv(const Geometry &g, const std::vector<double> &x,
                              const std::vector<double> &w, const Dims &output, bool transposed) {
  Dims xDims = join({g.batch, g.inChannels}, g.input);
  Dims yDims = join({g.batch, g.outChannels}, output);
  int64_t perGroupIn = g.inChannels / g.groups, perGroupOut = g.outChannels / g.groups;
  Dims wDims = transposed ? join({perGroupIn, g.outChannels}, g.kernel)
                          : join({g.outChannels, perGroupIn}, g.kernel);
  std::vector<double> y(numElements(yDims), 0.0);
  // The positions of the side that strides: the result of a convolution, the input of a transpose.
  const Dims &coarse = transposed ? g.input : output;
  const Dims &fine = transposed ? output : g.input;
  for (int64_t n = 0; n < g.batch; ++n)
    for (int64_t group = 0; group < g.groups; ++group)
      for (int64_t i = 0; i < perGroupIn; ++i)
        for (int64_t o = 0; o < perGroupOut; ++o)
          forAll(coarse, [&](const Dims &c) {
            forAll(g.kernel, [&](const Dims &k) {
              Dims f(k.size());
              for (size_t d = 0; d < k.size(); ++d) {
                f[d] = c[d] * g.strides[d] - g.padBegin[d] + k[d] * g.dilations[d];
                if (f[d] < 0 || f[d] >= fine[d])
                  return;
              }
              int64_t in = group * perGroupIn + i, out = group * perGroupOut + o;
              double weight = transposed ? w[flatten(join({i, out}, k), wDims)]
                                         : w[flatten(join({out, i}, k), wDims)];
              y[flatten(join({n, out}, transposed ? f : c), yDims)] +=
                  x[flatten(join({n, in}, transposed ? c : f), xDims)] * weight;
            });
          });
  return y;
}

double activate(const plan::ActivationT *activation, double x) {
  if (!activation)
    return x;
  switch (activation->kind) {
  case plan::ActivationKind::Relu:
    return std::max(x, 0.0);
  case plan::ActivationKind::Clamp:
    return std::min(std::max(x, double(activation->alpha)), double(activation->beta));
  case plan::ActivationKind::LeakyRelu:
    return x > 0 ? x : activation->alpha * x;
  case plan::ActivationKind::None:
    break;
  }
  return x;
}

void checkResult(const Tensor &result, const TensorSpec &spec, const std::vector<double> &exact,
                 double floatTolerance) {
  REQUIRE(result.numElements() == static_cast<int64_t>(exact.size()));
  double worst = 0;
  for (size_t i = 0; i < exact.size(); ++i) {
    if (spec.dtype == DType::Float32) {
      worst = std::max(worst, std::abs(result.as<float>()[i] - exact[i]) - floatTolerance);
      continue;
    }
    auto [low, high] = codeRange(spec.dtype);
    double place = exact[i] / double(spec.scales[0]) + spec.zeroPoints[0];
    place = std::clamp(place, double(low), double(high));
    int code = spec.dtype == DType::UInt8 ? result.as<uint8_t>()[i] : result.as<int8_t>()[i];
    worst = std::max(worst, std::abs(code - place) - 0.501);
  }
  CHECK(worst <= 0);
}

std::unique_ptr<plan::ActivationT> randomActivation(Random &random) {
  switch (between(random, 0, 3)) {
  case 0:
    return activation(plan::ActivationKind::Relu);
  case 1:
    return activation(plan::ActivationKind::Clamp, -1.5f, 6);
  case 2:
    return activation(plan::ActivationKind::LeakyRelu, 0.25f);
  default:
    return nullptr;
  }
}

/// Which types an op is tried with.
enum class Mode { Float, Codes, CodesToFloat };

TensorSpec valueSpec(Random &random, Mode mode, Dims dims) {
  TensorSpec spec = TensorSpec::floats(dims);
  if (mode != Mode::Float) {
    bool isSigned = between(random, 0, 1);
    int32_t zeroPoint = between(random, 0, 255) - (isSigned ? 128 : 0);
    spec = TensorSpec::codes(isSigned ? DType::Int8 : DType::UInt8, dims, 0.02f, zeroPoint);
  }
  return dims.size() >= 3 && between(random, 0, 1) ? spec.channelsLast() : spec;
}

TensorSpec resultSpec(Random &random, Mode mode, Dims dims, float scale) {
  TensorSpec spec =
      valueSpec(random, mode == Mode::Codes ? Mode::Codes : Mode::Float, std::move(dims));
  if (mode == Mode::Codes)
    spec.scales = {scale};
  return spec;
}

TensorSpec weightSpec(Random &random, Mode mode, Dims dims, int axis) {
  if (mode == Mode::Float)
    return TensorSpec::floats(dims);
  if (between(random, 0, 1))
    return TensorSpec::codes(DType::Int8, dims, 0.01f, between(random, -3, 3));
  std::vector<float> scales;
  for (int64_t c = 0; c < dims[axis]; ++c)
    scales.push_back(0.005f * static_cast<float>(1 + c % 4));
  return TensorSpec::channelCodes(DType::Int8, dims, axis, scales);
}

/// A bias and what it adds. int32 counts in units of input scale times weight scale.
Data randomBias(Random &random, Mode mode, int64_t channels, const TensorSpec &input,
                const TensorSpec &weight) {
  if (mode == Mode::Float || between(random, 0, 1))
    return randomData(random, TensorSpec::floats({channels}));
  Data bias = randomData(random, {DType::Int32, {channels}});
  for (int64_t c = 0; c < channels; ++c)
    bias.real[c] *= double(input.scales[0]) *
                    double(weight.scales[weight.scales.size() == 1 ? 0 : c % weight.scales.size()]);
  return bias;
}

/// One op: its operands, those that are absent, and what the result has to be.
struct Case {
  std::vector<Data> operands; ///< x, weight, then bias and addend if present
  std::vector<int> slots;     ///< operand of each input, -1 where absent
  bool constantWeights = true;
};

template <typename Options> Tensor runCase(Options options, Case &test, const TensorSpec &result) {
  PlanBuilder builder;
  std::vector<Tensor> inputs;
  std::vector<int32_t> operands, indices;
  for (size_t i = 0; i < test.operands.size(); ++i) {
    Data &data = test.operands[i];
    TensorSpec plain = data.spec;
    plain.layout = plan::Layout::RowMajor;
    std::string name = "operand" + std::to_string(i);
    bool constant = test.constantWeights && (i == 1 || data.spec.dims.size() == 1);
    if (constant) {
      std::span<uint8_t> raw(static_cast<uint8_t *>(data.tensor.data()), data.tensor.bytes());
      indices.push_back(
          builder.constant<uint8_t>(name, plain, std::vector<uint8_t>(raw.begin(), raw.end())));
      continue;
    }
    int32_t value = builder.input(name, plain);
    if (data.spec.layout != plan::Layout::RowMajor)
      value = builder.op(plan::ReorderT(), {value}, builder.value(name + "_last", data.spec));
    indices.push_back(value);
    inputs.push_back(std::move(data.tensor));
  }
  for (int slot : test.slots)
    operands.push_back(slot < 0 ? -1 : indices[slot]);
  int32_t y = builder.op(std::move(options), operands, builder.value("y", result));
  if (result.layout != plan::Layout::RowMajor) {
    TensorSpec plain = result;
    plain.layout = plan::Layout::RowMajor;
    y = builder.op(plan::ReorderT(), {y}, builder.value("y_plain", plain));
  }
  builder.output(y);
  return std::move(runPlan(builder, inputs)[0]);
}

Geometry randomGeometry(Random &random, bool transposed) {
  Geometry g;
  g.batch = between(random, 1, 2);
  g.groups = between(random, 0, 2) ? 1 : between(random, 2, 3);
  g.inChannels = g.groups * between(random, 1, 4);
  g.outChannels = g.groups * between(random, 1, 4);
  int64_t rank = between(random, 1, 3);
  for (int64_t d = 0; d < rank; ++d) {
    g.kernel.push_back(between(random, 1, 3));
    g.strides.push_back(between(random, 1, 2));
    g.dilations.push_back(between(random, 1, 2));
    g.padBegin.push_back(between(random, 0, 2));
    g.padEnd.push_back(between(random, 0, 2));
    g.input.push_back(between(random, transposed ? 3 : 5, 7));
    g.outputPadding.push_back(between(random, 0, std::max(g.strides[d], g.dilations[d]) - 1));
  }
  return g;
}

void checkRandomConv(Random &random, Mode mode, bool transposed) {
  Geometry g = randomGeometry(random, transposed);
  Dims output;
  for (size_t d = 0; d < g.kernel.size(); ++d) {
    int64_t extent = g.dilations[d] * (g.kernel[d] - 1) + 1, pads = g.padBegin[d] + g.padEnd[d];
    output.push_back(transposed
                         ? (g.input[d] - 1) * g.strides[d] - pads + extent + g.outputPadding[d]
                         : (g.input[d] + pads - extent) / g.strides[d] + 1);
    if (output.back() < 1)
      return;
  }
  Dims yDims = join({g.batch, g.outChannels}, output);
  Case test;
  test.operands.push_back(
      randomData(random, valueSpec(random, mode, join({g.batch, g.inChannels}, g.input))));
  Dims wDims = transposed ? join({g.inChannels / g.groups, g.outChannels}, g.kernel)
                          : join({g.outChannels, g.inChannels / g.groups}, g.kernel);
  test.operands.push_back(randomData(random, weightSpec(random, mode, wDims, transposed ? 1 : 0)));
  test.slots = {0, 1};
  test.constantWeights = between(random, 0, 3) > 0;
  std::vector<double> exact =
      exactConv(g, test.operands[0].real, test.operands[1].real, output, transposed);
  int64_t plane = numElements(output);
  if (between(random, 0, 1)) {
    test.operands.push_back(
        randomBias(random, mode, g.outChannels, test.operands[0].spec, test.operands[1].spec));
    test.slots.push_back(2);
    for (size_t i = 0; i < exact.size(); ++i)
      exact[i] += test.operands[2].real[i / plane % g.outChannels];
  }
  if (!transposed && between(random, 0, 1)) {
    test.slots.resize(3, -1);
    test.slots.push_back(static_cast<int>(test.operands.size()));
    Mode addendMode = mode == Mode::Float || between(random, 0, 3) == 0 ? Mode::Float : mode;
    test.operands.push_back(randomData(random, valueSpec(random, addendMode, yDims)));
    for (size_t i = 0; i < exact.size(); ++i)
      exact[i] += test.operands.back().real[i];
  }
  std::unique_ptr<plan::ActivationT> activation = randomActivation(random);
  for (double &value : exact)
    value = activate(activation.get(), value);
  TensorSpec result = resultSpec(random, mode, yDims, 0.1f);
  Tensor y;
  if (transposed) {
    plan::ConvTransposeT options;
    options.strides = g.strides;
    options.padding = padding(g);
    options.dilations = g.dilations;
    options.output_padding = g.outputPadding;
    options.groups = g.groups;
    options.activation = std::move(activation);
    y = runCase(std::move(options), test, result);
  } else {
    plan::ConvT options;
    options.strides = g.strides;
    options.padding = padding(g);
    options.dilations = g.dilations;
    options.groups = g.groups;
    options.activation = std::move(activation);
    y = runCase(std::move(options), test, result);
  }
  checkResult(y, result, exact, 2e-4);
}

void checkRandomMatMul(Random &random, Mode mode) {
  int64_t m = between(random, 1, 5), n = between(random, 1, 5), k = between(random, 1, 9);
  bool transposeB = between(random, 0, 1);
  Dims batch, batchA, batchB;
  for (int64_t d = between(random, 0, 2); d > 0; --d) {
    batch.push_back(between(random, 1, 3));
    batchA.push_back(between(random, 0, 2) ? batch.back() : 1);
    batchB.push_back(batchA.back() == batch.back() && between(random, 0, 1) ? 1 : batch.back());
  }
  if (between(random, 0, 1) && batchA == batch)
    batchB.clear();
  auto with = [](Dims dims, int64_t rows, int64_t columns) {
    dims.push_back(rows);
    dims.push_back(columns);
    return dims;
  };
  Dims aDims = with(batchA, m, k), yDims = with(batch, m, n);
  Dims bDims = transposeB ? with(batchB, n, k) : with(batchB, k, n);
  int axis = static_cast<int>(bDims.size()) - (transposeB ? 2 : 1);
  Case test;
  test.operands.push_back(randomData(random, valueSpec(random, mode, aDims)));
  test.operands.push_back(randomData(random, weightSpec(random, mode, bDims, axis)));
  test.slots = {0, 1};
  test.constantWeights = between(random, 0, 1);
  std::vector<double> exact(numElements(yDims));
  forAll(yDims, [&](const Dims &y) {
    auto offset = [&](const Dims &dims, int64_t row, int64_t column) {
      Dims index(dims.size());
      index[dims.size() - 2] = row;
      index[dims.size() - 1] = column;
      for (size_t d = 0; d + 2 < dims.size(); ++d)
        index[d] = dims[d] == 1 ? 0 : y[y.size() - dims.size() + d];
      return flatten(index, dims);
    };
    int64_t row = y[y.size() - 2], column = y.back();
    for (int64_t i = 0; i < k; ++i)
      exact[flatten(y, yDims)] +=
          test.operands[0].real[offset(aDims, row, i)] *
          test.operands[1].real[transposeB ? offset(bDims, column, i) : offset(bDims, i, column)];
  });
  if (between(random, 0, 1)) {
    test.operands.push_back(
        randomBias(random, mode, n, test.operands[0].spec, test.operands[1].spec));
    test.slots.push_back(2);
    for (size_t i = 0; i < exact.size(); ++i)
      exact[i] += test.operands[2].real[i % n];
  }
  if (between(random, 0, 1)) {
    test.slots.resize(3, -1);
    test.slots.push_back(static_cast<int>(test.operands.size()));
    test.operands.push_back(randomData(random, valueSpec(random, mode, yDims)));
    for (size_t i = 0; i < exact.size(); ++i)
      exact[i] += test.operands.back().real[i];
  }
  plan::MatMulT options;
  options.transpose_b = transposeB;
  options.activation = randomActivation(random);
  for (double &value : exact)
    value = activate(options.activation.get(), value);
  TensorSpec result = resultSpec(random, mode, yDims, 0.1f);
  Tensor y = runCase(std::move(options), test, result);
  checkResult(y, result, exact, 1e-4);
}

} // namespace

TEST_CASE("convolutions are what their definition says") {
  for (Mode mode : {Mode::Float, Mode::Codes, Mode::CodesToFloat})
    for (unsigned seed = 0; seed < 150; ++seed) {
      INFO("mode " << int(mode) << ", seed " << seed);
      Random random(seed);
      checkRandomConv(random, mode, false);
    }
}

TEST_CASE("transposed convolutions are what their definition says") {
  for (Mode mode : {Mode::Float, Mode::Codes, Mode::CodesToFloat})
    for (unsigned seed = 0; seed < 100; ++seed) {
      INFO("mode " << int(mode) << ", seed " << seed);
      Random random(1000 + seed);
      checkRandomConv(random, mode, true);
    }
}

TEST_CASE("matrix products are what their definition says") {
  for (Mode mode : {Mode::Float, Mode::Codes, Mode::CodesToFloat})
    for (unsigned seed = 0; seed < 150; ++seed) {
      INFO("mode " << int(mode) << ", seed " << seed);
      Random random(2000 + seed);
      checkRandomMatMul(random, mode);
    }
}

TEST_CASE("sums beyond 32 bits are exact") {
  // 40000 products of 255 and -128 - 127: -2.6e9.
  int64_t k = 40000;
  Case test;
  test.operands.push_back({TensorSpec::codes(DType::UInt8, {1, k}, 1, 0),
                           byteTensor({1, k}, std::vector<uint8_t>(k, 255)),
                           {}});
  test.operands.push_back({TensorSpec::codes(DType::Int8, {k, 1}, 1, 127),
                           makeTensor(DType::Int8, {k, 1}, std::vector<int8_t>(k, -128)),
                           {}});
  test.slots = {0, 1};
  Tensor y = runCase(plan::MatMulT(), test, TensorSpec::floats({1, 1}));
  CHECK(y.as<float>()[0] == static_cast<float>(-255.0 * 255.0 * double(k)));
}

TEST_CASE("the order of requantization is fixed to the bit") {
  // v = f32(sum) * f32(s_x * s_w); v + bias; + (q - z) * s; clamp(rne(v * f32(1 / s) + z)).
  float sx = 0.047f, sw = 0.0031f, so = 0.11f, sa = 0.07f;
  for (int code = 0; code < 256; ++code) {
    Case test;
    test.operands.push_back({TensorSpec::codes(DType::UInt8, {1, 1}, sx, 17),
                             byteTensor({1, 1}, {static_cast<uint8_t>(code)}),
                             {}});
    test.operands.push_back({TensorSpec::codes(DType::Int8, {1, 1}, sw, 0),
                             makeTensor<int8_t>(DType::Int8, {1, 1}, {113}),
                             {}});
    test.operands.push_back({TensorSpec::floats({1}), floatTensor({1}, {0.7f}), {}});
    test.operands.push_back(
        {TensorSpec::codes(DType::UInt8, {1, 1}, sa, 9), byteTensor({1, 1}, {77}), {}});
    test.slots = {0, 1, 2, 3};
    plan::MatMulT options;
    options.transpose_b = true;
    Tensor y = runCase(std::move(options), test, TensorSpec::codes(DType::UInt8, {1, 1}, so, 30));
    float v = static_cast<float>((code - 17) * 113) * (sx * sw);
    v = v + 0.7f;
    v = v + static_cast<float>(77 - 9) * sa;
    float place = v * (1.0f / so) + 30.0f;
    CHECK(y.as<uint8_t>()[0] == std::clamp<long>(std::lrint(place), 0, 255));
  }
}
