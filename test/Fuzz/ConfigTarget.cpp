//===- ConfigTarget.cpp - Fuzzing configuration files ----------------------===//
//
// A configuration that is accepted for a small model prepares it, or says why not.
//
//===----------------------------------------------------------------------===//

#include "CompilerFuzz.h"

#include "quantir/Config/Settings.h"

#include "mlir/Parser/Parser.h"

using namespace quantir;

/// Ops of several kinds, with paths for the settings by name.
static constexpr llvm::StringLiteral model = R"mlir(
func.func public @main(%x: tensor<?x4x4x4xf32>) -> tensor<?x2xf32> {
  %w = arith.constant dense<0.5> : tensor<4x4x1x1xf32>
  %v = arith.constant dense<0.25> : tensor<2x4xf32>
  %0 = nn.conv %x, %w {nn.path = "features.0", strides = array<i64: 1, 1>,
      padding = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>}
      : (tensor<?x4x4x4xf32>, tensor<4x4x1x1xf32>) -> tensor<?x4x4x4xf32>
  %1 = nn.relu %0 {nn.path = "features.1"} : (tensor<?x4x4x4xf32>) -> tensor<?x4x4x4xf32>
  %2 = nn.add %1, %x {nn.path = ""}
      : (tensor<?x4x4x4xf32>, tensor<?x4x4x4xf32>) -> tensor<?x4x4x4xf32>
  %3 = nn.mean %2 {axes = array<i64: 2, 3>, nn.path = ""}
      : (tensor<?x4x4x4xf32>) -> tensor<?x4xf32>
  %4 = nn.linear %3, %v {nn.path = "head"}
      : (tensor<?x4xf32>, tensor<2x4xf32>) -> tensor<?x2xf32>
  return %4 : tensor<?x2xf32>
}
)mlir";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  mlir::MLIRContext *context = fuzz::sharedContext();
  mlir::OwningOpRef<mlir::ModuleOp> module =
      mlir::parseSourceString<mlir::ModuleOp>(model, context);
  fuzz::require(bool(module), "the target's own model is wrong");
  fuzz::MemoryFile file(data, size);
  DiagnosticCollector diagnostics(context);
  if (failed(setSettings(*module, {file.path(), "", {}, ""}))) {
    fuzz::requireError(diagnostics);
    return 0;
  }
  fuzz::prepare(*module);
  return 0;
}
