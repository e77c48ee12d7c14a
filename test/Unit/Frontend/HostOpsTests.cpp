//===- HostOpsTests.cpp - Evaluation of constant tensors -------------------===//

#include "lib/Frontend/ONNX/HostOps.h"

#include <catch2/catch_test_macros.hpp>
#include <limits>

using namespace quantir;
using namespace quantir::importer;

namespace {

HostTensor ints(std::vector<int64_t> values, std::optional<Dims> dims = {}) {
  return HostTensor::make<int64_t>(dims.value_or(Dims{int64_t(values.size())}), values);
}

HostTensor floats(std::vector<float> values, std::optional<Dims> dims = {}) {
  return HostTensor::make<float>(dims.value_or(Dims{int64_t(values.size())}), values);
}

/// The scalar value + scale * batch.
HostTensor batch(int64_t scale = 1, int64_t value = 0) {
  return HostTensor::makeSymbolic(SymbolicInt{value, scale}).withDims({});
}

HostTensor take(HostResult result) {
  if (!result)
    FAIL(llvm::toString(result.takeError()));
  return std::move(*result);
}

std::string error(HostResult result) {
  return result ? "no error" : llvm::toString(result.takeError());
}

template <typename T = int64_t> std::vector<T> values(HostResult result) {
  HostTensor tensor = take(std::move(result));
  CHECK(tensor.getType() == elementTypeOf<T>());
  CHECK_FALSE(tensor.isSymbolic());
  auto elements = tensor.getValues<T>();
  return {elements.begin(), elements.end()};
}

std::pair<int64_t, int64_t> symbol(HostResult result) {
  HostTensor tensor = take(std::move(result));
  return {tensor.getSymbolic(0).value, tensor.getSymbolic(0).scale};
}

constexpr int64_t unknown = SymbolicInt::unknown;
constexpr int64_t lowest = std::numeric_limits<int64_t>::min();

} // namespace

TEST_CASE("data movement keeps the order of elements", "[host]") {
  HostTensor matrix = ints({1, 2, 3, 4, 5, 6}, Dims{2, 3});
  CHECK(values(transposeHost(matrix, {1, 0})) == std::vector<int64_t>{1, 4, 2, 5, 3, 6});
  CHECK(values(expandHost(ints({1, 2}, Dims{2, 1}), {2, 3})) ==
        std::vector<int64_t>{1, 1, 1, 2, 2, 2});
  CHECK(values(concatHost({&matrix, &matrix}, 1)) ==
        std::vector<int64_t>{1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6});
  CHECK(values(gatherHost(matrix, ints({2, -3}), 1)) == std::vector<int64_t>{3, 1, 6, 4});
  CHECK(values(gatherHost(matrix, ints({1}, Dims{}), 0)) == std::vector<int64_t>{4, 5, 6});
  CHECK(values(sliceHost(matrix, {{1, 2}, {1, -2}, {1, 2}})) == std::vector<int64_t>{6, 4});
  CHECK(values(fillHost(ints({7}), {2})) == std::vector<int64_t>{7, 7});
  CHECK(values(fillHost(ints({7}), {0})).empty());
  CHECK(values(rangeHost(ints({5}, Dims{}), ints({0}, Dims{}), ints({-2}, Dims{}))) ==
        std::vector<int64_t>{5, 3, 1});
  CHECK(values(rangeHost(ints({5}, Dims{}), ints({0}, Dims{}), ints({2}, Dims{}))).empty());
  HostTensor condition = take(compareHost(CompareKind::Less, ints({1, 5}), ints({3})));
  CHECK(values(whereHost(condition, ints({10}), ints({20, 30}))) == std::vector<int64_t>{10, 30});
}

TEST_CASE("ranges at the ends of the integers", "[host]") {
  auto range = [](int64_t start, int64_t limit, int64_t delta) {
    return rangeHost(ints({start}, Dims{}), ints({limit}, Dims{}), ints({delta}, Dims{}));
  };
  constexpr int64_t highest = std::numeric_limits<int64_t>::max(), step = int64_t(1) << 62;
  CHECK(values(range(lowest, highest, step)) == std::vector<int64_t>{lowest, -step, 0, step});
  CHECK(values(range(highest, lowest, lowest)) == std::vector<int64_t>{highest, -1});
  // Beyond 2^53 a double cannot count.
  CHECK(values(range(highest - 3, highest, 2)) == std::vector<int64_t>{highest - 3, highest - 1});
  CHECK(values(range(highest - 1, highest, 1)) == std::vector<int64_t>{highest - 1});
  CHECK(error(range(lowest, highest, 1)).starts_with("expected a range of at most"));
}

TEST_CASE("tensors of the same elements share their memory", "[host]") {
  HostTensor tensor = ints({1, 2, 3, 4});
  CHECK(tensor.getAllocation() != nullptr);
  CHECK(tensor.withDims({2, 2}).getAllocation() == tensor.getAllocation());
  CHECK(take(reshapeHost(tensor, {4, 1})).getAllocation() == tensor.getAllocation());
  std::vector<char> bytes(8);
  HostTensor borrowed =
      HostTensor::borrow(ElementType::Float32, {2}, bytes, std::make_shared<std::vector<char>>());
  CHECK(borrowed.getAllocation() == nullptr);
}

TEST_CASE("powers and remainders", "[host]") {
  CHECK(values(powHost(ints({2, 3, -2}), floats({10, 0.5f, 3}))) ==
        std::vector<int64_t>{1024, 1, -8});
  CHECK(values<float>(powHost(floats({4, 2}), ints({2}))) == std::vector<float>{16, 4});
  CHECK(values(binaryHost(BinaryKind::Fmod, ints({7, -7}), ints({3}))) ==
        std::vector<int64_t>{1, -1});
  CHECK(values(binaryHost(BinaryKind::Mod, ints({lowest}), ints({-1}))) == std::vector<int64_t>{0});
  CHECK(error(binaryHost(BinaryKind::Fmod, ints({1}), ints({0}))) == "cannot divide 1 by 0");
  CHECK(error(binaryHost(BinaryKind::Mod, floats({1}), floats({2}))) ==
        "expected integers, or the attribute fmod, but got float32");
}

TEST_CASE("data movement refuses what does not fit", "[host]") {
  CHECK(error(gatherHost(ints({1, 2}), ints({2}), 0)) ==
        "expected indices from -2 to 1, but got 2");
  CHECK(error(fillHost(ints({1}), {1 << 20, 1 << 20})) ==
        "expected a constant of at most 16777216 elements, but got [1048576x1048576]");
  CHECK(error(rangeHost(ints({0}, Dims{}), ints({1}, Dims{}), ints({0}, Dims{})))
            .starts_with("expected a range of at most 16777216 elements"));
  HostTensor big = take(fillHost(ints({1}), {1 << 24}));
  CHECK(error(concatHost({&big, &big}, 0)).starts_with("expected a constant of at most"));
}

TEST_CASE("integers wrap, floats are as precise as their type", "[host]") {
  CHECK(values(binaryHost(BinaryKind::Add, ints({lowest}), ints({-1}))) ==
        std::vector<int64_t>{std::numeric_limits<int64_t>::max()});
  CHECK(values(binaryHost(BinaryKind::Div, ints({-7, 7}), ints({2}))) ==
        std::vector<int64_t>{-3, 3});
  CHECK(values(binaryHost(BinaryKind::Mod, ints({-7, 7}), ints({4, -4}))) ==
        std::vector<int64_t>{1, -1});
  CHECK(error(binaryHost(BinaryKind::Div, ints({1}), ints({0}))) == "cannot divide 1 by 0");
  CHECK(error(binaryHost(BinaryKind::Div, ints({lowest}), ints({-1})))
            .starts_with("cannot divide -9223372036854775808"));
  CHECK(values<float>(binaryHost(BinaryKind::Mul, floats({0.1f}), floats({0.3f}))) ==
        std::vector<float>{0.1f * 0.3f});
  CHECK(values<float>(unaryHost(UnaryKind::Floor, floats({-1.5f}))) == std::vector<float>{-2});
  CHECK(values(unaryHost(UnaryKind::Neg, ints({lowest}))) == std::vector<int64_t>{lowest});
  CHECK(error(binaryHost(BinaryKind::Add, ints({1}), floats({1}))) ==
        "expected operands of one type, but got int64 and float32");
}

TEST_CASE("casts check the range", "[host]") {
  CHECK(values(castHost(floats({-1.9f, 2.9f}), ElementType::Int64)) == std::vector<int64_t>{-1, 2});
  CHECK(error(castHost(floats({9.3e18f}), ElementType::Int64))
            .starts_with("expected values in the range of int64"));
  CHECK(error(castHost(floats({std::numeric_limits<float>::quiet_NaN()}), ElementType::Int32))
            .starts_with("expected values in the range of int32"));
  CHECK(error(castHost(ints({int64_t(1) << 31}), ElementType::Int32)) ==
        "expected values in the range of int32, but got 2147483648");
  CHECK(values<int32_t>(castHost(ints({-(int64_t(1) << 31)}), ElementType::Int32)) ==
        std::vector<int32_t>{std::numeric_limits<int32_t>::min()});
}

TEST_CASE("the batch size is followed through shape arithmetic", "[host]") {
  using Symbol = std::pair<int64_t, int64_t>;
  CHECK(symbol(binaryHost(BinaryKind::Add, batch(), ints({3}, Dims{}))) == Symbol{3, 1});
  CHECK(symbol(binaryHost(BinaryKind::Sub, ints({3}, Dims{}), batch(2))) == Symbol{3, -2});
  CHECK(symbol(binaryHost(BinaryKind::Mul, ints({8}, Dims{}), batch(2, 1))) == Symbol{8, 16});
  CHECK(symbol(binaryHost(BinaryKind::Div, batch(8), ints({4}, Dims{}))) == Symbol{0, 2});
  CHECK(symbol(unaryHost(UnaryKind::Neg, batch(3, 1))) == Symbol{-1, -3});
  CHECK(symbol(castHost(take(castHost(batch(), ElementType::Int32)), ElementType::Int64)) ==
        Symbol{0, 1});
  // What is no longer of the form value + scale * batch.
  CHECK(symbol(binaryHost(BinaryKind::Mul, batch(), batch())).second == unknown);
  CHECK(symbol(binaryHost(BinaryKind::Div, batch(3), ints({2}, Dims{}))).second == unknown);
  CHECK(symbol(binaryHost(BinaryKind::Div, ints({3}, Dims{}), batch())).second == unknown);
  CHECK(symbol(binaryHost(BinaryKind::Mul, batch(std::numeric_limits<int64_t>::max()),
                          ints({2}, Dims{})))
            .second == unknown);
  CHECK(take(castHost(batch(), ElementType::Float32)).getScale(0) == unknown);
}

TEST_CASE("comparisons hold for every batch size or are unknown", "[host]") {
  auto compare = [](CompareKind kind, const HostTensor &a, const HostTensor &b) {
    HostTensor result = take(compareHost(kind, a, b));
    return result.getScale(0) ? -1 : int(result.getBytes()[0]);
  };
  HostTensor zero = ints({0}, Dims{}), two = ints({2}, Dims{});
  CHECK(compare(CompareKind::Equal, batch(), zero) == 0);
  CHECK(compare(CompareKind::Greater, batch(), zero) == 1);
  CHECK(compare(CompareKind::Less, zero, batch()) == 1);
  CHECK(compare(CompareKind::Equal, batch(), batch()) == 1);
  CHECK(compare(CompareKind::Less, batch(), batch(1, 1)) == 1);
  CHECK(compare(CompareKind::Equal, batch(), two) == -1);
  CHECK(compare(CompareKind::Greater, batch(2), batch()) == 1);
}
