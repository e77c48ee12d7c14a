//===- KernelList.h - All kernels --------------------------------*- C++ -*-===//
//
// Written by scripts/generate-kernels.py from include/quantir/dialects/Kernel/Kernel*Ops.td.
//
// QUANTIR_FOR_EACH_KERNEL(X) is X(name, least inputs, most inputs, results) for each.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTIR_RUNTIME_PLAN_GENERATED_KERNELLIST_H
#define QUANTIR_RUNTIME_PLAN_GENERATED_KERNELLIST_H

// clang-format off
#define QUANTIR_FOR_EACH_KERNEL(X)                                                                 \
  X(Quantize, 1, 1, 1)                                                                             \
  X(Dequantize, 1, 1, 1)                                                                           \
  X(Requantize, 1, 1, 1)                                                                           \
  X(Reorder, 1, 1, 1)                                                                              \
  X(Conv, 2, 4, 1)                                                                                 \
  X(ConvTranspose, 2, 3, 1)                                                                        \
  X(MatMul, 2, 4, 1)                                                                               \
  X(ChannelAffine, 3, 3, 1)                                                                        \
  X(Unary, 1, 1, 1)                                                                                \
  X(Binary, 2, 2, 1)                                                                               \
  X(Softmax, 1, 1, 1)                                                                              \
  X(Pool, 1, 1, 1)                                                                                 \
  X(AdaptiveAveragePool, 1, 1, 1)                                                                  \
  X(Mean, 1, 1, 1)                                                                                 \
  X(Reshape, 1, 1, 1)                                                                              \
  X(Transpose, 1, 1, 1)                                                                            \
  X(Slice, 1, 1, 1)                                                                                \
  X(Concat, 1, planLimits::listLength, 1)                                                          \
  X(Pad, 1, 1, 1)                                                                                  \
  X(Expand, 1, 1, 1)                                                                               \
  X(Observe, 1, 1, 0)                                                                              \
  X(LayerNorm, 2, 3, 1)                                                                            \
  X(GroupNorm, 2, 3, 1)                                                                            \
  X(PRelu, 2, 2, 1)                                                                                \
  X(Resample, 1, 1, 1)                                                                             \
  X(Embedding, 2, 2, 1)                                                                            \
  X(Lstm, 4, 9, 3)                                                                                 \
  X(FakeQuantizeDynamic, 1, 1, 1)                                                                  \
  X(RoundFloat16, 1, 1, 1)                                                                         \
  X(EmbeddingBag, 3, 3, 1)                                                                         \
  X(FakeQuantizeAffine, 1, 1, 1)
// clang-format on

#endif // QUANTIR_RUNTIME_PLAN_GENERATED_KERNELLIST_H
