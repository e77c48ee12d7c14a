//===- PassReuseTests.cpp - One pass manager for several modules -----------===//
//
// A pass that keeps something of the module that it ran on reads freed memory in the next one, or
// gives other names there.
//
//===----------------------------------------------------------------------===//

#include "quantir/InitAll.h"
#include "quantir/Pipeline/Pipelines.h"

#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"

#include <catch2/catch_test_macros.hpp>

using namespace mlir;
using namespace quantir;

namespace {

constexpr const char *floatText = R"mlir(
#q = #quantir.qconfig<activation = #quantir.min_max, weight = #quantir.min_max<dtype = qint8>>
module attributes {quantir.settings = #quantir.settings<mapping = <global = #q>>} {
  func.func @main(%x: tensor<?x2xf32>) -> tensor<?x2xf32> {
    %w0 = arith.constant dense<[[-8.0, 8.0], [0.0, 1.0]]> : tensor<2x2xf32>
    %w1 = arith.constant dense<[[-2.0, 0.0], [2.0, 4.0]]> : tensor<2x2xf32>
    %s = quantir.quant_stub %x {nn.path = "quant"} : tensor<?x2xf32>
    %0 = nn.linear %s, %w0 {nn.path = "fc1"} : (tensor<?x2xf32>, tensor<2x2xf32>) -> tensor<?x2xf32>
    %1 = nn.relu %0 {nn.path = "relu"} : (tensor<?x2xf32>) -> tensor<?x2xf32>
    %2 = nn.linear %1, %w1 {nn.path = "fc2"} : (tensor<?x2xf32>, tensor<2x2xf32>) -> tensor<?x2xf32>
    %3 = call @block(%2) {nn.path = "block"} : (tensor<?x2xf32>) -> tensor<?x2xf32>
    return %3 : tensor<?x2xf32>
  }
  func.func private @block(%x: tensor<?x2xf32>) -> tensor<?x2xf32> {
    %0 = nn.tanh %x : (tensor<?x2xf32>) -> tensor<?x2xf32>
    return %0 : tensor<?x2xf32>
  }
})mlir";

std::string textOf(ModuleOp module) {
  std::string text;
  llvm::raw_string_ostream(text) << module;
  return text;
}

} // namespace

TEST_CASE("the same passes give the same for a second module, and keep nothing of the first") {
  DialectRegistry registry;
  registerAllDialects(registry);
  [[maybe_unused]] static const bool isRegistered = [] {
    registerAllPasses();
    return true;
  }();
  for (const char *pipeline : {"builtin.module(quantir-float)", "builtin.module(quantir-prepare)",
                               "builtin.module(quantir-prepare-eager)",
                               "builtin.module(quantir-cross-layer-equalize{pairs=fc1:fc2})",
                               "builtin.module(quantir-inline-modules)",
                               "builtin.module(quantir-propagate-qconfig,quantir-annotate-eager)",
                               "builtin.module(quantir-lower-to-kernels)",
                               "builtin.module(quantir-fuse-modules{groups=fc1,relu})"}) {
    INFO(pipeline);
    MLIRContext context(registry, MLIRContext::Threading::DISABLED);
    context.loadAllAvailableDialects();
    ScopedDiagnosticHandler quiet(&context, [](Diagnostic &) { return success(); });
    FailureOr<OpPassManager> passes = parsePassPipeline(pipeline);
    REQUIRE(succeeded(passes));
    PassManager pm(&context, ModuleOp::getOperationName());
    static_cast<OpPassManager &>(pm) = std::move(*passes);
    std::string first;
    for (int run = 0; run < 3; ++run) {
      OwningOpRef<ModuleOp> module = parseSourceString<ModuleOp>(floatText, &context);
      REQUIRE(module);
      REQUIRE(succeeded(pm.run(*module)));
      std::string text = textOf(*module);
      if (run == 0)
        first = text;
      CHECK(text == first);
    }
  }
}
