//===- BatchReshape.h - Reshapes that depend on the batch -------*- C++ -*-===//

#ifndef QUANTIR_LIB_FRONTEND_ONNX_BATCHRESHAPE_H
#define QUANTIR_LIB_FRONTEND_ONNX_BATCHRESHAPE_H

#include "HostTensor.h"

namespace quantir::importer {

struct BatchReshape {
  /// The attribute of nn.reshape: a batch that stays is 0, one that changes -1.
  Dims shape;
  /// The result's dynamic dimension is this number times the batch size.
  int64_t batchScale = 1;
};

/// Brings the shape of an ONNX Reshape, without 0 but with at most one -1, into the form of
/// nn.reshape. The input's dynamic dimension, if it has one, is `batchScale` times the batch size.
/// Returns what is wrong, or the empty string.
///
/// Without a dynamic dimension the shape is passed on as it is; nn.reshape checks it.
std::string resolveReshape(const Dims &input, int64_t batchScale, llvm::ArrayRef<SymbolicInt> shape,
                           BatchReshape &result);

} // namespace quantir::importer

#endif // QUANTIR_LIB_FRONTEND_ONNX_BATCHRESHAPE_H
