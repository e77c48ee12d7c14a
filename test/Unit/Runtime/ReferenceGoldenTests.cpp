//===- ReferenceGoldenTests.cpp - The reference against PyTorch's kernels --===//
//
// Recorded runs of PyTorch's quantized operators (its oneDNN engine): codes in, codes out. The
// reference has to give the same codes.
//
//===----------------------------------------------------------------------===//

#include "../Support/Npz.h"
#include "../Support/Shared.h"
#include "Support.h"

#include <nlohmann/json.hpp>

#include <fstream>
#include <set>

using namespace quantir;
using namespace quantir::test;
using nlohmann::json;

namespace {

struct Golden {
  std::string name;
  json parameters;
  Npz arrays;

  float number(const char *key) const {
    return static_cast<float>(parameters.at(key).get<double>());
  }
  int32_t integer(const char *key) const { return parameters.at(key).get<int32_t>(); }
  Dims list(const char *key) const { return parameters.at(key).get<Dims>(); }

  TensorSpec codes(const std::string &array, const char *scale, const char *zeroPoint) const {
    const Npz::Array &stored = arrays[array];
    return TensorSpec::codes(stored.type == "|i1" ? DType::Int8 : DType::UInt8, stored.dims,
                             number(scale), integer(zeroPoint));
  }
  /// The output's scale may be the operator's own choice.
  TensorSpec result() const {
    const char *scale = parameters.contains("out_scale") ? "out_scale" : "out_onednn_scale";
    const char *zeroPoint =
        parameters.contains("out_zero_point") ? "out_zero_point" : "out_onednn_zero_point";
    return codes("out_onednn", scale, zeroPoint);
  }
  Tensor tensor(const std::string &array) const {
    const Npz::Array &stored = arrays[array];
    DType dtype = stored.type == "|i1"   ? DType::Int8
                  : stored.type == "|u1" ? DType::UInt8
                                         : DType::Float32;
    Tensor tensor(dtype, stored.dims);
    REQUIRE(tensor.bytes() == stored.bytes.size());
    std::memcpy(tensor.data(), stored.bytes.data(), stored.bytes.size());
    return tensor;
  }
};

std::optional<Golden> loadGolden(const std::string &name) {
  std::optional<std::filesystem::path> shared = sharedFolder();
  if (!shared)
    return std::nullopt;
  std::filesystem::path base = *shared / "goldens" / "qops" / name;
  std::ifstream stream(base.string() + ".json");
  REQUIRE(stream);
  return Golden{name, json::parse(stream), Npz(base.string() + ".npz")};
}

template <typename Options>
void checkGolden(const Golden &golden, Options options, const std::vector<TensorSpec> &specs,
                 const std::vector<std::string> &arrays) {
  INFO(golden.name);
  std::vector<Tensor> inputs;
  for (const std::string &array : arrays)
    inputs.push_back(golden.tensor(array));
  Tensor y = runOp(std::move(options), specs, inputs, golden.result());
  const std::vector<char> &expected = golden.arrays["out_onednn"].bytes;
  CHECK(std::memcmp(y.data(), expected.data(), expected.size()) == 0);
}

TensorSpec weightSpec(const Golden &golden, int axis) {
  TensorSpec spec{DType::Int8, golden.arrays["w"].dims};
  spec.scales = golden.arrays.get<float>("w_scales");
  spec.zeroPoints.assign(spec.scales.size(), 0);
  spec.axis = spec.scales.size() == 1 ? -1 : axis;
  return spec;
}

std::unique_ptr<plan::ActivationT> activationOf(const Golden &golden) {
  std::string op = golden.parameters["op"];
  if (op.find("leaky_relu") != std::string::npos)
    return activation(plan::ActivationKind::LeakyRelu, golden.parameters["extra"][0].get<float>());
  if (op.find("relu") != std::string::npos)
    return activation(plan::ActivationKind::Relu);
  return nullptr;
}

/// Runs the test for each of the named goldens.
void forEachGolden(std::initializer_list<const char *> names,
                   const std::function<void(const Golden &)> &check) {
  for (const char *name : names) {
    std::optional<Golden> golden = loadGolden(name);
    if (!golden)
      SKIP("no shared folder: set QUANTIR_SHARED");
    check(*golden);
  }
}

} // namespace

TEST_CASE("convolutions give PyTorch's codes", "[shared]") {
  forEachGolden({"conv1d_basic",   "conv1d_relu_s2p1", "conv2d_1x1",
                 "conv2d_5x5",     "conv2d_asym",      "conv2d_basic",
                 "conv2d_big",     "conv2d_depthwise", "conv2d_depthwise_relu_s2",
                 "conv2d_dil2",    "conv2d_dw_mult2",  "conv2d_finescale",
                 "conv2d_groups2", "conv2d_nobias",    "conv2d_pertensor",
                 "conv2d_relu",    "conv2d_saturate",  "conv2d_stride2_pad1",
                 "conv2d_zx0",     "conv2d_zx255",     "conv3d_basic",
                 "conv3d_relu_pad"},
                [](const Golden &golden) {
                  plan::ConvT options;
                  options.strides = golden.list("stride");
                  Dims padding = golden.list("padding");
                  options.padding = padding;
                  options.padding.insert(options.padding.end(), padding.begin(), padding.end());
                  options.dilations = golden.list("dilation");
                  options.groups = golden.integer("groups");
                  options.activation = activationOf(golden);
                  std::vector<TensorSpec> specs = {golden.codes("x", "x_scale", "x_zero_point"),
                                                   weightSpec(golden, 0)};
                  std::vector<std::string> arrays = {"x", "w"};
                  if (golden.arrays.has("bias")) {
                    specs.push_back(TensorSpec::floats(golden.arrays["bias"].dims));
                    arrays.push_back("bias");
                  }
                  checkGolden(golden, std::move(options), specs, arrays);
                });
}

TEST_CASE("linear layers give PyTorch's codes", "[shared]") {
  forEachGolden({"linear_3d", "linear_basic", "linear_bigk", "linear_fine", "linear_k1",
                 "linear_leaky_relu", "linear_nobias", "linear_pertensor", "linear_relu",
                 "linear_saturate"},
                [](const Golden &golden) {
                  plan::MatMulT options;
                  options.transpose_b = true;
                  options.activation = activationOf(golden);
                  std::vector<TensorSpec> specs = {golden.codes("x", "x_scale", "x_zero_point"),
                                                   weightSpec(golden, 0)};
                  std::vector<std::string> arrays = {"x", "w"};
                  if (golden.arrays.has("bias")) {
                    specs.push_back(TensorSpec::floats(golden.arrays["bias"].dims));
                    arrays.push_back("bias");
                  }
                  checkGolden(golden, std::move(options), specs, arrays);
                });
}

TEST_CASE("sums, products and matrix products give PyTorch's codes", "[shared]") {
  forEachGolden({"add_tt", "add_tt_big", "add_tt_qint8", "add_relu_tt", "add_relu_tt_big", "mul_tt",
                 "mul_tt_big", "mul_tt_qint8", "mul_relu_tt", "mul_relu_tt_big"},
                [](const Golden &golden) {
                  plan::BinaryT options;
                  bool product = golden.name.starts_with("mul");
                  options.kind = product ? plan::BinaryKind::Mul : plan::BinaryKind::Add;
                  options.activation = activationOf(golden);
                  checkGolden(golden, std::move(options),
                              {golden.codes("a", "a_scale", "a_zero_point"),
                               golden.codes("b", "b_scale", "b_zero_point")},
                              {"a", "b"});
                });
  forEachGolden({"matmul"}, [](const Golden &golden) {
    checkGolden(golden, plan::MatMulT(),
                {golden.codes("a", "a_scale", "a_zero_point"),
                 golden.codes("b", "b_scale", "b_zero_point")},
                {"a", "b"});
  });
}

TEST_CASE("elementwise functions give PyTorch's codes", "[shared]") {
  auto check = [](const char *name, plan::UnaryKind kind, float alpha = 0, float beta = 0) {
    forEachGolden({name}, [&](const Golden &golden) {
      plan::UnaryT options;
      options.kind = kind;
      options.alpha = alpha;
      options.beta = beta;
      checkGolden(golden, options, {golden.codes("x", "x_scale", "x_zero_point")}, {"x"});
    });
  };
  check("relu", plan::UnaryKind::Relu);
  check("relu6", plan::UnaryKind::Clamp, 0, 6);
  check("sigmoid", plan::UnaryKind::Sigmoid);
  check("tanh", plan::UnaryKind::Tanh);
  check("hardswish", plan::UnaryKind::HardSwish);
  check("hardsigmoid", plan::UnaryKind::HardSigmoid, 1.0f / 6, 0.5f);
}

TEST_CASE("pools and means give PyTorch's codes", "[shared]") {
  forEachGolden({"avg_pool2d", "avg_pool2d_cl", "avg_pool2d_nopad", "avg_pool3d", "max_pool1d",
                 "max_pool2d", "max_pool2d_ceil"},
                [](const Golden &golden) {
                  plan::PoolT options;
                  bool average = golden.name.starts_with("avg");
                  options.kind = average ? plan::PoolKind::Average : plan::PoolKind::Max;
                  options.kernel = golden.list("kernel");
                  options.strides = golden.list("stride");
                  Dims padding = golden.list("padding");
                  options.padding = padding;
                  options.padding.insert(options.padding.end(), padding.begin(), padding.end());
                  if (golden.parameters.contains("dilation"))
                    options.dilations = golden.list("dilation");
                  options.ceil_mode = golden.parameters.value("ceil_mode", false);
                  options.count_include_pad = golden.parameters.value("count_include_pad", true);
                  checkGolden(golden, options, {golden.codes("x", "x_scale", "x_zero_point")},
                              {"x"});
                });
  forEachGolden({"adaptive_avg_pool2d_1", "adaptive_avg_pool2d_3x2", "adaptive_avg_pool3d"},
                [](const Golden &golden) {
                  plan::AdaptiveAveragePoolT options;
                  Dims output = golden.arrays["out_onednn"].dims;
                  options.output_size.assign(output.begin() + 2, output.end());
                  checkGolden(golden, options, {golden.codes("x", "x_scale", "x_zero_point")},
                              {"x"});
                });
  forEachGolden({"mean_dim", "mean_hw"}, [](const Golden &golden) {
    plan::MeanT options;
    options.axes = golden.list("dims");
    checkGolden(golden, options, {golden.codes("x", "x_scale", "x_zero_point")}, {"x"});
  });
}

TEST_CASE("concatenation gives PyTorch's codes", "[shared]") {
  forEachGolden({"cat", "cat_sameq"}, [](const Golden &golden) {
    plan::ConcatT options;
    options.axis = golden.integer("dim");
    checkGolden(golden, options,
                {golden.codes("a", "a_scale", "a_zero_point"),
                 golden.codes("b", "b_scale", "b_zero_point")},
                {"a", "b"});
  });
}

TEST_CASE("softmax gives PyTorch's codes", "[shared]") {
  forEachGolden({"softmax"}, [](const Golden &golden) {
    plan::SoftmaxT options;
    options.axis = static_cast<int>(golden.arrays["x"].dims.size()) - 1;
    checkGolden(golden, options, {golden.codes("x", "x_scale", "x_zero_point")}, {"x"});
  });
}
