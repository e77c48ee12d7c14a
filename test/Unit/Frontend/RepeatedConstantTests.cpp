//===- RepeatedConstantTests.cpp - Constants repeated for each sample ------===//

#include "ModelBuilder.h"

#include "quantir/dialects/NN/NN.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace quantir;
using namespace quantir::test;

namespace {
template <typename OpT> int64_t count(const Imported &imported) {
  REQUIRE(imported.errors == std::vector<std::string>{});
  REQUIRE(imported.module);
  int64_t count = 0;
  (*imported.module)->walk([&](OpT) { ++count; });
  return count;
}
} // namespace

TEST_CASE("what is repeated for each sample stands in the function once", "[repeated]") {
  // Either of the forms in which exporters write a constant: of all dimensions, or without those
  // of 1 in front.
  for (const std::vector<int64_t> &dims :
       {std::vector<int64_t>{1, 3, 8, 8}, std::vector<int64_t>{3, 8, 8}}) {
    mlir::MLIRContext context;
    ModelBuilder model;
    model.floats("grid", dims).node("Shape", {"x"}, "shape");
    std::string last = "x";
    for (int i = 0; i < 4; ++i) {
      const std::string number = std::to_string(i);
      // Each reader has a repetition of its own, but for the last.
      if (i < 3)
        model.node("Expand", {"grid", "shape"}, "grid" + number);
      model.node("Add", {last, "grid" + std::to_string(std::min(i, 2))}, "sum" + number);
      last = "sum" + number;
    }
    model.node("Concat", {last, "grid0"}).attr("axis", int64_t(1));
    Imported imported = import(context, model);
    CHECK(count<mlir::arith::ConstantOp>(imported) == 1);
    CHECK(count<nn::ExpandOp>(imported) == 1); // for the concatenation
    CHECK(count<nn::AddOp>(imported) == 4);
  }
}

TEST_CASE("other elements or dimensions are other constants", "[repeated]") {
  mlir::MLIRContext context;
  ModelBuilder model;
  model.floats("a", {1, 3, 8, 8}, 1).floats("b", {1, 3, 8, 8}, 2).node("Shape", {"x"}, "shape");
  model.node("Expand", {"a", "shape"}, "as").node("Expand", {"b", "shape"}, "bs");
  model.node("Add", {"x", "as"}, "z").node("Add", {"z", "bs"});
  CHECK(count<mlir::arith::ConstantOp>(import(context, model)) == 2);
}
