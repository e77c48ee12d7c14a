//===- Padding.h - What paddings do to the range of a value -----*- C++ -*-===//
//
// A padding of -1e30 before a max pool, or of -5 before a ReLU, is in no result. Observed, it would
// stretch the range of the codes for nothing.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_PASSES_ANNOTATE_PADDING_H
#define QUANTIR_PASSES_ANNOTATE_PADDING_H

#include "quantir/dialects/Interfaces/QuantizableOpInterface.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace quantir {

/// Raises the number of each padding in `func` to the greatest one, at most 0, with which no result
/// changes: relu(pad(x, -5)) is relu(pad(x, 0)).
void raisePaddings(mlir::func::FuncOp func);

/// Whether the number that `op` pads its input with, if it is at most 0, may become the least code:
/// a maximum over at least one element of the input is never the padding. -1e4 and less stands for
/// -infinity, which is meant never to be the maximum; that is believed unless a window is seen to
/// hold nothing else. -1e30 and less can mean nothing else. What another padding put into the input
/// counts as the input's.
bool isPaddingHidden(QuantizableOpInterface op);

} // namespace quantir

#endif // QUANTIR_PASSES_ANNOTATE_PADDING_H
