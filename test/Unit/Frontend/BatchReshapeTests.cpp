//===- BatchReshapeTests.cpp - Reshapes that depend on the batch -----------===//

#include "lib/Frontend/ONNX/BatchReshape.h"

#include <catch2/catch_test_macros.hpp>

using namespace quantir::importer;

namespace {

constexpr SymbolicInt batch{0, 1};

SymbolicInt times(int64_t scale) { return {0, scale}; }
SymbolicInt size(int64_t value) { return {value, 0}; }

/// The shape and the scale, or the error.
std::string resolve(const Dims &input, int64_t scale, std::vector<SymbolicInt> shape) {
  BatchReshape result;
  std::string text = resolveReshape(input, scale, shape, result);
  if (!text.empty())
    return text;
  for (int64_t dim : result.shape)
    text += std::to_string(dim) + " ";
  return text + "x" + std::to_string(result.batchScale);
}

} // namespace

TEST_CASE("a batch that stays is 0, one that changes -1", "[reshape]") {
  CHECK(resolve({-1, 4, 6}, 1, {batch, size(24)}) == "0 24 x1");
  CHECK(resolve({-1, 4, 6}, 1, {size(-1), size(24)}) == "0 24 x1");
  CHECK(resolve({-1, 4, 6}, 1, {batch, size(-1), size(3)}) == "0 8 3 x1");
  CHECK(resolve({-1, 4, 6}, 1, {times(4), size(6)}) == "-1 6 x4");
  CHECK(resolve({-1, 4, 6}, 1, {times(4), size(-1)}) == "-1 6 x4");
  CHECK(resolve({-1, 4, 6}, 1, {size(-1), size(6)}) == "-1 6 x4");
  CHECK(resolve({-1, 6}, 4, {times(4), size(2), size(3)}) == "0 2 3 x4");
  CHECK(resolve({-1, 6}, 4, {size(-1)}) == "-1 x24");
}

TEST_CASE("a batch that was multiplied is divided again", "[reshape]") {
  CHECK(resolve({-1, 6}, 4, {batch, size(24)}) == "-1 24 x1");
  CHECK(resolve({-1, 6}, 4, {size(-1), size(4), size(6)}) == "-1 4 6 x1");
  CHECK(resolve({-1, 6}, 4, {batch, size(4), size(-1)}) == "-1 4 6 x1");
  CHECK(resolve({-1, 6}, 4, {size(-1), size(8)}) == "-1 8 x3");
  CHECK(resolve({-1, 6}, 4, {size(2), size(-1), size(12)}) == "2 -1 12 x1");
}

TEST_CASE("the batch may be any dimension", "[reshape]") {
  CHECK(resolve({8, -1, 6}, 1, {size(8), batch, size(2), size(3)}) == "8 0 2 3 x1");
  CHECK(resolve({8, -1, 6}, 1, {batch, size(48)}) == "-1 48 x1");
  CHECK(resolve({-1, 4, 6}, 1, {size(4), size(-1), size(6)}) == "4 -1 6 x1");
}

TEST_CASE("a shape without the batch is passed on", "[reshape]") {
  CHECK(resolve({2, 3, 4}, 1, {size(6), size(-1)}) == "6 -1 x1");
  CHECK(resolve({}, 1, {size(1)}) == "1 x1");
  CHECK(resolve({2, 3}, 1, {batch, size(3)}).starts_with("expected a constant shape"));
}

TEST_CASE("what does not fit every batch size is an error", "[reshape]") {
  auto contains = [](const std::string &text, const char *part) {
    return text.find(part) != std::string::npos;
  };
  Dims input{-1, 4, 6};
  for (const std::vector<SymbolicInt> &shape :
       std::vector<std::vector<SymbolicInt>>{{},
                                             {size(1), size(24)},
                                             {batch, size(25)},
                                             {batch, size(12)},
                                             {batch, batch},
                                             {size(-1), size(-1)},
                                             {size(-1), size(5)},
                                             {size(-1), size(0)},
                                             {batch, size(int64_t(1) << 62), size(4)},
                                             {times(-1), size(24)}})
    CHECK(contains(resolve(input, 1, shape), "a shape that fits every batch size"));
  CHECK(contains(resolve({-1, 6}, 4, {batch, size(12)}), "a shape that fits every batch size"));
  CHECK(contains(resolve(input, 1, {SymbolicInt{1, 1}, size(24)}), "something else"));
  CHECK(contains(resolve(input, 1, {times(SymbolicInt::unknown)}), "something else"));
}
