//===- KernelTypes.h - Element types and layouts of kernels -----*- C++ -*-===//
//
// Questions about tensor types that the kernel dialect, its lowering and the plan exporter ask.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_DIALECTS_KERNEL_KERNELTYPES_H
#define QUANTIR_DIALECTS_KERNEL_KERNELTYPES_H

#include "quantir/KernelRules/KernelInfo.h"
#include "quantir/Shapes/Shapes.h"

#include "mlir/Dialect/Quant/IR/QuantTypes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/TypeRange.h"

#include <string>

namespace quantir::kernel {

using rules::LayoutRule;

//===----------------------------------------------------------------------===//
// Shapes
//===----------------------------------------------------------------------===//

/// The dimensions of a ranked tensor as the shape rules know them.
shapes::Dims getDims(mlir::Type type);

//===----------------------------------------------------------------------===//
// Element types
//===----------------------------------------------------------------------===//

/// True for a tensor that a kernel can have as operand or result.
bool isKernelTensor(mlir::Type type);

bool isFloat(mlir::Type tensor);

/// True for a tensor of i64 or i32 indices.
bool isIndex(mlir::Type tensor);

/// The per-tensor parameters of a tensor of u8 or i8 codes, or null.
mlir::quant::UniformQuantizedType getActivationType(mlir::Type tensor);

/// The parameters of a tensor of quantized elements of any kind, or null.
mlir::quant::QuantizedType getQuantizedType(mlir::Type tensor);

/// Scales as f32, and zero points, of a quantized type: one, or one per index of the axis.
llvm::SmallVector<float> getScales(mlir::quant::QuantizedType type);
llvm::SmallVector<int32_t> getZeroPoints(mlir::quant::QuantizedType type);

/// The quantized dimension, or -1.
int32_t getQuantizedAxis(mlir::quant::QuantizedType type);

/// The same shape and layout with another element type.
mlir::RankedTensorType withElementType(mlir::Type tensor, mlir::Type elementType);

//===----------------------------------------------------------------------===//
// Layouts
//===----------------------------------------------------------------------===//

bool isChannelsLast(mlir::Type tensor);

/// True if the elements are in the same order in memory in both layouts: rank below 3, or one
/// channel, or all spatial dimensions 1. Such a tensor is never reordered, whatever its type says.
bool isLayoutFree(mlir::Type tensor);

/// The same tensor channels-last or row-major.
mlir::RankedTensorType withLayout(mlir::Type tensor, bool channelsLast);

namespace detail {
/// All rules of a kernel (quantir/KernelRules/Rules.h).
llvm::LogicalResult verifyKernelOp(mlir::Operation *op);
} // namespace detail

} // namespace quantir::kernel

#endif // QUANTIR_DIALECTS_KERNEL_KERNELTYPES_H
