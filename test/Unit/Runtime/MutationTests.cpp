//===- MutationTests.cpp - Hostile plans with correct checksums ------------===//
//
// Whatever loads must also run, inside its memory. Run under AddressSanitizer and UBSan for full
// effect.
//
//===----------------------------------------------------------------------===//

#include "Support.h"

#include "runtime/plan/PlanContents.h"

#include <functional>
#include <random>

using namespace quantir;
using namespace quantir::test;

namespace {

using Random = std::mt19937;

/// A plan with an op of every kind, in both layouts, and a dynamic batch.
PlanBuilder everyOpPlan() {
  PlanBuilder b;
  auto codes = [](Dims dims) { return TensorSpec::codes(DType::UInt8, std::move(dims), 0.1f, 9); };
  int32_t x = b.input("x", TensorSpec::floats({-1, 4, 6, 6}));
  b.op(plan::ObserveT(), {x}, -1, "observe");
  b.graph.observers.push_back(std::make_unique<plan::ObserverT>());
  b.graph.observers[0]->name = "act_0";
  b.graph.observers[0]->config = R"({"observer": "min_max"})";

  int32_t q = b.op(plan::QuantizeT(), {x}, b.value("q", codes({-1, 4, 6, 6}).channelsLast()), "q");
  int32_t weight = b.constant<int8_t>(
      "conv.weight", TensorSpec::channelCodes(DType::Int8, {4, 2, 3, 3}, 0, {.1f, .2f, .3f, .4f}),
      std::vector<int8_t>(72, 3));
  int32_t bias = b.constant<float>("conv.bias", TensorSpec::floats({4}), {1, 2, 3, 4});
  plan::ConvT conv;
  conv.strides = {1, 1};
  conv.padding = {1, 1, 1, 1};
  conv.dilations = {1, 1};
  conv.groups = 2;
  conv.activation = activation(plan::ActivationKind::Clamp, 0, 6);
  int32_t y = b.op(std::move(conv), {q, weight, bias, q},
                   b.value("conv", codes({-1, 4, 6, 6}).channelsLast()), "conv");
  plan::ConvTransposeT transpose;
  transpose.strides = {2, 2};
  transpose.padding = {1, 1, 1, 1};
  transpose.output_padding = {1, 1};
  transpose.dilations = {1, 1};
  transpose.groups = 2;
  int32_t upWeight = b.constant<int8_t>(
      "up.weight", TensorSpec::channelCodes(DType::Int8, {2, 4, 3, 3}, 1, {.1f, .2f, .3f, .4f}),
      std::vector<int8_t>(72, -5));
  int32_t up = b.op(std::move(transpose), {y, upWeight},
                    b.value("up", codes({-1, 4, 12, 12}).channelsLast()), "up");
  plan::PoolT pool;
  pool.kernel = {3, 3};
  pool.strides = {2, 2};
  pool.padding = {1, 1, 1, 1};
  pool.dilations = {1, 1};
  pool.ceil_mode = true;
  int32_t small =
      b.op(std::move(pool), {up}, b.value("small", codes({-1, 4, 7, 7}).channelsLast()), "pool");
  plan::PoolT average;
  average.kind = plan::PoolKind::Average;
  average.kernel = {2, 2};
  average.strides = {1, 1};
  small = b.op(std::move(average), {small}, b.value("average", codes({-1, 4, 6, 6}).channelsLast()),
               "average");
  plan::BinaryT binary;
  binary.activation = activation(plan::ActivationKind::Relu);
  int32_t sum = b.op(std::move(binary), {small, y},
                     b.value("sum", codes({-1, 4, 6, 6}).channelsLast()), "add");
  plan::UnaryT unary;
  unary.kind = plan::UnaryKind::HardSigmoid;
  unary.alpha = 0.2f;
  unary.beta = 0.5f;
  sum = b.op(std::move(unary), {sum}, b.value("unary", codes({-1, 4, 6, 6}).channelsLast()), "act");
  sum = b.op(plan::ReorderT(), {sum}, b.value("reordered", codes({-1, 4, 6, 6})), "reorder");
  plan::ConcatT concat;
  concat.axis = 1;
  int32_t cat = b.op(std::move(concat), {sum, sum}, b.value("cat", codes({-1, 8, 6, 6})), "cat");
  plan::SliceT slice;
  slice.starts = {0, 1, 5, 0};
  slice.steps = {1, 2, -1, 1};
  cat = b.op(std::move(slice), {cat}, b.value("slice", codes({-1, 3, 6, 4})), "slice");
  plan::PadT pad;
  pad.padding = {0, 0, 1, 0, 0, 1, 0, 2};
  pad.value = 0.5f;
  cat = b.op(std::move(pad), {cat}, b.value("pad", codes({-1, 4, 7, 6})), "pad");
  plan::TransposeT permute;
  permute.permutation = {0, 2, 1, 3};
  cat = b.op(std::move(permute), {cat}, b.value("permute", codes({-1, 7, 4, 6})), "permute");
  plan::AdaptiveAveragePoolT adaptive;
  adaptive.output_size = {2, 3};
  cat = b.op(std::move(adaptive), {cat}, b.value("adaptive", codes({-1, 7, 2, 3})), "adaptive");
  plan::MeanT mean;
  mean.axes = {2};
  cat = b.op(std::move(mean), {cat}, b.value("mean", codes({-1, 7, 3})), "mean");
  cat = b.op(plan::ReshapeT(), {cat}, b.value("flat", codes({-1, 21})), "reshape");
  cat = b.op(plan::RequantizeT(), {cat},
             b.value("requantized", TensorSpec::codes(DType::Int8, {-1, 21}, 0.2f, -3)), "requant");
  int32_t row =
      b.constant<int8_t>("fc.weight", TensorSpec::channelCodes(DType::Int8, {2, 21}, 0, {.1f, .2f}),
                         std::vector<int8_t>(42, -2));
  int32_t rowBias = b.constant<int32_t>("fc.bias", {DType::Int32, {2}}, {10, 20});
  plan::MatMulT matmul;
  matmul.transpose_b = true;
  int32_t z = b.op(std::move(matmul), {cat, row, rowBias},
                   b.value("fc", TensorSpec::floats({-1, 2})), "fc");
  int32_t scale = b.constant<float>("scale", TensorSpec::floats({2}), {2, 3});
  z = b.op(plan::ChannelAffineT(), {z, scale, scale},
           b.value("affine", TensorSpec::floats({-1, 2})), "affine");
  plan::FakeQuantizeAffineT blocks;
  blocks.config =
      R"({"observer": "affine_min_max", "granularity": "per_block", "block_size": [-1, 1]})";
  blocks.scales = {0.5f, 0.25f};
  blocks.zero_points = {0, 3};
  z = b.op(std::move(blocks), {z}, b.value("blocks", TensorSpec::floats({-1, 2})), "blocks");
  plan::FakeQuantizeAffineT tokens;
  tokens.config =
      R"({"observer": "affine_min_max", "granularity": "per_token", "is_dynamic": true})";
  z = b.op(std::move(tokens), {z}, b.value("tokens", TensorSpec::floats({-1, 2})), "tokens");
  plan::SoftmaxT softmax;
  softmax.axis = 1;
  z = b.op(std::move(softmax), {z}, b.value("softmax", TensorSpec::floats({-1, 2})), "softmax");
  int32_t one =
      b.constant<uint8_t>("one", TensorSpec::codes(DType::UInt8, {1, 2}, 0.5f, 1), {1, 5});
  int32_t folded = b.op(plan::DequantizeT(), {one}, b.value("folded", TensorSpec::floats({1, 2})));
  int32_t wide =
      b.op(plan::ExpandT(), {folded}, b.value("wide", TensorSpec::floats({3, 2})), "expand");
  plan::EmbeddingBagT bag;
  bag.mode = plan::BagMode::Mean;
  int32_t indices = b.constant<int64_t>("indices", {DType::Int64, {3}}, {0, -2, 1});
  int32_t offsets = b.constant<int32_t>("offsets", {DType::Int32, {2}}, {0, 2});
  int32_t table = b.constant<float>("table", TensorSpec::floats({2, 2}), {1, 2, 3, 4});
  b.output(b.op(std::move(bag), {indices, offsets, table},
                b.value("bags", TensorSpec::floats({2, 2})), "bag"));
  b.output(z);
  b.output(wide);
  b.graph.preprocessing = std::make_unique<plan::PreprocessingT>();
  b.graph.preprocessing->mean = {0.5f};
  b.graph.preprocessing->std = {0.25f};
  return b;
}

template <typename T> T pick(Random &random, const std::vector<T> &values) {
  return values[random() % values.size()];
}

int64_t strangeNumber(Random &random) {
  return pick<int64_t>(random, {0,
                                1,
                                2,
                                3,
                                4,
                                5,
                                6,
                                7,
                                8,
                                12,
                                16,
                                64,
                                255,
                                256,
                                -1,
                                -2,
                                -3,
                                1 << 20,
                                INT32_MAX,
                                INT32_MIN,
                                int64_t(1) << 33,
                                INT64_MAX,
                                INT64_MIN,
                                INT64_MAX / 2,
                                INT64_MIN + 1});
}

float strangeFloat(Random &random) {
  return pick<float>(random, {0.0f, -0.0f, 1.0f, -1.0f, 0.5f, 1e-45f, 1e-38f, 1e38f, 3e38f,
                              std::numeric_limits<float>::infinity(),
                              -std::numeric_limits<float>::infinity(),
                              std::numeric_limits<float>::quiet_NaN()});
}

template <typename T> void mutateNumbers(Random &random, std::vector<T> &list) {
  switch (random() % 5) {
  case 0:
    list.push_back(static_cast<T>(strangeNumber(random)));
    break;
  case 1:
    if (!list.empty())
      list.pop_back();
    break;
  case 2:
    list.clear();
    break;
  default:
    if (!list.empty())
      list[random() % list.size()] = static_cast<T>(strangeNumber(random));
  }
}

void mutateFloats(Random &random, std::vector<float> &list) {
  if (random() % 4 == 0 || list.empty())
    list.resize(random() % 5, 0.5f);
  else
    list[random() % list.size()] = strangeFloat(random);
}

void mutateTensor(Random &random, plan::TensorT &tensor) {
  switch (random() % 9) {
  case 0:
    tensor.dtype = static_cast<plan::DType>(random() % 6);
    break;
  case 1:
    tensor.layout = static_cast<plan::Layout>(random() % 3);
    break;
  case 2:
  case 3:
    mutateNumbers(random, tensor.dims);
    break;
  case 4:
    tensor.is_constant = !tensor.is_constant;
    break;
  case 5:
    tensor.constant_offset = static_cast<uint64_t>(strangeNumber(random)) / 64 * 64;
    break;
  case 6:
    if (random() % 2)
      tensor.quant.reset();
    else if (!tensor.quant)
      tensor.quant = std::make_unique<plan::QuantParamsT>();
    break;
  default:
    if (!tensor.quant)
      break;
    switch (random() % 5) {
    case 0:
      mutateFloats(random, tensor.quant->scales);
      break;
    case 1:
      mutateNumbers(random, tensor.quant->zero_points);
      break;
    case 2:
      tensor.quant->axis = static_cast<int32_t>(strangeNumber(random));
      break;
    case 3:
      tensor.quant->quant_min = static_cast<int32_t>(strangeNumber(random));
      break;
    default:
      tensor.quant->quant_max = static_cast<int32_t>(strangeNumber(random));
    }
  }
}

void mutateActivation(Random &random, std::unique_ptr<plan::ActivationT> &activation) {
  activation = std::make_unique<plan::ActivationT>();
  activation->kind = static_cast<plan::ActivationKind>(random() % 5);
  activation->alpha = strangeFloat(random);
  activation->beta = strangeFloat(random);
}

std::string strangeBlocks(Random &random) {
  std::string number = std::to_string(strangeNumber(random));
  std::string settings = pick<std::string>(
      random, {"", R"(, "granularity": "per_token")", R"(, "is_dynamic": true)",
               R"(, "granularity": "per_group", "group_size": )" + number,
               R"(, "granularity": "per_block", "block_size": [-1, )" + number + "]",
               R"(, "granularity": "per_axis", "ch_axis": )" + number, R"(, "dtype": "uint1")",
               R"(, "zero_point_domain": "none")", R"(, "quant_min": -3, "quant_max": )" + number});
  return R"({"observer": "affine_min_max")" + settings + pick<std::string>(random, {"}", ""});
}

void mutateOptions(Random &random, plan::OpKindUnion &kind) {
  auto listOf = [&](std::initializer_list<std::vector<int64_t> *> lists) {
    mutateNumbers(random, **(lists.begin() + random() % lists.size()));
  };
  if (plan::ConvT *conv = kind.AsConv()) {
    if (random() % 4 == 0)
      mutateActivation(random, conv->activation);
    else if (random() % 4 == 0)
      conv->groups = strangeNumber(random);
    else
      listOf({&conv->strides, &conv->padding, &conv->dilations});
  } else if (plan::ConvTransposeT *transposed = kind.AsConvTranspose()) {
    if (random() % 4 == 0)
      mutateActivation(random, transposed->activation);
    else if (random() % 4 == 0)
      transposed->groups = strangeNumber(random);
    else
      listOf({&transposed->strides, &transposed->padding, &transposed->dilations,
              &transposed->output_padding});
  } else if (plan::MatMulT *matmul = kind.AsMatMul()) {
    matmul->transpose_b = !matmul->transpose_b;
    if (random() % 2)
      mutateActivation(random, matmul->activation);
  } else if (plan::UnaryT *unary = kind.AsUnary()) {
    unary->kind = static_cast<plan::UnaryKind>(random() % 8);
    unary->alpha = strangeFloat(random);
    unary->beta = strangeFloat(random);
  } else if (plan::BinaryT *binary = kind.AsBinary()) {
    binary->kind = static_cast<plan::BinaryKind>(random() % 5);
    mutateActivation(random, binary->activation);
  } else if (plan::SoftmaxT *softmax = kind.AsSoftmax()) {
    softmax->axis = static_cast<int32_t>(strangeNumber(random));
  } else if (plan::PoolT *pool = kind.AsPool()) {
    if (random() % 4 == 0) {
      pool->kind = static_cast<plan::PoolKind>(random() % 3);
      pool->ceil_mode = random() % 2;
      pool->count_include_pad = random() % 2;
    } else {
      listOf({&pool->kernel, &pool->strides, &pool->padding, &pool->dilations});
    }
  } else if (plan::AdaptiveAveragePoolT *adaptive = kind.AsAdaptiveAveragePool()) {
    mutateNumbers(random, adaptive->output_size);
  } else if (plan::MeanT *mean = kind.AsMean()) {
    mean->keep_dims = random() % 2;
    mutateNumbers(random, mean->axes);
  } else if (plan::TransposeT *transpose = kind.AsTranspose()) {
    mutateNumbers(random, transpose->permutation);
  } else if (plan::SliceT *slice = kind.AsSlice()) {
    listOf({&slice->starts, &slice->steps});
  } else if (plan::ConcatT *concat = kind.AsConcat()) {
    concat->axis = static_cast<int32_t>(strangeNumber(random));
  } else if (plan::PadT *pad = kind.AsPad()) {
    if (random() % 3 == 0)
      pad->value = strangeFloat(random);
    else
      mutateNumbers(random, pad->padding);
  } else if (plan::FakeQuantizeAffineT *blocks = kind.AsFakeQuantizeAffine()) {
    if (random() % 3 == 0)
      blocks->config = strangeBlocks(random);
    else if (random() % 2)
      mutateFloats(random, random() % 2 ? blocks->scales : blocks->float_zero_points);
    else
      mutateNumbers(random, blocks->zero_points);
  } else if (plan::EmbeddingBagT *bag = kind.AsEmbeddingBag()) {
    bag->mode = static_cast<plan::BagMode>(random() % 4);
    bag->include_last_offset = random() % 2;
  } else if (plan::ObserveT *observe = kind.AsObserve()) {
    observe->observer = static_cast<uint32_t>(strangeNumber(random));
  }
}

void mutate(Random &random, PlanBuilder &builder) {
  plan::PlanT &graph = builder.graph;
  switch (random() % 10) {
  case 0:
  case 1:
  case 2:
    mutateTensor(random, *graph.tensors[random() % graph.tensors.size()]);
    break;
  case 3:
  case 4:
  case 5:
    mutateOptions(random, graph.ops[random() % graph.ops.size()]->kind);
    break;
  case 6: {
    plan::OpT &op = *graph.ops[random() % graph.ops.size()];
    std::vector<int32_t> &list = random() % 2 ? op.inputs : op.outputs;
    if (random() % 2 && !list.empty())
      list[random() % list.size()] =
          static_cast<int32_t>(random() % (graph.tensors.size() + 2)) - 1;
    else
      mutateNumbers(random, list);
    break;
  }
  case 7:
    std::swap(graph.ops[random() % graph.ops.size()], graph.ops[random() % graph.ops.size()]);
    break;
  case 8:
    mutateNumbers(random, random() % 2 ? graph.inputs : graph.outputs);
    break;
  default:
    switch (random() % 4) {
    case 0:
      mutateFloats(random, random() % 2 ? graph.preprocessing->mean : graph.preprocessing->std);
      break;
    case 1:
      graph.observers[0]->config = pick<std::string>(
          random, {"", "{", "{}", "[]", R"({"observer": "nothing"})",
                   R"({"observer": "histogram", "bins": 99999999999})",
                   R"({"observer": "histogram", "bins": -5})", std::string(6000, '[')});
      break;
    case 2:
      builder.constants.resize(random() % (builder.constants.size() + 1));
      break;
    default:
      graph.ops[random() % graph.ops.size()]->backend = "nowhere";
    }
  }
}

/// The work of a plan, roughly: too much of it would only make the test slow.
bool isSmall(const Plan &plan, int64_t batch) {
  double elements = 1;
  auto count = [&](const flatbuffers::Vector<int64_t> *dims) {
    double product = 1;
    if (dims)
      for (int64_t dim : *dims)
        product *= dim < 0 ? -double(dim) * batch : double(dim);
    elements = std::max(elements, product);
  };
  if (!graphOf(plan).tensors())
    return true;
  for (const plan::Tensor *tensor : *graphOf(plan).tensors())
    count(tensor->dims());
  return elements < 1e5;
}

/// How far a plan got.
enum class Outcome { Refused, NoSession, Ran };

Outcome exercise(std::vector<uint8_t> file, int64_t batch) {
  Result<std::shared_ptr<const Plan>> plan = Plan::fromBuffer(std::move(file), "m.plan");
  if (!plan) {
    REQUIRE(plan.message().starts_with("plan 'm.plan': "));
    REQUIRE(plan.message().ends_with("make the plan again with this version of Quantir"));
    return Outcome::Refused;
  }
  if (!isSmall(**plan, batch))
    return Outcome::NoSession;
  SessionOptions options;
  options.batch = batch;
  options.threads = 1;
  options.memoryLimit = size_t(1) << 26;
  Result<std::unique_ptr<Session>> session = Session::create(*plan, options);
  if (!session) {
    REQUIRE(session.message().starts_with("plan 'm.plan': "));
    return Outcome::NoSession;
  }
  std::vector<Tensor> inputs;
  std::vector<TensorView> views;
  for (const TensorInfo &info : (*session)->inputs())
    views.push_back(inputs.emplace_back(info.dtype, info.dims).view());
  (void)(*session)->run(views).ok();
  return Outcome::Ran;
}

/// Runs `count` mutants of the plan, each with one to three changes.
void exerciseMutants(unsigned seed, int count, const std::function<void(PlanBuilder &)> &prepare) {
  Random random(seed);
  std::array<int, 3> outcomes = {};
  for (int i = 0; i < count; ++i) {
    PlanBuilder builder = everyOpPlan();
    prepare(builder);
    for (int changes = 1 + random() % 3; changes > 0; --changes)
      mutate(random, builder);
    INFO("mutant " << i << " of seed " << seed);
    ++outcomes[static_cast<int>(exercise(builder.file(), 1 + random() % 3))];
  }
  // Neither all refused nor all harmless: the test tests something.
  CHECK(outcomes[static_cast<int>(Outcome::Refused)] > count / 10);
  CHECK(outcomes[static_cast<int>(Outcome::Ran)] > count / 50);
}

} // namespace

TEST_CASE("the plan that is mutated runs") {
  CHECK(exercise(everyOpPlan().file(), 1) == Outcome::Ran);
  CHECK(exercise(everyOpPlan().file(), 3) == Outcome::Ran);
}

TEST_CASE("structurally changed plans are refused or run") {
  exerciseMutants(1, 3000, [](PlanBuilder &) {});
}

#if QUANTIR_HAS_ONEDNN
TEST_CASE("structurally changed plans are refused or run by onednn") {
  exerciseMutants(2, 1500, [](PlanBuilder &builder) { builder.graph.backend = "onednn"; });
}
#endif

TEST_CASE("graphs with random bytes changed are refused or run") {
  PlanBuilder builder = everyOpPlan();
  flatbuffers::FlatBufferBuilder buffer;
  plan::FinishPlanBuffer(buffer, plan::Plan::Pack(buffer, &builder.graph));
  std::vector<uint8_t> graph(buffer.GetBufferPointer(),
                             buffer.GetBufferPointer() + buffer.GetSize());
  Random random(3);
  for (int i = 0; i < 5000; ++i) {
    std::vector<uint8_t> changed = graph;
    for (int changes = 1 + random() % 4; changes > 0; --changes)
      changed[random() % changed.size()] =
          random() % 2 ? random() : changed[random() % changed.size()];
    INFO("mutant " << i);
    exercise(assemblePlanFile(changed, builder.constants), 1 + random() % 2);
  }
}
