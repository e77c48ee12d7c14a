//===- Window.h - What convolutions and pooling have in common --*- C++ -*-===//

#ifndef QUANTIR_LIB_FRONTEND_ONNX_OPS_WINDOW_H
#define QUANTIR_LIB_FRONTEND_ONNX_OPS_WINDOW_H

#include "lib/Frontend/ONNX/NodeContext.h"

namespace quantir::importer {

enum class AutoPad { NotSet, SameUpper, SameLower, Valid };

/// The geometry of a window that moves over the spatial dimensions.
struct Window {
  Dims kernel, strides, dilations;
  /// Begins, then ends.
  Dims padding;
  AutoPad autoPad = AutoPad::NotSet;

  size_t getRank() const { return kernel.size(); }
  /// Elements from the first to the last that the kernel touches.
  int64_t getExtent(size_t i) const { return dilations[i] * (kernel[i] - 1) + 1; }
  /// Splits `total` between the two sides of dimension `i`; an odd element goes to the end, or with
  /// `oddFirst` to the begin.
  void pad(size_t i, int64_t total, bool oddFirst);
};

/// Reads kernel_shape, strides, dilations, pads and auto_pad of a node whose input has dimensions
/// [N, C, spatial…]. With a `weight`, the kernel is that of its dimensions. Does not resolve
/// auto_pad. Check hasFailed() afterwards.
Window readWindow(NodeContext &node, const Dims &input, std::optional<Dims> weight = std::nullopt);

/// Sets the padding that auto_pad asks for, where the window moves over `input`.
void resolveAutoPad(Window &window, const Dims &input);

} // namespace quantir::importer

#endif // QUANTIR_LIB_FRONTEND_ONNX_OPS_WINDOW_H
