//===- ReferenceElementwiseTests.cpp - Functions of single elements --------===//

#include "Support.h"

#include <cmath>
#include <functional>
#include <limits>

using namespace quantir;
using namespace quantir::test;

namespace {

plan::UnaryT unary(plan::UnaryKind kind, float alpha = 0, float beta = 0) {
  plan::UnaryT options;
  options.kind = kind;
  options.alpha = alpha;
  options.beta = beta;
  return options;
}

std::vector<uint8_t> allCodes() {
  std::vector<uint8_t> codes(256);
  for (int i = 0; i < 256; ++i)
    codes[i] = static_cast<uint8_t>(i);
  return codes;
}

struct Function {
  plan::UnaryT options;
  std::function<double(double)> exact;
};

std::vector<Function> functions() {
  return {
      {unary(plan::UnaryKind::Relu), [](double x) { return std::max(x, 0.0); }},
      {unary(plan::UnaryKind::Clamp, -1, 2), [](double x) { return std::clamp(x, -1.0, 2.0); }},
      {unary(plan::UnaryKind::LeakyRelu, 0.125f), [](double x) { return x > 0 ? x : x / 8; }},
      {unary(plan::UnaryKind::Sigmoid), [](double x) { return 1 / (1 + std::exp(-x)); }},
      {unary(plan::UnaryKind::Tanh), [](double x) { return std::tanh(x); }},
      {unary(plan::UnaryKind::HardSigmoid, 0.25f, 0.5f),
       [](double x) { return std::clamp(0.25 * x + 0.5, 0.0, 1.0); }},
      {unary(plan::UnaryKind::HardSwish),
       [](double x) { return x * std::clamp(x + 3, 0.0, 6.0) / 6; }},
      {unary(plan::UnaryKind::Elu, 0.5f), [](double x) { return x > 0 ? x : std::expm1(x) / 2; }},
      {unary(plan::UnaryKind::Gelu),
       [](double x) { return x * (1 + std::erf(x / std::sqrt(2.0))) / 2; }},
      {unary(plan::UnaryKind::GeluTanh),
       [](double x) {
         return x * (1 + std::tanh(std::sqrt(2 / std::acos(-1.0)) * (x + 0.044715 * x * x * x))) /
                2;
       }},
      {unary(plan::UnaryKind::Erf), [](double x) { return std::erf(x); }},
  };
}

double exactBinary(plan::BinaryKind kind, double a, double b) {
  switch (kind) {
  case plan::BinaryKind::Add:
    return a + b;
  case plan::BinaryKind::Sub:
    return a - b;
  case plan::BinaryKind::Mul:
    return a * b;
  case plan::BinaryKind::Div:
    return a / b;
  }
  return 0;
}

} // namespace

TEST_CASE("unary functions of floats") {
  std::vector<float> x;
  for (int i = -50; i <= 50; ++i)
    x.push_back(0.17f * static_cast<float>(i));
  int64_t n = static_cast<int64_t>(x.size());
  for (const Function &function : functions()) {
    Tensor y = runOp(function.options, {TensorSpec::floats({n})}, {floatTensor({n}, x)},
                     TensorSpec::floats({n}));
    for (int64_t i = 0; i < n; ++i)
      CHECK(std::abs(y.as<float>()[i] - function.exact(x[i])) <= 1e-6 * (1 + std::abs(x[i])));
  }
}

TEST_CASE("unary functions of every code") {
  for (const Function &function : functions())
    for (int32_t zeroPoint : {0, 100, 255}) {
      Tensor x = byteTensor({256}, allCodes());
      TensorSpec input = TensorSpec::codes(DType::UInt8, {256}, 0.04f, zeroPoint);
      Tensor q =
          runOp(function.options, {input}, {x}, TensorSpec::codes(DType::Int8, {256}, 0.03f, -7));
      Tensor real = runOp(function.options, {input}, {x}, TensorSpec::floats({256}));
      for (int i = 0; i < 256; ++i) {
        double exact = function.exact((i - zeroPoint) * double(0.04f));
        CHECK(std::abs(real.as<float>()[i] - exact) <= 1e-5);
        double place = std::clamp(exact / double(0.03f) - 7, -128.0, 127.0);
        CHECK(std::abs(q.as<int8_t>()[i] - place) <= 0.501);
      }
      // Of a code that means zero relu is exactly zero.
      if (function.options.kind == plan::UnaryKind::Relu)
        CHECK(real.as<float>()[zeroPoint] == 0.0f);
    }
}

TEST_CASE("clamp takes infinite bounds") {
  float inf = std::numeric_limits<float>::infinity();
  Tensor y = runOp(unary(plan::UnaryKind::Clamp, -inf, 1), {TensorSpec::floats({3})},
                   {floatTensor({3}, {-1e30f, 0.5f, 2})}, TensorSpec::floats({3}));
  CHECK(valuesOf<float>(y) == std::vector<float>{-1e30f, 0.5f, 1});
}

TEST_CASE("binary operators broadcast, in every layout") {
  struct Shapes {
    Dims a, b, y;
  };
  for (const Shapes &shapes :
       {Shapes{{2, 3, 4, 2}, {2, 3, 4, 2}, {2, 3, 4, 2}},
        Shapes{{2, 3, 4, 2}, {3, 1, 1}, {2, 3, 4, 2}},
        Shapes{{1, 3, 1, 2}, {2, 1, 4, 1}, {2, 3, 4, 2}}, Shapes{{2}, {2, 3, 4, 2}, {2, 3, 4, 2}},
        Shapes{{}, {2, 3, 1}, {2, 3, 1}}})
    for (int layouts = 0; layouts < 8; ++layouts)
      for (plan::BinaryKind kind : {plan::BinaryKind::Add, plan::BinaryKind::Sub,
                                    plan::BinaryKind::Mul, plan::BinaryKind::Div}) {
        auto spec = [&](const Dims &dims, int bit) {
          TensorSpec result = TensorSpec::floats(dims);
          return dims.size() >= 3 && layouts >> bit & 1 ? result.channelsLast() : result;
        };
        auto fill = [](const Dims &dims, float first) {
          Tensor tensor(DType::Float32, dims);
          for (float &value : tensor.as<float>())
            value = first++;
          return tensor;
        };
        plan::BinaryT options;
        options.kind = kind;
        std::vector<Tensor> inputs;
        inputs.push_back(fill(shapes.a, 1));
        inputs.push_back(fill(shapes.b, 5));
        Tensor a = fill(shapes.a, 1), b = fill(shapes.b, 5);
        Tensor y =
            runOp(options, {spec(shapes.a, 0), spec(shapes.b, 1)}, inputs, spec(shapes.y, 2));
        auto at = [&](const Tensor &tensor, int64_t flat) {
          int64_t offset = 0, stride = 1;
          for (size_t d = shapes.y.size(); d-- > 0; flat /= shapes.y[d]) {
            size_t missing = shapes.y.size() - tensor.dims().size();
            if (d < missing)
              continue;
            int64_t dim = tensor.dims()[d - missing];
            offset += dim == 1 ? 0 : flat % shapes.y[d] * stride;
            stride *= dim;
          }
          return tensor.as<float>()[offset];
        };
        for (int64_t i = 0; i < y.numElements(); ++i)
          CHECK(std::abs(y.as<float>()[i] - exactBinary(kind, at(a, i), at(b, i))) <= 1e-4);
      }
}

TEST_CASE("binary operators on codes are nearest to the exact result") {
  for (plan::BinaryKind kind :
       {plan::BinaryKind::Add, plan::BinaryKind::Sub, plan::BinaryKind::Mul, plan::BinaryKind::Div})
    for (plan::ActivationKind function :
         {plan::ActivationKind::None, plan::ActivationKind::Relu, plan::ActivationKind::Clamp}) {
      plan::BinaryT options;
      options.kind = kind;
      options.activation = activation(function, -1, 1.5f);
      Tensor a = byteTensor({256, 1}, allCodes());
      Tensor b = byteTensor({1, 256}, allCodes());
      Tensor y =
          runOp(std::move(options),
                {TensorSpec::codes(DType::UInt8, {256, 1}, 0.05f, 120),
                 TensorSpec::codes(DType::Int8, {1, 256}, 0.02f, -10)},
                {byteTensor({256, 1}, allCodes()), makeTensor(DType::Int8, {1, 256}, allCodes())},
                TensorSpec::codes(DType::UInt8, {256, 256}, 0.06f, 90));
      double worst = 0;
      for (int i = 0; i < 256; ++i)
        for (int j = 0; j < 256; ++j) {
          double x = (i - 120) * double(0.05f);
          double z = (static_cast<int8_t>(j) + 10) * double(0.02f);
          double exact = exactBinary(kind, x, z);
          if (std::isnan(exact))
            continue; // 0 / 0
          if (function == plan::ActivationKind::Relu)
            exact = std::max(exact, 0.0);
          if (function == plan::ActivationKind::Clamp)
            exact = std::clamp(exact, -1.0, 1.5);
          double place = std::clamp(exact / double(0.06f) + 90, 0.0, 255.0);
          // The divisor's last bit moves a quotient of large numbers.
          worst = std::max(worst, std::abs(y.as<uint8_t>()[i * 256 + j] - place));
        }
      CHECK(worst <= 0.501);
    }
}

TEST_CASE("channel affine scales and shifts by channel") {
  for (bool last : {false, true}) {
    TensorSpec spec = TensorSpec::floats({2, 3, 2});
    plan::ChannelAffineT options;
    options.activation = activation(plan::ActivationKind::Relu);
    std::vector<float> x = {1, -1, 2, -2, 3, -3, 4, -4, 5, -5, 6, -6};
    std::vector<Tensor> inputs;
    inputs.push_back(floatTensor({2, 3, 2}, x));
    inputs.push_back(floatTensor({3}, {1, -2, 0.5f}));
    inputs.push_back(floatTensor({3}, {0, 10, 1}));
    Tensor y =
        runOp(std::move(options),
              {last ? spec.channelsLast() : spec, TensorSpec::floats({3}), TensorSpec::floats({3})},
              inputs, last ? spec : spec.channelsLast());
    CHECK(valuesOf<float>(y) == std::vector<float>{1, 0, 6, 14, 2.5f, 0, 4, 0, 0, 20, 4, 0});
  }
}

TEST_CASE("channel affine on codes") {
  plan::ChannelAffineT options;
  std::vector<Tensor> inputs;
  inputs.push_back(byteTensor({1, 2}, {20, 30}));
  inputs.push_back(floatTensor({2}, {2, -1}));
  inputs.push_back(floatTensor({2}, {1, 3}));
  Tensor y = runOp(std::move(options),
                   {TensorSpec::codes(DType::UInt8, {1, 2}, 0.5f, 10), TensorSpec::floats({2}),
                    TensorSpec::floats({2})},
                   inputs, TensorSpec::codes(DType::Int8, {1, 2}, 0.5f, 0));
  CHECK(valuesOf<int8_t>(y) == std::vector<int8_t>{22, -14}); // 5 * 2 + 1 = 11, 10 * -1 + 3 = -7
}

TEST_CASE("softmax along any axis") {
  std::vector<float> x = {1, 2, 3, 4, 5, 6, -1, 0, 1, 100, 100, 100};
  for (int axis = 0; axis < 3; ++axis)
    for (bool last : {false, true}) {
      plan::SoftmaxT options;
      options.axis = axis;
      TensorSpec spec = TensorSpec::floats({2, 3, 2});
      Tensor y =
          runOp(options, {last ? spec.channelsLast() : spec}, {floatTensor({2, 3, 2}, x)}, spec);
      Dims dims = {2, 3, 2}, strides = {6, 2, 1};
      for (int64_t i = 0; i < 12; ++i) {
        int64_t start = i - i / strides[axis] % dims[axis] * strides[axis];
        double sum = 0;
        for (int64_t k = 0; k < dims[axis]; ++k)
          sum += std::exp(double(x[start + k * strides[axis]]) - x[i]);
        CHECK(std::abs(y.as<float>()[i] - 1 / sum) <= 1e-6);
      }
    }
}

TEST_CASE("softmax of codes") {
  plan::SoftmaxT options;
  options.axis = 1;
  Tensor y = runOp(options, {TensorSpec::codes(DType::UInt8, {1, 3}, 0.5f, 4)},
                   {byteTensor({1, 3}, {4, 6, 8})},
                   TensorSpec::codes(DType::UInt8, {1, 3}, 1.0f / 256, 0));
  double sum = 1 + std::exp(1) + std::exp(2);
  for (int i = 0; i < 3; ++i)
    CHECK(y.as<uint8_t>()[i] == std::lrint(256 * std::exp(i) / sum));
}
