//===- Padding.h - What paddings do to the range of a value -----*- C++ -*-===//
//
// A padding of -1e30 before a max pool, or of -5 before a ReLU, is in no result. Observed, it would
// stretch the range of the codes for nothing.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_PASSES_ANNOTATE_PADDING_H
#define QUANTIR_PASSES_ANNOTATE_PADDING_H

#include "quantir/dialects/NN/NN.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace quantir {

/// Gives the paddings in `func` the greatest numbers up to 0 that all that reads them, at most
/// moved or clipped, takes for the same: relu(pad(x, -5)) is relu(pad(x, 0)). No result changes.
void raisePaddings(mlir::func::FuncOp func);

/// Whether it makes no difference to what reads the result of `pad` whether its number, which is
/// not above 0, is that or the least code: a maximum beside elements that were given is another.
/// -1e4 and less stands for -infinity and is meant never to be the maximum, which is believed
/// unless a window is seen to hold nothing else; -1e30 and less cannot be meant otherwise.
bool isPaddingHidden(nn::PadOp pad);

} // namespace quantir

#endif // QUANTIR_PASSES_ANNOTATE_PADDING_H
