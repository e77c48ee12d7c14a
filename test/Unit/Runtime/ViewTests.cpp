//===- ViewTests.cpp - Values that are parts of others' memory -------------===//

#include "Support.h"

#include <algorithm>
#include <map>
#include <random>

using namespace quantir;
using namespace quantir::test;
using namespace quantir::runtime;

namespace {

/// Random graphs of ops that move elements, with some that compute between them: all on floats, or
/// all on codes.
class Graphs {
public:
  explicit Graphs(unsigned seed, bool ofCodes) : random(seed), ofCodes(ofCodes) {
    builder.graph.backend = "native";
    for (int i = 0; i < 2; ++i)
      add(builder.input("x" + std::to_string(i), spec({pick({1, 1, 2}), 4, pick({1, 2}), 3})));
    for (int i = 0; i < 24; ++i)
      step();
  }

  PlanBuilder builder;
  std::vector<int32_t> computed; ///< results of ops that may be outputs of a plan

private:
  TensorSpec spec(Dims dims, plan::Layout layout = plan::Layout::RowMajor) const {
    TensorSpec result = ofCodes ? TensorSpec::codes(DType::UInt8, std::move(dims), 0.5f, 7)
                                : TensorSpec::floats(std::move(dims));
    return result.withLayout(layout);
  }
  int64_t pick(std::vector<int64_t> from) { return from[random() % from.size()]; }

  void add(int32_t tensor) { values.push_back(tensor); }
  Dims dimsOf(int32_t tensor) const { return builder.graph.tensors[tensor]->dims; }
  plan::Layout layoutOf(int32_t tensor) const { return builder.graph.tensors[tensor]->layout; }
  /// Mostly one of the last.
  int32_t any() {
    const size_t back = random() % std::min<size_t>(values.size(), random() % 4 ? 2 : 99);
    return values[values.size() - 1 - back];
  }

  template <typename Options>
  void emit(Options options, std::vector<int32_t> inputs, Dims dims, plan::Layout layout) {
    const int32_t result =
        builder.value("v" + std::to_string(values.size()), spec(std::move(dims), layout));
    builder.op(std::move(options), std::move(inputs), result);
    add(result);
    if (layout == plan::Layout::RowMajor)
      computed.push_back(result);
  }

  void step() {
    const int32_t x = any();
    const Dims dims = dimsOf(x);
    const plan::Layout layout = layoutOf(x);
    const size_t axis = random() % dims.size();
    switch (random() % 10) {
    case 0: {
      Dims to = dims;
      std::shuffle(to.begin(), to.end(), random);
      return emit(plan::ReshapeT(), {x}, to, plan::Layout::RowMajor);
    }
    case 1:
    case 8: {
      plan::SliceT slice;
      Dims to = dims;
      slice.starts.assign(dims.size(), 0);
      slice.steps.assign(dims.size(), 1);
      to[axis] = 1 + int64_t(random() % dims[axis]);
      slice.starts[axis] = int64_t(random() % (dims[axis] - to[axis] + 1));
      return emit(std::move(slice), {x}, to, layout);
    }
    case 2: {
      plan::TransposeT transpose;
      transpose.permutation = {0, 1, 2, 3};
      std::shuffle(transpose.permutation.begin(), transpose.permutation.end(), random);
      Dims to;
      for (const int64_t i : transpose.permutation)
        to.push_back(dims[i]);
      return emit(std::move(transpose), {x}, to, layout);
    }
    case 3:
      return emit(plan::ReorderT(), {x}, dims,
                  random() % 2 ? plan::Layout::ChannelsLast : plan::Layout::RowMajor);
    case 4:
    case 5: { // what fits, itself among them
      plan::ConcatT concat;
      concat.axis = int(axis);
      std::vector<int32_t> parts = {x};
      Dims to = dims;
      for (int tries = 0; tries < 6 && parts.size() < 3; ++tries) {
        const int32_t other = any();
        Dims same = dimsOf(other);
        same[axis] = dims[axis];
        if (same != dims || layoutOf(other) != layout || to[axis] + dimsOf(other)[axis] > 12)
          continue;
        to[axis] += dimsOf(other)[axis];
        parts.push_back(other);
      }
      return emit(std::move(concat), parts, to, layout);
    }
    case 6:
    case 7: {
      plan::UnaryT relu;
      relu.kind = plan::UnaryKind::Clamp;
      relu.alpha = 2;
      relu.beta = 90;
      return emit(std::move(relu), {x}, dims, layout);
    }
    default: { // mostly of two values that are read again
      const int32_t y = any();
      if (dimsOf(y) != dims || layoutOf(y) != layout)
        return;
      plan::BinaryT add;
      add.kind = random() % 2 ? plan::BinaryKind::Add : plan::BinaryKind::Sub;
      return emit(std::move(add), {x, y}, dims, layout);
    }
    }
  }

  std::mt19937 random;
  bool ofCodes;
  std::vector<int32_t> values;
};

std::vector<Tensor> run(const PlanBuilder &builder, const std::string &backend, unsigned seed,
                        int *numViews = nullptr) {
  SessionOptions options;
  options.backend = backend;
  std::unique_ptr<Session> session = makeSession(loadPlan(builder), options);
  std::mt19937 random(seed);
  std::vector<Tensor> inputs;
  for (const TensorInfo &info : session->inputs()) {
    Tensor &input = inputs.emplace_back(info.dtype, info.dims);
    for (size_t i = 0; i < input.bytes() / sizeOf(info.dtype); ++i)
      if (info.dtype == DType::UInt8)
        input.as<uint8_t>()[i] = uint8_t(random());
      else
        input.as<float>()[i] = float(random() % 200) - 100.0f;
  }
  const Inputs given(inputs);
  REQUIRE(session->run(given.views));
  Result<std::vector<Tensor>> outputs = session->run(given.views); // what the first run left
  REQUIRE(outputs);
  if (numViews)
    for (const KernelProfile &kernel : session->profile())
      *numViews += kernel.implementation == "view";
  return *std::move(outputs);
}

} // namespace

// With every value an output of the plan, nothing is a view: the caller's memory is written.
TEST_CASE("views and parts give what copies do", "[views]") {
  int numViews = 0;
  std::map<std::string, int> kinds;
  for (unsigned seed = 0; seed < 300; ++seed) {
    Graphs graphs(seed, seed % 2);
    if (graphs.computed.empty())
      continue;
    PlanBuilder &builder = graphs.builder;
    builder.graph.outputs = graphs.computed;
    const std::vector<Tensor> expected = run(builder, "reference", seed);
    std::mt19937 random(seed);
    std::vector<size_t> kept;
    for (size_t i = 0; i < graphs.computed.size(); ++i)
      if (random() % 5 == 0 || i + 1 == graphs.computed.size())
        kept.push_back(i);
    builder.graph.outputs.clear();
    for (const size_t i : kept)
      builder.output(graphs.computed[i]);
    for (const std::string_view backend : backendNames()) {
      INFO("seed " << seed << ", " << backend);
      const std::vector<Tensor> outputs = run(builder, std::string(backend), seed, &numViews);
      for (size_t k = 0; k < kept.size(); ++k) {
        const Tensor &a = outputs[k], &b = expected[kept[k]];
        REQUIRE(a.bytes() == b.bytes());
        CHECK(std::memcmp(a.data(), b.data(), a.bytes()) == 0);
      }
    }
  }
  CHECK(numViews > 1000); // else this tests nothing
}

TEST_CASE("slices of the batch and a concatenation of them move nothing", "[views]") {
  PlanBuilder builder;
  const int32_t x = builder.input("x", TensorSpec::floats({4, 3}));
  std::vector<int32_t> parts;
  for (int64_t i : {1, 0}) {
    plan::SliceT slice;
    slice.starts = {2 * i, 0};
    slice.steps = {1, 1};
    const int32_t half = builder.op(std::move(slice), {x},
                                    builder.value("half", TensorSpec::floats({2, 3})), "slice");
    parts.push_back(builder.op(plan::UnaryT(), {half},
                               builder.value("relu", TensorSpec::floats({2, 3})), "relu"));
  }
  plan::ConcatT concat;
  concat.axis = 0;
  builder.output(
      builder.op(std::move(concat), parts, builder.value("y", TensorSpec::floats({4, 3})), "cat"));
  std::unique_ptr<Session> session = makeSession(loadPlan(builder));
  int numViews = 0;
  for (const KernelProfile &kernel : session->profile())
    numViews += kernel.implementation == "view";
  CHECK(numViews == 3);
  CHECK(session->arenaBytes() == 0); // all is in the caller's memory
  const Tensor input = floatTensor({4, 3}, {1, -2, 3, 4, 5, -6, 7, 8, 9, -1, -2, 3});
  Result<std::vector<Tensor>> outputs = session->run(Inputs(input).views);
  REQUIRE(outputs);
  CHECK(valuesOf<float>((*outputs)[0]) == std::vector<float>{7, 8, 9, 0, 0, 3, 1, 0, 3, 4, 5, 0});
}

// In place it would read what it has just written.
TEST_CASE("no result takes over a part of what the op reads otherwise", "[views]") {
  PlanBuilder builder;
  const int32_t x = builder.input("x", TensorSpec::floats({4, 3}));
  const int32_t all =
      builder.op(plan::UnaryT(), {x}, builder.value("all", TensorSpec::floats({4, 3})), "relu");
  std::vector<int32_t> halves;
  for (int64_t i : {1, 0}) {
    plan::SliceT slice;
    slice.starts = {i, 0};
    slice.steps = {1, 1};
    halves.push_back(builder.op(std::move(slice), {all},
                                builder.value("half", TensorSpec::floats({3, 3})), "slice"));
  }
  plan::BinaryT sub;
  sub.kind = plan::BinaryKind::Sub;
  const int32_t y =
      builder.op(std::move(sub), halves, builder.value("y", TensorSpec::floats({3, 3})), "sub");
  builder.output(
      builder.op(plan::UnaryT(), {y}, builder.value("z", TensorSpec::floats({3, 3})), "relu"));
  for (const std::string_view backend : backendNames()) {
    SessionOptions options;
    options.backend = backend;
    std::unique_ptr<Session> session = makeSession(loadPlan(builder), options);
    const Tensor input = floatTensor({4, 3}, {1, 2, 3, 5, 5, 5, 9, 8, 9, 20, 10, 30});
    Result<std::vector<Tensor>> outputs = session->run(Inputs(input).views);
    REQUIRE(outputs);
    CHECK(valuesOf<float>((*outputs)[0]) == std::vector<float>{4, 3, 2, 4, 3, 4, 11, 2, 21});
  }
}

TEST_CASE("a small view does not keep a large value", "[views]") {
  PlanBuilder builder;
  const int32_t x = builder.input("x", TensorSpec::floats({64, 1024}));
  std::vector<int32_t> rows;
  for (int64_t i = 0; i < 16; ++i) {
    const int32_t value = builder.op(
        plan::UnaryT(), {x}, builder.value("value", TensorSpec::floats({64, 1024})), "relu");
    plan::SliceT slice;
    slice.starts = {i, 0};
    slice.steps = {1, 1};
    rows.push_back(builder.op(std::move(slice), {value},
                              builder.value("row", TensorSpec::floats({1, 1024})), "slice"));
  }
  plan::ConcatT concat;
  concat.axis = 0;
  builder.output(builder.op(std::move(concat), rows,
                            builder.value("y", TensorSpec::floats({16, 1024})), "concat"));
  CHECK(makeSession(loadPlan(builder))->arenaBytes() <= 2 * 64 * 1024 * sizeof(float));
}

TEST_CASE("parts that end soon do not have one that lasts keep a large result", "[views]") {
  // Of each concatenation the result is read at once, and one row of it at the end.
  const TensorSpec large = TensorSpec::floats({64, 1024}), row = TensorSpec::floats({1, 1024}),
                   rest = TensorSpec::floats({63, 1024});
  PlanBuilder builder;
  const int32_t x = builder.input("x", row), others = builder.input("others", rest);
  std::vector<int32_t> kept;
  for (int i = 0; i < 8; ++i) {
    const int32_t part = builder.op(plan::UnaryT(), {x}, builder.value("part", row), "relu");
    const int32_t other =
        builder.op(plan::UnaryT(), {others}, builder.value("other", rest), "relu");
    plan::ConcatT join;
    join.axis = 0;
    const int32_t joined =
        builder.op(std::move(join), {part, other}, builder.value("joined", large), "join");
    plan::MeanT mean;
    mean.axes = {0};
    mean.keep_dims = true;
    kept.push_back(builder.op(std::move(mean), {joined}, builder.value("mean", row), "mean"));
    kept.push_back(part);
  }
  plan::ConcatT concat;
  concat.axis = 0;
  builder.output(builder.op(std::move(concat), kept,
                            builder.value("y", TensorSpec::floats({16, 1024})), "concat"));
  std::unique_ptr<Session> session = makeSession(loadPlan(builder));
  CHECK(session->arenaBytes() <= 4 * 64 * 1024 * sizeof(float));
}

TEST_CASE("views of a value that all begin at once, of which one lasts, do not keep it",
          "[views]") {
  // As a split makes them: all of them stand before what reads them.
  const TensorSpec large = TensorSpec::floats({64, 1024}), row = TensorSpec::floats({1, 1024});
  PlanBuilder builder;
  const int32_t x = builder.input("x", large);
  std::vector<int32_t> kept;
  for (int i = 0; i < 8; ++i) {
    const int32_t value = builder.op(plan::UnaryT(), {x}, builder.value("value", large), "relu");
    std::vector<int32_t> rows;
    for (int64_t r = 0; r < 40; ++r) {
      plan::SliceT slice;
      slice.starts = {r, 0};
      slice.steps = {1, 1};
      rows.push_back(builder.op(std::move(slice), {value}, builder.value("row", row), "slice"));
    }
    int32_t sum = rows[0];
    for (int64_t r = 1; r < 39; ++r)
      sum = builder.op(plan::BinaryT(), {sum, rows[r]}, builder.value("sum", row), "add");
    kept.push_back(rows[39]);
    kept.push_back(sum);
  }
  plan::ConcatT concat;
  concat.axis = 0;
  builder.output(builder.op(std::move(concat), kept,
                            builder.value("y", TensorSpec::floats({16, 1024})), "concat"));
  std::unique_ptr<Session> session = makeSession(loadPlan(builder));
  CHECK(session->arenaBytes() <= 3 * 64 * 1024 * sizeof(float));
}

// Most of them are used at once, and one at the end.
TEST_CASE("views that end soon do not have one that lasts keep a large value", "[views]") {
  const TensorSpec large = TensorSpec::floats({64, 1024}), row = TensorSpec::floats({1, 1024});
  PlanBuilder builder;
  const int32_t x = builder.input("x", large);
  std::vector<int32_t> kept;
  for (int i = 0; i < 8; ++i) {
    const int32_t value = builder.op(plan::UnaryT(), {x}, builder.value("value", large), "relu");
    int32_t sum = -1;
    for (int64_t r = 0; r < 40; ++r) {
      plan::SliceT slice;
      slice.starts = {r, 0};
      slice.steps = {1, 1};
      const int32_t part =
          builder.op(std::move(slice), {value}, builder.value("row", row), "slice");
      if (r == 39)
        kept.push_back(part);
      else
        sum = sum < 0 ? part
                      : builder.op(plan::BinaryT(), {sum, part}, builder.value("sum", row), "add");
    }
    kept.push_back(sum);
  }
  plan::ConcatT concat;
  concat.axis = 0;
  builder.output(builder.op(std::move(concat), kept,
                            builder.value("y", TensorSpec::floats({16, 1024})), "concat"));
  std::unique_ptr<Session> session = makeSession(loadPlan(builder));
  CHECK(session->arenaBytes() <= 2 * 64 * 1024 * sizeof(float));
}
