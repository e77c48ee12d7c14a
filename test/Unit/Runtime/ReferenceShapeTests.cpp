//===- ReferenceShapeTests.cpp - Moving data -------------------------------===//
//
// Every op is tried on both element sizes and with every combination of layouts.
//
//===----------------------------------------------------------------------===//

#include "Support.h"

#include "runtime/kernels/StridedCopy.h"

#include <functional>
#include <numeric>

using namespace quantir;
using namespace quantir::test;

namespace {

int64_t flatten(const Dims &index, const Dims &dims) {
  int64_t offset = 0;
  for (size_t d = 0; d < dims.size(); ++d)
    offset = offset * dims[d] + index[d];
  return offset;
}

Dims unflatten(int64_t flat, const Dims &dims) {
  Dims index(dims.size());
  for (size_t d = dims.size(); d-- > 0; flat /= dims[d])
    index[d] = flat % dims[d];
  return index;
}

/// Checks an op of one input: element i of the result is input element `source(index)`, or
/// `filler` where that is -1.
template <typename Options>
void checkMove(const Options &options, const Dims &from, const Dims &to,
               const std::function<int64_t(const Dims &)> &source, int filler = 0) {
  int64_t count = numElements(from);
  for (bool bytes : {false, true})
    for (int layouts = 0; layouts < 4; ++layouts) {
      auto spec = [&](const Dims &dims, int bit) {
        TensorSpec result =
            bytes ? TensorSpec::codes(DType::UInt8, dims, 0.5f, 7) : TensorSpec::floats(dims);
        return dims.size() >= 3 && layouts >> bit & 1 ? result.channelsLast() : result;
      };
      Tensor x(bytes ? DType::UInt8 : DType::Float32, from);
      for (int64_t i = 0; i < count; ++i)
        if (bytes)
          x.as<uint8_t>()[i] = static_cast<uint8_t>(i + 50);
        else
          x.as<float>()[i] = static_cast<float>(i + 50);
      std::vector<Tensor> inputs;
      inputs.push_back(std::move(x));
      Tensor y = runOp(options, {spec(from, 0)}, inputs, spec(to, 1));
      bool equal = true;
      for (int64_t i = 0; i < y.numElements(); ++i) {
        int64_t at = source(unflatten(i, to));
        int expected = at < 0 ? filler : static_cast<int>(at) + 50;
        if (bytes)
          equal &= y.as<uint8_t>()[i] == static_cast<uint8_t>(at < 0 ? expected * 2 + 7 : expected);
        else
          equal &= y.as<float>()[i] == static_cast<float>(expected);
      }
      INFO("bytes " << bytes << ", layouts " << layouts);
      CHECK(equal);
    }
}

} // namespace

TEST_CASE("reshape keeps the row-major order of the elements") {
  for (Dims to : {Dims{2, 3, 4, 5}, Dims{120}, Dims{6, 20}, Dims{2, 60, 1, 1}, Dims{1, 5, 24},
                  Dims{4, 3, 5, 2}})
    checkMove(plan::ReshapeT(), {2, 3, 4, 5}, to,
              [&](const Dims &index) { return flatten(index, to); });
}

TEST_CASE("transpose permutes dimensions") {
  Dims from = {2, 3, 4, 5};
  Dims order = {0, 1, 2, 3};
  do {
    plan::TransposeT options;
    options.permutation = order;
    Dims to;
    for (int64_t axis : order)
      to.push_back(from[axis]);
    checkMove(options, from, to, [&](const Dims &index) {
      Dims origin(4);
      for (int d = 0; d < 4; ++d)
        origin[order[d]] = index[d];
      return flatten(origin, from);
    });
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST_CASE("slice takes steps, backward ones too") {
  struct Case {
    Dims starts, steps, to;
  };
  Dims from = {2, 3, 4, 5};
  for (const Case &test : {Case{{0, 0, 0, 0}, {1, 1, 1, 1}, {2, 3, 4, 5}},
                           Case{{1, 0, 1, 0}, {1, 2, 2, 3}, {1, 2, 2, 2}},
                           Case{{1, 2, 3, 4}, {-1, -2, -1, -2}, {2, 2, 4, 3}},
                           Case{{0, 1, 3, 2}, {INT64_MAX, INT64_MIN, 7, 1}, {1, 1, 1, 2}}}) {
    plan::SliceT options;
    options.starts = test.starts;
    options.steps = test.steps;
    checkMove(options, from, test.to, [&](const Dims &index) {
      Dims origin(4);
      for (int d = 0; d < 4; ++d)
        origin[d] = test.starts[d] + (index[d] ? index[d] * test.steps[d] : 0);
      return flatten(origin, from);
    });
  }
}

TEST_CASE("pad surrounds with a value") {
  Dims from = {1, 2, 3, 2};
  plan::PadT options;
  options.padding = {0, 1, 2, 0, 1, 0, 1, 3};
  options.value = -3;
  checkMove(
      options, from, {2, 3, 6, 5},
      [&](const Dims &index) -> int64_t {
        Dims origin = {index[0], index[1] - 1, index[2] - 2, index[3]};
        for (int d = 0; d < 4; ++d)
          if (origin[d] < 0 || origin[d] >= from[d])
            return -1;
        return flatten(origin, from);
      },
      -3);
}

TEST_CASE("padding with a code saturates") {
  plan::PadT options;
  options.padding = {0, 1};
  options.value = -std::numeric_limits<float>::infinity();
  Tensor y = runOp(options, {TensorSpec::codes(DType::Int8, {1}, 0.5f, 7)},
                   {makeTensor<int8_t>(DType::Int8, {1}, {1})},
                   TensorSpec::codes(DType::Int8, {2}, 0.5f, 7));
  CHECK(valuesOf<int8_t>(y) == std::vector<int8_t>{1, -128});
}

TEST_CASE("expand repeats") {
  for (Dims from : {Dims{2, 3, 1, 1}, Dims{1, 3, 1, 5}, Dims{5}, Dims{}, Dims{4, 1}})
    checkMove(plan::ExpandT(), from, {2, 3, 4, 5}, [&](const Dims &index) {
      Dims origin(from.size());
      for (size_t d = 0; d < from.size(); ++d)
        origin[d] = from[d] == 1 ? 0 : index[4 - from.size() + d];
      return flatten(origin, from);
    });
}

TEST_CASE("concat joins along any axis, in every layout") {
  for (int axis = 0; axis < 3; ++axis)
    for (int layouts = 0; layouts < 8; ++layouts) {
      Dims a = {2, 3, 2}, b = a, y = a;
      b[axis] = 4;
      y[axis] = a[axis] + 4;
      auto spec = [&](const Dims &dims, int bit) {
        TensorSpec result = TensorSpec::floats(dims);
        return layouts >> bit & 1 ? result.channelsLast() : result;
      };
      auto iota = [](const Dims &dims, float first) {
        Tensor tensor(DType::Float32, dims);
        std::iota(tensor.as<float>().begin(), tensor.as<float>().end(), first);
        return tensor;
      };
      plan::ConcatT options;
      options.axis = axis;
      std::vector<Tensor> inputs;
      inputs.push_back(iota(a, 0));
      inputs.push_back(iota(b, 100));
      Tensor result = runOp(options, {spec(a, 0), spec(b, 1)}, inputs, spec(y, 2));
      for (int64_t i = 0; i < result.numElements(); ++i) {
        Dims index = unflatten(i, y);
        bool second = index[axis] >= a[axis];
        index[axis] -= second ? a[axis] : 0;
        CHECK(result.as<float>()[i] ==
              static_cast<float>(second ? 100 + flatten(index, b) : flatten(index, a)));
      }
    }
}

TEST_CASE("concat requantizes codes of other scales") {
  plan::ConcatT options;
  options.axis = 0;
  std::vector<Tensor> inputs;
  inputs.push_back(byteTensor({2}, {10, 14}));
  inputs.push_back(makeTensor<int8_t>(DType::Int8, {2}, {0, 127}));
  inputs.push_back(byteTensor({1}, {200}));
  Tensor y = runOp(options,
                   {TensorSpec::codes(DType::UInt8, {2}, 0.5f, 10),
                    TensorSpec::codes(DType::Int8, {2}, 2, -1),
                    TensorSpec::codes(DType::UInt8, {1}, 1, 50)},
                   inputs, TensorSpec::codes(DType::UInt8, {5}, 1, 50));
  CHECK(valuesOf<uint8_t>(y) == std::vector<uint8_t>{50, 52, 52, 255, 200});
}

TEST_CASE("strided copies of large matrices") {
  // Larger than a tile, and not a multiple of it.
  int64_t rows = 71, columns = 45, depth = 3;
  std::vector<uint32_t> source(rows * columns * depth), result(source.size());
  std::iota(source.begin(), source.end(), 0u);
  Dims dims = {depth, rows, columns}, from = {1, columns * depth, depth},
       to = {rows * columns, 1, rows};
  StridedCopy(4, dims, from, to).run(source.data(), result.data());
  bool equal = true;
  for (int64_t d = 0; d < depth; ++d)
    for (int64_t r = 0; r < rows; ++r)
      for (int64_t c = 0; c < columns; ++c)
        equal &= result[d * to[0] + r * to[1] + c * to[2]] ==
                 source[d * from[0] + r * from[1] + c * from[2]];
  CHECK(equal);
}
