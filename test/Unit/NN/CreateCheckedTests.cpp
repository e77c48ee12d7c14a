//===- CreateCheckedTests.cpp - Ops from input that nobody has checked -----===//

#include "quantir/dialects/NN/NN.h"

#include "mlir/IR/BuiltinOps.h"

#include <catch2/catch_test_macros.hpp>

using namespace mlir;
using namespace quantir;

namespace {

struct Fixture {
  Fixture() {
    context.loadDialect<arith::ArithDialect, nn::NNDialect>();
    builder.setInsertionPointToStart(module->getBody());
  }

  Value tensor(ArrayRef<int64_t> shape) {
    return module->getBody()->addArgument(RankedTensorType::get(shape, builder.getF32Type()),
                                          builder.getUnknownLoc());
  }

  /// The errors of `action`, one per line.
  template <typename Action> std::string errors(Action action) {
    std::string text;
    ScopedDiagnosticHandler handler(&context, [&](Diagnostic &diagnostic) {
      text += diagnostic.str() + "\n";
      return success();
    });
    action();
    return text;
  }

  NamedAttribute list(StringRef name, ArrayRef<int64_t> values) {
    return builder.getNamedAttr(name, builder.getDenseI64ArrayAttr(values));
  }

  MLIRContext context;
  OpBuilder builder{&context};
  OwningOpRef<ModuleOp> module = ModuleOp::create(builder.getUnknownLoc());
  Location loc = NameLoc::get(builder.getStringAttr("Conv_0"));
};

} // namespace

TEST_CASE_METHOD(Fixture, "a checked op gets its result types and its defaults") {
  auto conv = nn::createChecked<nn::ConvOp>(
      builder, loc, {tensor({ShapedType::kDynamic, 3, 8, 8}), tensor({4, 3, 3, 3})},
      {list("strides", {1, 1}), list("padding", {1, 1, 1, 1}), list("dilations", {1, 1})});
  REQUIRE(conv);
  CHECK(conv.getGroups() == 1);
  CHECK(conv.getType() ==
        RankedTensorType::get({ShapedType::kDynamic, 4, 8, 8}, builder.getF32Type()));
  CHECK(conv.getLoc() == loc);
  CHECK(nn::createChecked<nn::LinearOp>(builder, loc, {tensor({2, 3}), tensor({4, 3})}));
}

TEST_CASE_METHOD(Fixture, "what is wrong is said, and nothing is created") {
  auto check = [&](ValueRange operands, ArrayRef<NamedAttribute> attributes, StringRef error) {
    nn::ConvOp conv;
    std::string text =
        errors([&] { conv = nn::createChecked<nn::ConvOp>(builder, loc, operands, attributes); });
    CHECK_FALSE(conv);
    CHECK(text == error);
    CHECK(module->getBody()->empty());
  };
  Value x = tensor({1, 3, 8, 8}), w = tensor({4, 3, 3, 3});
  NamedAttribute strides = list("strides", {1, 1}), padding = list("padding", {1, 1, 1, 1}),
                 dilations = list("dilations", {1, 1});
  check({x, w}, {strides, padding}, "'nn.conv' op requires attribute 'dilations'\n");
  check({x, w}, {strides, padding, list("dilations", {1})},
        "'nn.conv' op expected 2 dilations, but got [1]\n");
  check({x, Value()}, {strides, padding, dilations},
        "'nn.conv' op operand #1 must be ranked tensor of f32 values with positive dimensions, of "
        "which one may be dynamic\n");
  check({x, w}, {strides, padding, builder.getNamedAttr("dilations", builder.getI64IntegerAttr(1))},
        "nn.conv: Invalid attribute `dilations` in property conversion: 1 : i64\n");
}

TEST_CASE_METHOD(Fixture, "a verifier's error also removes the op") {
  nn::ClampOp clamp;
  Value x = tensor({4});
  std::string text = errors([&] {
    clamp = nn::createChecked<nn::ClampOp>(
        builder, loc, x,
        {builder.getNamedAttr("min", builder.getF32FloatAttr(1.0f)),
         builder.getNamedAttr("max", builder.getF32FloatAttr(0.0f))});
  });
  CHECK_FALSE(clamp);
  CHECK(text == "'nn.clamp' op expected min <= max, but got 1.000000e+00 : f32 and 0.000000e+00 : "
                "f32\n");
  CHECK(module->getBody()->empty());
}
