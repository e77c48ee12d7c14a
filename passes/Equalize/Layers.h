//===- Layers.h - Ops whose channels can be scaled --------------*- C++ -*-===//

#ifndef QUANTIR_PASSES_EQUALIZE_LAYERS_H
#define QUANTIR_PASSES_EQUALIZE_LAYERS_H

#include "quantir/Numerics/WeightChannels.h"
#include "quantir/dialects/Quantir/Quantir.h"

#include "llvm/ADT/SmallVector.h"

#include <optional>

namespace quantir {

/// A linear or convolution whose weight, and bias if it has one, are constants.
struct Layer {
  mlir::Operation *unit; ///< the op, or the quantir.fused around it
  bool scalesWithOutput; ///< factors above 0 of what the op computes are those of the unit's result
  mlir::OpOperand *input;
  mlir::OpOperand *weight;
  mlir::OpOperand *bias; ///< null if it has none
  numerics::WeightShape shape;
  int64_t inputAxis;  ///< of the input's columns
  int64_t outputAxis; ///< of the channels of the result
};

/// The layer that `unit` is; nothing for another op, or null, or where a parameter is not constant.
std::optional<Layer> layerOf(mlir::Operation *unit);

/// The constant that `parameter` is, which an observer may stand before.
mlir::Value constantBehind(mlir::OpOperand &parameter);

/// Whether nothing but `parameter`'s op reads the constant that it is.
bool isOnlyReader(mlir::OpOperand &parameter);

/// Gives the op another constant, whose values `change` makes of the old one's. If an observer
/// stands before it, that sees the new one.
void rewriteConstant(mlir::OpOperand &parameter,
                     llvm::function_ref<void(llvm::MutableArrayRef<float>)> change);

} // namespace quantir

#endif // QUANTIR_PASSES_EQUALIZE_LAYERS_H
