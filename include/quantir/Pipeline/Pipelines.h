//===- Pipelines.h - The stages as pass pipelines ---------------*- C++ -*-===//
//
// One function for each stage, with its options. The settings of a module say how it is quantized,
// and which backend executes it (quantir/Config/Settings.h). The tools, the compiler library and
// the tests all build their pipelines here. On the command line: --quantir-float,
// --quantir-prepare,
// --quantir-prepare-eager, --quantir-convert, --quantir-lower-to-kernels.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_PIPELINE_PIPELINES_H
#define QUANTIR_PIPELINE_PIPELINES_H

#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassOptions.h"

namespace quantir {

struct PreparePipelineOptions : public mlir::PassPipelineOptions<PreparePipelineOptions> {
  Option<bool> prune{
      *this, "prune",
      llvm::cl::desc("leave in float what nothing gains from quantizing (default: true)"),
      llvm::cl::init(true)};
};

struct LowerPipelineOptions : public mlir::PassPipelineOptions<LowerPipelineOptions> {
  Option<bool> keepReference{
      *this, "keep-reference",
      llvm::cl::desc("execute every cast, around float kernels: the reference for integer kernels"),
      llvm::cl::init(false)};
};

/// Simplifies and fuses a float model, for execution in float: canonicalize, fold batch norm, fuse.
void buildFloatPipeline(mlir::OpPassManager &pm);

/// float -> prepared: complete the settings, turn custom modules into functions, do what the float
/// pipeline does, annotate (for quantization, then for equalization), prune, insert observers,
/// verify.
void buildPreparePipeline(mlir::OpPassManager &pm, const PreparePipelineOptions &options);

/// The same for a module whose settings setSettings() has completed and checked.
void buildPrepareConfiguredPipeline(mlir::OpPassManager &pm, const PreparePipelineOptions &options);

/// float -> prepared, as in PyTorch's eager mode: propagate qconfigs, annotate without looking at
/// the graph, insert observers, verify. Any fusing is done before.
void buildPrepareEagerPipeline(mlir::OpPassManager &pm);

/// prepared and calibrated -> reference: equalize, convert observers, quantize weights, cancel
/// redundant casts, verify.
void buildConvertPipeline(mlir::OpPassManager &pm);

/// any stage -> lowered: lower, assign layouts, verify.
void buildLowerPipeline(mlir::OpPassManager &pm, const LowerPipelineOptions &options);

/// Registers the pipelines under their names.
void registerPipelines();

} // namespace quantir

#endif // QUANTIR_PIPELINE_PIPELINES_H
