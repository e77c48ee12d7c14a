//===- InitAll.h - Registration of dialects and passes ------------*- C++ -*-===//
//
// For tools that take any Quantir IR and run any pass by name. A user links the libraries of the headers below.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_INITALL_H
#define QUANTIR_INITALL_H

#include "quantir/dialects/NN/NN.h"

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
                  nn::NNDialect>();
  mlir::func::registerInlinerExtension(registry);
}

/// Registers our passes and pipelines, and MLIR's general ones, under the names they have on the command line.
inline void registerAllPasses() {
  mlir::registerTransformsPasses();
}

} // namespace quantir

#endif // QUANTIR_INITALL_H
