//===- OpRowsTests.cpp - What became of each op ---------------------------===//

#include "lib/Compiler/OpRows.h"

#include "quantir/InitAll.h"

#include "mlir/Parser/Parser.h"

#include <catch2/catch_test_macros.hpp>

using namespace mlir;
using namespace quantir;

namespace {

/// Two ops between casts, and one that says why it is not.
constexpr const char *referenceText = R"(
!in = !quant.uniform<u8:f32, 0.5:128>
!w = !quant.uniform<i8:f32:0, {0.25,0.125}>
func.func @main(%x: tensor<?x2xf32>) -> tensor<?x2xf32> {
  %i = arith.constant dense<1> : tensor<2x2xi8>
  %w0 = quant.scast %i : tensor<2x2xi8> to tensor<2x2x!w>
  %w1 = quant.dcast %w0 : tensor<2x2x!w> to tensor<2x2xf32>
  %q = quant.qcast %x : tensor<?x2xf32> to tensor<?x2x!in>
  %d = quant.dcast %q : tensor<?x2x!in> to tensor<?x2xf32>
  %0 = nn.linear %d, %w1 {nn.path = "head.fc"} : (tensor<?x2xf32>, tensor<2x2xf32>) -> tensor<?x2xf32> loc("fc")
  %1 = quant.qcast %0 : tensor<?x2xf32> to tensor<?x2x!in>
  %2 = quant.dcast %1 : tensor<?x2x!in> to tensor<?x2xf32>
  %3 = nn.tanh %2 : (tensor<?x2xf32>) -> tensor<?x2xf32> loc("squash")
  %4 = nn.sigmoid %3 {quantir.float_reason = "nobody asked"} : (tensor<?x2xf32>) -> tensor<?x2xf32> loc("gate")
  return %4 : tensor<?x2xf32>
}
)";

/// What became of it: the linear op computes with integers, tanh does not.
constexpr const char *loweredText = R"(
!in = !quant.uniform<u8:f32, 0.5:128>
!w = !quant.uniform<i8:f32:0, {0.25,0.125}>
func.func @main(%x: tensor<?x2xf32>) -> tensor<?x2xf32> {
  %w = kernel.constant dense<1> : tensor<2x2xi8> as tensor<2x2x!w>
  %0 = kernel.quantize %x : tensor<?x2xf32> to tensor<?x2x!in>
  %1 = kernel.matmul %0, %w {transpose_b} : (tensor<?x2x!in>, tensor<2x2x!w>) -> tensor<?x2x!in> loc("fc")
  %2 = kernel.dequantize %1 : tensor<?x2x!in> to tensor<?x2xf32> loc("squash")
  %3 = kernel.unary tanh %2 : (tensor<?x2xf32>) -> tensor<?x2xf32> loc(fused["squash", "gate"])
  return %3 : tensor<?x2xf32>
}
)";

} // namespace

TEST_CASE("rows say what the reference model says, and what the kernels do") {
  DialectRegistry registry;
  registerAllDialects(registry);
  MLIRContext context(registry);
  context.loadAllAvailableDialects();
  OwningOpRef<ModuleOp> reference = parseSourceString<ModuleOp>(referenceText, &context);
  REQUIRE(reference);

  OpRows rows;
  rows.collect(*reference);
  REQUIRE(rows.get().size() == 3);
  const OpReport &linear = rows.get()[0], &tanh = rows.get()[1], &sigmoid = rows.get()[2];
  CHECK(linear.name == "head.fc");
  CHECK(linear.op == "nn.linear");
  CHECK(linear.isQuantized());
  CHECK(linear.inputs.at(0).dtype == "uint8");
  CHECK(linear.inputs.at(0).scale == std::vector<float>{0.5f});
  CHECK(linear.inputs.at(0).zeroPoint == std::vector<int64_t>{128});
  REQUIRE(linear.weight);
  CHECK(linear.weight->dtype == "int8");
  CHECK(linear.weight->scale == std::vector<float>{0.25f, 0.125f});
  CHECK(linear.outputs.at(0).dtype == "uint8");
  CHECK(tanh.name == "squash");
  CHECK(tanh.isQuantized());
  CHECK(tanh.outputs.at(0).dtype == "float32");
  CHECK_FALSE(sigmoid.isQuantized());
  CHECK(sigmoid.reason == "nobody asked");

  OwningOpRef<ModuleOp> lowered = parseSourceString<ModuleOp>(loweredText, &context);
  REQUIRE(lowered);
  rows.checkKernels(*lowered);
  CHECK(linear.isQuantized());
  CHECK_FALSE(tanh.isQuantized());
  CHECK(tanh.reason.find("no kernel computes it with integers") == 0);
  CHECK(sigmoid.reason == "nobody asked");
}
