//===- Passes.h - Passes that run the model on samples ----------*- C++ -*-===//
//
// The only passes that need the runtime, so InitAll.h leaves them out: a program that wants them
// registers them, and links QuantirCalibrate.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_PASSES_CALIBRATE_PASSES_H
#define QUANTIR_PASSES_CALIBRATE_PASSES_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"
#include "mlir/Pass/PassOptions.h"

namespace quantir {
class QuantirDialect;

#define GEN_PASS_DECL
#include "quantir/passes/Calibrate/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "quantir/passes/Calibrate/Passes.h.inc"

/// The whole of `quantir quantize`, as a pipeline of passes over a float module.
struct QuantizePipelineOptions : public mlir::PassPipelineOptions<QuantizePipelineOptions> {
  Option<std::string> data{*this, "data", llvm::cl::desc("the samples, .npy or .npz")};
  Option<int64_t> batch{
      *this, "batch",
      llvm::cl::desc("samples at a time while calibrating (default: what suits the model)"),
      llvm::cl::init(0)};
  Option<int> threads{*this, "threads", llvm::cl::desc("how many threads to use (default: all)"),
                      llvm::cl::init(0)};
  Option<bool> correctBiases{*this, "correct-biases",
                             llvm::cl::desc("run quantir-correct-biases (default: true)"),
                             llvm::cl::init(true)};
};

/// float -> lowered: prepare, calibrate, equalize, correct biases, convert, lower.
void buildQuantizePipeline(mlir::OpPassManager &pm, const QuantizePipelineOptions &options);

/// Registers it as --quantir-quantize, and the passes.
void registerCalibratePipelines();

} // namespace quantir

#endif // QUANTIR_PASSES_CALIBRATE_PASSES_H
