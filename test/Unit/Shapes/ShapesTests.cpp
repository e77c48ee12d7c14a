//===- ShapesTests.cpp ----------------------------------------------------===//

#include "quantir/Shapes/Shapes.h"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <cstdint>
#include <random>

using namespace quantir::shapes;

namespace {

constexpr int64_t dynamic = dynamicDim;
constexpr int64_t huge = INT64_MAX;

/// The result of one rule: its text form, or the error.
template <typename Rule, typename... Args> std::string shapeOf(Rule rule, Args &&...args) {
  Dims out = {123};
  std::string error = rule(std::forward<Args>(args)..., out);
  if (!error.empty()) {
    CHECK(out == Dims{123}); // untouched
    return "error: " + error;
  }
  return formatDims(out);
}

ConvGeometry conv(Dims strides, Dims padding, Dims dilations, int64_t groups = 1) {
  return {strides, padding, dilations, groups};
}

std::string convOf(const Dims &x, const Dims &w, const ConvGeometry &g) {
  return shapeOf(inferConv, x, w, g);
}

std::string poolOf(const Dims &x, const PoolGeometry &g) { return shapeOf(inferPool, x, g); }

} // namespace

TEST_CASE("convolution shapes", "[shapes]") {
  CHECK(convOf({1, 3, 32, 32}, {16, 3, 3, 3}, conv({1, 1}, {1, 1, 1, 1}, {1, 1})) ==
        "[1x16x32x32]");
  CHECK(convOf({dynamic, 3, 224, 224}, {64, 3, 7, 7}, conv({2, 2}, {3, 3, 3, 3}, {1, 1})) ==
        "[?x64x112x112]");
  // 1-D, depthwise, dilated, asymmetric padding.
  CHECK(convOf({2, 8, 10}, {8, 1, 3}, conv({2}, {0, 1}, {2}, 8)) == "[2x8x4]");
  CHECK(convOf({1, 4, 5, 6, 7}, {2, 4, 1, 2, 3}, conv({1, 1, 1}, {0, 0, 0, 0, 0, 0}, {1, 1, 1})) ==
        "[1x2x5x5x5]");

  CHECK(
      convOf({1, 3, 8, 8}, {4, 2, 3, 3}, conv({1, 1}, {0, 0, 0, 0}, {1, 1})) ==
      "error: expected an input of 2 * 1 channels (weight's dimension 1 times groups), but got 3");
  CHECK(convOf({1, 4, 8, 8}, {3, 2, 3, 3}, conv({1, 1}, {0, 0, 0, 0}, {1, 1}, 2)) ==
        "error: expected output channels that divide into 2 groups, but got 3");
  CHECK(convOf({1, 3, 2, 8}, {4, 3, 3, 3}, conv({1, 1}, {0, 0, 0, 0}, {1, 1})) ==
        "error: spatial dimension 0: expected a window no longer than the padded input (2), but "
        "got 3");
  CHECK(convOf({1, 3, 8}, {4, 3, 3, 3}, conv({1, 1}, {0, 0, 0, 0}, {1, 1})) ==
        "error: expected an input of rank 4 (batch, channels and 2 spatial dimensions), but got "
        "[1x3x8]");
  CHECK(convOf({1, 3, 8, 8}, {4, 3, 3, 3}, conv({1}, {0, 0, 0, 0}, {1, 1})) ==
        "error: expected 2 strides, but got [1]");
  CHECK(convOf({1, 3, 8, 8}, {4, 3, 3, 3}, conv({1, 1}, {0, 0}, {1, 1})) ==
        "error: expected 4 padding, but got [0, 0]");
}

TEST_CASE("hostile convolutions are errors", "[shapes]") {
  const Dims x = {1, 3, 8, 8}, w = {4, 3, 3, 3};
  for (int64_t bad : {int64_t(0), int64_t(-1), INT64_MIN, huge}) {
    INFO("value " << bad);
    CHECK(convOf(x, w, conv({bad, 1}, {0, 0, 0, 0}, {1, 1})).starts_with("error: "));
    CHECK(convOf(x, w, conv({1, 1}, {0, 0, 0, 0}, {1, bad})).starts_with("error: "));
    CHECK(convOf(x, w, conv({1, 1}, {0, 0, 0, 0}, {1, 1}, bad)).starts_with("error: "));
    CHECK(convOf(x, {4, 3, bad, 3}, conv({1, 1}, {0, 0, 0, 0}, {1, 1})).starts_with("error: "));
    if (bad != 0) {
      CHECK(convOf(x, w, conv({1, 1}, {0, 0, bad, 0}, {1, 1})).starts_with("error: "));
      CHECK(convOf({1, 3, 8, bad}, w, conv({1, 1}, {0, 0, 0, 0}, {1, 1})).starts_with("error: "));
    }
  }
  CHECK(convOf({1, 3, 8, dynamic}, w, conv({1, 1}, {0, 0, 0, 0}, {1, 1})) ==
        "error: expected channels and spatial dimensions of known sizes, but got [1x3x8x?]");
  // Each value is acceptable, the result is not.
  int64_t big = int64_t(1) << 47;
  CHECK(convOf({1, 1, 8, 8}, {1, 1, 1, 1}, conv({1, 1}, {big, big, big, big}, {1, 1})) ==
        "error: expected a tensor of at most 2^48 elements, but got "
        "[1x1x281474976710664x281474976710664]");
  CHECK(convOf({1, 1, 8, 8}, {1, 1, 3, 3}, conv({1, 1}, {0, 0, 0, 0}, {big, big})) ==
        "error: spatial dimension 0: expected a window no longer than the padded input (8), but "
        "got one of more than 2^48");
}

TEST_CASE("transposed convolution shapes", "[shapes]") {
  auto shape = [](const Dims &x, const Dims &w, const ConvGeometry &g, const Dims &outputPadding) {
    return shapeOf(inferConvTranspose, x, w, g, outputPadding);
  };
  CHECK(shape({1, 8, 4, 4}, {8, 3, 3, 3}, conv({2, 2}, {1, 1, 1, 1}, {1, 1}), {1, 1}) ==
        "[1x3x8x8]");
  CHECK(shape({dynamic, 8, 5}, {4, 6, 4}, conv({3}, {0, 2}, {2}, 2), {0}) == "[?x6x17]");
  CHECK(shape({1, 8, 4, 4}, {8, 3, 3, 3}, conv({2, 2}, {1, 1, 1, 1}, {1, 1}), {2, 1}) ==
        "error: spatial dimension 0: expected an output_padding below the stride or the dilation, "
        "but got 2");
  CHECK(shape({1, 8, 1, 1}, {8, 3, 1, 1}, conv({1, 1}, {1, 1, 1, 1}, {1, 1}), {0, 0}) ==
        "error: spatial dimension 0: expected a padding that leaves a positive size, but got -1");
  CHECK(
      shape({1, 7, 4, 4}, {8, 3, 3, 3}, conv({2, 2}, {1, 1, 1, 1}, {1, 1}), {0, 0}) ==
      "error: expected an input of 8 * 1 channels (weight's dimension 0 times groups), but got 7");
  CHECK(shape({1, 8, 1 << 20, 4}, {8, 3, 3, 3}, conv({int64_t(1) << 47, 2}, {0, 0, 0, 0}, {1, 1}),
              {0, 0})
            .starts_with("error: spatial dimension 0: expected a countable, positive size"));
}

TEST_CASE("pooling shapes", "[shapes]") {
  CHECK(poolOf({dynamic, 64, 112, 112}, {{3, 3}, {2, 2}, {1, 1, 1, 1}, {1, 1}}) == "[?x64x56x56]");
  CHECK(poolOf({1, 2, 6}, {{3}, {2}, {0, 0}, {1}}) == "[1x2x2]");
  CHECK(poolOf({1, 2, 6}, {{3}, {2}, {0, 0}, {1}, true}) == "[1x2x3]");
  // Rounded up, the last window would start in the padding: it is left out.
  CHECK(poolOf({1, 2, 5}, {{2}, {3}, {1, 1}, {1}, true}) == "[1x2x2]");
  // In ceil mode a window may go beyond the end, by less than the stride.
  CHECK(poolOf({1, 2, 6}, {{9}, {4}, {0, 0}, {1}, true}) == "[1x2x1]");
  CHECK(poolOf({1, 2, 6}, {{10}, {4}, {0, 0}, {1}, true}) ==
        "error: spatial dimension 0: expected a window less than the stride (4) longer than the "
        "padded input (6), but got 10");
  CHECK(poolOf({1, 2, 6}, {{9}, {4}, {0, 0}, {1}}) ==
        "error: spatial dimension 0: expected a window no longer than the padded input (6), but "
        "got 9");
  CHECK(poolOf({1, 2, 6}, {{3}, {2}, {3, 0}, {1}}) ==
        "error: spatial dimension 0: expected padding shorter than the window (3), but got 3 and "
        "0");
  CHECK(poolOf({1, 2, 6}, {{0}, {2}, {0, 0}, {1}}).starts_with("error: expected kernel between 1"));
  const int64_t far =
      int64_t(1) << 30; // the number of positions, which an average counts, is bounded
  CHECK(poolOf({1, 2, 6, 6}, {{far, far}, {1, 1}, {far - 1, far - 1, 0, 0}, {1, 1}}) ==
        "error: expected a window of at most 2^48 positions, but got [1073741824, 1073741824]");
  CHECK(poolOf({1, 2}, {{}, {}, {}, {}}) ==
        "error: expected at least one spatial dimension, but got none");
  CHECK(shapeOf(inferAdaptivePool, Dims{dynamic, 8, 7, 7}, Dims{1, 1}) == "[?x8x1x1]");
  CHECK(shapeOf(inferAdaptivePool, Dims{1, 8, 0, 7}, Dims{1, 1}).starts_with("error: "));
  CHECK(shapeOf(inferAdaptivePool, Dims{1, 8, 7, 7}, Dims{0, 1}).starts_with("error: "));
}

TEST_CASE("matrix product shapes", "[shapes]") {
  auto product = [](const Dims &a, const Dims &b, bool transposed = false) {
    return shapeOf(inferMatMul, a, b, transposed);
  };
  CHECK(product({2, 3}, {3, 4}) == "[2x4]");
  CHECK(product({2, 3}, {4, 3}, true) == "[2x4]");
  CHECK(product({dynamic, 8, 5, 6}, {1, 6, 7}) == "[?x8x5x7]");
  CHECK(product({dynamic, 3}, {3, 4}) == "[?x4]");
  CHECK(product({3}, {3}) == "[]");
  CHECK(product({3}, {5, 3, 4}) == "[5x4]");
  CHECK(product({5, 2, 3}, {3}) == "[5x2]");
  CHECK(product({2, 3}, {4, 3}) ==
        "error: expected operands that agree on a known inner dimension, but got [2x3] and [4x3]");
  CHECK(
      product({3, dynamic}, {3, 4}).starts_with("error: expected operands that agree on a known"));
  CHECK(product({2, 5}, {dynamic, 5}).starts_with("error: "));
  CHECK(product({dynamic, 3}, {9, 3, 4}) == "[9x?x4]");
  CHECK(product({dynamic, 2, 3}, {3, dynamic}) ==
        "error: expected at most one dynamic dimension, but got [?x2x?]");
  CHECK(product({}, {3}).starts_with("error: expected operands of rank 1 or more"));

  CHECK(shapeOf(inferLinear, Dims{dynamic, 7, 16}, Dims{10, 16}) == "[?x7x10]");
  CHECK(shapeOf(inferLinear, Dims{16}, Dims{10, 16}) == "[10]");
  CHECK(shapeOf(inferLinear, Dims{2, 15}, Dims{10, 16}) ==
        "error: expected an input whose last dimension is 16 (weight's dimension 1), but got "
        "[2x15]");
}

TEST_CASE("broadcast shapes", "[shapes]") {
  CHECK(shapeOf(inferBroadcast, Dims{dynamic, 3, 1, 5}, Dims{4, 1}) == "[?x3x4x5]");
  CHECK(shapeOf(inferBroadcast, Dims{dynamic, 3}, Dims{dynamic, 1}) == "[?x3]");
  CHECK(shapeOf(inferBroadcast, Dims{}, Dims{2}) == "[2]");
  CHECK(shapeOf(inferBroadcast, Dims{2, 3}, Dims{2}) ==
        "error: expected shapes that broadcast, but got [2x3] and [2]");
  CHECK(shapeOf(inferBroadcast, Dims{dynamic, 3}, Dims{7, 3}).starts_with("error: "));
  CHECK(shapeOf(inferBroadcast, Dims{dynamic, 3}, Dims{7, 1, 3}) == "[7x?x3]");
  CHECK(shapeOf(inferBroadcast, Dims{int64_t(1) << 30, 1}, Dims{int64_t(1) << 30}) ==
        "error: expected a tensor of at most 2^48 elements, but got [1073741824x1073741824]");

  CHECK(shapeOf(inferExpand, Dims{dynamic, 1, 4}, Dims{-1, 3, -1}) == "[?x3x4]");
  CHECK(shapeOf(inferExpand, Dims{3, 1}, Dims{2, 1, 6}) == "[2x3x6]");
  CHECK(shapeOf(inferExpand, Dims{3, 1}, Dims{2}).starts_with("error: expected a shape of rank 2"));
  CHECK(shapeOf(inferExpand, Dims{3}, Dims{-1, 3}).starts_with("error: expected sizes that are"));
  CHECK(shapeOf(inferExpand, Dims{3}, Dims{4}) ==
        "error: expected a shape that [3] broadcasts to, but got [4]");
  CHECK(shapeOf(inferExpand, Dims{3}, Dims{INT64_MIN}).starts_with("error: "));
  CHECK(shapeOf(inferExpand, Dims{1, 4}, Dims{-2, -1}) == "[?x4]");
  CHECK(shapeOf(inferExpand, Dims{4}, Dims{3, -2, 4}) == "[3x?x4]");
  CHECK(shapeOf(inferExpand, Dims{2, 4}, Dims{-2, 4}) ==
        "error: expected a dimension of 1 to be repeated for the batch, but got [2x4]");
  CHECK(shapeOf(inferExpand, Dims{dynamic, 1}, Dims{-1, -2}).starts_with("error: "));
}

TEST_CASE("reshape", "[shapes]") {
  auto reshape = [](const Dims &x, const Dims &shape) { return shapeOf(inferReshape, x, shape); };
  CHECK(reshape({2, 3, 4}, {6, 4}) == "[6x4]");
  CHECK(reshape({2, 3, 4}, {0, -1}) == "[2x12]");
  CHECK(reshape({dynamic, 3, 4}, {0, 12}) == "[?x12]");
  CHECK(reshape({dynamic, 3, 4}, {-1, 12}) == "[?x12]");
  CHECK(reshape({dynamic, 3, 4}, {0, 2, -1}) == "[?x2x6]");
  CHECK(reshape({dynamic, 3, 4}, {-1, 4}) == "[?x4]"); // three rows a sample
  CHECK(reshape({}, {1, 1}) == "[1x1]");
  CHECK(reshape({1}, {}) == "[]");
  CHECK(reshape({dynamic, 3, 4}, {-1, 24}) == "[?x24]"); // where the batch is even
  CHECK(reshape({dynamic, 4}, {-1, 3, 4}) == "[?x3x4]");
  CHECK(reshape({dynamic, 3, 4}, {-1, 8}) ==
        "error: expected a shape of as many elements as [?x3x4], but got [-1, 8]");
  CHECK(reshape({dynamic, 3, 4}, {0, 24}).starts_with("error: "));
  CHECK(reshape({dynamic, 3, 4}, {1, -1}) == "[1x?]"); // twelve times the batch
  CHECK(reshape({8, dynamic, 4}, {0, 0, 2, 2}) == "[8x?x2x2]");
  CHECK(reshape({8, dynamic, 4}, {8, 1, -1, 4}) == "[8x1x?x4]");
  CHECK(reshape({8, dynamic, 4}, {8, 1, 4}) ==
        "error: expected a shape with a 0 at dimension 1 of the input, which is dynamic, or a -1, "
        "but got [8, 1, 4]");
  CHECK(reshape({2, 3}, {-1, -1}) ==
        "error: expected at most one -1 in the shape, but got [-1, -1]");
  CHECK(reshape({2, 3}, {2, 3, 0}) ==
        "error: expected a 0 only where the input [2x3] has a dimension, but got [2, 3, 0]");
  CHECK(reshape({2, 3}, {5}).starts_with("error: expected a shape of as many elements"));
  CHECK(reshape({2, 3}, {-2, 3}).starts_with("error: expected sizes, 0 or -1"));
  CHECK(reshape({2, 3}, {huge, huge}).starts_with("error: "));
  CHECK(reshape({0, 3}, {-1, 0}) == "[0x3]");                // 0 copies the 3
  CHECK(reshape({4, 0}, {2, 0, -1}).starts_with("error: ")); // anything would do for -1
}

TEST_CASE("transpose, concat, split, pad, mean", "[shapes]") {
  CHECK(shapeOf(inferTranspose, Dims{dynamic, 2, 3}, Dims{0, 2, 1}) == "[?x3x2]");
  CHECK(shapeOf(inferTranspose, Dims{dynamic, 2}, Dims{1, 0}) == "[2x?]");
  CHECK(shapeOf(inferTranspose, Dims{2, 3}, Dims{0, 0}) ==
        "error: expected a permutation of 0..1, but got [0, 0]");
  CHECK(shapeOf(inferTranspose, Dims{2, 3}, Dims{0, 2}).starts_with("error: "));
  CHECK(shapeOf(inferTranspose, Dims{2, 3}, Dims{0}).starts_with("error: "));

  auto concat = [](std::vector<Dims> inputs, int64_t axis) {
    return shapeOf(inferConcat, std::span<const Dims>(inputs), axis);
  };
  CHECK(concat({{dynamic, 2, 5}, {dynamic, 3, 5}}, 1) == "[?x5x5]");
  CHECK(concat({{2, 5}, {3, 5}, {1, 5}}, -2) == "[6x5]");
  CHECK(concat({{dynamic, 5}, {dynamic, 5}}, 0) ==
        "error: expected axes of known size, but got axis 0 of [?x5]");
  CHECK(concat({{dynamic, 5}, {2, 5}}, 0).starts_with("error: "));
  CHECK(concat({{2, 5}, {2, 6}}, 0) ==
        "error: expected inputs that differ in dimension 0 only, but got [2x5] and [2x6]");
  CHECK(concat({{2, 5}, {2}}, 0).starts_with("error: "));
  CHECK(concat({}, 0) == "error: expected at least one input, but got none");
  CHECK(concat({{2}, {2}}, 1) == "error: expected an axis between -1 and 0, but got 1");

  std::vector<Dims> pieces;
  CHECK(inferSplit({dynamic, 6}, -1, {1, 2, 3}, pieces) == "");
  CHECK(pieces == std::vector<Dims>{{dynamic, 1}, {dynamic, 2}, {dynamic, 3}});
  CHECK(inferSplit({2, 6}, 1, {3, 2}, pieces) == "expected sizes that add up to 6, but got [3, 2]");
  CHECK(inferSplit({2, 6}, 1, {7, -1}, pieces) != "");
  CHECK(inferSplit({2, 6}, 1, {huge, huge}, pieces) != "");
  CHECK(inferSplit({2, 6}, 1, {}, pieces) != "");
  CHECK(inferSplit({dynamic, 6}, 0, {1}, pieces) ==
        "expected axes of known size, but got axis 0 of [?x6]");

  CHECK(shapeOf(inferPad, Dims{dynamic, 2, 3}, Dims{0, 1, 0, 0, 2, 4}) == "[?x5x7]");
  CHECK(shapeOf(inferPad, Dims{dynamic, 2}, Dims{1, 0, 0, 0}) ==
        "error: expected no padding of the dynamic dimension, but got [1, 0, 0, 0]");
  CHECK(shapeOf(inferPad, Dims{2, 2}, Dims{0, -1, 0, 0}).starts_with("error: "));
  CHECK(shapeOf(inferPad, Dims{2, 2}, Dims{0, huge, 0, huge}).starts_with("error: "));

  CHECK(shapeOf(inferMean, Dims{dynamic, 8, 7, 7}, Dims{2, -1}, false) == "[?x8]");
  CHECK(shapeOf(inferMean, Dims{dynamic, 8, 7, 7}, Dims{-1, 2}, true) == "[?x8x1x1]");
  CHECK(shapeOf(inferMean, Dims{2, 3}, Dims{}, false) == "[]");
  CHECK(shapeOf(inferMean, Dims{dynamic, 3}, Dims{-2}, false) ==
        "error: expected axes of known size, but got axis 0 of [?x3]");
  CHECK(shapeOf(inferMean, Dims{2, dynamic}, Dims{}, false) ==
        "error: expected axes of known size, but got axis 1 of [2x?]");
  CHECK(shapeOf(inferMean, Dims{2, 3}, Dims{1, -1}, false) ==
        "error: expected different axes, but got [1, -1]");
  CHECK(shapeOf(inferMean, Dims{2, 0}, Dims{1}, false) ==
        "error: expected something to average over, but got [2x0]");
}

TEST_CASE("flatten, squeeze, unsqueeze", "[shapes]") {
  CHECK(shapeOf(inferFlatten, Dims{dynamic, 3, 4}, 1, -1) == "[?x12]");
  CHECK(shapeOf(inferFlatten, Dims{dynamic, 3, 4}, 0, 1) == "[?x4]");
  CHECK(shapeOf(inferFlatten, Dims{2, 3, 4}, 1, 1) == "[2x3x4]");
  CHECK(shapeOf(inferFlatten, Dims{}, 0, -1) == "[1]");
  CHECK(shapeOf(inferFlatten, Dims{2, 3}, 1, 0) ==
        "error: expected a start axis no greater than the end axis, but got 1 and 0");
  CHECK(shapeOf(inferFlatten, Dims{2, 3}, 2, 3).starts_with("error: expected an axis between"));

  CHECK(shapeOf(inferSqueeze, Dims{dynamic, 1, 4, 1}, Dims{1, -1}) == "[?x4]");
  CHECK(shapeOf(inferSqueeze, Dims{dynamic, 1, 4, 1}, Dims{}) == "[?x4]");
  CHECK(shapeOf(inferSqueeze, Dims{2, 1}, Dims{0}) ==
        "error: expected dimension 0 to be 1, but got [2x1]");
  CHECK(shapeOf(inferSqueeze, Dims{dynamic, 1}, Dims{0}).starts_with("error: "));

  CHECK(shapeOf(inferUnsqueeze, Dims{dynamic, 4}, Dims{1, -1}) == "[?x1x4x1]");
  CHECK(shapeOf(inferUnsqueeze, Dims{}, Dims{0}) == "[1]");
  CHECK(shapeOf(inferUnsqueeze, Dims{dynamic, 4}, Dims{0}) == "[1x?x4]");
  CHECK(shapeOf(inferUnsqueeze, Dims{4}, Dims{0, 0}).starts_with("error: expected different axes"));
}

TEST_CASE("slice resolves as ONNX says", "[shapes]") {
  auto slice = [](const Dims &x, Dims starts, Dims ends, Dims axes = {}, Dims steps = {}) {
    ResolvedSlice out;
    std::string error = inferSlice(x, starts, ends, axes, steps, out);
    if (!error.empty())
      return "error: " + error;
    return formatDims(out.sizes) + " from " + formatDims(out.starts) + " by " +
           std::to_string(out.steps.back());
  };
  CHECK(slice({4, 10}, {2}, {8}, {1}) == "[4x6] from [0x2] by 1");
  CHECK(slice({4, 10}, {-3}, {huge}, {-1}) == "[4x3] from [0x7] by 1");
  CHECK(slice({4, 10}, {0}, {huge}, {1}, {2}) == "[4x5] from [0x0] by 2");
  CHECK(slice({4, 10}, {huge}, {INT64_MIN}, {1}, {-1}) == "[4x10] from [0x9] by -1");
  CHECK(slice({4, 10}, {8}, {1}, {1}, {-3}) == "[4x3] from [0x8] by -3");
  CHECK(slice({4, 10}, {5}, {5}, {1}) == "[4x0] from [0x0] by 1");
  CHECK(slice({4, 10}, {0}, {10}, {1}, {huge}) == "[4x1] from [0x0] by 10");
  CHECK(slice({4, 10}, {9}, {INT64_MIN}, {1}, {INT64_MIN}) == "[4x1] from [0x9] by -10");
  CHECK(slice({4, 10}, {1, 2}, {3, 4}) == "[2x2] from [1x2] by 1");
  CHECK(slice({dynamic, 10}, {0, 1}, {huge, 9}) == "[?x8] from [0x1] by 1");
  CHECK(slice({0}, {0}, {huge}, {0}, {-1}) == "[0] from [0] by -1");
  CHECK(slice({dynamic, 10}, {1}, {huge}, {0}) ==
        "error: expected the dynamic dimension to be kept whole (start 0, step 1, end 2^63-1), "
        "but got start 1, end 9223372036854775807, step 1");
  CHECK(slice({4}, {0}, {4}, {0}, {0}) == "error: expected steps that are not 0, but got [0]");
  CHECK(slice({4}, {0, 0}, {4, 4}) == "error: expected at most 1 starts, but got 2");
  CHECK(slice({4}, {0}, {4, 4}).starts_with("error: expected as many ends"));
  CHECK(slice({4, 4}, {0, 0}, {4, 4}, {1, -1}).starts_with("error: expected different axes"));
}

TEST_CASE("slices agree with walking the indices", "[shapes]") {
  // Python's rule for indices, one by one.
  std::mt19937 random(5);
  auto pick = [&](int low, int high) {
    return int64_t(std::uniform_int_distribution<int>(low, high)(random));
  };
  for (int i = 0; i < 5000; ++i) {
    int64_t size = pick(0, 7), start = pick(-10, 10), end = pick(-10, 10), step = pick(-4, 4);
    if (step == 0)
      continue;
    INFO("size " << size << " [" << start << ":" << end << ":" << step << "]");
    ResolvedSlice out;
    REQUIRE(inferSlice({size}, {start}, {end}, {0}, {step}, out) == "");
    int64_t low = step > 0 ? 0 : -1, high = step > 0 ? size : size - 1;
    int64_t from = std::clamp(start < 0 ? start + size : start, low, high);
    int64_t to = std::clamp(end < 0 ? end + size : end, low, high);
    std::vector<int64_t> want, got;
    for (int64_t k = from; step > 0 ? k < to : k > to; k += step)
      want.push_back(k);
    for (int64_t k = 0; k < out.sizes[0]; ++k)
      got.push_back(out.starts[0] + k * out.steps[0]);
    // ONNX clamps a start below the first element to it when stepping backwards; Python yields
    // nothing.
    if (step < 0 && start < -size && size > 0)
      continue;
    CHECK(got == want);
  }
}

TEST_CASE("random attributes never overflow", "[shapes]") {
  // Under UBSan this would report; elsewhere the results must at least be valid shapes.
  std::mt19937_64 random(7);
  const std::vector<int64_t> values = {
      INT64_MIN,     -5,       -1, 0, 1, 2, 3, 7, 64, 1 << 20, int64_t(1) << 40, int64_t(1) << 47,
      INT64_MAX - 1, INT64_MAX};
  auto value = [&] { return values[random() % values.size()]; };
  auto dims = [&](size_t most) {
    Dims d(random() % (most + 1));
    for (int64_t &v : d)
      v = random() % 3 ? int64_t(random() % 9) : value();
    return d;
  };
  int successes = 0;
  auto check = [&](const std::string &error, const Dims &out) {
    if (!error.empty())
      return;
    ++successes;
    CHECK(checkDims(out) == "");
  };
  for (int i = 0; i < 20000; ++i) {
    Dims x = dims(5), y = dims(5), out;
    ConvGeometry geometry = {dims(3), dims(6), dims(3), random() % 2 ? 1 : value()};
    check(inferConv(x, y, geometry, out), out);
    check(inferConvTranspose(x, y, geometry, dims(3), out), out);
    check(inferPool(x, {dims(3), dims(3), dims(6), dims(3), bool(random() % 2)}, out), out);
    check(inferAdaptivePool(x, dims(3), out), out);
    check(inferLinear(x, y, out), out);
    check(inferMatMul(x, y, random() % 2, out), out);
    check(inferBroadcast(x, y, out), out);
    check(inferExpand(x, y, out), out);
    check(inferReshape(x, y, out), out);
    check(inferTranspose(x, y, out), out);
    check(inferPad(x, dims(10), out), out);
    check(inferMean(x, y, random() % 2, out), out);
    check(inferFlatten(x, value(), value(), out), out);
    check(inferSqueeze(x, y, out), out);
    check(inferUnsqueeze(x, y, out), out);
    std::vector<Dims> inputs = {x, y}, pieces;
    check(inferConcat(inputs, value(), out), out);
    if (inferSplit(x, value(), y, pieces).empty())
      check("", pieces[0]);
    ResolvedSlice slice;
    if (inferSlice(x, dims(3), dims(3), dims(3), dims(3), slice).empty())
      check("", slice.sizes);
  }
  CHECK(successes > 1000);
}

TEST_CASE("embedding and lstm", "[shapes]") {
  CHECK(shapeOf(inferEmbedding, Dims{dynamic, 7}, Dims{20, 8}) == "[?x7x8]");
  CHECK(shapeOf(inferEmbedding, Dims{}, Dims{20, 8}) == "[8]");
  CHECK(shapeOf(inferEmbedding, Dims{2}, Dims{20}) ==
        "error: expected a table of rank 2, but got [20]");

  auto bag = [](const Dims &indices, const Dims &offsets, bool includeLastOffset) {
    return shapeOf(inferEmbeddingBag, indices, offsets, Dims{20, 8}, includeLastOffset);
  };
  CHECK(bag({9}, {3}, false) == "[3x8]");
  CHECK(bag({9}, {3}, true) == "[2x8]");
  CHECK(bag({9}, {dynamic}, false) == "[?x8]");
  CHECK(bag({dynamic}, {3}, true) == "[2x8]");
  CHECK(bag({9, 2}, {3}, false) ==
        "error: expected indices and offsets of rank 1, but got [9x2] and [3]");
  CHECK(bag({dynamic}, {dynamic}, false) == "error: expected a fixed number of indices or of "
                                            "offsets, but got two dynamic ones, which differ");
  for (const Dims &offsets : {Dims{1}, Dims{dynamic}})
    CHECK(bag({9}, offsets, true) ==
          "error: expected a fixed number of offsets, at least 2, of which the last "
          "ends the last bag, but got " +
              formatDims(offsets));

  auto lstm = [](const Dims &x, std::vector<Dims> parameters) {
    LstmShapes shapes;
    std::string error = inferLstm(x, parameters, shapes);
    return error.empty() ? formatDims(shapes.output) + formatDims(shapes.state) : error;
  };
  Dims wi = {24, 4}, wh = {24, 6}, b = {24};
  CHECK(lstm({8, dynamic, 4}, {wi, wh, b}) == "[8x?x6][1x?x6]");
  CHECK(lstm({8, 3, 4}, {wi, wh, b, wi, wh, b}) == "[8x3x12][2x3x6]");
  CHECK(lstm({8, dynamic, 4}, {wi, wh, b, {1, dynamic, 6}, {1, dynamic, 6}}) == "[8x?x6][1x?x6]");
  CHECK(lstm({8, 3, 4}, {wi, wh, b, {1, 2, 6}, {1, 3, 6}}) ==
        "expected an initial state of shape [1x3x6], but got [1x2x6]");
  CHECK(lstm({dynamic, 3, 4}, {wi, wh, b}) ==
        "expected an input [time, batch, features] of which at most the batch is dynamic, but got "
        "[?x3x4]");
  CHECK(lstm({8, 3, 4}, {wi, {24, 5}, b}) ==
        "expected a hidden weight [4 * hidden, hidden], but got [24x5]");
  CHECK(lstm({8, 3, 5}, {wi, wh, b}) == "expected an input weight of shape [24x5], but got [24x4]");
  CHECK(lstm({8, 3, 4}, {wi, wh, {6}}) == "expected a bias of shape [24], but got [6]");
  CHECK(lstm({8, 3, 4}, {wi, wh}) == "expected two weights and a bias for one or two directions, "
                                     "then no states or two, but got 2 operands");
}
