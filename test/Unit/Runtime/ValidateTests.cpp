//===- ValidateTests.cpp - What plans may say ------------------------------===//

#include "Support.h"

#include "runtime/schema/KernelForms.h"

#include <functional>
#include <limits>

using namespace quantir;
using namespace quantir::test;
using Catch::Matchers::ContainsSubstring;

namespace {

const float nan = std::numeric_limits<float>::quiet_NaN();
const float infinity = std::numeric_limits<float>::infinity();

TensorSpec codes(Dims dims, float scale = 0.5f) {
  return TensorSpec::codes(DType::UInt8, std::move(dims), scale, 3);
}

/// x [1, 2, 4, 4] through one op of the given options to a result like `spec`.
template <typename Options>
PlanBuilder unaryPlan(Options options, const TensorSpec &input, const TensorSpec &result) {
  PlanBuilder builder;
  int32_t x = builder.input("x", input);
  int32_t y = builder.value("y", result);
  builder.op(std::move(options), {x}, y, "the_op");
  builder.output(y);
  return builder;
}

PlanBuilder convPlan() {
  PlanBuilder builder;
  int32_t x = builder.input("x", codes({1, 2, 4, 4}));
  int32_t weight = builder.constant<int8_t>(
      "w", TensorSpec::channelCodes(DType::Int8, {3, 2, 3, 3}, 0, {1, 2, 3}),
      std::vector<int8_t>(54));
  int32_t bias = builder.constant<float>("b", TensorSpec::floats({3}), {1, 2, 3});
  plan::ConvT conv;
  conv.strides = {1, 1};
  conv.padding = {0, 0, 0, 0};
  conv.dilations = {1, 1};
  builder.output(
      builder.op(std::move(conv), {x, weight, bias}, builder.value("y", codes({1, 3, 2, 2})), "c"));
  return builder;
}

/// Expects that `change` makes the plan invalid, with `text` in the message.
void expectError(PlanBuilder builder, const std::function<void(PlanBuilder &)> &change,
                 const std::string &text) {
  change(builder);
  CHECK_THAT(errorOf(builder), ContainsSubstring(text));
}

} // namespace

TEST_CASE("a message names the op, what is wrong, and the remedy") {
  PlanBuilder builder = convPlan();
  builder.graph.tensors[3]->dims = {1, 3, 2, 3};
  CHECK(errorOf(builder) ==
        "plan 'test': op 0 (c, Conv): expected a result of shape [1x3x2x2], but got [1x3x2x3];"
        " make the plan again with this version of Quantir");
}

TEST_CASE("tensors are checked") {
  auto quant = [](PlanBuilder &b) -> plan::QuantParamsT & { return *b.graph.tensors[1]->quant; };
  expectError(
      convPlan(), [](auto &b) { b.graph.tensors[0]->dtype = plan::DType(7); },
      "tensor 0 (x): expected a known dtype, but got number 7");
  expectError(
      convPlan(), [](auto &b) { b.graph.tensors[0]->layout = plan::Layout(7); },
      "tensor 0 (x): expected a known layout");
  expectError(
      convPlan(), [](auto &b) { b.graph.tensors[0]->dims.assign(9, 1); },
      "expected at most 8 dims, but got 9");
  expectError(convPlan(), [](auto &b) { b.graph.tensors[0]->dims[0] = 0; }, "a dim other than 0");
  expectError(convPlan(), [](auto &b) { b.graph.tensors[0]->dims[0] = INT64_MIN; }, "at most");
  expectError(
      convPlan(), [](auto &b) { b.graph.tensors[0]->dims = {INT32_MAX, 2}; },
      "expected at most 2147483647 elements");
  expectError(
      convPlan(), [](auto &b) { b.graph.tensors[0]->name.assign(5000, 'x'); }, "bytes of name");
  expectError(
      convPlan(),
      [](auto &b) {
        b.graph.tensors[2]->dims = {3};
        b.graph.tensors[2]->layout = plan::Layout::ChannelsLast;
      },
      "expected at least 3 dims in a channels-last tensor");
  expectError(
      convPlan(), [&](auto &b) { quant(b).scales[1] = nan; },
      "tensor 1 (w): expected a positive finite scale, but got nan");
  expectError(convPlan(), [&](auto &b) { quant(b).scales[1] = 0; }, "positive finite scale");
  expectError(convPlan(), [&](auto &b) { quant(b).scales[1] = 1e-45f; }, "positive finite scale");
  expectError(
      convPlan(), [&](auto &b) { quant(b).scales.pop_back(); },
      "expected 3 scales and zero points, but got 2 and 3");
  expectError(
      convPlan(), [&](auto &b) { quant(b).zero_points[0] = 200; },
      "expected a zero point inside [-128, 127], but got 200");
  expectError(
      convPlan(), [&](auto &b) { quant(b).axis = 4; },
      "expected a quantized axis below 4, but got 4");
  expectError(
      convPlan(), [&](auto &b) { quant(b).quant_max = 128; },
      "expected a quantized range inside [-128, 127] of int8");
  expectError(
      convPlan(), [&](auto &b) { quant(b).quant_max = -128; }, "expected a quantized range");
  expectError(
      convPlan(), [](auto &b) { b.graph.tensors[0]->dtype = plan::DType::Float32; },
      "expected no quantization parameters on float32");
}

TEST_CASE("constants lie in their section") {
  expectError(
      convPlan(), [](auto &b) { b.graph.tensors[1]->constant_offset = 8; },
      "expected a constant aligned to 64 bytes, but it is at 8");
  expectError(
      convPlan(), [](auto &b) { b.graph.tensors[1]->constant_offset = 128; },
      "expected a constant inside the 76 bytes of constants, but got 54 bytes at 128");
  expectError(
      convPlan(), [](auto &b) { b.graph.tensors[1]->constant_offset = ~uint64_t(63); },
      "expected a constant inside");
  expectError(convPlan(), [](auto &b) { b.constants.resize(75); }, "expected a constant inside");
  expectError(
      convPlan(), [](auto &b) { b.graph.tensors[2]->dims[0] = -3; },
      "expected a constant of a fixed size");
}

TEST_CASE("values are defined once and before they are used") {
  expectError(
      convPlan(), [](auto &b) { b.graph.ops[0]->inputs[0] = 9; },
      "op 0 (c, Conv): expected a tensor index below 4, but got 9");
  expectError(
      convPlan(), [](auto &b) { b.graph.ops[0]->inputs[0] = -2; },
      "expected a tensor index below 4, but got -2");
  expectError(
      convPlan(), [](auto &b) { b.graph.ops[0]->inputs[0] = 3; },
      "tensor 3 (y) is used before it is defined");
  expectError(
      convPlan(), [](auto &b) { b.graph.ops[0]->outputs[0] = 0; },
      "tensor 0 (x) is defined a second time");
  expectError(
      convPlan(), [](auto &b) { b.graph.ops[0]->outputs[0] = 1; },
      "tensor 1 (w) is a constant and cannot be written");
  expectError(
      convPlan(), [](auto &b) { b.graph.ops[0]->outputs[0] = -1; }, "expected a tensor index");
  expectError(
      convPlan(), [](auto &b) { b.graph.inputs.push_back(1); },
      "input 1: tensor 1 (w) is a constant");
  expectError(
      convPlan(), [](auto &b) { b.graph.inputs.push_back(0); },
      "input 1: tensor 0 (x) is defined a second time");
  expectError(
      convPlan(), [](auto &b) { b.graph.ops.clear(); },
      "output 0: tensor 3 (y) is used before it is defined");
  expectError(
      convPlan(), [](auto &b) { b.graph.tensors[0]->name.clear(); },
      "expected input 0 to have a name");
  expectError(
      convPlan(), [](auto &b) { b.graph.tensors[0]->layout = plan::Layout::ChannelsLast; },
      "expected an input or output in row-major layout");
}

TEST_CASE("operands are counted") {
  expectError(
      convPlan(), [](auto &b) { b.graph.ops[0]->inputs.resize(1); },
      "expected 2 to 4 inputs, but got 1");
  expectError(
      convPlan(), [](auto &b) { b.graph.ops[0]->inputs[1] = -1; },
      "expected input 1 to be given, but it is absent");
  expectError(
      convPlan(),
      [](auto &b) {
        b.graph.outputs.clear();
        b.graph.ops[0]->outputs.clear();
      },
      "expected 1 results, but got 0");
  PlanBuilder builder = convPlan();
  builder.graph.ops[0]->inputs[2] = -1;
  loadPlan(builder);
}

TEST_CASE("ops of an unknown kind are refused") {
  expectError(
      convPlan(), [](auto &b) { b.graph.ops[0]->kind.Reset(); },
      "expected a known kind of op, but got number 0");
}

TEST_CASE("a plan of other kernels than the reader's is refused") {
  const auto form = [](PlanBuilder &b, const char *name, uint64_t hash) {
    b.graph.kernels.push_back(std::make_unique<plan::KernelFormT>());
    b.graph.kernels.back()->name = name;
    b.graph.kernels.back()->hash = hash;
  };
  PlanBuilder known = convPlan();
  form(known, "Conv", plan::formOf(plan::OpKind::Conv));
  loadPlan(known);
  // Before what is wrong with it otherwise.
  PlanBuilder unknown = convPlan();
  form(unknown, "FlashAttention", 1);
  unknown.graph.tensors[0]->dims = {0};
  CHECK(errorOf(unknown) ==
        "plan 'test': expected kernels that this version of Quantir has, but got 'FlashAttention'; "
        "make the plan again with this version of Quantir");
  expectError(
      convPlan(), [&](auto &b) { form(b, "Conv", plan::formOf(plan::OpKind::Conv) + 1); },
      "expected the kernel 'Conv' as this version of Quantir has it, but got another form of it; "
      "make the plan again");
  expectError(convPlan(), [&](auto &b) { form(b, "", 1); }, "expected kernel 0 to have a name");
  expectError(convPlan(), [&](auto &b) { form(b, "NONE", 0); }, "but got 'NONE'");
  expectError(
      convPlan(), [&](auto &b) { form(b, "Relu", plan::formOf(plan::OpKind::Unary)); },
      "but got 'Relu'");
  expectError(
      convPlan(), [&](auto &b) { form(b, "Unary", plan::formOf(plan::OpKind::Unary)); },
      "expected 'Conv' among the names of its kernels");
}

TEST_CASE("values that are quantized per channel can be copied, not moved") {
  TensorSpec spec = TensorSpec::codes(DType::Int8, {2, 3}, 0.5f, 0);
  spec.scales = {0.5f, 0.25f};
  spec.zeroPoints = {0, 0};
  spec.axis = 0;
  const auto copied = [&](auto op) {
    PlanBuilder builder;
    const int32_t x = builder.input("x", spec);
    builder.output(builder.op(std::move(op), {x}, builder.value("y", spec), "copy"));
    return builder;
  };
  loadPlan(copied(plan::ReorderT()));
  plan::TransposeT transpose;
  transpose.permutation = {0, 1};
  expectError(copied(std::move(transpose)), [](auto &) {}, "expected no scale per channel");
}

TEST_CASE("ops may not have any number of operands together") {
  PlanBuilder builder;
  const int32_t x = builder.input("x", TensorSpec::floats({1}));
  for (int i = 0; i < 257; ++i)
    builder.op(plan::ConcatT(), std::vector<int32_t>(4096, x),
               builder.value("y", TensorSpec::floats({4096})), "concat");
  builder.output(builder.op(plan::UnaryT(), {x}, builder.value("z", TensorSpec::floats({1})), "z"));
  expectError(std::move(builder), [](auto &) {}, "operands");
}

TEST_CASE("the scales of a tensor are read once, however often it is used") {
  // Copied for each use, they would take 4 GiB.
  TensorSpec spec = TensorSpec::codes(DType::Int8, {1 << 17, 1}, 0.5f, 0);
  spec.scales.assign(1 << 17, 0.5f);
  spec.zeroPoints.assign(1 << 17, 0);
  spec.axis = 0;
  PlanBuilder builder;
  const int32_t x = builder.input("x", spec);
  plan::ConcatT concat;
  concat.axis = 1;
  spec.dims[1] = 4096;
  builder.output(builder.op(std::move(concat), std::vector<int32_t>(4096, x),
                            builder.value("y", spec), "concat"));
  expectError(std::move(builder), [](auto &) {}, "expected no scale per channel");
}

TEST_CASE("convolutions are checked") {
  auto conv = [](PlanBuilder &b) -> plan::ConvT & { return *b.graph.ops[0]->kind.AsConv(); };
  expectError(convPlan(), [&](auto &b) { conv(b).strides[0] = 0; }, "op 0 (c, Conv): ");
  expectError(convPlan(), [&](auto &b) { conv(b).padding[0] = -1; }, "op 0 (c, Conv): ");
  expectError(convPlan(), [&](auto &b) { conv(b).padding.assign(4, INT64_MAX); }, "op 0 (c, Conv)");
  expectError(convPlan(), [&](auto &b) { conv(b).groups = 0; }, "op 0 (c, Conv): ");
  expectError(convPlan(), [&](auto &b) { conv(b).groups = INT64_MIN; }, "op 0 (c, Conv): ");
  expectError(
      convPlan(),
      [&](auto &b) { conv(b).activation = activation(plan::ActivationKind::Clamp, nan, 1); },
      "expected the parameters of an activation to be numbers, but got nan");
  expectError(
      convPlan(),
      [&](auto &b) { conv(b).activation = activation(plan::ActivationKind::Clamp, 2, 1); },
      "expected clamp bounds in order, but got 2 and 1");
  expectError(
      convPlan(),
      [&](auto &b) { conv(b).activation = activation(plan::ActivationKind::LeakyRelu, infinity); },
      "expected a finite slope");
  expectError(
      convPlan(), [&](auto &b) { conv(b).activation = activation(plan::ActivationKind(9)); },
      "expected a known activation, but got number 9");
  expectError(
      convPlan(), [](auto &b) { b.graph.tensors[0]->quant.reset(); },
      "expected an input of float32, or of uint8 or int8 with one scale, but got uint8 without a "
      "scale");
  expectError(
      convPlan(), [](auto &b) { b.graph.tensors[1]->quant->axis = 2; },
      "expected a weight quantized along axis 0, but got axis 2");
  expectError(
      convPlan(),
      [](auto &b) {
        b.graph.tensors[0]->dtype = plan::DType::Float32;
        b.graph.tensors[0]->quant.reset();
      },
      "expected operands and result of float32 where the input is float32");
  expectError(
      convPlan(), [](auto &b) { b.graph.tensors[2]->dims = {1}; },
      "expected a bias of shape [3], but got [1]");
  expectError(
      convPlan(), [](auto &b) { b.graph.ops[0]->inputs.push_back(0); },
      "expected an addend of shape [1x3x2x2], but got [1x2x4x4]");
}

TEST_CASE("weights are row-major") {
  expectError(
      convPlan(), [](auto &b) { b.graph.tensors[1]->layout = plan::Layout::ChannelsLast; },
      "op 0 (c, Conv): expected a row-major parameter as input 1, but it is channels-last");
  const auto last = TensorSpec::floats({2, 3, 4}).channelsLast();
  PlanBuilder transposed;
  int32_t x = transposed.input("x", TensorSpec::floats({1, 2, 5}));
  int32_t weight = transposed.constant<float>("w", last, std::vector<float>(24));
  transposed.output(transposed.op(plan::ConvTransposeT(), {x, weight},
                                  transposed.value("y", TensorSpec::floats({1, 3, 8})), "t"));
  CHECK_THAT(
      errorOf(transposed),
      ContainsSubstring("op 0 (t, ConvTranspose): expected a row-major parameter as input 1"));
  for (bool isBias : {false, true}) {
    PlanBuilder norm;
    std::vector<int32_t> operands = {norm.input("x", TensorSpec::floats({1, 2, 3, 4}))};
    plan::LayerNormT options;
    options.axis = 1;
    if (isBias)
      operands.push_back(norm.constant<float>("w", last.rowMajor(), std::vector<float>(24)));
    operands.push_back(norm.constant<float>("p", last, std::vector<float>(24)));
    norm.output(norm.op(options, operands, norm.value("y", TensorSpec::floats({1, 2, 3, 4})), "n"));
    CHECK_THAT(errorOf(norm),
               ContainsSubstring(
                   std::string("op 0 (n, LayerNorm): expected a row-major parameter as input ") +
                   (isBias ? "2" : "1")));
  }
}

TEST_CASE("elementwise ops and reductions are checked") {
  auto floats = TensorSpec::floats({1, 2, 4, 4});
  plan::UnaryT clamp;
  clamp.kind = plan::UnaryKind::Clamp;
  clamp.alpha = 1;
  clamp.beta = nan;
  CHECK_THAT(errorOf(unaryPlan(clamp, floats, floats)),
             ContainsSubstring("op 0 (the_op, Unary): expected alpha and beta to be numbers"));
  plan::UnaryT pow;
  pow.kind = plan::UnaryKind::Pow;
  pow.alpha = infinity;
  CHECK_THAT(errorOf(unaryPlan(pow, floats, floats)),
             ContainsSubstring("op 0 (the_op, Unary): expected a finite exponent, but got inf"));
  plan::UnaryT unknown;
  unknown.kind = plan::UnaryKind(40);
  CHECK_THAT(errorOf(unaryPlan(unknown, floats, floats)), ContainsSubstring("a known function"));
  plan::SoftmaxT softmax;
  softmax.axis = 4;
  CHECK_THAT(errorOf(unaryPlan(softmax, floats, floats)),
             ContainsSubstring("expected an axis of at least 0 and below 4, but got 4"));
  softmax.axis = -1;
  CHECK_THAT(errorOf(unaryPlan(softmax, floats, floats)), ContainsSubstring("but got -1"));
  plan::MeanT mean;
  CHECK_THAT(errorOf(unaryPlan(mean, floats, floats)), ContainsSubstring("at least one axis"));
  mean.axes = {1, 1};
  CHECK_THAT(errorOf(unaryPlan(mean, floats, floats)), ContainsSubstring("different axes"));
  plan::PoolT pool;
  pool.kernel = {5, 1};
  CHECK_THAT(errorOf(unaryPlan(pool, floats, floats)), ContainsSubstring("op 0 (the_op, Pool)"));
  pool.kernel = {1, 1};
  CHECK_THAT(errorOf(unaryPlan(pool, codes({1, 2, 4, 4}, 0.5f), codes({1, 2, 4, 4}, 0.25f))),
             ContainsSubstring("expected operands and result of one type, scale and zero point"));
  CHECK_THAT(errorOf(unaryPlan(plan::QuantizeT(), codes({4}), codes({4}))),
             ContainsSubstring("expected an input of float32, but got uint8 with one scale"));
  CHECK_THAT(
      errorOf(unaryPlan(plan::DequantizeT(), TensorSpec::floats({4}), TensorSpec::floats({4}))),
      ContainsSubstring("expected an input of integers with a scale, but got float32"));
  auto rows = TensorSpec::channelCodes(DType::Int8, {2, 2}, 0, {1, 2});
  auto columns = TensorSpec::channelCodes(DType::Int8, {2, 2}, 1, {1, 2});
  CHECK_THAT(errorOf(unaryPlan(plan::RequantizeT(), rows, columns)),
             ContainsSubstring("expected one quantized axis, but got 0 and 1"));
  plan::ObserveT observe;
  PlanBuilder builder = unaryPlan(plan::ReorderT(), floats, floats);
  builder.op(observe, {0}, -1, "watch");
  CHECK_THAT(errorOf(builder),
             ContainsSubstring("op 1 (watch, Observe): expected an observer below 0, but got 0"));
}

TEST_CASE("ops that move data are checked") {
  auto x = TensorSpec::floats({2, 3});
  plan::SliceT slice;
  slice.starts = {0, 3};
  slice.steps = {1, 1};
  auto error = [&](Dims dims) { return errorOf(unaryPlan(slice, x, TensorSpec::floats(dims))); };
  CHECK_THAT(error({2, 1}), ContainsSubstring("expected a slice inside dimension 1 of size 3, but "
                                              "got start 3, step 1 and 1 elements"));
  slice.starts = {0, 0};
  CHECK_THAT(error({2, 4}), ContainsSubstring("and 4 elements"));
  slice.steps = {1, 0};
  CHECK_THAT(error({2, 1}), ContainsSubstring("step 0"));
  slice.steps = {1, INT64_MIN};
  CHECK_THAT(error({2, 2}), ContainsSubstring("step -9223372036854775808"));
  loadPlan(unaryPlan(slice, x, TensorSpec::floats({2, 1}))); // one element: the step is not taken
  slice.steps = {1, -1};
  CHECK_THAT(error({2, 2}), ContainsSubstring("step -1"));
  slice.starts.pop_back();
  CHECK_THAT(error({2, 1}), ContainsSubstring("expected 2 starts, steps and result dims"));

  CHECK_THAT(errorOf(unaryPlan(plan::ReshapeT(), x, TensorSpec::floats({7}))),
             ContainsSubstring("expected as many elements as [2x3] has, but got [7]"));
  CHECK_THAT(errorOf(unaryPlan(plan::ReshapeT(), x, codes({6}))),
             ContainsSubstring("expected operands and result of one type, scale and zero point"));
  auto perChannel = TensorSpec::channelCodes(DType::Int8, {2, 3}, 0, {1, 2});
  CHECK_THAT(errorOf(unaryPlan(plan::ReshapeT(), perChannel, perChannel)),
             ContainsSubstring("expected no scale per channel"));
  plan::TransposeT transpose;
  transpose.permutation = {0, 0};
  CHECK_THAT(errorOf(unaryPlan(transpose, x, x)), ContainsSubstring("op 0 (the_op, Transpose)"));
  plan::PadT pad;
  pad.padding = {0, 0, 0, 1};
  pad.value = nan;
  CHECK_THAT(errorOf(unaryPlan(pad, x, TensorSpec::floats({2, 4}))),
             ContainsSubstring("expected a padding value that is a number"));
  CHECK_THAT(errorOf(unaryPlan(plan::ExpandT(), x, TensorSpec::floats({2, 4}))),
             ContainsSubstring("expected a shape that [2x3] broadcasts to, but got [2, 4]"));
  plan::ConcatT concat;
  concat.axis = 2;
  CHECK_THAT(errorOf(unaryPlan(concat, x, x)), ContainsSubstring("below 2, but got 2"));
}

TEST_CASE("observers and preprocessing are checked") {
  auto observer = [](const char *name) {
    auto result = std::make_unique<plan::ObserverT>();
    result->name = name;
    result->config = "{}";
    return result;
  };
  PlanBuilder builder = convPlan();
  builder.graph.observers.push_back(observer("act_0"));
  builder.graph.observers.push_back(observer("act_0"));
  CHECK_THAT(errorOf(builder),
             ContainsSubstring("expected observers of different names, but got 'act_0' twice"));
  builder = convPlan();
  builder.graph.preprocessing = std::make_unique<plan::PreprocessingT>();
  CHECK_THAT(errorOf(builder), ContainsSubstring("as many means as standard deviations"));
  builder.graph.preprocessing->mean = {0};
  builder.graph.preprocessing->std = {0};
  CHECK_THAT(errorOf(builder), ContainsSubstring("positive finite standard deviations"));
}
