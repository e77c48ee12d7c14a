//===- KernelOpList.h - The ops that are kernels -----------------*- C++ -*-===//
//
// Written by scripts/generate-kernels.py from include/quantir/dialects/Kernel/Kernel*Ops.td.
//
// QUANTIR_FOR_EACH_KERNEL_OP(X) is X(op, kernel, operands) for each: the op's class, its name in
// plans, and how many operands its definition has, optional and variadic ones counted once.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_DIALECTS_KERNEL_GENERATED_KERNELOPLIST_H
#define QUANTIR_DIALECTS_KERNEL_GENERATED_KERNELOPLIST_H

// clang-format off
#define QUANTIR_FOR_EACH_KERNEL_OP(X)                                                              \
  X(QuantizeOp, Quantize, 1)                                                                       \
  X(DequantizeOp, Dequantize, 1)                                                                   \
  X(RequantizeOp, Requantize, 1)                                                                   \
  X(ReorderOp, Reorder, 1)                                                                         \
  X(ConvOp, Conv, 4)                                                                               \
  X(ConvTransposeOp, ConvTranspose, 3)                                                             \
  X(MatMulOp, MatMul, 4)                                                                           \
  X(ChannelAffineOp, ChannelAffine, 3)                                                             \
  X(UnaryOp, Unary, 1)                                                                             \
  X(BinaryOp, Binary, 2)                                                                           \
  X(SoftmaxOp, Softmax, 1)                                                                         \
  X(PoolOp, Pool, 1)                                                                               \
  X(AdaptiveAvgPoolOp, AdaptiveAveragePool, 1)                                                     \
  X(MeanOp, Mean, 1)                                                                               \
  X(ReshapeOp, Reshape, 1)                                                                         \
  X(TransposeOp, Transpose, 1)                                                                     \
  X(SliceOp, Slice, 1)                                                                             \
  X(ConcatOp, Concat, 1)                                                                           \
  X(PadOp, Pad, 1)                                                                                 \
  X(ExpandOp, Expand, 1)                                                                           \
  X(ObserveOp, Observe, 1)                                                                         \
  X(LayerNormOp, LayerNorm, 3)                                                                     \
  X(GroupNormOp, GroupNorm, 3)                                                                     \
  X(PReluOp, PRelu, 2)                                                                             \
  X(ResampleOp, Resample, 1)                                                                       \
  X(EmbeddingOp, Embedding, 2)                                                                     \
  X(LstmOp, Lstm, 2)                                                                               \
  X(FakeQuantizeDynamicOp, FakeQuantizeDynamic, 1)                                                 \
  X(RoundFloat16Op, RoundFloat16, 1)                                                               \
  X(EmbeddingBagOp, EmbeddingBag, 3)                                                               \
  X(FakeQuantizeAffineOp, FakeQuantizeAffine, 1)
// clang-format on

#endif // QUANTIR_DIALECTS_KERNEL_GENERATED_KERNELOPLIST_H
