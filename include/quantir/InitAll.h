//===- InitAll.h - Registration of dialects and passes ------------*- C++ -*-===//
//
// For tools that read any Quantir IR and run any pass by name. Link the libraries of the headers
// below.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_INITALL_H
#define QUANTIR_INITALL_H

#include "quantir/Pipeline/Pipelines.h"
#include "quantir/dialects/Kernel/Kernel.h"
#include "quantir/dialects/NN/NN.h"
#include "quantir/dialects/Quantir/Quantir.h"
#include "quantir/passes/Annotate/Passes.h"
#include "quantir/passes/Configure/Passes.h"
#include "quantir/passes/Convert/Passes.h"
#include "quantir/passes/Equalize/Passes.h"
#include "quantir/passes/Fuse/Passes.h"
#include "quantir/passes/Lower/Passes.h"
#include "quantir/passes/Modules/Passes.h"
#include "quantir/passes/Prepare/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/Extensions/InlinerExtension.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Quant/IR/Quant.h"
#include "mlir/IR/DialectRegistry.h"
#include "mlir/Transforms/Passes.h"

namespace quantir {

/// Registers the dialects that a Quantir module may contain, ours and MLIR's.
inline void registerAllDialects(mlir::DialectRegistry &registry) {
  registry.insert<mlir::arith::ArithDialect, mlir::func::FuncDialect, mlir::quant::QuantDialect,
                  nn::NNDialect, QuantirDialect, kernel::KernelDialect>();
  mlir::func::registerInlinerExtension(registry);
}

/// Registers Quantir's passes and pipelines under their names on the command line.
inline void registerQuantirPasses() {
  registerQuantirConfigurePasses();
  registerQuantirModulesPasses();
  registerQuantirFusePasses();
  registerQuantirAnnotatePasses();
  registerQuantirPreparePasses();
  registerQuantirEqualizePasses();
  registerQuantirConvertPasses();
  registerQuantirLowerPasses();
  registerPipelines();
}

/// The same, and MLIR's general passes.
inline void registerAllPasses() {
  mlir::registerTransformsPasses();
  registerQuantirPasses();
}

} // namespace quantir

#endif // QUANTIR_INITALL_H
