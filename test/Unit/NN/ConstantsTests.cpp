//===- ConstantsTests.cpp - Constant tensors -------------------------------===//

#include "quantir/dialects/NN/Constants.h"
#include "quantir/dialects/NN/NN.h"

#include "mlir/IR/AsmState.h"
#include "mlir/IR/BuiltinDialect.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/DialectResourceBlobManager.h"

#include <catch2/catch_test_macros.hpp>

#include <cstring>
#include <limits>
#include <numeric>
#include <vector>

using namespace mlir;
using namespace quantir;

namespace {

struct Fixture {
  Fixture() { context.loadDialect<arith::ArithDialect, nn::NNDialect>(); }

  MLIRContext context;
  Builder builder{&context};
};

template <typename T> ArrayRef<char> bytes(const std::vector<T> &values) {
  return {reinterpret_cast<const char *>(values.data()), values.size() * sizeof(T)};
}

template <typename T> std::vector<T> read(ElementsAttr attr) {
  SmallVector<char> storage;
  std::optional<ArrayRef<char>> raw = nn::getRawData(attr, storage);
  REQUIRE(raw);
  std::vector<T> values(raw->size() / sizeof(T));
  std::memcpy(values.data(), raw->data(), raw->size());
  return values;
}

template <typename T> std::vector<T> counting(size_t count) {
  std::vector<T> values(count);
  std::iota(values.begin(), values.end(), T(-3));
  return values;
}

} // namespace

TEST_CASE_METHOD(Fixture, "constants keep their values in any storage") {
  auto check = [&](Type element, auto values, bool isBlob) {
    using T = typename decltype(values)::value_type;
    auto type = RankedTensorType::get({static_cast<int64_t>(values.size())}, element);
    ElementsAttr attr = nn::makeElementsAttr(type, bytes(values), "values");
    REQUIRE(attr);
    CHECK(isa<DenseResourceElementsAttr>(attr) == isBlob);
    CHECK(read<T>(attr) == values);
  };
  check(builder.getF32Type(), counting<float>(16), /*isBlob=*/false);
  check(builder.getF32Type(), counting<float>(17), /*isBlob=*/true);
  check(builder.getI8Type(), counting<int8_t>(40), /*isBlob=*/true);
  check(builder.getI32Type(), counting<int32_t>(3), /*isBlob=*/false);
  check(builder.getI32Type(), counting<int32_t>(40), /*isBlob=*/true);
  // One value, many times: stored once, read back in full.
  check(builder.getF32Type(), std::vector<float>(1000, 0.5f), /*isBlob=*/false);
  check(builder.getI8Type(), std::vector<int8_t>(1000, -1), /*isBlob=*/false);
  check(builder.getF32Type(), std::vector<float>{2.0f}, /*isBlob=*/false);
}

TEST_CASE_METHOD(Fixture, "a blob is aligned and named") {
  auto type = RankedTensorType::get({5, 7}, builder.getF32Type());
  auto attr = cast<DenseResourceElementsAttr>(
      nn::makeElementsAttr(type, bytes(counting<float>(35)), "conv1.weight"));
  CHECK(reinterpret_cast<uintptr_t>(attr.getData().data()) % 64 == 0);
  CHECK(nn::getNameHint(attr) == "conv1.weight");
  CHECK(nn::getNameHint(Attribute(), "other") == "other");
}

TEST_CASE_METHOD(Fixture, "values that do not fit the type make no constant") {
  std::vector<float> values = counting<float>(4);
  Type f32 = builder.getF32Type();
  CHECK_FALSE(nn::makeElementsAttr(RankedTensorType::get({5}, f32), bytes(values), "c"));
  CHECK_FALSE(
      nn::makeElementsAttr(RankedTensorType::get({ShapedType::kDynamic}, f32), bytes(values), "c"));
  CHECK_FALSE(
      nn::makeElementsAttr(RankedTensorType::get({16}, builder.getI1Type()), bytes(values), "c"));
}

TEST_CASE_METHOD(Fixture, "a blob that is missing or too short has no values") {
  auto type = RankedTensorType::get({5, 7}, builder.getF32Type());
  auto &manager = DenseResourceElementsHandle::getManagerInterface(&context).getBlobManager();
  auto &dialect = DenseResourceElementsHandle::getManagerInterface(&context);
  SmallVector<char> storage;
  DenseResourceElementsHandle missing = dialect.insert("missing");
  CHECK_FALSE(nn::getRawData(DenseResourceElementsAttr::get(type, missing), storage));
  manager.update("missing", HeapAsmResourceBlob::allocate(12, 4));
  CHECK_FALSE(nn::getRawData(DenseResourceElementsAttr::get(type, missing), storage));
}

TEST_CASE_METHOD(Fixture, "reshaping shares a blob") {
  std::vector<float> values = counting<float>(24);
  auto type = RankedTensorType::get({4, 6}, builder.getF32Type());
  ElementsAttr attr = nn::makeElementsAttr(type, bytes(values), "c");
  auto other = RankedTensorType::get({2, 3, 4}, builder.getF32Type());
  ElementsAttr reshaped = nn::reshapeElements(attr, other);
  REQUIRE(reshaped);
  CHECK(reshaped.getShapedType() == other);
  CHECK(cast<DenseResourceElementsAttr>(reshaped).getRawHandle() ==
        cast<DenseResourceElementsAttr>(attr).getRawHandle());
  CHECK_FALSE(nn::reshapeElements(attr, RankedTensorType::get({5}, builder.getF32Type())));
  CHECK_FALSE(nn::reshapeElements(attr, RankedTensorType::get({24}, builder.getI32Type())));
}

TEST_CASE_METHOD(Fixture, "gathering follows offset and strides") {
  std::vector<int8_t> values = counting<int8_t>(24); // [4, 6]
  auto type = RankedTensorType::get({4, 6}, builder.getI8Type());
  ElementsAttr attr = nn::makeElementsAttr(type, bytes(values), "c");
  // attr[::-2, 1:4], transposed, with a dimension repeated in front.
  auto result = RankedTensorType::get({2, 3, 2}, builder.getI8Type());
  ElementsAttr gathered = nn::gatherElements(attr, result, 3 * 6 + 1, {0, 1, -12});
  REQUIRE(gathered);
  std::vector<int8_t> expected = {16, 4, 17, 5, 18, 6, 16, 4, 17, 5, 18, 6};
  CHECK(read<int8_t>(gathered) == expected);
}

TEST_CASE_METHOD(Fixture, "a constant filled with a value is recognized") {
  auto make = [&](const std::vector<float> &values) {
    auto type = RankedTensorType::get({static_cast<int64_t>(values.size())}, builder.getF32Type());
    return nn::makeElementsAttr(type, bytes(values), "c");
  };
  std::vector<float> zeros(20, 0.0f);
  zeros[3] = -0.0f; // a blob: the bits differ
  CHECK(nn::isFilledWith(make(zeros), 0.0f));
  CHECK(nn::isFilledWith(make({1.0f, 1.0f}), 1.0f));
  CHECK_FALSE(nn::isFilledWith(make({1.0f, 2.0f}), 1.0f));
  CHECK_FALSE(nn::isFilledWith(make({std::numeric_limits<float>::quiet_NaN()}), 0.0f));
  CHECK_FALSE(nn::isFilledWith(Attribute(), 0.0f));
  CHECK_FALSE(nn::isFilledWith(builder.getF32FloatAttr(0.0f), 0.0f));
}

TEST_CASE_METHOD(Fixture, "floats of a value") {
  OwningOpRef<ModuleOp> module = ModuleOp::create(builder.getUnknownLoc());
  OpBuilder at(module->getBodyRegion());
  std::vector<float> values = counting<float>(20);
  Value constant = nn::createConstant(at, at.getUnknownLoc(), {4, 5}, values);
  CHECK(constant.getType() == RankedTensorType::get({4, 5}, at.getF32Type()));
  CHECK(nn::isConstant(constant));
  std::optional<SmallVector<float>> floats = nn::getConstantFloats(constant);
  REQUIRE(floats);
  CHECK(std::vector<float>(floats->begin(), floats->end()) == values);

  Value relu = nn::ReluOp::create(at, at.getUnknownLoc(), constant);
  CHECK_FALSE(nn::isConstant(relu));
  CHECK_FALSE(nn::getConstantFloats(relu));
  CHECK_FALSE(nn::getConstantFloats(Value()));
  Value integers = arith::ConstantOp::create(
      at, at.getUnknownLoc(),
      DenseElementsAttr::get(RankedTensorType::get({2}, at.getI32Type()), 7));
  CHECK(nn::isConstant(integers));
  CHECK_FALSE(nn::getConstantFloats(integers));
}
